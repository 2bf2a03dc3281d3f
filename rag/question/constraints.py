"""What a question itself restricts the articles to: a time, a place, a publisher.

Each is a mask over the articles, made before any candidate is chosen, and shown with the answer,
so that who asked can see it and lift it. What evidence must be about beyond its article is for
the answer to see to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from rag.question.periods import find_periods
from rag.question.publishers import find_publisher, may_name_publisher
from rag.question.script import simplified
from rag.question.types import CONSTRAINTS, Asked, Constraint
from rag.corpus.place_names import full_name
from rag.errors import UsageError
from rag.index import Snapshot
from rag.index.named import naming_places
from rag.index.period import of_period


# Days before and after a period in which articles about it are published: news comes late. The
# one day that a question
# names is mostly that of an event, which an announcement or a monthly review may tell of without
# naming it again; the
# figures of a quarter or half year come out weeks after it, and those of a feast when it is over.
_LATE = (0, 7)
_SLACK = {"day": (31, 31), "part": (0, 62), "festival": (3, 21)}


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """What a question restricts the articles to.

    Attributes:
        constraints: what is shown of it, in the order of the question's words.
        allowed: bool (n_articles,), the articles that pass all of them.
        as_of: the day that the times are told from, or "".
        asked: the question as it is to be answered under them: the places and periods that
            evidence must be about, and as idle the words that are dealt with.
    """

    constraints: tuple[Constraint, ...]
    allowed: np.ndarray
    as_of: str
    asked: Asked


def find_limits(snapshot: Snapshot, question: str, asked: Asked, as_of: str = "",
                without: Sequence[str] = ()) -> Limits:
    """The constraints in a question.

    Args:
        snapshot: the index.
        question: the cleaned question.
        asked: what :func:`rag.question.wording.understand` made of it.
        as_of: the day that "last month" is told from, "YYYY-MM-DD"; "" for the date of the
            newest article.
        without: kinds ("date", "place", "source"), or the words of single constraints: what they
            say is then neither required of articles nor of evidence.

    Raises:
        UsageError: ``without`` names what is no kind and no constraint of the question.
    """
    allowed = np.ones(snapshot.n_articles, bool)
    found: list[Constraint] = []
    idle, places, told = list(asked.idle), [], []

    def limit(kind: str, start: int, end: int, value: str, mask) -> bool:
        """Takes a constraint in, unless it is lifted."""
        words = question[start:end]
        lifted.discard(words)
        if kind in without or words in without:
            idle.append((start, end))
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
        if one := find_publisher(asked.plain, spelled.values()):
            phrase = one.phrase
            idle.append(phrase)
            named = [name for name, as_asked in spelled.items() if as_asked in one.sources]
            limit("source", one.start, one.end, " | ".join(named),
                  lambda: np.isin(sources, named)[of_article])
    today = _today(snapshot, as_of)
    periods = find_periods(asked.plain, today)
    for one in periods:
        if limit(
                "date", one.start, one.end, str(one.period), lambda: of_period(
                    snapshot, one.period, *_SLACK.get(one.kind, _LATE), one.kind != "relative")):
            told.append(one)
            if one.kind == "relative":
                idle.append((one.start, one.end))
            elif one.said:
                idle += [(one.start, one.said[0]), (one.said[1], one.end)]
    for place, (start, end) in zip(asked.places, asked.place_spans):
        if not phrase[0] <= start < phrase[1] and limit("place", start, end, full_name(place),
                                                        lambda: naming_places(snapshot, [place])):
            places.append((place, (start, end)))
    if lifted:
        raise UsageError(
            f"expected {', '.join(CONSTRAINTS)} or words of the question that restrict it, got "
            f"{', '.join(sorted(lifted))}"
        )
    years = tuple(year for year in asked.years
                  if not any(year in question[one.start:one.end] for one in periods))
    told = [
        replace(one, years=tuple(year for year in asked.years
                                 if year in question[one.start:one.end])) for one in told
    ]
    now = replace(asked, idle=tuple(idle), places=tuple(p for p, _ in places), place_spans=tuple(
        s for _, s in places), years=years, told=tuple(told))
    return Limits(tuple(sorted(found, key=lambda one: one.start)), allowed,
                  today.isoformat() if today and periods else "", now)


def _today(snapshot: Snapshot, as_of: str) -> date | None:
    """The day that is asked from; None where no article has a date."""
    try:
        return date.fromisoformat(as_of or snapshot.newest)
    except ValueError:
        return None
