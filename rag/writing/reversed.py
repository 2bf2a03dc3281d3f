"""What a sentence says the other way round: denied where its evidence does not, or the opposite."""

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

NEAR = 0.45  # cosine from which a word of the evidence may be the one that a sentence says
SAYS = 0.42  # logarithm of one and its weight, from which a token says something


def reversed_words(sentence: str, evidence: Sequence[str], one: Aligned) -> list[tuple[int, int]]:
    """The spans of a sentence that its evidence says the other way round, as far as rules can tell.

    A word is reversed where the evidence denies what it is likest and nothing in the sentence
    denies, ends or refuses anything, and the other way; where the sentences of the evidence that
    come nearest have only the opposite of it; and where a figure that it stands beside stands
    beside the opposite there ("rose 3 percent", 下降3%).
    """
    features = one.features
    says = (features[:, 0] >= NEAR) & (features[:, 7] >= SAYS)
    here, there = features[:, 14] > 0, features[:, 15] > 0
    wrong = features[:, 12] > 0
    if not denies(sentence):
        wrong |= says & there
    if not any(map(denies, one.best_texts)):
        wrong |= says & here & ~there
    spans = [tuple(span) for span in one.tokens.spans[np.flatnonzero(wrong)].tolist()]
    return spans or _beside_figures(sentence, evidence)


def _beside_figures(sentence: str, evidence: Sequence[str]) -> list[tuple[int, int]]:
    """The words whose opposites stand beside the same figures in the evidence."""
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
    """The figures of each clause that has some, with its words that have opposites."""
    _, figures = counted(text)
    words, out = poles(text), []
    for match in _CLAUSE.finditer(text):
        a, b = match.span()
        inside = tuple(one for one in figures if a <= one.start < b and not one.small)
        if inside:
            out.append((inside, tuple(one for one in words if a <= one.start < b)))
    return tuple(out)
