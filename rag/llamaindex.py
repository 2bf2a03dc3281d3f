"""Yinju as a LlamaIndex retriever.

    from rag.llamaindex import YinjuRetriever

    engine = RetrieverQueryEngine.from_args(YinjuRetriever("index", k=5), llm=llm)
    print(engine.query("哪些省举行了防汛演练？"))

Needs the extra ``llamaindex``. ``retrieve`` and ``aretrieve`` may be called from several threads.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from rag.extras import extra
from rag.library import Index
from rag.passages import metadata, place
from rag.search.types import Filters, Hit

with extra():
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import (
        NodeRelationship,
        NodeWithScore,
        QueryBundle,
        RelatedNodeInfo,
        TextNode,
    )

# The metadata by which a model can name its source; the rest would only cost tokens.
_FOR_MODELS = {"title", "date", "source", "url"}


class YinjuRetriever(BaseRetriever):
    """Finds the passages that fit a question, in Chinese and English articles alike.

    Attributes:
        index: an open index.
        k: most nodes per question, 1 to 1,000.
        filters: range of dates, publishers, languages, places; None for all articles.
    """

    def __init__(
        self, index: Index | str | Path, k: int = 10, filters: Filters | None = None, **base: Any
    ) -> None:
        """Opens the index if its folder is given. Raises what ``Index.open`` raises.

        ``base`` are arguments of LlamaIndex's BaseRetriever (callback_manager, verbose ...).
        """
        super().__init__(**base)
        self.index = index if isinstance(index, Index) else Index.open(index)
        self.k, self.filters = k, filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self.index.search(query_bundle.query_str, self.k, self.filters)
        return [node(hit) for hit in hits]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


def node(hit: Hit) -> NodeWithScore:
    """A hit as a node of LlamaIndex.

    Its text is the passage, ``article.text[start:end]``. Its id says where the passage stands,
    "article_id:start-end". Its source node is the article. The metadata is that of
    :func:`rag.passages.metadata`: a language model sees title, date, source and url of it, an
    embedding model none of it. Scores are comparable within one question; ``support`` in the
    metadata is a share from 0 to 1.
    """
    known = metadata(hit)
    text = TextNode(
        id_=place(hit),
        text=hit.text,
        start_char_idx=hit.start,
        end_char_idx=hit.end,
        metadata=known,
        excluded_llm_metadata_keys=[
            n for n, value in known.items() if n not in _FOR_MODELS or not value
        ],
        excluded_embed_metadata_keys=list(known),
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=hit.article_id)},
    )
    return NodeWithScore(node=text, score=hit.score)
