"""Messages of the chat: questions, answers as they come and whole, refusals, and the page's own
words.
"""

from __future__ import annotations

import re

from markupsafe import Markup

from rag.answer.events import Found, Searching
from rag.answer.types import Answer, Row, Written
from rag.question.asides import asks_details
from rag.question.script import simplified
from rag.search.browse import MENTIONING
from rag.ui.age import ages
from rag.ui.templating import macro
from rag.ui.texts import counted, reader_time, text
from rag.ui.timeline import bounds
from rag.ui.turn import Turn, cited, valid, voice

_TRIES = re.compile(r"\n(?P<lead>Try:|可以[问问]：)\s?(?P<asks>.+)$")  # of rag.answer.talk
# A mark of doubt as the text of an answer has it, with its reason, where it is complete.
_DOUBT = re.compile(r"[(（]⚠ ([^\n]*?)[)）](?=\s|$|[^\x00-\x7f])")


question = macro("answer", "question")
"""A question as the reader's message; a very long one is cut for display."""
notice = macro("answer", "notice")
"""A message of the page itself, for a turn whose question could not be answered, in a language."""
message = macro("answer", "message")
"""The answer of a turn as a whole, in the language of its question; its [1] link to
``src-<key>-1``.

The second argument is the page's language, that of the controls.
"""
suggested = macro("answer", "suggested")
"""Some questions as controls that ask them, in the page's language; "" for none."""
busy = macro("answer", "busy")
"""The message shown while something is under way, in words of a language."""
_partial = macro("answer", "partial")


def waiting(searching: Searching, found: Found | None, lang: str) -> Markup:
    """The message shown until the first word of an answer is there: what is searched, and what was
    found.
    """
    words = text(lang, "searching", articles=counted(searching.articles, "article", lang))
    if found:
        passages = counted(found.passages, "passage", lang)
        articles = counted(found.articles, "article", lang)
        words += " " + text(lang, "found_in", passages=passages, articles=articles)
    return busy(words, lang)


def partial(raw: str) -> Markup:
    """An answer of which more is to come, as plain text with the marks of what does not hold."""
    return _partial([_DOUBT.split(line.strip()) for line in raw.splitlines() if line.strip()])


def understood(answer: Answer) -> str:
    """The question in full that a follow-up was taken for."""
    key = "understood_more" if asks_details(simplified(answer.question)) else "understood"
    return text(voice(answer), key, question=answer.completed)


def status(answer: Answer) -> list[str]:
    """What was searched, how old it is, and what a model took."""
    lang = voice(answer)
    words = text(
        lang,
        "status_matched" if answer.matched and not answer.refused else "status",
        searched=counted(answer.searched, "article", lang),
        matched=answer.matched,
        ms=reader_time(answer.ms, lang),
    )
    return [words, *ages(answer, lang), spent(answer)]


def holds(written: Written) -> bool:
    """Whether the quotes bear a sentence of a language model out."""
    return any(one.supported for one in written.sentences)


def spent(answer: Answer) -> str:
    """Which model wrote, and what it took, as a plain line; "" where none was asked."""
    written = answer.written
    if written is None:
        return ""
    key = "written_by" if holds(written) else "written_not"
    key += "" if written.counted else "_about"
    return text(voice(answer), key, model=written.model, tokens=written.tokens)


def tried(said: str) -> tuple[str, str, list[str]]:
    """What talk says, and the questions to try that it ends with, behind their lead."""
    if not (found := _TRIES.search(said)):
        return said, "", []
    return said[: found.start()], found["lead"], found["asks"].split(" / ")


def lines_in_pieces(raw: str) -> list[list[str]]:
    """The lines of a text, each taken apart at its [n]: every second piece is such a number."""
    return [re.split(r"\[(\d{1,4})\]", line.strip()) for line in raw.splitlines() if line.strip()]


def is_dated(turn: Turn, row: Row) -> bool:
    """Whether a row's value is the day of its first quote, which stands beside the quote."""
    numbers = valid(turn, row.citations[:1])
    return bool(numbers) and row.value == cited(turn)[numbers[0] - 1].date


def around_list(answer: Answer) -> tuple[str, str]:
    """What the text of an answer says before and behind the lines of its list of articles."""
    lines = answer.text.splitlines()
    first = next(at for at, line in enumerate(lines) if line.endswith("[1]"))
    return "\n".join(lines[:first]), "\n".join(lines[first + len(answer.rows) :])


def listed_in_tab(answer: Answer) -> str:
    """What opens the corpus tab at the articles of which an answer tells."""
    value = next((one.value for one in answer.constraints if one.kind == "date"), "")
    first, _, last = value.partition("/")
    period = next(
        (one for one in (first[:7], first[:4]) if one and bounds(one) == (first, last)), ""
    )
    return f"list:{period}:{MENTIONING + answer.about if answer.about else ''}"
