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
# one day that a question
# names is mostly that of an event, which an announcement or a monthly review may tell of without
# naming it again; the
# figures of a quarter or half year come out weeks after it, and those of a feast when it is over.
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
    allowed = np.ones(snapshot.n_articles, bool)
    found: list[Constraint] = []
    idle = list(asked.idle)
    freed: list[Span] = []
    places: dict[Span, Place] = {}
    told: list[TimeConstraint] = []

    def limit(kind: str, start: int, end: int, value: str, mask: Callable[[], np.ndarray]) -> bool:
        """Takes a constraint in, unless it is lifted."""
        words = question[start:end]
        lifted.discard(words)
        if kind in without or words in without:
            freed.append((start, end))
            return False
        found.append(Constraint(kind, words, start, end, value))
        np.logical_and(allowed, mask(), out=allowed)
        return True

    lifted = set(without) - set(CONSTRAINTS)
    phrase = (0, 0)
    if may_name_publisher(asked.plain):
        sources, of_article = snapshot.source_codes
        # A name in traditional characters is compared with names in either script.
        spelled = {name: name if asked.plain == question else simplified(name) for name in sources}
        if publisher := find_publisher(asked.plain, spelled.values()):
            phrase = publisher.phrase
            idle.append(phrase)
            named = [name for name, as_asked in spelled.items() if as_asked in publisher.sources]
            of = np.isin(sources, named)[of_article]
            limit("source", publisher.start, publisher.end, " | ".join(named), lambda: of)
    today = day_of(snapshot, as_of)
    periods = find_periods(asked.plain, today)
    for one in periods:
        slack = _SLACK.get(one.kind, _LATE)
        dated = functools.partial(of_period, snapshot, one.period, *slack, one.kind != "relative")
        if limit("date", one.start, one.end, str(one.period), dated):
            years = (year for year in asked.years if year in question[one.start : one.end])
            told.append(replace(one, years=tuple(years)))
            if one.kind == "relative":
                idle.append((one.start, one.end))
            elif one.said:
                idle += [(one.start, one.said[0]), (one.said[1], one.end)]
    for place, span in zip(asked.places, asked.place_spans):
        about = functools.partial(naming_places, snapshot, [place])
        if not phrase[0] <= span[0] < phrase[1] and limit("place", *span, full_name(place), about):
            places[span] = place
    if lifted:
        raise UsageError(
            f"expected {', '.join(CONSTRAINTS)} or words of the question that restrict it, got "
            f"{', '.join(sorted(lifted))}"
        )
    said = [question[one.start : one.end] for one in periods]
    now = replace(
        asked,
        idle=(*idle, *freed),
        places=tuple(places.values()),
        place_spans=tuple(places),
        names=tuple(span for span in asked.names if outside_of(span, freed)),
        told=tuple(told),
        freed=tuple(freed),
        years=tuple(year for year in asked.years if not any(year in words for words in said)),
    )
    constraints = tuple(sorted(found, key=lambda one: one.start))
    return now, constraints, allowed, today.isoformat() if today and periods else ""


def day_of(snapshot: Snapshot, as_of: str) -> date | None:
    """The day that is asked from; None where no article has a date."""
    try:
        return date.fromisoformat(as_of or snapshot.newest)
    except ValueError:
        return None
