"""A value of a Chinese article in English: figures with their units, dates, places.

Nothing is guessed: what is not written with certainty ("数百家", a name of a person) stays as it
is.
"""

from __future__ import annotations

import itertools
import re

from rag.answer.levels import leading_places
from rag.answer.when import shown_day, times_of
from rag.corpus.date_grammar import find_days
from rag.corpus.days import meant
from rag.question.script import has_chinese
from rag.reader.values import find_numbers

_ABOUT = (
    ("超过|超|逾|高于", "more than"),
    ("约为|大约|约有|约", "about"),
    ("将近|接近|近", "nearly"),
    ("至少", "at least"),
    ("不到|不足|低于", "less than"),
    ("最多", "at most"),
    ("多达|高达|达到|达", "as many as"),
    ("", ""),
)
_AFTER = {
    "多": "more than",
    "余": "more than",
    "以上": "at least",
    "左右": "about",
    "以下": "at most",
}
# What units are called in English; "" where only the number is told.
_UNITS = {
    unit: english
    for english, units in (
        words.split(": ")
        for words in (
            "people: 人 名 位; visits: 人次; households: 户; years old: 岁 周岁; "
            "yuan: 元 元人民币 人民币; US dollars: 美元; euros: 欧元; pounds: 英镑; yen: 日元; "
            "Hong Kong dollars: 港元 港币; won: 韩元; roubles: 卢布; New Taiwan dollars: 新台币; "
            "years: 年; months: 个月; days: 天; weeks: 周; hours: 小时 个小时; minutes: 分钟; "
            "seconds: 秒 秒钟; %: % ％; times: 倍 次; 0 %: 成; percentage points: 个百分点 百分点; "
            "metres: 米; kilometres: 公里 千米; nautical miles: 海里; centimetres: 厘米; "
            "millimetres: 毫米; square metres: 平方米; square kilometres: 平方公里; "
            "cubic metres: 立方米; mu: 亩; hectares: 公顷; tonnes: 吨; kilograms: 公斤 千克; "
            "grams: 克; jin: 斤; litres: 升; kilowatt-hours: 千瓦时; kilowatts: 千瓦; "
            "megawatts: 兆瓦; degrees: 度; °C: 摄氏度 ℃; cases: 例 宗; vehicles: 辆; "
            "aircraft: 架; ships: 艘; copies: 册; votes: 票; : 张 个 家 所 座 条 只; items: 项 件; "
            "units: 台; sets: 套; rooms: 间; kinds: 种; head: 头; trees: 棵; plants: 株; "
            "steps: 步"
        ).split("; ")
    )
    for unit in units.split()
}
_SCALES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_ONE = {"people": "person", "visits": "visit", "households": "household", "years old": "year old"}
_RANGE = re.compile(r"\s?(?:至|到|[-—~～–])\s?")
_PARTS = {
    "凌晨": "early",
    "清晨": "early",
    "早上": "morning",
    "早晨": "morning",
    "上午": "morning",
    "中午": "noon",
    "下午": "afternoon",
    "傍晚": "evening",
    "晚": "evening",
    "晚上": "evening",
    "晚间": "evening",
    "夜间": "night",
}
_CLOCK = re.compile(
    rf"(?P<part>{'|'.join(sorted(_PARTS, key=len, reverse=True))})?\s?"
    r"(?:(?P<hour>\d{1,2})\s?[时点:：]\s?(?:(?P<minute>\d{1,2})\s?分?)?(?P<half>半)?"
    r"(?P<about>许|左右|前后)?整?)?$"
)


def in_english(label: str, kind: str, date: str = "") -> str:
    """A value in English, or "" where that is not certain.

    Args:
        label: as the article writes it ("近2万人次", "8月3日", "四川省").
        kind: of the question, one of :data:`rag.question.KINDS`.
        date: of the article, "YYYY-MM-DD" or "": tells the year of a date that has none.
    """
    label = label.strip()
    if not has_chinese(label):
        return ""
    if kind == "date" and (day := _date(label, date)):
        return day
    return _number(label) or _place(label, partly=kind == "places")


def labelled(label: str, kind: str, date: str = "") -> str:
    """The value in English, the article's words behind it: "nearly 20,000 visits (近2万人次)"."""
    english = in_english(label, kind, date)
    return f"{english} ({label})" if english else label


def _number(label: str) -> str:
    found = find_numbers(label)
    one = found[0] if len(found) == 1 else None
    if one is None or one.head is None or one.ordinal or (one.start, one.end) != (0, len(label)):
        return ""
    if one.unit not in _UNITS or re.match("[数几]", label) or "分之" in label and one.unit != "%":
        return ""
    words = next(en for zh, en in _ABOUT if re.match(zh, label))
    rest = re.sub(f"^(?:{'|'.join(zh for zh, _ in _ABOUT if zh)})", "", label)
    if re.search("几|半", rest):
        return ""
    more = next((en for zh, en in _AFTER.items() if zh in rest), "")
    ends = [one.head]
    if len(halves := _RANGE.split(rest)) == 2:
        upper = find_numbers(halves[1])
        if len(upper) != 1 or upper[0].head is None or upper[0].head < one.head:
            return ""
        ends.append(upper[0].head)
    unit = _UNITS[one.unit]
    figure = " to ".join(_figure(end) for end in ends)
    if ends == [1.0]:
        unit = _ONE.get(unit, unit.removesuffix("s"))
    spaced = f"{figure}{unit}" if unit in ("%", "0 %") else f"{figure} {unit}"
    return f"{words or more} {spaced}".strip()


def _figure(number: float) -> str:
    for scale, name in _SCALES:
        if number >= scale and round(number / scale, 3) * scale == round(number):
            return f"{number / scale:,.3f}".rstrip("0").rstrip(".") + f" {name}"
    return f"{number:,.0f}" if number == int(number) else f"{number:,.4f}".rstrip("0")


def _date(label: str, day: str) -> str:
    """A day with its hour: "今天（28日）上午9点55分" as "28 July 2023, 9:55 a.m."."""
    clock = _CLOCK.search(label)
    words = label[: clock.start()].strip() if clock else label
    hour = _hour(clock) if clock else ""
    shown = _day(words, day) if words else ""
    if words and not shown:
        return ""
    return ", ".join(part for part in (shown, hour) if part)


def _day(words: str, day: str) -> str:
    times = times_of(words, 0, len(words), day)
    if len({one.day for one in times}) == 1:
        rest = words
        for one in reversed(times):
            rest = rest[: one.start] + rest[one.end :]
        return shown_day(times[0].day, "en") if not rest.strip("（）() ") else ""
    words = words.removesuffix("份")
    written = next(iter(find_days(words)), None)
    if written is None or (written.start, written.end) != (0, len(words)) or written.last_day:
        return ""
    year = written.year or (int(day[:4]) if written.month and day[:4].isdigit() else None)
    if year is None or written.shift not in (None, ("year", 0)):
        return ""
    when = meant(written._replace(year=year, shift=None), None)
    return shown_day(str(when), "en") if when else ""


def _hour(clock: re.Match[str]) -> str:
    """A time of day, or only the part of the day; "" for none."""
    part = clock["part"] or ""
    if not clock["hour"]:
        return _PARTS.get(part, "")
    hour = int(clock["hour"]) % 24
    minute = 30 if clock["half"] else int(clock["minute"] or 0)
    late = part in ("下午", "傍晚", "晚", "晚上", "晚间") or part == "中午" and hour < 3
    hour += 12 if late and hour < 12 else 0
    about = "about " if clock["about"] else ""
    return f"{about}{(hour - 1) % 12 + 1}:{minute:02} {'a.m.' if hour < 12 else 'p.m.'}"


def _place(label: str, partly: bool) -> str:
    """The places that a label consists of, the smallest first; ``partly``: that it begins with."""
    places = list(itertools.takewhile(lambda one: one.place.en, leading_places(label)))
    whole = places and (partly or places[-1].end == len(label))
    return ", ".join(one.place.en for one in reversed(places)) if whole else ""
