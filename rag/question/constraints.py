"""What a question itself restricts the articles to: a time, a place, a publisher.

Each is a mask over the articles, made before any candidate is chosen, and shown with the answer,
so that who asked can see it and lift it. What evidence must be about beyond its article is for
the answer to see to.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from rag.corpus.gazetteer import Place
from rag.corpus.place_names import full_name
from rag.errors import UsageError
from rag.index import Snapshot
from rag.index.named import naming_places
from rag.index.period import of_period
from rag.question.asking import outside_of
from rag.question.periods import TimeConstraint, find_periods
from rag.question.publishers import find_publisher, may_name_publisher
from rag.question.script import simplified
from rag.question.types import CONSTRAINTS, Asked, Constraint, Span

# Days before and after a period in which articles about it are published: news comes late. The
# one day that a question names is mostly that of an event, which an announcement or a monthly
# review may tell of without naming it again; the figures of a quarter or half year come out weeks
# after it, and those of a feast when it is over.
_LATE = (0, 7)
_SLACK = {"day": (31, 31), "part": (0, 62), "festival": (3, 21)}


def find_limits(
    snapshot: Snapshot, question: str, asked: Asked, as_of: str = "", without: Sequence[str] = ()
) -> tuple[Asked, tuple[Constraint, ...], np.ndarray, str]:
    """What a question restricts the articles to.

    Args:
        snapshot: the index.
        question: the cleaned question.
        asked: what :func:`rag.question.wording.understand` made of it.
        as_of: the day that "last month" is told from, "YYYY-MM-DD"; "" for the date of the
            newest article.
        without: kinds ("date", "place", "source"), or the words of single constraints: what they
            say is then neither required of articles nor of evidence.

    Returns:
        The question as it is to be answered under its constraints: the places and periods that
        evidence must be about, and as idle the words that are dealt with. The constraints, in the
        order of its words. bool (n_articles,): the articles that pass all of them. The day that
        its times are told from, or "".

    Raises:
        UsageError: ``without`` names what is no kind and no constraint of the question.
    """
    limits = _Limits(snapshot, question, without)
    today = day_of(snapshot, as_of)
    periods = find_periods(asked.plain, today)
    phrase, idle = limits.publisher(asked)
    told, dealt = limits.times(asked, periods)
    places = limits.places(asked, phrase)
    if limits.lifted:
        raise UsageError(
            f"expected {', '.join(CONSTRAINTS)} or words of the question that restrict it, got "
            f"{', '.join(sorted(limits.lifted))}"
        )
    said = [question[one.start : one.end] for one in periods]
    now = replace(
        asked,
        idle=(*asked.idle, *idle, *dealt, *limits.freed),
        places=tuple(places.values()),
        place_spans=tuple(places),
        names=tuple(span for span in asked.names if outside_of(span, limits.freed)),
        told=tuple(told),
        freed=tuple(limits.freed),
        years=tuple(year for year in asked.years if not any(year in words for words in said)),
    )
    constraints = tuple(sorted(limits.found, key=lambda one: one.start))
    return now, constraints, limits.allowed, today.isoformat() if today and periods else ""


class _Limits:
    """The constraints of a question as they are found, kind by kind.

    Attributes:
        allowed: bool (n_articles,), the articles that pass those found so far.
        found: the constraints.
        freed: the words of those that are lifted.
        lifted: what was to be lifted and was not found yet, but for kinds.
    """

    def __init__(self, snapshot: Snapshot, question: str, without: Sequence[str]) -> None:
        self._snapshot, self._question, self._without = snapshot, question, without
        self.allowed = np.ones(snapshot.n_articles, bool)
        self.found: list[Constraint] = []
        self.freed: list[Span] = []
        self.lifted = set(without) - set(CONSTRAINTS)

    def _takes(self, kind: str, span: Span, value: str, mask: Callable[[], np.ndarray]) -> bool:
        """Takes a constraint in, unless it is lifted."""
        words = self._question[slice(*span)]
        self.lifted.discard(words)
        if kind in self._without or words in self._without:
            self.freed.append(span)
            return False
        self.found.append(Constraint(kind, words, *span, value))
        np.logical_and(self.allowed, mask(), out=self.allowed)
        return True

    def publisher(self, asked: Asked) -> tuple[Span, list[Span]]:
        """The publisher; the words that tell of it, (0, 0) for none, and those dealt with."""
        if not may_name_publisher(asked.plain):
            return (0, 0), []
        sources, of_article = self._snapshot.source_codes
        # A name in traditional characters is compared with names in either script.
        same = asked.plain == self._question
        spelled = {name: name if same else simplified(name) for name in sources}
        publisher = find_publisher(asked.plain, spelled.values())
        if not publisher:
            return (0, 0), []
        named = [name for name, as_asked in spelled.items() if as_asked in publisher.sources]
        of = np.isin(sources, named)[of_article]
        span = publisher.start, publisher.end
        self._takes("source", span, " | ".join(named), lambda: of)
        return publisher.phrase, [publisher.phrase]

    def times(
        self, asked: Asked, periods: Sequence[TimeConstraint]
    ) -> tuple[list[TimeConstraint], list[Span]]:
        """The periods that evidence must be of, and the words dealt with."""
        told: list[TimeConstraint] = []
        idle: list[Span] = []
        for one in periods:
            slack, span = _SLACK.get(one.kind, _LATE), (one.start, one.end)
            relative = one.kind == "relative"
            dated = functools.partial(of_period, self._snapshot, one.period, *slack, not relative)
            if self._takes("date", span, str(one.period), dated):
                words = self._question[slice(*span)]
                told.append(replace(one, years=tuple(y for y in asked.years if y in words)))
                if relative:
                    idle.append(span)
                elif one.said:
                    idle += [(one.start, one.said[0]), (one.said[1], one.end)]
        return told, idle

    def places(self, asked: Asked, phrase: Span) -> dict[Span, Place]:
        """The places that are no part of a publisher's ``phrase``, where they stand."""
        kept: dict[Span, Place] = {}
        for place, span in zip(asked.places, asked.place_spans):
            about = functools.partial(naming_places, self._snapshot, [place])
            inside = phrase[0] <= span[0] < phrase[1]
            if not inside and self._takes("place", span, full_name(place), about):
                kept[span] = place
        return kept


def day_of(snapshot: Snapshot, as_of: str) -> date | None:
    """The day that is asked from; None where no article has a date."""
    try:
        return date.fromisoformat(as_of or snapshot.newest)
    except ValueError:
        return None
