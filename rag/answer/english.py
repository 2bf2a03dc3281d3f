"""Puts values of Chinese articles into English: figures with their units, dates, places.

Nothing is guessed: what cannot be translated with certainty ("数百家", a person's name) stays as it
is.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files

from rag.answer.levels import leading_places
from rag.answer.when import shown_day, times_of
from rag.corpus.date_grammar import find_days
from rag.corpus.days import meant
from rag.question.script import has_chinese
from rag.reader.values import find_numbers

_WORDS = tomllib.loads(files("rag.answer").joinpath("english.toml").read_text("utf-8"))
_BEFORE, _PARTS = _WORDS["before"], _WORDS["parts_of_day"]
_UNITS = {unit: english for english, units in _WORDS["units"].items() for unit in units.split()}


def _one_of(words: Iterable[str]) -> str:
    """A pattern that matches any of some words, the longest first."""
    return "|".join(sorted(words, key=len, reverse=True))


_SCALES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_ABOUT = re.compile(_one_of(_BEFORE))
_RANGE = re.compile(r"\s?(?:至|到|[-—~～–])\s?")
_CLOCK = re.compile(
    rf"(?P<part>{_one_of(_PARTS)})?\s?"
    r"(?:(?P<hour>\d{1,2})\s?[时点:：]\s?(?:(?P<minute>\d{1,2})\s?分?)?(?P<half>半)?"
    r"(?P<about>许|左右|前后)?整?)?$"
)


def in_english(label: str, kind: str, date: str = "") -> str:
    """A value in English, or "" if its meaning is not certain.

    Args:
        label: the value as the article writes it ("近2万人次", "8月3日", "四川省").
        kind: of the question, one of :data:`rag.question.types.ASKED_KINDS`.
        date: of the article, "YYYY-MM-DD" or "": gives the year of a date that has none.
    """
    label = label.strip()
    if not has_chinese(label):
        return ""
    if kind == "date" and (day := _date(label, date)):
        return day
    return _number(label) or _place(label, partly=kind == "places")


def labelled(label: str, kind: str, date: str = "") -> str:
    """The value in English, followed by the article's words: "nearly 20,000 visits (近2万人次)"."""
    english = in_english(label, kind, date)
    return f"{english} ({label})" if english else label


def _number(label: str) -> str:
    """A figure with its unit, or a range of figures; "" for anything else."""
    found = find_numbers(label)
    one = found[0] if len(found) == 1 else None
    if one is None or one.head is None or one.ordinal or (one.start, one.end) != (0, len(label)):
        return ""
    if one.unit not in _UNITS or re.match("[数几]", label) or "分之" in label and one.unit != "%":
        return ""
    found_about = _ABOUT.match(label)
    about = found_about[0] if found_about else ""
    rest = label[len(about) :]
    if re.search("几|半", rest):
        return ""
    ends = [one.head]
    if len(halves := _RANGE.split(rest)) == 2:
        upper = find_numbers(halves[1])
        if len(upper) != 1 or upper[0].head is None or upper[0].head < one.head:
            return ""
        ends.append(upper[0].head)
    unit = _UNITS[one.unit]
    figure = " to ".join(_figure(end) for end in ends)
    if ends == [1.0]:
        unit = _WORDS["one"].get(unit, unit.removesuffix("s"))
    spaced = f"{figure}{unit}" if unit in ("%", "0 %") else f"{figure} {unit}"
    after = (english for chinese, english in _WORDS["after"].items() if chinese in rest)
    return f"{_BEFORE.get(about) or next(after, '')} {spaced}".strip()


def _figure(number: float) -> str:
    """A number in digits, with "million", "billion" or "trillion" where that loses nothing."""
    for scale, name in _SCALES:
        if number >= scale and round(number / scale, 3) * scale == round(number):
            return f"{number / scale:,.3f}".rstrip("0").rstrip(".") + f" {name}"
    return f"{number:,.0f}" if number == int(number) else f"{number:,.4f}".rstrip("0")


def _date(label: str, day: str) -> str:
    """A date with its time of day: "今天（28日）上午9点55分" as "28 July 2023, 9:55 a.m.".

    ``day`` is the date of the article.
    """
    clock = _CLOCK.search(label)
    words = label[: clock.start()].strip() if clock else label
    hour = _hour(clock) if clock else ""
    shown = _day(words, day) if words else ""
    if words and not shown:
        return ""
    return ", ".join(part for part in (shown, hour) if part)


def _day(words: str, day: str) -> str:
    """A date without its time of day; "" if it is not certain."""
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
    """A time of day, or only its part ("afternoon"); "" for none."""
    part = clock["part"] or ""
    if not clock["hour"]:
        return _PARTS.get(part, "")
    hour = int(clock["hour"]) % 24
    minute = 30 if clock["half"] else int(clock["minute"] or 0)
    late = _PARTS.get(part) in ("afternoon", "evening") or part == "中午" and hour < 3
    hour += 12 if late and hour < 12 else 0
    about = "about " if clock["about"] else ""
    return f"{about}{(hour - 1) % 12 + 1}:{minute:02} {'a.m.' if hour < 12 else 'p.m.'}"


def _place(label: str, partly: bool) -> str:
    """The places that make up a label, the smallest first; "" if it is none.

    With ``partly`` set, the label need only begin with them.
    """
    places = list(itertools.takewhile(lambda one: one.place.en, leading_places(label)))
    whole = places and (partly or places[-1].end == len(label))
    return ", ".join(one.place.en for one in reversed(places)) if whole else ""
