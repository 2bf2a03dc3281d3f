"""Yinju as a Haystack retriever: a component of the TextRetriever kind.

    from rag.haystack import YinjuRetriever

    pipeline = Pipeline()
    pipeline.add_component("retriever", YinjuRetriever("index", top_k=5))
    pipeline.run({"retriever": {"query": "哪些省举行了防汛演练？"}})["retriever"]["documents"]

Needs the extra ``haystack``. Haystack reports to its makers, over the network, which components a
pipeline has, unless HAYSTACK_TELEMETRY_ENABLED=False is set in the environment before the import.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from threading import Lock
from typing import Any

from rag.errors import UsageError
from rag.extras import extra
from rag.filtering import checked
from rag.library import MAX_HITS, Index
from rag.passages import metadata, place
from rag.search.types import Filters, Hit

with extra():
    from haystack import Document, component, default_from_dict, default_to_dict

# The field of Filters for each of Haystack's comparisons (field, operator). Callers may write the
# field with or without "meta." before it.
_FIELDS = {("date", ">="): "date_from", ("date", "<="): "date_to"} | {
    (field, operator): f"{field}s"
    for field in ("source", "lang", "place")
    for operator in ("==", "in")
}


@component
class YinjuRetriever:
    """Finds the passages that fit a query, in Chinese and English articles alike.

    Attributes:
        index_path: the folder of the index, which ``warm_up`` or the first query opens.
        top_k: most documents per query, 1 to 1,000.
        filters: as for :meth:`run`; the filters of a query replace them.
        model, rerank: as for :meth:`rag.library.Index.open`.
    """

    def __init__(
        self,
        index_path: str,
        top_k: int = 10,
        filters: Mapping[str, Any] | Filters | None = None,
        model: str | None = None,
        rerank: str | None = None,
    ) -> None:
        """Raises UsageError for a ``top_k`` out of its range and for filters that make no sense."""
        if not 1 <= top_k <= MAX_HITS:
            raise UsageError(f"expected top_k between 1 and {MAX_HITS:,}, got {top_k}")
        self.index_path, self.top_k, self.model, self.rerank = str(index_path), top_k, model, rerank
        self.filters = read_filters(filters)
        self._index: Index | None = None
        self._opening = Lock()

    def to_dict(self) -> dict[str, Any]:
        """The component as Haystack serializes it with a pipeline."""
        given = {name: getattr(self, name) for name in ("index_path", "top_k", "model", "rerank")}
        chosen = {name: value for name, value in asdict(self.filters).items() if value}
        filters = {n: list(v) if isinstance(v, tuple) else v for n, v in chosen.items()}
        return default_to_dict(self, filters=filters, **given)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> YinjuRetriever:
        """Makes the component from what :meth:`to_dict` gave."""
        return default_from_dict(cls, data)

    def warm_up(self) -> None:
        """Opens the index. Raises what ``Index.open`` raises."""
        with self._opening:
            if self._index is None:
                self._index = Index.open(self.index_path, self.model, self.rerank)

    @component.output_types(documents=list[Document])
    def run(
        self, query: str, filters: dict[str, Any] | None = None, top_k: int | None = None
    ) -> dict[str, list[Document]]:
        """The passages that fit a query best, best first.

        Args:
            query: Chinese or English.
            filters: Haystack's comparisons of ``meta.date`` (">=", "<=", days as "YYYY-MM-DD"),
                ``meta.source``, ``meta.lang`` and ``place`` ("==", "in"), one or several under
                "AND"; ``place`` keeps the articles that name a place or one inside it.
            top_k: most documents; None for the ``top_k`` of the component.

        Raises UsageError for an unusable query and for any other filters.
        """
        self.warm_up()
        assert self._index
        chosen = self.filters if filters is None else read_filters(filters)
        hits = self._index.search(query, self.top_k if top_k is None else top_k, chosen)
        return {"documents": [document(hit) for hit in hits]}

    @component.output_types(documents=list[Document])
    async def run_async(
        self, query: str, filters: dict[str, Any] | None = None, top_k: int | None = None
    ) -> dict[str, list[Document]]:
        """Does the same as :meth:`run`, in a thread."""
        return await asyncio.to_thread(self.run, query, filters, top_k)


def document(hit: Hit) -> Document:
    """A hit as a document of Haystack.

    Its content is the passage, ``article.text[start:end]``. Its id says where the passage stands,
    "article_id:start-end". Its meta is that of :func:`rag.passages.metadata`. Scores are comparable
    within one query; ``support`` in the meta is a share from 0 to 1.
    """
    return Document(id=place(hit), content=hit.text, meta=dict(metadata(hit)), score=hit.score)


def read_filters(given: Mapping[str, Any] | Filters | None) -> Filters:
    """Reads filters in the form of Haystack, see :meth:`YinjuRetriever.run`, or of ``asdict``.

    Raises UsageError for conditions that the index cannot apply.
    """
    if given is None or isinstance(given, Filters) or not given:
        return checked(given if isinstance(given, Filters) else None)
    found: dict[str, Any] = {}
    if given.keys() <= asdict(Filters()).keys():  # as to_dict writes them
        found = {n: tuple(v) if isinstance(v, list) else v for n, v in given.items()}
        return checked(Filters(**found))
    for one in given.get("conditions", ()) if given.get("operator") == "AND" else [given]:
        field, operator = str(one.get("field")).removeprefix("meta."), str(one.get("operator"))
        name, value = _FIELDS.get((field, operator)), one.get("value")
        values = value if operator == "in" else [value]
        if not name or name in found or not values or not all(isinstance(v, str) for v in values):
            raise _refused(one)
        found[name] = value if field == "date" else tuple(values)
    if not found:
        raise _refused(given)
    return checked(Filters(**found))


def _refused(condition: Mapping[str, Any]) -> UsageError:
    possible = ", ".join(f"{field} {operator}" for field, operator in _FIELDS)
    return UsageError(
        f"expected filters of texts with {possible}, each once, one or several under AND, "
        f"got {dict(condition)}"
    )
