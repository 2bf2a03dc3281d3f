"""Writes the lexical index of a version: spools the postings of each batch of passages to disk, and
merges them by feature at the end.

A posting says that a feature (:mod:`rag.index.features`) occurs in a passage, and how often; the
code calls it a place.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np

from rag.index import bits, lexical
from rag.index.columns import KeptRange, renumbered, write_columns
from rag.index.features import Inner
from rag.index.lexical import Lexical

_DOC_BITS = 16
MAX_BATCH = 1 << _DOC_BITS

_MERGED = 1 << 23  # features (8 bytes each, 64 MB) of batches that are merged in one go

Batch = tuple[np.ndarray, ...]
"""Features, ascending (n,); where the postings of each begin (n + 1,); the postings, each with the
passage above the lowest 16 bits and the count in these."""
_T = TypeVar("_T")


class LexicalWriter:
    """Spools the postings of each batch to disk, and merges them at the end, feature by feature,
    :data:`rag.index.bits.NUMBERS_PER_BATCH` postings at a time.
    """

    def __init__(self, spool: Path, inner: Inner) -> None:
        """
        Args:
            spool: a folder for the batches.
            inner: the bigrams within the tokens of the model in use
                (:func:`rag.index.features.inner_of`).
        """
        self._inner, self._spool = inner, spool
        self._lengths: list[tuple[np.ndarray, np.ndarray]] = []

    def add(
        self,
        found: np.ndarray,
        owner: np.ndarray,
        ids: np.ndarray,
        offsets: np.ndarray,
        rows: np.ndarray,
    ) -> None:
        """Spools the postings of a batch of at most 65,536 passages.

        A bigram is not stored where it lies within a token, since the posting of the token implies
        it (:mod:`rag.index.lexical`).

        Args:
            found, owner: what :func:`rag.index.features.features` returned for the batch.
            ids, offsets: the tokens of the same texts.
            rows: the number of each passage, ascending (int64).
        """
        # Feature and passage are packed into one number, so that a single sort groups them.
        keys = found << np.uint64(_DOC_BITS) | owner.astype(np.uint64)
        keys, counts = np.unique(keys, return_counts=True)
        # The bigrams within tokens, in the same form.
        texts = np.repeat(np.arange(len(offsets) - 1, dtype=np.uint64), np.diff(offsets))
        of, pairs = self._inner.of_tokens(ids)
        inner = pairs << np.uint64(_DOC_BITS) | texts[of]
        within, times = np.unique(inner, return_counts=True)
        at = np.minimum(np.searchsorted(keys, within), max(len(keys) - 1, 0))
        same = keys[at] == within if len(keys) else np.zeros(len(within), bool)
        counts[at[same]] -= times[same]
        stored = counts > 0
        keys, counts = keys[stored], counts[stored]
        feature, first = np.unique(keys >> np.uint64(_DOC_BITS), return_index=True)
        passages = rows[(keys & np.uint64(MAX_BATCH - 1)).astype(np.int64)]
        places = passages << 16 | np.minimum(counts, lexical.MAX_TERM_COUNT)
        parts = feature, np.append(first, len(keys)), places
        for file, part in zip(self._files(len(self._lengths)), parts):
            np.save(file, part)
        self._lengths.append((rows, np.bincount(owner, minlength=len(rows))))

    def write(
        self,
        folder: Path,
        passages: int,
        old: Lexical | None = None,
        kept: Sequence[KeptRange] = (),
    ) -> int:
        """Writes the files of the lexical index; returns the number of features that are stored.

        Args:
            folder: the version's folder.
            passages: how many passages the version has.
            old: the lexical index that passages are taken over from, if any.
            kept: the runs of passages that are taken over.
        """
        lengths, moved = np.zeros(passages, np.int64), np.zeros(0, np.int64)
        for rows, sizes in self._lengths:
            lengths[rows] = sizes
        if old:
            moved = renumbered(old.rows, kept)
            lengths[moved[moved >= 0]] = old.lengths[moved >= 0]
        reordered = any(one > other for (one, *_), (other, *_) in pairwise(kept))
        merged = self._merged(old, moved, reordered)
        names, counts, extra = self._write_lists(folder, passages, merged)
        keys = np.diff(names, prepend=np.uint64(0))
        columns = {"keys": keys, "counts": counts, "extra": extra, "lengths": lengths}
        write_columns(folder / lexical.FEATURES_FILE, columns)
        return len(names)

    def _write_lists(
        self, folder: Path, passages: int, merged: Iterator[tuple[np.ndarray, ...]]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Writes the posting lists.

        Args:
            folder: the version's folder.
            passages: how many passages the version has.
            merged: what :meth:`_merged` gives.

        Returns:
            The features (uint64), the document frequency of each, and how often each occurs in all
            beyond once per passage.
        """
        parts = [(np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.int64))]
        with contextlib.ExitStack() as files:
            opened = [files.enter_context(open(folder / name, "wb")) for name in lexical.BIT_FILES]
            low, high, term_counts = writers = list(map(bits.BitWriter, opened))
            for features, sizes, places in _ahead(merged):
                rows = (places >> 16) & ((1 << lexical.FEATURE_SHIFT - 16) - 1)
                times = places & lexical.MAX_TERM_COUNT
                bits.write_lists(low, high, rows, bits.ListLayout(sizes, passages))
                more = np.add.reduceat(times, np.cumsum(sizes) - sizes) - sizes
                bits.write_counts(term_counts, times[np.repeat(more > 0, sizes)])
                parts.append((features, sizes, more))
            for writer in writers:
                writer.finish()
        names, counts, extra = map(np.concatenate, zip(*parts, strict=True))
        return names, counts, extra

    def _merged(
        self, old: Lexical | None, moved: np.ndarray, reordered: bool
    ) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Merges the batches and the postings taken over from ``old``, some features at a time.

        Args:
            old: the lexical index that passages are taken over from, if any.
            moved: the new number of each of its passages, -1 for one not taken over.
            reordered: whether the passages taken over are in another order now.

        Yields:
            Features, ascending; the document frequency of each; and all their postings, by feature
            and passage, with the passage and the count in the lower bits.
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
            last = int(np.searchsorted(ends, ends[begin] + bits.NUMBERS_PER_BATCH, "right"))
            end = max(begin + 1, last - 1)
            some = vocabulary[begin:end]
            new = _places_of(batches, some)
            if old:
                old_places = old.places(some, moved)
                old_places = np.sort(old_places) if reordered else old_places
                new = np.insert(old_places, np.searchsorted(old_places, new), new)
            numbers = new >> lexical.FEATURE_SHIFT
            sizes = np.bincount(numbers, minlength=len(some))
            is_present = sizes > 0
            if is_present.any():
                yield some[is_present], sizes[is_present], new
            begin = end

    def _spooled(self) -> list[Batch]:
        """The batches that were spooled, mapped from the disk as plain arrays."""
        batches = (self._files(number) for number in range(len(self._lengths)))
        return [
            tuple(np.asarray(np.load(one, mmap_mode="r")) for one in files) for files in batches
        ]

    def _files(self, number: int) -> list[Path]:
        """The files with the three parts of a batch."""
        return [self._spool / f"{number}.{part}.npy" for part in ("features", "first", "places")]


def _places_of(batches: Sequence[Batch], some: np.ndarray) -> np.ndarray:
    """The postings of some features (ascending) in all batches, sorted. Each is one number: the
    position of the feature in ``some``, the passage, and the count.
    """
    parts = [np.zeros(0, np.int64)]
    for feature, first, places in batches:
        a, b = np.searchsorted(feature, (some[0], some[-1] + np.uint64(1)))
        if a < b:
            numbers = np.repeat(np.searchsorted(some, feature[a:b]), np.diff(first[a : b + 1]))
            parts.append(numbers << lexical.FEATURE_SHIFT | places[first[a] : first[b]])
    return np.sort(np.concatenate(parts))


def _ahead(items: Iterator[_T]) -> Iterator[_T]:
    """The same items, each computed in another thread while the one before is used: NumPy releases
    the GIL for much of both.
    """
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


def _distinct(arrays: list[np.ndarray]) -> np.ndarray:
    """The distinct numbers of some sorted arrays (uint64), sorted, without holding all arrays in
    memory at once. np.unique is not used: it hashes, which takes several times as long.
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
