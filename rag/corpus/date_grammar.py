"""Grammar of years, months and days in Chinese and English; dates of publication as "YYYY-MM-DD".

This is the fast part of the grammar of dates: it runs over every article when an index is built.
:mod:`rag.corpus.date_expressions` adds weekdays, hours, seasons and feasts. :mod:`rag.corpus.days`
says what the words mean on a given day.

No library was found that gives exact spans in both languages. dateparser's search cuts them short.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
HAN_DIGITS = "〇零○一二三四五六七八九"
# Distance from the time of writing, in the unit that follows the word.
RELATIVE_SHIFTS = {
    **{"今": 0, "去": -1, "前": -2, "明": 1, "后": 2, "昨": -1, "本": 0, "这": 0},
    **{"上": -1, "上上": -2, "下": 1, "last": -1, "this": 0, "next": 1},
    **{"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1},
}


class WrittenDate(NamedTuple):
    """``text[start:end]`` names a time. What it does not say is None.

    Attributes:
        start, end: character offsets.
        year, month, day: of the calendar. Months and days count from 1.
        last_day: last day of a range within a month ("1-3 August").
        shift: (unit, number of units after the time of writing). ("year", -1) for 去年, where
            ``month`` and ``day`` may follow; ("month", -1) for "last month", where ``day`` may
            follow; ("week", -1) for 上周三; ("day", -1) for yesterday; ("", 0) for 当年 and "the
            2000s", which mean no definite time.
        weekday: 0 for Monday to 6 for Sunday.
        minutes: minutes since midnight, or since noon where the text does not say which.
        decade: 90 for 20世纪90年代.
        part: part of a year or month, numbered from 0: ("third", 0) for 月初 and "early May",
            ("half", 1) for 下半年, ("quarter", 2) for Q3, ("quarters", 1) for its first two
            quarters, ("season", 3) for winter, ("feast", 0) for the first of ``FEASTS``. ("week",
            0) and ("weekend", 0) accompany a ``shift``.
        lang: "zh", "en", or "" for figures, which both languages use.
        bare: True for a figure alone ("2023"), which may be a year.
        closed: True for what cannot be an end of a range: a century, or a date in figures.
    """

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    last_day: int | None = None
    shift: tuple[str, int] | None = None
    weekday: int | None = None
    minutes: int | None = None
    decade: int | None = None
    part: tuple[str, int] | None = None
    lang: str = "zh"
    bare: bool = False
    closed: bool = False


# ---- numbers


_DIGITS = str.maketrans(
    {
        **{c: str(max(0, n - 2)) for n, c in enumerate(HAN_DIGITS)},
        "两": "2",
        "廿": "2十",
        "卅": "3十",
    }
)


NUMBER_WORDS = "one two three four five six seven eight nine ten eleven twelve".split()


def number(text: str | None) -> int | None:
    """A year, or a number up to 99, in Arabic or Chinese digits: 31, 三十一, 二〇一一.

    None for None, 0 for an invalid Chinese number.
    """
    if text is None:
        return None
    tens, ten, ones = text.translate(_DIGITS).rpartition("十")
    if not ten:
        return int(ones)
    return 10 * int(tens or 1) + int(ones or 0) if len(tens) < 2 > len(ones) and tens != "十" else 0


# ---- years, months and days

_MONTH_ZH = r"(?:(?<!\d)\d{1,2}|(?<![一二三四五六七八九十])(?:十[一二]?|[一二三四五六七八九]))"
_DAY_ZH = r"(?:(?<!\d)\d{1,2}|(?<![一二三四五六七八九十百])(?:[二三]?十[一二三四五六七八九]?|[一二三四五六七八九]))"
# What follows 月 and 日 in words that are not dates.
_NO_MONTH = "(?![饼薪票租嫂季球亮色子]|经[期血量痛])"
_NO_DAY = "(?![元圆]|本(?![报市省县区台届次月刊网]))"
_ALONE = "(?!报(?![道告])|[内游均产])"  # words such as "3日内", where no month comes before it
_ZH = re.compile(
    # Cheap checks first, one character and then a few: most positions fail here.
    rf"(?=[\d{HAN_DIGITS}十今去前明上本下])(?=\d{{1,4}}\s?[年月日]|\d\d?\s?[-–—~～至到]\s?\d\d?\s?日"
    rf"|[{HAN_DIGITS}十]{{1,4}}[年月日]|[今去前明]年|[上本下][个個]?月)"
    # a year, written out or relative to the time of writing
    rf"(?:(?:(?<![\d.])(?P<year>[12]\d{{3}}|\d\d(?=\s?年\s?\d{{1,2}}\s?月)"
    rf"|(?<![{HAN_DIGITS}])[一二][{HAN_DIGITS}]{{3}})\s?年"
    r"|(?<!当)(?P<ryear>今|(?:(?<!过)|(?<=超过))去|(?<![以目之])前|(?<![文声证说透])明)年(?![轻龄]))"
    r"(?:\s?的?(?=\s?[\d一二三四五六七八九十]{1,2}\s?月))?)?"
    # a month, then a day or a range of days
    rf"(?:\s?(?:(?P<month>{_MONTH_ZH})\s?月{_NO_MONTH}|(?P<rmonth>[上本下])[个個]?月{_NO_MONTH}))?"
    rf"(?:\s?(?P<day>{_DAY_ZH})(?:(?<![:：]\d\d)\s?[-–—~～至到]\s?(?P<last>\d{{1,2}}))?\s?"
    rf"(?:日{_NO_DAY}(?(month)|(?(rmonth)|{_ALONE}))|(?(month)[号號]|(?(rmonth)[号號]|(?!)))))?"
)
HAN_CHARACTER = re.compile(r"[\u4e00-\u9fff]")
_NEAR_ZH = re.compile(
    r"昨[日天晚夜]|今[天日晚晨早](?!头条|俄罗斯)|前天|明[天日晚晨早](?!之?星|方舟|文[台学馆研])"
)
# Units after a figure of four digits that counts something, so is not a year.
_UNIT = (
    r"\s?[多余几]?(?:[个名位项条家户辆头吨亩米公里多余几元万亿人份次座件台所部只支篇款首千百十斤块度]|平方|立方|小时|分钟|km|kg|people|yuan"
    r"|met(?:er|re)s?|miles?|dollars?|pounds?|tonn?es|million|runners|pieces|books|copies|students"
    r"|visitors)"
)
# 2023-08-15, or a year alone. What comes before it is checked afterwards: a pattern that begins
# with one of a few characters is searched five times as fast.
_FIGURES = re.compile(
    r"([12]\d{3})(?:(\s?[-/.]\s?)(\d{1,2})\2(\d{1,2})(?![\d/-]|\.\d)"
    rf"|(?<!2[1-9]..)(?!\d|\s?年|[%％‰]|[.,:]\d|{_UNIT}))"
)
_MONTH_EN = (
    r"(?:jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?|jun\.|july?|jul\."
    r"|aug(?:ust|\.)?|sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember"
    r"|\.)?)(?![a-z])"
)
_OF_YEAR = r"(?:(?: ?, ?|[ -])(?P<y{0}>(?:1\d|20)\d\d)(?!\d)| (?P<r{0}>last|this|next) year)"
_TH = "(?:st|nd|rd|th)?"
_EN = re.compile(
    rf"(?=[\dabdefijlmnostuy])(?<![a-z\d])(?:(?=\d)(?:(?:(?<=from )"
    rf"|(?<=between ))(?P<first>\d{{1,2}}){_TH} (?:to|and) )?"
    rf"(?P<d1>\d{{1,2}}){_TH}(?![\d:.]\d|\d)(?:\s?[-–—]\s?(?P<e1>\d{{1,2}}){_TH})?(?: of)?"
    rf"[ -](?P<m1>{_MONTH_EN}){_OF_YEAR.format(1)}?"
    # May 5, May 5-7, 2022
    rf"|(?P<m2>{_MONTH_EN}) (?:the )?(?P<d2>\d{{1,2}}){_TH}(?![\d:.]\d|\d)"
    rf"(?:\s?[-–—]\s?(?P<e2>\d{{1,2}}){_TH}(?!\d))?{_OF_YEAR.format(2)}?"
    # May 2022; a month alone if a word before it shows that it is one
    rf"|(?P<m3>{_MONTH_EN}),? (?:of )?(?:(?P<y3>(?:1\d|20)\d\d)(?!\d)|(?P<r3>last|this|next) year)"
    r"|(?:in|of|by|to|since|until|till|after|before|during|between|from|early|mid|late|last|this"
    rf"|next|and)[ -](?P<m4>{_MONTH_EN})(?!\.? \d|,? (?:of )?\d{{4}}| (?:last|this|next) year"
    rf"|(?<=may) day\b)"
    # "on the 19th", not "on the 19th floor"
    r"|(?:on|by|until|since|from) (?:the )?(?P<nth>[12]?\d|3[01])(?:st|nd|rd|th)\b"
    r"(?=[.,;:)”\"]|$| (?:that|when|and(?! \d)|to|after|by|in|at)\b)"
    r"|(?P<r5>last|this|next) (?P<unit>year|month)(?![a-z]| of\b)"
    r"|(?P<r6>yesterday|today|tomorrow|tonight)(?![a-z]))",
    re.I | re.A,
)
_ENGLISH = (
    *(*MONTHS, "last ", "this ", "next ", "today", "tomorrow", "tonight", "yesterday"),
    *("1st", "2nd", "3rd", *(f"{n}th" for n in range(10))),
)
# The date line at the head of a report: "新华社北京8月3日电", "截至8月3日收盘".
DATE_LINE = re.compile(
    r"(?P<month>1[0-2]|0?[1-9])\s?月\s?(?P<day>[12]\d|3[01]|0?[1-9])\s?日\s?(?:电|讯|消息|收盘|报道"
    r"|[(（](?:记者|通讯员))"
)
_TO = re.compile(r"\s?(?:至|到|和|及|、|[-–—~～]{1,2})\s?")


def find_days(text: str) -> list[WrittenDate]:
    """All years, months and days named in ``text``, in order and without overlap.

    Weekdays, weeks and seasons are not included.
    """
    out: list[WrittenDate] = []
    for one in sorted(_days(text), key=lambda one: (one.start, -one.end)):
        before = out[-1] if out else None
        if before and one.start < before.end:
            continue
        alone = one.day and one.month is None and one.shift is None
        if alone and before and before.month and _TO.fullmatch(text, before.end, one.start):
            # 8月1日至15日
            one = one._replace(year=before.year, month=before.month, shift=before.shift)
        out.append(one)
    return out


def _days(text: str) -> Iterator[WrittenDate]:
    """Years, months and days named in ``text``, in any order, perhaps overlapping."""
    for match in _ZH.finditer(text) if HAN_CHARACTER.search(text) else ():
        if match.end() > match.start() and (one := _chinese(match)):
            yield one
    for match in _NEAR_ZH.finditer(text):
        if match[0] != "前天" or text[match.start() - 1 : match.start()] not in ("以", "之"):
            yield WrittenDate(*match.span(), shift=("day", RELATIVE_SHIFTS[match[0][0]]))
    for match in _FIGURES.finditer(text):
        year, _, month, day = match.groups()
        before = text[match.start() - 1 : match.start()]
        if not (before.isdecimal() or before and before in (".,$£€¥/:" if day is None else "./-")):
            date = int(year), number(month), number(day)
            yield WrittenDate(*match.span(), *date, lang="", bare=not month, closed=bool(month))
    lower = text.lower()
    # most Chinese articles contain none of these words, so the slow pattern is skipped
    if any(word in lower for word in _ENGLISH):
        yield from map(_english, _EN.finditer(text))


def _chinese(match: re.Match[str]) -> WrittenDate | None:
    """The date of a match of the Chinese pattern, or None for what is not a date."""
    names = ("year", "month", "day", "last", "ryear", "rmonth")
    year, month, day, last, of_year, of_month = match.group(*names)
    if of_month and (year or of_year) or not (year or of_year or month or of_month or day):
        return None
    if match.start() == match.start("day") and match.string[: match.start()].endswith("第"):
        return None
    end = match.end()
    if day and (year or of_year) and not month:  # 2023年15日
        day, end = None, match.end("year" if year else "ryear") + 1
    relative = ("year", of_year) if of_year else ("month", of_month) if of_month else None
    count = number(year)
    if count is not None and count < 100:
        count += 1900 if count > 40 else 2000
    shift = (relative[0], RELATIVE_SHIFTS[relative[1]]) if relative else None
    return WrittenDate(match.start(), end, count, number(month), number(day), number(last), shift)


def _english(match: re.Match[str]) -> WrittenDate:
    """The date of a match of the English pattern."""
    # The digits behind the names of groups only tell the alternatives of the pattern apart.
    got = {key.rstrip("0123456789"): word for key, word in match.groupdict().items() if word}
    if "nth" in got:
        return WrittenDate(match.start("nth"), match.end("nth") + 2, day=int(got["nth"]), lang="en")
    shift = None
    if "r" in got:
        unit = "year" if "m" in got else got.get("unit", "day").lower()
        shift = unit, RELATIVE_SHIFTS[got["r"].lower()]
    if "m" not in got:
        return WrittenDate(*match.span(), shift=shift, lang="en")
    month = MONTHS.index(got["m"][:3].lower()) + 1
    day, last = (got["first"], got["d"]) if "first" in got else (got.get("d"), got.get("e"))
    start = max(match.start(), match.start("m4"))  # without the word before a month alone
    date = number(got.get("y")), month, number(day), number(last)
    return WrittenDate(start, match.end(), *date, shift, lang="en")


# ---- full dates, and dates of publication as people write them

# years of valid dates
_YEARS = range(1600, 2100)
# Notations that only date lines use: 20110921, perhaps with a time joined on; 21/9/2011 or
# 9/21/2011.
_DATE_FIGURES = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d"
    r"|3[01])(?:\d{4}|\d{6})?(?!\d)"
    r"|(?<![\d./-])(?P<first>\d{1,2})([-./])(?P<second>\d{1,2})\5(?P<last>(?:1[6-9]|20)\d\d)(?!\d)"
)
_YEAR = re.compile(rf"\d{{4}}|[{HAN_DIGITS}\d]{{2}}\s?年")
_DAY_ALONE = re.compile(r"\s?(\d{1,2})(?!\d)")  # 2011年9月21, without 日


class FoundDate(NamedTuple):
    """A date written at ``text[start:end]``.

    ``iso`` is "YYYY-MM-DD". It is "" for a date that does not exist, or whose day and month cannot
    be told apart.
    """

    iso: str
    start: int
    end: int


def find_date(text: str) -> FoundDate | None:
    """The first valid full date written in a text, or None. A day and a month alone are not
    enough.
    """
    return min((one for one in _full(text) if one.iso), key=lambda one: one.start, default=None)


def _full(text: str) -> Iterator[FoundDate]:
    """All full dates of a text: those of the date grammar first, then those of date lines."""
    if not _YEAR.search(text):
        return
    for one in find_days(text):
        day, end = one.day, one.end
        if one.year and one.month and not day and text[end - 1] == "月":
            if found := _DAY_ALONE.match(text, end):
                day, end = int(found[1]), found.end()
        if one.year and one.year in _YEARS and one.month and day and not one.last_day:
            yield FoundDate(iso_date(one.year, one.month, day), one.start, end)
    for match in _DATE_FIGURES.finditer(text):
        if match["year"]:
            numbers = [int(match[part]) for part in ("year", "month", "day")]
        else:
            low, high = sorted((int(match["first"]), int(match["second"])))
            unclear = high <= 12 and low != high
            numbers = [0 if unclear else int(match["last"]), low, high]
        yield FoundDate(iso_date(*numbers), *match.span())


def iso_date(year: int, month: int, day: int) -> str:
    """The date as "YYYY-MM-DD", or "" where there is no such day."""
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


@functools.lru_cache(maxsize=4096)
def normal_date(value: str) -> str:
    """A date in almost any notation as "YYYY-MM-DD", or "" for what is not a valid, clear full
    date.

    Relative dates ("yesterday") give "". So does 3/4/2011, which different countries read
    differently.
    """
    value = " ".join(value.split())
    if not 6 <= len(value) <= 80:
        return ""
    found = sorted(_full(value), key=lambda one: one.start)
    if found or not re.search(r"\d{4}", value) or not re.search(r"[^\W\d_]{3}", value):
        return next((one.iso for one in found if one.iso), "")
    return _parsed(value)


def _parsed(value: str) -> str:
    """The date by dateparser, which knows the month names of other languages, or "".

    dateparser is slow to load, so it is only loaded where it is needed.
    """
    import dateparser

    try:
        parsed = dateparser.parse(
            value,
            languages=["en", "zh", "fr", "de", "es", "it", "pt", "nl", "ru"],
            settings={"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"]},
        )
    except Exception:  # dateparser raises many kinds of errors on odd strings, which are not dates
        return ""
    return parsed.date().isoformat() if parsed and parsed.year in _YEARS else ""
