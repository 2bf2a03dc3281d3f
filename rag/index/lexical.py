"""BM25 over the features of each passage: what stands where is stored, what it is worth is worked
out when it is asked for.

For each feature (:mod:`rag.index.features`) the file holds the passages in which it occurs, and how
often. A pair of characters that stands within a token is found through the tokens that hold it, so
only pairs across the borders of tokens are stored; scores are the same to the bit as if all were.
No score is stored: idf and lengths change with every article that comes or goes.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from cachetools import LRUCache

from rag.index.bits import Bits, ListLayout, Lists, read_counts
from rag.index.columns import read_columns, starts
from rag.index.features import Inner, is_bigram

if TYPE_CHECKING:
    from rag.index.proposals import CorpusStatistics

Places = tuple[np.ndarray, np.ndarray | None]
"""Passages, int32, and how often a feature occurs in each; None for once."""
K1, B = 1.2, 0.75
BM25_SETTINGS = {"method": "lucene", "k1": K1, "b": B}
FEATURES_FILE = "lexical.features"
BIT_FILES = ("lexical.low", "lexical.high", "lexical.times")
"""The lower bits and the upper bits of the lists of passages, and how often each feature occurs."""
# Places of features asked before that stay unpacked, for each passage and at least: four or eight
# bytes each. What is frequent is asked often. Of a million passages 2, 16 and 64 for each took 150,
# 105 and 110 ms in the middle of 300 questions (one busy core).
_REMEMBERED, _REMEMBERED_AT_LEAST = 16, 2_000_000
# A feature (from bit FEATURE_SHIFT on), a passage and how often (at most MAX_TERM_COUNT), in one
# number: sorted in one go.
FEATURE_SHIFT, MAX_TERM_COUNT = 40, (1 << 16) - 1
_TIMES = 1 << 50  # makes of a feature the key under which its counts are remembered


class Lexical:
    """Reads the lexical side of a version; safe to use from many threads.

    Attributes:
        rows: number of passages.
        features: those that are stored (uint64, ascending).
        lengths: how many features each passage has, each as often as it occurs (rows,).
        features_in_all: their sum.
        layout: of the lists of passages.
    """

    def __init__(self, folder: Path, inner: Callable[[], Inner]) -> None:
        """Opens the files; ``inner`` gives that of the model that they were made with, when it is
        first needed.

        Raises:
            ValueError, OSError, KeyError, TypeError: a file is not what was written.
        """
        columns = read_columns(folder / FEATURES_FILE)
        self._inner = inner
        self.features = np.cumsum(columns["keys"], dtype=np.uint64)
        self.lengths = columns["lengths"].astype(np.int64)
        self.rows = len(self.lengths)
        extra = columns["extra"].astype(np.int64)
        self.layout = ListLayout(columns["counts"], self.rows)
        if not len(self.features) == len(self.layout.counts) == len(extra):
            raise ValueError("the lists do not fit the features")
        low, high, self._times = (Bits(folder / name) for name in BIT_FILES)
        self._lists = Lists(low, high, self.layout)
        self._has_counts = extra > 0
        self._times_at = starts(np.where(self._has_counts, self.layout.counts + extra, 0))
        if len(self._times) != -(-int(self._times_at[-1]) // 8) * 8:
            raise ValueError("the counts do not fit the lists")
        self.features_in_all = int(self.lengths.sum())
        self._saturation: tuple[float, np.ndarray] | None = None
        self._known: LRUCache[int, Places] = LRUCache(
            max(_REMEMBERED * self.rows, _REMEMBERED_AT_LEAST),
            getsizeof=lambda found: len(found[0]),
        )
        self._lock = threading.Lock()

    def places(self, some: np.ndarray, moved: np.ndarray) -> np.ndarray:
        """What stands in the passages that are kept, of some features: number among these, new
        passage, how often; as sorted as ``moved``.

        Args:
            some: features, ascending.
            moved: the new number of each passage, or -1 (rows,).
        """
        a, b = np.searchsorted(self.features, (some[0], some[-1] + np.uint64(1)))
        counts = self.layout.counts[a:b]
        rows = moved[self._lists.some(a, b)]
        times = np.ones(len(rows), np.int64)
        flags = self._times.flags(int(self._times_at[a]), int(self._times_at[b]))
        times[np.repeat(self._has_counts[a:b], counts)] = read_counts(flags)
        out = np.repeat(np.searchsorted(some, self.features[a:b]) << FEATURE_SHIFT, counts)
        out |= rows << 16
        out |= times
        return out[rows >= 0]

    def holding(self, feature: int) -> np.ndarray:
        """The passages (ascending) that are stored for a feature, int32: for a token all in which
        it occurs. What proposals need is not unpacked with how often it occurs.
        """
        return self._remembered(feature, lambda: self._listed(feature))[0]

    def _listed(self, feature: int) -> Places:
        """The passages that are stored for a feature; ``_UNREAD`` in place of counts above 1."""
        number = self._number(feature)
        if number is None:
            return _NOWHERE
        times = _UNREAD if self._has_counts[number] else None
        return self._lists.one(number).astype(np.int32), times

    def _remembered(self, key: int, find: Callable[[], Places]) -> Places:
        """What ``find`` gives, kept for a while under a key."""
        with self._lock:
            found = self._known.get(key)
        if found is None:
            found = find()
            # A list that is longer than all that may be kept is not.
            with self._lock, contextlib.suppress(ValueError):
                self._known[key] = found
        return found

    def _stored(self, feature: int) -> Places:
        """The passages that are stored for a feature, and how often it occurs in each."""
        found = self._remembered(feature, lambda: self._listed(feature))
        if found[1] is None:
            return found
        return self._remembered(feature | _TIMES, lambda: (found[0], self._counts(feature)))

    def _counts(self, feature: int) -> np.ndarray:
        number = int(np.searchsorted(self.features, np.uint64(feature)))
        return read_counts(self._times.flags(*self._times_at[number : number + 2].tolist()))

    def _number(self, feature: int) -> int | None:
        number = int(np.searchsorted(self.features, np.uint64(feature)))
        there = number < len(self.features) and self.features[number] == feature
        return number if there else None

    def _all(self, feature: int) -> Places:
        """As :meth:`_stored`, with the passages in which a pair stands within tokens."""
        if not is_bigram(feature):
            return self._stored(feature)
        return self._remembered(~feature, lambda: self._gathered(feature))

    def _gathered(self, feature: int) -> Places:
        pair = self._stored(feature)
        tokens = [(self._stored(token), each) for token, each in self._inner().holding(feature)]
        if not any(len(rows) for (rows, _), _ in tokens):
            return pair
        rows = np.concatenate([rows for (rows, _), _ in [(pair, 1), *tokens]])
        times = np.concatenate(
            [
                np.full(len(some), each) * (1 if counts is None else counts)
                for (some, counts), each in [(pair, 1), *tokens]
            ]
        )
        if len(rows) > self.rows >> 3:
            total = np.bincount(rows, times, self.rows)
            there = np.flatnonzero(total)
            return there, total[there]
        order = np.argsort(rows, kind="stable")  # a merge: each part is in order
        rows = rows[order]
        first = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])
        return rows[first], np.add.reduceat(times[order], first)

    def holding_all(self, found: np.ndarray) -> np.ndarray:
        """The passages (ascending) in which every one of some features (uint64) occurs; none for no
        feature.
        """
        lists = sorted((self._all(feature)[0] for feature in np.unique(found).tolist()), key=len)
        if not lists:
            return _NOWHERE[0]
        common = lists[0]
        for rows in lists[1:]:
            common = common[np.isin(common, rows, assume_unique=True)]
        return common

    def frequencies(self, found: np.ndarray) -> np.ndarray:
        """In how many passages each of some features (uint64) occurs, int64."""
        return np.array([len(self._all(feature)[0]) for feature in found.tolist()], np.int64)

    def scores(
        self, found: np.ndarray, whole: CorpusStatistics, frequencies: np.ndarray
    ) -> tuple[np.ndarray, float]:
        """BM25 of every passage, and what none could exceed.

        Args:
            found: features of the question (uint64), each once.
            whole: the corpus that the passages belong to.
            frequencies: in how many of its passages each feature occurs.

        Returns:
            float32 (rows,), 0 where nothing matches; and the sum of the features' idf, with one
            that occurs nowhere as the rarest.
        """
        out, bound = np.zeros(self.rows, np.float32), 0.0
        saturation = self._saturated(whole.average)
        for feature, count in zip(found.tolist(), frequencies.tolist(), strict=True):
            rows, times = self._all(feature)
            idf = float(np.log(1 + (whole.passages - count + 0.5) / (count + 0.5)))
            bound += idf
            if len(rows):
                rows = rows.astype(np.intp)
                term_counts = np.float32(1) if times is None else times.astype(np.float32)
                out[rows] += np.float32(idf) * term_counts / (saturation[rows] + term_counts)
        return out, bound

    def _saturated(self, average: float) -> np.ndarray:
        """What a feature's count is weighed against in each passage, float32 (rows,).

        As bm25s writes it: Lucene's formula, without the constant factor that changes no order.
        """
        if self._saturation is None or self._saturation[0] != average:
            each = K1 * ((1 - B) + B * self.lengths / max(average, 1e-9))
            self._saturation = average, each.astype(np.float32)
        return self._saturation[1]


_NOWHERE: Places = np.zeros(0, np.int32), None
_UNREAD = np.zeros(0, np.int64)  # stands for counts that are not unpacked yet
