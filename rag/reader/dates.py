"""Dates and times in Chinese and English text, with exact spans.

A small grammar of two expressions: no library was found that gives exact spans in both languages.
dateutil reads the English dates that the grammar has found.
"""

from __future__ import annotations

import datetime
import re

from rag.reader.value import Value, without_overlap

# ---- Chinese: year, month, day, weekday, hour in this order; any of them may be missing.
_HAN = "〇零○一二三四五六七八九"
_TO = r"\s?(?:至|到|—{1,2}|－|-|~|～|–)\s?"
_YEAR = (
    rf"(?:(?:公元前?\s?\d{{1,4}}|(?<!\d)[12]\d{{3}}(?:{_TO}[12]\d{{3}})?"
    rf"|(?<![{_HAN}])[一二][{_HAN}]{{3}}|(?<!\d)\d{{2}}(?=\s?年\d{{1,2}}月))\s?年"
    r"(?:度(?!假)|代初?|年?初|年?底|年?末|中(?![国央小学]))?|[今去明]年|前年|当年|同年|次年|近年来?|[上本]年度)"
)
_MONTH = (
    r"(?:(?:(?<!\d)\d{1,2}|(?<![一二三四五六七八九十])(?:十[一二]?|[一二三四五六七八九]))\s?月(?!饼|薪|票|租|嫂|季|经|球|亮|色)"
    r"|[本上下当次](?:个)?月)"
    r"(?:份|初|底|末|[上中下]旬)?"
)
_DAY = (
    r"(?:(?:(?<!\d)\d{1,2}|(?<![一二三四五六七八九十百])(?:[二三]?十[一二三四五六七八九]?|[一二三四五六七八九]))\s?日"
    r"(?![元圆]|本(?![报市省县区台届次月刊网]))|(?<=月)\s?\d{1,2}\s?号)"
)
_NEAR_DAY = (
    r"(?:昨[日天晚夜]|今[天晚晨早]|今日(?!俄罗斯|头条)|明[日天晚晨早]|前天|前日(?=[，。、"
    r"晚下上])|后天(?!性|免)|当[日天晚]|次日|翌日|同日)"
)
_WEEKDAY = r"(?:[上下本这](?:个)?)?(?:周|星期|礼拜)[一二三四五六日天末](?![年围期至])"
_PART = r"(?:凌晨|清晨|早晨|早上|上午|中午|午间|下午|傍晚|晚上|晚间|夜间|深夜|当晚|午后|晚|早)"
_HOUR = (
    rf"(?:(?:{_PART}\s?)?(?<!\d)\d{{1,2}}时(?![代长速期段隔装间])(?:\d{{1,2}}分(?!钟))?(?:许|左右|整|半)?"
    rf"|(?:{_PART}\s?)?(?<![\d:：比])(?:[01]?\d|2[0-4])[:：][0-5]\d(?![\d:：])(?:许|左右)?"
    rf"|{_PART}\s?(?:\d{{1,2}}|[一二两三四五六七八九十]{{1,2}})点(?:\d{{1,2}}分|半|钟|整|多|许|左右)*"
    r"|(?<!\d)\d{1,2}点(?:\d{1,2}分|半|钟))"
)
_SEASON = r"(?:上半年|下半年|(?<![\d一二三四五六七八九十百两几半每])(?:年初|年底|年末|年中)|(?:第?[一二三四1-4]|首)季度|[春夏秋冬]季(?![\u4e00-\u9fff]{0,6}(?:运动会|奥运|残奥|锦标赛|联赛|转会)))"
_FESTIVAL = r"(?:元旦|春节|除夕|元宵节|清明节|端午节?|中秋节?|国庆节|重阳节|七夕|劳动节|儿童节|教师节|圣诞节)"
_CENTURY = (
    rf"(?:公元前?|上个?|本)?(?:\d{{1,2}}|[{_HAN}十]{{1,3}}|(?<=上)|(?<=上个)|(?<=本))世纪"
    rf"(?:(?:\d{{2}}|[{_HAN}十]{{2,3}})年代)?(?:初期?|末期?|中叶|中期|后期|前期)?"
    rf"|(?<!\d)\d{{2}}(?:\d{{2}})?年代(?:初期?|末期?|中期)?"
)
_NUMERIC = (
    r"(?<![\d./-])[12]\d{3}([-/.])\d{1,2}\1\d{1,2}(?![\d/-]|\.\d)(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
)
_ON = rf"(?:\s?[（(]?{_WEEKDAY}[）)]?)?(?:\s?(?:{_HOUR}|{_PART}))?"
_DATE = (
    rf"(?:{_YEAR}(?:\s?{_MONTH}(?:\s?{_DAY}{_ON})?|{_SEASON}|{_FESTIVAL})?"
    rf"|{_MONTH}(?:\s?{_DAY}{_ON})?|(?<!第){_DAY}{_ON}|{_NEAR_DAY}(?:[（(]{_DAY}[）)])?{_ON}"
    rf"|{_WEEKDAY}(?:\s?(?:{_HOUR}|{_PART}))?|{_HOUR}|{_SEASON}|{_FESTIVAL})"
)
# Checked first: most places end there.
_FIRST = rf"(?=[\d{_HAN}十今去明前当同次近上本下这周星礼凌清早中午傍晚夜深昨后翌年春夏秋冬元除端国重七劳儿教圣公首第世])"
_ZH = re.compile(rf"{_FIRST}(?:{_NUMERIC}|{_CENTURY}|{_DATE}(?:{_TO}{_DATE})?)")

# ---- English
_MON = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)|Apr(?:il|\.)?|May|Jun(?:e|\.)?|Jul(?:y|\.)?"
    r"|Aug(?:ust|\.)?|Sept?(?:ember|\.)?"
    r"|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)(?![A-Za-z])"
)
_Y = r"(?:1[0-9]|20)\d{2}(?!\d)"
_DOM = r"\d{1,2}(?:st|nd|rd|th)?"
_DASH = r"\s?[-–—]\s?"
_DOW = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_WHEN = (
    r"(?:(?:early|late|mid|(?:the )?(?:start|beginning|end|middle|first half|second half"
    r"|first quarter|summer|spring|autumn|winter) of)[ -](?:in )?)"
)
_CLOCK = (
    r"(?:\d{1,2}(?:[:.][0-5]\d)?\s?(?:a\.m\.|p\.m\.|(?:am|pm|GMT|o'clock)\b)"
    r"|(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:]))"
)
_EN_DATE = (
    rf"(?:{_DOM}(?:{_DASH}{_DOM})?(?: of)? {_MON}(?:,? {_Y})?"
    rf"|{_MON} {_DOM}(?:{_DASH}{_DOM}\b)?(?!\d)(?:,? {_Y})?|{_MON},? (?:of )?{_Y})"
)
# What a figure counts in Chinese is no year: "2000个".
_COUNTED = r"\s?[多余几]?(?:[个名人位家件台辆只头万亿千百元吨米亩户]|公里|平方|小时|分钟)"
_EN = re.compile(
    rf"(?<![A-Za-z0-9_.,$£€])(?:(?:{_DOW},? )?(?:the )?{_WHEN}?{_EN_DATE}"
    rf"|(?:(?:[Ll]ast|[Nn]ext|[Tt]his) )?{_DOW}(?: (?:morning|afternoon|evening|night))?(?![a-z])"
    rf"|(?:the )?{_WHEN}?(?:{_Y}|[1-9]0)s(?!\w)"
    rf"|(?:the )?{_WHEN}?(?:\d{{1,2}}(?:st|nd|rd|th)|eighteenth|nineteenth|twentieth"
    r"|twenty-first)[ -]century"
    rf"|{_WHEN}?{_Y}{_DASH}(?:{_Y}|\d{{2}})(?![\d-])"
    rf"|{_CLOCK}"
    r"|(?:[Yy]esterday|[Tt]oday|[Tt]omorrow|[Tt]onight)(?!\w)"
    r"|(?:[Ll]ast|[Nn]ext|[Tt]his) (?:week|month|year|night|spring|summer|autumn|winter|quarter"
    r"|decade|century|weekend)(?!\w)"
    rf"|(?:{_WHEN}|(?<=[Ii]n )|(?<=of )|(?<=last )|(?<=next )|(?<=since )|(?<=[Bb]y )"
    rf"|(?<=until )){_MON}(?! \d| [A-Z])"
    rf"|{_WHEN}?{_Y}(?![%\d]|[.,]\d|-\w|{_COUNTED}| (?:people|men|women|children|[a-z]+s)\b(?<!was)(?<!has)"
    r"(?<!is)))"
)
_BC_ZH = re.compile(r"公元前|世纪|年代")
_RANGE = re.compile(r"[至到—－~～–-]")


def find_dates(text: str, default_year: int | None = None) -> list[Value]:
    """Dates, times, periods and centuries in ``text``, in order and without overlap.

    Args:
        text: Chinese, English or both.
        default_year: year of a date that names none (that of the article); without it such a date
            has no ``iso``. Dates told from the day of writing (昨日, "last week") never have one.
    """
    found = [
        Value(m.start(), m.end(), "date", m[0], iso=_iso_chinese(m[0], default_year))
        for m in _ZH.finditer(text)
        if m[0]
    ]
    if re.search(r"[A-Za-z]|\d{4}", text):
        found += [
            Value(m.start(), m.end(), "date", m[0], iso=_iso_english(m[0], default_year))
            for m in _EN.finditer(text)
        ]
    return without_overlap(found)


def _iso_chinese(text: str, default_year: int | None) -> str | None:
    if numeric := re.match(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text):
        return _iso(*map(int, numeric.groups()))
    if _BC_ZH.search(text):
        return None
    text = _RANGE.split(text)[0]  # a range is dated by its beginning
    year = re.search(rf"([12]\d{{3}}|[一二][{_HAN}]{{3}}|(?<!\d)\d{{2}}(?=\s?年))", text)
    month = re.search(r"(\d{1,2}|[一二三四五六七八九十]{1,2})\s?月", text)
    day = re.search(r"(\d{1,2}|[一二三四五六七八九十]{1,3})\s?[日号]", text)
    if re.match(r"[去明前]年|[上下本次]个?月", text) or not (year or month):
        return None
    return _iso(_year(year[1]) if year else default_year, _small(month), _small(day))


def _year(digits: str) -> int:
    year = int(
        "".join(
            (
                str("〇一二三四五六七八九".index(c.translate({0x96F6: "〇", 0x25CB: "〇"})))
                if c in _HAN
                else c
            )
            for c in digits
        )
    )
    return year if year > 99 else year + (1900 if year > 30 else 2000)


def _small(match: re.Match[str] | None) -> int | None:
    """The number up to 31 that a match holds, in either kind of digits."""
    if match is None:
        return None
    if match[1].isdecimal():
        return int(match[1])
    tens, ten, ones = match[1].rpartition("十")
    return (
        ("一二三四五六七八九".find(tens) + 1 or 1) * 10 * bool(ten)
        + "一二三四五六七八九".find(ones or "x")
        + 1
    )


def _iso(year: int | None, month: int | None = None, day: int | None = None) -> str | None:
    if year is None:
        return None
    try:
        datetime.date(year, month or 1, day or 1)
    except ValueError:  # 2月30日
        return None
    return (
        f"{year:04}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if month and day else "")
    )


def _iso_english(text: str, default_year: int | None) -> str | None:
    if re.search(r"century|\d0s", text):
        return None
    year = re.search(_Y, text)
    if not re.search(_MON, text):
        return year[0] if year else None
    from dateutil import parser

    plain = re.sub(
        rf"(?:{_WHEN}|the |\bof\b|^{_DOW},?)", " ", re.sub(rf"(\d){_DASH}\d{{1,2}}\b", r"\1", text)
    )
    try:
        first = parser.parse(plain, default=datetime.datetime(default_year or 2000, 1, 1))
    except (ValueError, OverflowError):
        return None
    has_day = re.search(r"(?<!\d)\d{1,2}(?!\d)", plain) is not None
    return _iso(first.year if year else default_year, first.month, first.day if has_day else None)
