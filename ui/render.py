"""The one place that turns text of articles, questions and models into HTML.

Everything that a reader sees and that Yinju did not write itself goes through :func:`escape` or
:func:`mark_up`. Their output is inert in HTML, in Markdown (the chat shows Markdown) and in the
templates of the page: every ASCII punctuation character leaves as a character reference, so nothing
of it can open a tag, a link, an image, a heading or a ``${...}``.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rag.answer.script import HANT
from rag.answer.types import Answer, Citation, Row
from rag.corpus.article import Article
from rag.ui.asked import Asked
from rag.ui.texts import article_count, reader_date, reader_dates, reader_time, text

ARTICLE_LIMIT = 20_000
"""Characters of an article shown around a quote; a longer article is cut, and said to be."""

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_ESCAPES = {ord(char): f"&#{ord(char)};" for char in string.punctuation if char not in ",;?%"}
_ESCAPES |= {code: _REPLACEMENT for code in (*range(32), *range(127, 160))}
# A lone surrogate cannot be sent as UTF-8; marks of direction would let a text reorder what is
# shown around it, so a reader sees that something stood there instead.
_ESCAPES |= {code: _REPLACEMENT for code in range(0xD800, 0xE000)}
_ESCAPES |= {ord(char): _REPLACEMENT for char in _BIDI}
_ESCAPES |= {ord("\t"): " ", ord("\r"): "", ord("\n"): "&#10;"}


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text to be marked: offsets, CSS class, and a tooltip or ""."""

    start: int
    end: int
    css: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Corpus:
    """What the head of the page says about the articles."""

    articles: int
    date_from: str = ""
    date_to: str = ""
    sources: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One answered question: its key in links, the answer, the articles it cites by id, and how it was asked."""

    key: str
    answer: Answer
    articles: dict[str, Article] = field(default_factory=dict)
    asked: Asked = Asked("")


def escape(raw: str) -> str:
    """``raw`` as text: inert in HTML, in attributes, in Markdown and in templates; one line."""
    return raw.translate(_ESCAPES)


def mark_up(raw: str, spans: Iterable[Span], base: int = 0) -> str:
    """``raw`` escaped, with spans wrapped in ``<mark>``.

    Args:
        raw: the text, ``article.text[base:base + len(raw)]``.
        spans: offsets count from the article's start like ``base``; what lies outside is cut off. They
            may overlap: an earlier span encloses a later one, which is split where it crosses an edge.
        base: offset of the first character of ``raw``.

    Returns:
        HTML whose text is ``raw`` (as :func:`escape` shows it), with well nested marks.
    """
    last = base + len(raw)
    kept = [
        (max(span.start, base), min(span.end, last), span)
        for span in spans
        if max(span.start, base) < min(span.end, last)
    ]
    edges = sorted({base, last, *(edge for start, end, _ in kept for edge in (start, end))})
    parts: list[str] = []
    opened: list[Span] = []
    for left, right in zip(edges, edges[1:], strict=False):
        active = [span for start, end, span in kept if start <= left and right <= end]
        same = 0
        while same < min(len(opened), len(active)) and opened[same] is active[same]:
            same += 1
        parts += ["</mark>"] * (len(opened) - same)
        parts += [_open_mark(span) for span in active[same:]]
        parts.append(escape(raw[left - base : right - base]))
        opened = active
    parts += ["</mark>"] * len(opened)
    return "".join(parts)


def _open_mark(span: Span) -> str:
    title = f' title="{escape(span.title)}"' if span.title else ""
    return f'<mark class="{span.css}"{title}>'


def question(raw: str, limit: int = 600) -> str:
    """A question as the reader's message; a very long one is cut for display."""
    shown = raw if len(raw) <= limit else raw[:limit] + "…"
    return f'<div class="yj-asked">{escape(shown)}</div>'


def waiting(articles: int, lang: str) -> str:
    """The message shown until the first word of an answer is there."""
    words = text(lang, "searching", articles=article_count(articles, lang))
    return f'<div class="yj-answer"><p class="yj-status yj-busy">{escape(words)}</p></div>'


def partial(raw: str) -> str:
    """An answer of which more is to come, as plain text."""
    return f'<div class="yj-answer">{_paragraphs(raw)}</div>'


def notice(raw: str) -> str:
    """A message of the page itself, for a question that could not be answered."""
    return f'<div class="yj-answer yj-notice" role="note">{_paragraphs(raw)}</div>'


def message(turn: Turn, beside: str = "") -> str:
    """A whole answer for the chat, in the language of its question; its [1] link to ``src-<key>-1``.

    ``beside`` is HTML to stand between the answer and what is said about the search.
    """
    answer = turn.answer
    if answer.refused:
        body = _refusal(turn)
    elif answer.kind == "places" and answer.rows:
        body = _places(turn)
    elif any(row.citations for row in answer.rows):
        body = _rows(turn)
    else:
        body = _paragraphs(answer.text, turn)
    return f'<div class="yj-answer" lang="{_tag(voice(answer))}">{_understood(answer)}{body}{beside}{_status(answer)}</div>'


def sources(turns: Sequence[Turn], lang: str) -> str:
    """The panel of sources: one group per answer, the newest first and open; ``lang`` is the page's."""
    shown = [turn for turn in reversed(turns) if _cited(turn.answer)]
    groups = "".join(_group(turn, lang, is_open=turn is turns[-1]) for turn in shown)
    if not groups:
        groups = f'<p class="yj-hint">{escape(text(lang, "sources_hint"))}</p>'
    head = f'<h2 class="yj-panel-title">{escape(text(lang, "sources"))}</h2>'
    return f'<section class="yj-sources" lang="{_tag(lang)}">{head}{groups}</section>'


def brand() -> str:
    """The name of the page."""
    return '<h1>Yinju <span lang="zh-CN">引据</span></h1>'


def about(corpus: Corpus, lang: str) -> str:
    """What the corpus holds, in one line."""
    named = text(lang, "separator").join(corpus.sources[:3]) or text(lang, "no_source")
    if len(corpus.sources) > 3:
        named = text(lang, "more_sources", sources=named, n=len(corpus.sources))
    words = text(
        lang,
        "corpus",
        articles=article_count(corpus.articles, lang),
        dates=reader_dates(corpus.date_from, corpus.date_to, lang) or text(lang, "no_date"),
        sources=named,
    )
    tagline = f'<span class="yj-tagline">{escape(text(lang, "tagline"))} · </span>'
    return f'<p class="yj-about" lang="{_tag(lang)}">{tagline}{escape(words)}</p>'


def welcome(lang: str) -> str:
    """What the page does, above the examples."""
    return (
        f'<div class="yj-welcome" lang="{_tag(lang)}"><p>{escape(text(lang, "welcome"))}</p>'
        f'<p class="yj-label">{escape(text(lang, "examples"))}</p></div>'
    )


def voice(answer: Answer) -> str:
    """The language that an answer is shown in, with its script."""
    return HANT if answer.traditional else answer.lang


def _understood(answer: Answer) -> str:
    """The question in full that a follow-up was taken for."""
    if not answer.completed:
        return ""
    return f'<p class="yj-understood">{escape(text(voice(answer), "understood", question=answer.completed))}</p>'


def _tag(lang: str) -> str:
    """A language code for a lang attribute; the script of Chinese picks its fonts."""
    return "zh-CN" if lang == "zh" else lang if lang == HANT or re.fullmatch("[a-z]{2,3}", lang) else "und"


def _cited(answer: Answer) -> tuple[Citation, ...]:
    return answer.nearest if answer.refused else answer.citations


def _status(answer: Answer) -> str:
    lang = voice(answer)
    words = text(
        lang,
        "status_matched" if answer.matched and not answer.refused else "status",
        searched=article_count(answer.searched, lang),
        matched=f"{answer.matched:,}",
        ms=reader_time(answer.ms, lang),
    )
    return f'<p class="yj-status">{escape(words)}</p>'


def _paragraphs(raw: str, turn: Turn | None = None) -> str:
    lines = [line.strip() for line in raw.splitlines()]
    return "".join(f"<p>{_with_chips(line, turn) if turn else escape(line)}</p>" for line in lines if line)


def _with_chips(line: str, turn: Turn) -> str:
    parts = re.split(r"\[(\d{1,4})\]", line)
    for at in range(1, len(parts), 2):
        parts[at] = _chip(turn, int(parts[at])) or escape(f"[{parts[at]}]")
    parts[::2] = [escape(part) for part in parts[::2]]
    return "".join(parts)


def _chip(turn: Turn, number: int) -> str:
    """The link [n] to a source card; "" where there is no such citation."""
    cited = _cited(turn.answer)
    if not 1 <= number <= len(cited):
        return ""
    lang = voice(turn.answer)
    title = cited[number - 1].title or text(lang, "untitled")
    tip = escape(text(lang, "chip", n=number, title=title))
    return f'<a class="yj-chip" href="#src-{turn.key}-{number}" title="{tip}">[{number}]</a>'


def _chips(turn: Turn, numbers: Iterable[int]) -> str:
    return " ".join(filter(None, (_chip(turn, number) for number in numbers)))


def _spans(citation: Citation, lang: str, whole: bool = False) -> list[Span]:
    """The marks of a citation, outermost first: quote (where more than it is shown), value, words."""
    spans = [Span(citation.start, citation.end, "yj-quote")] if whole else []
    spans += [
        Span(max(start, citation.start), min(end, citation.end), "yj-value")
        for start, end in citation.marks
    ]
    spans += [
        Span(
            max(found.start, citation.start),
            min(found.end, citation.end),
            "yj-word",
            text(lang, "matches", word=found.word) if found.word else "",
        )
        for found in citation.highlights
    ]
    return spans


def _quote(turn: Turn, number: int) -> str:
    citation = _cited(turn.answer)[number - 1]
    marked = mark_up(citation.quote, _spans(citation, voice(turn.answer)), citation.start)
    return f'<q class="yj-said" lang="{_tag(citation.lang)}"><bdi>{marked}</bdi></q>&nbsp;{_chip(turn, number)}'


def _valid(turn: Turn, numbers: Iterable[int]) -> list[int]:
    return [number for number in numbers if 1 <= number <= len(_cited(turn.answer))]


def _places(turn: Turn) -> str:
    answer, lang = turn.answer, voice(turn.answer)
    labels = list(dict.fromkeys(row.label for row in answer.rows if row.label))
    # The names stand in both languages in a row's label; the head line needs only what they are.
    lead = text(lang, "separator").join(escape(label) for label in labels)
    if len(labels) > 1:
        lead = f"{escape(text(lang, 'places', n=len(labels)))}<br><strong>{lead}</strong>"
    else:
        lead = f"<strong>{lead}</strong>"
    # Places with the same evidence stand together: the same quotes again in every row would hide them.
    merged: dict[tuple[int, ...], list[Row]] = {}
    for row in answer.rows:
        merged.setdefault(row.citations, []).append(row)
    body = "".join(_place_row(turn, rows, numbers) for numbers, rows in merged.items())
    heads = "".join(f'<th scope="col">{escape(text(lang, key))}</th>' for key in ("place", "quote"))
    return (
        f'<p class="yj-lead">{lead}</p><table class="yj-places"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _place_row(turn: Turn, rows: Sequence[Row], numbers: Iterable[int]) -> str:
    places = ""
    for row in rows:
        detail = f' <span class="yj-detail">{escape(row.detail)}</span>' if row.detail not in row.label else ""
        places += f'<span class="yj-place">{escape(row.label)}{detail}</span> '
    quotes = "".join(
        f'<div class="yj-row-quote">{_quote(turn, number)}</div>' for number in _valid(turn, numbers)
    )
    return f'<tr><th scope="row">{places}</th><td>{quotes}</td></tr>'


def _rows(turn: Turn) -> str:
    """Values with their evidence, or plain evidence; rows with one label share its line."""
    parts: list[str] = []
    shown: set[str] = set()
    for row in turn.answer.rows:
        if row.label and row.label not in shown:
            shown.add(row.label)
            parts.append(f'<p class="yj-lead"><strong>{escape(row.label)}</strong></p>')
        parts += [
            f'<blockquote class="yj-evidence">{_quote(turn, number)}</blockquote>'
            for number in _valid(turn, row.citations)
        ]
    return "".join(parts)


def _refusal(turn: Turn) -> str:
    answer, lang = turn.answer, voice(turn.answer)
    parts = [f'<p class="yj-lead"><strong>{escape(text(lang, "refused"))}</strong></p>']
    if answer.missing:
        words = " ".join(f'<span class="yj-missing">{escape(word)}</span>' for word in answer.missing)
        parts.append(f"<p>{escape(text(lang, 'missing'))} {words}</p>")
    if answer.nearest:
        near = "".join(
            f'<li class="yj-evidence">{_quote(turn, number)}</li>'
            for number in range(1, len(answer.nearest) + 1)
        )
        parts.append(f'<p>{escape(text(lang, "nearest"))}</p><ul class="yj-near">{near}</ul>')
    return "".join(parts)


def _group(turn: Turn, lang: str, is_open: bool) -> str:
    cards = "".join(_card(turn, number, lang) for number in range(1, len(_cited(turn.answer)) + 1))
    hint = f'<p class="yj-hint">{escape(text(lang, "nearest_hint"))}</p>' if turn.answer.refused else ""
    asked = turn.answer.completed or turn.answer.question
    name = escape(asked if len(asked) <= 120 else asked[:120] + "…")
    return (
        f'<details class="yj-group" id="src-{turn.key}"{" open" if is_open else ""}><summary>{name}</summary>'
        f"{hint}{cards}</details>"
    )


def _card(turn: Turn, number: int, lang: str) -> str:
    citation = _cited(turn.answer)[number - 1]
    anchor = f"src-{turn.key}-{number}"
    title = citation.title or text(lang, "untitled")
    about = [citation.source, reader_date(citation.date, lang)]
    meta = " · ".join(escape(part) for part in about if part)
    if citation.url.startswith(("https://", "http://")):
        link = f'<a href="{escape(citation.url)}" target="_blank" rel="noopener noreferrer nofollow">'
        meta += f"{' · ' if meta else ''}{link}{escape(text(lang, 'original'))}</a>"
    return (
        f'<article class="yj-card" id="{anchor}" tabindex="-1" aria-labelledby="{anchor}-title">'
        f'<h3 id="{anchor}-title"><span class="yj-number">[{number}]</span> '
        f'<span lang="{_tag(citation.lang)}"><bdi>{escape(title)}</bdi></span></h3>'
        f'<p class="yj-meta">{meta}</p>{_passage(turn, citation, lang)}'
        f'<a class="yj-back" href="#">{escape(text(lang, "back"))}</a></article>'
    )


def _passage(turn: Turn, citation: Citation, lang: str) -> str:
    """The passage around a quote and the whole article, both with the quote marked."""
    tag = _tag(citation.lang)
    article = turn.articles.get(citation.article_id)
    if article is None or article.text[citation.start : citation.end] != citation.quote:
        marked = mark_up(citation.quote, _spans(citation, lang, whole=True), citation.start)
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
    marked = mark_up(article.text[start:end], _spans(citation, lang, whole=True), start)
    return f'<div class="yj-text" lang="{_tag(citation.lang)}"><bdi>{marked}</bdi></div>'
