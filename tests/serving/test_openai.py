"""Yinju behind OpenAI's chat interface, asked by OpenAI's own client over a wire."""

import json
import threading

import pytest
from page_server import running
from starlette.testclient import TestClient

from rag import Article, Assistant, Index
from rag.answer.events import Searching
from rag.serving import Settings
from rag.serving.models import HISTORY_LIMIT
from rag.serving.openai_routes import usage
from rag.serving.passwords import Accounts, hash_password
from rag.serving.routes import build_api

openai = pytest.importorskip("openai", reason="OpenAI's client is not installed")

FLOOD, BRIDGE = "山东出动了多少艘冲锋舟？", "How long is the Xihou Bridge?"
PLACES = "哪些省举行了防汛演练？"


@pytest.fixture(scope="module")
def index(news_index):
    with Index.open(news_index) as opened:
        yield opened


@pytest.fixture(scope="module")
def server(news_index):
    with running(news_index, page=False) as address:
        yield address


@pytest.fixture(scope="module")
def client(server):
    return asking(server)


def asking(address, key="none"):
    return openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0, timeout=60)


def user(*questions):
    """Messages of a conversation in which each of the questions was answered but the last."""
    said = [{"role": "system", "content": "You are a pirate."}]
    for question in questions[:-1]:
        said += [
            {"role": "user", "content": question},
            {"role": "assistant", "content": "Something."},
        ]
    return [*said, {"role": "user", "content": questions[-1]}]


def create(client, *questions, **given):
    return client.chat.completions.create(model="yinju", messages=user(*questions), **given)


def test_the_one_model_is_listed(client):
    (only,) = client.models.list().data
    assert (
        only.id == "yinju"
        and client.models.retrieve("yinju") == only
        and only.created > 1_700_000_000
    )
    with pytest.raises(openai.NotFoundError, match="yinju"):
        client.models.retrieve("gpt-5")


@pytest.mark.parametrize(
    "question", [FLOOD, BRIDGE, PLACES, "你好", "有多少篇文章？", "Who designed the Eiffel Tower?"]
)
def test_a_reply_begins_with_the_assistants_answer_and_ends_with_its_sources(
    client, index, question
):
    expected = Assistant(index).ask(question)
    reply = create(client, question)
    (choice,) = reply.choices
    content = choice.message.content
    assert choice.finish_reason == "stop" and content.replace("  \n", "\n").startswith(
        expected.text
    )
    for number, cited in enumerate(expected.citations, 1):
        assert (
            f"[{number}] " in content
            and cited.title in content
            and cited.quote in content
            and cited.source in content
        )
    assert reply.yinju == {**expected.to_dict(), "ms": reply.yinju["ms"]}
    assert reply.system_fingerprint == index.version
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (0, 0), (
        "no language model was asked"
    )


def test_articles_with_an_address_are_annotated_where_they_are_cited(client, index):
    message = create(client, PLACES).choices[0].message
    cited = Assistant(index).ask(PLACES).citations
    with_address = {number: one for number, one in enumerate(cited, 1) if one.url}
    assert with_address and len(message.annotations) == len(with_address) < len(cited)
    for annotation in message.annotations:
        there = annotation.url_citation
        number = int(message.content[there.start_index : there.end_index].strip("[]"))
        assert (there.url, there.title) == (with_address[number].url, with_address[number].title)


def test_a_stream_says_the_same_in_pieces(client):
    for question in (FLOOD, PLACES, "你好"):
        whole = create(client, question)
        chunks = list(create(client, question, stream=True))
        assert chunks[0].choices[0].delta.role == "assistant"
        assert len({chunk.id for chunk in chunks}) == 1 and all(
            chunk.usage is None for chunk in chunks
        )
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        assert text == whole.choices[0].message.content
        assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (
            len(chunks) - 1
        ) + ["stop"]
        told = [
            one for chunk in chunks for one in getattr(chunk.choices[0].delta, "annotations", ())
        ]
        assert told == [one.model_dump() for one in whole.choices[0].message.annotations]


def test_a_streams_usage_is_told_last_where_it_is_asked_for(client):
    *_, last = create(client, FLOOD, stream=True, stream_options={"include_usage": True})
    assert last.choices == [] and last.usage.total_tokens == 0


def test_a_follow_up_is_understood_from_the_users_messages(client, index):
    assistant = Assistant(index)
    expected = assistant.ask("那湖北呢？", assistant.turns(["山东举行了什么演练？"]))
    reply = create(client, "山东举行了什么演练？", "那湖北呢？")
    assert reply.yinju["completed"] == expected.completed != ""
    assert expected.completed in reply.choices[0].message.content
    long = create(client, *[BRIDGE] * (HISTORY_LIMIT + 3), "山东举行了什么演练？", "那湖北呢？")
    assert long.yinju["completed"] == expected.completed, "a long conversation is cut, not refused"


def test_messages_in_parts_are_read_and_other_settings_are_let_pass(client):
    parts = [
        {"type": "text", "text": BRIDGE},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
    ]
    reply = client.chat.completions.create(
        model="yinju",
        messages=[{"role": "developer", "content": "x"}, {"role": "user", "content": parts}],
        temperature=0.2,
        max_tokens=5,
        tools=[{"type": "function", "function": {"name": "f", "parameters": {}}}],
        user="u",
        seed=1,
        n=1,
    )
    assert "28 kilometres" in reply.choices[0].message.content


def test_filters_and_lifted_constraints_are_taken_as_extras(client):
    assert create(client, FLOOD, extra_body={"filters": {"langs": ["en"]}}).yinju["searched"] < 5
    dated = "2019年有哪些图书馆开馆？"
    assert (
        create(client, dated).yinju["constraints"]
        and not create(client, dated, extra_body={"without": ["date"]}).yinju["constraints"]
    )


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        ({"messages": []}, openai.BadRequestError, "messages"),
        ({"messages": [{"role": "user", "content": " "}]}, openai.BadRequestError, "role user"),
        (
            {"messages": [{"role": "assistant", "content": "x"}]},
            openai.BadRequestError,
            "role user",
        ),
        ({"messages": [{"role": "pirate", "content": "x"}]}, openai.BadRequestError, "role"),
        (
            {"messages": [{"role": "user", "content": "电" * 100_000}]},
            openai.BadRequestError,
            "characters",
        ),
        ({"n": 2}, openai.BadRequestError, "n"),
        ({"model": "gpt-5"}, openai.NotFoundError, "yinju"),
        ({"extra_body": {"as_of": "soon"}}, openai.BadRequestError, "soon"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_errors_come_in_openais_form(client, body, kind, says, stream):
    with pytest.raises(kind) as caught:
        client.chat.completions.create(
            **{"model": "yinju", "messages": user("x"), "stream": stream, **body}
        )
    assert says in caught.value.body["message"] and caught.value.type == "invalid_request_error"
    assert len(caught.value.body["reference"]) == 8


def test_other_routes_of_openais_are_told_to_be_missing(client):
    with pytest.raises(openai.NotFoundError, match="/v1/embeddings"):
        client.embeddings.create(model="yinju", input="x")


def test_a_password_is_the_api_key(news_index):
    with running(
        news_index,
        page=False,
        accounts=Accounts({"editor": hash_password("se:cret")}),
        root_path="/news",
    ) as address:
        for wrong in ("none", "editor:wrong", "se:cret"):
            with pytest.raises(openai.AuthenticationError) as caught:
                asking(address, wrong).models.list()
            assert caught.value.code == "invalid_api_key"
        assert asking(address, "editor:se:cret").models.list().data
        assert (
            "28"
            in create(asking(f"{address}/news", "editor:se:cret"), BRIDGE)
            .choices[0]
            .message.content
        )


def local(index, monkeypatch=None, events=None):
    app = build_api(index, Settings())
    if events:
        monkeypatch.setattr(app.state.service, "events", events)
    return TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)


def body(**given):
    return {"model": "yinju", "messages": [{"role": "user", "content": "x"}], **given}


def test_a_guess_too_many_and_another_sites_page_are_refused_in_openais_form(index):
    accounts = Accounts({"editor": hash_password("secret")})
    guarded = TestClient(build_api(index, Settings(accounts=accounts)), base_url="http://127.0.0.1")
    for _ in range(6):
        last = guarded.get("/v1/models", headers={"authorization": "Bearer editor:guess"})
    assert (
        last.status_code == 429
        and last.json()["error"]["type"] == "rate_limit_error"
        and int(last.headers["retry-after"]) > 0
    )
    foreign = local(index).post(
        "/v1/chat/completions", json=body(), headers={"origin": "https://evil.example"}
    )
    assert foreign.status_code == 403 and foreign.json()["error"]["message"]
    assert (
        local(index).post("/v1/chat/completions", content=b"x" * 1_000_001).json()["error"]["type"]
        == "invalid_request_error"
    )


def test_an_error_in_the_middle_of_a_stream_is_told_and_keeps_its_words_to_itself(
    index, monkeypatch, caplog
):
    def breaks(*_, **__):
        yield Searching(7)
        yield "The answer "
        raise ZeroDivisionError("secret path")

    text = (
        local(index, monkeypatch, breaks).post("/v1/chat/completions", json=body(stream=True)).text
    )
    *_, last = [json.loads(line.removeprefix("data: ")) for line in text.strip().split("\n\n")]
    assert last["error"]["type"] == "server_error" and last["error"]["reference"] in caplog.text
    assert "secret" not in text and "[DONE]" not in text


def test_a_text_that_was_changed_at_the_end_is_told_whole(index, monkeypatch):
    """As where a language model began to write, and what it wrote did not stand."""
    answer = Assistant(index).ask(BRIDGE)

    def corrected(*_, **__):
        yield "It is 300 kilometres"
        yield answer

    text = (
        local(index, monkeypatch, corrected)
        .post("/v1/chat/completions", json=body(stream=True))
        .text
    )
    chunks = [json.loads(line.removeprefix("data: ")) for line in text.strip().split("\n\n")[:-1]]
    said = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert said.startswith("It is 300 kilometres  \n  \n28 kilometres [1]") and text.endswith(
        "data: [DONE]\n\n"
    )


def test_who_hangs_up_ends_the_work(news_index):
    begun, closed = [], threading.Event()

    def slow(*_, **__):
        try:
            for number in range(1_000):
                begun.append(number)
                yield f"{number} "
                threading.Event().wait(0.01)
        finally:
            closed.set()

    with running(
        news_index, page=False, change=lambda service: setattr(service, "events", slow)
    ) as address:
        with create(asking(address), "x", stream=True) as stream:
            next(iter(stream))
        assert closed.wait(5) and len(begun) < 500


def test_an_article_without_a_title_is_annotated_by_its_id(tmp_path):
    Index.build(
        [
            Article(
                "a.txt", "The museum shows 40 paintings.", lang="en", url="https://example.org/a"
            )
        ],
        tmp_path,
    )
    with Index.open(tmp_path) as index:
        asked = body(
            messages=[{"role": "user", "content": "How many paintings does the museum show?"}]
        )
        message = (
            local(index).post("/v1/chat/completions", json=asked).json()["choices"][0]["message"]
        )
        assert message["annotations"][0]["url_citation"] == {
            "start_index": 13,
            "end_index": 16,
            "url": "https://example.org/a",
            "title": "a.txt",
        }


def test_tokens_of_a_language_model_are_told_in_all():
    from types import SimpleNamespace

    assert usage(SimpleNamespace(written=SimpleNamespace(tokens=812))).total_tokens == 812
    assert usage(SimpleNamespace(written=None)).total_tokens == 0
