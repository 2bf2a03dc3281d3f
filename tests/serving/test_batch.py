"""Many questions in one request."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from rag import Assistant, Index
from rag.serving.batch import BATCH_LIMIT
from rag.serving.pool import BoundedPool
from rag.serving.routes import build_api

BRIDGE, FLOOD = "How long is the Xihou Bridge?", "山东出动了多少艘冲锋舟？"


@pytest.fixture(scope="module")
def index(news_index):
    with Index.open(news_index) as opened:
        yield opened


@pytest.fixture
def app(index):
    return build_api(index)


@pytest.fixture
def client(app):
    return TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)


def test_each_question_gets_the_answer_that_it_gets_alone(client, index):
    asked = [
        {"id": "b", "question": BRIDGE},
        {"question": FLOOD},
        {"question": "那湖北呢？", "history": ["山东举行了什么演练？"]},
    ]
    answers = client.post("/api/batch", json={"questions": asked}).json()["answers"]
    assert [one["id"] for one in answers] == ["b", "2", "3"]
    assistant = Assistant(index)
    expected = [
        assistant.ask(BRIDGE),
        assistant.ask(FLOOD),
        assistant.ask("那湖北呢？", assistant.turns(["山东举行了什么演练？"])),
    ]
    assert [{**one["answer"], "ms": 0} for one in answers] == [
        {**one.to_dict(), "ms": 0} for one in expected
    ]
    assert all(one["error"] is None for one in answers) and answers[2]["answer"]["completed"]


def test_filters_are_those_of_all(client):
    body = {"questions": [{"question": BRIDGE}, {"question": FLOOD}], "filters": {"langs": ["zh"]}}
    bridge, flood = (
        one["answer"] for one in client.post("/api/batch", json=body).json()["answers"]
    )
    assert "28" not in bridge["text"] and "18艘" in flood["text"] and bridge["searched"] < 13


def test_a_question_that_cannot_be_used_leaves_the_others_answered(client):
    body = {"questions": [{"question": " "}, {"question": BRIDGE}, {"question": "电" * 100_000}]}
    first, second, third = client.post("/api/batch", json=body).json()["answers"]
    assert (
        first["answer"] is third["answer"] is None and "28 kilometres" in second["answer"]["text"]
    )
    assert (
        first["error"]["error"]
        and "characters" in third["error"]["error"]
        and third["error"]["reference"]
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"questions": []},
        {"questions": ["x"]},
        {"questions": [{"question": "x"}] * (BATCH_LIMIT + 1)},
        {"questions": [{"id": "a"}]},
        {"questions": [{"question": "x", "history": ["?"] * 13}]},
    ],
)
def test_a_batch_that_makes_no_sense_is_refused(client, body):
    reply = client.post("/api/batch", json=body)
    assert reply.status_code == 400 and "questions" in reply.json()["error"]


def test_filters_that_make_no_sense_are_told_with_every_question(client):
    answers = client.post(
        "/api/batch", json={"questions": [{"question": "x"}], "filters": {"date_from": "soon"}}
    ).json()["answers"]
    assert "soon" in answers[0]["error"]["error"]


def test_lines_come_one_by_one(client):
    body = {"questions": [{"id": "b", "question": BRIDGE}, {"question": FLOOD}]}
    whole = client.post("/api/batch", json=body).json()["answers"]
    with client.stream(
        "POST", "/api/batch", json=body, headers={"accept": "application/x-ndjson"}
    ) as reply:
        assert reply.headers["content-type"].startswith("application/x-ndjson")
        lines = [json.loads(line) for line in reply.iter_lines()]
    for one in (*whole, *lines):
        one["answer"]["ms"] = 0
    assert lines == whole


def test_others_are_answered_between_the_questions_of_a_batch(app, client, monkeypatch):
    service, order, begun = app.state.service, [], threading.Event()
    service.pool = BoundedPool(threads=1)
    answer = service.answer

    def noted(question, **how):
        order.append(question)
        begun.set()
        while (
            question == "first" and service.pool._room._value > 63
        ):  # until the other one waits, too
            time.sleep(0.005)
        return answer(question, **how)

    monkeypatch.setattr(service, "answer", noted)
    with client, ThreadPoolExecutor(2) as people:
        batch = people.submit(
            client.post,
            "/api/batch",
            json={
                "questions": [{"question": "first"}, {"question": "second"}, {"question": "third"}]
            },
        )
        begun.wait(10)
        other = people.submit(client.post, "/api/ask", json={"question": BRIDGE})
        assert other.result().status_code == batch.result().status_code == 200
    assert order == ["first", BRIDGE, "second", "third"]


def test_what_was_answered_earlier_in_a_conversation_is_not_answered_again(
    app, client, index, monkeypatch
):
    asked, checked = [], Assistant._checked

    def counted(self, question, *given):
        asked.append(question)
        return checked(self, question, *given)

    monkeypatch.setattr(Assistant, "_checked", counted)
    talk = ["山东举行了什么演练？", "那湖北呢？", "什么时候？", BRIDGE]
    for number, question in enumerate(talk):
        body = {"question": question, "history": talk[:number]}
        told = client.post("/api/ask", json=body).json()
        assert {**told, "ms": 0} == {
            **Assistant(index).ask(question, Assistant(index).turns(talk[:number])).to_dict(),
            "ms": 0,
        }
    # Each question of the server's once; the rest are this test's own.
    own = [question for number in range(4) for question in (*talk[:number], talk[number])]
    assert sorted(asked) == sorted([*talk, *own])
    asked.clear()
    client.post(
        "/api/ask", json={"question": BRIDGE, "history": talk[:2], "filters": {"langs": ["zh"]}}
    )
    assert asked == [*talk[:2], BRIDGE], "under other filters the answers are others"
