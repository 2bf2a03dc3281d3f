"""Which of two readings of a follow-up is answered: the one that the reader is surer of."""

from __future__ import annotations

from rag.answer.types import Answer
from rag.question import ParsedQuestion

# A question that is whole by itself is read as leaning on the one before only where that is so much
# surer: 0 to 1.
MARGIN = 0.2


def is_surer(
    first: ParsedQuestion, given: Answer, sure: float, other: Answer, surer: float
) -> bool:
    """Whether the second reading is to be answered in place of the first.

    Args:
        first: the question in its first reading.
        given, other: the answers to the first and to the second.
        sure, surer: the chances, 0 to 1, that the articles answer them.
    """
    if given.refused != other.refused:
        return given.refused
    return surer > sure + (0.0 if first.completed else MARGIN)
