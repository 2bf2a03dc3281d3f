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

from rag.ui.markup import escape, lang_tag
from rag.ui.texts import article_count, text

BARS = 36
"""Bars at most: each has room for its name and for a finger on a desk's screen; on a phone the
drawing is scrolled.
"""
FEW = 12
"""Of so many bars each has room for a whole number below ten thousand, on a phone too."""
UNDATED = "none"
_PERIOD = re.compile(r"(?!00)[0-9]{2,4}(?:(?<=....)-(?:0[1-9]|1[0-2]))?")
_LENGTHS = (7, 4, 3, 2)  # of a month, a year, a decade, a century
_TOP, _TALL, _HEIGHT = (
    18,
    64,
    118,
)  # where bars end at most, how long the longest is, and room for two lines of names
_NARROWEST, _WIDEST = 34, 76


@dataclass(frozen=True, slots=True)
class Bar:
    """A period and how many articles there are of it."""

    period: str
    count: int


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
        return (
            f"{period}-01",
            f"{period}-{calendar.monthrange(int(period[:4]), int(period[5:]))[1]}",
        )
    return f"{period:0<4}-01-01", f"{period:9<4}-12-31"


def way(months: Sequence[tuple[str, int]], period: str) -> tuple[str, ...]:
    """The periods that lead to one, from all time on, itself not among them: "2023-08" stands under
    ("", "2023") in a long range.
    """
    if not period or period == UNDATED:
        return ("",) if period else ()
    coarsest = _unit(months, "")
    return (
        "",
        *(period[:length] for length in reversed(_LENGTHS) if coarsest <= length < len(period)),
    )


def bars(months: Sequence[tuple[str, int]], period: str = "") -> tuple[Bar, ...]:
    """What the timeline shows of a period: its parts, as fine as :data:`BARS` allow, all from the
    first to the last.

    Args:
        months: counts of "YYYY-MM", in order; "" is passed over.
        period: a month has no parts, so it is shown among those that it is chosen from; so is a
            period without articles.
    """
    above = way(months, period)
    tried = (
        ("",) if period == UNDATED else above[::-1] if len(period) == 7 else (period, *above[::-1])
    )
    within = next(
        (one for one in tried if any(month and month.startswith(one) for month, _ in months)), ""
    )
    length, counts = _unit(months, within), Counter()
    for month, n in _inside(months, within):
        counts[month[:length]] += n
    return (
        tuple(Bar(unit, counts[unit]) for unit in _between(min(counts), max(counts)))
        if counts
        else ()
    )


def _unit(months: Sequence[tuple[str, int]], within: str) -> int:
    """The length of the periods that a period is shown in."""
    inside = [month for month, _ in _inside(months, within)]
    fits = (
        length
        for length in _LENGTHS
        if inside and len(_between(inside[0][:length], inside[-1][:length])) <= BARS
    )
    return next(fits, _LENGTHS[-1])


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
    if not period:
        return ""
    if len(period) == 7:
        return text(
            lang,
            "month_name",
            year=period[:4],
            month=text(lang, "months").split()[int(period[5:]) - 1],
        )
    first, last = f"{period:0<4}", f"{period:9<4}"
    return text(lang, "year_name", year=first if first == last else f"{first}–{last}")


def short_count(n: int, lang: str) -> str:
    """A number in at most five signs: "950", "9.5k", "32k"; in Chinese "950", "9500", "3.2万"."""
    unit, sign, begins = (10_000, "万", 10_000) if lang == "zh" else (1_000, "k", 1_000)
    if n < begins:
        return str(n)
    if lang != "zh" and n >= 999_500:
        unit, sign = 1_000_000, "M"
    return (
        f"{n / unit:.1f}".removesuffix(".0") + sign if n < 9.95 * unit else f"{n / unit:.0f}{sign}"
    )


def timeline(months: Sequence[tuple[str, int]], period: str, lang: str) -> str:
    """The drawing, what can be chosen beside it, and the same as a table; "" for no dates at all.

    ``data-go`` is what choosing an element asks the page for: "period:" and a period.
    """
    shown, undated = bars(months, period), dict(months).get("", 0)
    if not shown and not undated:
        return ""
    beside = "".join(
        _button(one, period_name(one, lang) or text(lang, "all_time"))
        for one in way(months, period)
    )
    if undated and shown:
        beside += _button(UNDATED, text(lang, "undated_n", n=f"{undated:,}"), period == UNDATED)
    drawn = _drawing(shown, period, lang) + _table(shown, undated, lang) if shown else ""
    aside = f'<div class="yj-time-beside">{beside}</div>' if beside else ""
    return (
        f'<section class="yj-time" lang="{lang_tag(lang)}"'
        f' aria-label="{escape(text(lang, "timeline"))}">{aside}{drawn}</section>'
    )


def _button(period: str, shown: str, pressed: bool = False) -> str:
    state = f' aria-pressed="{str(pressed).lower()}"' if period == UNDATED else ""
    return (
        '<button type="button" class="yj-go yj-small"'
        f' data-go="period:{period}"{state}>{escape(shown)}</button>'
    )


def _drawing(shown: Sequence[Bar], period: str, lang: str) -> str:
    most = max(max(bar.count for bar in shown), 1)
    first, last = (period_name(bar.period, lang) for bar in (shown[0], shown[-1]))
    total = article_count(sum(bar.count for bar in shown), lang)
    desc = text(
        lang,
        "timeline_desc",
        articles=total,
        dates=first if first == last else text(lang, "span", first=first, last=last),
    )
    # One stop for the Tab key; the arrow keys go from bar to bar.
    stop = next(
        (bar.period for bar in shown if bar.period == period),
        next(bar.period for bar in shown if bar.count),
    )
    drawn = "".join(
        _bar(at, bar, len(shown), most, bar.period == period, bar.period == stop, lang)
        for at, bar in enumerate(shown)
    )
    years = (
        ""
        if len(shown[0].period) < 7
        else "".join(
            _label(at, len(shown), _HEIGHT - 4, bar.period[:4])
            for at, bar in enumerate(shown)
            if at == 0 or bar.period.endswith("-01")
        )
    )
    style = f"min-width:{len(shown) * _NARROWEST}px;max-width:{len(shown) * _WIDEST}px"
    return (
        f'<div class="yj-time-scroll"><svg class="yj-bars" width="100%" height="{_HEIGHT}"'
        f' style="{style}" role="group" aria-labelledby="yj-time-title yj-time-desc"><title'
        f' id="yj-time-title">{escape(text(lang, "timeline"))}</title><desc'
        f' id="yj-time-desc">{escape(desc)}</desc>{drawn}{years}</svg></div>'
    )


def _bar(at: int, bar: Bar, n: int, most: int, chosen: bool, stop: bool, lang: str) -> str:
    """One bar in its slot, with its number above and its name below; places are in percent, so that
    letters keep their size.
    """
    slot = 100 / n
    tall = max(2, round(_TALL * bar.count / most)) if bar.count else 0
    name = f"{period_name(bar.period, lang)}{text(lang, 'colon')}{article_count(bar.count, lang)}"
    label = (
        text(lang, "months_short").split()[int(bar.period[5:]) - 1]
        if len(bar.period) == 7
        else f"{bar.period:0<4}"
    )
    told = f"{bar.count:,}" if n <= FEW and bar.count < 10_000 else short_count(bar.count, lang)
    foot = _TOP + _TALL
    parts = (
        f'<rect class="yj-slot" x="{at * slot:.3f}%" y="0" width="{slot:.3f}%"'
        f' height="{foot + 18}"/><rect class="yj-fill" x="{(at + 0.14) * slot:.3f}%"'
        f' y="{foot - tall}" width="{0.72 * slot:.3f}%" height="{tall}" rx="2"/>'
        + (_label(at, n, foot - tall - 5, told) if bar.count else "")
        + _label(at, n, foot + 14, label)
    )
    if not bar.count:
        return f'<g class="yj-bar yj-none" aria-hidden="true">{parts}</g>'
    pressed, focus = str(chosen).lower(), 0 if stop else -1
    return (
        f'<g class="yj-bar" role="button" tabindex="{focus}" aria-pressed="{pressed}"'
        f' aria-label="{escape(name)}"'
        f' data-go="period:{bar.period}"><title>{escape(name)}</title>{parts}</g>'
    )


def _label(at: int, n: int, y: int, words: str) -> str:
    return (
        f'<text x="{(at + 0.5) * 100 / n:.3f}%" y="{y}" text-anchor="middle">{escape(words)}</text>'
    )


def _table(shown: Sequence[Bar], undated: int, lang: str) -> str:
    rows = [(period_name(bar.period, lang), bar.count) for bar in shown if bar.count] + (
        [(text(lang, "undated"), undated)] if undated else []
    )
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{n:,}</td></tr>' for name, n in rows
    )
    head = (
        "<tr><th"
        f' scope="col">{escape(text(lang, "period"))}</th><td>{escape(text(lang, "articles"))}</td></tr>'
    )
    return (
        f'<details class="yj-time-table"><summary>{escape(text(lang, "as_table"))}</summary>'
        f"<table><thead>{head}</thead><tbody>{body}</tbody></table></details>"
    )
