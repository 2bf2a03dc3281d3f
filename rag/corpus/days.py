"""The calendar: days, months, years, periods and feasts, and what a written date means on a given
day.
"""

from __future__ import annotations

import calendar
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from rag.corpus.date_grammar import WrittenDate, find_days, iso_date
from rag.corpus.tables import table

_LEAP = 2000  # a leap year, so that it has every day: the year of a yearly period


class When(NamedTuple):
    """A year, a month or a day of the calendar.

    ``year`` is None where it is unknown. ``month`` and ``day`` are None where none is meant.
    """

    year: int | None
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        """ISO 8601, without the parts that are not meant: "2023", "2023-08", "2023-08-15".

        "--08-15" where the year is unknown.
        """
        parts = [
            "-" if self.year is None else f"{self.year:04}",
            *(f"{part:02}" for part in self[1:] if part),
        ]
        return "-".join(parts)


@dataclass(frozen=True, slots=True)
class Period:
    """A period from one day to another, both included.

    Attributes:
        first, last: None leaves that side open.
        yearly: the period repeats every year. Both sides are then in the year 2000, and ``last``
            may come before ``first`` (November to February).
    """

    first: date | None
    last: date | None
    yearly: bool = False

    def __str__(self) -> str:
        """The period as an ISO 8601 interval: "2023-08-01/2023-08-31", "2023-05-01/..",
        "--08-01/--08-31".
        """
        sides = (side.isoformat() if side else ".." for side in (self.first, self.last))
        return "/".join(f"-{side[4:]}" if self.yearly else side for side in sides)

    def widened(self, before: int, after: int) -> Period:
        """The period with so many days more before its beginning and after its end."""
        first = self.first and self.first - timedelta(days=before)
        last = self.last and self.last + timedelta(days=after)
        if not self.yearly:
            return Period(first, last)
        assert first and last
        return Period(first.replace(year=_LEAP), last.replace(year=_LEAP), True)

    def overlaps(self, first: date, last: date) -> bool:
        """Whether any day from ``first`` to ``last`` is in the period."""
        if self.yearly:
            return any(one.overlaps(first, last) for one in self._each(first, last))
        return (self.last or last) >= first and (self.first or first) <= last

    def holds(self, first: date, last: date) -> bool:
        """Whether all days from ``first`` to ``last`` are in the period."""
        if self.yearly:
            return any(one.holds(first, last) for one in self._each(first, last))
        return (self.first or first) <= first and last <= (self.last or last)

    def _each(self, first: date, last: date) -> Iterator[Period]:
        """The occurrences of a yearly period that may meet the days from ``first`` to ``last``."""
        assert self.first and self.last
        over = self.last < self.first
        for year in range(first.year - 1, last.year + 1):
            yield Period(in_year(self.first, year), in_year(self.last, year + over))


@functools.lru_cache(maxsize=1 << 15)
def published(iso: str) -> date | None:
    """The date of an article; None where there is none, or one too close to an end of the calendar
    to compute with.
    """
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return None
    return day if 1 < day.year < 9000 else None  # a year on either side must be a year, too


def extent(year: int | None, month: int | None = None, day: int | None = None) -> tuple[date, date]:
    """The first and last day of a year, a month or a day; in the year 2000 if the year is not known.

    If the month lacks the day, as 29 February in most years, those of the month.
    """
    year = _LEAP if year is None else year
    length = calendar.monthrange(year, month or 12)[1]
    day = day if day is None or day <= length else None
    last = day or length
    return date(year, month or 1, day or 1), date(year, month or 12, last)


def part_of(name: str, nth: int, year: int, month: int | None = None) -> tuple[date, date]:
    """The first and last day of a part of a year, or of a third of a month.

    Args:
        name, nth: as in :attr:`rag.corpus.date_grammar.WrittenDate.part`. A winter belongs to the
            year in which it begins.
        year, month: year of the part, and its month or None; with a month, ``name`` is "third".
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
    """The same day in another year. 29 February becomes 28 February if that year is not a leap
    year.
    """
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def meant(named: WrittenDate, today: date | None) -> When | None:
    """What a written date means in a text of the day ``today``, or None where that is undecided.

    A month without a year is in the year of ``today``, or the year before if it would otherwise
    come more than half a year later. A day without a month ("15日") is the last such day, or one
    within the next week. If ``today`` is None, the year stays None, and relative dates are None.
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


def weekday_on(named: WrittenDate, today: date) -> date:
    """The day that a weekday means in a text of the day ``today``.

    It is the last such day up to ``today``, or the one in the week that ``named`` states.
    """
    then = monday_of(today, named.shift[1] if named.shift else 0) + timedelta(named.weekday or 0)
    return then if named.shift or then <= today else then - timedelta(days=7)


def monday_of(day: date, by: int = 0) -> date:
    """The Monday of the week of a day, or of the week that is ``by`` weeks later."""
    return day + timedelta(days=7 * by - day.weekday())


def month_on(day: date, by: int) -> tuple[int, int]:
    """The year and month that is ``by`` months after the month of a day."""
    year, month = divmod(day.year * 12 + day.month - 1 + by, 12)
    return year, month + 1


def find_meant(text: str, today: date | None) -> list[tuple[int, int, When]]:
    """(start, end, meaning) of every date in a text of the day ``today``, without those of no
    meaning.

    Dates of a mere comparison ("与去年相比", "than last year") are left out, because the text
    reports nothing about them. If ``today`` is None, a day without a month ("2日") is in the month
    named last.
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
_ITS_FIGURE = re.compile(r"(?:同期|同月|[末底初])?的?(?:约|近)?\d")


def _compared(text: str, named: WrittenDate) -> bool:
    """Whether something is only compared with the date.

    "比2024年增长" is; "比2024年的4.68亿" is not, for it says what that year's figure was.
    """
    before = text[named.start - 1 : named.start]
    if before == " ":
        return _THAN.search(text, max(0, named.start - 30), named.start) is not None
    alike = before in ("与", "與", "跟", "同", "和") and _ALIKE.match(text, named.end)
    less = before in ("比", "较", "較") and not _ITS_FIGURE.match(text, named.end)
    return bool(alike) or less


def _valid(year: int, month: int | None, day: int | None) -> bool:
    """Whether the date exists. A month or day that is None counts as the first."""
    return iso_date(year, 1 if month is None else month, 1 if day is None else day) != ""


# ---- feasts

_NEVER = "(?!)"  # matches nothing: for a feast without a name in a language


class Feast(NamedTuple):
    """One feast, a row of ``data/feasts.tsv``.

    Attributes:
        zh, en: patterns of its names.
        reckoned: how its day is found: "solar", "term", "easter", "thursday", else by the lunar
            calendar ("eve": a day earlier).
        month, number: month, and day (or which Thursday) in it.
        before, after: number of days around it that belong to it.
    """

    zh: str
    en: str
    reckoned: str
    month: int
    number: int
    before: int
    after: int

    def day(self, year: int) -> date:
        """The day of the feast in a year.

        Raises ValueError for a feast of the Chinese calendar before 1900 or after 2100.
        """
        if self.reckoned == "solar":
            return date(year, self.month, self.number)
        if self.reckoned == "term":
            from borax.calendars.festivals2 import TermFestival

            return TermFestival(name="清明").at(year=year)
        if self.reckoned == "easter":
            from dateutil.easter import easter

            return easter(year)
        if self.reckoned == "thursday":
            first = date(year, self.month, 1)
            return first + timedelta(days=(3 - first.weekday()) % 7 + 7 * (self.number - 1))
        from borax.calendars.lunardate import LunarDate

        day = LunarDate(year, self.month, self.number).to_solar_date()
        return day - timedelta(days=self.reckoned == "eve")


FEASTS = tuple(
    Feast(zh, en or _NEVER, reckoned, *map(int, numbers))
    for zh, en, reckoned, *numbers in table("feasts.tsv")
)
