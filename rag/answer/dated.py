"""Of what time evidence tells: the days, months and years that its sentence, those before it and its article name."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from rag.answer.evidence import Evidence
from rag.question.told import Told
from rag.question.types import Asked
from rag.corpus import Article
from rag.corpus.days import When, find_meant
from rag.index.named import published
from rag.index.period import Period, extent

_MONTH = timedelta(days=27)
NARROW = timedelta(days=31)  # of a longer period an article that may tell of it is enough
# How well a sentence fits a period: it names a day of it; it goes on from one that does; nothing is known; it names other days.
NAMED, CARRIED, UNKNOWN, OTHER = 1.0, 0.8, 0.0, -1.0
DATED = 0.2  # what a fit adds to the score of evidence for a time that is told from the day of asking


class Calendar:
    """The dates in articles, found once for each."""

    def __init__(self) -> None:
        self._of: dict[int, tuple[list[tuple[int, When]], list[When]]] = {}

    def _dates(self, evidence: Evidence) -> tuple[list[tuple[int, When]], list[When]]:
        """Offset and meaning of every date in the text, and the meaning of those in the title."""
        row, article = evidence.view.row, evidence.view.article
        if row not in self._of:
            today = published(article.date)
            text, title = ([(start, when) for start, _, when in find_meant(part, today)] for part in (article.text, article.title))
            self._of[row] = text, [when for _, when in title]
        return self._of[row]

    def fit(self, evidence: Evidence, told: Told) -> float:
        """How well the sentence fits a period: one of ``NAMED``, ``CARRIED``, ``UNKNOWN``, ``OTHER``."""
        dates, title = self._dates(evidence)
        first, last = (bisect_left(dates, offset, key=lambda one: one[0]) for offset in (evidence.start, evidence.end))
        own = [when for _, when in dates[first:last]]
        if any(_is_of(when, told.period) for when in own):
            return NAMED
        if own:
            near = any(told.period.overlaps(*_extent(when, told.period)) for when in own)  # the year, where a month is sought
            background = _narrow(told.period) and not any(when.month for when in own)  # a sentence of a month may go back some years
            return UNKNOWN if near or background else OTHER
        before = [when for _, when in dates[:first] if when.month or told.period.holds(*_extent(when, told.period))]
        if _is_of(before[-1], told.period) if before else in_time(evidence.view.article, told) or any(_is_of(when, told.period) for when in title):
            return CARRIED
        return UNKNOWN

    def of_time(self, evidence: Evidence, told: Told) -> bool:
        """Whether anything says that a sentence is of a period: it fits, or its article is of that very time."""
        return self.fit(evidence, told) > UNKNOWN or in_time(evidence.view.article, told)

    def accepts(self, evidence: Evidence, told: Told, strictly: bool) -> bool:
        """Whether a sentence can tell of a period.

        Of a long period its article decides, which is one that passed :func:`rag.index.period.of_period`. Of a day, a
        week or a month the sentence must fit, or its article be of that very time. An article without a date must
        write out the years that the question does, unless the time is told from the day of asking. ``strictly``, and where
        it is, the sentence must name no other time.
        """
        period, article = told.period, evidence.view.article
        fit = self.fit(evidence, told)
        if fit == OTHER and (strictly or told.kind == "relative"):
            return False
        if not article.date and told.kind != "relative":
            return all(of_year(evidence, year) for year in told.years)
        # A feast is called by its name, which stands for its days.
        return fit > UNKNOWN or not _narrow(period) or in_time(article, told) or told.kind == "festival" and fit == UNKNOWN


def timely(evidence: list[Evidence], weights: np.ndarray, asked: Asked, calendar: Calendar) -> list[Evidence]:
    """Evidence that fits the periods which the question names, as if it named them in the question's words; in the order of its score.

    Args:
        evidence: as ``evidence.gather`` gave it, with the ``weights`` of the question's tokens.
        asked: the question.
        calendar: the dates of the articles.
    """
    if not asked.told:
        return evidence
    out = [_credited(e, weights, asked.told, calendar) for e in evidence]
    return sorted(out, key=lambda e: (-e.score, e.view.row, e.start))


def _credited(evidence: Evidence, weights: np.ndarray, told: Sequence[Told], calendar: Calendar) -> Evidence:
    own, matched, bonus = evidence.own.copy(), evidence.matched.copy(), 0.0
    for one in told:
        fit = calendar.fit(evidence, one)
        if one.kind == "relative":  # 上个月: articles say it in other words
            bonus += DATED * fit
            continue
        said = np.array([one.start < end and start < one.end for start, end in evidence.view.query.spans], bool)
        matched[said] = np.maximum(matched[said], CARRIED * in_time(evidence.view.article, one))
        if one.kind != "range":  # of a range the sentence that gives both of its ends says most: the words tell it best
            matched[said] = np.maximum(matched[said], fit)
            own[said] = np.maximum(own[said], fit == NAMED)
    support = float(weights @ matched)
    gain = 0.5 * weights @ ((own - evidence.own) * (1 - 0.7 * evidence.view.topic))
    return replace(evidence, own=own, matched=matched, support=support, score=evidence.score + support - evidence.support + float(gain) + bonus)


def of_year(evidence: Evidence, year: str) -> bool:
    """Whether a year stands in the article, or is that of its date."""
    article = evidence.view.article
    return year in article.text or year in article.title or article.date.startswith(year)


def in_time(article: Article, told: Told) -> bool:
    """Whether an article was published in a period; of the day of an event, on it or the day after."""
    day = published(article.date)
    return day is not None and (told.period.overlaps(day, day) or told.kind == "day" and told.period.overlaps(day - timedelta(days=1), day))


def _narrow(period: Period) -> bool:
    return period.first is not None and period.last is not None and period.last - period.first < NARROW


def _is_of(when: When, period: Period) -> bool:
    """Whether a date is one of a period: a day in it, or a month or year that is in it as a whole or most of it."""
    first, last = _extent(when, period)
    if when.day is None and not (when.month and period.first and period.last and period.last - period.first >= _MONTH):
        return period.holds(first, last)
    return period.overlaps(first, last)


def _extent(when: When, period: Period):
    """First and last day; where the year is not known, in the year of the period."""
    year = when.year if when.year is not None else (period.first or period.last).year
    try:
        return extent(year, when.month, when.day)
    except ValueError:  # February 29
        return extent(year, when.month)
