"""Whether the evidence answers the question, or only resembles it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.answer.dated import Calendar, of_year
from rag.answer.enumerate import Gazette
from rag.answer.evidence import Evidence
from rag.answer.question import Asked
from rag.corpus.places import Place, contains
from rag.search.query import Query

# Logistic regression on the development sets: evidence of the right article against the best evidence of
# all other articles, in both languages and across them. docs/architecture.md has its error rates.
SUPPORT, PASSAGE, SHORT = 9.88, 1.54, -12.80
ENGLISH_QUESTION, ENGLISH_ARTICLE, CONSTANT = 0.82, 0.90, -1.80
UNMATCHED = 0.35  # a word counts as not found below this match


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether evidence will do.

    Attributes:
        accepted: it supports the question.
        missing: spans of the question that found no support.
    """

    accepted: bool
    missing: tuple[tuple[int, int], ...]


def judge(query: Query, asked: Asked, weights: np.ndarray, evidence: Evidence, also: Sequence[Evidence] = ()) -> Verdict:
    """Judges evidence for a question; the fewer words the question has, the more of them must be supported.

    Args:
        query, asked, weights: the question, what it asks for, and the weights of its tokens (n,).
        evidence: the best sentence; it is about the places that the question names.
        also: other sentences about the same thing; what they match counts too.
    """
    view, matched = evidence.view, np.maximum.reduce([evidence.matched, *(e.matched for e in also)])
    # A place that fits is a word that is supported, and so is a time that is no word of the article's.
    words = int((weights > 0).sum()) + len(asked.places) + sum(one.kind == "relative" for one in asked.told)
    logit = (SUPPORT * float(weights @ matched) + PASSAGE * float(weights @ view.matched(view.start, view.end))
             + SHORT / max(words, 2) ** 0.5 + ENGLISH_QUESTION * (query.lang != "zh")
             + ENGLISH_ARTICLE * (view.article.lang != "zh") + CONSTANT)
    absent = (weights > 0.05) & (matched < UNMATCHED)
    return Verdict(logit >= 0, _merged([query.spans[i] for i in np.flatnonzero(absent)], query.text))


def about(evidence: Evidence, asked: Asked, gazette: Gazette, calendar: Calendar) -> bool:
    """Whether evidence is about the places, periods and years that the question names."""
    return (all(of_place(evidence, place, gazette) for place in asked.places) and all(of_year(evidence, year) for year in asked.years)
            and all(calendar.accepts(evidence, one, asked.kind == "places") for one in asked.told))


def of_place(evidence: Evidence, place: Place, gazette: Gazette) -> bool:
    """Whether a place is named in the sentence, or governs it."""
    named = [m for m in gazette.mentions(evidence) if evidence.start <= m.start < evidence.end]
    governing = named or [m for s in gazette.segments(evidence) for m in s.places] or gazette.title(evidence)
    return any(contains(place, m.place) for m in governing)


def _merged(spans: list[tuple[int, int]], text: str) -> tuple[tuple[int, int], ...]:
    """Neighbouring spans as one."""
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and not text[out[-1][1] : start].strip():
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return tuple(out)
