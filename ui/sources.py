"""The panel of sources: a card for each citation, with its quote in its passage and in the whole article."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.types import Citation
from rag.corpus.article import Article
from rag.ui.markup import escape, lang_tag, mark_up
from rag.ui.texts import reader_date, text
from rag.ui.turn import Turn, cited, spans

ARTICLE_LIMIT = 20_000
"""Characters of an article shown around a quote; a longer article is cut, and said to be."""


def sources(turns: Sequence[Turn], lang: str) -> str:
    """The panel of sources: one group per answer, the newest first and open; ``lang`` is the page's."""
    shown = [turn for turn in reversed(turns) if cited(turn.answer)]
    groups = "".join(_group(turn, lang, is_open=turn is turns[-1]) for turn in shown)
    if not groups:
        groups = f'<p class="yj-hint">{escape(text(lang, "sources_hint"))}</p>'
    head = f'<h2 class="yj-panel-title">{escape(text(lang, "sources"))}</h2>'
    return f'<section class="yj-sources" lang="{lang_tag(lang)}">{head}{groups}</section>'


def _group(turn: Turn, lang: str, is_open: bool) -> str:
    cards = "".join(_card(turn, number, lang) for number in range(1, len(cited(turn.answer)) + 1))
    hint = f'<p class="yj-hint">{escape(text(lang, "nearest_hint"))}</p>' if turn.answer.refused else ""
    asked = turn.answer.completed or turn.answer.question
    name = escape(asked if len(asked) <= 120 else asked[:120] + "…")
    return (
        f'<details class="yj-group" id="src-{turn.key}"{" open" if is_open else ""}><summary>{name}</summary>'
        f"{hint}{cards}</details>"
    )


def _card(turn: Turn, number: int, lang: str) -> str:
    citation = cited(turn.answer)[number - 1]
    anchor = f"src-{turn.key}-{number}"
    title = citation.title or text(lang, "untitled")
    about = [citation.source, reader_date(citation.date, lang), text(lang, "page_of", n=citation.page) if citation.page else ""]
    meta = " · ".join(escape(part) for part in about if part)
    if citation.url.startswith(("https://", "http://")):
        link = f'<a href="{escape(citation.url)}" target="_blank" rel="noopener noreferrer nofollow">'
        meta += f"{' · ' if meta else ''}{link}{escape(text(lang, 'original'))}</a>"
    return (
        f'<article class="yj-card" id="{anchor}" tabindex="-1" aria-labelledby="{anchor}-title">'
        f'<h3 id="{anchor}-title"><span class="yj-number">[{number}]</span> '
        f'<span lang="{lang_tag(citation.lang)}"><bdi>{escape(title)}</bdi></span></h3>'
        f'<p class="yj-meta">{meta}</p>{_passage(turn, citation, lang)}'
        f'<a class="yj-back" href="#">{escape(text(lang, "back"))}</a></article>'
    )


def _passage(turn: Turn, citation: Citation, lang: str) -> str:
    """The passage around a quote and the whole article, both with the quote marked."""
    tag = lang_tag(citation.lang)
    article = turn.articles.get(citation.article_id)
    if article is None or article.text[citation.start : citation.end] != citation.quote:
        marked = mark_up(citation.quote, spans(citation, lang, whole=True), citation.start)
        changed = f'<p class="yj-hint">{escape(text(lang, "changed"))}</p>'
        return f'<div class="yj-text" lang="{tag}">{marked}</div>{changed}'
    start = min(citation.passage_start, citation.start)
    end = max(citation.passage_end, citation.end)
    passage = _slice(article, citation, start, end, lang)
    if start == 0 and end >= len(article.text):
        return passage
    first = max(0, citation.start - ARTICLE_LIMIT // 2)
    last = min(len(article.text), first + ARTICLE_LIMIT)
    cut = f'<p class="yj-hint">{escape(text(lang, "shortened"))}</p>' if last - first < len(article.text) else ""
    return (
        f'{passage}<details class="yj-whole"><summary>{escape(text(lang, "whole_article"))}</summary>'
        f"{_slice(article, citation, first, last, lang)}{cut}</details>"
    )


def _slice(article: Article, citation: Citation, start: int, end: int, lang: str) -> str:
    marked = mark_up(article.text[start:end], spans(citation, lang, whole=True), start)
    return f'<div class="yj-text" lang="{lang_tag(citation.lang)}"><bdi>{marked}</bdi></div>'
