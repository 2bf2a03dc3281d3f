"""Of what time evidence tells.

It is that of the days, months and years that its sentence, those before it and its article name.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from datetime import date, timedelta

from rag.answer.sentence import Sentence
from rag.corpus import Article
from rag.corpus.days import Period, When, extent, find_meant
from rag.index.named import published
from rag.question.periods import TimeConstraint, find_periods
from rag.question.script import simplified

_MONTH = timedelta(days=27)
NARROW = timedelta(days=31)  # of a longer period an article that may tell of it is enough
# How well a sentence fits a period: it names a day of it; it goes on from one that does; nothing is
# known; it names other days.
NAMED, CARRIED, UNKNOWN, OTHER = 1.0, 0.8, 0.0, -1.0


@functools.lru_cache(maxsize=512)
def _dates(text: str, day: str) -> list[tuple[int, When]]:
    """Offset and meaning of every date in the text of an article of a day, found once for each."""
    return [(start, when) for start, _, when in find_meant(text, published(day))]


def fit(one: Sentence, told: TimeConstraint) -> float:
    """How well a sentence fits a period: ``NAMED``, ``CARRIED``, ``UNKNOWN`` or ``OTHER``."""
    article, period = one.article, told.period
    dates = _dates(article.text, article.date)
    first, last = (
        bisect_left(dates, offset, key=lambda dated: dated[0]) for offset in (one.start, one.end)
    )
    own = [when for _, when in dates[first:last]]
    if any(_is_of(when, period) for when in own):
        return NAMED
    if own:
        # The year, where a month is sought; and a sentence of a month may go back some years.
        near = any(period.overlaps(*_extent(when, period)) for when in own)
        if near or _narrow(period) and not any(when.month for when in own):
            return UNKNOWN
        return NAMED if period in _spoken(one.text, article.date) else OTHER
    before = [
        when for _, when in dates[:first] if when.month or period.holds(*_extent(when, period))
    ]
    if before:
        carried = _is_of(before[-1], period)
    else:
        title = _dates(article.title, article.date)
        carried = in_time(article, told) or any(_is_of(when, period) for _, when in title)
    return CARRIED if carried else UNKNOWN


@functools.lru_cache(maxsize=512)
def _spoken(text: str, day: str) -> list[Period]:
    """The periods that a sentence names as questions do: "上半年", beside the day of the report."""
    return [one.period for one in find_periods(simplified(text), published(day))]


def accepts(one: Sentence, told: TimeConstraint, strictly: bool) -> bool:
    """Whether a sentence can tell of a period.

    Of a long period its article decides, which is one that passed
    :func:`rag.index.period.of_period`. Of a day, a week or a month the sentence must fit, or its
    article be of that very time. An article without a date must write out the years that the
    question does, unless the time is told from the day of asking. ``strictly``, and where it is,
    the sentence must name no other time.
    """
    article, fits = one.article, fit(one, told)
    if fits == OTHER and (strictly or told.kind == "relative"):
        return False
    if not article.date and told.kind != "relative":
        return all(of_year(one, year) for year in told.years)
    # A feast is called by its name, which stands for its days.
    return (
        fits > UNKNOWN
        or not _narrow(told.period)
        or in_time(article, told)
        or told.kind == "festival"
        and fits == UNKNOWN
    )


def of_year(one: Sentence, year: str) -> bool:
    """Whether a year stands in the article, or is that of its date."""
    article = one.article
    return year in article.text or year in article.title or article.date.startswith(year)


def in_time(article: Article, told: TimeConstraint) -> bool:
    """Whether an article is from a period; of the day of an event, on it or the day after."""
    day = published(article.date)
    return day is not None and (
        told.period.overlaps(day, day)
        or told.kind == "day"
        and told.period.overlaps(day - timedelta(days=1), day)
    )


def _narrow(period: Period) -> bool:
    return (
        period.first is not None and period.last is not None and period.last - period.first < NARROW
    )


def _is_of(when: When, period: Period) -> bool:
    """Whether a date is one of a period.

    That is a day in it, or a month or year that is in it as a whole or most of it.
    """
    first, last = _extent(when, period)
    if when.day is None and not (
        when.month and period.first and period.last and period.last - period.first >= _MONTH
    ):
        return period.holds(first, last)
    return period.overlaps(first, last)


def _extent(when: When, period: Period) -> tuple[date, date]:
    """First and last day; where the year is not known, in the year of the period."""
    sides = [day for day in (period.first, period.last) if day]  # one at least
    year = when.year if when.year is not None else sides[0].year
    return extent(year, when.month, when.day)
