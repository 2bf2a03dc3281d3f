"""Whether the evidence answers the question, or only resembles it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rag.answer.enumerate import Gazette, contains
from rag.answer.evidence import Evidence
from rag.answer.question import Asked
from rag.search.query import Query

# The least support of the best sentence: overall, and of the weightiest word it leaves unmatched.
SUPPORT = 0.50
UNMATCHED = 0.35  # a word counts as not found below this match
HEAVY = 0.34  # and is missed too much when it carries this share of the question


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether evidence will do.

    Attributes:
        accepted: it supports the question.
        missing: spans of the question that found no support.
    """

    accepted: bool
    missing: tuple[tuple[int, int], ...]


def judge(query: Query, weights: np.ndarray, matched: np.ndarray) -> Verdict:
    """Judges the matches (n,) of the best evidence against the question's weights (n,)."""
    absent = (weights > 0) & (matched < UNMATCHED)
    support = float(weights @ matched)
    accepted = support >= SUPPORT and float(weights[absent].max(initial=0)) < HEAVY
    order = [i for i in np.argsort(-weights) if absent[i] and weights[i] > 0.05]
    return Verdict(accepted, _merged([query.spans[i] for i in sorted(order)], query.text))


def about(evidence: Evidence, asked: Asked, gazette: Gazette) -> bool:
    """Whether evidence is about the places and years that the question names."""
    return of_place(evidence, asked, gazette) and of_year(evidence, asked)


def of_place(evidence: Evidence, asked: Asked, gazette: Gazette) -> bool:
    """Whether a place named in the question is named in the sentence, or governs it."""
    if not asked.places:
        return True
    named = [m for m in gazette.mentions(evidence) if evidence.start <= m.start < evidence.end]
    governing = named or [m for s in gazette.segments(evidence) for m in s.places] or gazette.title(evidence)
    return all(any(contains(place, m.place) for m in governing) for place in asked.places)


def of_year(evidence: Evidence, asked: Asked) -> bool:
    """Whether each year named in the question stands in the article, or is that of its date."""
    article = evidence.view.article
    return all(year in article.text or year in article.title or article.date.startswith(year) for year in asked.years)


def _merged(spans: list[tuple[int, int]], text: str) -> tuple[tuple[int, int], ...]:
    """Neighbouring spans as one."""
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and not text[out[-1][1] : start].strip():
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return tuple(out)
