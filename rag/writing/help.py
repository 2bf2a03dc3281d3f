"""Asks a language model for other wordings of a question: a translation and a paraphrase.

They are searched in addition to the question and never replace it. A failure of the model raises
nothing: the question is then searched alone.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass

from rag.answer.events import Rewording
from rag.corpus.language import detect_lang
from rag.errors import UsageError
from rag.question.query import clean
from rag.writing.background import parts
from rag.writing.models import HELP_TOKENS, ModelWriter
from rag.writing.problems import Failed, declines, problem_of
from rag.writing.prompt import QUESTION_CHARS, messages_of, parts_of, plain, tokens_of

log = logging.getLogger("rag.writing")

# Time limit: seconds, or this share of the time limit of the whole answer, whichever is less.
_MAX_HELP_SECONDS, _MAX_HELP_SHARE = 5.0, 1 / 4
_EXPECTED_LINES = 2  # lines in an answer of the model, one wording each
MAX_WORDING_CHARACTERS = 200  # maximum characters of a wording
# Forbidden in wordings: where they are shown, a program may render markup (chat programs load the
# picture of "![](https://…)").
_MARKUP = re.compile(r"[<>\[\]{}`]|://")
CUT_OFF_REASONS = ("length", "max_tokens")  # finish reasons for an answer that was cut off


@dataclass(frozen=True, slots=True)
class Help:
    """The wordings that a model proposed, and their cost.

    Attributes:
        wordings: other wordings of the question, at most two; none if the model failed.
        tokens: of the request, prompt and answer together.
        counted: whether the model's server reported ``tokens``; else they are an upper estimate.
        seconds: wall time.
        problem: "" or what went wrong, a key of ``rag.writing.problems.PROBLEMS``;
            "form" if the answer was anything but two short lines.
    """

    wordings: tuple[str, ...] = ()
    tokens: int = 0
    counted: bool = True
    seconds: float = 0.0
    problem: str = ""


def proposed(writer: ModelWriter, question: str, lang: str) -> Generator[Rewording, None, Help]:
    """Asks a model for other wordings and returns them.

    Yields a Rewording at once and again while the model is busy. Closing the generator ends the
    request.


    Args:
        writer: the model, opened for answers of :data:`rag.writing.models.HELP_TOKENS`.
        question: the question, completed if it referred back to an earlier one.
        lang: its language, "en" or "zh".
    """
    began = time.monotonic()
    request = request_texts(question, lang)
    text, finish, counted, problem = "", "", 0, ""
    wordings: tuple[str, ...] = ()
    yield Rewording(writer.name)
    try:
        deadline = began + min(_MAX_HELP_SECONDS, _MAX_HELP_SHARE * writer.seconds)
        with closing(parts(writer.model, messages_of(*request), deadline)) as coming:
            for part in coming:
                if part is None:
                    yield Rewording(writer.name)
                    continue
                text, finish = text + part.text, part.finish or finish
                counted += part.tokens
                if tokens_of(text) > 4 * HELP_TOKENS:  # for servers that ignore the limit
                    raise Failed("endless")
        if finish in CUT_OFF_REASONS:
            raise Failed("endless")
        wordings = wordings_of(text, question, lang)
    except Exception as error:
        problem = problem_of(error, bool(text))
        # The log names neither the model's words nor the client's message, which may repeat a key.
        log.info("%s proposed no other wording: %s", writer.name, problem)
    tokens = counted or sum(map(tokens_of, (*request, text)))
    return Help(wordings, tokens, bool(counted), time.monotonic() - began, problem)


def request_texts(question: str, lang: str) -> tuple[str, str, str, str]:
    """Returns the texts of the request: rules, example question, example answer, question."""
    parts = dict(parts_of(f"help_{lang}"))
    asked = parts["user"].format(question=plain(question[:QUESTION_CHARS]))
    return parts["rules"], parts["user"].format(question=parts["question"]), parts["answer"], asked


def wordings_of(text: str, question: str, lang: str) -> tuple[str, ...]:
    """Returns the wordings in a model's answer that differ from the question, at most two.

    Args:
        text: the answer. It must have two lines without markup, the first in the other language,
            the second in the question's.
        question: the question.
        lang: its language, "en" or "zh".

    Raises Failed for an answer of any other form.
    """
    text = text.rpartition("</think>")[2]
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise Failed("empty")
    if any(declines(line) for line in lines):
        raise Failed("declined")
    if (
        len(lines) != _EXPECTED_LINES
        or max(map(len, lines)) > MAX_WORDING_CHARACTERS
        or _MARKUP.search(text)
    ):
        raise Failed("form")
    try:
        lines = [clean(line) for line in lines]
    except UsageError:  # the line has only invisible characters
        raise Failed("form") from None
    if [detect_lang(line) for line in lines] != ["en" if lang == "zh" else "zh", lang]:
        raise Failed("language")
    known = {_letters(question): ""}
    for line in lines:
        known.setdefault(_letters(line), line)
    return tuple(filter(None, known.values()))


def _letters(text: str) -> str:
    """Returns the letters and digits of a text, case-folded, to compare wordings by."""
    return re.sub(r"[\W_]", "", text).casefold()
