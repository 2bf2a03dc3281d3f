"""Late interaction over static vectors: which word of a passage answers to which word of the
question.

Score of a passage = sum over the question's tokens of weight x best cosine to any token of the
passage (Khattab & Zaharia 2020, ColBERT). With one fixed vector per token, a passage is just its
token ids, and one table |question tokens| x |different tokens of the passages| serves all passages.
"""

from __future__ import annotations

import weakref

import numpy as np

from rag.embed.static import StaticModel
from rag.index import Snapshot
from rag.question.query import Query

# Up to this many tokens all passages are scored for every question, and their vectors kept at hand.
_SMALL = 1_500_000
_FOUND = 10_000_000  # cosines of tokens asked before that a pool remembers
_pools: weakref.WeakKeyDictionary[Snapshot, PassagePool] = weakref.WeakKeyDictionary()


def best_cosines(
    model: StaticModel, query: Query, ids: np.ndarray, starts: np.ndarray
) -> np.ndarray:
    """As :meth:`PassagePool.best`, of passages that are scored for one question alone.

    Args:
        model: the static model.
        query: the question.
        ids, starts: the tokens of all passages, and where each passage begins among them.
    """
    out = np.zeros((len(query.vectors), len(starts)), np.float32)
    if len(ids):
        sought = np.flatnonzero(query.weights[query.whole] > 0)
        unique, local = model.distinct(ids)
        words = query.row_ids[sought]
        table = model.between(words, unique)
        # Whether a compound answers by itself or by a part of it is settled for each token that
        # occurs, not for each passage.
        of, first, parts = model.parts_of(unique)
        if len(of):
            by_part = np.maximum.reduceat(model.between(words, parts), first, axis=1)
            table[:, of] = np.maximum(table[:, of], by_part)
        local, found = local.astype(np.intp), np.empty(len(local), np.float32)
        for number, row in zip(sought.tolist(), table):
            np.take(row, local, out=found, mode="clip")  # the other modes take twice the time
            np.maximum.reduceat(found, starts, out=out[number])
    return query.fold(out)


class PassagePool:
    """Some passages, ready to be scored for many questions: their different tokens, and where each
    stands.

    Attributes:
        rows: passage numbers (m,).
    """

    def __init__(
        self, model: StaticModel, rows: np.ndarray, ids: np.ndarray, starts: np.ndarray
    ) -> None:
        self.rows = rows
        self._found: dict[int, np.ndarray] = {}
        ids, starts = model.with_parts(ids.astype(np.int64), starts)
        # A token counts once in a passage: sorting pays, since the pool is used again.
        owner = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(ids))))
        pairs = np.unique(owner * model.size + ids)
        unique, local = model.distinct(pairs % model.size)
        self._local = local.astype(np.intp)  # what NumPy would make of it for every question
        self._starts = np.searchsorted(pairs, np.arange(len(starts)) * model.size)
        self._vectors = np.ascontiguousarray(model.token_vectors(unique)[0].T)

    def best(self, query: Query) -> np.ndarray:
        """float32 (n, m): for each token of the question, the largest cosine in each passage (-1 to
        1).

        0 for tokens without weight, which are not looked for.
        """
        out = np.zeros((len(query.vectors), len(self.rows)), np.float32)
        if len(self.rows) and len(self._local):
            sought = np.flatnonzero(query.weights[query.whole] > 0)
            known = [self._found.get(token) for token in query.row_ids[sought].tolist()]
            new = sought[[row is None for row in known]]
            # By row, so that what is gathered stays in the cache.
            found = np.empty(len(self._local), np.float32)
            for number, row in zip(new, query.vectors[new] @ self._vectors):
                np.take(row, self._local, out=found, mode="clip")
                np.maximum.reduceat(found, self._starts, out=out[number])
            for number, row in zip(sought, known):
                if row is not None:
                    out[number] = row
            self._keep(query.row_ids[new], out[new])
        return query.fold(out)

    def _keep(self, tokens: np.ndarray, rows: np.ndarray) -> None:
        # What a token finds does not depend on the question. Single steps on a dict: safe among
        # threads.
        for token, row in zip(tokens.tolist(), rows):
            self._found[token] = row
        while len(self._found) * len(self.rows) > _FOUND:
            self._found.pop(next(iter(self._found)), None)


def all_passages(snapshot: Snapshot) -> PassagePool | None:
    """A pool of every passage, kept for the life of the snapshot; None where the corpus is too
    large.
    """
    if snapshot.token_offsets[-1] > _SMALL:
        return None
    pool = _pools.get(snapshot)
    if pool is None:
        every = tokens_of(snapshot, np.arange(snapshot.n_passages))
        pool = _pools[snapshot] = PassagePool(snapshot.model, *every)
    return pool


def tokens_of(snapshot: Snapshot, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Those of the passages that have a token, all of their tokens, and where each begins among
    these.

    Args:
        snapshot: the index.
        rows: passage numbers, ascending.
    """
    sizes = np.diff(snapshot.token_offsets)[rows]
    rows, sizes = rows[sizes > 0], sizes[sizes > 0]
    return rows, snapshot.token_run(rows.tolist()), np.cumsum(sizes) - sizes
