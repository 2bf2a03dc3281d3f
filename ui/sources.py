"""The panel beside the chat: a card for each citation with its quote in its passage, and an article
to be read as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.answer.types import Citation
from rag.corpus import sentences
from rag.corpus.article import Article
from rag.index.catalogue import HEADING_CHARS, heading
from rag.ui.markup import MarkedSpan, escape, lang_tag, mark_up
from rag.ui.texts import reader_date, text
from rag.ui.turn import Turn, cited, pin, spans

Find = Callable[[str], Article | None]
"""From an article's id to the article; None where there is none."""
TURNS_SHOWN = 12
"""Answers whose sources are in the panel; those of older answers are read one by one."""
CARDS_OPEN = 3
"""Cards of an answer that show their passage; the others are folded."""
ARTICLE_LIMIT = 200_000
"""Characters of an article shown around a quote; a longer article is cut, and said to be."""


def sources(turns: Sequence[Turn], lang: str, find: Find) -> str:
    """The cards: one group per answer, the newest first and open; ``lang`` is the page's."""
    shown = [turn for turn in reversed(turns[-TURNS_SHOWN:]) if cited(turn)]
    groups = "".join(_group(turn, lang, find, is_open=turn is turns[-1]) for turn in shown)
    if not groups:
        groups = f'<p class="yj-hint">{escape(text(lang, "sources_hint"))}</p>'
    head = f'<h2 class="yj-panel-title">{escape(text(lang, "sources"))}</h2>'
    return f'<section class="yj-sources" lang="{lang_tag(lang)}">{head}{groups}</section>'


def article(turn: Turn, number: int, lang: str, find: Find) -> str:
    """A cited article as a whole, with what is quoted of it marked."""
    citation = cited(turn)[number - 1]
    found = find(citation.article_id)
    close = (
        '<button type="button" class="yj-do"'
        f' data-do="close">{escape(text(lang, "back_to_sources"))}</button>'
    )
    if found is None or found.text[citation.start : citation.end] != citation.quote:
        body = (
            f"{_quoted(citation, lang)}<p"
            f' class="yj-hint">{escape(text(lang, "changed" if found else "gone"))}</p>'
        )
    else:
        first = max(0, citation.start - ARTICLE_LIMIT // 2)
        last = min(len(found.text), first + ARTICLE_LIMIT)
        body = _slice(found, citation, first, last, lang)
        body += (
            f'<p class="yj-hint">{escape(text(lang, "shortened"))}</p>'
            if last - first < len(found.text)
            else ""
        )
    anchor = f"read-{turn.key}-{number}"
    return (
        f'<article class="yj-article" id="{anchor}" data-card="src-{turn.key}-{number}"'
        f' tabindex="-1" lang="{lang_tag(lang)}" aria-labelledby="{anchor}-title"><div'
        f' class="yj-top">{close}</div><h2'
        f' id="{anchor}-title">{_title(citation, number, lang, find)}</h2><p'
        f' class="yj-meta">{_meta(citation, lang)}</p>{body}</article>'
    )


def _group(turn: Turn, lang: str, find: Find, is_open: bool) -> str:
    cards = "".join(_card(turn, number, lang, find) for number in range(1, len(cited(turn)) + 1))
    hint = (
        f'<p class="yj-hint">{escape(text(lang, "nearest_hint"))}</p>'
        if turn.answer.refused
        else ""
    )
    asked = turn.answer.completed or turn.answer.question
    name = escape(asked if len(asked) <= 120 else asked[:120] + "…")
    return (
        '<details class="yj-group"'
        f' id="src-{turn.key}"{" open" if is_open else ""}><summary>{name}</summary>'
        f"{hint}{cards}</details>"
    )


def _card(turn: Turn, number: int, lang: str, find: Find) -> str:
    citation = cited(turn)[number - 1]
    anchor = f"src-{turn.key}-{number}"
    wrong = f'data-do="rate" data-rate="#quote-{turn.key}-{number}" aria-pressed="false"'
    tools = (
        '<button type="button" class="yj-do" data-do="read"'
        f' data-read="#read-{turn.key}-{number}">{escape(text(lang, "open_article"))}</button><button'
        ' type="button" class="yj-do"'
        f" {wrong}>{escape(text(lang, 'wrong_quote'))}</button>{pin(turn, number, lang)}<a"
        f' class="yj-back" href="#">{escape(text(lang, "back"))}</a>'
    )
    return (
        f'<article class="yj-card" id="{anchor}" tabindex="-1"'
        f' aria-labelledby="{anchor}-title"><details{" open" if number <= CARDS_OPEN else ""}><summary><h3'
        f' id="{anchor}-title">{_title(citation, number, lang, find)}</h3></summary><p'
        f' class="yj-meta">{_meta(citation, lang)}</p>{_passage(citation, lang, find)}<div'
        f' class="yj-actions">{tools}</div></details></article>'
    )


def _title(citation: Citation, number: int, lang: str, find: Find) -> str:
    """The title with its number; of an article without one its first sentence."""
    found = None if citation.title else find(citation.article_id)
    words = citation.title or (heading("", found.text[:HEADING_CHARS]) if found else "")
    tag = lang_tag(citation.lang if words else lang)
    return (
        f'<span class="yj-number">[{number}]</span> <span'
        f' lang="{tag}"><bdi>{escape(words or text(lang, "untitled"))}</bdi></span>'
    )


def _meta(citation: Citation, lang: str) -> str:
    page = text(lang, "page_of", n=citation.page) if citation.page else ""
    read = text(lang, "read_by_ocr", n=citation.ocr) if citation.ocr else ""
    meta = " · ".join(
        f"<bdi>{escape(part)}</bdi>"
        for part in (citation.source, reader_date(citation.date, lang), page, read)
        if part
    )
    if citation.url.startswith(("https://", "http://")):
        link = (
            f'<a href="{escape(citation.url)}" target="_blank" rel="noopener noreferrer nofollow">'
        )
        meta += f"{' · ' if meta else ''}{link}{escape(text(lang, 'original'))}</a>"
    return meta


def _passage(citation: Citation, lang: str, find: Find) -> str:
    """The passage around a quote, with the quote marked; the quote alone where the article has
    changed.
    """
    found = find(citation.article_id)
    if found is None or found.text[citation.start : citation.end] != citation.quote:
        return f'{_quoted(citation, lang)}<p class="yj-hint">{escape(text(lang, "changed"))}</p>'
    start, end = (
        min(citation.passage_start, citation.start),
        max(citation.passage_end, citation.end),
    )
    marked = mark_up(
        found.text[start:end],
        [_around(found, citation, start, end), *spans(citation, lang, whole=True)],
        start,
    )
    return _text(marked, citation)


def _around(found: Article, citation: Citation, start: int, end: int) -> MarkedSpan:
    """The quote with the sentences beside it: what the page's script shows of the card where its
    [n] is pointed at.
    """
    told = sentences(found.text, start, min(end, len(found.text)))
    before = [span for span in told if span[1] <= citation.start][-1:]
    behind = [span for span in told if span[0] >= citation.end][:1]
    first, last = (before or [(citation.start, 0)])[0][0], (behind or [(0, citation.end)])[0][1]
    return MarkedSpan(first, last, "yj-around")


def _quoted(citation: Citation, lang: str) -> str:
    marked = mark_up(citation.quote, spans(citation, lang, whole=True), citation.start)
    return _text(marked, citation)


def _slice(found: Article, citation: Citation, start: int, end: int, lang: str) -> str:
    return _text(mark_up(found.text[start:end], spans(citation, lang, whole=True), start), citation)


def _text(marked: str, citation: Citation) -> str:
    return f'<div class="yj-text" lang="{lang_tag(citation.lang)}"><bdi>{marked}</bdi></div>'
