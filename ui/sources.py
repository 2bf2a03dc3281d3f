"""Renders the panel beside the chat: a card per citation with quote and passage, or an article."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeGuard

from markupsafe import Markup

from rag.answer.types import Citation
from rag.corpus import sentences
from rag.corpus.article import Article
from rag.index.catalogue import HEADING_CHARS, heading
from rag.ui.markup import MarkedSpan, mark_up
from rag.ui.templating import macro
from rag.ui.turn import Turn, cited, spans

Find = Callable[[str], Article | None]
"""Returns the article with an id, or None."""
TURNS_SHOWN = 12
"""Newest turns whose sources are in the panel; those of older turns open one at a time."""
ARTICLE_LIMIT = 200_000
"""Maximum characters of an article around a quote; a longer one is cut, with a note."""


_sources = macro("sources", "sources")
_article = macro("sources", "article")


def sources(turns: Sequence[Turn], lang: str, find: Find) -> Markup:
    """Renders the cards, a group per answer, the newest first and open; ``lang`` is the page's."""
    shown = [turn for turn in reversed(turns[-TURNS_SHOWN:]) if cited(turn)]
    return _sources(shown, turns[-1] if turns else None, lang, find)


def article(turn: Turn, number: int, lang: str, find: Find) -> Markup:
    """Renders the article of citation ``number``, with the quote marked."""
    citation = cited(turn)[number - 1]
    found, marked, cut = find(citation.article_id), Markup(), False
    if _holds(found, citation):
        first = max(0, citation.start - ARTICLE_LIMIT // 2)
        shown = found.text[first : first + ARTICLE_LIMIT]
        marked = mark_up(shown, spans(citation, lang, whole=True), first)
        cut = len(shown) < len(found.text)
    return _article(turn, number, lang, find, marked, "changed" if found else "gone", cut)


def title_or_opening(citation: Citation, find: Find) -> str:
    """Returns the title of a cited article, or else its beginning."""
    found = None if citation.title else find(citation.article_id)
    return heading("", found.text[:HEADING_CHARS]) if found else citation.title


def around_quote(citation: Citation, find: Find, lang: str) -> Markup:
    """Returns the passage around a quote with the quote marked; "" if the article has changed."""
    found = find(citation.article_id)
    if not _holds(found, citation):
        return Markup()
    start = min(citation.passage_start, citation.start)
    end = max(citation.passage_end, citation.end)
    marks = [_span_around(found, citation, start, end), *spans(citation, lang, whole=True)]
    return mark_up(found.text[start:end], marks, start)


def _holds(found: Article | None, citation: Citation) -> TypeGuard[Article]:
    """Whether an article still has the quote at the cited offsets."""
    return found is not None and found.text[citation.start : citation.end] == citation.quote


def _span_around(found: Article, citation: Citation, start: int, end: int) -> MarkedSpan:
    """Returns the span of a quote with the sentence before and after it.

    The page's script shows this part of the card when the reader points at its [n].
    """
    near = sentences(found.text, start, min(end, len(found.text)))
    first = max((a for a, b in near if b <= citation.start), default=citation.start)
    last = min((b for a, b in near if a >= citation.end), default=citation.end)
    return MarkedSpan(first, last, "yj-around")
