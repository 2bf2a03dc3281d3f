"""Of which months, publishers, places and languages some articles are, each with its number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rag.index import Snapshot
from rag.search.tally import by_code, by_province

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
