"""Finds the questions that went worst, with what was found instead."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.evaluation.questions import Question

if TYPE_CHECKING:
    from rag.evaluation.evaluate import Result
    from rag.library import Index
    from rag.search.types import Fusion, Hit

_MIN_SEARCH_DEPTH = 100  # rank down to which a relevant article is looked for
_BEGINNING = 120  # characters at the beginning of a passage that are shown


@dataclass(frozen=True, slots=True)
class Shown:
    """An article among the results, as a report shows it.

    Attributes:
        article_id, title: id and title of the article.
        rank: its rank, from 1.
        text: beginning of its best passage.
        score: fused score of that passage.
        parts: the scores from which that one was fused, by name.
    """

    article_id: str
    title: str
    rank: int
    text: str
    score: float
    parts: dict[str, float]


@dataclass(frozen=True, slots=True)
class Miss:
    """A question whose relevant article did not come first.

    Attributes:
        question: the question.
        rank: rank of its first relevant article, from 1; None if none is among the first ``depth``.
        first: the article that came first; None if nothing was found.
        wanted: the relevant article at ``rank``; None if there is none.
        depth: how many of the articles found were looked at.
    """

    question: Question
    rank: int | None
    first: Shown | None
    wanted: Shown | None
    depth: int


def worst_of(
    index: Index, results: Sequence[Result], count: int, k: int, fusion: Fusion | None
) -> tuple[Miss, ...]:
    """The ``count`` questions whose first relevant article ranks lowest, the worst first. Questions
    with a relevant article at rank 1 are left out.
    """
    depth = max(k, _MIN_SEARCH_DEPTH)
    misses = [_miss(index, one.question, depth, fusion) for one in results if one.rank != 1]
    misses.sort(key=lambda miss: -(miss.rank or math.inf))
    return tuple(misses[:count])


def _miss(index: Index, question: Question, depth: int, fusion: Fusion | None) -> Miss:
    hits = index.find(question.text, depth, fusion=fusion).hits
    places = (place for place, hit in enumerate(hits, 1) if hit.article_id in question.relevant)
    rank = next(places, None)
    first = _shown(hits[0], 1) if hits else None
    wanted = _shown(hits[rank - 1], rank) if rank else None
    return Miss(question, rank, first, wanted, depth)


def _shown(hit: Hit, rank: int) -> Shown:
    text = " ".join(hit.text.split())[:_BEGINNING]
    return Shown(hit.article_id, hit.title, rank, text, hit.score, dict(hit.parts))
