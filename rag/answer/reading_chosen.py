"""Chooses which of two readings of a follow-up is answered: the one the reader is surer of.

Both complete it from the question before, or the first one takes it by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.types import Answer
from rag.index import Snapshot
from rag.question import ParsedQuestion

# A question that is complete by itself is read as a follow-up only if that reading's chance is
# higher by this much (0 to 1).
_MIN_CHANCE_GAIN = 0.2
# A question whose words are in more passages than are read (_MAX_SPECIFIC_PASSAGES) belongs to no
# single story ("嫌疑人是谁？", "What caused the fire?"). Something always answers it, so the follow-up
# reading may be less sure by _MAX_CHANCE_LOSS. Of 800 questions of news 23 are such that lack their
# subject, of 800 that name something none.
_MAX_SPECIFIC_PASSAGES, _MAX_CHANCE_LOSS = 72, 0.3


def is_surer(
    snapshot: Snapshot,
    first: ParsedQuestion,
    given: Answer,
    sure: float,
    other: Answer,
    surer: float,
) -> bool:
    """Whether the second reading is to be answered instead of the first.

    Args:
        snapshot: the index.
        first: the question in its first reading.
        given, other: the answers to the first and to the second reading.
        sure, surer: the chances, 0 to 1, that the articles answer the first and the second.
    """
    if given.refused != other.refused:
        return given.refused and (bool(first.completed) or _says(other, given.missing))
    margin = (
        0.0
        if first.completed
        else -_MAX_CHANCE_LOSS
        if _names_nothing(snapshot, first)
        else _MIN_CHANCE_GAIN
    )
    return surer > sure + margin


def _says(answer: Answer, words: Sequence[str]) -> bool:
    """Whether the quotes of an answer match all of some words.

    These are words for which the first reading found no support: what a complete question asks for
    must not be lost beside the words of the question before.
    """
    matched = {found.word for one in answer.citations for found in one.highlights}
    return all(any(one in word or word in one for one in matched) for word in words)


def _names_nothing(snapshot: Snapshot, question: ParsedQuestion) -> bool:
    """Whether more than ``_MAX_SPECIFIC_PASSAGES`` passages hold the question's content words."""
    query = question.query
    words = [query.text[a:b] for (a, b), says in zip(query.spans, query.content) if says]
    return len(snapshot.holding_words(" ".join(words))) > _MAX_SPECIFIC_PASSAGES
