"""What the guard around every route lets in and turns away."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, Router
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from rag.errors import ServerError, UsageError
from rag.serving import Settings
from rag.serving.guard import BODY_LIMIT, SECURITY_HEADERS, UPLOAD_LIMIT, Guard
from rag.serving.run import listen
from rag.serving.origins import Hosts, host_of, is_foreign
from rag.serving.passwords import Accounts
from rag.serving.settings import checked


async def echo(request: Request) -> JSONResponse:
    """What a route behind the guard sees."""
    body = await request.body()
    told = {
        "path": request.url.path,
        "root": request.scope["root_path"],
        "headers": dict(request.headers),
        "length": len(body),
    }
    return JSONResponse(told)


async def fails(request: Request) -> PlainTextResponse:
    raise ZeroDivisionError("secret /srv/path")


def client(settings: Settings = Settings(), host: str = "127.0.0.1:7860") -> TestClient:
    routes = [Route("/api/fails", fails), Route("/{rest:path}", echo, methods=["GET", "POST"])]
    return TestClient(
        Guard(Router(routes=routes), settings, None),
        base_url=f"http://{host}",
        raise_server_exceptions=False,
    )


@pytest.mark.parametrize(
    "host", ["127.0.0.1:7860", "localhost:7860", "[::1]:7860", "LOCALHOST.", "localhost"]
)
def test_this_machines_names_are_let_in(host):
    assert client().get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:7860",
        "192.168.0.7",
        "[::2]",
        "",
        "a b",
        "localhost:7860@evil.example",
    ],
)
def test_another_name_is_refused(host):
    reply = client().get("/", headers={"host": host})
    assert (
        reply.status_code == 400
        and "--allowed-host" in reply.json()["error"]
        and len(reply.json()["reference"]) == 8
    )


def test_who_serves_every_address_is_reached_by_any_but_by_no_name_that_was_not_told():
    everywhere = client(Settings("0.0.0.0", insecure=True, allowed_hosts=("News.example.org",)))
    for host in ("192.168.0.7:8000", "[fe80::1]:80", "news.example.org", "localhost"):
        assert everywhere.get("/", headers={"host": host}).status_code == 200
    for host in (
        "evil.example",
        "example.org",
        "192.168.0.7.evil.example",
        "[fe80::1].evil.example",
    ):
        assert everywhere.get("/", headers={"host": host}).status_code == 400


names = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?(\.[a-z]{2,5}){0,2}", fullmatch=True)


@given(names, st.none() | st.integers(0, 65535))
def test_a_host_is_told_from_its_port(name, port):
    assert host_of(name.upper() + (f":{port}" if port is not None else "")) == name


@given(st.ip_addresses(), st.none() | st.integers(0, 65535))
def test_addresses_are_hosts_too(address, port):
    shown = f"[{address}]" if address.version == 6 else str(address)
    authority = shown + (f":{port}" if port is not None else "")
    assert host_of(authority) == str(address)
    assert Hosts((), any_address=True).has(authority) and not Hosts(("localhost",)).has(
        f"{authority}.evil.example"
    )


@given(st.text(max_size=40))
def test_what_is_no_host_is_none_and_raises_nothing(text):
    host = host_of(text)
    assert host == "" or host in text.lower()
    assert not Hosts(("localhost",)).has(text) or host == "localhost"


SITE = {"host": "news.example.org"}


@pytest.mark.parametrize(
    ("method", "headers", "foreign"),
    [
        ("POST", {}, False),  # a program
        ("POST", {"origin": "https://news.example.org"}, False),
        ("POST", {"origin": "https://evil.example"}, True),
        ("POST", {"origin": "https://news.example.org.evil.example"}, True),
        ("POST", {"origin": "https://news.example.org:8443"}, True),
        ("POST", {"origin": "null"}, True),
        ("POST", {"origin": "https://[broken"}, True),
        ("POST", {"sec-fetch-site": "same-origin", "origin": "https://news.example.org"}, False),
        ("POST", {"sec-fetch-site": "cross-site", "origin": "https://news.example.org"}, True),
        ("POST", {"sec-fetch-site": "same-site"}, True),
        ("POST", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, True),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, False),  # a link
        (
            "GET",
            {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
            True,
        ),  # an image that asks a question
        ("GET", {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"}, False),
        ("GET", {"origin": "https://evil.example"}, False),  # its page cannot read the reply
        ("DELETE", {"origin": "https://evil.example"}, True),
    ],
)
def test_another_sites_page_is_told_from_ours(method, headers, foreign):
    assert is_foreign(method, Headers({**SITE, **headers})) is foreign


def test_another_sites_page_is_refused():
    reply = client().post("/api/ask", headers={"origin": "http://evil.example"})
    assert reply.status_code == 403 and reply.json()["reference"]
    assert client().post("/api/ask", headers={"origin": "http://127.0.0.1:7860"}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/upload_progress",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/proxy=http://example.com",
        "/gradio_api/run/x",
        "/gradio_api/call/x",
        "/gradio_api/process_recording",
        "/gradio_api/dev/reload",
        "/gradio_api/custom_component/x",
        "/monitoring",
        "/monitoring/summary",
        "/file=/etc/passwd",
        "/x/gradio_api/info",
        "/nothing",
        "/gradio_api/openapi.json",
        "/redoc",
    ],
)
def test_routes_that_nobody_needs_are_shut(path):
    for method in ("GET", "POST"):
        reply = client().request(method, path)
        assert reply.status_code == 404 and reply.json()["reference"]
    assert client(Settings(root_path="/news")).get(f"/news{path}").status_code == 404


def test_files_are_taken_only_where_readers_may_add_articles():
    open_to_files = client(Settings(allow_upload=True))
    assert open_to_files.post("/api/articles", content=b"x" * (BODY_LIMIT + 1)).status_code == 200
    assert (
        open_to_files.post(
            "/api/articles", headers={"content-length": str(UPLOAD_LIMIT + 1)}
        ).status_code
        == 413
    )
    assert client().post("/api/articles", content=b"x" * (BODY_LIMIT + 1)).status_code == 413
    assert open_to_files.post("/gradio_api/upload").status_code == 404, "files go to our own route"
    assert open_to_files.post("/api/ask", content=b"x" * (BODY_LIMIT + 1)).status_code == 413


@pytest.mark.parametrize("told", ["10000000000", "-1", "+5", "1e3", "٣", "x", ""])
def test_a_body_that_is_too_long_or_says_nonsense_of_its_length_is_refused(told):
    length = told.encode()
    headers = [
        (b"host", b"localhost"),
        (b"content-length", length if length.isascii() else told.encode("utf-8")),
    ]
    reply = client().post("/api/ask", headers=headers)
    assert reply.status_code == 413


def test_a_body_that_hides_its_length_is_stopped():
    def pieces():
        for _ in range(BODY_LIMIT // 10_000 + 2):
            yield b"x" * 10_000

    assert client().post("/api/ask", content=pieces()).status_code == 413


def test_what_a_stranger_says_of_the_way_a_request_took_is_not_heard():
    said = {
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
        "x-forwarded-for": "1.2.3.4",
        "forwarded": "host=evil.example",
        "x-gradio-server": "http://evil.example",
        "accept": "text/plain",
    }
    seen = client().get("/", headers=said).json()["headers"]
    assert not seen.keys() & (said.keys() - {"accept"}) and seen["accept"] == "text/plain"


@pytest.mark.parametrize(
    "path", ["/news/api/corpus", "/api/corpus"]
)  # a proxy that leaves the root on, and one that cuts it off
def test_a_root_path_is_kept_apart(path):
    told = client(Settings(root_path="/news")).get(path).json()
    assert (told["path"], told["root"]) == ("/news/api/corpus", "/news")


def test_every_reply_has_the_security_headers():
    replies = [client().get(path) for path in ("/", "/nothing", "/api/fails")] + [
        client().get("/", headers={"host": "evil.example"})
    ]
    assert [reply.status_code for reply in replies] == [200, 404, 500, 400]
    for reply in replies:
        assert {name: reply.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_only_what_is_the_same_for_all_may_be_kept_by_others():
    for path in ("/", "/api/corpus", "/gradio_api/info", "/nothing"):
        assert client().get(path).headers["cache-control"] == "private, no-cache"
    assert (
        "cache-control" not in client(Settings(root_path="/news")).get("/news/assets/x.js").headers
    )


def test_an_error_nobody_expected_has_a_reference_and_a_trace_in_the_log_only(caplog):
    with caplog.at_level(logging.ERROR, "rag.server"):
        reply = client().get("/api/fails")
    assert reply.status_code == 500 and "secret" not in reply.text and "Zero" not in reply.text
    assert reply.json()["reference"] == caplog.records[-1].args[0]
    assert "ZeroDivisionError: secret /srv/path" in caplog.text


def test_a_refusal_is_in_the_log_under_its_reference(caplog):
    with caplog.at_level(logging.INFO, "rag.server"):
        reply = client().get("/nothing%0a2026 forged line")
    assert reply.json()["reference"] in caplog.text and "\n2026 forged" not in caplog.text


def test_websockets_are_closed():
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        client().websocket_connect("/gradio_api/queue/join"),
    ):
        pass
    assert closed.value.code == 1008


def test_loopback_needs_no_password_and_the_rest_does():
    for host in ("0.0.0.0", "192.0.2.7", "example.com", "", "::"):
        with pytest.raises(ServerError, match="--auth.*--insecure"):
            listen(Settings(host, 0))
    with listen(Settings("0.0.0.0", 0, insecure=True)) as bound:
        assert bound.getsockname()[0] == "0.0.0.0"
    with listen(Settings("0.0.0.0", 0, Accounts({"editor": "hash"}))) as bound:
        assert bound.getsockname()[1]


@pytest.mark.parametrize(
    "options",
    [
        {"root_path": "/a b"},
        {"root_path": "http://x"},
        {"root_path": "/../x"},
        {"as_of": "yesterday"},
        {"allow_url": True},
        {"trust_proxy": ("nginx",)},
        {"trust_proxy": ("10.0.0.1/8",)},
        {"allowed_hosts": ("news.example.org:80",)},
        {"allowed_hosts": ("http://x",)},
        {"allowed_hosts": ("",)},
    ],
)
def test_settings_that_make_no_sense_are_refused(options):
    with pytest.raises(UsageError, match="expected --"):
        checked(**options)


def test_settings_are_put_in_one_form():
    assert (
        checked(root_path="news/zh/").root_path == "/news/zh"
        and checked(root_path="/").root_path == ""
    )
    assert checked(
        allow_upload=True,
        allow_url=True,
        trust_proxy=("10.0.0.0/8", "::1"),
        allowed_hosts=("[::1]", "a.b"),
    ).allow_url
