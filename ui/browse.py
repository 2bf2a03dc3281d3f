"""The articles as a list, one article to read, and what the index holds: from the library's figures
to HTML.

What can be chosen is a button whose ``data-go`` says what it asks for ("article:" and an id,
"start:" and a number, ...); the page's script hands it to the server, where :func:`gone` makes the
next view of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from rag.corpus.article import Article, Skipped
from rag.library import Index
from rag.search.browse import ORDERS, Listed, Listing, Statistics
from rag.search.types import Filters
from rag.terminal import size
from rag.ui.markup import MarkedSpan, escape, lang_tag, mark_up
from rag.ui.texts import LANGUAGE_NAMES, article_count, reader_date, reader_dates, text
from rag.ui.timeline import UNDATED, bounds, is_period, period_name

PAGE = 20
"""Articles of one page of the list."""
READ_LIMIT = 500_000
"""Characters of an article that are shown; a longer one is cut, and said to be."""
SKIPPED_SHOWN = 100
SOURCES_SHOWN = 8
RETOLD_SHOWN = 20
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
    chosen = order if order in ORDERS else ORDERS[0]
    return replace(
        view,
        words=(words or "")[:WORDS_LIMIT],
        source=source or "",
        lang=lang or "",
        order=chosen,
        start=0,
    )


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
    first, last = bounds(view.period)
    filters = Filters(
        first, last, (view.source,) if view.source else (), (view.lang,) if view.lang else ()
    )
    how = {
        "words": view.words,
        "filters": filters,
        "order": view.order,
        "count": PAGE,
        "undated": view.period == UNDATED,
    }
    found = index.browse(start=view.start, **how)
    if not found.articles and found.total:
        found = index.browse(start=(found.total - 1) // PAGE * PAGE, **how)
    return found


def count(found: Listing, view: BrowseState, lang: str) -> str:
    """How many articles the list has, and of what, in one line."""
    n = article_count(found.total, lang)
    words = text(lang, "found", articles=n) if view.restricted else n
    parts = [words, period_name(view.period, lang)] if view.period else [words]
    clear = _go("all:", text(lang, "show_all"), "yj-small") if view.restricted else ""
    return (
        '<p class="yj-count"'
        f' lang="{lang_tag(lang)}"><span>{escape(" · ".join(parts))}</span>{clear}</p>'
    )


def articles(found: Listing, view: BrowseState, lang: str) -> str:
    """The page of the list with the controls that turn it."""
    if not found.articles:
        return (
            '<p class="yj-hint yj-nothing"'
            f' lang="{lang_tag(lang)}">{escape(text(lang, "nothing_found"))}</p>'
        )
    rows = "".join(_row(one, view, lang) for one in found.articles)
    return (
        f'<section class="yj-articles" lang="{lang_tag(lang)}"'
        f' aria-label="{escape(text(lang, "list"))}">'
        '<ol class="yj-list"'
        f' start="{found.start + 1}">{rows}</ol>{pager(found.start, len(found.articles), found.total, lang)}</section>'
    )


def _row(one: Listed, view: BrowseState, lang: str) -> str:
    shown = ' aria-current="true"' if one.id == view.article else ""
    meta = " · ".join(
        escape(part)
        for part in (one.source, reader_date(one.date, lang), _language(one.lang))
        if part
    )
    # Of an article without a title its heading is its opening.
    opening = (
        '<p class="yj-opening"'
        f' lang="{lang_tag(one.lang)}"><bdi>{escape(" ".join(one.opening.split()))}</bdi></p>'
        if one.title
        else ""
    )
    heading = (
        f'<bdi lang="{lang_tag(one.lang)}">{escape(one.heading or text(lang, "untitled"))}</bdi>'
    )
    return (
        '<li class="yj-row"><button type="button" class="yj-go yj-title"'
        f' data-go="{escape(f"article:{one.id}")}"{shown}>{heading}</button><p'
        f' class="yj-meta">{meta}</p>{opening}</li>'
    )


def pager(start: int, shown: int, total: int, lang: str, listed: int = 0) -> str:
    """The controls that turn a list of ``total``, of which ``shown`` stand here from ``start`` on,
    and ``listed`` (0: all) at most can be shown.
    """
    if total <= PAGE:
        return ""
    last = (min(total, listed or total) - 1) // PAGE * PAGE
    here = text(
        lang, "range", first=f"{start + 1:,}", last=f"{start + shown:,}", total=f"{total:,}"
    )
    turns = (
        ("first", 0, "«"),
        ("previous", start - PAGE, "‹"),
        ("next", start + PAGE, "›"),
        ("last", last, "»"),
    )
    made = [
        f'<button type="button" class="yj-go yj-turn" data-go="start:{max(0, to)}"'
        f' data-turn="{name}" '
        f'aria-label="{escape(text(lang, f"page_{name}"))}"'
        f' title="{escape(text(lang, f"page_{name}"))}"'
        f"{'' if 0 <= to <= last and to != start else ' disabled'}>{sign}</button>"
        for name, to, sign in turns
    ]
    return (
        '<nav class="yj-pager"'
        f' aria-label="{escape(text(lang, "pages"))}">{"".join(made[:2])}<span>{escape(here)}</span>{"".join(made[2:])}</nav>'
    )


def reader(
    article: Article | None,
    lang: str,
    retold: Sequence[Listed] = (),
    marks: Sequence[MarkedSpan] = (),
    name: str = "yj-read",
    wish: str = "",
) -> str:
    """A whole article with all that is known of it, and others that say nearly the same; None for
    one that is no longer there.

    ``marks`` are parts of it that are marked, ``name`` is its id, ``wish`` what opened it, if not
    its id.
    """
    back = _go("article:", text(lang, "close_article"), "yj-small yj-close")
    if article is None:
        gone = escape(text(lang, "article_gone"))
        return (
            f'<article class="yj-read" id="{name}" tabindex="-1"'
            f' lang="{lang_tag(lang)}">{back}<p>{gone}</p></article>'
        )
    tag = lang_tag(article.lang)
    told = [
        ("field_source", escape(article.source)),
        ("date", escape(reader_date(article.date, lang))),
        ("field_lang", escape(_language(article.lang))),
        ("length", escape(text(lang, "characters", n=f"{len(article.text):,}"))),
        ("article_id", f"<code>{escape(article.id)}</code>"),
    ]
    if article.url.startswith(("https://", "http://")):
        link = (
            f'<a href="{escape(article.url)}" target="_blank" rel="noopener noreferrer'
            f' nofollow">{escape(article.url)}</a>'
        )
        told.insert(4, ("original", link))
    cut = (
        f'<p class="yj-hint">{escape(text(lang, "cut", n=f"{READ_LIMIT:,}"))}</p>'
        if len(article.text) > READ_LIMIT
        else ""
    )
    title = (
        f'<bdi lang="{tag}">{escape(article.title)}</bdi>'
        if article.title
        else escape(text(lang, "untitled"))
    )
    return (
        f'<article class="yj-read" id="{name}" tabindex="-1"'
        f' data-article="{escape(wish or f"article:{article.id}")}" aria-labelledby="{name}-title" '
        f'lang="{lang_tag(lang)}">{back}'
        f'<h2 id="{name}-title">{title}</h2>{_facts(told, lang)}'
        '<div class="yj-text"'
        f' lang="{tag}"><bdi>{mark_up(article.text[:READ_LIMIT], marks)}</bdi></div>{cut}{_retold(retold, lang, name)}</article>'
    )


def _retold(others: Sequence[Listed], lang: str, name: str) -> str:
    """Articles that say nearly the same, to be opened."""
    if not others:
        return ""
    rows = ""
    for one in others[:RETOLD_SHOWN]:
        about = " · ".join(
            escape(part) for part in (one.source, reader_date(one.date, lang)) if part
        )
        shown = (
            "<bdi"
            f' lang="{lang_tag(one.lang)}">{escape(one.heading or text(lang, "untitled"))}</bdi>'
        )
        button = (
            '<button type="button" class="yj-go yj-link"'
            f' data-go="{escape(f"article:{one.id}")}">{shown}</button>'
        )
        rows += f'<li>{button}<p class="yj-meta">{about}</p></li>'
    heading = escape(text(lang, "retold", n=f"{len(others):,}"))
    return (
        f'<section class="yj-retold" aria-labelledby="{name}-retold"><h3'
        f' id="{name}-retold">{heading}</h3><ul>{rows}</ul></section>'
    )


def overview(told: Statistics, lang: str, now: datetime | None = None) -> str:
    """What the index holds, how old it is, and what was not indexed and why."""
    dates = reader_dates(told.date_from, told.date_to, lang)
    if told.undated:
        without = text(lang, "undated_n", n=f"{told.undated:,}")
        dates = f"{dates} · {without}" if dates else without
    langs = " · ".join(f"{_language(name)} {n:,}" for name, n in told.langs)
    named = " · ".join(f"{name} {n:,}" for name, n in told.sources[:SOURCES_SHOWN])
    if len(told.sources) > SOURCES_SHOWN:
        named = text(lang, "more_of", some=named, n=f"{len(told.sources):,}")
    rows = [
        ("articles", f"{told.articles:,}"),
        ("passages", f"{told.passages:,}"),
        ("characters_all", f"{told.characters:,}"),
        ("dates", dates or text(lang, "no_date")),
        ("langs", langs),
        ("source_list", named or text(lang, "no_source")),
        (
            "stories",
            (
                text(lang, "stories_n", stories=f"{told.stories:,}", repeats=f"{told.repeats:,}")
                if told.stories
                else ""
            ),
        ),
        ("built", f"{_stamp(told.created, lang)} ({age(told.created, lang, now)})"),
        ("size", size(told.bytes)),
        ("model", told.model),
    ]
    facts = _facts(
        [(key, escape(value)) for key, value in rows]
        + [("version", f"<code>{escape(told.version)}</code>")],
        lang,
    )
    return (
        '<section class="yj-overview"'
        f' lang="{lang_tag(lang)}"><h2>{escape(text(lang, "overview"))}</h2>{facts}'
        f"{_skipped(told.skipped, lang)}</section>"
    )


def _skipped(skipped: tuple[Skipped, ...], lang: str) -> str:
    head = f"<h2>{escape(text(lang, 'skipped'))}</h2>"
    if not skipped:
        return f'{head}<p class="yj-hint">{escape(text(lang, "skipped_none"))}</p>'
    rows = "".join(
        f"<li><bdi>{escape(one.path)}</bdi><p>{escape(one.reason)}</p></li>"
        for one in skipped[:SKIPPED_SHOWN]
    )
    more = len(skipped) - SKIPPED_SHOWN
    rest = (
        f'<p class="yj-hint">{escape(text(lang, "skipped_more", n=f"{more:,}"))}</p>'
        if more > 0
        else ""
    )
    summary = escape(text(lang, "skipped_n", n=f"{len(skipped):,}"))
    return (
        f"{head}<details"
        f' class="yj-skipped"{" open" if len(skipped) <= 5 else ""}><summary>{summary}</summary><ul>{rows}</ul>{rest}</details>'
    )


def age(created: str, lang: str, now: datetime | None = None) -> str:
    """How long ago a time stamp (ISO 8601) is: "just now", "5 minutes ago", "3 hours ago", "12 days
    ago"; "" for none.
    """
    try:
        seconds = ((now or datetime.now(UTC)) - datetime.fromisoformat(created)).total_seconds()
    except (ValueError, TypeError):
        return ""
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= length:
            n = int(seconds // length)
            return text(
                lang, f"ago_{unit}" if n != 1 or lang == "zh" else f"ago_{unit[:-1]}", n=f"{n:,}"
            )
    return text(lang, "ago_none")


def _stamp(created: str, lang: str) -> str:
    return f"{reader_date(created[:10], lang)} {created[11:16]} UTC"


def _language(code: str) -> str:
    return LANGUAGE_NAMES.get(code, code)


def _facts(told: list[tuple[str, str]], lang: str) -> str:
    """(key of a text, HTML) as a list of descriptions, without those that are not known."""
    rows = "".join(
        f"<div><dt>{escape(text(lang, key))}</dt><dd>{value}</dd></div>"
        for key, value in told
        if value
    )
    return f'<dl class="yj-facts">{rows}</dl>'


def _go(wish: str, shown: str, css: str) -> str:
    return (
        f'<button type="button" class="yj-go {css}"'
        f' data-go="{escape(wish)}">{escape(shown)}</button>'
    )
