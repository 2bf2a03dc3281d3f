"""Finds words that a sentence reverses: it denies what the evidence affirms, or the opposite."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

import numpy as np

from rag.writing.aligned import Aligned
from rag.writing.facts import counted
from rag.writing.figures import TextFigure, agree
from rag.writing.opposites import Pole, denies, poles

_CLAUSE = re.compile(r"(?:[^，,。；;！!？?\n.]|(?<=\d)[.,](?=\d)|\.(?!\s|$))+")

_MIN_MATCH_COSINE = 0.45  # cosine from which tokens of sentence and evidence may match
_MIN_LOG_WEIGHT = 0.42  # log(1 + weight of the token) from which a token carries meaning


def reversed_words(sentence: str, evidence: Sequence[str], one: Aligned) -> list[tuple[int, int]]:
    """Returns the spans of a sentence whose meaning the evidence reverses, as far as rules tell.

    A word is reversed in any of these cases:

    - The evidence denies the token nearest to it, and the sentence has no word that denies, ends or
      refuses anything; or the sentence denies it, and the nearest sentences have no such word.
    - The nearest sentences of the evidence contain only its opposite.
    - Nothing of this, but the evidence has its opposite in a clause with the same figure ("rose 3
      percent", 下降3%).
    """
    features = one.features
    says = (features[:, 0] >= _MIN_MATCH_COSINE) & (features[:, 7] >= _MIN_LOG_WEIGHT)
    here, there = features[:, 14] > 0, features[:, 15] > 0
    wrong = features[:, 12] > 0
    if not denies(sentence):
        wrong |= says & there
    if not any(map(denies, one.best_texts)):
        wrong |= says & here & ~there
    spans = [tuple(span) for span in one.tokens.spans[np.flatnonzero(wrong)].tolist()]
    return spans or _beside_figures(sentence, evidence)


def _beside_figures(sentence: str, evidence: Sequence[str]) -> list[tuple[int, int]]:
    """Returns the words whose opposite is in a clause with the same figure in the evidence."""
    there = [clause for text in evidence for clause in _clauses(text)]
    out = []
    for figures, words in _clauses(sentence):
        beside = [p for known, p in there if any(agree(a, b) for a in figures for b in known)]
        sides = {(one.pair, one.side) for found in beside for one in found}
        out += [
            (one.start, one.end)
            for one in words
            if (one.pair, -one.side) in sides and (one.pair, one.side) not in sides
        ]
    return out


@functools.lru_cache(maxsize=512)
def _clauses(text: str) -> tuple[tuple[tuple[TextFigure, ...], tuple[Pole, ...]], ...]:
    """Returns, for each clause with figures, these and its words that have opposites."""
    _, figures = counted(text)
    words, out = poles(text), []
    for match in _CLAUSE.finditer(text):
        a, b = match.span()
        inside = tuple(one for one in figures if a <= one.start < b and not one.small)
        if inside:
            out.append((inside, tuple(one for one in words if a <= one.start < b)))
    return tuple(out)
