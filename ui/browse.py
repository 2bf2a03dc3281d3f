"""Renders the corpus tab: the list of articles, one article to read, and statistics of the index.

Each choice is a button whose ``data-go`` says what it asks for ("article:" and an id, "start:" and
a number, ...). The page's script sends it to the server, where :func:`gone` returns the view that
follows.
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

ARTICLES_PER_PAGE = 20
"""Articles on one page of the list."""
READ_LIMIT = 500_000
"""Maximum characters of an article that are shown; a longer one is cut, with a note."""
_SOURCES_SHOWN = 8  # in the statistics, the most frequent ones
WORDS_LIMIT = 200
"""Maximum characters of a search by title."""


@dataclass(frozen=True, slots=True)
class BrowseState:
    """The state of the corpus tab: which part of the list is shown, and which article.

    Attributes:
        words, source, lang: title words, source and language of the list's articles; "" for any.
        order: one of :data:`rag.search.browse.ORDERS`.
        period: their date, see :mod:`rag.ui.timeline`; "" for any.
        start: number of the first article on the page, from 0.
        article: id of the open article, or "".
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
        """Whether the list is restricted, so that it may lack articles."""
        return bool(self.words.strip() or self.source or self.lang or self.period)


def narrowed(
    view: BrowseState, words: str | None, source: str | None, lang: str | None, order: str | None
) -> BrowseState:
    """Returns the view after a change of the fields, at the beginning of the list."""
    words, order = (words or "")[:WORDS_LIMIT], order if order in ORDERS else ORDERS[0]
    chosen = {"words": words, "source": source or "", "lang": lang or "", "order": order}
    return replace(view, start=0, **chosen)


def view_after(view: BrowseState, wish: str) -> BrowseState:
    """Returns the view that a control asks for; the same view for an invalid request."""
    do, _, value = wish.partition(":")
    if do == "article":
        return replace(view, article=value)
    if do == "period" and (not value or is_period(value)):
        # Choosing the current period again removes the restriction.
        return replace(view, period="" if value == view.period else value, start=0)
    if do == "list":  # from an answer: "list:2023-06:about:大桥"
        period, _, words = value.partition(":")
        return BrowseState(words[:WORDS_LIMIT], period=period if is_period(period) else "")
    if do == "start" and value.isdecimal() and len(value) < 10:
        return replace(view, start=int(value) // ARTICLES_PER_PAGE * ARTICLES_PER_PAGE)
    if do == "all":
        return BrowseState(order=view.order, article=view.article)
    return view


def listing(index: Index, view: BrowseState) -> Listing:
    """Returns the page of the list for a view; the last page if its own no longer exists."""
    source, lang = ((one,) if one else () for one in (view.source, view.lang))
    browse = partial(
        index.browse,
        words=view.words,
        filters=Filters(*bounds(view.period), source, lang),
        order=view.order,
        count=ARTICLES_PER_PAGE,
        undated=view.period == UNDATED,
    )
    found = browse(start=view.start)
    if not found.articles and found.total:
        found = browse(start=(found.total - 1) // ARTICLES_PER_PAGE * ARTICLES_PER_PAGE)
    return found


count = macro("browse", "count")
"""Renders a line with the number of articles in a listing and its restrictions, in a language."""
articles = macro("browse", "articles")
"""Renders a listing for a view, with the controls to turn pages, in a language."""
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
    """Renders a whole article with its metadata and near-duplicates.

    Args:
        article: the article, or None if it no longer exists.
        lang: the page's language.
        retold: near-duplicates of it.
        marks: spans of its text to mark.
        name: id of the HTML element.
        wish: the ``data-go`` that opened it, if not "article:" and its id.
    """
    marked = mark_up(article.text[:READ_LIMIT], marks) if article else ""
    return _reader(article, retold, marked, READ_LIMIT, name, wish, lang)


def overview(corpus: Statistics, lang: str) -> Markup:
    """Renders the statistics of the index, its age, and what was not indexed and why."""
    without = text(lang, "undated_n", n=corpus.undated) if corpus.undated else ""
    dates = (reader_dates(corpus.date_from, corpus.date_to, lang), without)
    named = " · ".join(f"{name} {n:,}" for name, n in corpus.sources[:_SOURCES_SHOWN])
    if len(corpus.sources) > _SOURCES_SHOWN:
        named = text(lang, "more_of", some=named, n=len(corpus.sources))
    stories = text(lang, "stories_n", stories=corpus.stories, repeats=corpus.repeats)
    built = built_at(corpus.version)
    day = reader_date(f"{built:%Y-%m-%d}", lang) if built else ""
    rows = [
        ("articles", f"{corpus.articles:,}"),
        ("passages", f"{corpus.passages:,}"),
        ("characters_all", f"{corpus.characters:,}"),
        ("dates", " · ".join(filter(None, dates)) or text(lang, "no_date")),
        ("langs", " · ".join(f"{language_name(name)} {n:,}" for name, n in corpus.langs)),
        ("source_list", named or text(lang, "no_source")),
        ("stories", stories if corpus.stories else ""),
        ("built", f"{day} {built:%H:%M} UTC ({age(built, lang)})" if built else ""),
        ("size", size(corpus.bytes)),
        ("model", corpus.model),
    ]
    return _overview(rows, corpus.version, corpus.skipped, lang)
