"""What a search found, as HTML: how many articles, of which months, publishers, places and
languages, and the passages.

What can be chosen is a button whose ``data-go`` says what it asks for ("facet:", "start:",
"open:"); :func:`gone` makes the next view of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from markupsafe import Markup

from rag.corpus.gazetteer import province_label
from rag.search.sift import LISTED, Sifted
from rag.search.types import Filters, Hit
from rag.ui.browse import PAGE
from rag.ui.chips import quoted
from rag.ui.markup import MarkedSpan, mark_up
from rag.ui.templating import macro
from rag.ui.texts import counted, language_name, reader_date, text
from rag.ui.timeline import bounds, is_period

FACETS = ("month", "source", "place", "lang")
SNIPPET = 260
"""Characters of a passage that are shown of a hit."""
_OPEN = re.compile(r"open:(\d{1,9})-(\d{1,9}):(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Hunt:
    """What is searched for, and what of it is looked at.

    Attributes:
        words: as they were typed; "" before anything was.
        month, source, place, lang: what the hits are restricted to; "" for nothing.
        start: place of the first hit of the page.
        opened: what opened the article that is read, or "".
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
        """The restrictions as the search takes them."""
        days = bounds(self.month) if is_period(self.month) else ("", "")
        chosen = ((one,) if one else () for one in (self.source, self.lang, self.place))
        return Filters(*days, *chosen)

    @property
    def passage(self) -> tuple[str, int, int] | None:
        """Id of the article that is read, and the passage that was found."""
        found = _OPEN.fullmatch(self.opened)
        return (found[3], int(found[1]), int(found[2])) if found else None


def gone(hunt: Hunt, wish: str) -> Hunt:
    """The view that a control asks for; the same one for what makes no sense."""
    do, _, value = wish.partition(":")
    if do == "facet":
        name, _, chosen = value.partition(":")
        if name in FACETS:  # choosing what is chosen lets it go
            return replace(hunt, start=0, **{name: "" if chosen == getattr(hunt, name) else chosen})
    if do == "start" and value.isdecimal() and len(value) < 10:
        return replace(hunt, start=int(value) // PAGE * PAGE)
    if do in ("open", "article"):  # "article:" closes what is read
        return replace(hunt, opened=wish if do == "open" else "")
    return hunt


_head = macro("search", "head")
_facets = macro("search", "facets")
hits = macro("search", "hits")
"""The passages of a page of what was found, for a view, with the controls that turn it, in a
language.
"""


def head(found: Sifted, lang: str) -> Markup:
    """How many articles there are, and how the words were taken."""
    words = text(lang, "found", articles=counted(found.total, "article", lang))
    if found.nearest:
        words = text(lang, "search_nearest" if found.hits else "search_none")
    parts, sought = [words], found.sought
    for key, some in (("search_phrases", sought.phrases), ("search_without", sought.without)):
        parts += [text(lang, key, words=quoted(some, lang))] if some else []
    if found.total > LISTED:
        parts.append(text(lang, "search_listed", n=LISTED))
    return _head(parts, sought.text if sought.words else "", lang)


def facets(found: Sifted, hunt: Hunt, lang: str) -> Markup:
    """What the hits can be restricted to, each with its number of articles."""
    told = found.facets
    counted_by = (told.months[::-1], told.sources, told.places, told.langs)
    groups = []
    for name, counts in zip(FACETS, counted_by, strict=True):
        chosen = getattr(hunt, name)
        if counts or chosen:
            groups.append((name, chosen, counts or ((chosen, 0),)))
    return _facets(groups, lang)


def facet_value(name: str, value: str, lang: str) -> str:
    """What a value of a facet is called."""
    if name == "place":
        try:
            return province_label(value, lang)
        except KeyError:
            return value
    if name == "month":
        return reader_date(value, lang)
    return language_name(value) if name == "lang" else value


def snippet(one: Hit) -> tuple[str, Markup, str]:
    """The part of the passage around the first word that matches, with all that match marked, and
    what shows that it is cut before and behind.
    """
    first = min((mark.start for mark in one.highlights), default=one.start)
    start = max(one.start, first - SNIPPET // 4) if one.end - one.start > SNIPPET else one.start
    end = min(one.end, start + SNIPPET)
    marks = [MarkedSpan(mark.start, mark.end, "yj-word") for mark in one.highlights]
    said = mark_up(one.text[start - one.start : end - one.start], marks, start)
    return "…" * (start > one.start), said, "…" * (end < one.end)
