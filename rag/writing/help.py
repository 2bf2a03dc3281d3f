"""Other wordings of a question from a language model: a translation, and one in other words.

They are searched beside the question and never take its place. Whatever the model does, nothing is
raised, and a question without them is searched as ever.
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

SECONDS, SHARE = 5.0, 1 / 4  # at most, and of the time limit of the whole answer
LINES = 2
LONGEST = 200  # characters of a wording, at most
# Where they are shown something may render it: chat programs load a picture of "![](https://…)".
_MARKUP = re.compile(r"[<>\[\]{}`]|://")
CUT = ("length", "max_tokens")  # why a model ended that was not done, as providers call it


@dataclass(frozen=True, slots=True)
class Help:
    """What a model proposed, and what that took.

    Attributes:
        wordings: other wordings of the question, at most two; none where the model failed.
        tokens: of the request, prompt and answer together.
        counted: whether the model's server told so; else it is an estimate from above.
        seconds: wall time.
        problem: "" or what went wrong, one of ``rag.writing.problems.PROBLEMS``;
            "form" for anything but two short lines.
    """

    wordings: tuple[str, ...] = ()
    tokens: int = 0
    counted: bool = True
    seconds: float = 0.0
    problem: str = ""


def proposed(writer: ModelWriter, question: str, lang: str) -> Generator[Rewording, None, Help]:
    """What a model proposes; meanwhile that it is asked. Who closes this ends the request.

    Args:
        writer: the model, opened for answers of :data:`rag.writing.models.HELP_TOKENS`.
        question: in full, where it leaned on an earlier one.
        lang: its language, "en" or "zh".
    """
    began = time.monotonic()
    told = told_of(question, lang)
    text, finish, counted, problem = "", "", 0, ""
    wordings: tuple[str, ...] = ()
    yield Rewording(writer.name)
    try:
        deadline = began + min(SECONDS, SHARE * writer.seconds)
        with closing(parts(writer.model, messages_of(*told), deadline)) as coming:
            for part in coming:
                if part is None:
                    yield Rewording(writer.name)
                    continue
                text, finish = text + part.text, part.finish or finish
                counted += part.tokens
                if tokens_of(text) > 4 * HELP_TOKENS:  # whatever its server was told
                    raise Failed("endless")
        if finish in CUT:
            raise Failed("endless")
        wordings = wordings_of(text, question, lang)
    except Exception as error:
        problem = problem_of(error, bool(text))
        # Neither words of the model nor messages of its client, which may repeat a key.
        log.info("%s proposed no other wording: %s", writer.name, problem)
    tokens = counted or sum(map(tokens_of, (*told, text)))
    return Help(wordings, tokens, bool(counted), time.monotonic() - began, problem)


def told_of(question: str, lang: str) -> tuple[str, str, str, str]:
    """What a model is told: rules, a question and the answer to it as an example, the question."""
    parts = dict(parts_of(f"help_{lang}"))
    asked = parts["user"].format(question=plain(question[:QUESTION_CHARS]))
    return parts["rules"], parts["user"].format(question=parts["question"]), parts["answer"], asked


def wordings_of(text: str, question: str, lang: str) -> tuple[str, ...]:
    """The wordings in a model's answer that say something else than the question, at most two.

    Args:
        text: two lines without markup, the first in the other language, the second in the
            question's.
        question: what was asked.
        lang: its language, "en" or "zh".

    Raises Failed for anything else.
    """
    text = text.rpartition("</think>")[2]
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise Failed("empty")
    if any(declines(line) for line in lines):
        raise Failed("declined")
    if len(lines) != LINES or max(map(len, lines)) > LONGEST or _MARKUP.search(text):
        raise Failed("form")
    try:
        lines = [clean(line) for line in lines]
    except UsageError:  # of characters that do not show
        raise Failed("form") from None
    if [detect_lang(line) for line in lines] != ["en" if lang == "zh" else "zh", lang]:
        raise Failed("language")
    known = {_letters(question): ""}
    for line in lines:
        known.setdefault(_letters(line), line)
    return tuple(filter(None, known.values()))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()
