"""Reading questions of our own, and what the reader's training makes of such."""

import json
import random
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from rag.embed.static import load_static  # noqa: E402
from training.prepare import asked  # noqa: E402
from training.reader.asked import FILE, asked_questions  # noqa: E402
from training.reader.listed import of_names  # noqa: E402
from training.reader.questions import of_row  # noqa: E402
from training.reader.sources import text_of  # noqa: E402
from training.reader.words import Words  # noqa: E402

DATA = Path(__file__).parents[3] / "shared/data"
TEXT = "甲桥由王芳设计，1998年通车。乙桥由李强设计，2003年通车。丙桥仍在建设。"


@pytest.fixture(scope="module")
def words():
    return Words(load_static(), 2_000)


def test_questions_are_new_and_their_parts_share_no_text():
    texts = [json.loads(line) for line in FILE.read_text("utf8").splitlines()]
    train, test = ({t["id"] for t in texts if t["part"] == part} for part in ("train", "test"))
    assert train and test and not train & test
    for kind in ("zh", "en"):
        asked = [(t["id"], q) for t in texts for q, *_ in t.get(kind, ())]
        near = [not answers for t in texts for _, *answers in t.get(kind, ())]
        assert len(set(asked)) == len(asked) > 2_000
        assert 0.45 < sum(near) / len(near) < 0.55


@pytest.mark.skipif(not DATA.is_dir(), reason="the training data is not there")
def test_answers_stand_in_their_texts():
    for row in asked_questions(DATA):
        assert all(answer in row["context"] for answer in row["answers"]), row


@pytest.mark.skipif(not DATA.is_dir(), reason="the training data is not there")
def test_the_vectors_learn_from_the_window_with_the_answer():
    texts = {row["question"]: row for row in asked_questions(DATA)}
    for across in (False, True):
        pairs = asked(DATA, random.Random(1), across)
        assert len(pairs) > 10_000
        for question, window in pairs[::50]:
            row = texts[question]
            assert row["part"] == "train" and (row["lang"] != row["context_lang"]) == across
            assert not row["answers"] or len(row["answers"]) > 1 or row["answers"][0] in window


def row(question, *answers, **more):
    kept = {"lang": "zh", "context_lang": "zh", "title": "桥", "context": TEXT}
    return kept | {"question": question, "answers": list(answers)} | more


def test_a_near_miss_has_no_span_and_an_answer_has_its_own(words):
    made = [
        of_row(words, random.Random(seed), row("乙桥是谁设计的？", "李强")) for seed in range(40)
    ]
    whole = [one for one in made if one and one.kind == "asked-qa"]
    assert whole and all(one.text[slice(*one.spans[0])] == "李强" for one in whole)
    gone = [one for one in made if one and one.kind == "asked-gone"]
    assert gone and not any("李强" in one.text or one.spans for one in gone)
    near = of_row(words, random.Random(1), row("谁出资修建了乙桥？"))
    assert near.kind == "asked-none" and not near.spans
    abroad = of_row(words, random.Random(2), row("Who paid for Yi Bridge?", lang="en"))
    assert abroad.kind == "asked-none-abroad"


def test_every_name_of_a_list_is_a_span(words):
    asks = row("哪些人设计了桥？", "王芳", "李强", several=True)
    made = [of_row(words, random.Random(seed), asks) for seed in range(20)]
    assert all(one.several for one in made)
    most = max(made, key=lambda one: len(one.spans))
    assert [most.text[a:b] for a, b in most.spans] == ["王芳", "李强"]
    none = of_names(random.Random(1), "谁拆了桥？", text_of("桥", TEXT, "zh"), [], "list")
    assert none.kind == "list-none" and not none.spans
