"""How years, months, days, weekdays and hours are written in Chinese and English.

This is the only grammar of dates. It has two depths. :func:`find_days` finds what names a year, a
month or a day of the calendar. It is lean, because it runs over every article when an index is
built. :func:`find_expressions` finds the whole expressions that answer "when", with their weekday
and hour, and also seasons, feasts and centuries. What the words mean on a given day is said in
:mod:`rag.corpus.days`.

No library was found that gives exact spans in both languages. dateparser's search cuts them short.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
WEEKDAYS = "mon tue wed thu fri sat sun".split()
WEEKDAYS_ZH = "一二三四五六日天末"
HAN = "〇零○一二三四五六七八九"
# How far from the time of writing a word is, in the unit that stands behind it.
SHIFTS = {
    **{"今": 0, "去": -1, "前": -2, "明": 1, "后": 2, "昨": -1, "本": 0, "这": 0},
    **{"上": -1, "上上": -2, "下": 1, "last": -1, "this": 0, "next": 1},
    **{"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1},
}


class Written(NamedTuple):
    """``text[start:end]`` names a time; what it does not say is None.

    Attributes:
        start, end: character offsets.
        year, month, day: of the calendar. Months and days count from 1.
        last_day: of a run of days within a month ("1-3 August").
        shift: what is told from the day of writing: ("year", -1) for 去年, where ``month`` and
            ``day`` may follow; ("month", -1) for "last month", where ``day`` may follow; ("week",
            -1) for 上周三; ("day", -1) for yesterday; ("", 0) for 当年 and "the 2000s", which mean
            no certain time.
        weekday: 0 for Monday to 6 for Sunday.
        minutes: since midnight, or since noon where that is not told.
        decade: 90 for 20世纪90年代.
        lang: "zh", "en", or "" for figures, which both have.
        bare: it is a figure alone ("2023"), which may be a year.
        closed: it is no end of a range: a century, or a date in figures.
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
    lang: str = "zh"
    bare: bool = False
    closed: bool = False


# ---- numbers


def chinese_year(text: str) -> int:
    """二〇一一 as 2011."""
    return int("".join(str(max(0, HAN.index(c) - 2)) for c in text))


def chinese_number(text: str) -> int:
    """一 to 三十一, with 十 as a factor or alone."""
    text = text.replace("廿", "二十").replace("卅", "三十").replace("两", "二")
    tens, ten, ones = text.rpartition("十")
    if len(ones) > 1 or len(tens) > 1:
        return 0
    return (10 * (HAN.index(tens) - 2 if tens else 1) if ten else 0) + (
        HAN.index(ones) - 2 if ones else 0
    )


def number(text: str | None) -> int | None:
    """A number up to 99 in either kind of digits."""
    return None if text is None else int(text) if text.isdecimal() else chinese_number(text)


def month_number(name: str) -> int:
    """The number of a month by its English name, which may be cut short."""
    return MONTHS.index(name[:3].lower()) + 1


# ---- years, months and days

MONTH_ZH = r"(?:(?<!\d)\d{1,2}|(?<![一二三四五六七八九十])(?:十[一二]?|[一二三四五六七八九]))"
_DAY_ZH = r"(?:(?<!\d)\d{1,2}|(?<![一二三四五六七八九十百])(?:[二三]?十[一二三四五六七八九]?|[一二三四五六七八九]))"
# What follows 年, 月 and 日 in other words than dates.
_NO_MONTH = "(?![饼薪票租嫂季球亮色子]|经[期血量痛])"
_NO_DAY = "(?![元圆]|本(?![报市省县区台届次月刊网]))"
_ALONE = "(?!报(?![道告])|[内游均产])"  # "3日内", where no month stands before it
_ZH = re.compile(
    # first one character, then a few: most places end there
    rf"(?=[\d{HAN}十今去前明上本下])(?=\d{{1,4}}\s?[年月日]|\d\d?\s?[-–—~～至到]\s?\d\d?\s?日|[{HAN}十]{{1,4}}[年月日]"
    r"|[今去前明]年|[上本下][个個]?月)"
    rf"(?:(?:(?<![\d.])(?P<year>[12]\d{{3}}|\d\d(?=\s?年\s?\d{{1,2}}\s?月)"
    rf"|(?<![{HAN}])[一二][{HAN}]{{3}})\s?年"
    r"|(?<!当)(?P<ryear>今|(?:(?<!过)|(?<=超过))去|(?<![以目之])前|(?<![文声证说透])明)年(?![轻龄]))"
    r"(?:\s?的?(?=\s?[\d一二三四五六七八九十]{1,2}\s?月))?)?"
    rf"(?:\s?(?:(?P<month>{MONTH_ZH})\s?月{_NO_MONTH}|(?P<rmonth>[上本下])[个個]?月{_NO_MONTH}))?"
    rf"(?:\s?(?P<day>{_DAY_ZH})(?:(?<![:：]\d\d)\s?[-–—~～至到]\s?(?P<last>\d{{1,2}}))?\s?"
    rf"(?:日{_NO_DAY}(?(month)|(?(rmonth)|{_ALONE}))|(?(month)[号號]|(?(rmonth)[号號]|(?!)))))?"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_NEAR_ZH = re.compile(r"昨[日天晚夜]|今[天日晚晨早](?!头条|俄罗斯)|前天|明[天日晚晨早](?!星)")
# What a figure of four digits counts, where it is no year.
_UNIT = (
    r"\s?[多余几]?(?:[个名位项条家户辆头吨亩米公里多余几元万亿人份次座件台所部只支篇款首千百十斤块度]|平方|立方|小时|分钟|km|kg|people|yuan"
    r"|met(?:er|re)s?|miles?|dollars?|pounds?|tonn?es|million|runners|pieces|books|copies|students"
    r"|visitors)"
)
# 2023-08-15, or a year alone. What stands before it is looked at afterwards: a pattern that begins
# with a character of a few is searched for five times as fast.
_FIGURES = re.compile(
    r"([12]\d{3})(?:(\s?[-/.]\s?)(\d{1,2})\2(\d{1,2})(?![\d/-]|\.\d)"
    rf"|(?<!2[1-9]..)(?!\d|\s?年|[%％‰]|[.,:]\d|{_UNIT}))"
)
MONTH_EN = (
    r"(?:jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?|jun\.|july?|jul\."
    r"|aug(?:ust|\.)?|sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)(?![a-z])"
)
_OF_YEAR = r"(?:(?: ?, ?|[ -])(?P<y{0}>(?:1\d|20)\d\d)(?!\d)| (?P<r{0}>last|this|next) year)"
_TH = "(?:st|nd|rd|th)?"
_EN = re.compile(
    rf"(?=[a-z\d])(?<![a-z\d])(?:(?=\d)(?:(?:(?<=from )|(?<=between ))(?P<d0>\d{{1,2}}){_TH} (?:to|and) )?"
    rf"(?P<d1>\d{{1,2}}){_TH}(?![\d:.]\d|\d)(?:\s?[-–—]\s?(?P<e1>\d{{1,2}}){_TH})?(?: of)?"
    rf"[ -](?P<m1>{MONTH_EN}){_OF_YEAR.format(1)}?"
    rf"|(?P<m2>{MONTH_EN}) (?:the )?(?P<d2>\d{{1,2}}){_TH}(?![\d:.]\d|\d)"
    rf"(?:\s?[-–—]\s?(?P<e2>\d{{1,2}}){_TH}(?!\d))?{_OF_YEAR.format(2)}?"
    rf"|(?P<m3>{MONTH_EN}),? (?:of )?(?:(?P<y3>(?:1\d|20)\d\d)(?!\d)|(?P<r3>last|this|next) year)"
    r"|(?:in|of|by|to|since|until|till|after|before|during|between|from|early|mid|late|last|this"
    rf"|next|and)[ -](?P<m4>{MONTH_EN})(?!\.? \d|,? (?:of )?\d{{4}}| (?:last|this|next) year| day\b)"
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
_TO = re.compile(r"\s?(?:至|到|和|及|、|[-–—~～]{1,2})\s?")


def find_days(text: str) -> list[Written]:
    """All years, months and days named in ``text``, in order and without overlap; no weekdays,
    weeks or seasons.
    """
    out: list[Written] = []
    for one in sorted(_days(text), key=_by_place):
        before = out[-1] if out else None
        if before and one.start < before.end:
            continue
        if (
            before
            and before.month
            and one.month is None
            and one.day
            and one.shift is None
            and _TO.fullmatch(text, before.end, one.start)
        ):
            # 8月1日至15日
            one = one._replace(year=before.year, month=before.month, shift=before.shift)
        out.append(one)
    return out


def _by_place(one: Written | Expression) -> tuple[int, int]:
    return one.start, -one.end


def _days(text: str) -> Iterator[Written]:
    for match in _ZH.finditer(text) if _CHINESE.search(text) else ():
        if match.end() > match.start() and (one := _chinese(match)):
            yield one
    for match in _NEAR_ZH.finditer(text):
        if match[0] != "前天" or text[match.start() - 1 : match.start()] not in ("以", "之"):
            yield Written(*match.span(), shift=("day", SHIFTS[match[0][0]]))
    for match in _FIGURES.finditer(text):
        year, _, month, day = match.groups()
        before = text[match.start() - 1 : match.start()]
        if not (before.isdecimal() or before and before in (".,$£€¥/:" if day is None else "./-")):
            yield Written(
                *match.span(),
                int(year),
                number(month),
                number(day),
                lang="",
                bare=not month,
                closed=month is not None,
            )
    lower = text.lower()
    # most Chinese articles hold none of them
    if any(word in lower for word in _ENGLISH):
        yield from map(_english, _EN.finditer(text))


def _chinese(match: re.Match[str]) -> Written | None:
    year, month, day, last, of_year, of_month = match.group(
        "year", "month", "day", "last", "ryear", "rmonth"
    )
    if of_month and (year or of_year) or not (year or of_year or month or of_month or day):
        return None
    if match.start() == match.start("day") and match.string[: match.start()].endswith("第"):
        return None
    end = match.end()
    if day and (year or of_year) and not month:  # 2023年15日
        day, end = None, match.end("year" if year else "ryear") + 1
    told = ("year", of_year) if of_year else ("month", of_month) if of_month else None
    count = chinese_year(year) if year and not year.isdecimal() else int(year) if year else None
    if count is not None and count < 100:
        count += 1900 if count > 40 else 2000
    return Written(
        match.start(),
        end,
        count,
        number(month),
        number(day),
        number(last),
        (told[0], SHIFTS[told[1]]) if told else None,
    )


def _english(match: re.Match[str]) -> Written:
    got = {key: value for key, value in match.groupdict().items() if value}
    if "nth" in got:
        return Written(match.start("nth"), match.end("nth") + 2, day=int(got["nth"]), lang="en")
    if "r6" in got:
        return Written(*match.span(), shift=("day", SHIFTS[got["r6"].lower()]), lang="en")
    if "unit" in got:
        shift = got["unit"].lower(), SHIFTS[got["r5"].lower()]
        return Written(*match.span(), shift=shift, lang="en")

    def first(*names: str) -> str | None:
        return next((got[name] for name in names if name in got), None)

    of_year = first("r1", "r2", "r3")
    return Written(
        match.start("m4") if "m4" in got else match.start(),
        match.end(),
        number(first("y1", "y2", "y3")),
        month_number(first("m1", "m2", "m3", "m4") or ""),
        number(first("d0", "d1", "d2")),
        number(got["d1"] if "d0" in got else first("e1", "e2")),
        ("year", SHIFTS[of_year.lower()]) if of_year else None,
        lang="en",
    )


# ---- whole expressions, with weekdays, hours, seasons, feasts and centuries

_WEEKDAY_ZH = r"(?P<on>(?P<week>上上|[上下本这]一?)?[个個]?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末])(?![年围期个边]))"
_PART = "凌晨|清晨|早晨|早上|上午|中午|午间|下午|傍晚|晚上|晚间|夜间|深夜|当晚|午后|晚|早"
_HOUR = (
    rf"(?:(?:(?:{_PART})\s?)?(?<!\d)\d{{1,2}}时(?![代长速期段隔装间])(?:\d{{1,2}}分(?!钟))?(?:许|左右|整|半)?"
    rf"|(?:(?:{_PART})\s?)?(?<![\d:：比])(?:[01]?\d|2[0-4])[:：][0-5]\d(?![\d:：])(?:许|左右)?"
    rf"|(?:{_PART})\s?(?:\d{{1,2}}|[一二两三四五六七八九十]{{1,2}})点(?:\d{{1,2}}分|半|钟|整|多|许|左右)*"
    r"|(?<!\d)\d{1,2}点(?:\d{1,2}分|半|钟))"
)
_SEASON = r"(?:上半年|下半年|(?:第?[一二三四1-4]|首)季度|[春夏秋冬]季)"
_FEAST = r"(?:元旦|春节|除夕|元宵节|清明节|端午节?|中秋节?|国庆节|重阳节|七夕|劳动节|儿童节|教师节|圣诞节)"
_AT = rf"(?:\s?(?:(?P<hour>{_HOUR})|{_PART}))?"
_IN_BRACKETS = re.compile(r"[（(](\d{1,2})\s?日[）)]")  # "今天（28日）"
_AFTER_DAY = re.compile(rf"(?:\s?[（(]?{_WEEKDAY_ZH}[）)]?)?{_AT}")
_AFTER_FIGURES = re.compile(r"(?:[ T](?P<hour>\d{1,2}:\d{2})(?::\d{2})?)?")
# The day at the head of a report: "新华社北京8月3日电", "截至8月3日收盘".
DATE_LINE = re.compile(
    r"(?P<month>1[0-2]|0?[1-9])\s?月\s?(?P<day>[12]\d|3[01]|0?[1-9])\s?日\s?(?:电|讯|消息|收盘|报道|[(（](?:记者|通讯员))"
)
_AFTER_MONTH = re.compile(r"(?:份|初|底|末|[上中下]旬)?")
_AFTER_YEAR = re.compile(
    rf"(?:度?{_SEASON}|{_FEAST}|度(?!假)|年?初|年?底|年?末|中(?![国央小学秋旬]))?"
)
_EDGE = r"(?:初期?|末期?|中叶|中期|后期|前期)?"
_OTHER_ZH = re.compile(
    rf"(?=[\d{HAN}十前当同次翌后近上下本这周星礼凌清早中午傍晚夜深年春夏秋冬元除端国重七劳儿教圣公首第世])"
    rf"(?:(?P<closed>(?:公元前?|上个?|本)?(?:\d{{1,2}}|[{HAN}十]{{1,3}}|(?<=上)|(?<=上个)|(?<=本))世纪"
    rf"(?:(?P<of>\d{{2}}|[{HAN}十]{{2,3}})年代)?{_EDGE}|(?<!\d)(?P<hundreds>\d{{2}})?(?P<decade>\d{{2}})年代{_EDGE})"
    r"|公元(?P<before>前)?\s?(?P<year>\d{1,4})\s?年"
    r"|(?P<vague>当年|同年|次年|近年来?|[上本]年度|[当次][个個]?月(?:初|底|末|[上中下]旬)?)"
    r"|(?:(?P<near>当[日天晚]|次日|翌日|同日|后天(?![性免])|前日(?=[，。、晚下上]))"
    rf"|{_WEEKDAY_ZH}){_AT}|(?P<hour2>{_HOUR})"
    rf"|(?<![\d{HAN}十百两几半每])(?:年初|年底|年末|年中)|{_SEASON}|{_FEAST})"
)
_WEEKDAY_EN = (
    r"(?P<on>(?:(?P<week>last|next|this) )?(?P<weekday>mon|tues|wednes|thurs|fri|satur|sun)day)"
    r"(?!(?!s(?![a-z]))[a-z]|s? (?:times|telegraph|mirror|express)\b)"
)
_EARLY = (
    r"(?:(?:early|late|mid|(?:the )?(?:start|beginning|end|middle|first half|second half"
    r"|first quarter|summer|spring|autumn|winter) of)[ -](?:in )?)"
)
_OTHER_EN = re.compile(
    r"(?=[\defmnlstw])(?<![a-z0-9_.,$£€])(?=\d|the |last |next |this |mid|early|late|start|begin|end |first"
    r"|second|spring|summer|autumn|winter|mon|tue|wed|thu|fri|sat|sun|eigh|nine|twen)"
    rf"(?:{_WEEKDAY_EN}s?(?: (?:morning|afternoon|evening|night)(?![a-z]))?"
    rf"|(?P<closed>(?:the )?{_EARLY}?(?:(?P<hundreds>1\d|20)(?=\d0s)|(?=[1-9]))(?P<decade>\d0)s(?!\w)"
    rf"|(?:the )?{_EARLY}?(?:\d{{1,2}}(?:st|nd|rd|th)|eighteenth|nineteenth|twentieth|twenty-first)[ -]century"
    rf"|{_EARLY}?(?P<year>(?:1\d|20)\d\d)\s?[-–—]\s?\d\d(?![\d-]))"
    r"|(?P<hour>\d{1,2}(?:[:.][0-5]\d)?\s?(?:a\.m\.|p\.m\.|(?:am|pm|GMT|o'clock)\b)"
    r"|(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:]))"
    r"|(?:last|next|this) (?:week|night|spring|summer|autumn|winter|quarter|decade|century"
    r"|weekend)(?!\w))",
    re.I | re.A,
)
_EARLIER = re.compile(rf"(?:the )?{_EARLY}?\Z", re.I)
# A bare figure is a year, but not "2000 people", "2019-based".
_NO_YEAR = re.compile(
    r"-\w| (?:people|men|women|children|[a-z]+s)\b(?<!was)(?<!has)(?<!is)", re.ASCII
)
_LATIN = re.compile(r"[A-Za-z]|\d{4}")
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2}|[一二两三四五六七八九十]{1,2})\s?(?:[:：.时点](?P<minute>\d{1,2})?(?P<half>半)?|(?=[apo]))",
    re.I | re.A,
)
_WEEKDAY_OF = re.compile(r",? (?:the )?")
# "may" and "march" in small letters are other words, also behind a figure ("COVID-19 may").
_MODAL = re.compile(r"(?:\d{1,2} )?(?:may|march)\b")
_RANGE = re.compile(r"\s?(?:至|到|—{1,2}|[－~～–-])\s?")


@dataclass(frozen=True, slots=True)
class Expression:
    """``text[start:end]`` says when: its parts in order, two or more in a range."""

    start: int
    end: int
    parts: tuple[Written, ...]


def find_expressions(text: str) -> list[Expression]:
    """Dates with their weekdays and hours, ranges of them, seasons, feasts and centuries in
    ``text``, in order and without overlap.
    """
    out: list[Expression] = []
    for one in sorted([*_dated(text), *_others(text)], key=_by_place):
        before = out[-1] if out else None
        if before and one.start < before.end:
            continue
        if before and one.start - before.end < 6 and _joined(text, before, one):
            out[-1] = Expression(before.start, one.end, (*before.parts, *one.parts))
        else:
            out.append(one)
    return [one for one in out if not (len(one.parts) == 1 and _is_no_year(text, one.parts[0]))]


def _dated(text: str) -> Iterator[Expression]:
    """The years, months and days of a text, with the words that belong to them."""
    for one in find_days(text):
        start, end = one.start, one.end
        if one.lang == "zh":
            yield _extended(text, one)
            continue
        if text[start - 1 : start] in (" ", "-"):
            found = _EARLIER.search(text, max(0, start - 32), start)
            if found and (one.month or text[found.start() : start].lower() != "the "):
                start = found.start()
        if one.closed and (found := _AFTER_FIGURES.match(text, end)):
            end = found.end()
        if one.year or not _MODAL.match(text, one.start):
            yield Expression(start, end, (one,))


def _extended(text: str, one: Written) -> Expression:
    """A Chinese date with its weekday and hour, its third of the month, its season."""
    near, end = one.shift is not None and one.shift[0] == "day", one.end
    if near and (found := _IN_BRACKETS.match(text, end)):
        one, end = one._replace(day=int(found[1])), found.end()
    if one.day or near:
        found = _AFTER_DAY.match(text, end)
        return Expression(one.start, found.end(), (one, *_parts(found)))
    of_month = one.month or one.shift and one.shift[0] == "month"
    return Expression(
        one.start, (_AFTER_MONTH if of_month else _AFTER_YEAR).match(text, end).end(), (one,)
    )


def _parts(match: re.Match[str]) -> Iterator[Written]:
    """The weekday and the hour of a match."""
    got = match.groupdict()
    if got.get("weekday"):
        yield _weekday(match)
    if clock := got.get("hour") or got.get("hour2"):
        found = _CLOCK.search(clock)
        start = match.start("hour" if got.get("hour") else "hour2")
        minutes = 60 * (number(found["hour"]) or 0) + (
            30 if found["half"] else int(found["minute"] or 0)
        )
        yield Written(start, start + len(clock), minutes=minutes, lang="")


def _weekday(match: re.Match[str]) -> Written:
    word, week = match["weekday"], (match["week"] or "").lower().removesuffix("一")
    chinese = word in WEEKDAYS_ZH
    day = min(WEEKDAYS_ZH.index(word), 7) if chinese else WEEKDAYS.index(word[:3].lower())
    return Written(
        *match.span("on"),
        weekday=None if day == 7 and word == "末" else min(day, 6),
        shift=("week", SHIFTS[week]) if week else None,
        lang="zh" if chinese else "en",
    )


def _others(text: str) -> Iterator[Expression]:
    """What is no date of the calendar: weekdays, hours, seasons, feasts, centuries."""
    if _CHINESE.search(text):
        yield from (_other(match, "zh") for match in _OTHER_ZH.finditer(text))
    if _LATIN.search(text):
        yield from (_other(match, "en") for match in _OTHER_EN.finditer(text))


def _other(match: re.Match[str], lang: str) -> Expression:
    got = match.groupdict()
    if parts := tuple(one._replace(lang=lang) for one in _parts(match)):
        return Expression(*match.span(), parts)
    year = None if got.get("before") else number(got["year"])
    decade = number(got.get("of") or got["decade"])
    vague = bool(got.get("vague") or got.get("near"))
    if decade == 0 and got["hundreds"]:  # "the 2000s"
        year, decade, vague = 100 * int(got["hundreds"]), None, True
    closed, shift = bool(got["closed"]), ("", 0) if vague else None
    one = Written(*match.span(), year, shift=shift, decade=decade, lang=lang, closed=closed)
    return Expression(*match.span(), (one,))


def _joined(text: str, before: Expression, one: Expression) -> bool:
    """Whether two that stand beside each other are one expression."""
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


def _is_no_year(text: str, one: Written) -> bool:
    """Whether a bare figure counts something, or is part of a name."""
    return one.bare and (
        text[one.start - 1 : one.start].isascii()
        and (text[one.start - 1 : one.start].isalpha() or text[one.start - 1 : one.start] == "_")
        or _NO_YEAR.match(text, one.end) is not None
    )
