"""Words that stand side by side in the question and in a passage: a phrase says more than its words
apart.
"""

from __future__ import annotations

import numpy as np

from rag.index import Snapshot
from rag.question.query import Query

# passages looked at: below the best of these the others are too far behind for a phrase to help
DEPTH = 64


def phrases(snapshot: Snapshot, query: Query, rows: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Share (0 to 1) of the question's neighbouring tokens, by weight, that are neighbours in a
    passage too.

    Sequential dependence, ordered pairs only (Metzler & Croft 2005, "A Markov random field model
    for term dependencies").

    Args:
        snapshot: the index.
        query: the question.
        rows: passage numbers (m,).
        score: what the passages score without (m,); all but the best ``DEPTH`` get 0.

    Returns:
        float32 (m,).
    """
    out = np.zeros(len(rows), np.float32)
    ids = query.ids.astype(np.int64)
    worth = query.weights[:-1] + query.weights[1:]
    total = float(worth.sum())
    if len(ids) < 2 or not total:
        return out
    size = snapshot.model.size
    pairs, number = np.unique(ids[:-1] * size + ids[1:], return_inverse=True)
    shares = np.bincount(number, worth) / total
    top = np.argpartition(-score, DEPTH)[:DEPTH] if len(score) > DEPTH else np.arange(len(score))
    held = snapshot.tokens(rows[top].tolist())
    ids = np.concatenate([*held, [0]])
    found = ids[:-1] * size + ids[1:]
    owner = np.repeat(np.arange(len(held)), [len(one) for one in held])
    at = np.minimum(pairs.searchsorted(found), len(pairs) - 1)
    inside = np.append(owner[1:] == owner[:-1], False)[: len(found)] & (pairs[at] == found)
    present = np.zeros((len(held), len(pairs)), bool)
    present[owner[inside], at[inside]] = True
    out[top] = (present * shares).sum(axis=1)
    return out
