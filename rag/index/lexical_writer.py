"""Writes the lexical side of a version: batches on the disk first, then merged by feature."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np

from rag.index.bits import AT_ONCE, BitWriter, Layout, mapped, write_counts, write_lists
from rag.index.columns import KeptRange, narrow, renumbered, write_columns
from rag.index.features import Inner
from rag.index.lexical import FEATURES, HIGH, LOW, MOST, ROW, TIMES, Lexical

_DOC_BITS = 16
MAX_BATCH = 1 << _DOC_BITS

_MERGED = 1 << 23  # features of batches that are merged in one go: 64 MB

Batch = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Features, ascending (n,); where the places of each begin (n + 1,); places, a passage and how
often."""
_T = TypeVar("_T")


class LexicalWriter:
    """Spools the counts of each batch to disk, and merges them feature by feature at the end, a
    million places at a time.
    """

    def __init__(self, spool: Path, inner: Inner) -> None:
        """``inner``: the pairs of characters within the tokens of the model in use
        (:func:`rag.index.features.inner_of`).
        """
        self._inner = inner
        # Of each batch the features, where the places of each begin, and the places.
        self._spools = [spool / f"lexical.{part}" for part in ("features", "first", "places")]
        self._files = [open(file, "wb") for file in self._spools]
        self._sizes: list[tuple[int, int]] = []  # features and places of each batch
        self._lengths: list[tuple[np.ndarray, np.ndarray]] = []

    def add(
        self,
        found: np.ndarray,
        owner: np.ndarray,
        ids: np.ndarray,
        offsets: np.ndarray,
        rows: np.ndarray,
    ) -> None:
        """Takes the features of a batch of at most 65,536 passages.

        Args:
            found, owner: as :func:`rag.index.features.features` gave them.
            ids, offsets: the tokens that they were made of.
            rows: the number of each passage, ascending (int64).
        """
        # Feature and passage in one number: a single sort groups them.
        keys = found << np.uint64(_DOC_BITS) | owner.astype(np.uint64)
        keys, counts = np.unique(keys, return_counts=True)
        within, times = np.unique(_inner_keys(self._inner, ids, offsets), return_counts=True)
        at = np.minimum(np.searchsorted(keys, within), max(len(keys) - 1, 0))
        same = keys[at] == within if len(keys) else np.zeros(len(within), bool)
        counts[at[same]] -= times[same]
        stored = counts > 0
        keys, counts = keys[stored], counts[stored]
        feature, first = np.unique(keys >> np.uint64(_DOC_BITS), return_index=True)
        passages = rows[(keys & np.uint64(MAX_BATCH - 1)).astype(np.int64)]
        places = passages << 16 | np.minimum(counts, MOST)
        for file, part in zip(self._files, (feature, np.append(first, len(keys)), places)):
            file.write(part.data)
        self._sizes.append((len(feature), len(places)))
        self._lengths.append((rows, np.bincount(owner, minlength=len(rows))))

    def write(
        self,
        folder: Path,
        passages: int,
        old: Lexical | None = None,
        kept: Sequence[KeptRange] = (),
    ) -> int:
        """Writes the files into ``folder``; returns the number of features stored.

        Args:
            folder: the version's folder.
            passages: how many there are in all.
            old: the version that passages are taken over from.
            kept: which of them.
        """
        lengths, moved = np.zeros(passages, np.int64), np.zeros(0, np.int64)
        for rows, own in self._lengths:
            lengths[rows] = own
        if old:
            moved = renumbered(old.rows, kept)
            lengths[moved[moved >= 0]] = old.lengths[moved >= 0]
        reordered = any(one > other for (one, *_), (other, *_) in pairwise(kept))
        merged = self._merged(old, moved, reordered)
        names, counts, extra = self._write_lists(folder, passages, merged)
        columns = {
            "keys": np.diff(names, prepend=np.uint64(0)),
            "counts": counts,
            "extra": extra,
            "lengths": lengths,
        }
        write_columns(folder / FEATURES, {name: narrow(array) for name, array in columns.items()})
        return len(names)

    def _write_lists(
        self, folder: Path, passages: int, merged: Iterator[tuple[np.ndarray, ...]]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Writes the lists of passages; gives the features (uint64), how many passages hold each,
        and how often beyond once it occurs in all of them.
        """
        parts = [(np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.int64))]
        writers = [BitWriter(folder / name) for name in (LOW, HIGH, TIMES)]
        done = False
        try:
            for features, sizes, places in _ahead(merged):
                rows, times = (places >> 16) & ((1 << ROW - 16) - 1), places & MOST
                write_lists(writers[0], writers[1], rows, Layout.of(sizes, passages))
                more = np.add.reduceat(times, np.cumsum(sizes) - sizes) - sizes
                write_counts(writers[2], times[np.repeat(more > 0, sizes)])
                parts.append((features, sizes, more))
            done = True
        finally:
            for writer in writers:
                writer.close(abandon=not done)
        names, counts, extra = map(np.concatenate, zip(*parts, strict=True))
        return names, counts, extra

    def _merged(
        self, old: Lexical | None, moved: np.ndarray, reordered: bool
    ) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Features, how many passages hold each, and these with how often: some features at a time,
        in order.
        """
        batches = self._spooled()
        every = [feature for feature, *_ in batches] + ([old.features] if old else [])
        vocabulary = _distinct(every)
        most = np.zeros(len(vocabulary) + 1, np.int64)
        for feature, first, _ in batches:
            most[np.searchsorted(vocabulary, feature) + 1] += np.diff(first)
        if old:
            most[np.searchsorted(vocabulary, old.features) + 1] += old.layout.counts
        ends, begin = np.cumsum(most), 0
        while begin < len(vocabulary):
            end = max(begin + 1, int(np.searchsorted(ends, ends[begin] + AT_ONCE, "right")) - 1)
            some = vocabulary[begin:end]
            new = _places_of(batches, some)
            if old:
                own = old.places(some, moved)
                own = np.sort(own) if reordered else own
                new = np.insert(own, np.searchsorted(own, new), new) if len(new) else own
            numbers = new >> ROW
            sizes = np.bincount(numbers, minlength=len(some))
            held = sizes > 0
            if held.any():
                yield some[held], sizes[held], new
            begin = end

    def _spooled(self) -> list[Batch]:
        """What was taken batch by batch, mapped from the disk."""
        self.close()
        features, first, places = (
            mapped(file, np.dtype(kind))
            for file, kind in zip(self._spools, (np.uint64, np.int64, np.int64))
        )
        out, at, begin = [], 0, 0
        for number, (own, size) in enumerate(self._sizes):
            # each batch has one more beginning than features: where its last one ends
            starts = first[at + number : at + number + own + 1]
            out.append((features[at : at + own], starts, places[begin : begin + size]))
            at, begin = at + own, begin + size
        return out

    def close(self) -> None:
        """Closes the files of the spool."""
        for file in self._files:
            file.close()


def _places_of(batches: Sequence[Batch], some: np.ndarray) -> np.ndarray:
    """What batches hold of some features, sorted: number among them, passage, how often."""
    parts = [np.zeros(0, np.int64)]
    for feature, first, places in batches:
        a, b = np.searchsorted(feature, (some[0], some[-1] + np.uint64(1)))
        if a < b:
            numbers = np.repeat(np.searchsorted(some, feature[a:b]), np.diff(first[a : b + 1]))
            parts.append(numbers << ROW | places[first[a] : first[b]])
    return np.sort(np.concatenate(parts))


def _ahead(items: Iterator[_T]) -> Iterator[_T]:
    """The same items, each made while the one before is used: both are work of NumPy's, on two
    processors.
    """
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


def _distinct(arrays: list[np.ndarray]) -> np.ndarray:
    """The different numbers of some sorted arrays (uint64), sorted, without all of them in memory
    at once. np.unique hashes them, which takes several times as long.
    """
    out, waiting, size = np.zeros(0, np.uint64), list[np.ndarray](), 0
    for number, array in enumerate(arrays, 1):
        waiting.append(array)
        size += len(array)
        if size > max(_MERGED, len(out)) or number == len(arrays):
            every = np.sort(np.concatenate([out, *waiting]), kind="stable")
            out = every[np.r_[True, every[1:] != every[:-1]][: len(every)]]
            waiting, size = [], 0
    return out


def _inner_keys(inner: Inner, ids: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """The pairs within tokens, as often as they occur, with the position of the text in the lower
    bits.
    """
    owner = np.repeat(np.arange(len(offsets) - 1, dtype=np.uint64), np.diff(offsets))
    of, pairs = inner.of_tokens(ids)
    return pairs << np.uint64(_DOC_BITS) | owner[of]
