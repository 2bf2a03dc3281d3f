"""Filters as masks over articles, made before any candidate is chosen."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from rag.corpus.place_names import place_named
from rag.index import Snapshot
from rag.index.named import HIGHEST_SORT_KEY, naming_places
from rag.search.types import Filters


def allowed_articles(snapshot: Snapshot, filters: Filters) -> np.ndarray:
    """bool (n_articles,): the articles that pass.

    Raises:
        UsageError: a place of the filters is not known, or is several.
    """
    keep = np.ones(snapshot.n_articles, bool)
    if filters.date_from or filters.date_to:
        # ISO dates sort as text; an article without a date is on no side of a bound.
        days, of_article = snapshot.date_codes
        inside = [
            day != "" and filters.date_from <= day <= (filters.date_to or HIGHEST_SORT_KEY)
            for day in days
        ]
        keep &= np.array(inside, bool)[of_article]
    if filters.sources:
        keep &= _among(snapshot.source_codes, filters.sources)
    if filters.langs:
        keep &= _among(snapshot.lang_codes, filters.langs)
    if filters.places:
        keep &= naming_places(snapshot, map(place_named, filters.places))
    return keep


def _among(codes: tuple[tuple[str, ...], np.ndarray], wanted: Iterable[str]) -> np.ndarray:
    """bool (n_articles,): the articles whose value is among those wanted."""
    names, of_article = codes
    return np.isin(names, list(wanted))[of_article] if names else np.zeros(0, bool)
