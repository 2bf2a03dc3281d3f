"""Sessions of the Model Context Protocol."""

import asyncio

import pytest

from rag import Index

mcp = pytest.importorskip("mcp", reason="the extra mcp is not installed")
httpx2 = pytest.importorskip("httpx2")

TOOLS = {"ask", "search", "read_article", "list_articles", "corpus_info"}
FLOODS = "哪些省举行了防汛演练？"


@pytest.fixture(scope="module")
def index(news_index):
    with Index.open(news_index) as opened:
        yield opened


def session(server, talk, **given):
    """What a coroutine ``talk(client)`` returns; each of the protocol's two handshakes is tried."""

    async def run():
        async with mcp.Client(server, read_timeout_seconds=60, **given) as client:
            return await talk(client)

    return asyncio.run(run())
