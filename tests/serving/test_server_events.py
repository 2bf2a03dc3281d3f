"""Answers as events, who hangs up, how many at once, and the port of the server."""

import asyncio
import dataclasses
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from server_client import QUESTION, client, index
from starlette.testclient import TestClient

from rag.answer import Searching
from rag.errors import ServerError
from rag.serving import Settings
from rag.serving.run import listen
from rag.serving.pool import BoundedPool
from rag.serving.routes import build_api


def events(reply) -> list[tuple[str, dict]]:
    """The server-sent events of a reply, (name, data)."""
    out = []
    for block in reply.text.strip().split("\n\n"):
        name, data = block.split("\n")
        out.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return out


def test_an_answer_comes_in_stages_to_who_asks_for_events(client, index):
    asked = {"question": QUESTION, "history": ["Which provinces checked mooncakes?"]}
    whole = client.post("/api/ask", json=asked).json()
    for reply in (
        client.post("/api/ask", json=asked, headers={"accept": "text/event-stream"}),
        client.get("/api/ask", params=asked, headers={"accept": "text/event-stream"}),
    ):
        assert (
            reply.headers["content-type"].startswith("text/event-stream")
            and reply.headers["cache-control"] == "no-store"
        )
        searching, found, *pieces, last = events(reply)
        assert searching == ("searching", {"articles": index.n_articles})
        assert found[0] == "found" and 0 < found[1]["articles"] <= found[1]["passages"]
        assert {name for name, _ in pieces} == {"text"} and "".join(
            data["text"] for _, data in pieces
        ) == whole["text"]
        assert last[0] == "answer" and {**last[1], "ms": 0} == {**whole, "ms": 0}


def test_errors_of_events_are_replies_before_the_first_and_events_after_it(
    index, monkeypatch, caplog
):
    app = build_api(index)
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    stream = {"accept": "text/event-stream"}
    for body in ({"question": ""}, {"question": "x", "as_of": "soon"}):
        refused = client.post("/api/ask", json=body, headers=stream)
        assert refused.status_code == 400 and refused.json()["reference"]

    def breaks(*_, **__):
        yield Searching(7)
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(app.state.service, "events", breaks)
    first, last = events(client.post("/api/ask", json={"question": "x"}, headers=stream))
    assert first == ("searching", {"articles": 7})
    assert last[0] == "error" and last[1]["reference"] in caplog.text and "secret" not in str(last)


def test_who_waits_long_is_told_that_the_server_lives(index, monkeypatch):
    app = build_api(index)
    monkeypatch.setattr("rag.serving.events.PING_SECONDS", 0.02)

    def slow(*_, **__):
        yield Searching(7)
        time.sleep(0.2)
        yield "late"

    monkeypatch.setattr(app.state.service, "events", slow)
    text = (
        TestClient(app, base_url="http://127.0.0.1")
        .get("/api/ask?question=x", headers={"accept": "text/event-stream"})
        .text
    )
    assert text.count(": ping\n\n") >= 2 and text.index(": ping") < text.index("late")


def test_who_hangs_up_ends_the_work(index, monkeypatch):
    app, begun, closed = build_api(index), [], threading.Event()

    def slow(*_, **__):
        try:
            for number in range(1_000):
                begun.append(number)
                yield Searching(number)
                time.sleep(0.01)
        finally:
            closed.set()

    monkeypatch.setattr(app.state.service, "events", slow)
    headers = [(b"host", b"localhost"), (b"accept", b"text/event-stream")]
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/api/ask",
        "raw_path": b"/api/ask",
        "query_string": b"question=x",
        "headers": headers,
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }

    async def reads_one_event():
        asked, read = False, asyncio.Event()

        async def receive():
            nonlocal asked
            if asked:
                await read.wait()
                return {"type": "http.disconnect"}
            asked = True
            return {"type": "http.request", "body": b""}

        async def send(event):
            if event["type"] == "http.response.body":
                read.set()

        await app(scope, receive, send)

    asyncio.run(reads_one_event())
    assert closed.wait(5) and len(begun) < 100


def test_too_many_at_once_are_turned_away_and_the_server_still_tells_how_it_is(index, monkeypatch):
    app = build_api(index)
    app.state.service.pool = BoundedPool(threads=1, waiting=1)
    go, begun = threading.Event(), threading.Event()
    monkeypatch.setattr(
        app.state.service, "answer", lambda *_, **__: begun.set() or go.wait(10) and 1 / 0
    )
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    with client, ThreadPoolExecutor(2) as people:
        waiting = [people.submit(client.get, "/api/ask?question=x")]
        begun.wait(10)
        waiting.append(people.submit(client.get, "/api/ask?question=x"))
        while app.state.service.pool._room._value:
            time.sleep(0.01)
        for headers in ({}, {"accept": "text/event-stream"}):
            refused = client.get("/api/search?question=x", headers=headers)
            assert (
                refused.status_code == 503
                and int(refused.headers["retry-after"]) > 0
                and refused.json()["reference"]
            )
        assert client.get("/healthz").json()["status"] == "ok"
        go.set()
        assert [one.result().status_code for one in waiting] == [500, 500]
    assert client.get("/api/search?question=x").status_code == 200


def test_the_day_to_tell_from_is_the_servers_unless_the_question_has_one(index):
    client = TestClient(build_api(index, Settings(as_of="2011-10-10")), base_url="http://127.0.0.1")
    asked = {"question": "上个月哪些省举行了演练？"}
    assert client.get("/api/ask", params=asked).json()["as_of"] == "2011-10-10"
    assert (
        client.get("/api/ask", params={**asked, "as_of": "2012-01-01"}).json()["as_of"]
        == "2012-01-01"
    )


def test_the_corpus_in_figures_and_as_a_list(client, index):
    told = client.get("/api/corpus").json()
    assert told == json.loads(json.dumps(dataclasses.asdict(index.statistics())))
    listed = client.get(
        "/api/articles", params={"count": 3, "order": "title", "langs": "en"}
    ).json()
    assert len(listed["articles"]) == 3 and {one["lang"] for one in listed["articles"]} == {"en"}
    assert listed["total"] == dict(told["langs"])["en"]
    assert client.get("/api/articles", params={"order": "size"}).status_code == 400


def test_a_taken_port_says_what_to_do():
    with listen(Settings(port=0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=f"port {port}.*--port"):
            listen(Settings(port=port))


def test_a_port_is_free_again_after_use():
    with listen(Settings(port=0)) as first:
        port = first.getsockname()[1]
    with listen(Settings(port=port)) as again:
        assert again.getsockname()[1] == port


def test_an_address_that_is_not_this_machines_is_told():
    with pytest.raises(ServerError, match="192.0.2.7"):
        listen(Settings("192.0.2.7", 0, insecure=True))


def test_ipv6_loopback_is_loopback():
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        with listen(Settings("::1", 0)) as bound:
            assert bound.family == socket.AF_INET6
    except ServerError as error:
        assert "::1" in str(error)
