"""The static model's token ids of every passage, one after the other, memory-mapped."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rag.index.bits import mapped

FILE_NAME = "tokens"


def token_dtype(vocabulary: int) -> np.dtype:
    """The smallest unsigned type that holds every id of a vocabulary of this size."""
    return np.dtype("<u2" if vocabulary < 65536 else "<u4")


class TokensWriter:
    """Appends token ids to a file."""

    def __init__(self, folder: Path, vocabulary: int) -> None:
        self._dtype = token_dtype(vocabulary)
        self._file = open(folder / FILE_NAME, "wb")
        self.count = 0

    def add(self, ids: np.ndarray) -> None:
        """Takes the tokens of passages that follow."""
        self._file.write(np.ascontiguousarray(ids, self._dtype).data)
        self.count += len(ids)

    def close(self) -> None:
        """Ends the file."""
        self._file.close()


def open_tokens(folder: Path, vocabulary: int) -> np.ndarray:
    """All token ids, uint16 or uint32.

    Raises:
        ValueError, OSError: the file is not what was written.
    """
    return mapped(folder / FILE_NAME, token_dtype(vocabulary))
