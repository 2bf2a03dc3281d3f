"""The quantities in which a question is answered: money, a time, a length."""

from __future__ import annotations

import functools
import re

from rag.question.words import filled, lines


@functools.lru_cache(maxsize=256)
def quantities_of(question: str) -> frozenset[str]:
    """The names of the quantities, one of which a figure that answers a question measures.

    "多少钱" and "what is the fare" are answered by money, in whatever currency. Empty if the
    question does not tell.

    Args:
        question: the question in simplified characters.
    """
    return next((names for names, asks in _patterns() if asks.search(question)), frozenset())


@functools.cache
def _patterns() -> list[tuple[frozenset[str], re.Pattern[str]]]:
    rows = (line.split("\t") for line in lines("asked_quantities.tsv"))
    return [(frozenset(names.split("|")), re.compile(filled(asks), re.I)) for names, asks in rows]
