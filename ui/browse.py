"""The articles as a list, one article to read, and what the index holds: from the library's figures
to HTML.

What can be chosen is a button whose ``data-go`` says what it asks for ("article:" and an id,
"start:" and a number, ...); the page's script hands it to the server, where :func:`gone` makes the
next view of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from markupsafe import Markup

from rag.corpus.article import Article
from rag.library import Index
from rag.search.browse import ORDERS, Listed, Listing, Statistics
from rag.search.types import Filters
from rag.terminal import size
from rag.ui.age import age, built_at
from rag.ui.markup import MarkedSpan, mark_up
from rag.ui.templating import macro
from rag.ui.texts import language_name, reader_date, reader_dates, text
from rag.ui.timeline import UNDATED, bounds, is_period

PAGE = 20
"""Articles of one page of the list."""
READ_LIMIT = 500_000
"""Characters of an article that are shown; a longer one is cut, and said to be."""
SOURCES_SHOWN = 8
WORDS_LIMIT = 200
"""Characters of a search by title."""


@dataclass(frozen=True, slots=True)
class BrowseState:
    """What a reader looks at in the corpus tab.

    Attributes:
        words, source, lang: what the list is restricted to; "" for nothing.
        order: one of :data:`rag.search.browse.ORDERS`.
        period: see :mod:`rag.ui.timeline`.
        start: place of the first article of the page.
        article: id of the article that is open, or "".
    """

    words: str = ""
    source: str = ""
    lang: str = ""
    order: str = ORDERS[0]
    period: str = ""
    start: int = 0
    article: str = ""

    @property
    def restricted(self) -> bool:
        """Whether the list is not that of all articles."""
        return bool(self.words.strip() or self.source or self.lang or self.period)


def narrowed(
    view: BrowseState, words: str | None, source: str | None, lang: str | None, order: str | None
) -> BrowseState:
    """The view after a change of the fields; the list begins anew."""
    words, order = (words or "")[:WORDS_LIMIT], order if order in ORDERS else ORDERS[0]
    chosen = {"words": words, "source": source or "", "lang": lang or "", "order": order}
    return replace(view, start=0, **chosen)


def gone(view: BrowseState, wish: str) -> BrowseState:
    """The view that a control asks for; the same one for what makes no sense."""
    do, _, value = wish.partition(":")
    if do == "article":
        return replace(view, article=value)
    if do == "period" and (not value or is_period(value)):
        # Choosing what is chosen lets it go.
        return replace(view, period="" if value == view.period else value, start=0)
    if do == "list":  # from an answer: "list:2023-06:about:大桥"
        period, _, words = value.partition(":")
        return BrowseState(words[:WORDS_LIMIT], period=period if is_period(period) else "")
    if do == "start" and value.isdecimal() and len(value) < 10:
        return replace(view, start=int(value) // PAGE * PAGE)
    if do == "all":
        return BrowseState(order=view.order, article=view.article)
    return view


def listing(index: Index, view: BrowseState) -> Listing:
    """The page of the list that a view shows; the last one where its own is no longer there."""
    source, lang = ((one,) if one else () for one in (view.source, view.lang))
    browse = partial(
        index.browse,
        words=view.words,
        filters=Filters(*bounds(view.period), source, lang),
        order=view.order,
        count=PAGE,
        undated=view.period == UNDATED,
    )
    found = browse(start=view.start)
    if not found.articles and found.total:
        found = browse(start=(found.total - 1) // PAGE * PAGE)
    return found


count = macro("browse", "count")
"""How many articles a listing has, and of what view, in one line, in a language."""
articles = macro("browse", "articles")
"""A listing for a view with the controls that turn it, in a language."""
_reader = macro("browse", "reader")
_overview = macro("browse", "overview")


def reader(
    article: Article | None,
    lang: str,
    retold: Sequence[Listed] = (),
    marks: Sequence[MarkedSpan] = (),
    name: str = "yj-read",
    wish: str = "",
) -> Markup:
    """A whole article with all that is known of it, and others that say nearly the same; None for
    one that is no longer there.

    ``marks`` are parts of it that are marked, ``name`` is its id, ``wish`` what opened it, if not
    its id.
    """
    marked = mark_up(article.text[:READ_LIMIT], marks) if article else ""
    return _reader(article, retold, marked, READ_LIMIT, name, wish, lang)


def overview(told: Statistics, lang: str) -> Markup:
    """What the index holds, how old it is, and what was not indexed and why."""
    without = text(lang, "undated_n", n=told.undated) if told.undated else ""
    dates = (reader_dates(told.date_from, told.date_to, lang), without)
    named = " · ".join(f"{name} {n:,}" for name, n in told.sources[:SOURCES_SHOWN])
    if len(told.sources) > SOURCES_SHOWN:
        named = text(lang, "more_of", some=named, n=len(told.sources))
    stories = text(lang, "stories_n", stories=told.stories, repeats=told.repeats)
    built = built_at(told.version)
    day = reader_date(f"{built:%Y-%m-%d}", lang) if built else ""
    rows = [
        ("articles", f"{told.articles:,}"),
        ("passages", f"{told.passages:,}"),
        ("characters_all", f"{told.characters:,}"),
        ("dates", " · ".join(filter(None, dates)) or text(lang, "no_date")),
        ("langs", " · ".join(f"{language_name(name)} {n:,}" for name, n in told.langs)),
        ("source_list", named or text(lang, "no_source")),
        ("stories", stories if told.stories else ""),
        ("built", f"{day} {built:%H:%M} UTC ({age(built, lang)})" if built else ""),
        ("size", size(told.bytes)),
        ("model", told.model),
    ]
    return _overview(rows, told.version, told.skipped, lang)
