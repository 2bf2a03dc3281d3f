"""The value asked for inside a sentence: of several figures, dates or names the one that is meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rag.answer.evidence import Evidence
from rag.question.types import Asked
from rag.answer.units import fits, wanted
from rag.reader.value import Value
from rag.question.query import Query

_AFTER, _BEFORE = 5.0, 12.0  # tokens over which a match beside the value loses half of its worth
AROUND = 3.0  # what the matches around a value weigh beside the logarithm of its sentence's chance
FITS = 1.2  # for a figure of the kind of quantity that is asked for
NEXT = 0.4  # each further word of the question behind the words that ask tells less of what is counted
COUNTED, BEHIND = 2.0, 6  # for what is counted right behind the figure, within so many tokens
AFTER_DATE = 0.6  # of what a match behind a date in English is worth else
VAGUE = 1.2  # against a date without a figure ("today")
_CLOCK_ASKED = re.compile(r"几点|什么时刻|\bwhat time\b", re.I)
_CLOCK = re.compile(r"\d[:：]\d\d|\d ?[时点]|[ap]\.?m\b|o'clock|上午|下午|凌晨|晚", re.I)
_DIGIT = re.compile(r"[\d一二三四五六七八九十]|[A-Z]")
_TITLED = re.compile("《[^》]*》")
ACROSS = 0.7  # what a match in another clause than the value is worth
_COMMA = re.compile(r"[，。；！？;]|,(?=\s)")
_STOP = re.compile(r"[，。；、！？\n,;]|\d")
_FOCUS = 2.0  # what is counted stands right behind the words that ask: it weighs this much more


@dataclass(frozen=True, slots=True)
class Picked:
    """A value in its sentence; ``start`` and ``end`` are offsets in the article's text, ``score`` its log-odds but for a constant."""

    value: Value
    evidence: Evidence
    start: int
    end: int
    score: float


def finder(kind: str, ordinal: bool = False, quantity: str = "") -> Callable[[str], list[Value]]:
    """The function that finds values of a kind of question in a sentence; figures that count, or places in a row, or numbers to call."""
    from rag.answer import values

    if kind == "number" and quantity == "phone":
        return values.find_phones

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
    quantity = wanted(asked.plain) if asked.kind == "number" else ""
    find = finder(asked.kind, "第几" in asked.plain, quantity)
    low, high = asked.focus
    in_focus = np.array([low <= a and b <= high for a, b in query.spans], bool)
    emphasis = weights * np.where(in_focus & (asked.kind == "number"), _FOCUS, 1.0)
    emphasis = emphasis / max(emphasis.sum(), 1e-9)
    said = query.text.casefold()
    out = []
    for evidence in found[:limit]:
        text = evidence.text
        titles = [m.span() for m in _TITLED.finditer(text)] if asked.kind == "number" else []
        for value in find(text):
            if any(a <= value.start and value.end <= b for a, b in titles):
                continue  # 《五年计划》
            if value.text.casefold() in said:
                continue  # what the question says already is not what it asks for
            start, end = evidence.start + value.start, evidence.start + value.end
            score = float(np.log(max(evidence.chance, 1e-6))) + AROUND * float(emphasis @ nearness(evidence, start, end, asked.kind))
            fit = fits(value, quantity, asked.plain, text[max(0, value.start - 8) : value.start]) if asked.kind == "number" else 0.0
            if fit < 0:
                continue  # a price where people are counted: rather the sentence than another figure
            if asked.kind == "number":
                score += FITS * fit
                if quantity in ("count", "people") and in_focus.any():
                    score += COUNTED * _counted(evidence, start, end, emphasis * in_focus)
            elif asked.kind == "date":
                score -= VAGUE * (not _DIGIT.search(value.text))
            out.append(Picked(value, evidence, start, end, score))
    if asked.kind == "date" and _CLOCK_ASKED.search(asked.plain):
        out = [picked for picked in out if _CLOCK.search(picked.value.text)] or out
    out.sort(key=lambda picked: (-picked.score, picked.start))
    return out


def _counted(evidence: Evidence, start: int, end: int, focus: np.ndarray) -> float:
    """How well what a figure counts, named right behind it, matches what the question counts, 0 to 1."""
    view, text = evidence.view, evidence.view.article.text
    stop = _STOP.search(text, end, evidence.end)
    inside = np.flatnonzero(view.inside(start, stop.start() if stop else evidence.end))[: BEHIND + 2]
    if not len(inside) or not (focus > 0).any():
        return 0.0
    fade = 1 / (1 + np.arange(len(inside)) / BEHIND)
    nouns = np.flatnonzero(focus > 0)
    focus = focus.copy()
    focus[nouns] *= NEXT ** np.arange(len(nouns))  # "多少个市开放了检测室": it is the towns that are counted
    total = float(focus.sum())
    return float(focus @ view.query.fold((view.match[:, inside] * fade).max(axis=1))) / total


def nearness(evidence: Evidence, start: int, end: int, kind: str = "number") -> np.ndarray:
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
    base = fade.copy()
    if kind == "date" and view.article.lang == "en":  # "will end in March 2024": what happened then stands before it
        fade[last:] *= AFTER_DATE
    for mark in _COMMA.finditer(evidence.text):
        at_mark = evidence.start + mark.start()
        other = at[:, 0] > at_mark if at_mark >= end else at[:, 0] < at_mark if at_mark < start else None
        if other is not None:
            fade[other] = np.minimum(fade[other], ACROSS * base[other])
    fade[first:last] = 1.0  # the unit may be part of the value: 26个, 300家
    return view.query.fold((view.match[:, tokens] * fade).max(axis=1))
