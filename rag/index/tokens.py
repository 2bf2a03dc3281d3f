"""The static model's token ids of every passage, for late interaction: two arrays, memory-mapped."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rag.index.disk import reading_arrays

FILE_NAMES = ("tokens.npy", "offsets.npy")


def token_dtype(vocabulary: int) -> np.dtype:
    """The smallest unsigned type that holds every id of a vocabulary of this size."""
    return np.dtype(np.uint16 if vocabulary < 65536 else np.uint32)


class TokensWriter:
    """Collects token ids batch by batch and writes them at the end."""

    def __init__(self, vocabulary: int) -> None:
        self._dtype = token_dtype(vocabulary)
        self._ids: list[np.ndarray] = []
        self._lengths: list[np.ndarray] = []

    def add(self, ids: np.ndarray, offsets: np.ndarray) -> None:
        """Takes a batch as ``encode_ids`` gave it: flat ids, and offsets with one more entry than texts."""
        self._ids.append(ids.astype(self._dtype))
        self._lengths.append(np.diff(offsets))

    def write(self, folder: Path) -> int:
        """Writes both arrays; returns the number of tokens."""
        ids = np.concatenate(self._ids)
        offsets = np.concatenate([[0], *self._lengths]).cumsum().astype(np.int64)
        for name, array in zip(FILE_NAMES, (ids, offsets), strict=True):
            np.save(folder / name, array, allow_pickle=False)
        return len(ids)


def open_tokens(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Token ids (flat, uint16 or uint32) and offsets (int64): passage i is ``ids[offsets[i]:offsets[i + 1]]``.

    Raises:
        ValueError, OSError: a file is not what was written.
    """
    # Plain arrays over the mapped memory: slices of np.memmap cost several times as much.
    ids, offsets = reading_arrays(
        lambda: [np.asarray(np.load(folder / name, mmap_mode="r", allow_pickle=False)) for name in FILE_NAMES]
    )
    if ids.ndim != 1 or offsets.ndim != 1 or len(offsets) == 0 or offsets[-1] != len(ids):
        raise ValueError("offsets do not fit the token ids")
    return ids, offsets
