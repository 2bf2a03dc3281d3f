"""A question as it was typed, and an index: what comes of them."""

import dataclasses
import re
from types import SimpleNamespace

import pytest

from rag.corpus import detect_lang
from rag.errors import UsageError
from rag.index import open_index
from rag.question import HANT, ParsedQuestion, lifted, parse
from rag.question.asking import patterns
from rag.question.types import ASKED_KINDS
from rag.question.words import lines, pattern, words


@pytest.fixture(scope="module")
def snapshot(sample_index):
    with open_index(sample_index) as snapshot:
        yield snapshot


def earlier(**given):
    return SimpleNamespace(
        **{"kind": "text", "rows": (), "citations": (), "completed": "", "about": "", **given}
    )


@pytest.mark.parametrize(
    "question, frame",
    [
        ("哪些省举行了演练？", "zh"),
        ("哪些省舉行了電梯安全演練？", HANT),
        ("Which provinces held drills?", "en"),
        ("2023?", "en"),
    ],
)
def test_the_language_that_the_answer_speaks(snapshot, question, frame):
    parsed = parse(snapshot, question)
    assert parsed.frame == frame and parsed.lang == parsed.query.lang == detect_lang(question)


def test_a_question_is_cleaned_and_in_full(snapshot):
    parsed = parse(snapshot, "  哪些省\n举行了 演练？ ")
    assert isinstance(parsed, ParsedQuestion) and parsed.completed == ""
    assert parsed.text == parsed.asked == parsed.query.text == "哪些省 举行了 演练？"
    assert parsed.kind == "places" and parsed.level == "province" and parsed.form == "all"
    assert parsed.allowed.all() and len(parsed.allowed) == snapshot.n_articles
    with pytest.raises(dataclasses.FrozenInstanceError):
        parsed.text = "?"
    for wrong in ("", "？" * 2_001):
        with pytest.raises(UsageError):
            parse(snapshot, wrong)


def test_limits_are_taken_in_and_lifted(snapshot):
    question = "2011年四川省举行了什么演练？"
    parsed = parse(snapshot, question)
    assert [(one.kind, one.words) for one in parsed.constraints] == [
        ("date", "2011年"),
        ("place", "四川省"),
    ]
    assert [question[a:b] for a, b in parsed.place_spans] == ["四川省"] and len(parsed.told) == 1
    assert all(question[one.start : one.end] == one.words for one in parsed.constraints)
    free = lifted(snapshot, parsed, without=["place"])
    assert [one.kind for one in free.constraints] == ["date"] and not free.places
    assert free.allowed.sum() >= parsed.allowed.sum() and free.query is parsed.query
    same = parse(snapshot, question, without=["四川省"])
    assert same.constraints == free.constraints and (same.allowed == free.allowed).all()
    assert [question[a:b] for a, b in parsed.names] == ["2011"]
    assert not parse(snapshot, question, without=["date"]).names
    with pytest.raises(UsageError, match="expected date, place, source"):
        parse(snapshot, question, without=["天气"])


def test_what_is_excepted_restricts_nothing(snapshot):
    parsed = parse(snapshot, "除了四川，还有哪些省举行了电梯安全演练？")
    assert parsed.constraints == () and parsed.allowed.all()
    assert [parsed.text[a:b] for a, b in parsed.excepted] == ["四川"]
    assert any(parsed.text[a:b].startswith("除了四川") for a, b in parsed.idle)


def test_an_earlier_turn_is_leaned_on(snapshot):
    cited = earlier(
        citations=[SimpleNamespace(article_id="one"), SimpleNamespace(article_id="two")]
    )
    history = [("四川举行了什么演练？", cited)]
    parsed = parse(snapshot, "那浙江呢？", history)
    assert (
        parsed.asked == "那浙江呢？" and parsed.text == parsed.completed == "浙江举行了什么演练？"
    )
    assert parsed.seen == () and [one.value for one in parsed.constraints] == ["浙江省"]
    more = parse(snapshot, "还有呢？", history)
    assert more.text == "四川举行了什么演练？" and more.seen == ("one", "two")


def test_every_pattern_is_one():
    for name in re.findall(r"(?m)^(\w+) = ", "\n".join(lines("words.txt"))):
        assert "{" + name + "}" not in words(name) and pattern(name)
    assert {kind for kind, _, _ in patterns()} == set(ASKED_KINDS)
