"""The calendar: days, months and years, periods of them, and what a written date means on a given
day.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from rag.corpus.date_grammar import Written, find_days

_LEAP = 2000  # any year that has all days: those of a period without a year


class When(NamedTuple):
    """A year, a month or a day of the calendar; ``year`` is None where it is not known, ``month``
    and ``day`` where none is meant.
    """

    year: int | None
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        """ISO 8601, cut where no month or day is meant: "2023", "2023-08", "2023-08-15"; "--08-15"
        of an unknown year.
        """
        parts = [
            "-" if self.year is None else f"{self.year:04}",
            *(f"{part:02}" for part in self[1:] if part),
        ]
        return "-".join(parts)


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
        sides = (side.isoformat() if side else ".." for side in (self.first, self.last))
        return "/".join(f"-{side[4:]}" if self.yearly else side for side in sides)

    def widened(self, before: int, after: int) -> Period:
        """With so many days more at its beginning and its end."""
        first = self.first and self.first - timedelta(days=before)
        last = self.last and self.last + timedelta(days=after)
        if not self.yearly:
            return Period(first, last)
        assert first and last
        return Period(first.replace(year=_LEAP), last.replace(year=_LEAP), True)

    def overlaps(self, first: date, last: date) -> bool:
        """Whether some day from ``first`` to ``last`` is in it."""
        if self.yearly:
            return any(one.overlaps(first, last) for one in self._each(first, last))
        return (self.last or last) >= first and (self.first or first) <= last

    def holds(self, first: date, last: date) -> bool:
        """Whether all days from ``first`` to ``last`` are in it."""
        if self.yearly:
            return any(one.holds(first, last) for one in self._each(first, last))
        return (self.first or first) <= first and last <= (self.last or last)

    def _each(self, first: date, last: date) -> Iterator[Period]:
        """A yearly period as it begins in each of the years that may meet some days."""
        assert self.first and self.last
        over = self.last < self.first
        for year in range(first.year - 1, last.year + 1):
            yield Period(in_year(self.first, year), in_year(self.last, year + over))


def extent(year: int, month: int | None = None, day: int | None = None) -> tuple[date, date]:
    """First and last day of a year, a month or a day; of the month where it has no such day, as 29
    February of most years.
    """
    length = calendar.monthrange(year, month or 12)[1]
    day = day if day is None or day <= length else None
    last = day or length
    return date(year, month or 1, day or 1), date(year, month or 12, last)


def part_of(name: str, nth: int, year: int, month: int | None = None) -> tuple[date, date]:
    """First and last day of a part of a year, or of a third of a month.

    Args:
        name, nth: as in :attr:`rag.corpus.date_grammar.Written.part`. Winter begins in its year.
        year, month: of the part; with a month, ``name`` is "third".
    """
    if month:
        begin, last = extent(year, month)
        begin += timedelta(days=10 * nth)
        return begin, last if nth == 2 else begin + timedelta(days=9)
    low, high = {
        "third": ((1, 3), (5, 8), (11, 12)),
        "half": ((1, 6), (7, 12)),
        "quarter": ((1, 3), (4, 6), (7, 9), (10, 12)),
        "quarters": ((1, 3), (1, 6), (1, 9)),
        "season": ((3, 5), (6, 8), (9, 11), (12, 14)),
    }[name][nth]
    return date(year, low, 1), extent(year + high // 13, (high - 1) % 12 + 1)[1]


def in_year(day: date, year: int) -> date:
    """The same day of another year; 29 February is the 28th of most."""
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def meant(named: Written, today: date | None) -> When | None:
    """What a text of a given day means, or None where that cannot be told.

    A month without a year is the last one that came, or one that will come within half a year; a
    day without a month ("15日") the last one, or one of the week to come. Without ``today`` the
    year stays None, and what is told from the day of writing is None.
    """
    year, month, day = named.year, named.month, named.day
    if named.shift:
        unit, by = named.shift
        if today is None:
            return None
        if unit == "day":
            then = today + timedelta(days=by)
            return When(then.year, then.month, then.day)
        year, month = (today.year + by, month) if unit == "year" else month_on(today, by)
    elif today and day and month is None:
        near = today + timedelta(days=7)
        year, month = month_on(near, -1 if day > near.day else 0)
    elif today and year is None:
        soon = today + timedelta(days=183)
        after = _valid(today.year, month, day) and date(today.year, month or 1, day or 1) > soon
        year = today.year - after
    if month is None and day is not None or not _valid(year or _LEAP, month, day):
        return None
    return When(year, month, day)


def weekday_on(named: Written, today: date) -> date:
    """The day that a weekday means in a text of a given day: the last that came, that day included,
    or that of the week that is said.
    """
    then = monday_of(today, named.shift[1] if named.shift else 0) + timedelta(named.weekday or 0)
    return then if named.shift or then <= today else then - timedelta(days=7)


def monday_of(day: date, by: int = 0) -> date:
    """The Monday of the week of a day, or of so many weeks after it."""
    return day + timedelta(days=7 * by - day.weekday())


def month_on(day: date, by: int) -> tuple[int, int]:
    """Year and month so many months after a day."""
    year, month = divmod(day.year * 12 + day.month - 1 + by, 12)
    return year, month + 1


def find_meant(text: str, today: date | None) -> list[tuple[int, int, When]]:
    """Start and end of every date named in a text of a given day, and what it means; those without
    a meaning left out.

    So is what is only compared with ("与去年相比", "than last year"): nothing is told of it. Where
    the day of the text is not known, a day without a month ("2日") is of the month named last.
    """
    out: list[tuple[int, int, When]] = []
    for named in find_days(text):
        if _compared(text, named):
            continue
        if today is None and named.month is None and named.day and named.shift is None:
            if latest := next((when for *_, when in reversed(out) if when.month), None):
                named = named._replace(year=latest.year, month=latest.month)
        if when := meant(named, today):
            out.append((named.start, named.end, when))
            if named.last_day and _valid(when.year or _LEAP, when.month, named.last_day):
                out.append((named.start, named.end, when._replace(day=named.last_day)))
    return out


_THAN = re.compile(
    r"\b(?:than|compared (?:with|to)|versus)(?: in| those of| that of)?(?: the)? $", re.I
)
_ALIKE = re.compile(r"(?:同期|同月|[末底初])?的?[^\W\d]{0,6}?(?:相[比较較]|比[较較])")


def _compared(text: str, named: Written) -> bool:
    """Whether a date is only what something is compared with."""
    before = text[named.start - 1 : named.start]
    if before == " ":
        return _THAN.search(text, max(0, named.start - 30), named.start) is not None
    alike = before in ("与", "與", "跟", "同", "和") and _ALIKE.match(text, named.end)
    return bool(alike) or before in ("比", "较", "較")


def _valid(year: int, month: int | None, day: int | None) -> bool:
    try:
        date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return False
    return True
