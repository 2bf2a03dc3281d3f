"""Which of two readings of a follow-up is answered: the one that the reader is surer of."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.types import Answer
from rag.index import Snapshot
from rag.question import ParsedQuestion

# A question that is whole by itself is read as leaning on the one before only where that is so much
# surer: 0 to 1.
MARGIN = 0.2
# A question whose words more passages hold than are read, is of no one story ("嫌疑人是谁？", "What
# caused the fire?"): something always answers it, so that the reading that leans may be as much
# less sure. Of 800 questions of news 23 are such that lack their subject, of 800 that name
# something none.
COMMON, BEHIND = 72, 0.3


def is_surer(
    snapshot: Snapshot,
    first: ParsedQuestion,
    given: Answer,
    sure: float,
    other: Answer,
    surer: float,
) -> bool:
    """Whether the second reading is to be answered in place of the first.

    Args:
        snapshot: the index.
        first: the question in its first reading.
        given, other: the answers to the first and to the second.
        sure, surer: the chances, 0 to 1, that the articles answer them.
    """
    if given.refused != other.refused:
        return given.refused and (bool(first.completed) or _says(other, given.missing))
    margin = 0.0 if first.completed else -BEHIND if _names_nothing(snapshot, first) else MARGIN
    return surer > sure + margin


def _says(answer: Answer, words: Sequence[str]) -> bool:
    """Whether the quotes of an answer match words for which there was no support: what a whole
    question asks for must not be lost beside the words of the question before.
    """
    matched = {found.word for one in answer.citations for found in one.highlights}
    return all(any(one in word or word in one for one in matched) for word in words)


def _names_nothing(snapshot: Snapshot, question: ParsedQuestion) -> bool:
    query = question.query
    said = [query.text[a:b] for (a, b), says in zip(query.spans, query.content) if says]
    return len(snapshot.holding_words(" ".join(said))) > COMMON
