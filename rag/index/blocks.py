"""Rows of bytes, deflated some at a time, so that neighbours share what they have in common and one
row is read at once.

A block ends behind a row that says so by its content, or when it is large. So where it ends does
not depend on what was added or removed elsewhere, and a newer version takes it over as it is.
"""

from __future__ import annotations

import functools
import zlib
from bisect import bisect_right
from pathlib import Path
from typing import BinaryIO

import numpy as np

from rag.index.bits import mapped
from rag.index.columns import starts
from rag.index.manifest import corrupt

_FULL = 1 << 16  # bytes of a block, about
_LEVEL = 9
CUT = 15  # a row ends its block where these bits of its digest are 0: one in 16
_REMEMBERED = 128  # blocks that stay inflated: the parts of an answer read the same articles


class BlockWriter:
    """Appends rows to a file."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = open(path, "wb")
        self._rows: list[bytes] = []
        self._size = 0
        self._sizes: list[int] = []
        self._counts: list[int] = []

    def add(self, row: bytes, digest: int) -> None:
        """Takes a row with a number that its content determines."""
        self._rows.append(row)
        self._size += len(row)
        if not digest & CUT or self._size >= _FULL:
            self._flush()

    def keep(self, old: Blocks, first: int, last: int, digests: list[int]) -> None:
        """Takes over the rows ``first`` to ``last`` (not included) of an older file, given their
        digests.
        """
        row = first
        while row < last:
            block = old.block_of(row)
            begin, end = old.rows[block], old.rows[block + 1]
            # The last block may have ended only because there was no more.
            if not self._rows and begin == row and end <= last and block + 2 < len(old.rows):
                self._put(old.deflated(block), end - begin)
            else:
                end = min(end, last)
                for number, content in enumerate(old.block(block)[row - begin : end - begin], row):
                    self.add(content, digests[number - first])
            row = end

    def _flush(self) -> None:
        if self._rows:
            sizes = np.array([len(row) for row in self._rows], "<u4").tobytes()
            self._put(zlib.compress(b"".join([sizes, *self._rows]), _LEVEL), len(self._rows))
            self._rows, self._size = [], 0

    def _put(self, deflated: bytes, count: int) -> None:
        self._file.write(deflated)
        self._sizes.append(len(deflated))
        self._counts.append(count)

    def finish(self) -> tuple[np.ndarray, np.ndarray]:
        """Ends the file; returns the bytes and the rows of each block, which :class:`Blocks` asks
        for.
        """
        self._flush()
        self._file.close()
        return np.array(self._sizes, np.int64), np.array(self._counts, np.int64)

    def close(self) -> None:
        """Closes the file as it is."""
        self._file.close()


class Blocks:
    """Reads rows; safe to use from many threads.

    Attributes:
        rows: the first row of each block, and the number of all.
    """

    def __init__(self, path: Path, sizes: np.ndarray, counts: np.ndarray) -> None:
        """Opens the file.

        Raises:
            ValueError: it is of another size.
        """
        self._path = path
        self._bytes = memoryview(mapped(path, np.dtype(np.uint8)).data)
        self._begin: list[int] = starts(sizes).tolist()
        self.rows: list[int] = starts(counts).tolist()
        if self._begin[-1] != len(self._bytes):
            raise ValueError(f"{len(self._bytes)} bytes instead of {self._begin[-1]}")

    def block_of(self, row: int) -> int:
        """The number of the block in which a row stands."""
        return bisect_right(self.rows, row) - 1

    def deflated(self, block: int) -> bytes:
        """A block as it stands in the file."""
        return bytes(self._bytes[self._begin[block] : self._begin[block + 1]])

    def block(self, block: int) -> list[bytes]:
        """The rows of a block.

        Raises:
            IndexCorrupt: the block is damaged.
        """
        deflated = self.deflated(block)
        small = len(deflated) <= _FULL  # a very long article would keep others from being kept
        inflate = _inflated if small else _inflated.__wrapped__
        try:
            return inflate(deflated, self.rows[block + 1] - self.rows[block])
        except (zlib.error, ValueError) as error:
            raise corrupt(self._path, f"block {block}: {error}") from error

    def some(self, rows: list[int]) -> dict[int, bytes]:
        """Some rows by number."""
        out = {}
        for row in rows:
            block = self.block_of(row)
            out[row] = self.block(block)[row - self.rows[block]]
        return out


@functools.lru_cache(_REMEMBERED)
def _inflated(deflated: bytes, count: int) -> list[bytes]:
    """The rows of a block that holds so many; the list is shared, and must not be changed."""
    plain = zlib.decompress(deflated)
    ends = (4 * count + np.cumsum(np.frombuffer(plain, "<u4", count), dtype=np.int64)).tolist()
    if ends[-1] != len(plain):
        raise ValueError(f"{len(plain)} bytes instead of {ends[-1]}")
    return [plain[begin:end] for begin, end in zip([4 * count, *ends], ends)]
