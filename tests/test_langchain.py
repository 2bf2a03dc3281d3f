"""The retriever in LangChain's own machinery, with a chat model that needs no network."""

import asyncio
import json

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough

from rag import Article, Filters, Index
from rag.errors import UsageError
from rag.langchain import YinjuRetriever

ZH, EN = "清理了多少个无证经营摊点？", "Which festival came with a gala?"
METADATA = {
    "id", "article_id", "title", "date", "source", "url", "lang", "start", "end", "score", "support",
}  # fmt: skip


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
    words = "Workers repaired the lighthouse of Gullane Point after the storm of March, and the harbour reopened. " * 6
    text = "The ferry company published its timetable for the summer. " * 3
    paged = Article("paged", text + words, "Harbour", lang="en", pages=(0, len(text)))
    Index.build([paged, Article("again", words, "Harbour again", lang="en"), Article("other", "Bakers raised prices.", lang="en")], tmp_path)
    with Index.open(tmp_path) as index:
        hits = index.search("Who repaired the lighthouse?", 5)
        for hit, found in zip(hits, YinjuRetriever(index=index, k=5).invoke("Who repaired the lighthouse?"), strict=True):
            assert found.metadata.get("page", 0) == hit.page and found.metadata.get("story", "") == hit.story
        assert {(hit.article_id, hit.page, hit.story) for hit in hits} == {("paged", 2, "paged"), ("again", 0, "paged"), ("other", 0, "")}


def test_a_folder_is_opened_at_the_first_question(sample_index):
    retriever = YinjuRetriever(index_path=str(sample_index), k=2, filters=Filters(langs=("en",)))
    assert retriever.index is None
    assert [{d.metadata["lang"] for d in found} for found in retriever.batch([ZH, EN])] == [{"en"}, {"en"}]
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
    assert best.text in seen[0] and ZH in seen[0] and f"[{best.article_id}:{best.start}-{best.end}]" in seen[0]
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
