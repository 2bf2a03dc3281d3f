"""The panel beside the chat: a card for each citation with its quote in its passage, and an article
to be read as a whole.
"""

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
"""From an article's id to the article; None where there is none."""
TURNS_SHOWN = 12
"""Answers whose sources are in the panel; those of older answers are read one by one."""
ARTICLE_LIMIT = 200_000
"""Characters of an article shown around a quote; a longer article is cut, and said to be."""


_sources = macro("sources", "sources")
_article = macro("sources", "article")


def sources(turns: Sequence[Turn], lang: str, find: Find) -> Markup:
    """The cards: one group per answer, the newest first and open; ``lang`` is the page's."""
    shown = [turn for turn in reversed(turns[-TURNS_SHOWN:]) if cited(turn)]
    return _sources(shown, turns[-1] if turns else None, lang, find)


def article(turn: Turn, number: int, lang: str, find: Find) -> Markup:
    """A cited article as a whole, with what is quoted of it marked."""
    citation = cited(turn)[number - 1]
    found, marked, cut = find(citation.article_id), Markup(), False
    if _holds(found, citation):
        first = max(0, citation.start - ARTICLE_LIMIT // 2)
        shown = found.text[first : first + ARTICLE_LIMIT]
        marked = mark_up(shown, spans(citation, lang, whole=True), first)
        cut = len(shown) < len(found.text)
    return _article(turn, number, lang, find, marked, "changed" if found else "gone", cut)


def title_or_opening(citation: Citation, find: Find) -> str:
    """The title of a cited article, or its first sentence."""
    found = None if citation.title else find(citation.article_id)
    return heading("", found.text[:HEADING_CHARS]) if found else citation.title


def around_quote(citation: Citation, find: Find, lang: str) -> Markup:
    """The passage around a quote, with the quote marked; nothing where the article has changed."""
    found = find(citation.article_id)
    if not _holds(found, citation):
        return Markup()
    start = min(citation.passage_start, citation.start)
    end = max(citation.passage_end, citation.end)
    marks = [_around(found, citation, start, end), *spans(citation, lang, whole=True)]
    return mark_up(found.text[start:end], marks, start)


def _holds(found: Article | None, citation: Citation) -> TypeGuard[Article]:
    """Whether an article still has a quote where it was cited."""
    return found is not None and found.text[citation.start : citation.end] == citation.quote


def _around(found: Article, citation: Citation, start: int, end: int) -> MarkedSpan:
    """The quote with the sentences beside it: what the page's script shows of the card where its
    [n] is pointed at.
    """
    told = sentences(found.text, start, min(end, len(found.text)))
    first = max((span[0] for span in told if span[1] <= citation.start), default=citation.start)
    last = min((span[1] for span in told if span[0] >= citation.end), default=citation.end)
    return MarkedSpan(first, last, "yj-around")
