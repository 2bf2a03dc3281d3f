"""What a language model is told: rules, the quotes under their handles, and the question.

Quotes are data. They stand between marks that they cannot write themselves, for the brackets of
marks and handles are exchanged in them.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from rag.answer.compose import count_line
from rag.answer.types import Answer, Citation
from rag.question.script import HANT, in_script
from rag.writing.handles import new_handles
from rag.writing.models import ANSWER_TOKENS, TOKENS
from rag.writing.problems import voice

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

# Characters that are told at most of a question, of one quote, and of the labels of rows: a prompt
# of these alone is within the budget.
QUESTION_CHARS, QUOTE_CHARS, VALUES_CHARS = 400, 500, 200
FRAME_TOKENS = 60  # what the roles of four messages are set in
_PART = re.compile(r"^\[(\w+)\]\n(.*?)(?=^\[\w+\]\n|\Z)", re.M | re.S)
_BRACKETS = str.maketrans("<>", "‹›")
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent, and what the handles in it stand for.

    Attributes:
        rules: the message of the system.
        example: a question of a user, with quotes of its own, and the answer to it.
        user: the message of the user: quotes, question, task.
        handles: number of a citation of the answer by handle.
        own: what in it is not of the quotes.
        found: of this the values that were found, which a sentence may well be.
        tokens: no more than these, by a careful estimate; the answer's are not among them.
    """

    rules: str
    example: tuple[str, str]
    user: str
    handles: Mapping[str, int]
    own: str
    found: str
    tokens: int

    def echoes(self, sentence: str) -> bool:
        """Whether a sentence only repeats what the model was told: a rule, a task, the question."""
        said = _letters(sentence)
        return bool(said) and said in _letters(self.own) and said not in _letters(self.found)


def _letters(text: str) -> str:
    return re.sub(r"<[^<>]*>|\W", "", text).lower()


def tokens_of(text: str) -> int:
    """No fewer tokens than a model takes for a text.

    2.2 for a Chinese character (a model for English took 2, one for Chinese takes .6), one for a
    digit, one for three others.
    """
    far = sum(not one.isascii() for one in text)
    digits = len(_DIGITS.findall(text))
    return digits + math.ceil(2.2 * far + max(0, len(text) - far - digits) / 3)


def is_list(answer: Answer) -> bool:
    """Whether an answer is a table of several names, to which a model writes the lead only.

    The text of such a one says how many articles hold evidence.
    """
    counted = count_line(answer.matched, answer.searched, voice(answer.lang, answer.traditional))
    return len({row.label for row in answer.rows if row.label}) > 1 and counted in answer.text


def prompt_of(answer: Answer) -> Prompt:
    """The prompt for an answer that has evidence: as many of its quotes as the budget holds."""
    parts = dict(parts_of("en" if answer.lang == "en" else "zh"))
    numbers = _in_order(answer)
    other, *names = new_handles([0, *numbers])
    handles = dict(zip(numbers, names))
    question = (answer.completed or answer.question)[:QUESTION_CHARS]
    found = _values(answer, handles)
    told = parts["values"].format(values=found) if found else ""
    script = in_script("繁体", HANT) if answer.traditional else "简体"
    rules = parts["rules"].format(example=f"<{names[0]}>", script=script)
    example = (parts["example"].format(other=other), parts["answer"].format(other=other))
    task = parts["list" if is_list(answer) else "one"]
    user = functools.partial(parts["user"].format, question=plain(question), values=told, task=task)
    own = "\n".join((rules, *example, user(quotes="")))
    lines: list[str] = []
    given: dict[str, int] = {}
    spent = tokens_of(own) + FRAME_TOKENS
    for number in numbers:
        line = f"<{handles[number]}> {_told(answer.citations[number - 1])}"
        cost = tokens_of(line) + 1
        if given and spent + cost > TOKENS - ANSWER_TOKENS:
            break
        spent += cost
        lines.append(line)
        given[handles[number]] = number
    asked = re.sub(r"\n{2,}", "\n", user(quotes="\n".join(lines)))
    return Prompt(rules, example, asked, given, own, found, spent)


def evidence_of(citation: Citation) -> tuple[str, ...]:
    """The texts that a sentence which cites a quote must stand in: the quote, and its title."""
    return tuple(filter(None, (citation.header, citation.quote, citation.title)))


def table_of(answer: Answer) -> tuple[str, ...]:
    """What a lead to a list may rest on besides: how many rows it has, and what stands in them."""
    if not is_list(answer):
        return ()
    labels = dict.fromkeys(row.label for row in answer.rows if row.label)
    return (f"{len(labels)}: {', '.join(labels)}",)


def _in_order(answer: Answer) -> list[int]:
    """Numbers of the citations to tell: each story once, in a list the first of each row first."""
    first = [row.citations[0] for row in answer.rows if row.citations] if is_list(answer) else []
    every = [*first, *range(1, len(answer.citations) + 1)]
    return [one for one in dict.fromkeys(every) if not answer.citations[one - 1].same_as] or [1]


def _values(answer: Answer, handles: Mapping[int, str]) -> str:
    """What stands first in the rows, with handles: "Sichuan 四川 <c31>; ..."."""
    told: dict[str, str] = {}
    for row in answer.rows:
        if row.label and row.citations and row.citations[0] in handles:
            said = f"{row.label} {row.value}".strip().translate(_BRACKETS)
            told.setdefault(row.label, f"{said} <{handles[row.citations[0]]}>")
    said = "; ".join(told.values())
    if len(said) <= VALUES_CHARS:
        return said
    return said[:VALUES_CHARS].rpartition("; ")[0] + "; …"


def _told(citation: Citation) -> str:
    quote = " ".join(f"{citation.header} : {citation.quote}".removeprefix(" : ").split())[
        :QUOTE_CHARS
    ]
    title = f"[{citation.title[:80]}] " if citation.title else ""
    return (title + quote).translate(_BRACKETS)


def plain(text: str) -> str:
    """A text that cannot write the marks which data stands between in a prompt."""
    return text.translate(_BRACKETS)


def messages_of(rules: str, question: str, answer: str, user: str) -> list[BaseMessage]:
    """The messages of a request: the system's, an example of a question with its answer, and the
    user's.
    """
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    example = [HumanMessage(question), AIMessage(answer)]
    return [SystemMessage(rules), *example, HumanMessage(user)]


@functools.cache
def parts_of(name: str) -> Sequence[tuple[str, str]]:
    """The parts of a file of prompts by their names, in order."""
    text = resources.files("rag.writing").joinpath("prompts", f"{name}.txt").read_text("utf-8")
    return tuple((part, body.strip()) for part, body in _PART.findall(text))
