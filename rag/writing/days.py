"""Dates of a sentence and of its evidence, part by part: 8月1日 is "1 August"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.corpus.dates import MONTHS, chinese_year
from rag.reader.numbers import chinese_number
from rag.reader.values import find_dates

_N = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_HAN_YEAR = "〇一二三四五六七八九"
_YEAR = re.compile(rf"(?<!\d)([12]\d{{3}})(?!\d)|([一二][{_HAN_YEAR}零○]{{3}})年")
_MONTH, _DAY = (
    re.compile(rf"({_N})\s?月"),
    re.compile(
        rf"(?<![年\d])({_N})\s?[日号]|(?<=月)({_N})(?=[至到—－~～–-])|(?<=日[至到])({_N})日"
    ),
)
_MONTH_EN = re.compile(rf"\b({'|'.join(MONTHS)})", re.I)
_DAY_EN = re.compile(
    r"(?<![\d:.])(\d{1,2})(?:st|nd|rd|th)?(?![\d:])(?!\s?(?:a\.?m|p\.?m|时|点|月|年|世纪))", re.I
)
_NUMERIC = re.compile(r"([12]\d{3})[-/.](\d{1,2})[-/.](\d{1,2})")
_WEEKDAY = re.compile(
    r"(?:周|星期|礼拜)([一二三四五六日天])|\b(mon|tues|wednes|thurs|fri|satur|sun)day", re.I
)
_EVERY = re.compile(
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days\b"
)  # which the finder of dates leaves out
_WEEKDAYS = dict(zip("一二三四五六日天", (1, 2, 3, 4, 5, 6, 7, 7))) | dict(
    mon=1, tues=2, wednes=3, thurs=4, fri=5, satur=6, sun=7
)
_HOUR = re.compile(
    r"(\d{1,2})(?:[:：.](\d{2})|时(\d{1,2})?|点(\d{1,2})?(半)?)"
    r"|(\d{1,2})(?=\s?(?:a\.?m|p\.?m|o'clock))",
    re.I,
)
_DECADE = re.compile(
    r"(?:(\d{2}|二十|十九)世纪)?([1-9]0|[二三四五六七八九]十)年代|\b(\d{2})?([1-9]0)s\b"
)
_BEFORE = re.compile(r"去年|上年|\blast year\b|\bprevious year\b|\byear earlier\b", re.I)


@dataclass(frozen=True, slots=True)
class Day:
    """A date in a text, by what it tells.

    Attributes:
        start, end: character offsets.
        years, months, days, weekdays, hours, decades: the numbers; several in a range. An hour is
            on a clock of twelve, with its minutes as a fraction.
    """

    start: int
    end: int
    years: frozenset[int]
    months: frozenset[int]
    days: frozenset[int]
    weekdays: frozenset[int]
    hours: frozenset[float]
    decades: frozenset[int]

    def empty(self) -> bool:
        """Whether it tells nothing that could be compared ("yesterday", 近年来)."""
        return not (
            self.years or self.months or self.days or self.weekdays or self.hours or self.decades
        )


def find_days(text: str) -> list[Day]:
    """The dates of a text in order."""
    found = [_day(one.start, one.end, one.text) for one in find_dates(text)]
    return found + [_day(*match.span(), match[0]) for match in _EVERY.finditer(text)]


def _number(written: str | None) -> int:
    return int(chinese_number(written) or 0) if written else 0


def _day(start: int, end: int, text: str) -> Day:
    if numeric := _NUMERIC.match(text):
        year, month, day = map(int, numeric.groups())
        return Day(start, end, *map(frozenset, ({year}, {month}, {day}, (), (), ())))
    decades = {_number(m[2] or m[4]) for m in _DECADE.finditer(text)}
    years = set() if decades else {_year(m) for m in _YEAR.finditer(text)}
    clock = list(_HOUR.finditer(text))
    english = _MONTH_EN.search(text) is not None
    rest = text
    for match in clock:
        rest = rest.replace(match[0], " ")
    months = {MONTHS.index(m[1].lower()) + 1 for m in _MONTH_EN.finditer(text)} | {
        _number(m[1]) for m in _MONTH.finditer(rest)
    }
    days = {_number(next(filter(None, m.groups()))) for m in _DAY.finditer(rest)}
    if english:
        days |= {int(m[1]) for m in _DAY_EN.finditer(_YEAR.sub(" ", rest)) if 0 < int(m[1]) < 32}
    weekdays = {_WEEKDAYS[(m[1] or m[2]).lower()] for m in _WEEKDAY.finditer(text)}
    hours = set() if decades else {_hour(m) for m in clock}
    return Day(
        start,
        end,
        years=frozenset(years) - {0},
        months=frozenset(months) - {0},
        days=frozenset(days) - {0},
        weekdays=frozenset(weekdays) - {0},
        hours=frozenset(hours),
        decades=frozenset(decades),
    )


def _year(match: re.Match[str]) -> int:
    return int(match[1]) if match[1] else chinese_year(match[2])


def _hour(match: re.Match[str]) -> float:
    minutes = 30 if match[5] else int(next(filter(None, match.groups()[1:4]), 0))
    return int(match[1] or match[6]) % 12 + minutes / 60


class Days:
    """The dates of some evidence, to be asked for those of a sentence."""

    def __init__(self, texts: Sequence[str], days: Sequence[Sequence[Day]]):
        self._all = [one for found in days for one in found]
        self.years = {year for one in self._all for year in one.years}
        self.years |= {int(m[1]) for text in texts for m in _YEAR.finditer(text) if m[1]}
        if any(_BEFORE.search(text) for text in texts):
            self.years |= {year - 1 for year in self.years}
        self._bare = {
            int(n) for text in texts for n in re.findall(r"(?<![\d.])\d{1,2}(?![\d.])", text)
        }

    def parts(self) -> Iterable[float]:
        """All numbers that the dates are made of."""
        for one in self._all:
            yield from map(float, (*one.years, *one.months, *one.days, *one.decades))

    def stands(self, said: Day) -> bool:
        """Whether the evidence has every part of a date, the day with its month."""
        everywhere = [
            (said.months, "months"),
            (said.days, "days"),
            (said.weekdays, "weekdays"),
            (said.hours, "hours"),
            (said.decades, "decades"),
        ]
        if not said.years <= self.years:
            return False
        for part, name in everywhere:
            known = {number for one in self._all for number in getattr(one, name)}
            if not part <= known:
                return False
        if said.months and said.days:
            return any(
                said.days & one.days and (not one.months or said.months & one.months)
                for one in self._all
            )
        return True
