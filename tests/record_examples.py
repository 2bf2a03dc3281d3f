"""Records the examples of the OpenAPI description: asks a server with made-up articles, and keeps
what comes back.

    PYTHONPATH=. python tests/record_examples.py

Run it again where a route is new or replies otherwise; a test says when a recorded example no
longer fits its route.
"""

import json
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent / "shared"))
from small_news import NEWS  # noqa: E402

FILE = Path(__file__).resolve().parent.parent / "rag" / "serving" / "examples.json"
ACCOUNT = ("editor", "secret")
FLOOD = {"question": "哪些省举行了防汛演练？", "filters": {"date_from": "2024-01-01"}}
# Each as (method, route, parameters by name, body).
REQUESTS = (
    ("GET", "/healthz", {}, None),
    ("POST", "/api/ask", {}, FLOOD | {"history": ["山东出动了多少艘冲锋舟？"]}),
    ("GET", "/api/ask", {"question": "How long is the Xihou Bridge?", "langs": ["en"]}, None),
    (
        "POST",
        "/api/batch",
        {},
        {
            "questions": [
                {"id": "bridge", "question": "How long is the Xihou Bridge?"},
                {"id": "empty", "question": " "},
            ]
        },
    ),
    ("POST", "/api/suggest", {}, {"question": "How long is the Xihou Bridge?"}),
    ("GET", "/api/search", {"question": "flood drills", "k": 2}, None),
    (
        "POST",
        "/api/clippings",
        {},
        {
            "clippings": [
                {
                    "article_id": "bridge-en",
                    "start": 84,
                    "quote": "The bridge is 28 kilometres long and cost 23 billion yuan.",
                    "question": "How long is the Xihou Bridge?",
                }
            ]
        },
    ),
    ("GET", "/api/articles", {"words": "图书馆", "order": "newest", "start": 0, "count": 2}, None),
    ("GET", "/api/articles/{article_id}", {"article_id": "bridge-en"}, None),
    (
        "POST",
        "/api/check",
        {},
        {
            "sentence": "The bridge is 30 kilometres long.",
            "evidence": ["西堠大桥全长28公里，造价230亿元。"],
        },
    ),
    ("GET", "/api/corpus", {}, None),
    ("POST", "/api/token", {}, None),
    ("GET", "/v1/models", {}, None),
    ("GET", "/v1/models/{model}", {"model": "yinju"}, None),
    (
        "POST",
        "/v1/chat/completions",
        {},
        {"model": "yinju", "messages": [{"role": "user", "content": "山东出动了多少艘冲锋舟？"}]},
    ),
)
FORM = {
    "text": "The ferry to Gulangyu carried 9,000 people on Sunday.",
    "title": "A busy Sunday",
    "date": "2024-05-06",
    "source": "River Post",
}


def client(path):
    """Of a server of an index of the articles, on which all routes are open, without a password put
    in."""
    from starlette.testclient import TestClient

    from rag import Index
    from rag.serving import Settings
    from rag.serving.passwords import Accounts, hash_password
    from rag.serving.routes import build_api

    settings = Settings(
        allow_upload=True, accounts=Accounts({ACCOUNT[0]: hash_password(ACCOUNT[1])})
    )
    return TestClient(
        build_api(Index.open(path), settings),
        base_url="http://127.0.0.1",
        raise_server_exceptions=False,
    )


def ask(server, method, route, parameters, body):
    """The reply to one of the requests."""
    inside = {name: value for name, value in parameters.items() if "{" + name + "}" in route}
    asked = {name: value for name, value in parameters.items() if name not in inside}
    return server.request(method, route.format(**inside), params=asked, json=body, auth=ACCOUNT)


def record(server) -> dict[str, dict]:
    """The examples by "METHOD /route"."""
    made = {}
    for method, route, parameters, body in REQUESTS:
        reply = ask(server, method, route, parameters, body)
        assert reply.status_code == 200, (route, reply.text)
        made[f"{method} {route}"] = _example(parameters, body, reply.json())
    added = server.post("/api/articles", data=FORM, auth=ACCOUNT).json()
    made["POST /api/articles"] = _example({"wait": True}, FORM, added)
    made["GET /api/jobs/{job_id}"] = _example(
        {"job_id": added["job"]}, None, server.get(f"/api/jobs/{added['job']}", auth=ACCOUNT).json()
    )
    return made


def _example(parameters: dict, request: dict | None, response: dict) -> dict:
    # The milliseconds, the id and the time of one day say nothing; the token says who signed it.
    shown = json.loads(
        json.dumps(response),
        object_hook=lambda one: {
            **one,
            **{key: value for key, value in _SHOWN.items() if key in one},
        },
    )
    return {
        key: value
        for key, value in (("parameters", parameters), ("request", request), ("response", shown))
        if value
    }


_SHOWN = {"ms": 6.1, "token": "ImVkaXRvciI.aVuQ2g.vXo0…"}


def build(folder: Path) -> Path:
    """An index of the articles in a folder, built from a file as users have them."""
    from rag import Index

    corpus, index = folder / "news", folder / "index"
    corpus.mkdir()
    lines = (
        json.dumps(
            {
                "id": one.id,
                **{
                    name: getattr(one, name)
                    for name in ("text", "title", "date", "source", "url", "lang")
                },
            }
        )
        for one in NEWS
    )
    (corpus / "news.jsonl").write_text("\n".join(lines), "utf-8")
    Index.build(corpus, index)
    return index


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        lines = (
            f"{json.dumps(name)}: {json.dumps(one, ensure_ascii=False)}"
            for name, one in record(client(build(Path(folder)))).items()
        )
        FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
