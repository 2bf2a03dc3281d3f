"""Figures of a sentence and of its evidence: when one says what the other says.

A figure stands in the evidence if a figure there has the same value, no other unit, and is not
bounded the other way ("over 700" is not "under 700"). 七百多, 700多 and "over 700" are one value;
so are 1.2亿 and "120 million", 三成 and "30 percent".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.reader.units import quantity
from rag.reader.values import Value, find_numbers

_OVER = re.compile(
    r"超|逾|[多余]|以上|至少|(?:不少|不低|不下)于|突破|高于|多于|\b(?:more|higher|greater)"
    r" than\b|\bover\b|\bat least\b"
    r"|\bno (?:less|fewer) than\b|\babove\b|\bexceed",
    re.I,
)
_UNDER = re.compile(
    r"不足|不到|以下|以内|最多|不超过|不高于|不多于|近|低于|少于|\b(?:less|fewer|lower) than\b"
    r"|\bunder\b|\bbelow\b|\bnearly\b|\balmost\b"
    r"|\bclose to\b|\bup to\b|\bat most\b|\bno more than\b",
    re.I,
)
_ABOUT = re.compile(
    r"约|左右|上下|\b(?:about|around|approximately|roughly|some|an estimated)\b", re.I
)
_LOOKED_BEFORE = 16  # characters before a figure in which its bound may stand
_TOLERANCE = {"over": (1.0, 1.25), "under": (0.85, 1.0), "about": (0.9, 1.1)}
# Words for parts, which the finder of numbers leaves out.
_PARTS = {"half": 2, "halves": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_SHARE = re.compile(
    r"(?P<zh>一半|半数|过半|减半)"
    r"|\b(?:(?P<count>a|one|two|three|four)[ -](?P<part>third|quarter|fifth|tenth)s?"
    r"|half(?!-?(?: an?|way|[ -]time| years?| hour)\b)|halv(?:ed|es|ing))\b"
    r"(?! (?:time|day|year|term|party|person|place|round|phase|edition|straight|consecutive)s?\b)",
    re.I,
)
_COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4}
_TWICE = re.compile(
    r"翻(?:了)?一?番|翻倍|(?:翻|增长|增加|提高|提升|扩大|上升|上涨|多)了?[近约]?一倍"
    r"|\bdoubl(?:e|ed|es|ing)\b|\btwofold\b|\btwice\b",
    re.I,
)
_TWO = re.compile(r"双[方边]|两[国岸地家]|\bboth\b|\bpair\b|\bcouple\b|\bbilateral\b|\btwo\b", re.I)
_PERIOD = re.compile(
    r"(?P<sofar>前)?(?:第)?(?P<q>[一二三四首1234])(?:个)?季度"
    r"|\b(?P<en>first|second|third|fourth) quarter\b|\bQ(?P<n>[1-4])\b"
    r"|\bfirst (?P<some>two|three) quarters\b|(?P<half>[上下])半年|\b(?P<enhalf>first|second)"
    r" half\b",
    re.I,
)
_DIGITS = re.compile(r"(?<![\d.])\d+(?:,\d{3})*(?:\.\d+)?")
_TO = re.compile(r"(?:-|—|~|～|–|至|到|\bto\b|\band\b)\s?(\d+(?:,\d{3})*(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class TextFigure:
    """A figure in a text.

    Attributes:
        start, end: character offsets.
        value: the number; a share of the whole for percentages and fractions.
        unit: what kind of quantity it is (:func:`rag.reader.units.quantity`), or "".
        bound: "over", "under", "about" or "".
        small: a word for one ("一名", "first"), which evidence need not say.
        bare: digits in a name, a version or a time, of which only the value is known.
    """

    start: int
    end: int
    value: float
    unit: str = ""
    bound: str = ""
    small: bool = False
    bare: bool = False


def find_figures(text: str, dates: Iterable[tuple[int, int]] = ()) -> list[TextFigure]:
    """The figures of a text in order; what stands in the spans of ``dates`` is none."""
    out = [_period(match) for match in _PERIOD.finditer(text)]
    taken = [*dates, *((one.start, one.end) for one in out)]

    def take(found: Iterable[list[TextFigure]]) -> None:
        """The figures of a place each, where nothing stands yet."""
        for figures in found:
            start, end = figures[0].start, figures[0].end
            if not any(a < end and start < b for a, b in taken):
                out.extend(figures)
                taken.append((start, end))

    take([TextFigure(*match.span(), 2.0)] for match in _TWICE.finditer(text))
    take([_share(text, match)] for match in _SHARE.finditer(text))
    take(_figures(text, number) for number in find_numbers(text) if number.head is not None)
    take([TextFigure(*m.span(), _number(m[0]), bare=True)] for m in _DIGITS.finditer(text))
    return sorted(out, key=lambda one: one.start)


def _number(digits: str) -> float:
    return float(digits.replace(",", ""))


def _share(text: str, match: re.Match[str]) -> TextFigure:
    share = 0.5
    if match["part"]:
        share = _COUNTS[match["count"].lower()] / _PARTS[match["part"].lower()]
    return TextFigure(*match.span(), share, "ratio", _bound(text, *match.span()))


def _figures(text: str, number: Value) -> list[TextFigure]:
    """The figure of a number, and that of the end of its range where it has one."""
    start, end, written = number.start, number.end, number.text
    value, unit = number.head or 0.0, quantity(number.unit)
    if unit == "ratio":
        value = value / (10 if number.unit.endswith("成") else 100)
    elif "分之" in written:
        unit = "ratio"
        value = value / 1000 if number.unit == "‰" else value
    small = value == 1 and not any(c.isdigit() for c in written)
    one = TextFigure(start, end, value, unit, _bound(text, start, end), small=small)
    if not (upper := _TO.search(written)):
        return [one]
    last = _number(upper[1]) * _scale(written, value) / (100 if unit == "ratio" else 1)
    return [one, TextFigure(start, end, last, unit, one.bound)]


def _scale(written: str, head: float) -> float:
    """What the first number of a range is multiplied by: 3 to 5万."""
    first = _DIGITS.search(written)
    plain = _number(first[0]) if first else 0.0
    return head / plain if plain and head / plain in (1e2, 1e3, 1e4, 1e6, 1e7, 1e8, 1e9) else 1.0


def _bound(text: str, start: int, end: int) -> str:
    told = text[max(0, start - _LOOKED_BEFORE) : start]
    told = re.split(r"[，,。；;、]", told)[-1]
    near = told[-4:] if told[-1:] > "\u2e80" else told
    around = near + text[start : end + 2]
    if re.search(r"(?:不少|不低|不下)于|\bno (?:less|fewer) than\b", around, re.I):
        return "over"
    if _UNDER.search(around):
        return "under"
    if _OVER.search(around):
        return "over"
    return "about" if _ABOUT.search(around) else ""


class Figures:
    """The figures of some evidence, to be asked for those of a sentence.

    Args:
        texts: the evidence.
        figures: what :func:`find_figures` finds in each.
        parts: numbers that its dates are made of.
    """

    def __init__(
        self,
        texts: Sequence[str],
        figures: Sequence[Sequence[TextFigure]],
        parts: Iterable[float] = (),
    ):
        self._all = [one for found in figures for one in found]
        self._parts = set(parts)
        self._two = any(_TWO.search(text) for text in texts)

    def stands(self, figure: TextFigure) -> bool:
        """Whether a figure of a sentence stands in the evidence."""
        if figure.small or any(agree(figure, one) for one in self._all):
            return True
        plain = not figure.unit or figure.bare
        return plain and figure.value in self._parts or figure.value == 2 and self._two


_PLACES = {
    word: place
    for place, words in enumerate(
        ("一 首 first 上", "二 second 下 two", "三 third three", "四 fourth"), 1
    )
    for word in words.split()
}


def _period(match: re.Match[str]) -> TextFigure:
    """A quarter or a half of a year, as a figure whose unit says so."""
    half = match["half"] or match["enhalf"]
    told = (half or match["q"] or match["en"] or match["n"] or match["some"]).lower()
    unit = "half" if half else "quarters" if match["sofar"] or match["some"] else "quarter"
    return TextFigure(*match.span(), float(_PLACES.get(told, 0) or told), unit)


def agree(said: TextFigure, known: TextFigure) -> bool:
    """Whether one figure says no more than the other."""
    if {said.unit, known.unit} == {"points", "ratio"}:
        share, points = (said, known) if said.unit == "ratio" else (known, said)
        return abs(100 * share.value - points.value) < 1e-6 * points.value
    if said.unit != known.unit and (
        said.unit and known.unit or {said.unit, known.unit} & {"half", "quarter", "quarters"}
    ):
        return False
    if (said.unit == "ratio") != (known.unit == "ratio") and not (said.bare or known.bare):
        return False
    if {said.bound, known.bound} == {"over", "under"}:
        return False
    if said.bound:
        low, high = _TOLERANCE[said.bound]
        return low * said.value * (1 - 1e-6) <= known.value <= high * said.value * (1 + 1e-6)
    return abs(said.value - known.value) <= 1e-6 * max(abs(said.value), abs(known.value))
