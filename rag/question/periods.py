"""Finds the periods of time that a question names, in Chinese and English, as of a given day.

The dates, seasons, festivals ("feasts" in the code) and parts of years come from the grammar of
dates (:mod:`rag.corpus.date_expressions`). This module adds the words around them that turn them
into a period (since, between, 以来), and lengths of time that count from the day of asking ("three
years ago", "the last three months").

Ambiguous words give no period: a season or a festival without a year ("夏季", "春节吃什么"), "the
first half" (of a match?), "年底" without a year (this year's, still to come?).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from rag.corpus.date_expressions import find_expressions
from rag.corpus.date_grammar import WrittenDate, find_days
from rag.corpus.days import (
    FEASTS,
    Feast,
    Period,
    When,
    extent,
    in_year,
    meant,
    monday_of,
    month_on,
    part_of,
    weekday_on,
)
from rag.corpus.places import find_places
from rag.question.asking import outside_of
from rag.question.words import amount, pattern


@dataclass(frozen=True, slots=True)
class TimeConstraint:
    """A period that ``text[start:end]`` names.

    Attributes:
        start, end: offsets of its words.
        period: the days that they mean.
        kind: "day" for a single calendar day, mostly that of an event; "unit" for one month or
            year; "part" for a half, a quarter, a season, or the beginning, middle or end of a year
            or month; "festival" for the days of a festival, which articles call by its name;
            "range" for a period between two dates or open at one end; "relative" for one that
            depends on the day of asking, which articles do not state in the same words.
        years: the years that the words spell out.
        name_span: for a festival the span of its name, which articles can be expected to contain.
    """

    start: int
    end: int
    period: Period
    kind: str
    years: tuple[str, ...] = ()
    name_span: tuple[int, int] | None = None


def find_periods(text: str, today: date | None) -> list[TimeConstraint]:
    """The periods named in a question, in order and without overlap.

    Times that are only compared with ("比去年", "than in 2012"), decades, centuries and weekdays do
    not count.

    Args:
        text: the question.
        today: the day to which "last month" refers; without it such words give no period.
    """
    taken: list[TimeConstraint] = []
    words = [*_parts(text, today), *(_lengths(text, today) if today else ())]
    for one in sorted(words, key=lambda one: (one.start, -one.end)):
        until = pattern("before_en").search(text[: one.start]) or pattern("before_zh").match(
            text, one.end
        )
        # "Before the holidays" gives no day to filter by, unlike "before" a part of a year.
        if not (until and one.kind != "part" or taken and one.start < taken[-1].end):
            taken.append(one)
    uncompared = [one for one in taken if not _compared(text, one.start, one.end, "same_part")]
    spans = [(one.start, one.end) for one in taken]
    named = [one for one in find_days(text) if outside_of((one.start, one.end), spans)]
    bounded = (_bounded(text, one, today) for one in [*uncompared, *_calendar(text, named, today)])
    return sorted((one for one in bounded if one), key=lambda one: one.start)


def _compared(text: str, start: int, end: int, same: str = "same_time") -> bool:
    """Whether ``text[start:end]`` is only compared with; ``same`` names the pattern behind it."""
    return bool(pattern("compared_to").search(text[:start]) or pattern(same).match(text, end))


def _bounded(text: str, time: TimeConstraint, today: date | None) -> TimeConstraint | None:
    """The open period that words around a time make of it; the time itself without such words.

    Examples are "年初以来", "since May" and "before May". None if the year is needed but not known.

    Args:
        text: the question.
        time: the time that was found.
        today: the day of asking, or None.
    """
    before, period = text[: time.start], time.period
    lead, suffix = pattern("since").search(before), pattern("onwards").match(text, time.end)
    opens = bool(lead or suffix)
    if not opens:
        lead = pattern("before_en").search(before)
        suffix = pattern("before_zh").match(text, time.end)
    if not (lead or suffix):
        return time
    # The end is the last day of the time itself, for "before" as for "by the end of": articles on
    # what is to be built before 2024 also appear in 2024.
    edge = period.first if opens else period.last
    if edge and period.yearly:
        if today is None:
            return None
        # A day without a year means its last occurrence.
        here = in_year(edge, today.year)
        edge = here if here <= today else in_year(edge, today.year - 1)
    shifted = time.kind == "relative" or pattern("told_year").search(text, time.start, time.end)
    return TimeConstraint(
        lead.start() if lead else time.start,
        suffix.end() if suffix else time.end,
        Period(edge, None) if opens else Period(None, edge),
        "relative" if shifted or period.yearly and opens else "range",
        name_span=time.name_span,
    )


# ---- parts of years and months, festivals, weeks


def _parts(text: str, today: date | None) -> Iterator[TimeConstraint]:
    """Yields parts of years and months, seasons, festivals and weeks."""
    for expression in find_expressions(text):
        for one in expression.parts:
            name, nth = one.part or ("", 0)
            coming = one.shift is not None and one.shift[1] > 0
            if one.shift and today is None or name != "third" and one.month:
                continue
            if name in ("half", "quarter", "quarters"):
                yield from _part(text, one, name, nth, today)
            elif name == "third" and not one.day:
                yield from _third(text, one, nth, today)
            elif coming or one.day:
                continue
            elif name == "feast":
                yield from _feast(text, one, FEASTS[nth], today)
            elif name == "season":
                yield from _season(text, one, nth, today)
            elif today:
                yield from _week(text, one, name, today)


def _year(one: WrittenDate, today: date | None) -> int | None:
    """The year that is written out, or that follows from the day of asking; else None."""
    return today.year + one.shift[1] if today and one.shift and one.shift[0] == "year" else one.year


def _part(
    text: str, one: WrittenDate, name: str, nth: int, today: date | None
) -> Iterator[TimeConstraint]:
    """Yields a half or quarters of a year; without a year the last one that has begun.

    If that one is not over yet, it may as well be the one before, and nothing is yielded.
    """
    year = _year(one, today)
    if year is None:
        if today is None or re.search(r"(?:[\d半第前]|年度?的?\s*第?)$", text[: one.start]):
            return
        year = today.year - (part_of(name, nth, today.year)[0] > today)
        if part_of(name, nth, year)[1] >= today:
            return
    yield TimeConstraint(one.start, one.end, Period(*part_of(name, nth, year)), "part")


def _season(text: str, one: WrittenDate, nth: int, today: date | None) -> Iterator[TimeConstraint]:
    """Yields a season of a year; "last summer" is the latest one that has ended.

    "This winter" yields nothing in spring: it may be the one before or the one to come.
    """
    year = _year(one, today)
    if one.shift and today:
        year = year or today.year
        # In January and February, "this winter" began in the year before.
        year -= nth == 3 and today.month <= 2 and year == today.year
        unit, by = one.shift
        year -= unit == "season" and by < 0 and part_of("season", nth, year)[1] >= today
    to_come = one.shift and today and year and part_of("season", nth, year)[0] > today
    if year is not None and not to_come:
        start = one.start + 4 * text[one.start :].lower().startswith("the ")
        kind = "relative" if one.year is None else "part"
        yield TimeConstraint(start, one.end, Period(*part_of("season", nth, year)), kind)


def _third(text: str, one: WrittenDate, nth: int, today: date | None) -> Iterator[TimeConstraint]:
    """Yields the beginning, middle or end of a month or a year.

    A month without a year gives the same days of every year.
    """
    start, end, bare = one.start, one.end, text[one.start] in "年月"
    if pattern("by_then").search(text[:start]) or re.match(r"[前之]| and\b", text[end:]):
        return
    if bare and (nth == 2 and text[start] == "年" or text[start - 1 : start].isalnum()):
        return
    year, month = _year(one, today), one.month
    if today and one.shift and one.shift[0] == "month":
        # "月底" is the last one that came.
        year, month = month_on(today, one.shift[1] - (bare and nth == 2 and today.day <= 20))
    if month in (None, *range(1, 13)) and (month or year is not None):
        first, last = part_of("third", nth, 2000 if year is None else year, month)
        period = Period(first, last, year is None)
        yield TimeConstraint(start, end, period, "relative" if one.shift else "part")


def _week(text: str, one: WrittenDate, name: str, today: date) -> Iterator[TimeConstraint]:
    """Yields a week, a weekend or a weekday of a week."""
    monday, end = monday_of(today, one.shift[1] if one.shift else 0), one.end
    first, last = monday, monday + timedelta(days=6)
    if name == "weekend" and (one.shift or one.lang == "en"):
        first = last - timedelta(days=1)
        if one.shift is None and first > today:  # "over the weekend"
            first, last = first - timedelta(days=7), last - timedelta(days=7)
    elif not (one.shift and one.shift[0] == "week" and (name or one.lang == "zh")):
        return
    elif not name and any(mention.start == end - 1 for mention in find_places(text)):
        end -= 1  # "上周四川" is 上周 and 四川, not 上周四
    elif not name:
        first = last = weekday_on(one, today)
    yield TimeConstraint(one.start, end, Period(first, last), "relative")


def _feast(
    text: str, one: WrittenDate, feast: Feast, today: date | None
) -> Iterator[TimeConstraint]:
    """Yields the days of a festival.

    Without a year the words must ask for what happened during it, not how it is celebrated; it is
    then the last one that came.
    """
    start, end, year = one.start, one.end, _year(one, today)
    if one.lang == "en":
        to, after = pattern("to_feast").search(text[:start]), pattern("from_feast").match(text, end)
        if to is None or after is None:
            return
        which = (after["which"] or to["which"] or "").lower()
        year = int(after["year"]) if after["year"] else year
        if which and year is None:
            if today is None:
                return
            year = today.year - (which == "last")
        during, start, end = to["during"], to.start(), after.end()
    else:
        if (found := pattern("during_zh").match(text, end)) is None:
            return
        during, end = found["during"], found.end()
        start -= text[start - 1 : start] in ("“", '"')
    if year is None and (today is None or not during):
        return
    try:
        if year is None and today:  # the last one that came
            year = today.year - (feast.day(today.year) - timedelta(days=feast.before) > today)
        on = feast.day(year or 0)
    except ValueError:  # a year outside of the lunar calendar's tables
        return
    period = Period(on - timedelta(days=feast.before), on + timedelta(days=feast.after))
    yield TimeConstraint(start, end, period, "festival", name_span=_named(text, one))


def _named(text: str, one: WrittenDate) -> tuple[int, int]:
    """The span of the name of a festival, without its year and quotation marks."""
    name = re.search(r"[^年的“”\"]+(?=[”\"]?\Z)", text[one.start : one.end])
    return (one.start + name.start(), one.start + name.end()) if name else (one.start, one.end)


# ---- lengths of time before the day of asking

# Length of each unit in days, or in months.
_DAYS = {"天": 1, "日": 1, "day": 1, "周": 7, "星期": 7, "礼拜": 7, "week": 7}
_MONTHS = {"月": 1, "month": 1, "年": 12, "年度": 12, "year": 12}


def _lengths(text: str, today: date) -> Iterator[TimeConstraint]:
    """Yields periods like "the last three months" and "three years ago"."""
    for name in ("last_zh", "last_en", "ago_zh", "ago_en"):
        for match in pattern(name).finditer(text):
            count, unit = _count((match["count"] or "").lower()), match["unit"].lower()
            period = _ago(today, count, unit) if "ago" in name else _up_to(today, count, unit)
            yield TimeConstraint(*match.span(), period, "relative")


def _count(text: str) -> float:
    """The number of units that a word means; "few" counts as 3."""
    known = {"半": 0.5, "few": 3, "couple of": 2, "": 1, "a": 1, "an": 1}
    return known[text] if text in known else amount(text)


def _up_to(today: date, count: float, unit: str) -> Period:
    """The last ``count`` units up to the day of asking."""
    from dateutil.relativedelta import relativedelta

    if unit in _DAYS:
        return Period(today - timedelta(days=round(count * _DAYS[unit])), today)
    return Period(today - relativedelta(months=round(count * _MONTHS[unit])), today)


def _ago(today: date, count: float, unit: str) -> Period:
    """The day, week, month or year that was ``count`` units ago."""
    then = _up_to(today, count, unit).first or today
    if unit in _MONTHS:
        return Period(*extent(then.year, then.month if _MONTHS[unit] == 1 else None))
    first = then if _DAYS[unit] == 1 else monday_of(then)
    return Period(first, first + timedelta(days=_DAYS[unit] - 1))


# ---- days, months and years of the calendar


def _calendar(text: str, named: list[WrittenDate], today: date | None) -> Iterator[TimeConstraint]:
    """Yields the periods of dates; dates that are joined by words give one period."""
    group: list[WrittenDate] = []
    for one in named:
        if group and not pattern("joined_times").fullmatch(text, group[-1].end, one.start):
            yield from _joined(text, group, today)
            group = []
        group.append(one)
    yield from _joined(text, group, today)


def _joined(text: str, group: list[WrittenDate], today: date | None) -> Iterator[TimeConstraint]:
    """Yields the period of joined dates ("May and June"); nothing if one of them has no meaning."""
    found = [meant(one, today if one.shift else None) for one in group]
    whens = [when for when in found if when and 1000 <= (when.year or 2000) < 3000]
    if not group or len(whens) < len(group):
        return
    if group[-1].last_day:
        whens.append(whens[-1]._replace(day=group[-1].last_day))
    start, end = group[0].start, group[-1].end
    if _compared(text, start, end):
        return
    years = len(group) > 1 and not any(when.month for when in whens)
    if years and re.search("[-–—~～]", text[start:end]):
        return  # 2011-2020, 2011-12: part of the name of a plan or a sports season
    first, last = _whole(whens)
    begin, close = extent(*first), extent(*last)
    period = Period(begin[0], close[1], True)
    if first.year is not None:  # the later date may come first: "2022年和2021年"
        period = Period(min(begin[0], close[0]), max(begin[1], close[1]))
    kind = "range" if len(whens) > 1 else "day" if first.day else "unit"
    if len(whens) > 1 and (match := pattern("range_begins").search(text[:start])):
        start = match.start()
    kind = "relative" if any(one.shift for one in group) else kind
    yield TimeConstraint(start, end, period, kind)


def _whole(whens: list[When]) -> tuple[When, When]:
    """The first and the last of joined dates; one without a year takes the year of the other.

    "Between May and July 2023" lies within 2023 as a whole.
    """
    first, last = whens[0], whens[-1]
    years = [when.year for when in whens if when.year is not None]
    if years:
        year = years[0] if first.year is None else first.year
        first = first._replace(year=year)
        last = last if last.year is not None else last._replace(year=years[-1])
        if extent(*last)[1] < extent(*first)[0]:  # November 2022 to February ends in 2023
            last = last._replace(year=year + 1) if whens[-1].year is None else last
    return first, last
