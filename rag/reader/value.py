"""Figures and dates as values with exact spans in a text, and the search for dates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.corpus.date_expressions import find_expressions
from rag.corpus.date_grammar import WrittenDate
from rag.corpus.days import meant

VALUE_KINDS = ("number", "date")


@dataclass(frozen=True, slots=True)
class Value:
    """A figure or date in a text: ``source[start:end] == text``.

    Attributes:
        start, end: character offsets in the text searched.
        kind: one of ``VALUE_KINDS``.
        text: the words of the span.
        unit: for a number the measure word ("家", "人次"), the unit ("公里", "%") or, in English,
            the noun counted ("enterprises"); else "".
        head: the number without its approximation (700 for 约有700多家; the lower end of a range);
            None for a date or a number without a known value.
        iso: for a date its ISO 8601 form as far as the text gives it ("2011-09-21", "2011-09",
            "2011"); else None.
        ordinal: True for 第五届 and "third", which give a rank, not a quantity.
    """

    start: int
    end: int
    kind: str
    text: str
    unit: str = ""
    head: float | None = None
    iso: str | None = None
    ordinal: bool = False


def without_overlap(values: Iterable[Value]) -> list[Value]:
    """Sorts values and drops overlapping ones: the earlier start wins, then the longer span."""
    separate: list[Value] = []
    for value in sorted(values, key=lambda v: (v.start, -v.end)):
        if not separate or value.start >= separate[-1].end:
            separate.append(value)
    return separate


def find_dates(text: str, default_year: int | None = None) -> list[Value]:
    """Dates, times, periods and centuries in ``text``, in order and without overlap.

    Args:
        text: Chinese, English or both.
        default_year: the year for dates without a year, usually that of the article; without it
            such a date has no ``iso``. Dates relative to the day of writing (昨日, "last week")
            never have one.
    """
    return [
        Value(
            one.start, one.end, "date", text[one.start : one.end], iso=_iso(one.parts, default_year)
        )
        for one in find_expressions(text)
    ]


def _iso(parts: tuple[WrittenDate, ...], default_year: int | None) -> str | None:
    """The ISO 8601 form of a date as far as the text gives it; a range counts by its beginning."""
    if parts[0].shift and parts[0].shift != ("year", 0):
        return None
    first = next((one for one in parts if one.year or one.month), None)
    year = first and (first.year or default_year)
    when = meant(first._replace(year=year, shift=None), None) if first and year else None
    return str(when) if when else None
