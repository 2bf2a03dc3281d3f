"""Finds what a question itself restricts the articles to: a time, a place, a publisher.

Each constraint filters the articles before any candidate is chosen. It is shown with the answer, so
that the user can see it and lift it (ask again without it). Later, the answer checks that the
evidence itself is about the right place and time, not just its article.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from rag.corpus.gazetteer import Place
from rag.corpus.place_names import full_name
from rag.errors import UsageError
from rag.index import Snapshot
from rag.index.named import naming_places, of_period
from rag.question.asking import outside_of
from rag.question.periods import TimeConstraint, find_periods
from rag.question.publishers import find_publisher, may_name_publisher
from rag.question.script import simplified
from rag.question.types import CONSTRAINTS, Asked, Constraint, Span

# Slack in days, before and after a period, within which articles about it may be published. News
# comes late, hence ``_LATE`` for all other kinds of periods. A single day is mostly that of an
# event, which an announcement or a monthly review may report without naming the day. The figures of
# a quarter or half year come out weeks after it, and those of a festival when it is over.
_LATE = (0, 7)
_SLACK = {"day": (31, 31), "part": (0, 62), "festival": (3, 21)}


def find_limits(
    snapshot: Snapshot, question: str, asked: Asked, as_of: str = "", without: Sequence[str] = ()
) -> tuple[Asked, tuple[Constraint, ...], np.ndarray, str]:
    """Finds the constraints of a question and the articles that they allow.

    Args:
        snapshot: the index.
        question: the cleaned question.
        asked: what :func:`rag.question.wording.understand` made of it.
        as_of: the day to which "last month" refers, "YYYY-MM-DD"; "" for the date of the newest
            article.
        without: constraints to lift: kinds ("date", "place", "source"), or the words of single
            constraints. They are then required neither of articles nor of evidence.

    Returns:
        ``asked`` with the places and periods that evidence must be about, and with the words that
        need no more support as idle; the constraints, in the order of the words; bool
        (n_articles,), the articles that pass all of them; and the day to which the times refer,
        "" without any.

    Raises:
        UsageError: ``without`` has an entry that is no kind and no constraint of the question.
    """
    limits = _Limits(snapshot, question, without)
    today = day_of(snapshot, as_of)
    periods = find_periods(asked.plain, today)
    phrase = limits.publisher(asked)
    told = limits.times(asked, periods)
    places = limits.places(asked, phrase)
    if limits.lifted:
        raise UsageError(
            f"expected {', '.join(CONSTRAINTS)} or words of the question that restrict it, got "
            f"{', '.join(sorted(limits.lifted))}"
        )
    dated = " ".join(question[one.start : one.end] for one in periods)
    now = replace(
        asked,
        idle=(*asked.idle, *limits.idle, *limits.freed),
        places=tuple(places.values()),
        place_spans=tuple(places),
        names=tuple(span for span in asked.names if outside_of(span, limits.freed)),
        told=tuple(told),
        freed=tuple(limits.freed),
        years=tuple(year for year in asked.years if year not in dated),
    )
    constraints = tuple(sorted(limits.found, key=lambda one: one.start))
    return now, constraints, limits.allowed, today.isoformat() if today and periods else ""


class _Limits:
    """Collects the constraints of a question, kind by kind.

    Attributes:
        allowed: bool (n_articles,), the articles that pass the constraints found so far.
        found: the constraints that apply.
        idle: spans that need no more support by evidence.
        freed: spans of the constraints that the user lifts.
        lifted: words of constraints to lift that have not been found yet; kinds are not in it.
    """

    def __init__(self, snapshot: Snapshot, question: str, without: Sequence[str]) -> None:
        self._snapshot, self._question, self._without = snapshot, question, without
        self.allowed = np.ones(snapshot.n_articles, bool)
        self.found: list[Constraint] = []
        self.idle: list[Span] = []
        self.freed: list[Span] = []
        self.lifted = set(without) - set(CONSTRAINTS)

    def _takes(self, kind: str, span: Span, value: str) -> bool:
        """Records a constraint as lifted or found; returns whether it applies to the articles."""
        words = self._question[slice(*span)]
        self.lifted.discard(words)
        if kind in self._without or words in self._without:
            self.freed.append(span)
            return False
        self.found.append(Constraint(kind, words, *span, value))
        return True

    def publisher(self, asked: Asked) -> Span:
        """Applies the publisher; returns the span of the phrase that names it, (0, 0) for none."""
        if not may_name_publisher(asked.plain):
            return 0, 0
        sources, of_article = self._snapshot.source_codes
        # ``asked.plain`` is in simplified characters, so the sources are compared in these, too.
        same = asked.plain == self._question
        spelled = {name: name if same else simplified(name) for name in sources}
        publisher = find_publisher(asked.plain, spelled.values())
        if not publisher:
            return 0, 0
        named = [name for name, as_asked in spelled.items() if as_asked in publisher.sources]
        if self._takes("source", (publisher.start, publisher.end), " | ".join(named)):
            self.allowed &= np.isin(sources, named)[of_article]
        self.idle.append(publisher.phrase)
        return publisher.phrase

    def times(self, asked: Asked, periods: Sequence[TimeConstraint]) -> list[TimeConstraint]:
        """Applies the times; returns the periods that evidence must be of.

        Idle are relative times, which articles do not repeat, and what a festival has besides its
        name.
        """
        applied: list[TimeConstraint] = []
        for one in periods:
            slack, span = _SLACK.get(one.kind, _LATE), (one.start, one.end)
            relative = one.kind == "relative"
            if self._takes("date", span, str(one.period)):
                self.allowed &= of_period(self._snapshot, one.period, *slack, not relative)
                words = self._question[slice(*span)]
                applied.append(replace(one, years=tuple(y for y in asked.years if y in words)))
                if relative:
                    self.idle.append(span)
                elif one.name_span:
                    self.idle += [(one.start, one.name_span[0]), (one.name_span[1], one.end)]
        return applied

    def places(self, asked: Asked, phrase: Span) -> dict[Span, Place]:
        """Applies places outside of a publisher's ``phrase``; returns those applied, by span."""
        applied: dict[Span, Place] = {}
        for place, span in zip(asked.places, asked.place_spans):
            inside = phrase[0] <= span[0] < phrase[1]
            if not inside and self._takes("place", span, full_name(place)):
                self.allowed &= naming_places(self._snapshot, [place])
                applied[span] = place
        return applied


def day_of(snapshot: Snapshot, as_of: str) -> date | None:
    """The day to which relative times refer: ``as_of``, or else the newest article's; or None."""
    try:
        return date.fromisoformat(as_of or snapshot.newest)
    except ValueError:
        return None
