"""Counts of some articles: by publisher, language, month and province, from the index's columns."""

from __future__ import annotations

import numpy as np

from rag.corpus.days import Period
from rag.corpus.gazetteer import Place, all_places, code_prefix
from rag.index import Snapshot
from rag.index.named import LAST, PLACE, published

Counts = list[tuple[str, int]]


def by_code(codes: tuple[tuple[str, ...], np.ndarray], keep: np.ndarray, chars: int = 0) -> Counts:
    """How many of some articles have each value of a column, the most frequent first.

    Args:
        codes: ``Snapshot.date_codes`` and its like.
        keep: bool (n_articles,), the articles.
        chars: compare so many characters of the values alone: 7 make months of days.
    """
    names, of_article = codes
    counts: dict[str, int] = {}
    for name, count in zip(names, np.bincount(of_article[keep], minlength=len(names)).tolist()):
        if name and count:
            key = name[:chars] if chars else name
            counts[key] = counts.get(key, 0) + count
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def by_province(snapshot: Snapshot, keep: np.ndarray) -> list[tuple[Place, int]]:
    """How many of some articles name each province or a place in it, the most frequent first."""
    counts = []
    for place in all_places():
        if place.level == "province":
            begin, named = f"{PLACE}{code_prefix(place)}", np.zeros(snapshot.n_articles, bool)
            for _, rows in snapshot.named(begin, begin + LAST):
                named[rows] = True
            counts.append((place, int((named & keep).sum())))
    return sorted((one for one in counts if one[1]), key=lambda one: (-one[1], one[0].code))


def published_in(snapshot: Snapshot, periods: list[Period]) -> np.ndarray:
    """bool (n_articles,): the articles whose date is in all of some periods; all for no period."""
    if not periods:
        return np.ones(snapshot.n_articles, bool)
    days, of_article = snapshot.date_codes
    inside = [bool(day) and all(_holds(one, day) for one in periods) for day in days]
    return np.array(inside, bool)[of_article]


def _holds(period: Period, iso: str) -> bool:
    day = published(iso)
    return day is not None and period.overlaps(day, day)
