"""What fills the frames of composed examples: names, figures, dates and words in both languages.

A value is a pair (Chinese, English), or a tuple of four with other ways of writing both, from which
questions that look something up by its figure choose.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Value = tuple
FRAMES = Path(__file__).parent / "frames"
MONTHS = (
    "January February March April May June July August September October November December".split()
)
DIGITS = "零一二三四五六七八九"


def _read_words() -> dict[str, list[Value]]:
    """Word lists of ``frames/words.txt``: a name and a colon, then "Chinese=English" with "; "."""
    lists: dict[str, list[Value]] = {}
    name = ""
    for line in (FRAMES / "words.txt").read_text("utf8").splitlines():
        if not line or line.startswith("#"):
            continue
        if not line.startswith(" "):
            name, _, line = line.partition(":")
        for item in filter(None, (part.strip() for part in line.split(";"))):
            zh, _, en = item.partition("=")
            lists.setdefault(name, []).append((zh, en or zh))
    return lists


WORDS = _read_words()


@dataclass(frozen=True, slots=True)
class Places:
    """Names of places in both languages; Chinese cities and provinces without 市 and 省."""

    cities: list[Value]
    provinces: list[Value]
    counties: list[Value]
    countries: list[Value]

    @classmethod
    def small(cls) -> Places:
        """The few that come with the frames."""
        return cls(*(WORDS[name] for name in ("cities", "provinces", "counties", "countries")))

    @classmethod
    def load(cls, folder: Path) -> Places:
        """All places of a gazetteer: ``divisions.jsonl`` and ``countries.jsonl`` in ``folder``."""
        small = cls.small()
        found: dict[str, list[Value]] = {"city": [], "province": [], "county": [], "country": []}
        for line in (folder / "divisions.jsonl").read_text("utf8").splitlines():
            row = json.loads(line)
            suffix = {"city": "市", "province": "省"}.get(row["level"], "")
            if row["zh"] == row["short"] + suffix and row["en"]:
                found[row["level"]].append((row["short"], row["en"]))
        for line in (folder / "countries.jsonl").read_text("utf8").splitlines():
            row = json.loads(line)
            if row["zh"] and row["en"] and len(row["zh"]) < 7 and "," not in row["en"]:
                found["country"].append((row["zh"], row["en"]))
        countries = found["country"] + small.countries * 6  # the well-known ones more often
        return cls(found["city"], found["province"], found["county"], countries)


def chinese(number: int) -> str:
    """A whole number below a hundred million in Chinese numerals, 4820 as 四千八百二十."""
    if number >= 10000:
        rest = number % 10000
        zero = "零" if 0 < rest < 1000 else ""
        return chinese(number // 10000) + "万" + (zero + chinese(rest) if rest else "")
    written, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            written += ("零" if gap and written else "") + DIGITS[digit] + name
            gap = False
        else:
            gap = True
    written = written or "零"
    if written.startswith("一十"):
        written = written[1:]
    for unit in "千百":
        written = written.replace("二" + unit, "两" + unit)
    return "两" if written == "二" else written


def english(number: int) -> str:
    """A number between 20 and 100 in English words."""
    tens = "twenty thirty forty fifty sixty seventy eighty ninety".split()[number // 10 - 2]
    ones = "one two three four five six seven eight nine".split()
    return f"{tens}-{ones[number % 10 - 1]}" if number % 10 else tens


def _decimal(text: str) -> str:
    """A decimal figure in Chinese numerals: 15.2 as 十五点二."""
    whole, _, rest = text.partition(".")
    read = chinese(int(whole))
    read = "二" if read == "两" and rest else read
    return read + ("点" + "".join(DIGITS[int(digit)] for digit in rest) if rest else "")


class Draw:
    """Draws values of every kind; each public method is a kind that a frame may name."""

    def __init__(self, rng: random.Random, places: Places) -> None:
        self.rng = rng
        self.places = places

    def kind(self, name: str) -> Callable[..., Value]:
        """The function that draws a kind of value: a method, or a choice from a word list."""
        method = getattr(self, name, None)
        return method or (lambda *_: self.rng.choice(WORDS[name]))

    # Names

    def person(self) -> Value:
        """A Chinese name, or one time in four a foreign one."""
        if self.rng.random() < 0.25:
            return self.foreign()
        zh, en = self.rng.choice(WORDS["surnames"])
        given = self.rng.sample(WORDS["given"], self.rng.choice((1, 2, 2)))
        pinyin = "".join(part[1] for part in given).capitalize()
        return zh + "".join(part[0] for part in given), f"{en} {pinyin}"

    def foreign(self) -> Value:
        """An English name with its Chinese transliteration."""
        first, last = self.rng.choice(WORDS["first"]), self.rng.choice(WORDS["last"])
        return f"{first[0]}·{last[0]}", f"{first[1]} {last[1]}"

    def latin(self) -> Value:
        """A made-up name in Latin letters in both languages."""
        syllables = self.rng.sample(WORDS["syllables"], self.rng.choice((1, 2, 2)))
        last = self.rng.choice(WORDS["endings"])
        name = "".join(part[1] for part in (*syllables, last)).capitalize()
        return name, name

    def stem(self) -> Value:
        """Two characters that a Chinese company, bridge or town may be called by."""
        a, b = self.rng.sample(WORDS["stems"], 2)
        return a[0] + b[0], (a[1] + b[1]).capitalize()

    def company(self) -> Value:
        """A company."""
        share = self.rng.random()
        if share < 0.15:
            return self.latin()
        trade = self.rng.choice(WORDS["trades"])
        if share < 0.35:
            zh, en = self.latin()
            return zh + trade[0], f"{en} {trade[1]}"
        zh, en = self.stem()
        plain = ("", "")
        suffix = self.rng.choice((plain, plain, ("集团", " Group"), ("公司", ""), ("股份", "")))
        return zh + trade[0] + suffix[0], f"{en} {trade[1]}{suffix[1]}"

    def named(self, kinds: str) -> Value:
        """Something named after a place or a made-up stem: ``named(bridges)``."""
        kind = self.rng.choice(WORDS[kinds])
        share = self.rng.random()
        name = self.stem() if share < 0.65 else self.town()
        if share > 0.93 and kinds in ("museums", "parks", "schools"):
            name = ("市", "City")
        short = kind[1].rpartition(" ")[2].lower()
        return name[0] + kind[0], f"{name[1]} {kind[1]}", (kind[0],), ("the " + short,)

    def town(self) -> Value:
        """A city: of the gazetteer, or made up, Chinese or English."""
        share = self.rng.random()
        if share < 0.6:
            return self.rng.choice(self.places.cities)
        if share < 0.8:
            a, b = self.rng.choice(WORDS["stems"]), self.rng.choice(WORDS["townends"])
            return a[0] + b[0], (a[1] + b[1]).capitalize()
        a, b = self.rng.choice(WORDS["englishstems"]), self.rng.choice(WORDS["englishends"])
        return a[0] + b[0], a[1] + b[1]

    def city(self) -> Value:
        """A city of the gazetteer."""
        return self.rng.choice(self.places.cities)

    def province(self) -> Value:
        """A province of the gazetteer, without 省."""
        return self.rng.choice(self.places.provinces)

    def county(self) -> Value:
        """A county or district."""
        return self.rng.choice(self.places.counties)

    def country(self) -> Value:
        """A country."""
        return self.rng.choice(self.places.countries)

    def document(self) -> Value:
        """The title of a document."""
        about, kind = self.rng.choice(WORDS["subjects"]), self.rng.choice(WORDS["papers"])
        return f"《{about[0]}{kind[0]}》", f"{kind[1]} on {about[1]}"

    def listed(self, kind: str, low: int, high: int) -> tuple[Value, ...]:
        """Several different values of a kind."""
        wanted, found = self.rng.randint(low, high), {}
        draw = self.kind(kind)
        for _ in range(40):
            value = draw()
            if all(value[1] != other[1] for other in found.values()):
                found.setdefault(value[0], value)
            if len(found) == wanted:
                break
        return tuple(found.values())

    def runs(self) -> tuple[Value, ...]:
        """Short forms of places written without anything between them: 京津冀."""
        return tuple((name, name) for name in self.rng.choice(WORDS["run"])[0])

    # Figures

    def num(self, low: int, high: int) -> Value:
        """A whole number."""
        n = self.rng.randint(low, high)
        commas = f"{n:,}" if not 20 < n < 100 or self.rng.random() > 0.1 else english(n)
        zh = chinese(n) if n < 30 and self.rng.random() < 0.12 else str(n)
        if n >= 1000 and self.rng.random() < 0.2:
            zh = f"{n:,}"
        return zh, commas, (str(n), chinese(n), commas), (commas, str(n))

    def few(self, low: int, high: int) -> Value:
        """A small number, in English mostly in words."""
        n = self.rng.randint(low, high)
        words = "zero one two three four five six seven eight nine ten eleven twelve".split()
        en = words[n] if n < len(words) and self.rng.random() < 0.7 else str(n)
        return (str(n) if self.rng.random() < 0.75 else chinese(n)), en, (str(n),), (str(n),)

    def many(self, low: int, high: int) -> Value:
        """A count of thousands and more, in Chinese often with 万."""
        n = self.rng.randint(low // 1000, high // 1000) * 1000
        zh = f"{n / 10000:g}万" if n >= 10000 else str(n)
        en = f"{n / 1e6:g} million" if n >= 10**6 else f"{n:,}"
        return zh, en, (zh, str(n)), (en, f"{n:,}")

    def pct(self, low: int, high: int) -> Value:
        """A percentage."""
        text = f"{self.rng.randint(low * 10, high * 10) / 10:g}"
        en = text + self.rng.choice(("%", "%", " per cent", " percent"))
        read = "百分之" + _decimal(text)
        return text + "%", en, (text + "%", read), (text + "%", text + " percent")

    def yi(self, low: int, high: int) -> Value:
        """Hundreds of millions of yuan: 15.2亿元, 1.52 billion yuan."""
        text = f"{self.rng.randint(low * 10, high * 10) / 10:g}"
        amount = float(text)
        en = f"{amount / 10:g} billion yuan" if amount >= 10 else f"{amount * 100:g} million yuan"
        others = (text + "亿元", text + "亿", _decimal(text) + "亿", _decimal(text) + "亿元")
        return text + "亿元", en, others, (en, f"{amount * 100:,g} million yuan")

    def wan(self, low: int, high: int) -> Value:
        """Tens of thousands of yuan: 450万元, 4.5 million yuan."""
        n = self.rng.randint(low, high)
        en = f"{n / 100:g} million yuan" if n >= 100 else f"{n * 10000:,} yuan"
        others = (f"{n}万元", f"{n}万", chinese(n) + "万元")
        return f"{n}万元", en, others, (en, f"{n * 10000:,} yuan")

    def price(self, low: int, high: int) -> Value:
        """Thousands of yuan: 1.2万元, 12,000 yuan; or 9800元, 9,800 yuan."""
        n = self.rng.randint(low * 10, high * 10) * 100
        zh = f"{n / 10000:g}万元" if n >= 10000 and self.rng.random() < 0.6 else f"{n}元"
        return zh, f"{n:,} yuan", (zh, f"{n}元", f"{n:,}元"), (f"{n:,} yuan", f"{n} yuan")

    def yuan(self, low: int, high: int) -> Value:
        """Yuan."""
        n = self.rng.randint(low, high)
        return f"{n}元", f"{n:,} yuan", (f"{n}元", f"{n}块", chinese(n) + "元"), (f"{n:,} yuan",)

    def dollars(self, low: int, high: int) -> Value:
        """Millions of dollars."""
        n = self.rng.randint(low, high)
        return f"{n * 100}万美元", f"${n} million", (f"{n * 100}万美元",), (f"{n} million dollars",)

    def unit(self, zh: str, en: str, low: int, high: int, step: int = 1) -> Value:
        """A measure in a unit; with a step of 0 it has a decimal place."""
        randrange = self.rng.randrange
        n = randrange(low, high, step) if step else randrange(low * 10, high * 10) / 10
        plain = f"{n:g}" if not step else str(n)
        commas = f"{n:,}" if step else f"{n:,g}"
        unit = en.replace("_", " ")
        shown = commas if step and n >= 1000 and self.rng.random() < 0.15 else plain
        others = (plain + zh, commas + zh, _decimal(plain) + zh)
        return shown + zh, f"{commas} {unit}", others, (f"{commas} {unit}", f"{plain} {unit}")

    # Times

    def year(self, low: int = 1950, high: int = 2025) -> Value:
        """A year: 2019年, 2019."""
        n = str(self.rng.randint(low, high))
        return n + "年", n

    def month(self) -> Value:
        """A month."""
        n = self.rng.randint(1, 12)
        return f"{n}月", MONTHS[n - 1]

    def day(self) -> Value:
        """A day of the year: 9月28日, September 28."""
        month, day = self.rng.randint(1, 12), self.rng.randint(1, 28)
        name = MONTHS[month - 1]
        return f"{month}月{day}日", self.rng.choice((f"{name} {day}", f"{day} {name}"))

    def date(self, low: int = 1990, high: int = 2025) -> Value:
        """A day with its year: 2019年12月26日, December 26, 2019."""
        year = self.rng.randint(low, high)
        month, day = self.rng.randint(1, 12), self.rng.randint(1, 28)
        name = MONTHS[month - 1]
        en = self.rng.choice((f"{name} {day}, {year}", f"{day} {name} {year}"))
        return f"{year}年{month}月{day}日", en

    def weekday(self) -> Value:
        """A day of the week."""
        name = self.rng.choice(
            (
                "一Monday",
                "二Tuesday",
                "三Wednesday",
                "四Thursday",
                "五Friday",
                "六Saturday",
                "日Sunday",
            )
        )
        return self.rng.choice(("周", "周", "星期")) + name[0], name[1:]

    def clock(self, low: int, high: int) -> Value:
        """A time of day."""
        hour, minute = self.rng.randint(low, high), self.rng.choice((0, 0, 30, 15, 45))
        zh = f"{hour}时" if not minute else f"{hour}时{minute}分"
        if self.rng.random() < 0.5:
            zh = f"{hour}点" if not minute else f"{hour}:{minute}"
        half = "am" if hour < 12 else "pm"
        shown = (hour - 1) % 12 + 1
        return zh, f"{shown} {half}" if not minute else f"{shown}:{minute} {half}"

    def hours(self) -> Value:
        """A long race's time: 2小时8分41秒, 2:08:41."""
        h, m, s = self.rng.randint(1, 4), self.rng.randint(1, 59), self.rng.randint(1, 59)
        short = f"{h}:{m:02}:{s:02}"
        zh = self.rng.choice((f"{h}小时{m}分{s}秒", f"{h}小时{m:02}分{s:02}秒", short))
        return zh, self.rng.choice((short, f"{h} hours {m} minutes {s} seconds"))

    def margin(self) -> Value:
        """A lead of minutes and seconds."""
        m, s = self.rng.randint(0, 5), self.rng.randint(1, 59)
        if not m:
            return f"{s}秒", f"{s} seconds"
        return f"{m}分{s}秒", self.rng.choice((f"{m}:{s:02}", f"{m} min {s} s"))
