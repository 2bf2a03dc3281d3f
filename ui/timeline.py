"""Renders the numbers of articles as an SVG bar chart by month, year, decade or century.

A period is a prefix of a date: "2023-08" is a month, "2023" a year, "202" a decade, "20" a century,
and "" all time. :data:`UNDATED` stands for the articles without a date.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rag.ui.templating import macro
from rag.ui.texts import reader_date, text

MAX_BARS = 36
"""Maximum number of bars. On a desktop screen so many have room for their names and are wide
enough to touch; on a phone the chart scrolls.
"""
UNDATED = "none"
_PERIOD = re.compile(r"(?!00)[0-9]{2,4}(?:(?<=....)-(?:0[1-9]|1[0-2]))?")
_LENGTHS = (7, 4, 3, 2)  # characters of a month, a year, a decade, a century


@dataclass(frozen=True, slots=True)
class Bar:
    """A period and its number of articles."""

    period: str
    count: int


_timeline = macro("timeline", "timeline")


def is_period(words: str) -> bool:
    """Whether a text is a period other than all time."""
    return words == UNDATED or _PERIOD.fullmatch(words) is not None


def bounds(period: str) -> tuple[str, str]:
    """Returns the first and last day of a period: ("2023-08-01", "2023-08-31").

    Both are "" for all time and for :data:`UNDATED`.
    """
    if not period or period == UNDATED:
        return "", ""
    if len(period) == 7:
        _, days = calendar.monthrange(int(period[:4]), int(period[5:]))
        return f"{period}-01", f"{period}-{days}"
    return f"{period:0<4}-01-01", f"{period:9<4}-12-31"


def way(months: Sequence[tuple[str, int]], period: str) -> tuple[str, ...]:
    """Returns the periods that enclose one, from all time on, without the period itself.

    For "2023-08" in a long range these are ("", "2023").

    Args:
        months: as in :func:`bars`; their range decides with which periods the chart begins.
        period: the period.
    """
    if not period or period == UNDATED:
        return ("",) if period else ()
    lengths = range(_unit(_inside(months, "")), len(period))
    return "", *(period[:length] for length in reversed(_LENGTHS) if length in lengths)


def bars(months: Sequence[tuple[str, int]], period: str = "") -> tuple[Bar, ...]:
    """Returns the bars for a period: its parts from the first to the last that has articles.

    The parts are as fine as :data:`MAX_BARS` allows.

    Args:
        months: (month "YYYY-MM", number of articles) in order; a month "" is ignored.
        period: the period. A month has no parts, so the bars are those of the enclosing period; so
            they are for a period without articles.
    """
    has_parts = period != UNDATED and len(period) < 7
    outward = [*([period] if has_parts else []), *reversed(way(months, period))]
    inside = next(filter(None, (_inside(months, one) for one in outward)), [])
    if not inside:
        return ()
    length, counts = _unit(inside), Counter[str]()
    for month, n in inside:
        counts[month[:length]] += n
    return tuple(Bar(unit, counts[unit]) for unit in _between(min(counts), max(counts)))


def _unit(inside: Sequence[tuple[str, int]]) -> int:
    """Returns the length of the finest periods in which the months need at most MAX_BARS bars."""
    for length in _LENGTHS if inside else ():
        if len(_between(inside[0][0][:length], inside[-1][0][:length])) <= MAX_BARS:
            return length
    return _LENGTHS[-1]


def _inside(months: Sequence[tuple[str, int]], within: str) -> list[tuple[str, int]]:
    """Returns the months in a period."""
    return [(month, n) for month, n in months if month and month.startswith(within)]


def _between(first: str, last: str) -> list[str]:
    """Returns all periods of one length from the first to the last."""
    if len(first) < 7:
        return [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)]
    begin, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(begin, end + 1)]


def period_name(period: str, lang: str) -> str:
    """Formats a period: "August 2023", "2023年", "2020–2029" for a decade; "" for all time."""
    if period == UNDATED:
        return text(lang, "undated")
    if not period or len(period) == 7:
        return reader_date(period, lang)
    first, last = f"{period:0<4}", f"{period:9<4}"
    return text(lang, "year_name", year=first if first == last else f"{first}–{last}")


def short_count(n: int, lang: str) -> str:
    """Formats a number in at most five characters: "9.5k", "32k"; in Chinese "9500", "3.2万"."""
    unit, sign = (10_000, "万") if lang == "zh" else (1_000, "k")
    if n < unit:
        return str(n)
    if lang != "zh" and n >= 999_500:
        unit, sign = 1_000_000, "M"
    digits = 1 if n < 9.95 * unit else 0
    return f"{n / unit:.{digits}f}".removesuffix(".0") + sign


def timeline(months: Sequence[tuple[str, int]], period: str, lang: str) -> Markup:
    """Renders the chart, further choices beside it, and the same numbers as a table.

    It is "" without articles. The ``data-go`` of each choice is "period:" and a period.
    """
    shown, undated = bars(months, period), dict(months).get("", 0)
    if not shown and not undated:
        return Markup()
    beside: list[tuple[str, str, bool | None]] = [
        (one, period_name(one, lang) or text(lang, "all_time"), None) for one in way(months, period)
    ]
    rows = [(period_name(bar.period, lang), bar.count) for bar in shown if bar.count]
    if undated and shown:
        beside.append((UNDATED, text(lang, "undated_n", n=undated), period == UNDATED))
        rows.append((text(lang, "undated"), undated))
    # Only one bar is reached by the Tab key; the arrow keys go from bar to bar.
    stop = min(shown, key=lambda bar: (bar.period != period, not bar.count), default=None)
    return _timeline(beside, shown, period, stop, rows, lang)
