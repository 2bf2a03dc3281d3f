"""Which articles are from a stretch of time, or about one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from rag.corpus.days import Period, extent
from rag.index import Snapshot
from rag.index.named import DAY, published


def of_period(
    snapshot: Snapshot, period: Period, before: int = 0, after: int = 0, undated: bool = True
) -> np.ndarray:
    """bool (n_articles,): the articles that may tell of a period.

    Those published in it, or up to so many days ``before`` or ``after``; those that name a day or a
    month of it, or a year that is in it as a whole. Where ``undated``, those without a date pass as
    soon as they name a year of it, and all of them where its year is not said: one that tells of
    "two days ago" could not be told from others.
    """
    days, of_article = snapshot.date_codes
    lenient = np.array([day == "" and undated for day in days], bool)[of_article]
    keep = np.array(dated_in(days, period.widened(before, after)), bool)[of_article]
    if period.yearly:
        keep |= lenient
    for key, articles in snapshot.named(*_keys(period)):
        first, last = extent(*map(int, key.removeprefix(DAY).split("-")))
        shorter_than_a_year = len(key) > len(f"{DAY}2023")
        meant = shorter_than_a_year and period.overlaps(first, last)
        if not (meant or period.holds(first, last)):
            articles = articles[lenient[articles]]
        keep[articles] = True
    return keep


def dated_in(days: Iterable[str], *periods: Period) -> list[bool]:
    """Which dates ("YYYY-MM-DD" or "") are in all of some periods."""
    found = map(published, days)
    return [day is not None and all(p.overlaps(day, day) for p in periods) for day in found]


def _keys(period: Period) -> tuple[str, str]:
    """First and last key of the index that a day of the years of a period may have."""
    first = f"{period.first.year:04}" if period.first and not period.yearly else "0"
    last = f"{period.last.year:04}" if period.last and not period.yearly else ""
    return f"{DAY}{first}", f"{DAY}{last}:"  # behind the digits and the hyphen
