"""Dates of a sentence and of its evidence, part by part: 8月1日 is "1 August"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.corpus.date_expressions import find_expressions
from rag.corpus.date_grammar import Written

_YEAR = re.compile(r"(?<!\d)[12]\d{3}(?!\d)")
_BEFORE = re.compile(r"去年|上年|\blast year\b|\bprevious year\b|\byear earlier\b", re.I)
_PARTS = ("year", "month", "day", "weekday", "minutes", "decade")
_NUMBERS = ("year", "month", "day", "decade")


@dataclass(frozen=True, slots=True)
class Day:
    """A date in a text, by what it tells.

    Attributes:
        start, end: character offsets.
        parts: the numbers of each of ``_PARTS`` that it has; several in a range, none for what
            tells nothing that could be compared ("yesterday", 近年来). Minutes are those of a clock
            of twelve hours.
    """

    start: int
    end: int
    parts: Mapping[str, frozenset[float]]


def find_days(text: str) -> list[Day]:
    """The dates of a text in order."""
    return [Day(one.start, one.end, _told(one.parts)) for one in find_expressions(text)]


def _told(parts: Sequence[Written]) -> dict[str, frozenset[float]]:
    told = {name: {getattr(one, name) for one in parts} - {None} for name in _PARTS}
    told["day"] |= {one.last_day for one in parts if one.last_day}
    told["minutes"] = {minutes % (12 * 60) for minutes in told["minutes"]}
    return {name: frozenset(numbers) for name, numbers in told.items() if numbers}


class Days:
    """The dates of some evidence, to be asked for those of a sentence."""

    def __init__(self, texts: Sequence[str], days: Sequence[Sequence[Day]]):
        self._all = [one.parts for found in days for one in found]
        self._known = {
            name: {number for one in self._all for number in one.get(name, ())} for name in _PARTS
        }
        years = self._known["year"]
        years |= {int(year) for text in texts for year in _YEAR.findall(text)}
        if any(_BEFORE.search(text) for text in texts):
            years |= {year - 1 for year in years}

    def parts(self) -> Iterable[float]:
        """All numbers that the dates are made of."""
        return (
            float(number) for name in _NUMBERS for one in self._all for number in one.get(name, ())
        )

    def stands(self, said: Day) -> bool:
        """Whether the evidence has every part of a date, the day with its month."""
        if not all(numbers <= self._known[name] for name, numbers in said.parts.items()):
            return False
        if "month" in said.parts and "day" in said.parts:
            return any(
                said.parts["day"] & one.get("day", frozenset())
                and ("month" not in one or said.parts["month"] & one["month"])
                for one in self._all
            )
        return True
