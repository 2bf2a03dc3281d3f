"""Builds the prompt of a language model: rules, quotes under their handles, and the question.

Quotes are data, not instructions. Tags such as ``<quotes>`` and handles such as ``<c37>`` are in
angle brackets. These are replaced in all quotes, so that a quote cannot forge a tag or a handle.
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
from rag.plain import voice
from rag.question.script import HANT, in_script
from rag.writing.handles import new_handles
from rag.writing.models import ANSWER_TOKENS, MAX_REQUEST_TOKENS

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

# Limits, in characters, of a question, of one quote, and of the labels and values of rows. A prompt
# with one quote at these limits is within the token budget.
QUESTION_CHARS, QUOTE_CHARS, VALUES_CHARS = 400, 500, 200
FRAME_TOKENS = 60  # tokens that mark the roles of the four messages
_PART = re.compile(r"^\[(\w+)\]\n(.*?)(?=^\[\w+\]\n|\Z)", re.M | re.S)
_BRACKETS = str.maketrans("<>", "‹›")
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt, and the citations that its handles stand for.

    Attributes:
        rules: the system message.
        example: an example of a user message, with quotes of its own, and the answer to it.
        user: the user message: quotes, question, task.
        handles: citation number by handle.
        without_quotes: the text of the prompt without the quotes.
        found: the part of ``without_quotes`` with the values of the rows, which a sentence may
            repeat.
        tokens: upper estimate of the prompt's tokens, without those of the answer.
    """

    rules: str
    example: tuple[str, str]
    user: str
    handles: Mapping[str, int]
    without_quotes: str
    found: str
    tokens: int

    def echoes(self, sentence: str) -> bool:
        """Whether a sentence only repeats the prompt: a rule, the task or the question."""
        letters, found = _letters(sentence), _letters(self.found)
        return bool(letters) and letters not in found and letters in _letters(self.without_quotes)


def _letters(text: str) -> str:
    """Returns the lower-case letters and digits of a text, without tags and handles."""
    return re.sub(r"<[^<>]*>|\W", "", text).lower()


def tokens_of(text: str) -> int:
    """Returns an upper estimate of the tokens that a model takes for a text.

    It counts 2.2 for a character beyond ASCII (per Chinese character a model for English took 2,
    and one for Chinese takes .6), one for a digit, and one for three other characters.
    """
    far = sum(not one.isascii() for one in text)
    digits = len(_DIGITS.findall(text))
    return digits + math.ceil(2.2 * far + max(0, len(text) - far - digits) / 3)


def is_list(answer: Answer) -> bool:
    """Whether an answer is a table with several labels, for which a model writes only the lead.

    The text of such an answer says how many articles hold evidence.
    """
    counted = count_line(answer.matched, answer.searched, voice(answer))
    return len({row.label for row in answer.rows if row.label}) > 1 and counted in answer.text


def prompt_of(answer: Answer) -> Prompt:
    """Builds the prompt for an answer with evidence, with as many quotes as fit the budget."""
    parts = dict(parts_of("en" if answer.lang == "en" else "zh"))
    numbers = _in_order(answer)
    other, *names = new_handles([0, *numbers])
    handles = dict(zip(numbers, names))
    question = (answer.completed or answer.question)[:QUESTION_CHARS]
    found = _values(answer, handles)
    rows_text = parts["values"].format(values=found) if found else ""
    script = in_script("繁体", HANT) if answer.traditional else "简体"
    rules = parts["rules"].format(example=f"<{names[0]}>", script=script)
    example = (parts["example"].format(other=other), parts["answer"].format(other=other))
    task = parts["list" if is_list(answer) else "one"]
    user = functools.partial(
        parts["user"].format, question=plain(question), values=rows_text, task=task
    )
    without_quotes = "\n".join((rules, *example, user(quotes="")))
    lines: list[str] = []
    given: dict[str, int] = {}
    spent = tokens_of(without_quotes) + FRAME_TOKENS
    for number in numbers:
        line = f"<{handles[number]}> {_quote_line(answer.citations[number - 1])}"
        cost = tokens_of(line) + 1
        if given and spent + cost > MAX_REQUEST_TOKENS - ANSWER_TOKENS:
            break
        spent += cost
        lines.append(line)
        given[handles[number]] = number
    asked = re.sub(r"\n{2,}", "\n", user(quotes="\n".join(lines)))
    return Prompt(rules, example, asked, given, without_quotes, found, spent)


def evidence_of(citation: Citation) -> tuple[str, ...]:
    """Returns the texts that support a sentence which cites this: table header, quote, title."""
    return tuple(filter(None, (citation.header, citation.quote, citation.title)))


def table_of(answer: Answer) -> tuple[str, ...]:
    """Returns what the lead of a list may also rest on: the number of labels, and the labels."""
    if not is_list(answer):
        return ()
    labels = dict.fromkeys(row.label for row in answer.rows if row.label)
    return (f"{len(labels)}: {', '.join(labels)}",)


def _in_order(answer: Answer) -> list[int]:
    """Returns the citation numbers in the order in which the prompt gives the quotes.

    Each story is given once. For a list, the first citation of every row comes first.
    """
    first = [row.citations[0] for row in answer.rows if row.citations] if is_list(answer) else []
    every = [*first, *range(1, len(answer.citations) + 1)]
    return [one for one in dict.fromkeys(every) if not answer.citations[one - 1].same_as] or [1]


def _values(answer: Answer, handles: Mapping[int, str]) -> str:
    """Returns label, value and handle of each row: "Sichuan 四川 <c31>; ...".

    The text ends with "…" where rows beyond ``VALUES_CHARS`` are cut off.
    """
    by_label: dict[str, str] = {}
    for row in answer.rows:
        if row.label and row.citations and row.citations[0] in handles:
            row_text = f"{row.label} {row.value}".strip().translate(_BRACKETS)
            by_label.setdefault(row.label, f"{row_text} <{handles[row.citations[0]]}>")
    rows_text = "; ".join(by_label.values())
    if len(rows_text) <= VALUES_CHARS:
        return rows_text
    return rows_text[:VALUES_CHARS].rpartition("; ")[0] + "; …"


def _quote_line(citation: Citation) -> str:
    """Returns a quote as the prompt gives it: title, table header and text, without brackets."""
    quote = " ".join(f"{citation.header} : {citation.quote}".removeprefix(" : ").split())
    title = f"[{citation.title[:80]}] " if citation.title else ""
    return plain(title + quote[:QUOTE_CHARS])


def plain(text: str) -> str:
    """Replaces angle brackets, so that the text cannot forge the tags of a prompt."""
    return text.translate(_BRACKETS)


def messages_of(rules: str, question: str, answer: str, user: str) -> list[BaseMessage]:
    """Builds the messages of a request: system, example question, example answer, user."""
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    example = [HumanMessage(question), AIMessage(answer)]
    return [SystemMessage(rules), *example, HumanMessage(user)]


@functools.cache
def parts_of(name: str) -> Sequence[tuple[str, str]]:
    """Reads ``prompts/NAME.txt`` and returns its (part name, text) pairs, in order."""
    text = resources.files("rag.writing").joinpath("prompts", f"{name}.txt").read_text("utf-8")
    return tuple((part, body.strip()) for part, body in _PART.findall(text))
