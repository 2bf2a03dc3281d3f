"""Yinju as a LangChain retriever.

    from rag.langchain import YinjuRetriever

    retriever = YinjuRetriever(index_path="index", k=5)
    chain = {"context": retriever, "question": RunnablePassthrough()} | prompt | model | StrOutputParser()

``invoke``, ``ainvoke``, ``batch`` and ``abatch`` work as for every retriever; an index is shared by threads.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field, PrivateAttr, model_validator

from rag.library import MAX_HITS, Index
from rag.search.types import Filters, Hit


class YinjuRetriever(BaseRetriever):
    """Finds the passages that fit a question, in Chinese and English articles alike.

    Each document holds a passage word for word; see :func:`document` for its metadata.

    Attributes:
        index: an open index; or
        index_path: the folder of one, opened at the first question.
        model: the embedding model that ``index_path`` was built with; None is the embedded one.
        rerank: a cross-encoder or multi-vector model that reads the best passages of ``index_path``; None for none.
        k: documents per question, 1 to 1,000.
        filters: range of dates, publishers, languages, places; None for all articles.

    Raises at the first question what ``Index.open`` raises, and UsageError for an unusable question.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index | None = None
    index_path: str | None = None
    model: str | None = None
    rerank: str | None = None
    k: int = Field(default=10, ge=1, le=MAX_HITS)
    filters: Filters | None = None

    _opening: Any = PrivateAttr(default_factory=Lock)

    @model_validator(mode="after")
    def _one_index(self) -> YinjuRetriever:
        if (self.index is None) == (self.index_path is None):
            given = "neither" if self.index is None else "both"
            raise ValueError(f"expected either index or index_path, got {given}")
        return self

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [document(hit) for hit in self._opened().search(query, self.k, self.filters)]

    def _opened(self) -> Index:
        with self._opening:  # a batch asks from several threads
            if self.index is None:
                self.index = Index.open(self.index_path, self.model, self.rerank)
            return self.index


def document(hit: Hit) -> Document:
    """A hit as a document.

    ``page_content`` is the passage, ``article.text[start:end]``. ``metadata`` has article_id, title, date, source,
    url, lang, start, end (offsets in the article's text), score (higher is better, comparable within one
    question), support (0 to 1: share of the question that the passage supports) and id, the same as
    ``Document.id``: where the passage stands, as "article_id:start-end". Where the article has pages, as a PDF has,
    ``page`` is the one on which the passage begins, from 1; where other articles tell the same in nearly the same words,
    ``story`` is the id of the first of them.
    """
    place = f"{hit.article_id}:{hit.start}-{hit.end}"
    names = ("article_id", "title", "date", "source", "url", "lang", "start", "end", "score", "support")
    pages = {"page": hit.page} if hit.page else {}
    stories = {"story": hit.story} if hit.story else {}
    return Document(
        id=place, page_content=hit.text, metadata={"id": place, **{name: getattr(hit, name) for name in names}, **pages, **stories}
    )
