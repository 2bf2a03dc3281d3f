"""The Model Context Protocol over standard streams and over HTTP."""

import asyncio
import json
import os
import subprocess
import sys

import pytest
from mcp_session import FLOODS, TOOLS, index, session
from page_server import running
from starlette.testclient import TestClient

from rag import Article, Assistant, Index
from rag.errors import UsageError
from rag.serving import QueryService, Settings
from rag.serving.mcp_routes import server_of
from rag.serving.passwords import Accounts, hash_password
from rag.serving.routes import build_api

mcp = pytest.importorskip("mcp", reason="the extra mcp is not installed")
httpx2 = pytest.importorskip("httpx2")

from mcp.client.stdio import StdioServerParameters  # noqa: E402
from mcp.client.streamable_http import streamable_http_client  # noqa: E402


@pytest.mark.slow
def test_an_index_that_is_rebuilt_is_taken_up_over_stdio(tmp_path):
    Index.build([Article("a", "The museum shows 40 paintings.", lang="en")], tmp_path)
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "rag.cli", "mcp", "--index", str(tmp_path)],
        env=dict(os.environ),
    )
    question = {"question": "How many paintings does the museum show?"}

    async def talk(client):
        first = await client.call_tool("ask", question)
        Index.build([Article("a", "The museum shows 50 paintings.", lang="en")], tmp_path)
        return (await client.list_tools()).tools, first, await client.call_tool("ask", question)

    tools, first, second = session(command, talk)
    assert {one.name for one in tools} == TOOLS
    assert first.structured_content["text"].startswith("40") and second.structured_content[
        "text"
    ].startswith("50")


@pytest.mark.slow
def test_nothing_but_messages_goes_to_standard_output_and_the_end_of_input_ends_it(news_index):
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    asked = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "ask", "arguments": {"question": " "}},
    }
    lines = "".join(
        json.dumps(one) + "\n"
        for one in (hello, {"jsonrpc": "2.0", "method": "notifications/initialized"}, asked)
    )
    command = [sys.executable, "-m", "rag.cli", "mcp", "--index", str(news_index)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdin.write(lines)
        process.stdin.flush()
        replies = [json.loads(process.stdout.readline()) for _ in range(2)]
        rest, log = process.communicate(timeout=30)
    assert [one["id"] for one in replies] == [1, 2] and replies[1]["result"]["isError"]
    assert rest == "" and process.returncode == 0 and "Traceback" not in log


def test_no_index_is_told_on_standard_error(yinju, tmp_path):
    done = yinju("mcp", "--index", tmp_path / "none", stdin=subprocess.DEVNULL)
    assert done.returncode == 5 and done.stdout == "" and "none" in done.stderr


def over_http(address, talk, **headers):
    async def run():
        async with httpx2.AsyncClient(headers=headers, timeout=60) as wire:
            async with mcp.Client(
                streamable_http_client(f"{address}/mcp", http_client=wire), read_timeout_seconds=60
            ) as client:
                return await talk(client)

    return asyncio.run(run())


def post(address, **headers):
    ping = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    return httpx2.post(
        f"{address}/mcp",
        json=ping,
        headers={"accept": "application/json, text/event-stream", **headers},
    )


async def asks(client):
    tools = (await client.list_tools()).tools
    return {one.name for one in tools}, (
        await client.call_tool("ask", {"question": FLOODS})
    ).structured_content


@pytest.mark.slow
def test_over_http_beside_the_page(news_index, index):
    with running(news_index) as address:
        tools, told = over_http(address, asks)
        assert tools == TOOLS and told["text"] == Assistant(index).ask(FLOODS).text
        # The guard's checks come before the SDK's.
        assert post(address).status_code == 200
        assert post(address, host="evil.example").status_code == 400
        assert post(address, origin="https://evil.example").status_code == 403
        assert httpx2.post(f"{address}/mcp", content=b"x" * 1_000_001).status_code == 413
        assert httpx2.get(f"{address}/mcp").status_code == 405


def test_over_http_with_a_password(news_index):
    accounts = Accounts({"editor": hash_password("secret")})
    with running(news_index, page=False, accounts=accounts) as address:
        refused = post(address)
        assert (
            refused.status_code == 401
            and refused.json()["error"]
            and refused.headers["www-authenticate"].startswith("Basic")
        )
        assert post(address, authorization="Bearer editor:wrong").status_code == 401
        token = httpx2.post(f"{address}/api/token", auth=("editor", "secret")).json()["token"]
        for bearer in (token, "editor:secret"):
            assert over_http(address, asks, authorization=f"Bearer {bearer}")[0] == TOOLS
        with pytest.raises(Exception):
            over_http(address, asks)


@pytest.mark.slow
def test_the_command_serves_over_http_too(news_index):
    command = [
        sys.executable,
        "-m",
        "rag.cli",
        "mcp",
        "--http",
        "--port",
        "0",
        "--index",
        str(news_index),
        "--root-path",
        "/news",
    ]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        try:
            line = process.stdout.readline()
            address = line.split()[4].removesuffix("/mcp")
            assert over_http(f"{address}/news", asks)[0] == over_http(address, asks)[0] == TOOLS
        finally:
            process.terminate()
            process.wait(15)
        assert "Traceback" not in process.stderr.read()


def test_without_the_package_the_command_and_the_route_say_what_to_install(
    news_index, index, monkeypatch, call
):
    monkeypatch.setitem(sys.modules, "mcp", None)
    for name in [one for one in sys.modules if one.startswith(("mcp.", "rag.serving.mcp_server"))]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(UsageError, match=r"yinju\[mcp\]"):
        server_of(QueryService(index))
    done = call("mcp", "--index", news_index)
    assert done.returncode == 2 and "yinju[mcp]" in done.stderr
    with TestClient(
        build_api(index, Settings()), base_url="http://127.0.0.1", raise_server_exceptions=False
    ) as client:
        reply = client.post("/mcp", json={})
        assert reply.status_code == 503 and "yinju[mcp]" in reply.json()["error"]
        assert client.get("/healthz").status_code == 200
