"""Messages of the chat: questions, answers as they come and whole, refusals, and the page's own
words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.events import Found, Rewording, Searching, Writing
from rag.answer.types import Answer, Citation
from rag.plain import also_searched
from rag.question.asides import asks_details
from rag.question.script import simplified
from rag.search.browse import MENTIONING
from rag.ui import columns, table, wrote
from rag.ui.age import ages
from rag.ui.export import as_markdown
from rag.ui.markup import escape, lang_tag
from rag.ui.texts import article_count, passage_count, reader_date, reader_time, text
from rag.ui.timeline import bounds
from rag.ui.turn import Turn, chip, cited, others, quote, told_once, voice

SIGNS = {"answered": "●", "near": "◐", "nothing": "○", "error": "⚠"}
"""What a grade is told by beside its colour."""
_TRIES = re.compile(r"\n(?P<lead>Try:|可以[问問]：)\s?(?P<asks>.+)$")  # of rag.answer.talk


def question(raw: str, limit: int = 600) -> str:
    """A question as the reader's message; a very long one is cut for display."""
    shown = raw if len(raw) <= limit else raw[:limit] + "…"
    return f'<div class="yj-asked">{escape(shown)}</div>'


def waiting(searching: Searching, found: Found | None, lang: str) -> str:
    """The message shown until the first word of an answer is there: what is searched, and what was
    found.
    """
    words = text(lang, "searching", articles=article_count(searching.articles, lang))
    if found:
        words += " " + text(
            lang,
            "found_in",
            passages=passage_count(found.passages, lang),
            articles=article_count(found.articles, lang),
        )
    return (
        f'<div class="yj-answer" lang="{lang_tag(lang)}"><p class="yj-status'
        f' yj-busy">{escape(words)}</p></div>'
    )


def partial(raw: str) -> str:
    """An answer of which more is to come, as plain text."""
    told = "".join(
        f"<p>{wrote.coming(line.strip())}</p>" for line in raw.splitlines() if line.strip()
    )
    return f'<div class="yj-answer">{told}<p class="yj-status yj-busy"></p></div>'


def rewording(event: Rewording, lang: str) -> str:
    """The message shown while a language model is asked for other wordings."""
    return _of_model("rewording", event, lang)


def writing(event: Writing, lang: str) -> str:
    """The message shown while a language model has written nothing that can be shown."""
    return _of_model("writing", event, lang)


def _of_model(key: str, event: Rewording | Writing, lang: str) -> str:
    words = escape(text(lang, key, model=event.model))
    return (
        f'<div class="yj-answer" lang="{lang_tag(lang)}"><p class="yj-status'
        f' yj-busy">{words}</p></div>'
    )


def notice(turn: Turn, lang: str) -> str:
    """A message of the page itself, for a question that could not be answered."""
    said = turn.problem.speak(lang) if turn.problem else ""
    tools = f'<div class="yj-actions">{_retry(turn, lang)}</div>'
    return (
        '<div class="yj-answer yj-notice" role="note"'
        f' lang="{lang_tag(lang)}">{_paragraphs(said)}{tools}</div>'
    )


def message(turn: Turn, lang: str, beside: str = "") -> str:
    """A whole answer for the chat, in the language of its question; its [1] link to
    ``src-<key>-1``.

    ``lang`` is the page's language, that of the controls. ``beside`` is HTML to stand between the
    answer and what is said about the search.
    """
    answer = turn.answer
    if answer.refused:
        body = _refusal(turn, beside)
    elif answer.kind == "places" and answer.rows:
        body = table.places(turn, lang) + beside
    elif answer.kind == "corpus" and answer.citations:
        body = _listed(turn) + beside
    elif any(row.citations for row in answer.rows):
        body = _rows(turn) + beside
    elif answer.kind == "talk":
        body = _paragraphs(_TRIES.sub("", answer.text)) + _tries(answer.text)
    else:
        body = _paragraphs(answer.text, turn) + beside
    if answer.written:
        body = wrote.around(turn, body)
    if answer.kind == "corpus":
        body += _whole_list(answer)
    css = f"yj-answer yj-is-{answer.grade}" if answer.refused else "yj-answer"
    stopped = (
        f'<p class="yj-model-note" role="note">{escape(turn.problem.speak(voice(answer)))}</p>'
        if turn.problem
        else ""
    )
    said = (
        f'<div class="{css}"'
        f' lang="{lang_tag(voice(answer))}">{_understood(answer)}{stopped}{body}{columns.offers(turn, lang)}'
        f"{_also(answer)}{_status(answer)}</div>"
    )
    return said + _actions(turn, lang)


def _actions(turn: Turn, lang: str) -> str:
    copy = (
        '<button type="button" class="yj-do" data-do="copy"'
        f' data-words="{escape(as_markdown([turn], lang))}"'
        f' data-done="{escape(text(lang, "copied"))}">{escape(text(lang, "copy_answer"))}</button>'
    )
    rate = "".join(
        f'<button type="button" class="yj-do" data-do="rate" data-rate="#{verdict}-{turn.key}-0"'
        f' aria-pressed="false">{escape(text(lang, verdict))}</button>'
        for verdict in ("right", "wrong")
    )
    rate = (
        '<span class="yj-rate" role="group"'
        f' aria-label="{escape(text(lang, "rate"))}">{rate}</span>'
    )
    return f'<div class="yj-actions" lang="{lang_tag(lang)}">{copy}{_retry(turn, lang)}{rate}</div>'


def _retry(turn: Turn, lang: str) -> str:
    return (
        '<button type="button" class="yj-do" data-do="wish"'
        f' data-wish="#retry-{turn.key}-0">{escape(text(lang, "retry"))}</button>'
        f'<button type="button" class="yj-do" data-do="edit" data-key="{turn.key}"'
        f' data-words="{escape(turn.asked.question)}">'
        f"{escape(text(lang, 'edit'))}</button>"
    )


def _understood(answer: Answer) -> str:
    """The question in full that a follow-up was taken for."""
    if not answer.completed:
        return ""
    key = "understood_more" if asks_details(simplified(answer.question)) else "understood"
    words = text(voice(answer), key, question=answer.completed)
    return f'<p class="yj-understood">{escape(words)}</p>'


def _also(answer: Answer) -> str:
    """The other wordings that were searched."""
    return f'<p class="yj-also">{escape(also_searched(answer))}</p>' if answer.also else ""


def _status(answer: Answer) -> str:
    if answer.kind == "talk":
        return ""
    lang = voice(answer)
    words = text(
        lang,
        "status_matched" if answer.matched and not answer.refused else "status",
        searched=article_count(answer.searched, lang),
        matched=f"{answer.matched:,}",
        ms=reader_time(answer.ms, lang),
    )
    parts = [words, *ages(answer, lang), *([wrote.spent(answer)] if answer.written else ())]
    return f'<p class="yj-status">{escape(" · ".join(parts))}</p>'


def _tries(said: str) -> str:
    """The questions to try that talk ends with, as controls that ask them."""
    if not (found := _TRIES.search(said)):
        return ""
    label = f'<span class="yj-chips-label">{escape(found["lead"])}</span>'
    asks = asking(found["asks"].split(" / "))
    return f'<div class="yj-suggested" role="group">{label}{asks}</div>'


def asking(words: Sequence[str]) -> str:
    """Controls that ask questions."""
    return "".join(
        '<button type="button" class="yj-do yj-next" data-do="next"'
        f' data-words="{escape(one)}"><bdi>{escape(one)}</bdi></button>'
        for one in words
    )


def _paragraphs(raw: str, turn: Turn | None = None) -> str:
    lines = [line.strip() for line in raw.splitlines()]
    return "".join(
        f"<p>{_with_chips(line, turn) if turn else escape(line)}</p>" for line in lines if line
    )


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
    quotes = cited(turn)
    for at, row in enumerate(turn.answer.rows):
        if row.label and row.label not in shown:
            shown.add(row.label)
            # The day of the first quote of a side of a comparison stands beside the quote.
            first = [
                quotes[number - 1] for number in row.citations[:1] if 0 < number <= len(quotes)
            ]
            dated = any(row.value == quote.date for quote in first)
            value = f' <span class="yj-detail">{escape(row.value)}</span>' if row.value else ""
            value = "" if dated else value
            parts.append(
                f'<p class="yj-lead"><strong>{escape(row.label)}</strong>{value}</p>{columns.line(turn, at)}'
            )
        for number in told_once(turn, row.citations):
            about = _about(cited(turn)[number - 1], voice(turn.answer))
            parts.append(
                f'<blockquote class="yj-evidence">{quote(turn, number)}{about}</blockquote>'
            )
        parts.append(others(turn, row))
    return "".join(parts)


def _listed(turn: Turn) -> str:
    """A list of articles: what stands before and behind their lines in the text, and a row for
    each.
    """
    lines = turn.answer.text.splitlines()
    first = next(at for at, line in enumerate(lines) if line.endswith("[1]"))
    rest = lines[first + len(turn.answer.rows) :]
    return _paragraphs("\n".join(lines[:first]), turn) + _rows(turn) + _paragraphs("\n".join(rest))


def _whole_list(answer: Answer) -> str:
    """A control that opens the corpus tab at the articles of which an answer tells."""
    value = next((one.value for one in answer.constraints if one.kind == "date"), "")
    first, _, last = value.partition("/")
    period = next(
        (one for one in (first[:7], first[:4]) if one and bounds(one) == (first, last)), ""
    )
    wish = f"list:{period}:{MENTIONING + answer.about if answer.about else ''}"
    words = escape(text(voice(answer), "whole_list"))
    return f'<p><button type="button" class="yj-do" data-go="{escape(wish)}">{words}</button></p>'


def _refusal(turn: Turn, beside: str) -> str:
    """What was not found, what to lift to find something (``beside``), and the nearest articles."""
    answer, lang = turn.answer, voice(turn.answer)
    lead = "refused_near" if answer.grade == "near" else "refused"
    sign = f'<span class="yj-sign" aria-hidden="true">{SIGNS[answer.grade]}</span> '
    parts = [f'<p class="yj-lead">{sign}<strong>{escape(text(lang, lead))}</strong></p>']
    if answer.missing:
        words = " ".join(
            f'<span class="yj-missing">{escape(word)}</span>' for word in answer.missing
        )
        parts.append(f"<p>{escape(text(lang, 'missing'))} {words}</p>")
    parts.append(beside)
    if answer.nearest:
        near = "".join(_near(turn, number) for number in range(1, len(cited(turn)) + 1))
        parts.append(f'<p>{escape(text(lang, "nearest"))}</p><ul class="yj-near">{near}</ul>')
    return "".join(parts)


def _near(turn: Turn, number: int) -> str:
    one, lang = cited(turn)[number - 1], voice(turn.answer)
    title = (
        f'<strong lang="{lang_tag(one.lang)}"><bdi>{escape(one.title)}</bdi></strong>'
        if one.title
        else ""
    )
    return (
        '<li class="yj-evidence"><p'
        f' class="yj-near-title">{title}{_about(one, lang)}</p>{quote(turn, number)}</li>'
    )


def _about(one: Citation, lang: str) -> str:
    """Who published what is quoted, and when; or ""."""
    parts = " · ".join(
        f"<bdi>{escape(part)}</bdi>" for part in (one.source, reader_date(one.date, lang)) if part
    )
    return f' <span class="yj-detail">{parts}</span>' if parts else ""
