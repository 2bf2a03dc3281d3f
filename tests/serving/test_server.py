"""The server's own routes and the guard around them, on the shipped corpus."""

import dataclasses
import json
import logging
import re
from urllib.parse import quote

import pytest
from server_client import QUESTION, client, index
from starlette.testclient import TestClient

from rag import Article, Assistant, Index
from rag.serving.guard import BODY_LIMIT, SECURITY_HEADERS
from rag.serving.routes import build_api


def test_health_tells_what_is_served(client, index):
    assert client.get("/healthz").json() == {
        "status": "ok",
        "articles": index.n_articles,
        "index_version": index.version,
    }


def test_ask_gives_the_librarys_answer(client, index):
    expected = Assistant(index).ask(QUESTION)
    posted = client.post("/api/ask", json={"question": QUESTION}).json()
    fetched = client.get("/api/ask", params={"question": QUESTION}).json()
    for answer in (posted, fetched):
        assert answer["places"] == list(expected.places) != []
        assert answer["text"] == expected.text
        assert [one["quote"] for one in answer["citations"]] == [
            one.quote for one in expected.citations
        ]
        article = client.get(f"/api/articles/{answer['citations'][0]['article_id']}").json()
        first = answer["citations"][0]
        assert article["text"][first["start"] : first["end"]] == first["quote"]


def test_a_question_is_completed_from_those_before_it(client):
    asked = {"question": "那湖北呢？", "history": ["四川举办了什么演练？"]}
    for answer in (
        client.post("/api/ask", json=asked).json(),
        client.get("/api/ask", params=asked).json(),
    ):
        assert (answer["question"], answer["completed"]) == ("那湖北呢？", "湖北举办了什么演练？")
    chain = {"question": "什么时候？", "history": ["四川举办了什么演练？", "那湖北呢？"]}
    assert client.post("/api/ask", json=chain).json()["completed"] == "湖北什么时候举办了演练？"
    assert client.post("/api/ask", json={"question": "那湖北呢？"}).json()["completed"] == ""
    for history in (["?"] * 13, [""], "四川举办了什么演练？", [1]):
        refused = client.post("/api/ask", json={"question": "那湖北呢？", "history": history})
        assert refused.status_code == 400 and "error" in refused.json()


def test_filters_narrow_what_is_asked_and_searched(client):
    params = {"question": QUESTION, "langs": "en"}
    assert {hit["lang"] for hit in client.get("/api/search", params=params).json()["hits"]} == {
        "en"
    }
    body = {"question": QUESTION, "filters": {"date_from": "2020-01-01"}}
    assert client.post("/api/ask", json=body).json()["refused"] is True


def test_search_gives_the_librarys_hits(client, index):
    hits = client.get("/api/search", params={"question": "月饼 抽查", "k": 3}).json()["hits"]
    expected = index.search("月饼 抽查", k=3)
    assert [(hit["article_id"], hit["start"]) for hit in hits] == [
        (hit.article_id, hit.start) for hit in expected
    ]
    assert hits[0]["text"] == expected[0].text


def test_an_article_comes_whole_and_without_its_place_on_the_disk(client, index):
    first = index.snapshot.article(0)
    expected = {key: value for key, value in dataclasses.asdict(first).items() if key != "path"} | {
        "pages": list(first.pages),
        "ocr": list(first.ocr),
    }
    told = client.get(f"/api/articles/{first.id}").json()
    passages = told.pop("passages")
    assert told == expected
    spans = [(start, end) for row, start, end in index.snapshot.passages.tolist() if row == 0]
    assert [(one["start"], one["end"]) for one in passages] == spans != []


IDS = ("a/b c.txt", "新闻/第1期#2?x=1&y.md", "//x", "/", "a/../b", "100%", "é\u0301\U0001f409")


def test_an_article_id_may_hold_anything(tmp_path):
    Index.build(
        [
            Article(name, f"The museum opened on day {number}.", lang="en")
            for number, name in enumerate(IDS)
        ],
        tmp_path,
    )
    with Index.open(tmp_path) as index:
        client = TestClient(build_api(index), base_url="http://localhost")
        for number, name in enumerate(IDS):
            assert (
                client.get(f"/api/articles/{quote(name, safe='')}").json()["text"]
                == f"The museum opened on day {number}."
            )
        assert client.get("/api/articles/a/b%20c.txt").json()["id"] == IDS[0]


@pytest.mark.parametrize(
    ("method", "path", "kwargs", "status", "says"),
    [
        ("GET", "/api/ask?question=", {}, 400, ""),
        ("GET", "/api/ask", {}, 400, "question"),
        ("POST", "/api/ask", {"json": {"q": 1}}, 400, "question"),
        ("POST", "/api/ask", {"content": b"{"}, 400, ""),
        ("POST", "/api/ask", {"json": {"question": "电" * 100_000}}, 400, ""),
        ("GET", "/api/ask?question=x&date_from=soon", {}, 400, "soon"),
        ("GET", "/api/search?question=x&k=0", {}, 400, "k"),
        ("GET", "/api/articles/none.md", {}, 404, "none.md"),
        ("GET", "/api/articles/../../etc/passwd", {}, 404, ""),
        ("GET", "/api/nothing", {}, 404, "/docs"),
        ("DELETE", "/api/ask", {}, 405, ""),
        ("POST", "/api/ask", {"content": b"x" * (BODY_LIMIT + 1)}, 413, "bytes"),
        ("POST", "/gradio_api/upload", {"files": {"files": b"x"}}, 404, "not open"),
        ("GET", "/gradio_api/file=/etc/passwd", {}, 404, "not open"),
        ("GET", "/gradio_api/proxy=http://example.com", {}, 404, "not open"),
    ],
)
def test_errors_say_what_is_wrong(client, method, path, kwargs, status, says):
    reply = client.request(method, path, **kwargs)
    assert reply.status_code == status
    assert says in reply.json()["error"] and reply.json()["error"]
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_an_error_nobody_expected_has_a_reference_and_a_trace_in_the_log(
    index, monkeypatch, caplog
):
    app = build_api(index)
    monkeypatch.setattr(app.state.service, "answer", lambda *_, **__: 1 / 0)
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    with caplog.at_level(logging.ERROR, "rag.server"):
        reply = client.post("/api/ask", json={"question": QUESTION})
    assert reply.status_code == 500
    reference = caplog.records[-1].args[0]
    assert (
        reference == reply.json()["reference"]
        and reference in reply.json()["error"]
        and "division" not in reply.text
    )
    assert "ZeroDivisionError" in caplog.text
    assert reply.headers["x-frame-options"] == "DENY"


def test_every_reply_has_the_security_headers(client):
    for path in ("/healthz", "/openapi.json", "/api/nothing", "/nothing"):
        headers = client.get(path).headers
        assert {name: headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_the_routes_are_described_and_nothing_is_loaded_from_elsewhere(client):
    described = client.get("/openapi.json").json()
    assert {
        "/api/ask",
        "/api/check",
        "/api/search",
        "/api/articles",
        "/api/articles/{article_id}",
        "/api/corpus",
        "/healthz",
    } <= set(described["paths"])
    assert {"Answer", "Citation", "Hit", "WholeArticle", "Refusal"} <= set(
        described["components"]["schemas"]
    )
    page = client.get("/docs").text
    loaded = re.findall(r"""(?:src|href|url)(?:=|: )["']([^"']+)""", page)
    assert loaded and all(
        one.startswith("/") and client.get(one).status_code == 200 for one in loaded
    )


def test_a_rebuilt_index_is_taken_up(tmp_path):
    Index.build([Article("a", "The museum shows 40 paintings.", lang="en")], tmp_path)
    with Index.open(tmp_path) as index:
        client = TestClient(build_api(index), base_url="http://127.0.0.1")
        assert client.get("/healthz").json()["articles"] == 1
        new = Article("b", "The library lends 900 books.", lang="en")
        Index.build([Article("a", "The museum shows 50 paintings.", lang="en"), new], tmp_path)
        hits = client.get(
            "/api/search", params={"question": "How many books does the library lend?"}
        ).json()["hits"]
        assert hits[0]["article_id"] == "b"
        assert client.get("/healthz").json() == {
            "status": "ok",
            "articles": 2,
            "index_version": index.version,
        }


def test_a_damaged_new_version_leaves_the_old_one_in_use_until_it_is_mended(
    tmp_path, monkeypatch, caplog
):
    Index.build([Article("a", "The museum shows 40 paintings.", lang="en")], tmp_path)
    with Index.open(tmp_path) as index:
        client, old = TestClient(build_api(index), base_url="http://127.0.0.1"), index.version
        Index.build([Article("a", "The museum shows 50 paintings.", lang="en")], tmp_path)
        vectors = (
            tmp_path / "versions" / (tmp_path / "CURRENT").read_text().strip() / "vectors.faiss"
        )
        whole = vectors.read_bytes()
        vectors.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        for _ in range(3):
            assert (
                "40"
                in client.get(
                    "/api/ask", params={"question": "How many paintings does the museum show?"}
                ).json()["text"]
            )
        health = client.get("/healthz").json()
        assert (health["status"], health["index_version"]) == (
            "degraded",
            old,
        ) and "vectors.faiss" in health["problem"]
        assert len([one for one in caplog.records if "stays in use" in one.message]) == 1
        vectors.write_bytes(whole)
        assert client.get("/healthz").json()["index_version"] == old, (
            "not read again for every question"
        )
        monkeypatch.setattr("rag.serving.query_service.REOPEN_SECONDS", 0)
        assert client.get("/healthz").json() == {
            "status": "ok",
            "articles": 1,
            "index_version": index.version,
        }
        assert index.version != old


def test_an_index_that_is_gone_is_served_on(tmp_path):
    Index.build([Article("a", "The museum shows 40 paintings.", lang="en")], tmp_path)
    with Index.open(tmp_path) as index:
        client = TestClient(build_api(index), base_url="http://127.0.0.1")
        (tmp_path / "CURRENT").unlink()
        assert client.get("/healthz").json()["status"] == "degraded"
        assert client.get("/api/search", params={"question": "museum"}).json()["hits"]
