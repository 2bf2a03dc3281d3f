"""Talk: what is no question is answered in the assistant's own words, and no question is taken for
it.
"""

import pytest
from conftest import ROOT

from rag.answer import answer
from rag.embed.static import load_static
from rag.question.talk import talk_of
from rag.question.types import TALK_KINDS

TOLD = [
    line.split("\t") for line in (ROOT / "benchmarks" / "talk.tsv").read_text("utf8").splitlines()
]
MODEL = load_static()


def test_nearly_all_talk_is_recognised_and_hardly_a_question_near_to_it_is_taken_for_it():
    talk = [(kind, talk_of(text, MODEL)) for kind, text in TOLD if kind != "-"]
    assert {kind for kind, _ in talk} == set(TALK_KINDS)
    assert sum(bool(got) for _, got in talk) >= 0.9 * len(talk)
    assert sum(kind == got for kind, got in talk) >= 0.8 * len(talk)
    near = [text for kind, text in TOLD if kind == "-"]
    assert sum(bool(talk_of(text, MODEL)) for text in near) <= 0.1 * len(near)


@pytest.mark.parametrize(
    "question",
    [
        "《你好，李焕英》票房多少？",
        "谢谢惠顾是什么意思",
        "谢谢，那四川呢？",
        "还有呢？",
        "那浙江呢？",
        "why?",
        "bridge",
        "Who sang Hello?",
        "how many people said thank you",
    ],
)
def test_a_question_that_holds_such_words_is_none(question):
    assert talk_of(question, MODEL) == ""


@pytest.mark.parametrize(
    "said",
    ["你好", "謝謝你", "who are you?", "怎么添加文章", "stop", "答错了", "写一首诗", "2+2", "？？"],
)
def test_talk_is_neither_a_quote_nor_a_refusal(news, said):
    got = answer(news, said)
    assert (got.kind, got.refused, got.citations, got.rows) == ("talk", False, (), ())
    assert 0 < len(got.text.splitlines()) <= 2


def test_it_speaks_the_language_and_script_of_who_talks(news):
    assert answer(news, "Hello!").lang == "en"
    assert "不客氣" in answer(news, "謝謝").text
    assert answer(news, "你好，你是谁？").text.startswith("我是引据")


@pytest.mark.parametrize("said", ["what can you do", "你能做什么"])
def test_questions_to_try_are_of_this_index_and_have_an_answer(news, said):
    tried = (
        answer(news, said).text.splitlines()[1].split(": ", 1)[-1].split("：", 1)[-1].split(" / ")
    )
    assert len(tried) == 3
    assert [asks for asks in tried if answer(news, asks).refused] == []


def test_a_follow_up_passes_over_talk(news):
    first = answer(news, "哪些省举行了防汛演练？")
    history = [("哪些省举行了防汛演练？", first), ("谢谢", answer(news, "谢谢"))]
    assert answer(news, "那山东呢？", history=history).completed
    assert answer(news, "还有吗？", history=history).kind != "talk"
    assert (
        answer(news, "最高气温多少度？", history=history).kind != "talk"
    )  # of what was asked about
