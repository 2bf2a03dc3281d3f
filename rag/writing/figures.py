"""Compares the figures of a sentence with those of its evidence.

The evidence supports a figure if it has a figure of the same value that has no different unit and
no opposite bound ("over 700" is not "under 700"). 七百多, 700多 and "over 700" are the same value;
so are 1.2亿 and "120 million", 三成 and "30 percent".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.question.words import amount, ordinal
from rag.reader.units import quantity
from rag.reader.values import Value, find_numbers

_OVER = re.compile(
    r"超|逾|[多余]|以上|至少|(?:不少|不低|不下)于|突破|高于|多于|\b(?:more|higher|greater)"
    r" than\b|\bover\b|\bat least\b"
    r"|\bno (?:less|fewer|lower) than\b|\babove\b|\bexceed",
    re.I,
)
_UNDER = re.compile(
    r"不足|不到|以下|以内|最多|不超过|不高于|不多于|近|(?<!不)[低少]于"
    r"|(?<!\bno )\b(?:less|fewer|lower) than\b"
    r"|\bunder\b|\bbelow\b|\bnearly\b|\balmost\b"
    r"|\bclose to\b|\bup to\b|\bat most\b|\bno more than\b",
    re.I,
)
_ABOUT = re.compile(
    r"约|左右|上下|\b(?:about|around|approximately|roughly|some|an estimated)\b", re.I
)
_LOOKED_BEFORE = 16  # characters before a figure in which its bound may stand
# By the bound of a sentence's figure, the range of figures that support it, as multiples of it.
_TOLERANCE = {"over": (1.0, 1.25), "under": (0.85, 1.0), "about": (0.9, 1.1)}
# Fractions in words, which :func:`find_numbers` does not find.
_SHARE = re.compile(
    r"(?P<zh>一半|半数|过半|减半)"
    r"|\b(?:(?P<count>a|one|two|three|four)[ -](?P<part>third|quarter|fifth|tenth)s?"
    r"|half(?!-?(?: an?|way|[ -]time| years?| hour)\b)|halv(?:ed|es|ing))\b"
    r"(?! (?:time|day|year|term|party|person|place|round|phase|edition|straight|consecutive)s?\b)",
    re.I,
)
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
_TO = re.compile(
    r"(?<=[\w%％‰])\s?(?:-|—|~|～|–|至|到|\bto\b|\band\b)\s?(\d+(?:,\d{3})*(?:\.\d+)?)"
)


@dataclass(frozen=True, slots=True)
class TextFigure:
    """A figure in a text.

    Attributes:
        start, end: character offsets.
        value: the number; a share of the whole for percentages and fractions.
        unit: the kind of quantity (:func:`rag.reader.units.quantity`), or "" if unknown.
        bound: "over", "under", "about" or "".
        small: whether it is a word for one ("一名", "first"), which the evidence need not say.
        bare: whether it is digits in a name, a version or a time, whose unit is unknown.
    """

    start: int
    end: int
    value: float
    unit: str = ""
    bound: str = ""
    small: bool = False
    bare: bool = False


def find_figures(text: str, dates: Iterable[tuple[int, int]] = ()) -> list[TextFigure]:
    """Returns the figures of a text in order, except those within the spans of ``dates``."""
    out = [_period(match) for match in _PERIOD.finditer(text)]
    taken = [*dates, *((one.start, one.end) for one in out)]

    def take(found: Iterable[list[TextFigure]]) -> None:
        """Adds each group of figures of one place, unless an earlier figure overlaps that place."""
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
    """Returns the figure of a fraction in words: one half, or what ``count`` and ``part`` say."""
    share = 0.5
    if match["part"]:
        count, part = match["count"].lower(), match["part"].lower()
        share = (1 if count == "a" else amount(count)) / (4 if part == "quarter" else ordinal(part))
    return TextFigure(*match.span(), share, "ratio", _bound(text, *match.span()))


def _figures(text: str, number: Value) -> list[TextFigure]:
    """Returns the figure of a number and, if it is a range, that of the range's end."""
    start, end, written = number.start, number.end, number.text
    value, unit = number.head or 0.0, quantity(number.unit)
    whole = 1 if unit != "ratio" else 10 if number.unit.endswith("成") else 100
    if unit == "ratio":
        value /= whole
    elif "分之" in written:
        unit = "ratio"
        value = value / 1000 if number.unit == "‰" else value
    small = value == 1 and not any(c.isdigit() for c in written)
    one = TextFigure(start, end, value, unit, _bound(text, start, end), small=small)
    if not (upper := _TO.search(written)):
        return [one]
    last = _number(upper[1]) * _scale(written, value) / whole
    return [one, TextFigure(start, end, last, unit, one.bound)]


def _scale(written: str, head: float) -> float:
    """Returns the factor that applies to both ends of a range: 10,000 for 3 to 5万.

    Args:
        written: the range as written.
        head: the value of its first number, with the factor.
    """
    first = _DIGITS.search(written)
    plain = _number(first[0]) if first else 0.0
    return head / plain if plain and head / plain in (1e2, 1e3, 1e4, 1e6, 1e7, 1e8, 1e9) else 1.0


def _bound(text: str, start: int, end: int) -> str:
    """Returns the bound of the figure ``text[start:end]``: "over", "under", "about" or "".

    It looks at the figure itself, at 2 characters after it, and at the same clause before it: at
    most 16 characters, or 4 if the text just before is Chinese.
    """
    before = text[max(0, start - _LOOKED_BEFORE) : start]
    before = re.split(r"[，,。；;、]", before)[-1]
    near = before[-4:] if before[-1:] > "\u2e80" else before
    nearby = near + text[start : end + 2]
    if _UNDER.search(nearby):
        return "under"
    if _OVER.search(nearby):
        return "over"
    return "about" if _ABOUT.search(nearby) else ""


class Figures:
    """The figures of the evidence, against which the figures of a sentence are checked.

    Args:
        texts: the evidence.
        figures: the figures of each text, from :func:`find_figures`.
        parts: the numbers in the dates of the evidence (:meth:`rag.writing.facts.Days.parts`).
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
        """Whether the evidence supports a figure of a sentence.

        A figure without a unit may also be a number in a date, and "two" may be a word such as
        "both" or 双方. A small figure always counts as supported.
        """
        if figure.small or any(agree(figure, one) for one in self._all):
            return True
        if figure.bare or not figure.unit:
            return figure.value in self._parts or figure.value == 2 and self._two
        return figure.unit == "people" and figure.value == 2 and self._two


# Words for the number of a quarter or half-year that are no ordinals.
_PLACES = {"首": 1, "上": 1, "下": 2, "two": 2, "three": 3}


def _period(match: re.Match[str]) -> TextFigure:
    """Returns a quarter or half-year as a figure: its number, with its own unit.

    The unit is "half", "quarter", or "quarters" for the first so many quarters (前三季度).
    """
    half = match["half"] or match["enhalf"]
    number_word = (half or match["q"] or match["en"] or match["n"] or match["some"]).lower()
    unit = "half" if half else "quarters" if match["sofar"] or match["some"] else "quarter"
    return TextFigure(*match.span(), float(_PLACES.get(number_word) or ordinal(number_word)), unit)


def agree(figure: TextFigure, known: TextFigure) -> bool:
    """Whether the figure ``known`` of the evidence supports the ``figure`` of a sentence.

    Percentage points may support a percentage. Units must not differ, where both are known. If
    ``figure`` has a bound, ``known`` must lie within ``_TOLERANCE``; else the values must be equal.
    """
    if {figure.unit, known.unit} == {"points", "ratio"}:
        share, points = (figure, known) if figure.unit == "ratio" else (known, figure)
        return abs(100 * share.value - points.value) < 1e-6 * points.value
    if figure.unit != known.unit and (
        figure.unit and known.unit or {figure.unit, known.unit} & {"half", "quarter", "quarters"}
    ):
        return False
    if (figure.unit == "ratio") != (known.unit == "ratio") and not (figure.bare or known.bare):
        return False
    if {figure.bound, known.bound} == {"over", "under"}:
        return False
    if figure.bound:
        low, high = _TOLERANCE[figure.bound]
        return low * figure.value * (1 - 1e-6) <= known.value <= high * figure.value * (1 + 1e-6)
    return abs(figure.value - known.value) <= 1e-6 * max(abs(figure.value), abs(known.value))
