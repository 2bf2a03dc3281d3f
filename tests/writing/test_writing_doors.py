"""Written answers through the server, its processes and the shell; the model is a scripted one."""

import json

import pytest
from model_server import pause, scripted
from starlette.testclient import TestClient
from written import BRIDGE, KEYS

from rag import Index
from rag.errors import UsageError
from rag.serving import QueryService, Settings
from rag.serving.routes import build_api
from rag.serving.settings import checked
from rag.writing.models import Llm

pytest.importorskip("langchain_openai", reason="langchain-openai is not installed")

PLAY = ["The bridge is 28 kilometres long @1. ", "It opened in 2019 @1."]
TEXT = "The bridge is 28 kilometres long [1]. It opened in 2019 [1]. (⚠ not in the quotes: 2019)"


@pytest.fixture(scope="module")
def model():
    with scripted() as server:
        server.play = PLAY
        yield server


@pytest.fixture(scope="module")
def client(news_index, model):
    with Index.open(news_index) as index:
        yield TestClient(
            build_api(index, Settings(llm=Llm("openai:scripted", model.url, 20))),
            base_url="http://127.0.0.1",
        )


def test_the_interface_tells_the_sentences_as_they_come_and_the_verdicts(client, model):
    whole = client.post("/api/ask", json={"question": BRIDGE}).json()
    assert whole["text"] == TEXT and [
        one["supported"] for one in whole["written"]["sentences"]
    ] == [True, False]
    told = client.post(
        "/api/ask", json={"question": BRIDGE}, headers={"accept": "text/event-stream"}
    ).text
    events = [
        (one.split("\n")[0][7:], json.loads(one.split("data: ")[1]))
        for one in told.strip().split("\n\n")
        if one.startswith("event")
    ]
    names = [name for name, _ in events]
    assert names[:4] == ["searching", "found", "evidence", "writing"] and names[-1] == "answer"
    assert (
        events[2][1]["answer"]["citations"] == whole["citations"]
        and events[2][1]["answer"]["written"] is None
    )
    assert events[3][1] == {"model": "openai:scripted", "sentences": 0}
    assert (
        "".join(data["text"] for name, data in events if name == "text")
        == TEXT
        == events[-1][1]["text"]
    )


def test_who_asks_the_interface_may_do_without_the_model(client, model):
    asked = len(model.asked)
    for reply in (
        client.post("/api/ask", json={"question": BRIDGE, "write": False}),
        client.get("/api/ask", params={"question": BRIDGE, "write": False}),
    ):
        assert reply.json()["written"] is None and "28 kilometres" in reply.json()["text"]
    # Earlier questions are answered to know what a follow-up means, and nobody reads their answers.
    client.post(
        "/api/ask", json={"question": "And how much did it cost?", "history": [BRIDGE, BRIDGE]}
    )
    assert len(model.asked) - asked <= 1


def test_more_wait_for_a_model_than_for_the_processor(news_index, model):
    with Index.open(news_index) as index:
        with_model, without = (
            QueryService(index, Settings(llm=Llm("openai:x", model.url))),
            QueryService(index, Settings()),
        )
        assert with_model.pool._threads._max_workers > without.pool._threads._max_workers
        with_model.close(), without.close()


@pytest.mark.slow
def test_processes_write_and_stop(news_index, model):
    with Index.open(news_index) as index:
        service = QueryService(
            index, Settings(processes=2, llm=Llm("openai:scripted", model.url, 20))
        )
        try:
            assert (
                service.ask(BRIDGE).text == TEXT
                and service.ask(BRIDGE, write=False).written is None
            )
            model.hung_up.clear()
            model.play = [pause(0.5), *["And ", "so ", pause(0.05)] * 200]
            events = service.stream(BRIDGE)
            assert any(type(event).__name__ == "Writing" for event in events)
            events.close()
            assert model.hung_up.wait(10)
        finally:
            model.play = PLAY
            service.close()


def test_settings_that_make_no_sense_are_refused_at_the_start(model):
    with pytest.raises(UsageError, match="--llm-switch"):
        checked(llm_switch=True)
    assert checked(llm=Llm("openai:x", model.url), llm_switch=True).llm_switch


def test_the_shell_prints_what_was_written(call, news_index, model, monkeypatch):
    monkeypatch.setenv("YINJU_LLM_URL", model.url)
    monkeypatch.setenv("OPENAI_API_KEY", KEYS[0])
    shown = call(
        "ask",
        "--index",
        news_index,
        "--llm",
        "openai:scripted",
        "--llm-option",
        "top_p=0.5",
        BRIDGE,
    )
    assert shown.returncode == 0 and shown.stdout.startswith(TEXT)
    assert (
        "(Written from the quotes by openai:scripted, 302 tokens)" in shown.stdout
        and KEYS[0] not in shown.stdout + shown.stderr
    )
    assert model.asked[-1]["top_p"] == 0.5
    monkeypatch.setenv("YINJU_LLM", "openai:scripted")
    assert (
        json.loads(call("ask", "--index", news_index, "--json", BRIDGE).stdout)["written"]["model"]
        == "openai:scripted"
    )
    for odd in (
        ["--llm-option", "nonsense"],
        ["--llm-option", "api_key=1"],
        ["--llm", "nobody"],
        ["--llm-url", "http://a:b@c/"],
    ):
        refused = call("ask", "--index", news_index, *odd, BRIDGE)
        assert refused.returncode == 2 and "expected" in refused.stderr
