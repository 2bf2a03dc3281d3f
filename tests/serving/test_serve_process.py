"""``yinju serve`` as a process of its own: events over a wire, an index that is rebuilt under load,
a kill, a password.
"""

import base64
import http.client
import json
import re
import signal
import threading
import time
from urllib.parse import quote

import pytest
from served import serving

from rag import Article, Index
from rag.serving.passwords import hash_password

pytestmark = pytest.mark.slow

QUESTION = "How many paintings does the museum show?"
ODD = "新闻/../a%2Fb#1?x=2.md"


def news(paintings: int) -> list[Article]:
    return [
        Article("a", f"The museum shows {paintings} paintings. It opened on Monday.", lang="en"),
        Article(ODD, "四川举办了防汛演练，出动冲锋舟18艘。", lang="zh"),
    ]


def ask(address, method: str, path: str, body: object = None, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=30)
    data = json.dumps(body) if body is not None else None
    connection.request(
        method,
        path,
        data,
        {
            "content-type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
    )
    reply = connection.getresponse()
    content = reply.read()
    connection.close()
    return reply.status, content


def test_an_index_is_rebuilt_under_load_and_nobody_notices(tmp_path):
    paintings = {Index.build(news(40), tmp_path).version: 40}
    with serving(tmp_path) as (address, process):
        seen, stop = [], threading.Event()

        def reader():
            while not stop.is_set():
                seen.append(ask(address, "POST", "/api/ask", {"question": QUESTION}))

        readers = [threading.Thread(target=reader) for _ in range(4)]
        for one in readers:
            one.start()
        try:
            for number in (50, 60, 70):
                paintings[Index.build(news(number), tmp_path).version] = number
                # The first to ask after the switch brings the new version; who asks in that moment
                # gets the old one.
                for _ in range(100):
                    status, health = ask(address, "GET", "/healthz")
                    if json.loads(health)["index_version"] == [*paintings][-1]:
                        break
                else:
                    pytest.fail(f"{health} instead of {[*paintings][-1]}")
                # Each reader is answered from it at least once before the next one comes.
                answered, deadline = len(seen), time.monotonic() + 60
                while len(seen) < answered + 2 * len(readers):
                    assert time.monotonic() < deadline, "the readers are not answered"
                    time.sleep(0.01)
        finally:
            stop.set()
            for one in readers:
                one.join()
        for status, body in seen:
            answer = json.loads(body)
            assert (
                status == 200
                and str(paintings[answer["index_version"]]) in answer["citations"][0]["quote"]
            )

        connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=30)
        connection.request(
            "GET",
            f"/api/ask?question={quote('四川出动了多少艘冲锋舟？')}",
            headers={"accept": "text/event-stream"},
        )
        events = connection.getresponse().read().decode()
        assert (
            re.findall("^event: (.+)$", events, re.MULTILINE)[:3] == ["searching", "found", "text"]
            and "18艘" in events
        )
        status, article = ask(address, "GET", f"/api/articles/{quote(ODD, safe='')}")
        assert status == 200 and json.loads(article)["id"] == ODD

        status, refusal = ask(address, "GET", "/api/articles/nothing")
        assert status == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) is not None
        log = process.stderr.read()
        assert json.loads(refusal)["reference"] in log and "Traceback" not in log


def test_who_has_logged_in_stays_so_when_the_server_is_killed_and_comes_back(tmp_path):
    Index.build(news(40), tmp_path / "index")
    accounts = tmp_path / "accounts"
    accounts.write_text(f"editor:{hash_password('secret')}\n", "utf-8")
    options = (
        "--host",
        "0.0.0.0",
        "--auth",
        accounts,
        "--root-path",
        "/news",
        "--trust-proxy",
        "127.0.0.1",
    )
    with serving(tmp_path / "index", *options) as (address, process):
        assert ask(address, "GET", "/news/healthz") == (200, b'{"status":"ok"}')
        basic = "Basic " + base64.b64encode(b"editor:secret").decode()
        status, token = ask(address, "POST", "/news/api/token", authorization=basic)
        bearer = f"Bearer {json.loads(token)['token']}"
        # Behind a proxy that cuts the root off, and tells who asks and how.
        for path in ("/news/", "/"):
            status, page = ask(
                address,
                "GET",
                path,
                authorization=bearer,
                x_forwarded_proto="https",
                x_forwarded_host="evil.example",
            )
            assert (
                status == 200
                and b"evil.example" not in page
                and re.search(rb'"root": ?"https://127.0.0.1:\d+/news"', page)
            )
        process.send_signal(signal.SIGKILL)
        process.wait(15)
        assert b"secret" not in process.stderr.read().encode()
    assert Index.verify(tmp_path / "index").files > 3
    with serving(tmp_path / "index", *options) as (address, _):
        assert (
            ask(address, "POST", "/news/api/ask", {"question": QUESTION}, authorization=bearer)[0]
            == 200
        )
        assert (
            ask(
                address, "POST", "/news/api/ask", {"question": QUESTION}, authorization=bearer[:-1]
            )[0]
            == 401
        )
        assert ask(address, "GET", "/news/gradio_api/info")[0] == 401
