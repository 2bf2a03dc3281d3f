"""Checks by rule the facts of a sentence: its figures, dates, places and names.

Dates are compared by parts: 8月1日 is "1 August".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.corpus.date_expressions import find_expressions
from rag.corpus.date_grammar import WrittenDate
from rag.question.asking import outside_of
from rag.question.script import has_chinese
from rag.writing.figures import Figures, TextFigure, find_figures
from rag.writing.names import SUPPORTED, UNDECIDED, UNSUPPORTED, Fact, Names, state_of

_YEAR = re.compile(r"(?<!\d)[12]\d{3}(?!\d)")
_BEFORE = re.compile(r"去年|上年|\blast year\b|\bprevious year\b|\byear earlier\b", re.I)
_PARTS = ("year", "month", "day", "weekday", "minutes", "decade")
_NUMBERS = ("year", "month", "day", "decade")


@dataclass(frozen=True, slots=True)
class Day:
    """A date in a text, split into parts that can be compared.

    Attributes:
        start, end: character offsets.
        parts: for each name of ``_PARTS`` that the date has, its numbers. A range has several
            numbers. The mapping is empty if nothing can be compared ("yesterday", 近年来).
            "minutes" counts on a twelve-hour clock, 0 to 719.
    """

    start: int
    end: int
    parts: Mapping[str, frozenset[float]]


def find_days(text: str) -> list[Day]:
    """Returns the dates of a text in order."""
    return [Day(one.start, one.end, _numbers_by_part(one.parts)) for one in find_expressions(text)]


def _numbers_by_part(parts: Sequence[WrittenDate]) -> dict[str, frozenset[float]]:
    """Collects the numbers of a date, which may be a range of several, by names of ``_PARTS``."""
    by_part = {name: {getattr(one, name) for one in parts} - {None} for name in _PARTS}
    by_part["day"] |= {one.last_day for one in parts if one.last_day}
    by_part["minutes"] = {minutes % (12 * 60) for minutes in by_part["minutes"]}
    return {name: frozenset(numbers) for name, numbers in by_part.items() if numbers}


class Days:
    """The dates of the evidence, against which the dates of a sentence are checked.

    Any year that the evidence writes counts, within a date or not. If the evidence says "last year"
    or the like, the year before each of these counts too.

    Args:
        texts: the evidence.
        days: the dates of each text, from :func:`find_days`.
    """

    def __init__(self, texts: Sequence[str], days: Sequence[Sequence[Day]]):
        self._all = [one.parts for found in days for one in found]
        self._known = {name: set(self._numbers(name)) for name in _PARTS}
        years = self._known["year"]
        years |= {int(year) for text in texts for year in _YEAR.findall(text)}
        if any(_BEFORE.search(text) for text in texts):
            years |= {year - 1 for year in years}

    def parts(self) -> Iterable[float]:
        """Returns all years, months, days and decades of the dates."""
        return (float(number) for name in _NUMBERS for number in self._numbers(name))

    def _numbers(self, name: str) -> Iterable[float]:
        return (number for one in self._all for number in one.get(name, ()))

    def stands(self, day: Day) -> bool:
        """Whether the evidence has every part of a date.

        If the date has a month and a day, one date of the evidence must have that day, and have
        that month or none.
        """
        if not all(numbers <= self._known[name] for name, numbers in day.parts.items()):
            return False
        if "month" in day.parts and "day" in day.parts:
            return any(
                day.parts["day"] & one.get("day", frozenset())
                and ("month" not in one or day.parts["month"] & one["month"])
                for one in self._all
            )
        return True


@functools.lru_cache(maxsize=512)
def counted(text: str) -> tuple[tuple[Day, ...], tuple[TextFigure, ...]]:
    """Returns the dates and figures of a text; cached, as evidence serves many sentences."""
    days = find_days(text)
    return tuple(days), tuple(find_figures(text, [(day.start, day.end) for day in days]))


class EvidenceFacts:
    """The facts of the evidence, found once for all sentences that are checked against it."""

    def __init__(self, texts: Sequence[str]):
        found = [counted(text) for text in texts]
        self._days = Days(texts, [days for days, _ in found])
        self._figures = Figures(texts, [figures for _, figures in found], self._days.parts())
        self._names = Names(texts)

    def facts(self, sentence: str) -> list[Fact]:
        """Returns the facts of ``sentence`` in order, each with its state in the evidence.

        Dates and figures come before names: a name that overlaps one counts only if it is
        ``UNDECIDED``.
        """
        days, figures = counted(sentence)
        dated = [one for one in days if one.parts]
        out = [Fact(one.start, one.end, "date", state_of(self._days.stands(one))) for one in dated]
        for figure in figures:
            if not figure.small:
                state = self._figure(figure, sentence)
                out.append(Fact(figure.start, figure.end, "figure", state))
        taken = [(one.start, one.end) for one in out]
        for one in self._names.named(sentence):
            if one.state == UNDECIDED or outside_of((one.start, one.end), taken):
                out.append(one)
        return sorted(out, key=lambda one: (one.start, one.end))

    def _figure(self, one: TextFigure, sentence: str) -> int:
        """The state of a figure of ``sentence`` in the evidence."""
        if self._figures.stands(one):
            return SUPPORTED
        # A name with a number in it, as COVID-19, may have none in the other language.
        named = one.bare and re.search(r"[A-Za-z]-?$", sentence[: one.start]) is not None
        return UNDECIDED if named and self._names.chinese != has_chinese(sentence) else UNSUPPORTED
