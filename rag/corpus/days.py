"""Years, months and days that a text names, in Chinese and English, and what "去年" or "yesterday"
means on a given day.

A lean pass, for it runs over every article when an index is built: what a text says of time is
found by it, not how it says it (``rag.reader.dates`` gives the exact spans of dates, times and
periods that answer a question).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from rag.corpus.dates import MONTHS, chinese_number, chinese_year


class NamedDay(NamedTuple):
    """``text[start:end]`` names a year, a month or a day.

    ``year``, ``month`` and ``day`` are None where they are not said. ``shift`` is what is told from
    the day of writing: ("year", -1) for 去年, where ``month`` and ``day`` may follow; ("month", -1)
    for "last month", where ``day`` may follow; ("day", -1) for yesterday; None otherwise.
    """

    start: int
    end: int
    year: int | None
    month: int | None
    day: int | None
    shift: tuple[str, int] | None


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


def find_days(text: str) -> list[NamedDay]:
    """All years, months and days named in ``text``, in order and without overlap; no weekdays,
    weeks or seasons.
    """
    out: list[NamedDay] = []
    for one in sorted(_found(text), key=_by_place):
        if out and one.start < out[-1].end:
            continue
        before = out[-1] if out else None
        if (
            before
            and before.month
            and one.month is None
            and one.day
            and _TO.fullmatch(text, before.end, one.start)
        ):
            one = one._replace(
                year=before.year, month=before.month, shift=before.shift
            )  # 8月1日至15日
        out.append(one)
    return out


def _by_place(one: NamedDay) -> tuple[int, int]:
    return one.start, -one.end


_TO = re.compile(r"\s?(?:至|到|和|及|、|[-–—~～]{1,2})\s?")


def meant(named: NamedDay, today: date | None) -> When | None:
    """What a text of a given day means, or None where that cannot be told.

    A month without a year is the last one that came, or one that will come within half a year; a
    day without a month ("15日") the last one, or one of the week to come. Without ``today`` the
    year stays None, and what is told from the day of writing is None.
    """
    if named.shift:
        return _shifted(named, today) if today else None
    year, month, day = named.year, named.month, named.day
    if year is None and today is not None:
        if month is None:
            near = today + timedelta(days=7)
            year, month = (
                (near.year, near.month)
                if day <= near.day
                else divmod(near.year * 12 + near.month - 2, 12)
            )
            month = month if day <= near.day else month + 1
        else:
            year = today.year
            if _valid(year, month, day) and date(year, month, day or 1) > today + timedelta(
                days=183
            ):
                year -= 1
    if month is None and day is not None or not _valid(year or 2000, month, day):
        return None
    return When(year, month, day)


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
            latest = next((when for _, _, when in reversed(out) if when.month), None)
            if latest:
                named = named._replace(year=latest.year, month=latest.month)
        if when := meant(named, today):
            out.append((named.start, named.end, when))
    return out


_THAN = re.compile(
    r"\b(?:than|compared (?:with|to)|versus)(?: in| those of| that of)?(?: the)? $", re.I
)
_ALIKE = re.compile(r"(?:同期|同月|[末底初])?的?[^\W\d]{0,6}?(?:相[比较較]|比[较較])")


def _compared(text: str, named: NamedDay) -> bool:
    """Whether a date is only what something is compared with."""
    before = text[named.start - 1 : named.start]
    if before == " ":
        return _THAN.search(text, max(0, named.start - 30), named.start) is not None
    return (
        before in ("比", "较", "較")
        or before in ("与", "與", "跟", "同", "和")
        and _ALIKE.match(text, named.end) is not None
    )


def _shifted(named: NamedDay, today: date) -> When | None:
    unit, by = named.shift
    if unit == "day":
        then = today + timedelta(days=by)
        return When(then.year, then.month, then.day)
    if unit == "year":
        year, month = today.year + by, named.month
    else:
        year, month = divmod(today.year * 12 + today.month - 1 + by, 12)
        month += 1
    return When(year, month, named.day) if _valid(year, month, named.day) else None


def _valid(year: int, month: int | None, day: int | None) -> bool:
    try:
        date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return False
    return True


_HAN = "〇零○一二三四五六七八九"
# Units behind a figure of four digits that is no year.
_UNIT = (
    r"\s?(?:[个名位项条家户辆头吨亩米公里多余元万亿人份次座件台所部只支篇款首千百十斤块度]|平方|立方|km|kg|people|yuan|met(?:er|re)s?|miles?|dollars?"
    r"|pounds?|tonn?es|million|runners|pieces|books|copies|students|visitors)"
)
_ZH = re.compile(
    # first: most places end there
    rf"(?=\d{{1,4}}\s?[年月日]|[{_HAN}十]{{1,4}}[年月日]|[今去前明]年|[上本下][个個]?月)"
    rf"(?:(?:(?<![\d.])(?P<year>\d{{4}}|\d\d(?=\s?年\s?\d{{1,2}}\s?月)|(?<![{_HAN}])[一二][{_HAN}]{{3}})\s?年"
    r"|(?:(?<!当)(?P<ryear>今|(?<!过)去|(?<![以目之])前|(?<![文声证说透])明)年(?!轻|龄)))(?:\s?的?(?=\s?[\d一二三四五六七八九十]))?)?"
    r"(?:\s?(?:(?P<month>(?<!\d)\d{1,2}|(?<![一二三四五六七八九十])(?:十[一二]?|[一二三四五六七八九]))\s?月(?!饼|薪|票|租|嫂|季|球|亮|色|子)"
    r"|(?P<rmonth>上|本|下)[个個]?月(?!薪|饼|亮)))?"
    r"(?:\s?(?P<day>(?<!\d)\d{1,2}|(?<![一二三四五六七八九十百])(?:[二三]?十[一二三四五六七八九]?|[一二三四五六七八九]))(?:\s?[-–—~～至到]\s?\d{1,2})?\s?(?P<mark>日(?![元圆报本内游均产])"
    r"|[号號]))?"
)
_DAY_ZH = re.compile(r"(?:昨[日天晚夜]|今[天日晚晨](?!头条|俄罗斯)|前天|明[天日晚](?!星))")
# 2023-08-15, or a year alone. What stands before is looked at afterwards, here and above: a pattern
# that begins with a character of a few is searched for five times as fast.
_FIGURES = re.compile(
    rf"([12]\d{{3}})(?:([-/.])(\d{{1,2}})\2(\d{{1,2}})(?![\d/-]|\.\d)|(?<!2[1-9]..)(?!\d|\s?年|[%％‰]|[.,:]\d|{_UNIT}))"
)
_MONTH = (
    r"(?:jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?|july?|aug(?:ust|\.)?|sept?(?:ember|\.)?|oct(?:ober|\.)?"
    r"|nov(?:ember|\.)?"
    r"|dec(?:ember|\.)?)(?![a-z])"
)
_Y = r"(?P<{}>(?:1\d|20)\d\d)(?!\d)"
_D = r"(?P<{}>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.]\d|\d)"
_ENGLISH = (*MONTHS, "last ", "this ", "next ", "today", "tomorrow", "tonight", "yesterday")
_EN = re.compile(
    rf"(?<![a-z\d])(?:{_D.format('d1')}(?:\s?[-–]\s?\d{{1,2}})?(?: of)? (?P<m1>{_MONTH})(?:,?"
    rf" {_Y.format('y1')}| (?P<r1>last|this|next) year)?"
    rf"|(?P<m2>{_MONTH}) (?:the )?{_D.format('d2')}(?:\s?[-–]\s?\d{{1,2}}(?!\d))?(?:,?"
    rf" {_Y.format('y2')}| (?P<r2>last|this|next) year)?"
    rf"|(?P<m3>{_MONTH}),? (?:of )?(?:{_Y.format('y3')}|(?P<r3>last|this|next) year)"
    r"|(?:in|of|by|to|since|until|till|after|before|during|between|from|early|mid|late|last|this|next|and)["
    rf" -](?P<m4>{_MONTH})(?!\.? \d)"
    r"|(?P<r5>last|this|next) (?P<unit>year|month)(?![a-z]| of\b)"
    r"|(?P<r6>yesterday|today|tomorrow|tonight)(?![a-z]))",
    re.I,
)
_SHIFTS = {
    "今": 0,
    "去": -1,
    "前": -2,
    "明": 1,
    "上": -1,
    "本": 0,
    "下": 1,
    "last": -1,
    "this": 0,
    "next": 1,
    "yesterday": -1,
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
    "昨": -1,
}


def _found(text: str) -> Iterator[NamedDay]:
    for match in _ZH.finditer(text):
        if match.end() > match.start():
            yield from _chinese(match)
    for match in _DAY_ZH.finditer(text):
        if text[match.start() - 1 : match.start()] in ("以", "之"):  # 以前天气
            continue
        yield NamedDay(
            *match.span(),
            None,
            None,
            None,
            ("day", -2 if match[0] == "前天" else _SHIFTS[match[0][0]]),
        )
    for match in _FIGURES.finditer(text):
        before = text[match.start() - 1 : match.start()]
        if before.isdecimal() or before and before in ".,$£€¥/:":
            continue
        yield NamedDay(*match.span(), int(match[1]), _number(match[3]), _number(match[4]), None)
    lower = text.lower()
    if any(word in lower for word in _ENGLISH):  # most Chinese articles hold none of them
        for match in _EN.finditer(text):
            yield _english(match)


def _chinese(match: re.Match[str]) -> Iterator[NamedDay]:
    year, month, day = match["year"], match["month"], match["day"]
    if day and match["mark"] in "号號" and not (month or match["rmonth"]):  # 3号线
        return
    shift = (
        ("year", _SHIFTS[match["ryear"]])
        if match["ryear"]
        else ("month", _SHIFTS[match["rmonth"]])
        if match["rmonth"]
        else None
    )
    if match["rmonth"] and (year or match["ryear"]) or not (year or month or day or shift):
        return
    if day and (year or match["ryear"]) and not month:  # 2023年15日
        return
    number = chinese_year(year) if year and not year.isdecimal() else int(year) if year else None
    if number is not None and number < 100:
        number += 1900 if number > 40 else 2000
    yield NamedDay(match.start(), match.end(), number, _number(month), _number(day), shift)


def _english(match: re.Match[str]) -> NamedDay:
    got = match.groupdict()
    if got["r6"]:
        return NamedDay(*match.span(), None, None, None, ("day", _SHIFTS[got["r6"].lower()]))
    if got["unit"]:
        return NamedDay(
            *match.span(), None, None, None, (got["unit"].lower(), _SHIFTS[got["r5"].lower()])
        )
    month = next(got[f"m{i}"] for i in range(1, 5) if got[f"m{i}"])
    year = next((int(got[f"y{i}"]) for i in range(1, 4) if got[f"y{i}"]), None)
    told = next((got[f"r{i}"] for i in range(1, 4) if got[f"r{i}"]), None)
    day = got["d1"] or got["d2"]
    start = match.start("m4") if got["m4"] else match.start()
    return NamedDay(
        start,
        match.end(),
        year,
        MONTHS.index(month[:3].lower()) + 1,
        int(day) if day else None,
        ("year", _SHIFTS[told.lower()]) if told else None,
    )


def _number(text: str | None) -> int | None:
    return None if text is None else int(text) if text.isdecimal() else chinese_number(text)
