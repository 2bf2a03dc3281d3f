"""Stretches of a file: byte ranges from the beginning of one line to that of another.

With them, several processes can read one large file of rows at the same time.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

Stretch = tuple[int, int, int]
"""(first byte, byte behind the last, number of lines before the first byte)."""

# bytes read at once while lines are counted
_BLOCK = 1 << 22


class _StretchReader(io.BufferedReader):
    """A file that ends where its stretch ends."""

    def __init__(self, path: Path, stretch: Stretch) -> None:
        super().__init__(io.FileIO(path))
        begin, self._end, self.lines_before = stretch
        self.seek(begin)

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self._within(size))

    def readline(self, size: int | None = -1) -> bytes:
        return super().readline(self._within(size))

    def _within(self, size: int | None) -> int:
        """So many bytes, or all for None and less than 0, but none behind the stretch."""
        left = max(self._end - self.tell(), 0)
        return left if size is None or size < 0 else min(size, left)


def opened(path: Path, stretch: Stretch | None = None) -> BinaryIO:
    """Opens a file, or a stretch of it, for reading. Raises OSError."""
    return _StretchReader(path, stretch) if stretch else path.open("rb")


def stretches(path: Path, begins: Sequence[int]) -> list[Stretch | None]:
    """Cuts a file into stretches.

    Args:
        path: a file with one article in each line.
        begins: ascending byte offsets near which stretches are to begin. Each stretch begins with
            the next line after its offset, the first one with the file.

    Returns:
        One stretch for each offset, in order; None for one that would be empty. Raises OSError.
    """
    starts, lines, line = [], [], 0
    with path.open("rb") as file:
        size, at = file.seek(0, io.SEEK_END), 0
        for number, begin in enumerate(begins):
            start = 0
            if number and begin:
                file.seek(max(min(begin, size) - 1, 0))
                file.readline()
                start = file.tell()
            file.seek(at)
            while at < start and (block := file.read(min(_BLOCK, start - at))):
                line += block.count(b"\n")
                at += len(block)
            starts.append(start)
            lines.append(line)
    ends = [*starts[1:], size]
    return [
        (begin, end, before) if begin < end else None
        for begin, end, before in zip(starts, ends, lines, strict=True)
    ]
