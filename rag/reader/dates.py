"""Dates and times in Chinese and English text, with exact spans."""

from __future__ import annotations

from rag.corpus.date_expressions import find_expressions
from rag.corpus.date_grammar import Written
from rag.corpus.days import meant
from rag.reader.value import Value


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
