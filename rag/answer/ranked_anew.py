"""Applies the order of a reranker to the passages that were read."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from rag.embed import Reranker
from rag.index import Snapshot
from rag.question import ParsedQuestion
from rag.reader.findings import ReadPassage
from rag.search.candidates import Candidates
from rag.search.rerank import RERANK_DEPTH, rerank

# The least amount by which a passage's fused score falls with each rank of the reranker, so that
# its order counts even where scores are equal.
_MIN_SCORE_STEP = 1.0


def ranked_anew(
    snapshot: Snapshot,
    reranker: Reranker,
    parsed: ParsedQuestion,
    found: Candidates,
    order: np.ndarray,
    passages: Sequence[ReadPassage],
) -> list[ReadPassage]:
    """The passages with new scores (``behind``): the best fused scores, in the reranker's order.

    Args:
        snapshot: the index.
        reranker: scores passages.
        parsed: the question.
        found: the candidates.
        order: positions in ``found`` of the passages that were read, best first.
        passages: what was read in them.
    """
    best = order[:RERANK_DEPTH]
    ranked = list(rerank(snapshot, parsed.query, found, best.tolist(), reranker))
    behind, dealt = 0.0, {}
    for place, score in zip(ranked, np.sort(found.score[best])[::-1]):
        behind = min(float(score - found.score[best].max()), behind - _MIN_SCORE_STEP)
        dealt[place] = behind + _MIN_SCORE_STEP
    places = [int(order[passage.reading.window.candidate]) for passage in passages]
    return [
        dataclasses.replace(passage, behind=dealt.get(place, min(behind, passage.behind)))
        for place, passage in zip(places, passages)
    ]
