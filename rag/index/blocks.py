"""Rows of bytes in compressed blocks of some rows each.

Neighbours in a block are compressed (zlib) together, so what they have in common is stored once;
and reading a row inflates its block only. A block ends behind a row whose content digest says so,
or when it is large. So its end does not depend on rows that were added or removed elsewhere, and a
newer version can copy the compressed block as it is.
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

_FULL = 1 << 16  # bytes of its rows from which on a block is full
_LEVEL = 9
_BLOCK_END_MASK = 15  # a row whose digest has these four bits all 0 ends its block: one row in 16
_REMEMBERED = 128  # inflated blocks kept in memory: the parts of an answer read the same articles


class BlockWriter:
    """Writes rows to a file, block by block."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = open(path, "wb")
        self._rows: list[bytes] = []
        self._size = 0
        self._sizes: list[int] = []
        self._counts: list[int] = []

    def add(self, row: bytes, digest: int) -> None:
        """Appends a row; ``digest`` is a hash of its content, which decides where blocks end."""
        self._rows.append(row)
        self._size += len(row)
        if not digest & _BLOCK_END_MASK or self._size >= _FULL:
            self._flush()

    def keep(self, old: Blocks, first: int, last: int, digests: list[int]) -> None:
        """Copies the rows ``first`` to ``last`` (not included) of an older file; ``digests`` are
        theirs. Whole blocks are copied without inflating them.
        """
        row = first
        while row < last:
            block = old.block_of(row)
            begin, end = old.rows[block], old.rows[block + 1]
            # The last block may have ended only because there were no more rows: its rows are added
            # one by one, so that the block can go on.
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
        """Ends the file; returns the compressed bytes of each block and its number of rows, which
        :class:`Blocks` takes, int64 (n_blocks,) each.
        """
        self._flush()
        self._file.close()
        return np.array(self._sizes, np.int64), np.array(self._counts, np.int64)

    def close(self) -> None:
        """Closes the file without writing the last block."""
        self._file.close()


class Blocks:
    """Reads rows; safe to use from many threads.

    Attributes:
        rows: the number of the first row of each block, followed by the number of all rows.
    """

    def __init__(self, path: Path, sizes: np.ndarray, counts: np.ndarray) -> None:
        """Opens a file; ``sizes`` and ``counts`` are what :meth:`BlockWriter.finish` returned.

        Raises:
            ValueError: the size of the file is not the sum of ``sizes``.
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
        """The compressed bytes of a block."""
        return bytes(self._bytes[self._begin[block] : self._begin[block + 1]])

    def block(self, block: int) -> list[bytes]:
        """The rows of a block.

        Raises:
            IndexCorrupt: the block is damaged.
        """
        deflated = self.deflated(block)
        small = len(deflated) <= _FULL  # others are not cached: a very long article takes much room
        inflate = _inflated if small else _inflated.__wrapped__
        try:
            return inflate(deflated, self.rows[block + 1] - self.rows[block])
        except (zlib.error, ValueError) as error:
            raise corrupt(self._path, f"block {block}: {error}") from error

    def some(self, rows: list[int]) -> dict[int, bytes]:
        """The content of some rows, by row number."""
        out = {}
        for row in rows:
            block = self.block_of(row)
            out[row] = self.block(block)[row - self.rows[block]]
        return out


@functools.lru_cache(_REMEMBERED)
def _inflated(deflated: bytes, count: int) -> list[bytes]:
    """The ``count`` rows of a compressed block; callers share the list and must not change it."""
    plain = zlib.decompress(deflated)
    ends = (4 * count + np.cumsum(np.frombuffer(plain, "<u4", count), dtype=np.int64)).tolist()
    if ends[-1] != len(plain):
        raise ValueError(f"{len(plain)} bytes instead of {ends[-1]}")
    return [plain[begin:end] for begin, end in zip([4 * count, *ends], ends)]
