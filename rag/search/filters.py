"""Filters as a mask over passages, made before any candidate is chosen."""

from __future__ import annotations

import numpy as np

from rag.index import Snapshot
from rag.search.types import Filters


def allowed_articles(snapshot: Snapshot, filters: Filters) -> np.ndarray:
    """bool (n_articles,): the articles that pass."""
    columns = snapshot.columns
    keep = np.ones(snapshot.n_articles, bool)
    if filters.date_from or filters.date_to:
        # ISO dates sort as text; an article without a date is on no side of a bound.
        dates = columns.date.astype(str)
        keep &= (dates != "") & (dates >= filters.date_from)
        if filters.date_to:
            keep &= dates <= filters.date_to
    if filters.sources:
        keep &= np.isin(columns.source.astype(str), filters.sources)
    if filters.langs:
        keep &= np.isin(columns.lang.astype(str), filters.langs)
    return keep
