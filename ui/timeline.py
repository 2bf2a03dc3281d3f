"""Articles by month as a drawing (SVG) made on the server; a long range folds to years, decades,
centuries.

A period is the beginning of a date: "2023-08" a month, "2023" a year, "202" a decade, "20" a
century, "" all time; :data:`UNDATED` are the articles that have no date.
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

BARS = 36
"""Bars at most: each has room for its name and for a finger on a desk's screen; on a phone the
drawing is scrolled.
"""
UNDATED = "none"
_PERIOD = re.compile(r"(?!00)[0-9]{2,4}(?:(?<=....)-(?:0[1-9]|1[0-2]))?")
_LENGTHS = (7, 4, 3, 2)  # of a month, a year, a decade, a century


@dataclass(frozen=True, slots=True)
class Bar:
    """A period and how many articles there are of it."""

    period: str
    count: int


_timeline = macro("timeline", "timeline")


def is_period(words: str) -> bool:
    """Whether words are a period other than all time."""
    return words == UNDATED or _PERIOD.fullmatch(words) is not None


def bounds(period: str) -> tuple[str, str]:
    """The first and the last day of a period, ("", "") of all time and of what has no date:
    ("2023-08-01", "2023-08-31").
    """
    if not period or period == UNDATED:
        return "", ""
    if len(period) == 7:
        _, days = calendar.monthrange(int(period[:4]), int(period[5:]))
        return f"{period}-01", f"{period}-{days}"
    return f"{period:0<4}-01-01", f"{period:9<4}-12-31"


def way(months: Sequence[tuple[str, int]], period: str) -> tuple[str, ...]:
    """The periods that lead to one, from all time on, itself not among them: "2023-08" stands under
    ("", "2023") in a long range.
    """
    if not period or period == UNDATED:
        return ("",) if period else ()
    lengths = range(_unit(_inside(months, "")), len(period))
    return "", *(period[:length] for length in reversed(_LENGTHS) if length in lengths)


def bars(months: Sequence[tuple[str, int]], period: str = "") -> tuple[Bar, ...]:
    """What the timeline shows of a period: its parts, as fine as :data:`BARS` allow, all from the
    first to the last.

    Args:
        months: counts of "YYYY-MM", in order; "" is passed over.
        period: a month has no parts, so it is shown among those that it is chosen from; so is a
            period without articles.
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
    """The length of the periods that some months are shown in."""
    for length in _LENGTHS if inside else ():
        if len(_between(inside[0][0][:length], inside[-1][0][:length])) <= BARS:
            return length
    return _LENGTHS[-1]


def _inside(months: Sequence[tuple[str, int]], within: str) -> list[tuple[str, int]]:
    return [(month, n) for month, n in months if month and month.startswith(within)]


def _between(first: str, last: str) -> list[str]:
    """All periods of one length from the first to the last."""
    if len(first) < 7:
        return [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)]
    begin, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(begin, end + 1)]


def period_name(period: str, lang: str) -> str:
    """ "August 2023", "2023", "2020–2029"; "2023年8月", "2023年", "2020–2029年"; "" of all time."""
    if period == UNDATED:
        return text(lang, "undated")
    if not period or len(period) == 7:
        return reader_date(period, lang)
    first, last = f"{period:0<4}", f"{period:9<4}"
    return text(lang, "year_name", year=first if first == last else f"{first}–{last}")


def short_count(n: int, lang: str) -> str:
    """A number in at most five signs: "950", "9.5k", "32k"; in Chinese "950", "9500", "3.2万"."""
    unit, sign = (10_000, "万") if lang == "zh" else (1_000, "k")
    if n < unit:
        return str(n)
    if lang != "zh" and n >= 999_500:
        unit, sign = 1_000_000, "M"
    digits = 1 if n < 9.95 * unit else 0
    return f"{n / unit:.{digits}f}".removesuffix(".0") + sign


def timeline(months: Sequence[tuple[str, int]], period: str, lang: str) -> Markup:
    """The drawing, what can be chosen beside it, and the same as a table; "" for no dates at all.

    ``data-go`` is what choosing an element asks the page for: "period:" and a period.
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
    # One stop for the Tab key; the arrow keys go from bar to bar.
    stop = min(shown, key=lambda bar: (bar.period != period, not bar.count), default=None)
    return _timeline(beside, shown, period, stop, rows, lang)
