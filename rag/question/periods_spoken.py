"""Times that a question does not give as dates: seasons, feasts, quarters, ends of months,
weekends, "three years ago".

What may mean several things names no time here: a season or a feast without a year ("夏季",
"春节吃什么"), "the first half" (of a match?), "年底" without a year (of this one, to come?). The
days of Chinese feasts are reckoned by borax.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from rag.corpus.date_grammar import MONTHS, chinese_number
from rag.corpus.days import Period, extent
from rag.question.script import has_chinese
from rag.question.time_constraint import TimeConstraint

_YEARS = {"今年": 0, "去年": -1, "前年": -2, "今": 0, "去": -1, "this": 0, "last": -1}
_YEAR_ZH = r"(?P<year>(?<!\d)[12]\d{3}\s?年|(?<!过)去年|今年|(?<![以目之])前年)"
_YEAR_EN = r"(?P<year>(?:1\d|20)\d\d(?!\d)|(?:this|last) year)"


def spoken(text: str, today: date | None) -> Iterator[TimeConstraint]:
    """The times of a question that are told in words, in no order; without ``today`` only those of
    a year that is written out.
    """
    for find in (_seasons, _feasts, _parts, _ends, _ago, _weekends):
        yield from find(text, today)


def _year(words: str | None, today: date | None) -> int | None:
    """The year that words mean; None where that cannot be told."""
    if not words:
        return None
    if found := re.match(r"\d{4}", words):
        return int(found[0])
    shift = _YEARS.get(words.lower().split()[0])
    return None if today is None or shift is None else today.year + shift


def _told(match: re.Match[str], period: Period, kind: str) -> TimeConstraint:
    year = re.search(r"(?<!\d)\d{4}(?!\d)", match[0])
    return TimeConstraint(match.start(), match.end(), period, kind, (year[0],) if year else ())


def _kind(match: re.Match[str], plain: str) -> str:
    """ "relative" where the year is not written out."""
    return plain if re.search(r"\d{4}", match[0]) else "relative"


# ---- seasons

_SEASONS = {
    "春": 3,
    "夏": 6,
    "秋": 9,
    "冬": 12,
    "spring": 3,
    "summer": 6,
    "autumn": 9,
    "fall": 9,
    "winter": 12,
}
_SEASON_ZH = re.compile(
    rf"(?:{_YEAR_ZH}的?(?P<season>[春夏秋冬])(?:[季天日](?!奥|残奥|青奥|达沃斯|[\u4e00-\u9fff]{{0,4}}运动会|锦标赛|联赛))"
    r"|(?P<short>[今去])(?P<s2>[春夏秋冬])(?![\u4e00-\u9fff]?[季日]奥))"
)
_SEASON_EN = re.compile(
    r"\b(?:(?P<which>this|last|this past) (?P<s1>spring|summer|autumn|fall|winter)"
    r"|(?P<s2>spring|summer|autumn|fall|winter)(?: of|,)? (?P<year>(?:1\d|20)\d\d))"
    r"(?!\d| (?:olympic|paralympic|games|festival|school|camp|semester|season|break))\b",
    re.I,
)


def _seasons(text: str, today: date | None) -> Iterator[TimeConstraint]:
    for match in _SEASON_ZH.finditer(text):
        year = _year(match["year"] or match["short"], today)
        if year is not None:
            now = today if match["year"] in ("今年", None) else None
            period = _season(year, match["season"] or match["s2"], now)
            yield _told(match, Period(*period), _kind(match, "part"))
    for match in _SEASON_EN.finditer(text):
        if match["year"]:
            period = _season(int(match["year"]), match["s2"].lower())
            yield _told(match, Period(*period), "part")
        elif today:
            # "last summer" is the one that ended last.
            first, last = _season(today.year, match["s1"].lower(), today)
            if match["which"].lower() != "this" and last >= today:
                first, last = _season(first.year - 1, match["s1"].lower())
            yield _told(match, Period(first, last), "relative")


def _season(year: int, name: str, today: date | None = None) -> tuple[date, date]:
    """First and last day of three months; winter begins in its year, but in January and February it is the one that is
    not over yet.
    """
    month = _SEASONS[name]
    if month == 12 and today and today.month <= 2 and year == today.year:
        year -= 1
    last = (year + 1, 2) if month == 12 else (year, month + 2)
    return date(year, month, 1), extent(*last)[1]


# ---- feasts


def _lunar(month: int, day: int) -> Callable[[int], date]:
    def of(year: int) -> date:
        from borax.calendars.lunardate import LunarDate

        return LunarDate(year, month, day).to_solar_date()

    return of


def _solar(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _clear_and_bright(year: int) -> date:
    from borax.calendars.festivals2 import TermFestival

    return TermFestival(name="清明").at(year=year)


def _easter(year: int) -> date:
    from dateutil.easter import easter

    return easter(year)


def _thanksgiving(year: int) -> date:
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


# Names, the day, and how many days before and after belong to it.
_FEASTS: tuple[tuple[str, str, Callable[[int], date], int, int], ...] = (
    (
        "春节|农历新年|新春佳节",
        "(?:the )?(?:chinese|lunar) new year|(?:the )?spring festival",
        _lunar(1, 1),
        1,
        7,
    ),
    ("元宵节?", "(?:the )?lantern festival", _lunar(1, 15), 0, 0),
    ("端午节?", "(?:the )?dragon boat festival", _lunar(5, 5), 1, 2),
    ("七夕节?", "(?:the )?qixi festival", _lunar(7, 7), 0, 0),
    ("中秋节?", "(?:the )?mid-autumn (?:festival|day)", _lunar(8, 15), 1, 2),
    ("重阳节?", "(?:the )?double (?:ninth|nine) festival", _lunar(9, 9), 0, 0),
    ("清明节?", "(?:the )?qingming(?: festival)?|tomb[- ]sweeping day", _clear_and_bright, 1, 1),
    ("元旦", "new year['’]s day", _solar(1, 1), 1, 2),
    (
        "五一(?:国际)?(?:劳动节)?|劳动节",
        "(?:the )?(?:may day|international labou?r day)",
        _solar(5, 1),
        2,
        4,
    ),
    (
        "(?<!国)国庆节?",
        "(?:the )?(?:chinese )?national day(?= (?:holiday|golden|week|break))",
        _solar(10, 1),
        0,
        7,
    ),
    ("圣诞节?", "christmas", _solar(12, 25), 1, 1),
    ("复活节", "easter", _easter, 2, 1),
    ("感恩节", "thanksgiving", _thanksgiving, 0, 3),
)
_DURING_ZH = r"(?P<during>小?长?假期?(?:期间)?|黄金周|期间|当天|当日|前后)"


def _feasts(text: str, today: date | None) -> Iterator[TimeConstraint]:
    lower = text.lower()
    for zh, en, day, before, after in _FEASTS:
        for match in re.finditer(
            rf"(?:{_YEAR_ZH}的?)?[“\"]?(?P<feast>{zh})[”\"]?{_DURING_ZH}?(?!联欢"
            rf"|晚会|联欢会|档)",
            text,
        ):
            # Without a year only what happened then: not how the feast is kept, or what it is.
            if match["year"] or match["during"]:
                yield from _feast(match, match["year"], day, before, after, today)
        if not re.search(en, lower):
            continue
        around = (
            rf"(?P<during>(?:during|over|on|at) )?(?:(?P<which>last"
            rf"|this) )?(?P<feast>{en})(?:(?: public)? (?:holidays?|break|golden week|week))?"
            rf"(?:,? (?:of |in )?{_YEAR_EN})?"
        )
        for match in re.finditer(
            rf"(?<![\w'’])(?<!['’]s )(?:{around})\b(?! (?:eve|gala|tree|market"
            rf"|card|gift|present)s?\b)",
            text,
            re.I,
        ):
            if match["year"] or match["which"] or match["during"]:
                yield from _feast(match, match["year"] or match["which"], day, before, after, today)


def _feast(
    match: re.Match[str],
    year: str | None,
    day: Callable[[int], date],
    before: int,
    after: int,
    today: date | None,
) -> Iterator[TimeConstraint]:
    of = _year(year, today)
    try:
        if of is None and today:
            # the last that came
            of = today.year if day(today.year) - timedelta(days=before) <= today else today.year - 1
        if of is not None:
            on = day(of)
            told = _told(
                match, Period(on - timedelta(days=before), on + timedelta(days=after)), "festival"
            )
            yield replace(told, said=match.span("feast"))
    except ValueError:  # a year for which the moon is not reckoned: before 1900, after 2100
        return


# ---- halves and quarters without a year

_PART_ZH = re.compile(
    r"(?<!年)(?<![\d半第前])(?:(?P<half>[上下])半年|(?:第?(?P<quarter>[一二三四])|(?<!\w)Q(?P<q>[1-4]))季度"
    r"|前(?P<quarters>[二三])季度"
    r"|(?<![A-Za-z\d])Q(?P<q2>[1-4])(?![\dA-Za-z]))(?!会员|卡)"
)
_PART_EN = re.compile(
    r"\b(?:the )?(?P<nth>first|second|third|fourth) (?P<size>half|quarter) of the year\b(?!,? \d)"
    r"|(?<![\w'’])Q(?P<q>[1-4])(?!\w|,? (?:of |in )?(?:\d{4}|this year|last year))",
    re.I,
)
ORDER = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "上": 1,
    "下": 2,
}


def _parts(text: str, today: date | None) -> Iterator[TimeConstraint]:
    if today is None:
        return
    chinese = has_chinese(text)
    for match in (_PART_ZH if chinese else _PART_EN).finditer(text):
        got = match.groupdict()
        if got.get("quarters"):
            months, number, length = 3, 1, 3 * ORDER[got["quarters"]]
        else:
            months = 6 if got.get("half") or (got.get("size") or "").lower() == "half" else 3
            named = next(
                got[name] for name in ("half", "quarter", "q", "q2", "nth") if got.get(name)
            )
            number, length = ORDER.get(named.lower()) or int(named), months
        begin = months * (number - 1) + 1
        if begin + length > 13 or re.search(r"年度?的?\s*第?$", text[: match.start()]):
            continue  # "the third half"; "2022年的上半年", whose year is said
        # the last that has begun
        year = today.year if (today.month, today.day) >= (begin, 1) else today.year - 1
        yield _told(
            match, Period(date(year, begin, 1), extent(year, begin + length - 1)[1]), "part"
        )


# ---- beginnings, middles and ends of months and years

_MONTH_EN = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?)"
)
_END_ZH = re.compile(
    rf"(?:{_YEAR_ZH}\s?)?(?:(?P<month>(?<!\d)\d{{1,2}}|(?<![一二三四五六七八九十])(?:十[一二]?"
    rf"|[一二三四五六七八九]))\s?月(?:份)?"
    r"|(?P<rmonth>[上本]个?月))(?P<which>初(?!次|步|始|期|[一二三四五六七八九十春夏秋冬])|中旬|底|末(?!代|日)|上旬|下旬)"
    rf"|{_YEAR_ZH.replace('<year>', '<y2>')}(?P<end>年?初(?!次|步|始|[一二三四五六七八九十春夏秋冬])|年?底|年?末(?!代|日))"
    rf"|(?<![到至在\w])(?P<bare>月初|月底|年初)"
)
_END_EN = re.compile(
    rf"\b(?P<which>early|mid|late|the (?:beginning|start|middle"
    rf"|end) of)[ -](?:{_MONTH_EN}(?:,? {_YEAR_EN})?|{_YEAR_EN.replace('<year>', '<y2>')}"
    r"|(?P<rmonth>this|last) month)\b(?! and\b)",
    re.I,
)
_THIRD = {
    "初": 0,
    "上旬": 0,
    "early": 0,
    "beginning": 0,
    "start": 0,
    "中旬": 1,
    "mid": 1,
    "middle": 1,
    "底": 2,
    "末": 2,
    "下旬": 2,
    "late": 2,
    "end": 2,
}
_YEAR_THIRDS = {0: (1, 3), 1: (5, 8), 2: (11, 12)}


def _ends(text: str, today: date | None) -> Iterator[TimeConstraint]:
    for match in _END_ZH.finditer(text):
        if text[match.end() : match.end() + 1] in ("前", "之") or re.search(
            r"[到至]$", text[: match.start()]
        ):
            continue  # by then
        if match["bare"]:
            if today:
                yield _told(match, _bare(match["bare"], today), "relative")
        elif match["end"]:
            if (year := _year(match["y2"], today)) is not None:
                yield _told(match, _of_year(year, _THIRD[match["end"][-1]]), _kind(match, "part"))
        else:
            yield from _of_month(match, match["which"], match["month"], match["rmonth"], today)
    for match in _END_EN.finditer(text):
        which = match["which"].lower().split()
        third = which[1] if len(which) > 1 else which[0]
        if re.search(
            r"\b(?:by|until|till|to|from|since|before" r"|after)\s$",
            text[: match.start()],
            re.I,
        ):
            continue
        if match["y2"]:
            if (year := _year(match["y2"], today)) is not None:
                yield _told(match, _of_year(year, _THIRD[third]), _kind(match, "part"))
        else:
            yield from _of_month(match, third, match["month"], match["rmonth"], today)


def _of_month(
    match: re.Match[str], which: str, month: str | None, shifted: str | None, today: date | None
) -> Iterator[TimeConstraint]:
    """A third of a month: of the year that is said, else the last time that it came, else of any
    year.
    """
    year = _year(match["year"], today)
    if match["year"] and year is None:
        return
    if shifted and today:
        back = shifted.lower() == "last" or shifted.startswith("上")
        year, number = divmod(today.year * 12 + today.month - 1 - back, 12)
        number += 1
    elif month and not shifted:
        number = int(month) if month.isdecimal() else _month(month)
    else:
        return
    if not 1 <= number <= 12:
        return
    first, last = _third(2000 if year is None else year, number, _THIRD[which])
    yield _told(
        match,
        Period(first, last, year is None),
        "relative" if shifted or match["year"] and _kind(match, "part") == "relative" else "part",
    )


def _month(name: str) -> int:
    return MONTHS.index(name[:3].lower()) + 1 if name.isascii() else chinese_number(name)


def _third(year: int, month: int, third: int) -> tuple[date, date]:
    first, last = extent(year, month)
    begin = first.replace(day=1 + 10 * third)
    return begin, last if third == 2 else begin + timedelta(days=9)


def _of_year(year: int, third: int) -> Period:
    first, last = _YEAR_THIRDS[third]
    return Period(date(year, first, 1), extent(year, last)[1])


def _bare(words: str, today: date) -> Period:
    if words == "年初":
        return _of_year(today.year, 0)
    if words == "月初":
        return Period(*_third(today.year, today.month, 0))
    ended = today if today.day > 20 else today.replace(day=1) - timedelta(days=1)
    return Period(*_third(ended.year, ended.month, 2))


# ---- so long ago, and weekends

_WORDS = "one two three four five six seven eight nine ten eleven twelve".split()
_AGO_ZH = re.compile(
    r"(?<![\d一二两三四五六七八九十几多数百千万.第])(?P<n>1?\d|[一两二三四五六七八九十]|十[一二三四五六七八九])(?:[个個](?=月|星期"
    r"|礼拜))?(?P<unit>年|月|周|星期|礼拜|天)(?:之|以)?前(?!后|三季|[两二三]季"
    r"|[一二三四五六七八九十\d]+[名位强个])"
)
_AGO_EN = re.compile(
    rf"(?<![\w-])(?P<n>1?\d|{'|'.join(_WORDS)}|an?) (?P<unit>year|month|week|day)s? ago\b", re.I
)
_WEEKEND_ZH = re.compile(r"(?P<which>上|本|这)(?:个)?周末")
_WEEKEND_EN = re.compile(r"\b(?:(?P<which>this|last|this past) weekend|over the weekend)\b", re.I)


def _ago(text: str, today: date | None) -> Iterator[TimeConstraint]:
    if today is None:
        return
    for match in (*_AGO_ZH.finditer(text), *_AGO_EN.finditer(text)):
        word, unit = match["n"].lower(), match["unit"].lower()
        if word.isdecimal():
            count = int(word)
        elif word.isascii():
            count = 1 if word in ("a", "an") else _WORDS.index(word) + 1
        else:
            count = chinese_number(word.replace("两", "二"))
        if unit == "月" and "个" not in match[0] and "個" not in match[0]:
            continue  # "5月前" is before May
        if unit in ("年", "year"):
            period = Period(*extent(today.year - count))
        elif unit in ("月", "month"):
            from dateutil.relativedelta import relativedelta

            then = today - relativedelta(months=count)
            period = Period(*extent(then.year, then.month))
        elif unit in ("天", "day"):
            then = today - timedelta(days=count)
            period = Period(then, then)
        else:
            monday = today - timedelta(days=today.weekday() + 7 * count)
            period = Period(monday, monday + timedelta(days=6))
        yield _told(match, period, "relative")


def _weekends(text: str, today: date | None) -> Iterator[TimeConstraint]:
    if today is None:
        return
    for match in (*_WEEKEND_ZH.finditer(text), *_WEEKEND_EN.finditer(text)):
        which = (match["which"] or "").lower()
        saturday = today - timedelta(days=today.weekday()) + timedelta(days=5)
        if which in ("上", "last") or which in ("", "this past") and saturday > today:
            saturday -= timedelta(days=7)
        yield _told(match, Period(saturday, saturday + timedelta(days=1)), "relative")
