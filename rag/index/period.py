"""Which articles are from a stretch of time, or about one."""

from __future__ import annotations

from datetime import date

import numpy as np

from rag.corpus.days import Period, extent
from rag.index import Snapshot
from rag.index.named import DAY


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
    keep = _published(np.array(days, "U10"), period.widened(before, after))[of_article]
    if period.yearly:
        keep |= lenient
    for key, articles in snapshot.named(*_keys(period)):
        first, last = extent(*map(int, key.removeprefix(DAY).split("-")))
        if (
            period.holds(first, last)
            or len(key) > len(f"{DAY}2023")
            and period.overlaps(first, last)
        ):
            keep[articles] = True
        else:
            keep[articles[lenient[articles]]] = True
    return keep


def _published(dates: np.ndarray, wide: Period) -> np.ndarray:
    """bool (n,): the dates ("YYYY-MM-DD" or "") that are in a period."""
    if wide.yearly:
        return np.array([_is_in(one, wide) for one in dates.tolist()], bool)
    keep = dates != ""
    if wide.first:
        keep &= dates >= wide.first.isoformat()
    if wide.last:
        keep &= dates <= wide.last.isoformat()
    return keep


def _is_in(iso: str, period: Period) -> bool:
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return False
    return period.overlaps(day, day)


def _keys(period: Period) -> tuple[str, str]:
    """First and last key of the index that a day of the years of a period may have."""
    first = f"{period.first.year:04}" if period.first and not period.yearly else "0"
    last = f"{period.last.year:04}" if period.last and not period.yearly else ""
    return f"{DAY}{first}", f"{DAY}{last}:"  # behind the digits and the hyphen
