"""What a search found, as HTML: how many articles, of which months, publishers, places and
languages, and the passages.

What can be chosen is a button whose ``data-go`` says what it asks for ("facet:", "start:",
"open:"); :func:`gone` makes the next view of it.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace

from rag.corpus.gazetteer import province_label
from rag.search.sift import LISTED, Sifted
from rag.search.types import Filters, Hit
from rag.ui.browse import PAGE, pager
from rag.ui.markup import MarkedSpan, escape, lang_tag, mark_up
from rag.ui.texts import LANGUAGE_NAMES, article_count, reader_date, text

FACETS = ("month", "source", "place", "lang")
FACETS_SHOWN = 6
"""Values of a facet that are shown at once; the others are folded."""
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
        days = ("", "")
        if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", self.month) and self.month[:4] != "0000":
            days = (
                f"{self.month}-01",
                f"{self.month}-{calendar.monthrange(int(self.month[:4]), int(self.month[5:]))[1]}",
            )
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
    if do == "article" and not value:
        return replace(hunt, opened="")
    if do in ("open", "article"):
        return replace(hunt, opened=wish if do == "open" else f"open:0-0:{value}")
    return hunt


def head(found: Sifted, lang: str) -> str:
    """How many articles there are, and how the words were taken."""
    words = text(lang, "found", articles=article_count(found.total, lang))
    if found.nearest:
        words = text(lang, "search_nearest" if found.hits else "search_none")
    parts = [words]
    between = text(lang, "separator")
    for key, some in (
        ("search_phrases", found.sought.phrases),
        ("search_without", found.sought.without),
    ):
        if some:
            parts.append(
                text(lang, key, words=between.join(text(lang, "quoted", words=one) for one in some))
            )
    if found.total > LISTED:
        parts.append(text(lang, "search_listed", n=f"{LISTED:,}"))
    ask = (
        '<button type="button" class="yj-go yj-small"'
        f' data-ask="{escape(found.sought.text)}">{escape(text(lang, "ask_this"))}</button>'
        if found.sought.words
        else ""
    )
    return (
        '<p class="yj-count"'
        f' lang="{lang_tag(lang)}"><span>{escape(" · ".join(parts))}</span>{ask}</p>'
    )


def facets(found: Sifted, hunt: Hunt, lang: str) -> str:
    """What the hits can be restricted to, each with its number of articles."""
    counts = (
        found.facets.months[::-1],
        found.facets.sources,
        found.facets.places,
        found.facets.langs,
    )
    groups = "".join(
        _facet(name, some, hunt, lang) for name, some in zip(FACETS, counts, strict=True)
    )
    if not groups:
        return ""
    return (
        f'<section class="yj-facets" lang="{lang_tag(lang)}"'
        f' aria-label="{escape(text(lang, "facets"))}">{groups}</section>'
    )


def _facet(name: str, counts: tuple[tuple[str, int], ...], hunt: Hunt, lang: str) -> str:
    chosen = getattr(hunt, name)
    if not counts and chosen:
        counts = ((chosen, 0),)
    made = [
        f'<button type="button" class="yj-go yj-small" data-go="{escape(f"facet:{name}:{value}")}"'
        f' aria-pressed="{str(value == chosen).lower()}">'
        f"{escape(text(lang, 'facet_value', value=_named(name, value, lang), n=f'{n:,}'))}</button>"
        for value, n in counts
    ]
    if not made:
        return ""
    rest = made[FACETS_SHOWN:]
    more = (
        f"<details><summary>{escape(text(lang, 'facet_more', n=len(rest)))}</summary>{''.join(rest)}</details>"
        if rest
        else ""
    )
    title = escape(text(lang, f"facet_{name}"))
    return (
        f'<div class="yj-facet" role="group" aria-label="{title}"><span'
        f' class="yj-chips-label">{title}</span>{"".join(made[:FACETS_SHOWN])}{more}</div>'
    )


def _named(name: str, value: str, lang: str) -> str:
    if name == "place":
        try:
            return province_label(value, lang)
        except KeyError:
            return value
    return (
        reader_date(value, lang)
        if name == "month"
        else LANGUAGE_NAMES.get(value, value)
        if name == "lang"
        else value
    )


def hits(found: Sifted, hunt: Hunt, lang: str) -> str:
    """The passages of a page, with the controls that turn it."""
    if not found.hits:
        return ""
    rows = "".join(_row(one, hunt, lang) for one in found.hits)
    turns = "" if found.nearest else pager(found.start, len(found.hits), found.total, lang, LISTED)
    return (
        f'<section class="yj-articles" lang="{lang_tag(lang)}"'
        f' aria-label="{escape(text(lang, "hits"))}"><ol class="yj-list"'
        f' start="{found.start + 1}">{rows}</ol>{turns}</section>'
    )


def _row(one: Hit, hunt: Hunt, lang: str) -> str:
    wish = f"open:{one.start}-{one.end}:{one.article_id}"
    shown = ' aria-current="true"' if wish == hunt.opened else ""
    page = text(lang, "page_of", n=one.page) if one.page else ""
    meta = " · ".join(
        escape(part)
        for part in (
            one.source,
            reader_date(one.date, lang),
            LANGUAGE_NAMES.get(one.lang, one.lang),
            page,
        )
        if part
    )
    title = one.title or one.text[:60]
    return (
        '<li class="yj-row"><button type="button" class="yj-go yj-title"'
        f' data-go="{escape(wish)}"{shown}><bdi'
        f' lang="{lang_tag(one.lang)}">{escape(" ".join(title.split()) or text(lang, "untitled"))}</bdi></button><p'
        f' class="yj-meta">{meta}</p>{_snippet(one)}</li>'
    )


def _snippet(one: Hit) -> str:
    """The part of the passage around the first word that matches, with all that match marked."""
    first = min((mark.start for mark in one.highlights), default=one.start)
    start = max(one.start, first - SNIPPET // 4) if one.end - one.start > SNIPPET else one.start
    end = min(one.end, start + SNIPPET)
    marks = [MarkedSpan(mark.start, mark.end, "yj-word") for mark in one.highlights]
    said = mark_up(one.text[start - one.start : end - one.start], marks, start)
    before, behind = "…" * (start > one.start), "…" * (end < one.end)
    return (
        f'<p class="yj-snippet" lang="{lang_tag(one.lang)}"><bdi>{before}{said}{behind}</bdi></p>'
    )
