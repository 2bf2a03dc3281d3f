"""Finds denials in sentences: "河南省没有举行演练", "Thailand declined the offer"."""

from __future__ import annotations

import functools
import re

from rag.answer.sentence import Sentence
from rag.corpus import clauses
from rag.question import ParsedQuestion

# Words that deny or call off something. "不仅", "不断", "not only" deny nothing.
_DENYING = re.compile(
    r"(?<!有)没(?!收|落|过多久)有?|(?<!是)不是|并非|(?:[并尚从仍]|至今)?未(?![来成婚免央知必]|雨绸缪)(?:曾|能)?|不(?:会|曾|予|能|准|许|愿|肯|打算|得(?!不))|不再|无法"
    r"|拒绝|拒不|取消|撤销|叫停|停办|停止|暂停|推迟|延期|放弃"
    r"|\b(?:not(?! (?:only|just|least|merely|far|long|until)\b)|\w+n['’]t|never|cannot|no(?!"
    r" (?:one|more|less|fewer|doubt|matter)\b)(?: longer)?"
    r"|declin(?:e[sd]?|ing)|refus(?:e[sd]?|ing)|reject(?:s|ed|ing)?|cancel(?:s|led|ed|ling|ing)?|call(?:s|ed|ing)?"
    r" off|abandon(?:s|ed|ing)?"
    r"|suspend(?:s|ed|ing)?|postpon(?:e[sd]?|ing)|halt(?:s|ed|ing)?|scrap(?:s|ped|ping)?|fail(?:s|ed|ing)?"
    r" to|stop(?:s|ped|ping)?)\b",
    re.I,
)


def asks_denied(parsed: ParsedQuestion) -> bool:
    """Whether a question asks for what was not done.

    "Which did not cancel" denies twice, so it asks for what was done.
    """
    return parsed.negated and _denies(parsed.plain, 0, len(parsed.plain))


def in_denial(sentence: Sentence, at: int) -> bool:
    """Whether the clause of a sentence that holds the offset ``at`` denies what it states."""
    text, whole = sentence.article.text, (sentence.start, sentence.end)
    part = next((one for one in _clauses(text, *whole) if one[0] <= at < one[1]), whole)
    return _denies(text, *part)


@functools.lru_cache(maxsize=64)
def _clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The clauses of a sentence; cached, since they are needed for each name in it."""
    return clauses(text, start, end)


def _denies(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` denies something; a denied denial ("没有取消") affirms."""
    return len(list(_DENYING.finditer(text, start, end))) % 2 == 1
