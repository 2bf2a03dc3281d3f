"""Stretches of time that a question names, in Chinese and English, as of a given day.

The days, months and years come from :mod:`rag.corpus.days`; here are the words around them that
make a stretch of them (since, between, 以来, 上半年) and those told from the day of asking (上周,
"the last three months"). No library was found that gives exact spans of these: dateparser's search
cuts them short ("three months", "May") and knows points only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from rag.corpus.date_grammar import Written, chinese_number, find_days
from rag.corpus.days import Period, When, extent, meant
from rag.corpus.places import find_places
from rag.question.periods_spoken import ORDER, spoken
from rag.question.time_constraint import TimeConstraint


def find_periods(text: str, today: date | None) -> list[TimeConstraint]:
    """The periods named in a question, in order and without overlap.

    What is only compared with ("比去年", "than in 2012"), decades, centuries and weekdays are none.

    Args:
        text: the question.
        today: the day that "last month" is told from; without it such words name no period.
    """
    words = [*spoken(text, today), *(_recent(text, today) if today else ())]
    words = [
        one
        for one in words
        if not (_COMPARED.search(text[: one.start]) or _SAME.match(text, one.end))
        and not _until(text, one)
    ]
    taken: list[TimeConstraint] = []
    for one in sorted(words, key=lambda told: (told.start, -told.end)):
        if not taken or one.start >= taken[-1].end:
            taken.append(_since(text, one))
    named = [
        one
        for one in find_days(text)
        if not any(one.start < told.end and told.start < one.end for told in taken)
    ]
    dated = list(_calendar(text, named, today))
    # A date may have taken in what was told without its year: "Q3 2022年".
    taken = [
        told
        for told in taken
        if not any(told.start < one.end and one.start < told.end for one in dated)
    ]
    return sorted([*taken, *dated], key=lambda told: told.start)


def _until(text: str, told: TimeConstraint) -> bool:
    """Whether a time told in words only ends another one ("before the holidays"), which has no
    beginning to filter by.
    """
    return bool(_BEFORE.search(text[: told.start]) or _BEFORE_ZH.match(text, told.end))


def _since(text: str, told: TimeConstraint) -> TimeConstraint:
    """What goes on from a time told in words ("年初以来", "since last summer"), or the time
    itself.
    """
    match = _SINCE.search(text[: told.start])
    if not match and not _ON.match(text, told.end) or told.period.yearly:
        return told
    start = match.start() if match else told.start
    return replace(
        told,
        start=start,
        end=_end(_ON, text, told.end),
        period=Period(told.period.first, None),
        kind="relative" if told.kind == "relative" else "range",
    )


# ---- told from the day of asking: weeks, and so many days up to it

_COUNT = r"(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3}|半)"
_RECENT_ZH = re.compile(
    rf"(?:最近|过去|近)的?这?{_COUNT}\s?[个個]?(?P<unit>天|日|周|星期|礼拜|月|年|年度)(?:以?来|之?内)?(?!半|度)"
)
_WEEK_ZH = re.compile(
    r"(?P<which>上|本|这)一?[个個]?(?:周|星期|礼拜)(?:(?P<on>[一二三四五六日天])|(?![年围期至末刊]))"
)
_WORDS = "one two three four five six seven eight nine ten eleven twelve".split()
_RECENT_EN = re.compile(
    rf"\b(?:(?:in|over|during|within|for) )?(?:the |these )?(?:last|past"
    rf"|previous) (?:(?P<n>\d{{1,3}}|{'|'.join(_WORDS)}|few|couple of) )?"
    r"(?P<unit>day|week|month|year)(?P<s>s?)\b(?! of\b)",
    re.I,
)
_WEEK_EN = re.compile(r"\b(?:(?P<which>this|last) week)\b", re.I)
_DAYS = {"天": 1, "日": 1, "day": 1, "周": 7, "星期": 7, "礼拜": 7, "week": 7}
_MONTHS = {"月": 1, "month": 1, "年": 12, "年度": 12, "year": 12}


def _recent(text: str, today: date) -> Iterator[TimeConstraint]:
    for match in _WEEK_ZH.finditer(text):
        monday = today - timedelta(days=today.weekday() + 7 * (match["which"] == "上"))
        on, end = match["on"], match.end()
        if on and any(mention.start == end - 1 for mention in find_places(text)):  # 上周四川
            on, end = None, end - 1
        first = (
            monday + timedelta(days="一二三四五六日天".index(on) - (on == "天")) if on else monday
        )
        yield TimeConstraint(
            match.start(),
            end,
            Period(first, first if on else monday + timedelta(days=6)),
            "relative",
        )
    for match in _WEEK_EN.finditer(text):
        monday = today - timedelta(days=today.weekday() + 7 * (match["which"].lower() == "last"))
        yield TimeConstraint(*match.span(), Period(monday, monday + timedelta(days=6)), "relative")
    for match in _RECENT_ZH.finditer(text):
        yield TimeConstraint(
            *match.span(), _up_to(today, _count(match["n"]), match["unit"]), "relative"
        )
    for match in _RECENT_EN.finditer(text):
        count = (match["n"] or "").lower()
        # "last month" is that of the calendar, "the past month" the days up to today;
        # "the last year of the war" is neither.
        if count or match["s"] or "past" in match[0].lower():
            number = {"few": 3, "couple of": 2, "": 1}.get(count) or _count(count)
            period = _up_to(today, number, match["unit"].lower())
            yield TimeConstraint(*match.span(), period, "relative")


def _count(text: str) -> float:
    if text == "半":
        return 0.5
    if text.isdecimal():
        return int(text)
    return _WORDS.index(text) + 1 if text in _WORDS else chinese_number(text.replace("两", "二"))


def _up_to(today: date, count: float, unit: str) -> Period:
    from dateutil.relativedelta import relativedelta

    if unit in _DAYS:
        return Period(today - timedelta(days=round(count * _DAYS[unit])), today)
    return Period(today - relativedelta(months=round(count * _MONTHS[unit])), today)


# ---- of the calendar: days, months and years with the words around them

_JOINED = re.compile(
    r"年?\s?(?:和|及|与|或|、"
    r"|,|至|到|[-–—~～]{1,2}|(?<!\w)(?:and|or|to|until|till|through)(?!\w))\s?(?:in "
    r"|of )?",
    re.I,
)
_DASH = re.compile("[-–—~～]")
_RANGE = re.compile(r"(?:\b(?:between|from)\s|在|自从?|从)$", re.I)
_SINCE = re.compile(r"(?:自从?|从|\b(?:ever since|since|after)(?: the)?\s)$", re.I)
_ON = re.compile(r"(?:(?:以来|之?后|以后|起|开始|至今)(?![期半几])| onwards?\b)", re.I)
_BEFORE = re.compile(r"\b(?:before|prior to|until|till|up to)\s$", re.I)
_BEFORE_ZH = re.compile(r"(?:之前|以前|前(?![几一二两三四五六七八九十\d半期后]))")
_COMPARED = re.compile(
    r"(?:比|较|\b(?:than(?: in)?|compared (?:to|with)|(?:up|down) from|over|versus|vs\.?)\s)$", re.I
)
_SAME = re.compile(r"同期|相比|同比|年?代(?![表理号码价替言办管])|s\b| levels?\b", re.I)
_PART_ZH = re.compile(
    r"\s?(?:(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度|前(?P<quarters>[二三])季度)"
)
_PART_EN = re.compile(
    r"\b(?:(?:the )?(?P<half>first|second) half|(?:the )?(?P<quarter>first|second|third|fourth"
    r"|Q[1-4]) ?(?:quarter)?)(?: of|,)? (?:the year )?$",
    re.I,
)


def _calendar(text: str, named: list[Written], today: date | None) -> Iterator[TimeConstraint]:
    found = [(one, meant(one, today if one.shift else None)) for one in named]
    group: list[tuple[Written, When | None]] = []
    for one in found:
        if group and not _JOINED.fullmatch(text, group[-1][0].end, one[0].start):
            yield from _told(text, group, today)
            group = []
        group.append(one)
    yield from _told(text, group, today)


def _told(
    text: str, group: list[tuple[Written, When | None]], today: date | None
) -> Iterator[TimeConstraint]:
    """The period of dates that are joined (May and June, 2011-2020), or none where one of them has
    no meaning.
    """
    whens = [when for _, when in group if when and 1000 <= (when.year or 2000) < 3000]
    if not group or len(whens) < len(group):
        return
    start, end = group[0][0].start, group[-1][0].end
    before = text[:start]
    if _COMPARED.search(before) or _SAME.match(text, end):
        return
    if len(group) > 1 and not any(when.month for when in whens) and _DASH.search(text, start, end):
        return  # 2011-2020, 2011-12: of the name of a plan or a season
    first, last = _whole(whens)
    yearly = first.year is None
    begin, close = _days(first), _days(last)
    # "2022年和2021年": the later one may come first.
    period = (
        Period(begin[0], close[1], True)
        if yearly
        else Period(min(begin[0], close[0]), max(begin[1], close[1]))
    )
    kind = "range" if len(group) > 1 else "day" if first.day else "unit"
    if len(group) == 1 and first.month is None and first.year is not None:
        start, end, part = _part(text, start, end, first.year)
        period, kind = part or period, "part" if part else kind
    if len(group) > 1 and (match := _RANGE.search(before)):
        start = match.start()
    elif (match := _SINCE.search(before)) or _ON.match(text, end):
        start, end, kind = match.start() if match else start, _end(_ON, text, end), "range"
        if yearly and not today:
            return
        period = Period(_begun(begin[0], today) if yearly and today else period.first, None)
        kind = "relative" if yearly else kind
    elif (match := _BEFORE.search(before)) or _BEFORE_ZH.match(text, end):
        if yearly and not today:
            return  # "before May": of which year?
        # With its last day, and so "by the end of" as well: what is to be built before
        # 2024 is told in 2024.
        start, end, kind = match.start() if match else start, _end(_BEFORE_ZH, text, end), "range"
        period = Period(None, _begun(close[1], today) if yearly and today else period.last)
    yield TimeConstraint(
        start,
        end,
        period,
        "relative" if any(one.shift for one, _ in group) and kind != "part" else kind,
    )


def _end(suffix: re.Pattern[str], text: str, end: int) -> int:
    """The end of a suffix that may stand there."""
    return match.end() if (match := suffix.match(text, end)) else end


def _whole(whens: list[When]) -> tuple[When, When]:
    """The first and the last of joined dates; one without a year takes that of the other ("between
    May and July 2023").
    """
    first, last = whens[0], whens[-1]
    years = [when.year for when in whens if when.year is not None]
    if years:
        year = years[0] if first.year is None else first.year
        first = first._replace(year=year)
        last = last if last.year is not None else last._replace(year=years[-1])
        if _days(last)[1] < _days(first)[0]:  # November 2022 to February
            last = last._replace(year=year + 1) if whens[-1].year is None else last
    return first, last


def _begun(day: date, today: date) -> date:
    """The last time that a day of the calendar came; 29 February is the 28th of other years."""
    here = _in_year(day, today.year)
    return here if here <= today else _in_year(day, today.year - 1)


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return day.replace(year=year, day=28)


def _part(text: str, start: int, end: int, year: int) -> tuple[int, int, Period | None]:
    """A half or a quarter of a year, where the words beside the year say so, and where they begin
    and end.
    """
    behind, ahead = _PART_ZH.match(text, end), _PART_EN.search(text[:start])
    match = behind or ahead
    if not match:
        return start, end, None
    got = match.groupdict()
    if got.get("half"):
        size, number = 6, ORDER[got["half"].lower()]
    elif got.get("quarter"):
        size, number = 3, ORDER.get(got["quarter"].lower()) or int(got["quarter"][-1])
    elif got.get("quarters"):
        size, number = 3 * ORDER[got["quarters"]], 1
    else:
        return start, end, None
    begin, close = extent(year, size * (number - 1) + 1)[0], extent(year, size * number)[1]
    part = Period(begin, close)
    return (start, behind.end(), part) if behind else (match.start(), end, part)


def _days(when: When) -> tuple[date, date]:
    """First and last day; of the year 2000 where no year is known."""
    return extent(2000 if when.year is None else when.year, when.month, when.day)
