"""OpenAI's chat and MCP with a language model behind them; the model is a scripted one."""

import asyncio
import json

import pytest
from starlette.testclient import TestClient

from rag import Index
from rag.serving import Settings
from rag.serving.routes import build_api

models = pytest.importorskip("rag.writing.models", reason="answers are not written here yet")
model_server = pytest.importorskip("model_server")
pytest.importorskip("langchain_openai", reason="langchain-openai is not installed")

BRIDGE = "How long is the Xihou Bridge?"
PLAY = ["The bridge is 28 kilometres long @1. ", "It opened in 2019 @1."]
TEXT = "The bridge is 28 kilometres long [1]. It opened in 2019 [1]."


@pytest.fixture(scope="module")
def model():
    with model_server.scripted() as server:
        server.play = PLAY
        yield server


@pytest.fixture(scope="module")
def app(news_index, model):
    with Index.open(news_index) as index:
        yield build_api(index, Settings(llm=models.Llm("openai:scripted", model.url, 20)))


@pytest.fixture(scope="module")
def client(app):
    return TestClient(app, base_url="http://127.0.0.1")


def body(*questions, **given):
    return {
        "model": "yinju",
        "messages": [{"role": "user", "content": one} for one in questions],
        **given,
    }


def test_the_chat_passes_on_what_was_written_with_its_marks_its_sources_and_its_cost(client):
    reply = client.post("/v1/chat/completions", json=body(BRIDGE)).json()
    content = reply["choices"][0]["message"]["content"]
    assert content.startswith(TEXT) and "2019)" in content.splitlines()[0]
    assert "Xihou Bridge opens to traffic (River Post, 2021-12-30)" in content
    assert reply["usage"]["total_tokens"] == reply["yinju"]["written"]["tokens"] > 0


def test_a_stream_of_it_says_the_same(client):
    whole = client.post("/v1/chat/completions", json=body(BRIDGE)).json()
    text = client.post("/v1/chat/completions", json=body(BRIDGE, stream=True)).text
    lines = [json.loads(line.removeprefix("data: ")) for line in text.strip().split("\n\n")[:-1]]
    told = [one["choices"][0]["delta"].get("content", "") for one in lines]
    assert "".join(told) == whole["choices"][0]["message"]["content"]
    assert sum(map(bool, told)) > 2, "sentence by sentence, not at once"


def test_the_model_writes_the_last_answer_only(client, model):
    asked = len(model.asked)
    talk = (BRIDGE, "How much did it cost?", "How long is the Xihou Bridge?")
    client.post("/v1/chat/completions", json=body(*talk, filters={"langs": ["en"]}))
    assert len(model.asked) == asked + 1


def test_a_model_that_cannot_be_reached_leaves_the_evidence(news_index):
    with Index.open(news_index) as index:
        settings = Settings(llm=models.Llm("openai:none", "http://127.0.0.1:9/v1", 5))
        client = TestClient(build_api(index, settings), base_url="http://127.0.0.1")
        reply = client.post("/v1/chat/completions", json=body(BRIDGE))
        content = reply.json()["choices"][0]["message"]["content"]
        assert reply.status_code == 200 and content.startswith("28 kilometres [1]")
        assert reply.json()["yinju"]["written"]["note"] in content.replace("  \n", "\n")


def test_an_agent_gets_what_was_written(app):
    mcp = pytest.importorskip("mcp", reason="the extra mcp is not installed")
    from rag.serving.mcp_routes import server_of

    async def talk():
        async with mcp.Client(server_of(app.state.service)) as client:
            return await client.call_tool("ask", {"question": BRIDGE})

    result = asyncio.run(talk())
    assert result.structured_content["text"].startswith(TEXT)
    assert result.content[0].text.startswith(TEXT)
