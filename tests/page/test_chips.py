"""What restricts an answer, as chips: how it is told, and what its controls ask for."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rendered import Page, assert_inert, hostile

from rag.answer.types import Answer, Constraint
from rag.search.types import Filters
from rag.ui.turn import QuestionRequest, again, wished
from rag.ui.chips import filters, period, put_aside
from rag.ui.conversation import Conversation
from rag.ui.render import message
from rag.ui.templating import macro
from rag.ui.texts import LANGS, PAGE_TEXTS
from rag.ui.turn import Turn

restrictions = macro("chips", "restrictions")
QUESTION = "Which ferries sailed from Wenzhou in August 2023?"
DATE = Constraint("date", "August 2023", 37, 48, "2023-08-01/2023-08-31")
PLACE = Constraint("place", "Wenzhou", 26, 33, "浙江省温州市")
ANSWER = Answer(
    QUESTION, "en", "text", "", True, constraints=(PLACE, DATE), answered_without=("date",)
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2023-08-01/2023-08-31", "August 2023"),
        ("2024-02-01/2024-02-29", "February 2024"),
        ("2023-02-01/2023-02-27", "1 February 2023 – 27 February 2023"),
        ("2022-01-01/2022-12-31", "2022"),
        ("2022-05-04/2022-05-04", "4 May 2022"),
        ("2022-01-01/2023-12-31", "1 January 2022 – 31 December 2023"),
        ("2023-05-01/..", "since 1 May 2023"),
        ("../2019-12-31", "until 31 December 2019"),
        ("--08-01/--08-31", "1 August – 31 August, every year"),
        ("--10-01/--10-01", "1 October, every year"),
    ],
)
def test_a_period_is_told_shortly(value, shown):
    assert period(value, "en") == shown


def test_a_period_is_told_in_the_readers_form():
    told = [
        period(one, "zh")
        for one in ("2023-08-01/2023-08-31", "2022-05-04/2022-05-04", "--10-01/--10-01")
    ]
    assert told == ["2023年8月", "2022年5月4日", "10月1日（每年）"]


def test_each_constraint_is_a_chip_with_a_named_control():
    page = Page(
        restrictions(Turn("aa", ANSWER, asked=QuestionRequest(QUESTION, without=("of boats",))))
    )
    assert (
        "Wenzhou 温州" in page.text
        and "from “Wenzhou”" not in page.text
        and "August 2023×" in page.text
    )
    assert "Ask without the time (“August 2023”)" in page.text and "Lifted:" in page.text
    links = [value for name, value in page.attributes if name == "href"]
    assert links == ["#free-aa-date", "#lift-aa-0", "#lift-aa-1", "#bind-aa-0"]
    titles = [value for name, value in page.attributes if name == "title"]
    assert titles[1] == "Lift August 2023, from “August 2023”, and ask again" and len(titles) == 3
    assert restrictions(Turn("aa", replace(ANSWER, constraints=(), answered_without=()))) == ""
    assert put_aside(QuestionRequest("q"), "zh") == ""
    assert (
        Page(
            put_aside(QuestionRequest("q", Filters(date_from="2023-08-01"), ("8月", "温州")), "zh")
        ).text
        == "2023年8月1日 起 · 不限“8月”、“温州”"
    )


def test_chips_speak_the_language_and_script_of_the_question():
    for changed, said in (
        (replace(ANSWER, lang="zh"), "仅限"),
        (replace(ANSWER, lang="zh", traditional=True), "僅限"),
    ):
        assert said in Page(restrictions(Turn("aa", changed))).text


def test_words_that_restrict_twice_are_one_chip():
    twice = replace(ANSWER, constraints=(PLACE, DATE, replace(PLACE, start=50, end=57)))
    assert restrictions(Turn("aa", twice)).count("yj-lift") == 2


def test_a_control_asks_the_same_question_otherwise():
    asked = QuestionRequest(QUESTION, after="ab")
    assert again(asked, None, "retry", "0") == asked
    lifted = again(asked, ANSWER, "lift", "1")
    assert lifted == replace(asked, without=("August 2023",))
    assert again(asked, ANSWER, "free", "place") == replace(asked, without=("Wenzhou",))
    assert again(lifted, ANSWER, "lift", "0").without == ("August 2023", "Wenzhou")
    assert again(lifted, ANSWER, "bind", "0") == asked
    for do, which in (("lift", "2"), ("lift", "x"), ("free", "source"), ("bind", "3")):
        assert again(asked, ANSWER, do, which) is None


def test_what_is_no_control_is_none():
    talk = Conversation(turns=(Turn("ab12", ANSWER, asked=QuestionRequest(QUESTION)),))
    assert wished("#lift-ab12-0") == ("lift", "ab12", "0")
    assert talk.asked_again("#lift-ab12-0") == (QuestionRequest(QUESTION, without=("Wenzhou",)), "")
    assert talk.asked_again("#retry-ab12-0") == (QuestionRequest(QUESTION), "ab12")
    for wish in (
        "",
        "#src-ab12-1",
        "lift",
        "#lift-ff-0",
        "#lift-ab12-9",
        "#drop-ab12-0",
        "#lift-ab12-0'><b>x"[:7],
    ):
        assert talk.asked_again(wish) == (None, "")


@given(
    hostile, hostile, st.sampled_from(["date", "place", "source"]), st.sampled_from(["zh", "en"])
)
def test_chips_are_inert(words, value, kind, lang):
    value = "2023-08-01/2023-08-31" if kind == "date" else value
    answer = replace(
        ANSWER,
        lang=lang,
        constraints=(Constraint(kind, words, 0, 1, value),),
        answered_without=(kind,),
    )
    turn = Turn("aa", answer, asked=QuestionRequest(words, without=(words, value)))
    assert_inert(message(turn, lang))
    assert_inert(
        put_aside(
            QuestionRequest(
                words, Filters(words, value, (words,), (value,), (words,)), (words, value)
            ),
            lang,
        )
    )
    assert_inert(filters(Filters(words, value, (words,), (value,), (words,)), lang))


def test_both_languages_hold_the_same_words():
    one, other = (PAGE_TEXTS[lang] for lang in LANGS)
    assert one.keys() == other.keys()
