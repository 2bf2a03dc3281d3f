"""Converts publication dates as people write them to "YYYY-MM-DD"."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from rag.corpus.date_grammar import HAN_DIGITS, find_days

# years of valid dates
_YEARS = range(1600, 2100)
# Notations that only date lines use: 20110921, perhaps with a time joined on; 21/9/2011 or
# 9/21/2011.
_FIGURES = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d"
    r"|3[01])(?:\d{4}|\d{6})?(?!\d)"
    r"|(?<![\d./-])(?P<first>\d{1,2})([-./])(?P<second>\d{1,2})\5(?P<last>(?:1[6-9]|20)\d\d)(?!\d)"
)
_YEAR = re.compile(rf"\d{{4}}|[{HAN_DIGITS}\d]{{2}}\s?年")
_DAY = re.compile(r"\s?(\d{1,2})(?!\d)")  # 2011年9月21, without 日


class FoundDate(NamedTuple):
    """A date written at ``text[start:end]``.

    ``iso`` is "YYYY-MM-DD". It is "" for a date that does not exist, or whose day and month cannot
    be told apart.
    """

    iso: str
    start: int
    end: int


def find_date(text: str) -> FoundDate | None:
    """The first valid full date written in a text, or None. A day and a month alone are not
    enough.
    """
    return min((one for one in _full(text) if one.iso), key=lambda one: one.start, default=None)


def _full(text: str) -> Iterator[FoundDate]:
    """All full dates of a text: those of the date grammar first, then those of date lines."""
    if not _YEAR.search(text):
        return
    for one in find_days(text):
        day, end = one.day, one.end
        if one.year and one.month and not day and text[end - 1] == "月":
            if found := _DAY.match(text, end):
                day, end = int(found[1]), found.end()
        if one.year and one.year in _YEARS and one.month and day and not one.last_day:
            yield FoundDate(_iso(one.year, one.month, day), one.start, end)
    for match in _FIGURES.finditer(text):
        if match["year"]:
            numbers = [int(match[part]) for part in ("year", "month", "day")]
        else:
            low, high = sorted((int(match["first"]), int(match["second"])))
            unclear = high <= 12 and low != high
            numbers = [0 if unclear else int(match["last"]), low, high]
        yield FoundDate(_iso(*numbers), *match.span())


def _iso(year: int, month: int, day: int) -> str:
    """The date as "YYYY-MM-DD", or "" where there is no such day."""
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


@functools.lru_cache(maxsize=4096)
def normal_date(value: str) -> str:
    """A date in almost any notation as "YYYY-MM-DD", or "" for what is not a valid, clear full
    date.

    Relative dates ("yesterday") give "". So does 3/4/2011, which different countries read
    differently.
    """
    value = " ".join(value.split())
    if not 6 <= len(value) <= 80:
        return ""
    found = sorted(_full(value), key=lambda one: one.start)
    if found or not re.search(r"\d{4}", value) or not re.search(r"[^\W\d_]{3}", value):
        return next((one.iso for one in found if one.iso), "")
    return _parsed(value)


def _parsed(value: str) -> str:
    """The date by dateparser, which knows the month names of other languages, or "".

    dateparser is slow to load, so it is only loaded where it is needed.
    """
    import dateparser

    try:
        parsed = dateparser.parse(
            value,
            languages=["en", "zh", "fr", "de", "es", "it", "pt", "nl", "ru"],
            settings={"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"]},
        )
    except Exception:  # dateparser raises many kinds of errors on odd strings, which are not dates
        return ""
    return parsed.date().isoformat() if parsed and parsed.year in _YEARS else ""
