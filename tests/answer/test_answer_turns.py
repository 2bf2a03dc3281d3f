"""Answers within limits, after other questions, and in traditional characters."""

import re

import numpy as np
import pytest
from answered import ask, talk
from hypothesis import given

from rag.answer import answer
from rag.corpus.gazetteer import all_places
from rag.search.types import Filters

# ---- refusals


# ---- filters and history


def test_filters_restrict_what_is_searched(news):
    question = "哪些省举行了防汛演练？"
    given = ask(news, question, filters=Filters(date_from="2024-06-18"))
    assert (
        "安徽" in given.places and not {"山东", "湖北"} & set(given.places) and given.searched == 2
    )
    assert set(ask(news, question, filters=Filters(langs=("en",))).places) == {"湖南"}
    assert ask(news, question, filters=Filters(sources=("茶马周报",))).refused
    nothing = ask(news, question, filters=Filters(date_from="2099-01-01"))
    assert nothing.refused and nothing.searched == 0 and nothing.nearest == ()


def test_a_year_is_that_of_the_article_too(news):
    assert {"山东", "湖北", "安徽"} <= set(ask(news, "2024年哪些省举行了防汛演练？").places)
    assert ask(news, "2023年哪些省举行了防汛演练？").refused


def test_earlier_turns_do_not_change_a_full_question(news):
    alone = ask(news, "How long is the Xihou Bridge?")
    later = ask(
        news,
        "How long is the Xihou Bridge?",
        history=[("哪些省举行了防汛演练？", ask(news, "哪些省举行了防汛演练？"))],
    )
    assert {**alone.to_dict(), "ms": 0} == {**later.to_dict(), "ms": 0}


def test_a_follow_up_is_answered_as_the_question_in_full(news):
    whole, anhui, when, refused = talk(
        news, "山东举行了什么演练？", "那安徽呢？", "什么时候？", "那四川呢？"
    )
    assert whole.completed == "" and "冲锋舟18艘" in whole.text
    assert (anhui.question, anhui.completed) == (
        "那安徽呢？",
        "安徽举行了什么演练？",
    ) and "转移群众500人" in anhui.text
    assert [c.words for c in anhui.constraints] == ["安徽"] and anhui.constraints[
        0
    ].start == anhui.completed.find("安徽")
    assert when.completed == "安徽什么时候举行了演练？" and when.kind == "date"
    assert refused.completed == "四川什么时候举行了演练？" and refused.refused
    alone = ask(news, anhui.completed)
    assert {
        **alone.to_dict(),
        "ms": 0,
        "question": anhui.question,
        "completed": anhui.completed,
    } == {**anhui.to_dict(), "ms": 0}


def test_an_answer_speaks_the_language_of_the_follow_up(news):
    chinese, english, year, again = talk(
        news, "山东举行了什么演练？", "and in Hunan?", "2024?", "那山东呢？"
    )
    assert [given.lang for given in (chinese, english, year, again)] == ["zh", "en", "zh", "zh"]
    # An English article and a Chinese question: it may be no more than the nearest.
    shown = lambda given: given.text + "".join(one.quote for one in given.nearest)
    assert english.completed == "湖南举行了什么演练？" and "Dongting Lake" in shown(english)
    assert year.completed == "2024年湖南举行了什么演练？" and "Dongting Lake" in shown(year)


def test_a_pronoun_stands_for_what_was_asked_about_or_answered(news):
    _, built = talk(news, "When did the Xihou Bridge open to traffic?", "Who built it?")
    assert (
        built.completed == "Who built the Xihou Bridge?" and "Donghai Bridge Company" in built.text
    )
    won, water = talk(
        news, "Who won the Chengdu marathon?", "How many bottles of water were handed out there?"
    )
    assert "Daniel Kiprop" in won.text and water.completed == "" and "90,000" in water.text


@pytest.mark.parametrize(
    ("question", "simple"),
    [
        ("哪些省舉行了防汛演練？", "哪些省举行了防汛演练？"),
        ("蘭州市圖書館新館是什麼時候開館的？", "兰州市图书馆新馆是什么时候开馆的？"),
        ("新館藏書多少萬冊？", "新馆藏书多少万册？"),
        ("哪些城市新建了充電樁？", "哪些城市新建了充电桩？"),
        ("什麼條例保護古茶樹？", "什么条例保护古茶树？"),
        ("據江河日報報道，哪些省舉行了防汛演練？", "据江河日报报道，哪些省举行了防汛演练？"),
        ("2024年6月山東舉行了什麼演練？", "2024年6月山东举行了什么演练？"),
    ],
)
def test_a_question_in_traditional_characters_is_answered_in_them_from_the_same_quotes(
    news, question, simple
):
    given, plain = ask(news, question), ask(news, simple)
    assert (
        given.traditional
        and given.lang == "zh"
        and not plain.traditional
        and given.question == question
    )
    assert (given.kind, given.places, given.refused) == (plain.kind, plain.places, False)
    assert [c.quote for c in given.citations] == [c.quote for c in plain.citations]
    assert [(c.kind, c.start, c.end, c.value) for c in given.constraints] == [
        (c.kind, c.start, c.end, c.value) for c in plain.constraints
    ]
    assert all(question[c.start : c.end] == c.words for c in given.constraints)
    lifted = ask(news, question, without=[c.words for c in given.constraints])
    assert lifted.constraints == ()


def test_the_frame_is_in_traditional_characters_and_quotes_stay(news):
    given = ask(news, "哪些省舉行了防汛演練？")
    assert "湖南" in given.places and "山东" in given.places  # what programs read stays
    assert "山東" in [row.label for row in given.rows] and re.search(
        "在 13 篇文章中檢索，[0-9] 篇有依據。", given.text
    )
    refused = ask(news, "哪些省養殖了鱷魚？")
    assert (
        refused.refused
        and refused.text.startswith("文章中沒有這個問題的答案。沒有找到依據的詞：")
        and "鱷魚" in "".join(refused.missing)
    )
    assert any(c.title in refused.text for c in refused.nearest)
    limited = ask(news, "2001年四川發射了什麼衛星？")
    assert "沒有一篇文章符合問題裡的限定（2001年、四川）" in limited.text
    assert not ask(news, "哪些省份？台北，乾隆，后来").traditional, (
        "characters of both scripts decide nothing"
    )


def test_articles_in_traditional_characters_are_found_in_simplified(index):
    snapshot = index(
        "臺北市立美術館6月12日舉辦了瓷器展覽，展出宋代瓷器260件。", "高雄市的遊艇碼頭停了90艘船。"
    )
    for question in (
        "台北美术馆展出了多少件瓷器？",
        "臺北美術館展出了多少件瓷器？",
        "How many pieces of porcelain were exhibited in Taipei?",
    ):
        given = ask(snapshot, question)
        assert (
            not given.refused
            and given.rows[0].label in ("260件", "260 items (260件)")
            and "宋代瓷器260件" in given.citations[0].quote
        )


def test_provinces_of_answers_are_those_of_the_table(news):
    provinces = {place.short for place in all_places() if place.level == "province"}
    assert set(ask(news, "哪些省举行了防汛演练？").places) <= provinces


@pytest.mark.parametrize(
    "text, pieces, words",
    [
        ("Who sat on the jury?", [(15, 18)], ("jury",)),
        ("谁主持评审团？", [(3, 5)], ("评审",)),
        ("the X-ray of Müller’s", [(4, 5), (6, 9), (13, 15)], ("X-ray", "Müller’s")),
    ],
)
def test_words_without_support_are_whole(text, pieces, words):
    from types import SimpleNamespace

    from rag.answer.refused import _missing

    query = SimpleNamespace(text=text, spans=pieces, ids=pieces, content=[True] * len(pieces))
    assert _missing(SimpleNamespace(query=query, idle=()), np.zeros(len(pieces))) == words
