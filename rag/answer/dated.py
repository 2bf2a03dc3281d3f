"""Tells which time a piece of evidence is about.

The dates in its sentence decide, then those before it, in the title and that of the article.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from datetime import date, timedelta

from rag.answer.sentence import Sentence
from rag.corpus import Article, clauses
from rag.corpus.days import Period, When, extent, find_meant, published
from rag.question.periods import TimeConstraint, find_periods
from rag.question.script import simplified

_MONTH = timedelta(days=27)
_NARROW_PERIOD = timedelta(days=31)  # for a longer period, passing the filter by period is enough
# How well a sentence fits a period: it names a date of the period; it names no date, but the last
# date before it, the title or the article's own date is of the period; nothing is known; it names
# only other dates.
FIT_NAMED_DATE, FIT_CARRIED_DATE, FIT_UNKNOWN_DATE, FIT_OTHER_DATE = 1.0, 0.8, 0.0, -1.0


@functools.lru_cache(maxsize=512)
def _dates(text: str, day: str) -> list[tuple[int, When]]:
    """Offset and meaning of every date in an article's text; cached, for its many sentences.

    ``day`` is the day of the article.
    """
    return [(start, when) for start, _, when in find_meant(text, published(day))]


def fit(one: Sentence, told: TimeConstraint) -> float:
    """How well a sentence fits a period: ``FIT_NAMED_DATE``, ``FIT_CARRIED_DATE``,
    ``FIT_UNKNOWN_DATE`` or ``FIT_OTHER_DATE``.
    """
    article, period = one.article, told.period
    dates = _dates(article.text, article.date)
    first, last = (
        bisect_left(dates, offset, key=lambda dated: dated[0]) for offset in (one.start, one.end)
    )
    sentence_dates = [when for _, when in dates[first:last]]
    if any(_is_of(when, period) for when in sentence_dates):
        return FIT_NAMED_DATE
    if sentence_dates:
        # Nothing is known if the sentence names a time around the period, such as its year, or, for
        # a narrow period, only years: a sentence about a month may look back some years.
        near = any(period.overlaps(*_extent(when, period)) for when in sentence_dates)
        if near or _narrow(period) and not any(when.month for when in sentence_dates):
            return FIT_UNKNOWN_DATE
        return FIT_NAMED_DATE if period in _spoken(one.text, article.date) else FIT_OTHER_DATE
    before = [
        when for _, when in dates[:first] if when.month or period.holds(*_extent(when, period))
    ]
    if before:
        carried = _is_of(before[-1], period)
    else:
        title = _dates(article.title, article.date)
        carried = in_time(article, told) or any(_is_of(when, period) for _, when in title)
    return FIT_CARRIED_DATE if carried else FIT_UNKNOWN_DATE


def in_clause_of_another_time(one: Sentence, at: int, told: TimeConstraint) -> bool:
    """Whether the clause at the offset ``at`` names only other dates, while another clause of its
    sentence names one of the period.

    In "3.1 million in 2025, down from 3.4 million in 2024" each figure is of its clause's year.
    """
    article = one.article
    dates = _dates(article.text, article.date)
    here: list[bool] = []
    there = False
    for start, end in clauses(article.text, one.start, one.end):
        first, last = (bisect_left(dates, offset, key=lambda d: d[0]) for offset in (start, end))
        of_period = [_is_of(when, told.period) for _, when in dates[first:last]]
        if start <= at < end:
            here = of_period
        else:
            there = there or any(of_period)
    return there and bool(here) and not any(here)


@functools.lru_cache(maxsize=512)
def _spoken(text: str, day: str) -> list[Period]:
    """The periods that a sentence names in the words of questions, such as "上半年".

    They are understood from ``day``, the day of the article.
    """
    return [one.period for one in find_periods(simplified(text), published(day))]


def accepts(one: Sentence, told: TimeConstraint, strictly: bool) -> bool:
    """Whether a sentence can tell of a period.

    For a long period it is enough that the article passed :func:`rag.index.named.of_period`. For a
    day, a week or a month the sentence must fit, or the article must be of that time. An article
    without a date must contain the years that the question writes out, unless the question's time
    is relative to the day of asking. If the time is relative, or ``strictly`` is set, a sentence
    that names only other times is rejected.
    """
    article, fits = one.article, fit(one, told)
    if fits == FIT_OTHER_DATE and (strictly or told.kind == "relative"):
        return False
    if not article.date and told.kind != "relative":
        return all(of_year(one, year) for year in told.years)
    # A festival need not be dated: its name stands for its days.
    return (
        fits > FIT_UNKNOWN_DATE
        or not _narrow(told.period)
        or in_time(article, told)
        or told.kind == "festival"
        and fits == FIT_UNKNOWN_DATE
    )


def of_year(one: Sentence, year: str) -> bool:
    """Whether a year stands in the article's text or title, or is the year of its date."""
    article = one.article
    return year in article.text or year in article.title or article.date.startswith(year)


def in_time(article: Article, told: TimeConstraint) -> bool:
    """Whether an article is from a period; for a single day, the day after counts, too."""
    day = published(article.date)
    return day is not None and (
        told.period.overlaps(day, day)
        or told.kind == "day"
        and told.period.overlaps(day - timedelta(days=1), day)
    )


def _narrow(period: Period) -> bool:
    """Whether a period has both ends and is shorter than ``_NARROW_PERIOD``."""
    return (
        period.first is not None
        and period.last is not None
        and period.last - period.first < _NARROW_PERIOD
    )


def _is_of(when: When, period: Period) -> bool:
    """Whether a date falls in a period.

    A day, or a month beside a period of at least a month, must overlap the period; any other month
    or year must lie in it as a whole.
    """
    first, last = _extent(when, period)
    if when.day is None and not (
        when.month and period.first and period.last and period.last - period.first >= _MONTH
    ):
        return period.holds(first, last)
    return period.overlaps(first, last)


def _extent(when: When, period: Period) -> tuple[date, date]:
    """First and last day of a date; one without a year takes the year of the period."""
    sides = [day for day in (period.first, period.last) if day]  # a period has at least one
    year = when.year if when.year is not None else sides[0].year
    return extent(year, when.month, when.day)
