"""Of what time evidence tells.

It is that of the days, months and years that its sentence, those before it and its article name.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, timedelta
from typing import Protocol

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


class Within(Protocol):
    """What stands in an article of a row, from ``start`` to ``end``: a sentence, or evidence."""

    @property
    def article(self) -> Article: ...

    @property
    def row(self) -> int: ...

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


class Calendar:
    """The dates in articles, found once for each."""

    def __init__(self) -> None:
        self._of: dict[int, tuple[list[tuple[int, When]], list[When]]] = {}
        self._spoken: dict[tuple[int, int, int], list[Period]] = {}

    def _dates(self, evidence: Within) -> tuple[list[tuple[int, When]], list[When]]:
        """Offset and meaning of every date in the text, and the meaning of those in the title."""
        row, article = evidence.row, evidence.article
        if row not in self._of:
            today = published(article.date)
            text, title = (
                [(start, when) for start, _, when in find_meant(part, today)]
                for part in (article.text, article.title)
            )
            self._of[row] = text, [when for _, when in title]
        return self._of[row]

    def fit(self, evidence: Within, told: TimeConstraint) -> float:
        """How well the sentence fits a period: ``NAMED``, ``CARRIED``, ``UNKNOWN`` or ``OTHER``."""
        dates, title = self._dates(evidence)
        first, last = (
            bisect_left(dates, offset, key=lambda one: one[0])
            for offset in (evidence.start, evidence.end)
        )
        own = [when for _, when in dates[first:last]]
        if any(_is_of(when, told.period) for when in own):
            return NAMED
        if own:
            near = any(
                told.period.overlaps(*_extent(when, told.period)) for when in own
            )  # the year, where a month is sought
            background = _narrow(told.period) and not any(
                when.month for when in own
            )  # a sentence of a month may go back some years
            if near or background:
                return UNKNOWN
            return NAMED if self._says(evidence, told) else OTHER
        before = [
            when
            for _, when in dates[:first]
            if when.month or told.period.holds(*_extent(when, told.period))
        ]
        if (
            _is_of(before[-1], told.period)
            if before
            else in_time(evidence.article, told) or any(_is_of(when, told.period) for when in title)
        ):
            return CARRIED
        return UNKNOWN

    def _says(self, evidence: Within, told: TimeConstraint) -> bool:
        """Whether a sentence names the period as questions do: "上半年", beside the day of the
        report.
        """
        key = evidence.row, evidence.start, evidence.end
        if key not in self._spoken:
            said = simplified(evidence.article.text[evidence.start : evidence.end])
            periods = find_periods(said, published(evidence.article.date))
            self._spoken[key] = [one.period for one in periods]
        return told.period in self._spoken[key]

    def accepts(self, evidence: Within, told: TimeConstraint, strictly: bool) -> bool:
        """Whether a sentence can tell of a period.

        Of a long period its article decides, which is one that passed
        :func:`rag.index.period.of_period`. Of a day, a week or a month the sentence must fit, or
        its article be of that very time. An article without a date must write out the years that
        the question does, unless the time is told from the day of asking. ``strictly``, and where
        it is, the sentence must name no other time.
        """
        period, article = told.period, evidence.article
        fit = self.fit(evidence, told)
        if fit == OTHER and (strictly or told.kind == "relative"):
            return False
        if not article.date and told.kind != "relative":
            return all(of_year(evidence, year) for year in told.years)
        # A feast is called by its name, which stands for its days.
        return (
            fit > UNKNOWN
            or not _narrow(period)
            or in_time(article, told)
            or told.kind == "festival"
            and fit == UNKNOWN
        )


def of_year(evidence: Within, year: str) -> bool:
    """Whether a year stands in the article, or is that of its date."""
    article = evidence.article
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
