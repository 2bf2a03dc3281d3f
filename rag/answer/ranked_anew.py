"""Passages in the order of a reranker."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from rag.embed import Reranker
from rag.index import Snapshot
from rag.question import ParsedQuestion
from rag.reader.findings import ReadPassage
from rag.search.candidates import Candidates
from rag.search.rerank import RERANKED, rerank

# What each rank of a reranker takes off a passage's fused score at least, so that its order shows
# where scores are equal.
RANK = 1.0


def ranked_anew(
    snapshot: Snapshot,
    reranker: Reranker,
    parsed: ParsedQuestion,
    found: Candidates,
    order: np.ndarray,
    passages: Sequence[ReadPassage],
) -> list[ReadPassage]:
    """The passages with the best scores dealt out again, in the order of the reranker.

    Args:
        snapshot: the index.
        reranker: scores passages.
        parsed: the question.
        found: the candidates.
        order: positions in ``found`` of those that were read, best first.
        passages: what was read in them.
    """
    best = order[:RERANKED]
    ranked = list(rerank(snapshot, parsed.query, found, best.tolist(), reranker))
    behind, dealt = 0.0, {}
    for place, score in zip(ranked, np.sort(found.score[best])[::-1]):
        behind = min(float(score - found.score[best].max()), behind - RANK)
        dealt[place] = behind + RANK
    places = [int(order[passage.reading.window.candidate]) for passage in passages]
    return [
        dataclasses.replace(passage, behind=dealt.get(place, min(behind, passage.behind)))
        for place, passage in zip(places, passages)
    ]
