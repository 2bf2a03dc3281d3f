"""A stretch of time that an article is from or about."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from rag.index import Snapshot
from rag.index.named import DAY

_LEAP = 2000  # any year that has all days: those of a period without a year


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both included.

    Attributes:
        first, last: None leaves a side open.
        yearly: the same days of every year; both sides are then of the year 2000, and ``last`` may
            come before ``first`` (November to February).
    """

    first: date | None
    last: date | None
    yearly: bool = False

    def __str__(self) -> str:
        """As an interval of ISO 8601: "2023-08-01/2023-08-31", "2023-05-01/..",
        "--08-01/--08-31".
        """
        sides = (
            "" if side is None else f"-{side.isoformat()[4:]}" if self.yearly else side.isoformat()
            for side in (self.first, self.last)
        )
        return "/".join(side or ".." for side in sides)

    def widened(self, before: int, after: int) -> Period:
        """With so many days more at its beginning and its end."""
        first = self.first and self.first - timedelta(days=before)
        last = self.last and self.last + timedelta(days=after)
        if self.yearly and first and last:
            return Period(first.replace(year=_LEAP), last.replace(year=_LEAP), True)
        return Period(first, last)

    def overlaps(self, first: date, last: date) -> bool:
        """Whether some day from ``first`` to ``last`` is in it."""
        if not self.yearly:
            return (self.last is None or first <= self.last) and (
                self.first is None or last >= self.first
            )
        years = range(first.year - 1, last.year + 1)
        return any(self._of(year).overlaps(first, last) for year in years)

    def holds(self, first: date, last: date) -> bool:
        """Whether all days from ``first`` to ``last`` are in it."""
        if not self.yearly:
            return (self.first is None or first >= self.first) and (
                self.last is None or last <= self.last
            )
        return any(
            self._of(year).holds(first, last) for year in range(first.year - 1, last.year + 1)
        )

    def _of(self, year: int) -> Period:
        """A yearly period as it begins in one year."""
        assert self.first and self.last  # a yearly period has both sides
        return Period(
            _in_year(self.first, year), _in_year(self.last, year + (self.last < self.first))
        )


def extent(year: int, month: int | None = None, day: int | None = None) -> tuple[date, date]:
    """First and last day of a year, a month or a day; of the month where it has no such day, as 29
    February of most years.
    """
    length = calendar.monthrange(year, month or 12)[1]
    day = day if day is None or day <= length else None
    last = day or length
    return date(year, month or 1, day or 1), date(year, month or 12, last)


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


def _in_year(day: date, year: int) -> date:
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))
