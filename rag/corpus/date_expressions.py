"""Finds whole expressions of time in Chinese and English that answer "when".

These are dates with weekday and hour, ranges of dates, seasons, feasts, parts of years and months,
weeks and centuries. Years, months and days come from :mod:`rag.corpus.date_grammar`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.corpus.date_grammar import (
    HAN_CHARACTER,
    HAN_DIGITS,
    RELATIVE_SHIFTS,
    WrittenDate,
    find_days,
    number,
)
from rag.corpus.days import FEASTS

# ---- parts of years and months

# Number of a part, from 0, by the word that names it.
_PARTS = {
    "half": {"上": 0, "下": 1, "first": 0, "second": 1},
    "quarter": {**{c: n for n, c in enumerate("一二三四")}, "首": 0}
    | {c: n for n, c in enumerate("1234")}
    | {c: n for n, c in enumerate(("first", "second", "third", "fourth"))},
    "quarters": {"二": 1, "两": 1, "三": 2},
    "season": {c: n for n, c in enumerate("春夏秋冬")}
    | {"spring": 0, "summer": 1, "autumn": 2, "fall": 2, "winter": 3},
    "third": {"初": 0, "上旬": 0, "early": 0, "start": 0, "beginning": 0}
    | {"中旬": 1, "mid": 1, "middle": 1, "底": 2, "末": 2, "下旬": 2, "late": 2, "end": 2},
}
WEEKDAYS = "mon tue wed thu fri sat sun".split()
WEEKDAYS_ZH = "一二三四五六日天末"
_FEASTS = tuple(re.compile(f"{one.zh}|{one.en}", re.I) for one in FEASTS)
_QUARTER_ZH = (
    r"(?:(?P<half>[上下])半年|前(?P<quarters>[二两三])季度|第?(?P<quarter>[一二三四1-4首])季度)"
)
_QUARTER = re.compile(rf"\s?度?{_QUARTER_ZH}")
# Names of games contain a season, which is not a time: 夏季奥运会.
_SEASON_ZH = (
    r"(?P<season>[春夏秋冬]){}(?!奥|残奥|青奥|达沃斯|[\u4e00-\u9fff]{{0,4}}运动会|锦标赛|联赛)"
)
_FEAST_ZH = rf"(?P<feast>{'|'.join(one.zh for one in FEASTS)})(?!联欢|晚会|档)"
_BEGIN = r"初(?!次|步|始|期|[一二三四五六七八九十春夏秋冬])"
_AFTER_MONTH = re.compile(rf"(?:份?(?P<third>{_BEGIN}|[上中下]旬|底|末(?!代|日))|份)?")
_AFTER_YEAR = re.compile(
    rf"(?:\s?度?{_QUARTER_ZH}|的?(?:{_SEASON_ZH.format('[季天日]')}|[“\"]?{_FEAST_ZH}[”\"]?)"
    rf"|年?(?P<third>{_BEGIN}|底|末(?!代|日))|年?中(?![国央小学秋旬])|度(?!假))?"
)
_SEASONS = "(?P<season>spring|summer|autumn|fall|winter)"
_LEAD = (
    r"(?:(?P<third>early|late|mid|(?:start|beginning|end|middle)(?= of))(?: of)?[ -](?:in )?"
    r"|(?P<half>first|second) half(?: of|,)? (?:the year )?"
    rf"|(?:(?P<quarter>first|second|third|fourth) quarter|{_SEASONS}|\bQ(?P<quarter2>[1-4]))(?: of"
    rf"|,)? (?:the year )?)"
)
# What precedes an English date: "the end of", "early", "Q3".
_BEFORE = re.compile(rf"(?<![a-z])(?:the )?{_LEAD}?\Z", re.I)
# The same without group names, because a pattern may contain each name only once.
_EARLY = re.sub(r"\?P<\w+>", "?:", _LEAD)


def _part(match: re.Match[str]) -> tuple[str, int] | None:
    """The part of a year or a month, or the feast, that a match names; None for none."""
    got = match.groupdict()
    for name, numbers in _PARTS.items():
        if word := got.get(name) or got.get(f"{name}2"):
            return name, numbers[word.lower()]
    if got.get("feast"):
        start, end = match.span("feast")
        found = (one.match(match.string, start) for one in _FEASTS)
        return "feast", [one is not None and one.end() == end for one in found].index(True)
    return None


# ---- weekdays, hours, and what else is not a date of the calendar

_WEEK_ZH = r"(?P<week>上上|[上下本这]一?)"
_WEEKDAY_ZH = (
    rf"(?P<on>{_WEEK_ZH}?[个個]?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末])(?![年围期个边]))"
)
_OF_DAY = "凌晨|清晨|早晨|早上|上午|中午|午间|下午|傍晚|晚上|晚间|夜间|深夜|当晚|午后|晚|早"
_HOUR = (
    rf"(?:(?:(?:{_OF_DAY})\s?)?(?<!\d)\d{{1,2}}时(?![代长速期段隔装间])(?:\d{{1,2}}分(?!钟))?(?:许|左右|整|半)?"
    rf"|(?:(?:{_OF_DAY})\s?)?(?<![\d:：比])(?:[01]?\d|2[0-4])[:：][0-5]\d(?![\d:：])(?:许|左右)?"
    rf"|(?:{_OF_DAY})\s?(?:\d{{1,2}}|[一二两三四五六七八九十]{{1,2}})点(?:\d{{1,2}}分|半|钟|整|多|许|左右)*"
    r"|(?<!\d)\d{1,2}点(?:\d{1,2}分|半|钟))"
)
_AT = rf"(?:\s?(?:(?P<hour>{_HOUR})|{_OF_DAY}))?"
_IN_BRACKETS = re.compile(r"[（(](\d{1,2})\s?日[）)]")  # "今天（28日）"
_AFTER_DAY = re.compile(rf"(?:\s?[（(]?{_WEEKDAY_ZH}[）)]?)?{_AT}")
_AFTER_FIGURES = re.compile(r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")
_EDGE = r"(?:初期?|末期?|中叶|中期|后期|前期)?"
_OTHER_ZH = re.compile(
    # checking the first character at every position first saves most of the time
    rf"(?=[\d{HAN_DIGITS}十前当同次翌后近上下本这今去周星礼凌清早中午傍晚夜深年月春夏秋冬元农新除端国重七五劳儿教圣复感公首第世Q])"
    # centuries and decades
    rf"(?:(?P<closed>(?:公元前?|上个?|本)?(?:\d{{1,2}}|[{HAN_DIGITS}十]{{1,3}}|(?<=上)|(?<=上个)|(?<=本))世纪"
    rf"(?:(?P<of>\d{{2}}|[{HAN_DIGITS}十]{{2,3}})年代)?{_EDGE}"
    rf"|(?<!\d)(?P<hundreds>\d{{2}})?(?P<decade>\d{{2}})年代{_EDGE})"
    r"|公元(?P<before>前)?\s?(?P<year>\d{1,4})\s?年"
    # words that mean no definite time, or a time near one named before
    r"|(?P<vague>当年|同年|次年|近年来?|[上本]年度|[当次][个個]?月(?:初|底|末|[上中下]旬)?)"
    r"|(?:(?P<near>当[日天晚]|次日|翌日|同日|后天(?![性免])|前日(?=[，。、晚下上]))"
    rf"|{_WEEKDAY_ZH}){_AT}|(?P<hour2>{_HOUR})"
    # weeks, parts of years and months, seasons, feasts
    rf"|{_WEEK_ZH.replace('week', 'of_week')}[个個]?(?:周|星期|礼拜)(?![年围期个边至末刊])"
    rf"|(?<![\d{HAN_DIGITS}十百两几半每])年(?:(?P<third>初|底|末)|中)|(?<!\w)月(?P<third2>初|底)"
    rf"|(?<![A-Za-z\d])Q(?P<quarter2>[1-4])(?![A-Za-z\d])(?:季度)?|{_QUARTER_ZH}(?!会员|卡)"
    rf"|{_SEASON_ZH.format('季')}|(?P<of_year>[今去])(?P<season2>[春夏秋冬])(?![\u4e00-\u9fff]?[季日]奥)"
    rf"|{_FEAST_ZH})"
)
_WEEKDAY_EN = (
    r"(?P<on>(?:(?P<week>last|next|this) )?(?P<weekday>mon|tues|wednes|thurs|fri|satur|sun)day)"
    r"(?!(?!s(?![a-z]))[a-z]|s? (?:times|telegraph|mirror|express)\b)"
)
_NO_SEASON = r"(?! (?:olympic|paralympic|games|festival|school|camp|semester|season|break))"
_OTHER_EN = re.compile(
    r"(?=[\dcdefilmnoqstw])(?<![a-z0-9_.,$£€])(?=\d|the |last |next |this |mid|early|late|start"
    r"|begin|end |first|second|third|fourth|spring|summer|autumn|fall |winter|mon|tue|wed|thu|fri"
    r"|sat|sun|eigh|nine|twen|q[1-4i]|chi|chr|lun|lan|dra|dou|tom|tha|new year|may day|int|nat"
    r"|eas|over)"
    # weekdays
    rf"(?:{_WEEKDAY_EN}s?(?: (?:morning|afternoon|evening|night)(?![a-z]))?"
    # decades, centuries, 2011-12
    rf"|(?P<closed>(?:the )?{_EARLY}?(?:(?P<hundreds>1\d|20)(?=\d0s)"
    rf"|(?=[1-9]))(?P<decade>\d0)s(?!\w)"
    rf"|(?:the )?{_EARLY}?(?:\d{{1,2}}(?:st|nd|rd|th)|eighteenth|nineteenth|twentieth"
    rf"|twenty-first)[ -]century"
    rf"|{_EARLY}?(?P<year>(?:1\d|20)\d\d)\s?[-–—]\s?\d\d(?![\d-]))"
    # hours
    r"|(?P<hour>\d{1,2}(?:[:.][0-5]\d)?\s?(?:a\.m\.|p\.m\.|(?:am|pm|GMT|o'clock)\b)"
    r"|(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:]))"
    # weeks, seasons, parts of years, feasts
    r"|(?P<told>this past|last|next|this) (?:(?P<unit>week|night|quarter|decade|century|weekend)"
    rf"|{_SEASONS}{_NO_SEASON})(?!\w)|over the (?P<weekend>weekend)\b"
    r"|(?:the )?(?:(?P<half>first|second) half|(?P<quarter>first|second|third"
    r"|fourth) quarter) of the year\b"
    rf"|Q(?P<quarter2>[1-4])(?!\w)|(?P<feast>{'|'.join(one.en for one in FEASTS)})"
    r"(?!\w| (?:eve|gala|tree|market|card|gift|present)s?\b))",
    re.I | re.A,
)
# What follows a bare figure that is not a year: "2000 people", "2019-based".
_NO_YEAR = re.compile(
    r"-\w| (?:people|men|women|children|[a-z]+s)\b(?<!was)(?<!has)(?<!is)", re.ASCII
)
_LATIN = re.compile(r"[A-Za-z]|\d{4}|\d:\d")
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2}|[一二两三四五六七八九十]{1,2})(?:[:：.时点](?P<minute>\d{1,2})?(?P<half>半)?)?"
)
_WEEKDAY_OF = re.compile(r",? (?:the )?")
# "may" and "march" in lower case are other words, even after a figure ("COVID-19 may").
_MODAL = re.compile(r"(?:\d{1,2} )?(?:may|march)\b")
_RANGE = re.compile(r"\s?(?:至|到|—{1,2}|[－~～–-])\s?")


@dataclass(frozen=True, slots=True)
class Expression:
    """``text[start:end]`` says when. ``parts`` are in order; a range has two or more."""

    start: int
    end: int
    parts: tuple[WrittenDate, ...]


def find_expressions(text: str) -> list[Expression]:
    """The expressions of time in ``text``, in order and without overlap.

    They are dates with weekdays and hours, ranges of dates, seasons, feasts and centuries.
    """
    out: list[Expression] = []
    for one in sorted([*_dated(text), *_others(text)], key=lambda one: (one.start, -one.end)):
        before = out[-1] if out else None
        if before and one.start < before.end:
            continue
        if before and one.start - before.end < 6 and _joined(text, before, one):
            out[-1] = Expression(before.start, one.end, (*before.parts, *one.parts))
        else:
            out.append(one)
    return [one for one in out if not (len(one.parts) == 1 and _is_no_year(text, one.parts[0]))]


def _dated(text: str) -> Iterator[Expression]:
    """The years, months and days of a text, with the words around them that belong to them."""
    for one in find_days(text):
        start, end = one.start, one.end
        parts: tuple[WrittenDate, ...] = (one,)
        if one.lang == "zh":
            end, parts = _extended(text, one)
        elif one.closed:
            end = _at(_AFTER_FIGURES, text, end).end()
        if text[start - 1 : start] in (" ", "-") and (one.lang != "zh" or "Q" in text):
            found = _BEFORE.search(text, max(0, start - 32), start)
            if found and (part := _part(found)):
                start, parts = found.start(), (one._replace(start=found.start(), part=part),)
            elif found and one.month and one.lang == "en":
                start = found.start()
        if one.bare and (found := _QUARTER.match(text, end)):  # 2023二季度
            end = found.end()
            parts = (one._replace(end=end, part=_part(found)),)
        if one.lang != "en" or one.year or parts[0].part or not _MODAL.match(text, one.start):
            yield Expression(start, end, parts)


def _at(pattern: re.Pattern[str], text: str, start: int) -> re.Match[str]:
    """The match of a pattern at an offset, for a pattern that always matches, if only ""."""
    found = pattern.match(text, start)
    assert found
    return found


def _extended(text: str, one: WrittenDate) -> tuple[int, tuple[WrittenDate, ...]]:
    """The end and the parts of a Chinese date with what follows it: weekday and hour, third, or
    season.
    """
    near, end = one.shift is not None and one.shift[0] == "day", one.end
    if near and (found := _IN_BRACKETS.match(text, end)):
        one, end = one._replace(day=int(found[1])), found.end()
    if one.day or near:
        found = _at(_AFTER_DAY, text, end)
        return found.end(), (one, *_of_day(found))
    of_month = one.month or one.shift and one.shift[0] == "month"
    found = _at(_AFTER_MONTH if of_month else _AFTER_YEAR, text, end)
    if part := _part(found):
        one = one._replace(end=found.end(), part=part)
    return found.end(), (one,)


def _of_day(match: re.Match[str]) -> Iterator[WrittenDate]:
    """The weekday and the hour that a match names."""
    got = match.groupdict()
    if word := got.get("weekday"):
        week = (got["week"] or "").lower()
        day = WEEKDAYS_ZH.find(word) if word in WEEKDAYS_ZH else WEEKDAYS.index(word[:3].lower())
        yield WrittenDate(
            *match.span("on"),
            weekday=min(day, 6) if word != "末" else None,
            shift=("week", RELATIVE_SHIFTS[week.removesuffix("一")]) if week else None,
            part=("weekend", 0) if word == "末" else None,
        )
    for name in ("hour", "hour2"):
        if clock := got.get(name):
            found = _CLOCK.search(clock)
            assert found
            minute = 30 if found["half"] else int(found["minute"] or 0)
            minutes = 60 * (number(found["hour"]) or 0) + minute
            yield WrittenDate(*match.span(name), minutes=minutes, lang="")


def _others(text: str) -> Iterator[Expression]:
    """Expressions that are not dates of the calendar: weekdays, hours, seasons, feasts,
    centuries.
    """
    if HAN_CHARACTER.search(text):
        yield from (_other(match, "zh") for match in _OTHER_ZH.finditer(text))
    if _LATIN.search(text):
        yield from (_other(match, "en") for match in _OTHER_EN.finditer(text))


def _other(match: re.Match[str], lang: str) -> Expression:
    """The expression of one match of _OTHER_ZH or _OTHER_EN."""
    if parts := tuple(one._replace(lang=lang) for one in _of_day(match)):
        return Expression(*match.span(), parts)
    got = {name: word for name, word in match.groupdict().items() if word}
    year = None if "before" in got else number(got.get("year"))
    decade, shift = number(got.get("of") or got.get("decade")), _shift(got)
    if decade == 0 and "hundreds" in got:  # "the 2000s"
        year, decade, shift = 100 * int(got["hundreds"]), None, ("", 0)
    week = got.get("of_week") or got.get("weekend") or got.get("unit", "").lower()
    part = _part(match)
    if week and week not in ("night", "quarter", "decade", "century"):
        part = ("weekend" if week == "weekend" else "week"), 0
    one = WrittenDate(*match.span(), year, shift=shift, decade=decade, part=part, lang=lang)
    return Expression(*match.span(), (one._replace(closed="closed" in got),))


def _shift(got: dict[str, str]) -> tuple[str, int] | None:
    """The distance from the time of writing, by the named groups that took part in a match."""
    if "vague" in got or "near" in got:
        return "", 0
    if relative := got.get("told", "").lower():
        unit = got.get("unit", "season").lower()
        if relative == "this past":
            return (unit, -1) if unit == "season" else None
        return "week" if unit == "weekend" else unit, RELATIVE_SHIFTS[relative]
    if word := got.get("of_week") or got.get("of_year"):
        return "week" if "of_week" in got else "year", RELATIVE_SHIFTS[word.removesuffix("一")]
    return ("year", 0) if "third" in got else ("month", 0) if "third2" in got else None


def _joined(text: str, before: Expression, one: Expression) -> bool:
    """Whether two neighbouring expressions are one."""
    last, first = before.parts[-1], one.parts[0]
    gap = text[before.end : one.start]
    if last.lang == first.lang == "en":
        on = last.weekday is not None and last.shift is None and (first.day or first.month)
        return bool(on and _WEEKDAY_OF.fullmatch(gap))
    if "en" in (last.lang, first.lang) or last.closed or first.closed:
        return False
    if last.shift == ("", 0) and first.year is None and first.shift is None:  # 次年3月
        return not gap.strip() and first.month is not None
    if not _RANGE.fullmatch(gap):
        return False
    bare = last.bare or first.bare
    return not bare or bool(last.year and first.year and not (last.month or first.month))


def _is_no_year(text: str, one: WrittenDate) -> bool:
    """Whether a bare figure is not a year: it counts something, or is part of a name."""
    named = re.match(r"[A-Za-z_]", text[one.start - 1 : one.start])
    return one.bare and not one.part and bool(named or _NO_YEAR.match(text, one.end))
