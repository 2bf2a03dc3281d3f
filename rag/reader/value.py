"""The value that a question may ask for, as it stands in the text; and dates, with exact spans."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.corpus.date_expressions import find_expressions
from rag.corpus.date_grammar import Written
from rag.corpus.days import meant

VALUE_KINDS = ("number", "date")


@dataclass(frozen=True, slots=True)
class Value:
    """``source[start:end] == text``: a figure or date.

    Attributes:
        start, end: character offsets into the text searched.
        kind: one of ``VALUE_KINDS``.
        text: that slice.
        unit: of a number: the measure word ("家", "人次"), unit ("公里", "%") or, in English, the
            noun counted ("enterprises"); else "".
        head: the number without its approximation (700 for 约有700多家; the lower end of a range),
            or None.
        iso: of a date: ISO 8601 as far as the text says it ("2011-09-21", "2011-09", "2011"), or
            None.
        ordinal: True for 第五届 and "third": a place in a row, not a quantity.
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
    """``values`` in order; of two that overlap the first to begin stays, or the longer one."""
    kept: list[Value] = []
    for value in sorted(values, key=lambda v: (v.start, -v.end)):
        if not kept or value.start >= kept[-1].end:
            kept.append(value)
    return kept


def find_dates(text: str, default_year: int | None = None) -> list[Value]:
    """Dates, times, periods and centuries in ``text``, in order and without overlap.

    Args:
        text: Chinese, English or both.
        default_year: year of a date that names none (that of the article); without it such a date
            has no ``iso``. Dates told from the day of writing (昨日, "last week") never have one.
    """
    return [
        Value(
            one.start, one.end, "date", text[one.start : one.end], iso=_iso(one.parts, default_year)
        )
        for one in find_expressions(text)
    ]


def _iso(parts: tuple[Written, ...], default_year: int | None) -> str | None:
    """A date as far as the text says it; a range is dated by its beginning."""
    if parts[0].shift and parts[0].shift != ("year", 0):
        return None
    first = next((one for one in parts if one.year or one.month), None)
    year = first and (first.year or default_year)
    when = meant(first._replace(year=year, shift=None), None) if first and year else None
    return str(when) if when else None
