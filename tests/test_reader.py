"""Which sentence is taken for the answer: chances, their order, and what they are told from."""

import json

import numpy as np
import pytest

from rag.answer import answer, engine
from rag.answer.network import network_of
from rag.answer.reader import COMPARED, FEATURES, FILE, likeliest, verb_of, weights_of
from rag.embed import load_static
from rag.errors import ModelError
from rag.question.query import analyse


@pytest.fixture
def read(news, monkeypatch):
    """Asks a question; what went into :func:`likeliest` and what came out."""
    kept = []

    def recorded(query, asked, found, weights, model):
        kept[:] = [list(found), likeliest(query, asked, found, weights, model)]
        return kept[1]

    monkeypatch.setattr(engine, "likeliest", recorded)

    def ask(question):
        kept.clear()
        return answer(news, question), *kept

    return ask


@pytest.mark.parametrize("question", ["新馆藏书多少万册？", "How many rescue boats were there?", "为什么举行防汛演练？", "谁介绍了新馆的设计？"])
def test_chances_are_shares_and_rank_the_evidence(read, question):
    _, before, after = read(question)
    assert {(e.view.row, e.start) for e in before} == {(e.view.row, e.start) for e in after}
    chances = [e.chance for e in after]
    assert sum(chances) == pytest.approx(1, abs=1e-5) and min(chances) >= 0 and chances == sorted(chances, reverse=True)
    assert sum(chance > 0 for chance in chances) <= COMPARED
    read = [e for e in after if e.answers is not None]
    assert len(read) == min(COMPARED, len(after)) and read == after[: len(read)] == sorted(read, key=lambda e: -e.answers)


def test_all_places_are_not_read_for_the_likeliest(read):
    given, *kept = read("哪些省举行了防汛演练？")
    assert given.kind == "places" and not kept


def test_the_verb_whose_object_is_sought():
    model = load_static()
    for question, verb in (("执法人员没收了什么？", "没收"), ("專家提出什麼？", "提出"), ("What was seized?", "")):
        query = analyse(question, model)
        assert "".join(question[slice(*query.spans[at])] for at in np.flatnonzero(verb_of(query))) == verb


def test_what_repeats_the_question_is_explained_by_what_follows(index):
    fair = "集市昨天提前结束。管理处周三下午宣布关闭滨江广场。工人正在更换全部地砖，预计十天完成。"
    quotes = [c.quote for c in answer(index(fair, "图书馆新馆开放，市民排队参观。"), "为什么关闭滨江广场？").citations]
    assert quotes[:2] == ["管理处周三下午宣布关闭滨江广场。", "工人正在更换全部地砖，预计十天完成。"]
    told = fair.replace("周三下午宣布", "因工人更换地砖宣布")
    assert answer(index(told), "为什么关闭滨江广场？").citations[0].quote == "管理处因工人更换地砖宣布关闭滨江广场。"


def test_where_is_answered_by_what_no_gazetteer_has(index):
    opera = "圆顶剧院的屋顶换了新瓦，工人来自河南。\n圆顶剧院位于滨江路12号。"
    library = "江苏的图书馆新馆开放，市民排队参观。"
    found = answer(index(opera, library), "圆顶剧院位于哪里？")
    assert found.kind == "text" and found.citations[0].quote == "圆顶剧院位于滨江路12号。"
    found = answer(index(opera.replace("滨江路", "江西南昌滨江路"), library), "圆顶剧院位于哪里？")
    assert found.kind == "places" and found.places == ("江西",)


def test_a_model_without_weights_is_told(tmp_path, monkeypatch):
    model = load_static()
    for content in (None, "{}", "no json", json.dumps({"weights": dict.fromkeys(FEATURES[1:], 1.0)})):
        other = object.__new__(type(model))
        other.folder = tmp_path / str(hash(content))
        other.folder.mkdir()
        if content is not None:
            (other.folder / FILE).write_text(content)
        with pytest.raises(ModelError, match="training.reader"):
            weights_of(other)
        with pytest.raises(ModelError, match="training.reader"):
            network_of(other)
    assert weights_of(model).shape == (len(FEATURES),)
