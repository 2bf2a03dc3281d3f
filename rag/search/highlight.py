"""Which words of a text match which words of the question, across languages."""

from __future__ import annotations

import numpy as np

from rag.embed.static import StaticModel
from rag.question.query import Query
from rag.search.types import Highlight

# Cosines of static vectors: translations and inflected forms stand above this, chance pairs of one
# passage hardly reach it (the 99th percentile of random pairs is 0.22).
_MIN_COSINE = 0.36
# Of several words that match a word of the question, those that come near the best.
_NEAR_BEST = 0.75


def highlights(
    query: Query,
    model: StaticModel,
    text: str,
    start: int = 0,
    tokens: tuple[np.ndarray, np.ndarray] | None = None,
) -> tuple[Highlight, ...]:
    """The words of ``text`` that match content words of the question, in order of appearance.

    Args:
        query: the question.
        model: the static model.
        text: what is shown.
        start: offset of ``text`` in its article; the highlights count from the article's beginning.
        tokens: those of ``text``, as ``StaticModel.fine_spans`` gives them, where they are known.
    """
    asked = np.flatnonzero(query.row_content)
    ids, spans = model.fine_spans([text])[0] if tokens is None else tokens
    if not len(asked) or not len(ids):
        return ()
    table = model.between(query.row_ids[asked], ids)
    needed = np.maximum(_MIN_COSINE, _NEAR_BEST * table.max(axis=1, keepdims=True))
    table[table < needed] = -1.0
    best, matched = table.argmax(axis=0), np.flatnonzero(table.max(axis=0) >= 0)
    words = [query.text[slice(*query.row_spans[row])] for row in asked.tolist()]
    numbers = best[matched]
    found = numbers.tolist(), table[numbers, matched].tolist(), (spans[matched] + start).tolist()
    out: list[Highlight] = []
    for number, score, (begin, end) in zip(*found):
        word = words[number]
        if out and begin < out[-1].end:  # a compound and its parts: what matches better stands
            if score <= out[-1].score:
                continue
            out.pop()
        if out and out[-1].word == word and begin - out[-1].end <= 1:
            before = out.pop()
            out.append(Highlight(before.start, end, word, max(before.score, round(score, 3))))
        else:
            out.append(Highlight(begin, end, word, round(min(score, 1.0), 3)))
    return tuple(out)
