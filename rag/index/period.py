"""Finds the articles that were published in a period, or that may be about it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from rag.corpus.days import Period, extent
from rag.index import Snapshot
from rag.index.named import DAY_KEY_PREFIX, published


def of_period(
    snapshot: Snapshot, period: Period, before: int = 0, after: int = 0, undated: bool = True
) -> np.ndarray:
    """Marks the articles that may be about a period, bool (n_articles,).

    An article passes if it was published in the period, up to ``before`` days earlier or up to
    ``after`` days later. It also passes if it names a day or a month that overlaps the period, or a
    year that lies in it as a whole.

    With ``undated``, an article without a date passes as soon as it names a day, a month or a year
    within the years of the period; and always if the period recurs every year. Without its date,
    nobody can tell whether "two days ago" in its text lies in the period.
    """
    days, of_article = snapshot.date_codes
    lenient = np.array([day == "" and undated for day in days], bool)[of_article]
    keep = np.array(dated_in(days, period.widened(before, after)), bool)[of_article]
    if period.yearly:
        keep |= lenient
    for key, articles in snapshot.named(*_keys(period)):
        first, last = extent(*map(int, key.removeprefix(DAY_KEY_PREFIX).split("-")))
        shorter_than_a_year = len(key) > len(f"{DAY_KEY_PREFIX}2023")
        meant = shorter_than_a_year and period.overlaps(first, last)
        if not (meant or period.holds(first, last)):
            articles = articles[lenient[articles]]
        keep[articles] = True
    return keep


def dated_in(days: Iterable[str], *periods: Period) -> list[bool]:
    """For each date ("YYYY-MM-DD" or "") whether it lies in every one of the periods."""
    found = map(published, days)
    return [day is not None and all(p.overlaps(day, day) for p in periods) for day in found]


def _keys(period: Period) -> tuple[str, str]:
    """The first and last possible key (:mod:`rag.index.named`) of days in the years of a period; of
    days in any year where the period recurs every year or is open on that side.
    """
    first = f"{period.first.year:04}" if period.first and not period.yearly else "0"
    last = f"{period.last.year:04}" if period.last and not period.yearly else ""
    # ":" sorts behind the digits and the hyphen
    return f"{DAY_KEY_PREFIX}{first}", f"{DAY_KEY_PREFIX}{last}:"
