"""Written answers: a scripted model plays what models do, and what is shown is held against the
evidence.
"""

import json
import time

import pytest
from model_server import cut, finish, pause, scripted, status
from written import BOOKS, BRIDGE, PLACES, ask, model, opened, server

from rag import Assistant
from rag.answer import Writing
from rag.writing.models import Llm
from rag.writing.problems import PROBLEMS

pytest.importorskip("langchain_openai", reason="langchain-openai is not installed")


def test_sentences_are_written_with_the_numbers_of_their_quotes(ask, model):
    answer = ask(
        BRIDGE,
        "The bridge is 28 ",
        "kilometres long ",
        "@1",
        ". And cost 23 ",
        "billion yuan.",
        " @1",
    )
    assert answer.text == "The bridge is 28 kilometres long [1]. And cost 23 billion yuan. [1]"
    assert [one.citations for one in answer.written.sentences] == [(1,), (1,)]
    assert (
        answer.written.counted
        and answer.written.tokens == 306
        and answer.written.model == "openai:scripted"
    )
    rules, *_, user = (one["content"] for one in model.asked[0]["messages"])
    assert (
        model.asked[0]["max_tokens"] <= 600
        and BRIDGE in user
        and "28 kilometres" in model.quotes()[0]
    )
    assert "two to five" in user and "English" in rules


def test_chinese_is_answered_in_chinese_and_traditional_in_traditional(ask, model):
    answer = ask(BOOKS, "新馆藏书120万册@1@2。", "新馆藏书150万册@1。")
    assert answer.text == "新馆藏书120万册[1][2]。新馆藏书150万册[1]。"
    answer = ask("蘭州市圖書館新館藏書多少冊？", "藏书130万册@1。")
    assert answer.written.problem == "unsupported" and "語言模型" in answer.written.note
    assert "繁體" in model.asked[-1]["messages"][0]["content"]


def test_handles_are_of_one_request_only(ask, model):
    seen = set()
    for _ in range(4):
        ask(PLACES, "几个省举行了演练@1。")
        seen.add(tuple(model.quotes()[1]))
    assert len(seen) > 1 and all(len(one) >= 4 for one in seen)
    old = model.quotes(0)[1][0]
    later = next(one for one in range(1, 4) if old not in model.quotes(one)[1])
    assert later and f"<{old}>" not in json.dumps(model.asked[later])


def test_invented_handles_and_numbers_are_deleted_and_nothing_is_attached_instead(ask):
    answer = ask(
        BRIDGE,
        "The bridge is 28 kilometres long @1. ",
        "It is a bridge <c9",
        "999> <c5x>. ",
        "It is in Zhoushan [1]. ",
        "And cost 23 billion yuan [7] @1.",
    )
    one, two, three, four = answer.written.sentences
    assert one.supported and four.supported and (two.citations, three.citations) == ((), ())
    assert two.why == three.why == "names no quote" and answer.text.count("(⚠ names no quote)") == 2
    assert answer.text.count("[1]") == 2 and "[7]" not in answer.text


def test_what_the_quotes_lack_is_marked_in_place(ask):
    answer = ask(
        BRIDGE,
        "The bridge is 28 kilometres long @1. It opened in 2019 @1. And cost 23 billion yuan @1.",
    )
    assert (
        answer.text
        == "The bridge is 28 kilometres long [1]. It opened in 2019 [1]. (⚠ not in the quotes:"
        " 2019) And cost 23 billion yuan [1]."
    )
    assert [one.supported for one in answer.written.sentences] == [True, False, True]
    assert answer.written.sentences[1].unsupported == ("2019",) and not answer.written.problem
    assert "verified" not in json.dumps(answer.to_dict()).lower()


def test_what_the_model_was_told_is_no_answer_but_the_value_is_one(ask):
    answer = ask(
        BRIDGE,
        "28 kilometres @1. ",
        "How long is the Xihou Bridge? @1 ",
        "What the reader of the quotes found: 28 kilometres @1. ",
    )
    assert [one.supported for one in answer.written.sentences] == [True, False, False]
    assert answer.text.count("⚠ repeats what the model was told") == 2


def test_a_list_keeps_its_rows_and_gets_a_lead_only(ask, model):
    plain_lines = ask(PLACES, write=False).text
    answer = ask(
        PLACES,
        "安徽省芜湖市在长江边开展防汛演练@1。",
        "出动冲锋舟18艘@2。",
        "湖北有民兵参加@3。",
        "西藏也举行了演练@1。",
    )
    assert (
        answer.text == f"安徽省芜湖市在长江边开展防汛演练[1]。出动冲锋舟18艘[2]。\n{plain_lines}"
        and len(answer.written.sentences) == 2
    )
    assert "西藏" not in answer.text and len(model.asked) == 1


FAILURES = {
    "silent": ("time", [pause(3)]),
    "slow": ("time", ["The bridge ", pause(0.8), "is ", pause(0.8), "long", pause(3)]),
    "rate": ("rate", [status(429)]),
    "key": ("key", [status(401)]),
    "overflow": ("failed", [status(400, "the request exceeds the available context size")]),
    "down": ("failed", [status(500)]),
    "broken": ("broken", ["The bridge is 28 kilo", cut()]),
    "ended early": ("broken", ["The bridge is 28 kilometres long", finish("")]),
    "empty": ("empty", []),
    "blank": ("empty", [" \n", "\n"]),
    "only thoughts": ("empty", ["<think>", "It is 28 kilometres <c1>. ", "Yes."]),
    "endless": ("endless", ["long and " * 40] * 40),
    "cut short": ("endless", ["The bridge is very long and", finish("length")]),
    "wrong language": ("language", ["这座桥全长二十八公里，从舟山通车@1。", "它很长@1。"]),
    "declined": ("declined", ["I'm sorry, but I cannot answer questions about bridges."]),
    "filtered": ("declined", [finish("content_filter")]),
    "no handles": ("form", ["It is a bridge. ", "It is long. ", "It is in China. ", "It is big."]),
    "JSON": ("unsupported", ['{"answer": "28 kilometres", "source": "c1"}']),
    "false": ("unsupported", ["The bridge is 31 kilometres long @1. ", "It opened in 1999 @1."]),
    "repeats": ("unsupported", ["The bridge is 31 kilometres long @1. "] * 9),
}


@pytest.mark.parametrize("name", FAILURES)
def test_what_fails_leaves_the_evidence_and_one_line_that_says_why(ask, opened, name):
    problem, steps = FAILURES[name]
    began = time.monotonic()
    answer = ask(BRIDGE, *steps, seconds=1.5)
    assert answer.written.problem == problem and time.monotonic() - began < 4
    evidence = Assistant(opened).ask(BRIDGE)
    assert answer.text == f"{evidence.text}\n{answer.written.note}" and not answer.refused
    assert (
        PROBLEMS[problem][0].format(seconds=1.5) in answer.written.note
        and "\n" not in answer.written.note
    )


def test_what_was_shown_when_it_broke_off_stays_with_the_evidence_behind_it(ask, opened):
    answer = ask(BRIDGE, "The bridge is 28 kilometres long @1. ", "And cost 23 bil", cut())
    evidence, written = (
        Assistant(opened).ask(BRIDGE).text,
        "The bridge is 28 kilometres long [1]. And cost 23 bil… (⚠ broken off here)",
    )
    assert (
        answer.text == f"{written}\n{evidence}\n{answer.written.note}"
        and answer.written.problem == "broken"
    )
    answer = ask(BRIDGE, "The bridge is 28 kilometres long @1. ", *["and on " * 60] * 60)
    assert answer.written.problem == "endless" and len(answer.text) < 6000


def test_no_model_is_asked_for_refusals_talk_and_the_corpus(ask, model):
    for question in (
        "Who won the chess championship in Baku?",
        "你好",
        "How many articles are there?",
    ):
        assert ask(question, "It is 1 @1.").written is None
    assert ask(BRIDGE, "It is 1 @1.", write=False).written is None and model.asked == []


def test_no_server_at_all_is_one_line(opened):
    with scripted() as gone:
        url = gone.url
    answer = Assistant(opened, Llm("openai:x", url, 5)).ask(BRIDGE)
    assert answer.written.problem == "unreachable" and "28 kilometres" in answer.text


def test_more_requests_than_allowed_wait_within_the_time_limit(model, opened):
    model.play = ["The bridge is 28 kilometres long @1."]
    answers = [
        Assistant(opened, Llm("openai:seldom", model.url, 1.5, per_minute=1)).ask(BRIDGE)
        for _ in range(2)
    ]
    assert [one.written.problem for one in answers] == ["", "time"] and len(model.asked) == 1


def test_closing_the_iterator_hangs_up(model, opened):
    model.play = ["The bridge is 28 kilometres long @1. "] + ["So ", "it ", pause(0.05)] * 200
    events = Assistant(opened, Llm("openai:scripted", model.url, 20)).stream(BRIDGE)
    assert any(isinstance(event, str) for event in events)
    events.close()
    assert model.hung_up.wait(3)
    model.hung_up.clear()
    model.play = [pause(0.6), *["so ", pause(0.05)] * 100]  # nothing has come yet
    events = Assistant(opened, Llm("openai:scripted", model.url, 20)).stream(BRIDGE)
    assert any(isinstance(event, Writing) for event in events)
    time.sleep(0.2)
    next(events), events.close()
    assert model.hung_up.wait(3)
