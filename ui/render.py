"""Renders the messages of the chat: questions, partial and whole answers, refusals, and notices."""

from __future__ import annotations

import re

from markupsafe import Markup

from rag.answer.events import Found, Searching
from rag.answer.types import Answer, Row, Written
from rag.plain import voice
from rag.question.asides import asks_details
from rag.question.script import simplified
from rag.search.browse import MENTIONING_PREFIX
from rag.ui.age import ages
from rag.ui.templating import macro
from rag.ui.texts import counted, reader_time, text
from rag.ui.timeline import bounds
from rag.ui.turn import Turn, cited, valid

_TRIES = re.compile(r"\n(?P<lead>Try:|可以[问问]：)\s?(?P<asks>.+)$")  # of rag.answer.talk
# A complete mark of an unsupported sentence in the text of an answer, with its reason.
_DOUBT = re.compile(r"[(（]⚠ ([^\n]*?)[)）](?=\s|$|[^\x00-\x7f])")


question = macro("answer", "question")
"""Renders a question as the reader's message; a very long one is cut for display."""
notice = macro("answer", "notice")
"""Renders the page's own message for a turn without an answer, in a language."""
message = macro("answer", "message")
"""Renders the whole answer of a turn in the language of its question. Its [1] link to
``src-<key>-1``.

The second argument is the page's language, which the controls use.
"""
suggested = macro("answer", "suggested")
"""Renders questions as controls that ask them, in the page's language; "" for no question."""
busy = macro("answer", "busy")
"""Renders the message (words, their language) that is shown while something is under way."""
_partial = macro("answer", "partial")


def waiting(searching: Searching, found: Found | None, lang: str) -> Markup:
    """Renders the message until an answer begins: what is searched and, later, what was found."""
    words = text(lang, "searching", articles=counted(searching.articles, "article", lang))
    if found:
        passages = counted(found.passages, "passage", lang)
        articles = counted(found.articles, "article", lang)
        words += " " + text(lang, "found_in", passages=passages, articles=articles)
    return busy(words, lang)


def partial(raw: str) -> Markup:
    """Renders an incomplete answer as plain text, with the marks of unsupported sentences."""
    return _partial([_DOUBT.split(line.strip()) for line in raw.splitlines() if line.strip()])


def understood(answer: Answer) -> str:
    """Returns the line that says as which complete question a follow-up was understood."""
    key = "understood_more" if asks_details(simplified(answer.question)) else "understood"
    return text(voice(answer), key, question=answer.completed)


def status(answer: Answer) -> list[str]:
    """Returns lines on an answer: what was searched, ages of the data, tokens of a model or ""."""
    lang = voice(answer)
    key = "status_matched" if answer.matched and not answer.refused else "status"
    searched, ms = counted(answer.searched, "article", lang), reader_time(answer.ms, lang)
    words = text(lang, key, searched=searched, matched=answer.matched, ms=ms)
    return [words, *ages(answer, lang), spent(answer)]


def holds(written: Written) -> bool:
    """Whether the quotes support at least one sentence of a language model."""
    return any(one.supported for one in written.sentences)


def spent(answer: Answer) -> str:
    """Returns a line with the model that wrote and its tokens; "" if no model was asked."""
    written = answer.written
    if written is None:
        return ""
    key = "written_by" if holds(written) else "written_not"
    key += "" if written.counted else "_about"
    return text(voice(answer), key, model=written.model, tokens=written.tokens)


def tried(answer_text: str) -> tuple[str, str, list[str]]:
    """Splits an answer of small talk into its text, the lead "Try:", and the questions to try."""
    if not (found := _TRIES.search(answer_text)):
        return answer_text, "", []
    return answer_text[: found.start()], found["lead"], found["asks"].split(" / ")


def lines_in_pieces(raw: str) -> list[list[str]]:
    """Splits each line of a text at its [n]; every second piece is such a number."""
    return [re.split(r"\[(\d{1,4})\]", line.strip()) for line in raw.splitlines() if line.strip()]


def is_dated(turn: Turn, row: Row) -> bool:
    """Whether a row's value is the date of its first quote, which is shown beside it anyway."""
    numbers = valid(turn, row.citations[:1])
    return bool(numbers) and row.value == cited(turn)[numbers[0] - 1].date


def around_list(answer: Answer) -> tuple[str, str]:
    """Returns the text of an answer before and after the lines of its list of articles."""
    lines = answer.text.splitlines()
    first = next(at for at, line in enumerate(lines) if line.endswith("[1]"))
    return "\n".join(lines[:first]), "\n".join(lines[first + len(answer.rows) :])


def listed_in_tab(answer: Answer) -> str:
    """Returns the ``data-go`` that opens the corpus tab at the articles an answer is about."""
    value = next((one.value for one in answer.constraints if one.kind == "date"), "")
    first, _, last = value.partition("/")
    found = (one for one in (first[:7], first[:4]) if one and bounds(one) == (first, last))
    period = next(found, "")
    return f"list:{period}:{MENTIONING_PREFIX + answer.about if answer.about else ''}"
