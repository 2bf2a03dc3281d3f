"""The tools and resources of the Model Context Protocol, asked by the SDK's own client: in memory,
over stdio, over HTTP."""

import asyncio
import json
import threading

import jsonschema
import pytest
from mcp_session import FLOODS, TOOLS, index, session
from starlette.testclient import TestClient

from rag import Article, Assistant, Index
from rag.answer.events import Searching
from rag.serving import QueryService, Settings
from rag.serving.mcp_routes import server_of
from rag.serving.pool import BoundedPool
from rag.serving.routes import build_api

mcp = pytest.importorskip("mcp", reason="the extra mcp is not installed")
httpx2 = pytest.importorskip("httpx2")

from rag.serving.mcp_server import (  # noqa: E402
    MAX_READ_CHARACTERS,
    MAX_RESOURCES_LISTED,
    build_server,
)


@pytest.fixture
def service(index):
    made = QueryService(index)
    yield made
    made.close()


def called(service, tool, **arguments):
    return session(build_server(service), lambda client: client.call_tool(tool, arguments))


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_the_tools_are_described_and_their_results_fit_what_is_said_of_them(service, mode):
    wanted = {
        "ask": {"question": FLOODS},
        "search": {"question": "bridge", "k": 2},
        "read_article": {"article_id": "bridge-en"},
        "list_articles": {"count": 2},
        "corpus_info": {},
    }

    async def talk(client):
        tools = (await client.list_tools()).tools
        return tools, {
            one.name: await client.call_tool(one.name, wanted[one.name]) for one in tools
        }

    tools, results = session(build_server(service), talk, mode=mode)
    assert {one.name for one in tools} == TOOLS
    for tool in tools:
        assert (
            tool.description
            and tool.annotations.read_only_hint
            and ":class:" not in str(tool.input_schema)
        )
        assert not results[tool.name].is_error and results[tool.name].content[0].text
        jsonschema.validate(results[tool.name].structured_content, tool.output_schema)


def test_ask_gives_the_assistants_answer_with_quotes_that_stand_in_the_articles(service, index):
    expected = Assistant(index).ask(FLOODS)
    result = called(service, "ask", question=FLOODS)
    told = result.structured_content
    assert (
        told["text"] == expected.text
        and [row["label"] for row in told["rows"]] == [row.label for row in expected.rows] != []
    )
    assert [one["quote"] for one in told["citations"]] == [one.quote for one in expected.citations]
    for number, one in enumerate(told["citations"], 1):
        assert (
            one["number"] == number
            and index.article(one["article_id"]).text[one["start"] : one["end"]] == one["quote"]
        )
        assert (
            f"[{number}]" in result.content[0].text
            and one["quote"] in result.content[0].text
            and one["link"] in result.content[0].text
        )
    assert {one.uri for one in result.content[1:]} == {
        one["link"].partition("?")[0] for one in told["citations"]
    }


def test_a_refusal_says_so_and_gives_what_is_near(service):
    told = called(service, "ask", question="Who designed the Eiffel Tower?").structured_content
    assert told["refused"] and told["grade"] != "answered" and not told["citations"]
    assert told["nearest"] and told["missing"]


def test_a_follow_up_filters_and_lifted_constraints_reach_the_assistant(service, index):
    assistant = Assistant(index)
    told = called(
        service, "ask", question="那湖北呢？", history=["山东举行了什么演练？"]
    ).structured_content
    assert (
        told["understood"]
        == assistant.ask("那湖北呢？", assistant.turns(["山东举行了什么演练？"])).completed
        != ""
    )
    assert (
        called(service, "ask", question=FLOODS, filters={"langs": ["en"]}).structured_content[
            "searched"
        ]
        == 5
    )
    limited, free = (
        "2019年有哪些图书馆开馆？",
        called(
            service, "ask", question="2019年有哪些图书馆开馆？", without=["date"]
        ).structured_content,
    )
    assert (
        called(service, "ask", question=limited).structured_content["restricted"]
        and not free["restricted"]
    )


def test_progress_is_told_stage_by_stage(service):
    stages = []

    async def noted(progress, total, message):
        stages.append((progress, total, message))

    session(
        build_server(service),
        lambda client: client.call_tool("ask", {"question": FLOODS}, progress_callback=noted),
    )
    assert [one[0] for one in stages] == [1, 2] and "13 articles" in stages[0][2]


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("ask", {"question": " "}, "empty"),
        ("ask", {}, "question"),
        ("ask", {"question": "x", "history": ["?"] * 13}, "history"),
        ("ask", {"question": "x", "filters": {"date_from": "soon"}}, "soon"),
        ("ask", {"question": "x", "as_of": "soon"}, "soon"),
        ("search", {"question": "x", "k": 51}, "50"),
        ("search", {"question": "电" * 100_000}, "characters"),
        ("read_article", {"article_id": "../../etc/passwd"}, "etc/passwd"),
        ("read_article", {"article_id": "bridge-en", "length": MAX_READ_CHARACTERS + 1}, "length"),
        ("list_articles", {"order": "size"}, "order"),
        ("list_articles", {"filters": {"places": ["Atlantis"]}}, "Atlantis"),
    ],
)
def test_what_makes_no_sense_is_an_error_that_the_model_can_read(service, tool, arguments, says):
    result = called(service, tool, **arguments)
    assert (
        result.is_error
        and says in result.content[0].text
        and "Traceback" not in result.content[0].text
    )


def test_an_error_nobody_expected_keeps_its_words_to_itself(service, monkeypatch):
    monkeypatch.setattr(service, "search", lambda *_, **__: 1 / 0)
    result = called(service, "search", question="x")
    assert result.is_error and "division" not in result.content[0].text


def test_too_many_at_once_are_turned_away_in_words(service):
    service.pool = BoundedPool(threads=1, waiting=0)
    go = threading.Event()
    busy = service.pool.submit(go.wait)
    for tool, arguments in (("ask", {"question": FLOODS}), ("list_articles", {})):
        result = called(service, tool, **arguments)
        assert result.is_error and "ask again in some seconds" in result.content[0].text

    async def talk(client):
        with pytest.raises(mcp.MCPError, match="ask again"):
            await client.read_resource("yinju://articles/tea-zh")

    session(build_server(service), talk)
    go.set()
    busy.result()


def test_who_gives_up_ends_the_work(service, monkeypatch):
    begun, closed = [], threading.Event()

    def slow(*_, **__):
        try:
            for number in range(1_000):
                begun.append(number)
                yield Searching(number)
                threading.Event().wait(0.01)
        finally:
            closed.set()

    monkeypatch.setattr(service, "events", slow)

    async def talk(client):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.call_tool("ask", {"question": FLOODS}), 0.3)
        return (await client.list_tools()).tools

    assert session(build_server(service), talk) and closed.wait(5) and len(begun) < 200


def test_a_fault_of_the_sdk_is_in_the_log_and_leaves_the_rest_of_the_server_well(
    index, monkeypatch, caplog
):
    monkeypatch.setattr("rag.serving.mcp_routes.server_of", lambda service: 1 / 0)
    app = build_api(index, Settings())
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        reply = client.post("/mcp", json={})
        assert reply.status_code == 503 and "division" not in reply.text
        assert "ZeroDivisionError" in caplog.text and client.get("/healthz").status_code == 200


def test_a_long_article_is_read_in_pieces_and_an_id_may_hold_anything(tmp_path):
    long, odd = "风" * 50_000, "新闻/../a%2Fb#1?x=2.md"
    Index.build(
        [
            Article(odd, f"{long}。港口关闭了。", "大风", lang="zh"),
            Article("b", "The port closed.", lang="en"),
        ],
        tmp_path,
    )
    with Index.open(tmp_path) as index:
        service, pieces, start = QueryService(index), [], 0

        async def talk(client):
            nonlocal start
            while start is not None:
                told = (
                    await client.call_tool("read_article", {"article_id": odd, "start": start})
                ).structured_content
                pieces.append(told["text"])
                start = told["next_start"]
            whole = await client.read_resource(told["link"])
            part = await client.read_resource(f"{told['link']}?start=50001&end=50006")
            listed = [one.uri for one in (await client.list_resources()).resources]
            with pytest.raises(mcp.MCPError, match="no article"):
                await client.read_resource("yinju://articles/none")
            with pytest.raises(mcp.MCPError, match="offsets"):
                await client.read_resource(f"{told['link']}?start=6&end=5")
            return told, whole.contents[0].text, part.contents[0].text, listed

        told, whole, part, listed = session(build_server(service), talk)
        assert (
            len(pieces) == 3
            and "".join(pieces) == whole == index.article(odd).text
            and told["length"] == len(whole)
        )
        assert part == "港口关闭了" and told["link"] in listed and "yinju://corpus" in listed
        service.close()


def test_the_list_goes_on_page_by_page(service, index):
    seen, start = [], 0
    while start is not None:
        told = called(
            service, "list_articles", start=start, count=5, order="oldest"
        ).structured_content
        seen += [one["article_id"] for one in told["articles"]]
        start = told["next_start"]
    assert len(seen) == len(set(seen)) == told["total"] == index.n_articles <= MAX_RESOURCES_LISTED
