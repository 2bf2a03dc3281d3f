"""Explains why a quote in another script was found.

Its words are shown beside those of the question that they match ("电梯 = elevator").
"""

from __future__ import annotations

import re

from rag.answer.types import Citation

_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile("[A-Za-z]")


def glosses(citation: Citation, most: int = 6) -> tuple[tuple[str, str], ...]:
    """Words of a quote, each with the word of the question that it matches, in order of the quote.

    Args:
        citation: a quote with its highlights. Only matches between Chinese and Latin script count,
            and each word counts once.
        most: pairs at most: those that match best.

    Returns:
        (word of the quote, word of the question) pairs; none if question and quote are in one
        script.
    """
    pairs: list[tuple[int, str, str]] = []
    words: set[str] = set()
    asked: set[str] = set()
    for found in sorted(citation.highlights, key=lambda one: -one.score):
        word = citation.quote[found.start - citation.start : found.end - citation.start]
        new = word.casefold() not in words and found.word.casefold() not in asked
        if new and found.score > 0 and _across(word, found.word):
            words.add(word.casefold())
            asked.add(found.word.casefold())
            pairs.append((found.start, word, found.word))
    return tuple((word, of) for _, word, of in sorted(pairs[:most]))


def _across(word: str, other: str) -> bool:
    """Whether one of two words is in Chinese script and the other one in Latin script."""
    return bool(_HAN.search(word)) != bool(_HAN.search(other)) and bool(_LATIN.search(word + other))
