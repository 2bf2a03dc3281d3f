"""Of which months, publishers, places and languages some articles are, each with its number, from
the columns of the index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.corpus.days import Period
from rag.corpus.gazetteer import Place, all_places
from rag.index import Snapshot
from rag.index.named import dated_in, naming_places

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Facets:
    """Numbers of articles.

    Attributes:
        months: by month ("2023-08"), oldest first; articles without a date are in none.
        sources: by publisher, the most frequent first.
        places: by province that they name or name a place in, by its short Chinese name ("四川"),
            the most frequent first; an article may count for several.
        langs: by language ("zh", "en"), the most frequent first.
    """

    months: Counts = ()
    sources: Counts = ()
    places: Counts = ()
    langs: Counts = ()


def facets(snapshot: Snapshot, keep: np.ndarray) -> Facets:
    """The facets of some articles, bool (n_articles,)."""
    if not keep.any():
        return Facets()
    places = [(place.short, count) for place, count in by_province(snapshot, keep)]
    return Facets(
        tuple(sorted(by_code(snapshot.date_codes, keep, chars=len("2023-08")))),
        tuple(by_code(snapshot.source_codes, keep)),
        tuple(places),
        tuple(by_code(snapshot.lang_codes, keep)),
    )


def by_code(
    codes: tuple[tuple[str, ...], np.ndarray], keep: np.ndarray, chars: int = 0
) -> list[tuple[str, int]]:
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
            counts.append((place, int((naming_places(snapshot, [place]) & keep).sum())))
    return sorted((one for one in counts if one[1]), key=lambda one: (-one[1], one[0].code))


def published_in(snapshot: Snapshot, periods: Sequence[Period]) -> np.ndarray:
    """bool (n_articles,): the articles whose date is in all of some periods; all for no period."""
    if not periods:
        return np.ones(snapshot.n_articles, bool)
    days, of_article = snapshot.date_codes
    return np.array(dated_in(days, *periods), bool)[of_article]
