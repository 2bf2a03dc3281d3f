"""Why a quote in another script was found.

It is told by its words beside those of the question that they match ("电梯 = elevator").
"""

from __future__ import annotations

import re

from rag.answer.types import Citation

_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile("[A-Za-z]")


def glosses(citation: Citation, most: int = 6) -> tuple[tuple[str, str], ...]:
    """Words of a quote and the words of the question that each matches, in the order of the quote.

    Args:
        citation: with its highlights; only those that match across scripts are taken, each word
            once.
        most: of more than so many, those that match best.

    Returns:
        (word of the quote, word of the question) pairs; none where question and quote are of one
        script.
    """
    pairs: dict[str, tuple[float, int, str]] = {}
    for found in citation.highlights:
        word = citation.quote[found.start - citation.start : found.end - citation.start]
        if _across(word, found.word) and found.score > pairs.get(word.casefold(), (0.0,))[0]:
            pairs[word.casefold()] = (found.score, found.start, found.word)
    asked: dict[
        str, tuple[float, int, str]
    ] = {}  # and of several words for one of the question the best
    for score, start, of in pairs.values():
        if score > asked.get(of.casefold(), (0.0,))[0]:
            asked[of.casefold()] = (score, start, of)
    best = sorted(sorted(asked.values(), key=lambda one: -one[0])[:most], key=lambda one: one[1])
    ends = {found.start: found.end for found in citation.highlights}
    return tuple(
        (citation.quote[start - citation.start : ends[start] - citation.start], of)
        for _, start, of in best
    )


def _across(word: str, other: str) -> bool:
    """Whether one is Chinese and the other is not."""
    return bool(_HAN.search(word)) != bool(_HAN.search(other)) and bool(_LATIN.search(word + other))
