"""Converts filters between their forms on the page: form fields, chips, and a question's link."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qs, urlencode

from rag.corpus.place_names import place_named
from rag.errors import UsageError
from rag.filtering import is_date
from rag.search.browse import Statistics
from rag.search.types import Filters
from rag.ui.texts import LANGUAGE_NAMES, Phrase, language_name, reader_date, text
from rag.ui.turn import QuestionRequest

FILTER_FIELDS = {
    "from": "date_from",
    "to": "date_to",
    "source": "sources",
    "place": "places",
    "lang": "langs",
}
"""Name of each field, also in a link, and the attribute of Filters that it sets."""
VALUES_KEPT = 20
"""Maximum values of a field that are read from a link."""
_CODES = {name: code for code, name in LANGUAGE_NAMES.items()}
LINK_LIMIT = 20_000
"""Maximum characters of a link. The longest question fits in, and servers accept it; for anything
longer there is no link.
"""
_BETWEEN = re.compile("[;；、\n]")
# The similar names of places at the end of an error message.
_NEAR_NAMES = re.compile("(?:the name of [0-9]+: |; near it are )(.+)$")


def from_fields(
    first: str | None,
    last: str | None,
    sources: Sequence[str] | None,
    places: str | None,
    langs: Sequence[str] | None,
) -> Filters:
    """Returns the filters in the form's fields, unchecked; arguments as FILTER_FIELDS orders them.

    A language may be given by its name. Several places in one field are separated by semicolons,
    since a comma may be part of a name ("Suzhou, Anhui").
    """
    named = tuple(filter(None, map(str.strip, _BETWEEN.split(places or ""))))
    days = [(day or "").strip() for day in (first, last)]
    codes = tuple(_CODES.get(one, one) for one in langs or ())
    return Filters(*days, tuple(sources or ()), codes, named)


def as_fields(filters: Filters) -> list:
    """Returns the values of the form's fields for filters, ordered as :data:`FILTER_FIELDS`."""
    days = [filters.date_from, filters.date_to]
    return [*days, list(filters.sources), "; ".join(filters.places), list(filters.langs)]


def told(filters: Filters, lang: str) -> list[tuple[str, str]]:
    """Returns (field, description) of each filter that is set.

    For example [("from", "from 1 June 2024"), ("source", "source: River Post")].
    """
    days = [reader_date(day, lang) for day in (filters.date_from, filters.date_to)]
    lists = (filters.sources, filters.places, map(language_name, filters.langs))
    values = [*days, *map(text(lang, "separator").join, lists)]
    named = zip(FILTER_FIELDS, values, strict=True)
    return [(field, text(lang, f"only_{field}", value=value)) for field, value in named if value]


class Unusable(UsageError):
    """Unusable input; ``phrase`` is the message, which can be said in the reader's language."""

    def __init__(self, key: str, **values: object):
        self.phrase = Phrase.of(key, **values)
        super().__init__(self.phrase.speak("en"))


def checked(filters: Filters, corpus: Statistics) -> None:
    """Checks filters.

    Raises Unusable for values that the assistant would refuse, and for a source or language that no
    article of the corpus has.
    """
    for bound in (filters.date_from, filters.date_to):
        if bound and not is_date(bound):
            raise Unusable("bad_date", value=bound)
    if filters.date_from and filters.date_to and filters.date_from > filters.date_to:
        raise Unusable("bad_range", first=filters.date_from, last=filters.date_to)
    for place in filters.places:
        try:
            place_named(place)
        except UsageError as error:
            # The message ends with similar names, if there are any.
            near = _NEAR_NAMES.search(str(error))
            key = "bad_place_near" if near else "bad_place"
            raise Unusable(key, value=place, near=near[1] if near else "") from error
    for key, chosen, counts in (
        ("bad_sources", filters.sources, corpus.sources),
        ("bad_languages", filters.langs, corpus.langs),
    ):
        there = [name for name, _ in counts]
        if strange := [one for one in chosen if one not in there]:
            known = ", ".join(there[:VALUES_KEPT]) + (", …" if len(there) > VALUES_KEPT else "")
            raise Unusable(key, value=", ".join(strange), known=known or "–")


def to_link(asked: QuestionRequest) -> str:
    """Returns the query of a link that asks a question with its filters: "?q=...&from=...".

    It is "" if nothing is set, or if it would be too long.
    """
    chosen = {name: getattr(asked.filters, attribute) for name, attribute in FILTER_FIELDS.items()}
    given = {"q": asked.question, **chosen, "without": asked.without}
    set_ones = {name: value for name, value in given.items() if value}
    query = urlencode(set_ones, doseq=True, errors="replace")
    return f"?{query}" if 0 < len(query) < LINK_LIMIT else ""


def from_link(query: str) -> QuestionRequest:
    """Reads the query of a link; the question is "" if the link only sets filters.

    Nothing is checked, and unknown names are ignored.
    """
    given = parse_qs(query.removeprefix("?"))

    def several(name: str) -> tuple[str, ...]:
        return tuple(filter(None, map(str.strip, given.get(name, ()))))[:VALUES_KEPT]

    def one(name: str) -> str:
        return next(iter(several(name)), "")

    filters = Filters(one("from"), one("to"), several("source"), several("lang"), several("place"))
    return QuestionRequest(one("q"), filters, several("without"))
