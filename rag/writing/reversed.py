"""What a sentence says the other way round: denied where its evidence does not, or the opposite."""

from __future__ import annotations

import numpy as np

from rag.writing.aligned import Aligned
from rag.writing.opposites import denies

NEAR = 0.45  # cosine from which a word of the evidence may be the one that a sentence says
SAYS = 0.5  # logarithm of one and its weight, from which a token says something


def reversed_words(sentence: str, one: Aligned) -> list[tuple[int, int]]:
    """The spans of a sentence that its evidence says the other way round, as far as rules can tell.

    A word is reversed where the evidence denies what it is likest and nothing in the sentence
    denies, ends or refuses anything, and the other way; and where the sentences of the evidence
    that come nearest have only the opposite of it.
    """
    features = one.features
    says = (features[:, 0] >= NEAR) & (features[:, 7] >= SAYS)
    here, there = features[:, 14] > 0, features[:, 15] > 0
    wrong = features[:, 12] > 0
    if not denies(sentence):
        wrong |= says & there
    if not any(map(denies, one.best_texts)):
        wrong |= says & here & ~there
    return [tuple(span) for span in one.tokens.spans[np.flatnonzero(wrong)].tolist()]
