"""BM25 over the features of each passage, kept and scored by bm25s, memory-mapped."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rag.index.disk import reading_arrays

METHOD, K1, B = "lucene", 1.2, 0.75
SETTINGS = {"method": METHOD, "k1": K1, "b": B}
FOLDER = "lexical"
FEATURES = "features.npy"
_DOC_BITS = 16
MAX_BATCH = 1 << _DOC_BITS


class LexicalWriter:
    """Spools the counts of each batch to disk, and makes the BM25 matrix at the end.

    bm25s can build the matrix itself, but walks over every occurrence in Python; this merges the
    batches, already sorted, in a time and memory that grow with the number of entries alone.
    """

    def __init__(self, spool: Path) -> None:
        self._spool = spool
        self._batches = 0
        self._lengths: list[np.ndarray] = []
        self._rows = 0

    def add(self, found: np.ndarray, owner: np.ndarray, rows: int) -> None:
        """Takes the features of a batch of at most 65,536 passages.

        Args:
            found, owner: as :func:`rag.index.features.features` gave them.
            rows: number of passages in the batch.
        """
        # Feature and passage in one number: a single sort groups them.
        keys, counts = np.unique(found << np.uint64(_DOC_BITS) | owner.astype(np.uint64), return_counts=True)
        feature, first = np.unique(keys >> np.uint64(_DOC_BITS), return_index=True)
        docs = (keys & np.uint64(MAX_BATCH - 1)).astype(np.int32) + np.int32(self._rows)
        with open(self._spool / f"lexical.{self._batches}", "wb") as file:
            for array in (feature, np.diff(np.append(first, len(keys))), docs, counts.astype(np.uint32)):
                np.save(file, array, allow_pickle=False)
        self._lengths.append(np.bincount(owner, minlength=rows))
        self._rows += rows
        self._batches += 1

    def _load(self, batch: int, arrays: int) -> list[np.ndarray]:
        def read() -> list[np.ndarray]:
            with open(self._spool / f"lexical.{batch}", "rb") as file:
                return [np.load(file, allow_pickle=False) for _ in range(arrays)]

        return reading_arrays(read)

    def write(self, folder: Path) -> int:
        """Writes the matrix below ``folder``; returns the number of distinct features."""
        import bm25s

        vocabulary = np.unique(np.concatenate([self._load(batch, 1)[0] for batch in range(self._batches)]))
        frequency = np.zeros(len(vocabulary), np.int64)
        for batch in range(self._batches):
            feature, entries = self._load(batch, 2)
            frequency[np.searchsorted(vocabulary, feature)] += entries
        pointers = np.concatenate([[0], np.cumsum(frequency)])
        idf = np.log(1 + (self._rows - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        lengths = np.concatenate(self._lengths)
        saturation = K1 * ((1 - B) + B * lengths / max(lengths.mean(), 1e-9))

        data = np.empty(pointers[-1], np.float32)
        indices = np.empty(pointers[-1], np.int32)
        heads = pointers[:-1].copy()
        for batch in range(self._batches):
            feature, entries, docs, counts = self._load(batch, 4)
            columns = np.searchsorted(vocabulary, feature)
            within = np.arange(len(docs)) - np.repeat(np.cumsum(entries) - entries, entries)
            target = np.repeat(heads[columns], entries) + within
            indices[target] = docs
            data[target] = np.repeat(idf[columns], entries) * (counts / (saturation[docs] + counts))
            heads[columns] += entries

        ranker = bm25s.BM25(k1=K1, b=B, method=METHOD)
        ranker.scores = {"data": data, "indices": indices, "indptr": pointers, "num_docs": self._rows}
        ranker.vocab_dict, ranker.nonoccurrence_array = {}, None
        (folder / FOLDER).mkdir()
        np.save(folder / FOLDER / FEATURES, vocabulary, allow_pickle=False)
        ranker.save(folder / FOLDER, allow_pickle=False)
        return len(vocabulary)


class Lexical:
    """Reads the lexical side of a version; safe to use from many threads.

    Attributes:
        rows: number of passages.
    """

    def __init__(self, folder: Path) -> None:
        """Opens the matrix.

        Raises:
            ValueError, OSError, KeyError: a file is not what was written.
        """
        import bm25s

        below = folder / FOLDER
        vocabulary, self._ranker = reading_arrays(
            lambda: (
                np.load(below / FEATURES, mmap_mode="r", allow_pickle=False),
                bm25s.BM25.load(below, mmap=True, allow_pickle=False, load_vocab=False),
            )
        )
        self._vocabulary = np.asarray(vocabulary)
        # Plain arrays over the mapped memory: slices of np.memmap cost several times as much.
        for name in ("data", "indices", "indptr"):
            self._ranker.scores[name] = np.asarray(self._ranker.scores[name])
        self.rows: int = self._ranker.scores["num_docs"]
        pointers, entries = self._ranker.scores["indptr"], len(self._ranker.scores["data"])
        if len(pointers) != len(self._vocabulary) + 1 or pointers[-1] != entries:
            raise ValueError("the columns do not fit the features")

    def scores(self, found: np.ndarray) -> np.ndarray:
        """BM25 of every passage.

        Args:
            found: features of the question (uint64); each counts once, unknown ones not at all.

        Returns:
            float32 (rows,), 0 where nothing matches.
        """
        found = np.unique(found)
        if len(self._vocabulary) == 0 or len(found) == 0:
            return np.zeros(self.rows, np.float32)
        columns = np.searchsorted(self._vocabulary, found)
        columns[columns == len(self._vocabulary)] = 0
        columns = columns[self._vocabulary[columns] == found]
        return self._ranker.get_scores_from_ids(columns)

    def holding(self, feature: int) -> np.ndarray:
        """The passages (int32, ascending) in which a feature occurs."""
        column = int(np.searchsorted(self._vocabulary, np.uint64(feature)))
        if column == len(self._vocabulary) or self._vocabulary[column] != feature:
            return np.zeros(0, np.int32)
        first, last = self._ranker.scores["indptr"][column : column + 2]
        return self._ranker.scores["indices"][first:last]

    def bound(self, found: np.ndarray) -> float:
        """What no passage's score for these features can exceed; one that occurs nowhere counts as the rarest."""
        found = np.unique(found)
        frequency = np.zeros(len(found), np.int64)
        if len(self._vocabulary):
            columns = np.searchsorted(self._vocabulary, found)
            columns[columns == len(self._vocabulary)] = 0
            known = columns[(there := self._vocabulary[columns] == found)]
            pointers = self._ranker.scores["indptr"]
            frequency[there] = pointers[known + 1] - pointers[known]
        return float(np.log(1 + (self.rows - frequency + 0.5) / (frequency + 0.5)).sum())
