"""The value asked for inside a sentence: of several figures, dates or names the one that is meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rag.answer.evidence import Evidence
from rag.answer.question import Asked
from rag.answer.value import Value
from rag.search.query import Query

_AFTER, _BEFORE = 5.0, 12.0  # tokens over which a match beside the value loses half of its worth
AROUND = 4.0  # what the matches around a value weigh beside the logarithm of its sentence's chance
MONEY_BONUS = 1.2  # for a sum where a sum is asked for
_COST = re.compile(r"多少[万亿]?元|多少钱|花费|造价|投资.{0,4}多少|how much|\bcosts?\b|\bprice\b|\bworth\b", re.I)
_MONEY = re.compile(r"元|[$£€¥]|yuan|dollar|pound|euro|rmb|usd", re.I)
_FOCUS = 2.0  # what is counted stands right behind the words that ask: it weighs this much more


@dataclass(frozen=True, slots=True)
class Picked:
    """A value in its sentence; ``start`` and ``end`` are offsets in the article's text, ``score`` its log-odds but for a constant."""

    value: Value
    evidence: Evidence
    start: int
    end: int
    score: float


def finder(kind: str, ordinal: bool = False) -> Callable[[str], list[Value]]:
    """The function that finds values of a kind of question in a sentence; figures that count, or places in a row."""
    from rag.answer import values

    def documents(text: str) -> list[Value]:
        found = values.find_documents(text)
        return [v for v in found if v.kind == "document"] or found

    return {"number": lambda text: [v for v in values.find_numbers(text) if v.ordinal == ordinal], "date": values.find_dates,
            "person": values.find_persons, "organisation": values.find_organisations, "document": documents}[kind]


def pick(query: Query, asked: Asked, found: list[Evidence], weights: np.ndarray, limit: int = 40) -> list[Picked]:
    """Values of the kind asked for in the best evidence, most fitting first.

    Args:
        query, asked: the question.
        found: evidence, best first; the first ``limit`` sentences are read.
        weights: of the question's tokens.
    """
    find = finder(asked.kind, "第几" in asked.plain)
    low, high = asked.focus
    in_focus = np.array([low <= a and b <= high for a, b in query.spans], bool)
    emphasis = weights * np.where(in_focus & (asked.kind == "number"), _FOCUS, 1.0)
    emphasis = emphasis / max(emphasis.sum(), 1e-9)
    said = query.text.casefold()
    out = []
    for evidence in found[:limit]:
        text = evidence.text
        for value in find(text):
            if value.text.casefold() in said:
                continue  # what the question says already is not what it asks for
            start, end = evidence.start + value.start, evidence.start + value.end
            near = nearness(evidence, start, end)
            fits = MONEY_BONUS * (bool(_COST.search(asked.plain)) and bool(_MONEY.search(value.text)))
            out.append(Picked(value, evidence, start, end, float(np.log(max(evidence.chance, 1e-6))) + AROUND * float(emphasis @ near) + fits))
    out.sort(key=lambda picked: (-picked.score, picked.start))
    return out


def nearness(evidence: Evidence, start: int, end: int) -> np.ndarray:
    """float32 (n,): best match of each token of the question near a span, fading with distance in tokens.

    What is counted follows its figure in both languages, so matches behind fade later in effect: those
    before it fade from a lower start.
    """
    view = evidence.view
    tokens = np.flatnonzero(view.inside(evidence.start, evidence.end))
    if not len(tokens):
        return np.zeros(len(view.query.ids), np.float32)
    at = view.spans[tokens]
    first = int(np.searchsorted(at[:, 0], start))
    last = int(np.searchsorted(at[:, 0], end))
    place = np.arange(len(tokens))
    behind, ahead = np.maximum(place - last, 0), np.maximum(first - 1 - place, 0)
    fade = np.where(place >= last, 1 / (1 + behind / _AFTER), 0.8 / (1 + ahead / _BEFORE))
    fade[first:last] = 1.0  # the unit may be part of the value: 26个, 300家
    return view.query.fold((view.match[:, tokens] * fade).max(axis=1))
