"""Checks the filters that a caller gives."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.search.types import Filters


def checked(filters: Filters | None) -> Filters:
    """Returns the filters if they are valid; empty filters for None.

    Raises UsageError for values of another type, for a bound that is not a date "YYYY-MM-DD", for a
    range that ends before it begins, and for an unknown place.
    """
    from rag.corpus.place_names import place_named
    from rag.search.types import Filters

    filters = filters or Filters()
    if not isinstance(filters, Filters):
        raise UsageError(
            "expected filters as rag.Filters(date_from=..., langs=...), got a"
            f" {type(filters).__name__}"
        )
    for name, bound in (("first", filters.date_from), ("last", filters.date_to)):
        if bound and not is_date(bound):
            raise UsageError(f"expected the {name} date as YYYY-MM-DD, got {bound!r}")
    if filters.date_from and filters.date_to and filters.date_from > filters.date_to:
        raise UsageError(
            f"expected a range of dates that ends after it begins, got {filters.date_from} to"
            f" {filters.date_to}"
        )
    chosen = {"sources": filters.sources, "languages": filters.langs, "places": filters.places}
    for name, value in chosen.items():
        if isinstance(value, str):
            raise UsageError(
                f"expected the {name} as a tuple of names, got the one string {value!r}"
            )
    for place in filters.places:
        place_named(place)
    return filters


def is_date(text: str) -> bool:
    """Whether a text is a date in the form YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
