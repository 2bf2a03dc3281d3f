"""Passwords, the log-in form, cookies, Basic and Bearer, and what becomes of who guesses."""

import base64
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from rag import Article, Index
from rag.errors import UsageError
from rag.serving import Settings
from rag.serving.backoff import CLIENT_PATIENCE, NAME_PATIENCE, MAX_CACHED_ENTRIES, Backoff
from rag.serving.login import Authenticator
from rag.serving.passwords import Accounts, hash_password, read_accounts
from rag.serving.routes import build_api

PASSWORD = "köln 水 :x"
with pytest.MonkeyPatch.context() as patch:
    patch.setattr("rag.serving.passwords._LOG_N", 10)  # as any other hash, but made in no time
    HASH = hash_password(PASSWORD)
BROWSER = {
    "accept": "text/html,application/xhtml+xml",
    "sec-fetch-mode": "navigate",
    "sec-fetch-site": "none",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    path = tmp_path_factory.mktemp("museum")
    Index.build([Article("a", "The museum shows 40 paintings.", lang="en")], path)
    with Index.open(path) as opened:
        yield opened


def served(index, **given) -> TestClient:
    app = build_api(index, Settings(accounts=Accounts({"editor": HASH}), **given))
    return TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)


@pytest.fixture
def client(index):
    return served(index)


def basic(name: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def test_without_a_password_nothing_is_told(client):
    for path in (
        "/",
        "/api/ask?question=x",
        "/api/search?question=x",
        "/api/articles/a",
        "/api/corpus",
        "/docs",
        "/openapi.json",
        "/config",
        "/gradio_api/info",
        "/gradio_api/queue/data",
        "/theme.css",
        "/assets/x.js",
    ):
        reply = client.get(path)
        assert reply.status_code == 401 and reply.json()["reference"] and "museum" not in reply.text
        assert reply.headers["www-authenticate"].startswith("Basic ")
    assert client.post("/api/ask", json={"question": "x"}).status_code == 401
    assert client.post("/gradio_api/queue/join", json={}).status_code == 401
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/healthz", headers=basic("editor", PASSWORD)).json()["articles"] == 1


def test_a_browser_is_led_to_the_form_and_on_to_where_it_went(client):
    reply = client.get("/?q=桥&x=1", headers=BROWSER)
    assert reply.status_code == 303
    form = client.get(reply.headers["location"], headers=BROWSER).text
    following = re.search(r'name="next" value="([^"]*)"', form)[1].replace("&amp;", "&")
    assert "登录" in form and "Log in" in form and 'lang="zh"' in form and 'lang="en"' in form
    reply = client.post("/login", data={"name": "editor", "password": PASSWORD, "next": following})
    assert (
        reply.status_code == 303 and reply.headers["location"] == following == "/?q=%E6%A1%A5&x=1"
    )
    cookie = reply.headers["set-cookie"].lower()
    assert (
        "httponly" in cookie
        and "samesite=lax" in cookie
        and "path=/" in cookie
        and "secure" not in cookie
    )
    assert client.get("/api/corpus").json()["articles"] == 1
    assert "editor" in client.get("/login").text
    gone = client.post("/logout")
    assert gone.status_code == 303 and client.get("/api/corpus").status_code == 401


@pytest.mark.parametrize(
    "following",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:x",
        "",
        "/a\r\nset-cookie: x",
    ],
)
def test_the_form_leads_nowhere_else(client, following):
    reply = client.post("/login", data={"name": "editor", "password": PASSWORD, "next": following})
    assert reply.headers["location"] == "/" and reply.headers.get_list("set-cookie")[0].startswith(
        "yinju-"
    )


def test_what_is_typed_is_shown_as_text(client):
    name = '"><script>alert(1)</script>{{ root }}'
    reply = client.post("/login", data={"name": name, "password": "x", "next": f"/{name}"})
    assert reply.status_code == 401 and "<script>" not in reply.text and "{{ root }}" in reply.text
    assert "密码不对" in reply.text and 'role="alert"' in reply.text


def test_over_https_and_below_a_root_the_cookie_is_so_too(index):
    client = TestClient(
        served(index, root_path="/news").app, base_url="https://localhost", follow_redirects=False
    )
    reply = client.get("/news/", headers=BROWSER)
    assert reply.headers["location"] == "/news/login?next=%2F"
    reply = client.post("/news/login", data={"name": "editor", "password": PASSWORD, "next": "/"})
    assert reply.headers["location"] == "/news/"
    assert (
        "secure" in reply.headers["set-cookie"].lower()
        and "path=/news" in reply.headers["set-cookie"].lower()
    )


def test_programs_send_basic_or_a_token(client):
    assert client.get("/api/corpus", headers=basic("editor", PASSWORD)).status_code == 200
    token = client.post("/api/token", headers=basic("editor", PASSWORD)).json()
    bearer = {"authorization": f"Bearer {token['token']}"}
    assert token["seconds"] > 3600 and client.get("/api/corpus", headers=bearer).status_code == 200
    assert client.post("/api/token", headers=bearer).status_code == 403
    # What has a field for an "API key" only sends name and password as one.
    key = f"editor:{PASSWORD}".encode()
    assert client.get("/api/corpus", headers={"authorization": b"Bearer " + key}).status_code == 200
    for wrong in (key[:-1], b"editor:", b":" + key, b"editor", key + b"\xff"):
        assert (
            client.get("/api/corpus", headers={"authorization": b"Bearer " + wrong}).status_code
            == 401
        )
    for wrong in (
        "Bearer x",
        "Bearer " + token["token"][:-1],
        "Basic !",
        "Basic " + base64.b64encode(b"\xff\xfe").decode(),
        "Basic ZWRpdG9y",
        "Digest x",
        "",
    ):
        assert client.get("/api/corpus", headers={"authorization": wrong}).status_code == 401


def test_a_ticket_ends_with_its_time_its_name_and_any_change_of_passwords(monkeypatch):
    accounts = Accounts({"editor": HASH, "reader": HASH})
    ticket = Authenticator(accounts).ticket("reader")
    assert Authenticator(accounts)._signed(ticket) == "reader", "a restart logs nobody out"
    assert Authenticator(Accounts({"editor": HASH}))._signed(ticket) is None
    assert (
        Authenticator(Accounts({"editor": HASH, "reader": hash_password(PASSWORD)}))._signed(ticket)
        is None
    )
    monkeypatch.setattr("rag.serving.login.TICKET_SECONDS", -1)
    assert Authenticator(accounts)._signed(ticket) is None


def test_the_page_gets_no_dialog_of_the_browser(client):
    reply = client.post(
        "/gradio_api/queue/join",
        headers={"sec-fetch-mode": "cors", "sec-fetch-site": "same-origin"},
        json={},
    )
    assert reply.status_code == 401 and "www-authenticate" not in reply.headers


def test_who_guesses_waits_even_with_the_right_password_and_others_do_not(client):
    for _ in range(CLIENT_PATIENCE.free):
        assert client.post("/login", data={"name": "editor", "password": "x"}).status_code == 401
    waits = client.post("/login", data={"name": "editor", "password": PASSWORD})
    assert (
        waits.status_code == 429 and int(waits.headers["retry-after"]) >= 1 and "秒" in waits.text
    )
    refused = client.get("/api/corpus", headers=basic("editor", PASSWORD))
    assert refused.status_code == 429 and refused.json()["reference"]
    other = TestClient(client.app, base_url="http://127.0.0.1", client=("192.0.2.9", 1))
    assert other.get("/api/corpus", headers=basic("editor", PASSWORD)).status_code == 200


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_waiting_doubles_and_ends(clock):
    backoff, waits = Backoff(clock), []
    for _ in range(16):
        waits.append(wait := backoff.wait("192.0.2.1", "a"))
        clock.now += wait
        assert backoff.wait("192.0.2.1", "a") == 0
        backoff.failed("192.0.2.1", "a")
    free = CLIENT_PATIENCE.free
    assert waits[:free] == [0] * free and waits[free:][:4] == [1, 2, 4, 8]
    assert max(waits) <= CLIENT_PATIENCE.longest
    backoff.came_in("192.0.2.1", "a")
    assert backoff.wait("192.0.2.1", "a") == 0


def test_a_name_is_guarded_against_many_clients_but_not_against_its_owner(clock):
    backoff = Backoff(clock)
    backoff.came_in("192.0.2.1", "editor")
    for client in range(2 * NAME_PATIENCE.free):
        backoff.failed(f"198.51.100.{client}", "editor")
    assert backoff.wait("203.0.113.1", "editor") == NAME_PATIENCE.longest
    assert backoff.wait("203.0.113.1", "reader") == 0
    assert backoff.wait("192.0.2.1", "editor") == 0


def test_one_household_is_one_client(clock):
    backoff = Backoff(clock)
    for client in range(20):
        backoff.failed(f"2001:db8:1:2::{client:x}", f"name {client}")
    assert (
        backoff.wait("2001:db8:1:2:ffff::1", "x") > 0 and backoff.wait("2001:db8:1:3::1", "x") == 0
    )


def test_failures_are_forgotten_and_take_bounded_memory(clock):
    backoff = Backoff(clock)
    for n in range(MAX_CACHED_ENTRIES + 100):
        backoff.failed(f"client {n}", f"name {n}")
    assert len(backoff._failures) <= MAX_CACHED_ENTRIES
    for _ in range(30):
        backoff.failed("192.0.2.1", "a")
    clock.now += 4_000
    assert backoff.wait("192.0.2.1", "a") == 0 and len(backoff._failures) == 0


@settings(max_examples=2)
@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_a_hash_holds_its_password_and_no_other(password, other):
    accounts = Accounts({"a": hash_password(password)})
    assert accounts.holds("a", password) and not accounts.holds("b", password)
    assert not accounts.holds("a", other + password)


def test_one_password_has_many_hashes_and_one_form():
    assert hash_password("x") != hash_password("x")
    assert Accounts({"a": hash_password("caf\u00e9")}).holds("a", "cafe\u0301")


def test_accounts_come_from_a_file_or_the_command_line(tmp_path):
    file = tmp_path / "accounts"
    file.write_text(f"\ufeff# who may read\n\neditor:{HASH}\r\n读者:{HASH}\n", "utf-8")
    assert set(read_accounts(str(file)).hashes) == {"editor", "读者"}
    assert read_accounts(f"editor:{PASSWORD}").holds("editor", PASSWORD)
    assert read_accounts(f"editor:{HASH}").holds("editor", PASSWORD)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("editor:secret", "line 1.*--hash-password"),
        ("", "got none"),
        (f"a:{HASH}\na:{HASH}", "line 2.*once"),
        ("editor", "line 1.*name:password"),
        (f"a:{HASH}x", "line 1"),
        (f"a:{HASH.replace('$10$', '$40$')}", "line 1"),
        (f":{HASH}", "line 1"),
        ("a:scrypt$14$8$5$eA==$eA==", "line 1"),
    ],
)
def test_a_file_of_something_else_is_refused_and_not_shown(tmp_path, text, says):
    file = tmp_path / "accounts"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=says) as raised:
        read_accounts(str(file))
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("given", ["editor", ":x", "editor:", " a:b", "no/such/file"])
def test_what_is_no_account_is_refused(given):
    with pytest.raises(UsageError, match="name:password"):
        read_accounts(given)
