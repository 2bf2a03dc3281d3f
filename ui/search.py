"""Renders the results of the search tab: counts, facets (month, source, place, language), passages.

Each choice is a button whose ``data-go`` says what it asks for ("facet:", "start:", "open:");
:func:`gone` returns the view that follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from markupsafe import Markup

from rag.corpus.gazetteer import province_label
from rag.search.sift import MAX_RANKED_ARTICLES, Sifted
from rag.search.types import Filters, Hit
from rag.ui.browse import ARTICLES_PER_PAGE
from rag.ui.chips import quoted
from rag.ui.markup import MarkedSpan, mark_up
from rag.ui.templating import macro
from rag.ui.texts import counted, language_name, reader_date, text
from rag.ui.timeline import bounds, is_period

FACETS = ("month", "source", "place", "lang")
_SNIPPET_CHARACTERS = 260
"""Maximum characters of a hit's passage that are shown."""
_OPEN = re.compile(r"open:(\d{1,9})-(\d{1,9}):(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Hunt:
    """The state of the search tab: what is searched for, and which part of the hits is shown.

    Attributes:
        words: the words as typed; "" before the first search.
        month, source, place, lang: the facet value that the hits are restricted to; "" for none.
        start: number of the first hit on the page, from 0.
        opened: the ``data-go`` ("open:START-END:ID") that opened the article in the reader, or "".
    """

    words: str = ""
    month: str = ""
    source: str = ""
    place: str = ""
    lang: str = ""
    start: int = 0
    opened: str = ""

    @property
    def filters(self) -> Filters:
        """The restrictions as filters of the search."""
        days = bounds(self.month) if is_period(self.month) else ("", "")
        chosen = ((one,) if one else () for one in (self.source, self.lang, self.place))
        return Filters(*days, *chosen)

    @property
    def passage(self) -> tuple[str, int, int] | None:
        """Article id, start and end of the passage in the reader, or None."""
        found = _OPEN.fullmatch(self.opened)
        return (found[3], int(found[1]), int(found[2])) if found else None


def view_after(hunt: Hunt, wish: str) -> Hunt:
    """Returns the view that a control asks for; the same view for an invalid request."""
    do, _, value = wish.partition(":")
    if do == "facet":
        name, _, chosen = value.partition(":")
        if name in FACETS:  # choosing the current value again removes the restriction
            return replace(hunt, start=0, **{name: "" if chosen == getattr(hunt, name) else chosen})
    if do == "start" and value.isdecimal() and len(value) < 10:
        return replace(hunt, start=int(value) // ARTICLES_PER_PAGE * ARTICLES_PER_PAGE)
    if do in ("open", "article"):  # "article:" closes the article
        return replace(hunt, opened=wish if do == "open" else "")
    return hunt


_head = macro("search", "head")
_facets = macro("search", "facets")
hits = macro("search", "hits")
"""Renders a page of hits for a view, with the controls to turn pages, in a language."""


def head(found: Sifted, lang: str) -> Markup:
    """Renders the number of articles found, and how the words were understood."""
    words = text(lang, "found", articles=counted(found.total, "article", lang))
    if found.nearest:
        words = text(lang, "search_nearest" if found.hits else "search_none")
    parts, sought = [words], found.sought
    for key, some in (("search_phrases", sought.phrases), ("search_without", sought.without)):
        parts += [text(lang, key, words=quoted(some, lang))] if some else []
    if found.total > MAX_RANKED_ARTICLES:
        parts.append(text(lang, "search_listed", n=MAX_RANKED_ARTICLES))
    return _head(parts, sought.text if sought.words else "", lang)


def facets(found: Sifted, hunt: Hunt, lang: str) -> Markup:
    """Renders the values of the facets, each with its number of articles."""
    by, groups = found.facets, []
    for name, counts in zip(FACETS, (by.months[::-1], by.sources, by.places, by.langs)):
        chosen = getattr(hunt, name)
        if counts or chosen:
            groups.append((name, chosen, counts or ((chosen, 0),)))
    return _facets(groups, lang)


def facet_value(name: str, value: str, lang: str) -> str:
    """Returns the label of a facet's value."""
    if name == "place":
        try:
            return province_label(value, lang)
        except KeyError:
            return value
    if name == "month":
        return reader_date(value, lang)
    return language_name(value) if name == "lang" else value


def snippet(one: Hit) -> tuple[str, Markup, str]:
    """Returns the part of a hit's passage around the first matching word, with all matches marked.

    It is the second value of three; the others are "…" where the passage is cut before or after.
    """
    start = one.start
    if one.end - one.start > _SNIPPET_CHARACTERS:
        first = min((mark.start for mark in one.highlights), default=one.start)
        start = max(one.start, first - _SNIPPET_CHARACTERS // 4)
    end = min(one.end, start + _SNIPPET_CHARACTERS)
    marks = [MarkedSpan(mark.start, mark.end, "yj-word") for mark in one.highlights]
    marked = mark_up(one.text[start - one.start : end - one.start], marks, start)
    return "…" * (start > one.start), marked, "…" * (end < one.end)
