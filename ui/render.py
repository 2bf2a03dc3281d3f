"""Messages of the chat: questions, answers as they come and whole, refusals, and the page's own words."""

from __future__ import annotations

import re

from rag.answer.types import Answer
from rag.ui import table
from rag.ui.markup import escape, lang_tag
from rag.ui.texts import article_count, reader_time, text
from rag.ui.turn import Turn, chip, cited, quote, valid, voice


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
        body = table.places(turn)
    elif any(row.citations for row in answer.rows):
        body = _rows(turn)
    else:
        body = _paragraphs(answer.text, turn)
    return f'<div class="yj-answer" lang="{lang_tag(voice(answer))}">{_understood(answer)}{body}{beside}{_status(answer)}</div>'


def _understood(answer: Answer) -> str:
    """The question in full that a follow-up was taken for."""
    if not answer.completed:
        return ""
    return f'<p class="yj-understood">{escape(text(voice(answer), "understood", question=answer.completed))}</p>'


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
        parts[at] = chip(turn, int(parts[at])) or escape(f"[{parts[at]}]")
    parts[::2] = [escape(part) for part in parts[::2]]
    return "".join(parts)


def _rows(turn: Turn) -> str:
    """Values with their evidence, or plain evidence; rows with one label share its line."""
    parts: list[str] = []
    shown: set[str] = set()
    for row in turn.answer.rows:
        if row.label and row.label not in shown:
            shown.add(row.label)
            parts.append(f'<p class="yj-lead"><strong>{escape(row.label)}</strong></p>')
        parts += [
            f'<blockquote class="yj-evidence">{quote(turn, number)}</blockquote>'
            for number in valid(turn, row.citations)
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
            f'<li class="yj-evidence">{quote(turn, number)}</li>'
            for number in range(1, len(answer.nearest) + 1)
        )
        parts.append(f'<p>{escape(text(lang, "nearest"))}</p><ul class="yj-near">{near}</ul>')
    return "".join(parts)
