"""How near the words of a question stand to every word of the vocabulary: worked out once for each
word, for large corpora.

One product with the whole vocabulary costs more than the scoring of some hundred passages needs,
but proposals need it (which words are nearest), and then it serves the scoring and the reading of
passages as well, as plain look-ups.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterator

import numpy as np

from rag.embed.static import StaticModel
from rag.question.query import Query

_WORDS = 128  # remembered for each model; 260 KB each for a vocabulary of 65,000
# words worked out at once, so that a question of a thousand words takes no more memory than others
_BLOCK = 32


class _Remembered:
    def __init__(self) -> None:
        self._rows: OrderedDict[int, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def rows(self, model: StaticModel, tokens: list[int], vectors: np.ndarray) -> list[np.ndarray]:
        with self._lock:
            known = {token: self._rows[token] for token in tokens if token in self._rows}
        new = {token: place for place, token in enumerate(tokens) if token not in known}
        if new:
            for token, row in zip(new, model.cosines(vectors[list(new.values())])):
                known[token] = row.copy()  # a view would keep all the others alive
        with self._lock:
            for token in tokens:
                self._rows[token] = known[token]
                self._rows.move_to_end(token)
            while len(self._rows) > _WORDS:
                self._rows.popitem(last=False)
        return [known[token] for token in tokens]


_remembered: weakref.WeakKeyDictionary[StaticModel, _Remembered] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def cosines(model: StaticModel, query: Query, rows: np.ndarray) -> Iterator[np.ndarray]:
    """For each of some rows of ``query.vectors``, one after the other, its cosine to every token of
    the vocabulary, float32 (V,).
    """
    with _lock:
        remembered = _remembered.setdefault(model, _Remembered())
    for first in range(0, len(rows), _BLOCK):
        block = rows[first : first + _BLOCK]
        yield from remembered.rows(model, query.row_ids[block].tolist(), query.vectors[block])
