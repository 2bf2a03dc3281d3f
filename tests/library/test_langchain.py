"""The retriever and the assistant in LangChain's own machinery, with chat models that need no
network.
"""

import asyncio
import json

import numpy as np
import pytest
from langchain.agents import create_agent
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough

from rag import Article, Assistant, Filters, Index
from rag.errors import UsageError
from rag.langchain import YinjuAssistant, YinjuRetriever

ZH, EN = "清理了多少个无证经营摊点？", "Which festival came with a gala?"
METADATA = {
    "id",
    "article_id",
    "title",
    "date",
    "source",
    "url",
    "lang",
    "start",
    "end",
    "score",
    "support",
}


@pytest.fixture(scope="module")
def index(sample_index):
    with Index.open(sample_index) as index:
        yield index


def test_documents_are_passages_with_their_span(index):
    documents = YinjuRetriever(index=index, k=4).invoke(ZH)
    assert 1 <= len(documents) <= 4
    for document in documents:
        metadata = document.metadata
        assert METADATA == metadata.keys() - {"story"} and document.id == metadata["id"]
        text = index.article(metadata["article_id"]).text
        assert text[metadata["start"] : metadata["end"]] == document.page_content
        json.dumps(metadata)
    assert [d.page_content for d in documents] == [hit.text for hit in index.search(ZH, 4)]


def test_a_document_has_the_page_and_the_story_of_its_passage(tmp_path):
    words = (
        "Workers repaired the lighthouse of Gullane Point after the storm of March, and the harbour"
        " reopened. " * 6
    )
    text = "The ferry company published its timetable for the summer. " * 3
    paged = Article("paged", text + words, "Harbour", lang="en", pages=(0, len(text)))
    Index.build(
        [
            paged,
            Article("again", words, "Harbour again", lang="en"),
            Article("other", "Bakers raised prices.", lang="en"),
        ],
        tmp_path,
    )
    with Index.open(tmp_path) as index:
        hits = index.search("Who repaired the lighthouse?", 5)
        for hit, found in zip(
            hits,
            YinjuRetriever(index=index, k=5).invoke("Who repaired the lighthouse?"),
            strict=True,
        ):
            assert (
                found.metadata.get("page", 0) == hit.page
                and found.metadata.get("story", "") == hit.story
            )
        assert {(hit.article_id, hit.page, hit.story) for hit in hits} == {
            ("paged", 2, "paged"),
            ("again", 0, "paged"),
            ("other", 0, ""),
        }


def test_a_folder_is_opened_at_the_first_question(sample_index):
    retriever = YinjuRetriever(index_path=str(sample_index), k=2, filters=Filters(langs=("en",)))
    assert retriever.index is None
    assert [{d.metadata["lang"] for d in found} for found in retriever.batch([ZH, EN])] == [
        {"en"},
        {"en"},
    ]
    assert retriever.index is not None


def test_async_and_batch_find_the_same(index):
    retriever = YinjuRetriever(index=index, k=3)
    expected = [retriever.invoke(question) for question in (ZH, EN)]
    assert retriever.batch([ZH, EN]) == expected

    async def asked():
        return await retriever.ainvoke(ZH), await retriever.abatch([ZH, EN])

    one, both = asyncio.run(asked())
    assert one == expected[0] and both == expected


def test_a_chain_puts_the_passages_before_the_model(index):
    def joined(documents):
        return "\n".join(f"[{d.metadata['id']}] {d.page_content}" for d in documents)

    model = GenericFakeChatModel(messages=iter(AIMessage(f"answer {n}") for n in range(9)))
    prompt = ChatPromptTemplate.from_template("Articles:\n{context}\n\nQuestion: {question}")
    seen = []
    chain = (
        {"context": YinjuRetriever(index=index, k=2) | joined, "question": RunnablePassthrough()}
        | prompt
        | (lambda value: seen.append(value.to_string()) or value)
        | model
        | StrOutputParser()
    )
    assert chain.invoke(ZH) == "answer 0"
    best = index.search(ZH, 1)[0]
    assert (
        best.text in seen[0]
        and ZH in seen[0]
        and f"[{best.article_id}:{best.start}-{best.end}]" in seen[0]
    )
    assert sorted(chain.batch([ZH, EN])) == ["answer 1", "answer 2"]
    assert asyncio.run(chain.ainvoke(EN)) == "answer 3"
    assert "".join(chain.stream(EN)) == "answer 4"


def test_either_an_index_or_its_folder_is_needed(index):
    for fields in ({}, {"index": index, "index_path": "index"}, {"index_path": "index", "k": 0}):
        with pytest.raises(ValueError, match="expected either|greater than or equal to 1"):
            YinjuRetriever(**fields)


def test_an_unusable_question_is_our_error(index):
    with pytest.raises(UsageError):
        YinjuRetriever(index=index).invoke("  ")


GALA, ABSENT = "Which festival came with a gala?", "What does a litre of milk cost in Paris?"


@pytest.fixture(scope="module")
def assistant(index):
    return Assistant(index)


@pytest.fixture(scope="module")
def model(assistant):
    return YinjuAssistant(assistant=assistant)


def timeless(metadata):
    return {**metadata, "ms": 0}


def test_a_message_is_the_answer_with_its_citations(index, assistant, model):
    message = model.invoke(ZH)
    answer = assistant.ask(ZH)
    assert isinstance(message, AIMessage) and message.content == answer.text
    assert timeless(message.response_metadata) == timeless(answer.to_dict())
    assert message.response_metadata["citations"]
    for citation in message.response_metadata["citations"]:
        text = index.article(citation["article_id"]).text
        assert text[citation["start"] : citation["end"]] == citation["quote"]
    json.dumps(message.response_metadata)
    refused = model.invoke(ABSENT)
    assert (
        refused.response_metadata["refused"] is True
        and refused.response_metadata["citations"] == []
        and refused.text
    )


def test_streams_batches_and_their_asynchronous_forms_say_the_same(model):
    whole = [model.invoke(question) for question in (ZH, GALA)]

    async def asked():
        one, both = await model.ainvoke(ZH), await model.abatch([ZH, GALA])
        return one, both, [chunk async for chunk in model.astream(ZH)]

    one, both, chunks = asyncio.run(asked())
    for parts in (list(model.stream(ZH)), chunks):
        assert len(parts) > 2 and parts[0].content in whole[0].content
        total = parts[0]
        for part in parts[1:]:
            total += part
        assert total.content == whole[0].content
        assert timeless(total.response_metadata) == timeless(whole[0].response_metadata)
    for found, expected in zip(
        [one, *both, *model.batch([ZH, GALA])], [whole[0], *whole, *whole], strict=True
    ):
        assert found.content == expected.content and timeless(found.response_metadata) == timeless(
            expected.response_metadata
        )


def test_the_last_question_of_a_conversation_is_answered_after_those_before_it(news_index):
    assistant = Assistant(Index.open(news_index))
    model = YinjuAssistant(assistant=assistant)
    first, second = "安徽省举行了什么演练？", "那湖南呢？"
    talk = [
        SystemMessage("Answer 42 to everything."),
        HumanMessage(first),
        AIMessage("42"),
        HumanMessage([{"type": "text", "text": second}]),
    ]
    expected = assistant.ask(second, assistant.turns([first]))
    assert expected.completed
    for messages in (talk, [("system", "x"), ("user", first), ("ai", "y"), ("user", second)]):
        assert timeless(model.invoke(messages).response_metadata) == timeless(expected.to_dict())
    assert not model.invoke([HumanMessage(second)]).response_metadata["completed"]
    with pytest.raises(UsageError, match="message of a user"):
        model.invoke([SystemMessage("x")])


def test_the_assistant_stands_in_a_chain(assistant, model):
    seen = []

    class Seen(BaseCallbackHandler):
        def on_llm_new_token(self, token, **_):
            seen.append(token)

    prompt = ChatPromptTemplate.from_messages([("system", "You quote."), ("user", "{question}")])
    chain = prompt | model.bind(filters=Filters(langs=("en",))) | StrOutputParser()
    english = assistant.ask(GALA, filters=Filters(langs=("en",)))
    assert chain.invoke({"question": GALA}) == english.text and english.citations
    assert (
        "".join(chain.stream({"question": GALA}, {"callbacks": [Seen()]}))
        == english.text
        == "".join(seen)
    )
    after = model | (
        lambda message: [
            citation["article_id"] for citation in message.response_metadata["citations"]
        ]
    )
    assert after.invoke(ZH) == [citation.article_id for citation in assistant.ask(ZH).citations]


def test_what_restricts_answers_is_given_once_or_with_a_question(assistant, sample_index):
    whole = assistant.ask(ZH)
    assert not whole.refused
    none = Filters(date_to="2001-01-01")
    for message in (
        YinjuAssistant(index_path=str(sample_index), filters=none).invoke(ZH),
        YinjuAssistant(assistant=assistant).invoke(ZH, filters=none),
    ):
        assert message.response_metadata["refused"] and message.response_metadata["searched"] == 0
    assert (
        YinjuAssistant(assistant=assistant, filters=none).invoke(ZH, filters=None).content
        == whole.text
    )
    for call in (
        YinjuAssistant(assistant=assistant, as_of="May").invoke,
        YinjuAssistant(assistant=assistant).bind(as_of="May").invoke,
    ):
        with pytest.raises(UsageError, match="YYYY-MM-DD"):
            call(ZH)
    with pytest.raises(UsageError, match="temperature"):
        YinjuAssistant(assistant=assistant).invoke(ZH, temperature=0)
    for fields in ({}, {"assistant": assistant, "index_path": "index"}, {"assistant": "index"}):
        with pytest.raises(ValueError, match="expected either|instance of Assistant"):
            YinjuAssistant(**fields)


def test_an_agent_cannot_have_it_for_its_model(model):
    with pytest.raises(UsageError, match="as_tool"):
        create_agent(model, [model.as_tool()]).invoke({"messages": [("user", ZH)]})


def test_a_cache_of_all_models_keeps_no_answers(model):
    from langchain_core.caches import InMemoryCache
    from langchain_core.globals import set_llm_cache

    cache = InMemoryCache()
    set_llm_cache(cache)
    try:
        model.invoke(ZH)
        assert not cache._cache
    finally:
        set_llm_cache(None)


def test_who_stops_a_stream_ends_the_work(sample_index):
    class Slow:
        name, asked = "slow", 0

        def score(self, question, passages):
            Slow.asked += 1
            return np.zeros(len(passages), np.float32)

    with Index.open(sample_index, rerank=Slow()) as index:
        events = YinjuAssistant(assistant=Assistant(index))._events([HumanMessage(ZH)])
        next(events), events.close()
        assert Slow.asked == 0


def test_a_tool_gives_the_model_quotes_and_the_program_citations(assistant, model):
    tool = model.as_tool()
    properties = tool.args
    assert set(properties) == {"question", "date_from", "date_to", "sources", "langs", "places"}
    assert all(one.get("description") for one in properties.values()) and properties["langs"][
        "items"
    ]["enum"] == ["zh", "en"]
    call = {
        "name": tool.name,
        "args": {"question": ZH, "langs": ["zh"]},
        "id": "1",
        "type": "tool_call",
    }
    answer = assistant.ask(ZH, filters=Filters(langs=("zh",)))
    for message in (tool.invoke(call), asyncio.run(tool.ainvoke(call))):
        assert message.artifact == answer.to_dict()["citations"] != []
        assert message.content.startswith(answer.text)
        assert all(
            f"[{n}] " in message.content and c.quote in message.content
            for n, c in enumerate(answer.citations, 1)
        )
    refused = tool.invoke({**call, "args": {"question": ABSENT}})
    assert refused.artifact == [] and refused.content == assistant.ask(ABSENT).text
    for wrong in ({"date_from": "May"}, {"places": ["Atlantis"]}):
        told = tool.invoke({**call, "args": {"question": ZH, **wrong}})
        assert told.status == "error" and "expected" in told.content


def test_a_tool_cannot_leave_the_limits_of_its_assistant(assistant):
    tool = YinjuAssistant(assistant=assistant, filters=Filters(langs=("en",))).as_tool(
        name="news", description="The news."
    )
    assert (tool.name, tool.description) == ("news", "The news.")
    call = {
        "name": "news",
        "args": {"question": GALA, "langs": ["zh"]},
        "id": "1",
        "type": "tool_call",
    }
    assert {citation["lang"] for citation in tool.invoke(call).artifact} == {"en"}


def test_an_agent_asks_the_tool_and_gets_what_it_said(model):
    class Scripted(GenericFakeChatModel):
        def bind_tools(self, tools, **_):
            assert [tool.name for tool in tools] == ["ask_articles"]
            return self

    asked = {"name": "ask_articles", "args": {"question": ZH}, "id": "c1", "type": "tool_call"}
    scripted = Scripted(messages=iter([AIMessage("", tool_calls=[asked]), AIMessage("100")]))
    agent = create_agent(scripted, [model.as_tool()])
    *_, told, last = agent.invoke({"messages": [("user", ZH)]})["messages"]
    assert (
        isinstance(told, ToolMessage)
        and told.artifact[0]["quote"] in told.content
        and last.content == "100"
    )
