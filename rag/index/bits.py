"""Ascending lists of integers, compressed by Elias-Fano coding in memory-mapped files.

Each list is coded by itself, and the lists stand one after the other. Each number is split in two.
Its lower bits are stored as they are, with a width that suits the length of the list. Its upper
bits are stored in unary, as the difference from the upper bits of the number before. A number takes
2 + log2(universe / length) bits, half a bit more than the least possible (Elias 1974; Vigna 2013,
"Quasi-succinct indices"). Where a list begins follows from the lengths of the lists before it, so
the files hold no pointers.
"""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import BinaryIO

import numpy as np

from rag.index.columns import starts

_SLACK = 8  # padding bytes at the end, so that 8 bytes can be read from wherever a field begins
# Numbers packed or unpacked in one go: so few that the arrays at work stay in the CPU cache.
NUMBERS_PER_BATCH = 1 << 18


class ListLayout:
    """The bit positions of n lists in the file of lower bits and in that of upper bits.

    Attributes:
        counts: how many numbers each list has (n,).
        widths: how many lower bits each number of a list has (n,).
        low, high: the first bit of each list in the file of lower bits and in that of upper bits,
            followed by the end of the last list (n + 1,).
    """

    def __init__(self, counts: np.ndarray, universe: int) -> None:
        """The layout of lists with ``counts`` numbers each, all of them below ``universe``."""
        self.counts = counts = np.asarray(counts, np.int64)
        widths = np.maximum(np.frexp(universe // np.maximum(counts, 1))[1] - 1, 0).astype(np.int64)
        high = np.where(counts > 0, counts + (max(universe - 1, 0) >> widths), 0)
        self.widths, self.low, self.high = widths, starts(counts * widths), starts(high)


class BitWriter:
    """Appends bits to an open file; the first bit of each byte is its lowest."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._rest = np.zeros(0, np.uint8)  # the latest bits, too few to fill a byte

    def ones(self, positions: np.ndarray, total: int) -> None:
        """Appends ``total`` bits that are 1 at ``positions`` and 0 elsewhere."""
        bits = np.zeros(total, np.uint8)
        bits[positions] = 1
        self._put(bits)

    def fields(self, values: np.ndarray, widths: np.ndarray) -> None:
        """Appends the lowest ``widths[i]`` bits of each number ``values[i]`` (int64)."""
        size = -(-int(widths.max(initial=0)) // 8)
        low_bytes = values.astype("<i8").view(np.uint8).reshape(-1, 8)[:, :size]
        digits = np.unpackbits(low_bytes, axis=1, bitorder="little")
        self._put(digits[np.arange(8 * size) < widths[:, None]])

    def _put(self, bits: np.ndarray) -> None:
        bits = np.concatenate([self._rest, bits])
        whole = len(bits) & ~7
        self._file.write(np.packbits(bits[:whole], bitorder="little").data)
        self._rest = bits[whole:]

    def finish(self) -> None:
        """Pads the file."""
        self._put(np.zeros(-len(self._rest) % 8 + 8 * _SLACK, np.uint8))


def write_lists(low: BitWriter, high: BitWriter, values: np.ndarray, layout: ListLayout) -> None:
    """Appends the lists that ``layout`` describes.

    Args:
        low, high: the file of lower bits, and that of upper bits.
        values: the numbers of all lists, list after list, int64.
        layout: the lengths and bit positions of the lists.
    """
    widths = np.repeat(layout.widths, layout.counts)
    low.fields(values, widths)
    number = np.cumsum(layout.counts) - layout.counts
    ones = np.repeat(layout.high[:-1] - number, layout.counts)
    ones += np.arange(len(values))
    ones += values >> widths
    high.ones(ones, int(layout.high[-1]))


def write_counts(out: BitWriter, counts: np.ndarray) -> None:
    """Appends positive numbers in unary: n is written as n - 1 zeros and a 1."""
    ends = np.cumsum(counts)
    out.ones(ends - 1, int(ends[-1]) if len(ends) else 0)


class Bits:
    """Reads the bits that a :class:`BitWriter` wrote, from mapped memory."""

    def __init__(self, path: Path) -> None:
        """Opens the file.

        Raises:
            ValueError: the file is shorter than its padding.
        """
        self.bytes = mapped(path, np.dtype(np.uint8))
        if len(self.bytes) < _SLACK:
            raise ValueError("too short")
        self._words = np.ndarray((len(self.bytes) - _SLACK + 1,), "<u8", self.bytes, strides=(1,))

    def __len__(self) -> int:
        """Number of bits, with those that fill up the last byte."""
        return 8 * (len(self.bytes) - _SLACK)

    def flags(self, first: int, last: int) -> np.ndarray:
        """The bits from ``first`` to ``last`` (not included) as bools."""
        begin = first >> 3
        bits = np.unpackbits(self.bytes[begin : (last + 7) >> 3], bitorder="little")
        return bits[first - 8 * begin : last - 8 * begin].view(bool)

    def fields(self, starts: np.ndarray, widths: np.ndarray | int) -> np.ndarray:
        """The numbers of ``widths`` bits each (under 57) that begin at bits ``starts``, int64."""
        found = self._words[starts >> 3] >> (starts & 7).view(np.uint64)
        return found.view(np.int64) & ((1 << widths) - 1)


class Lists:
    """Reads the lists that :func:`write_lists` wrote."""

    def __init__(self, low: Bits, high: Bits, layout: ListLayout) -> None:
        """Takes the file of lower bits, that of upper bits, and their layout.

        Raises:
            ValueError: a file is shorter or longer than the layout says.
        """
        for bits, end in ((low, int(layout.low[-1])), (high, int(layout.high[-1]))):
            if len(bits) != -(-end // 8) * 8:
                raise ValueError(f"{len(bits)} bits instead of {end}")
        self._low, self._high, self.layout = low, high, layout

    def one(self, number: int) -> np.ndarray:
        """The numbers of list ``number``, ascending, int64."""
        layout = self.layout
        width, start = int(layout.widths[number]), int(layout.low[number])
        flags = self._high.flags(int(layout.high[number]), int(layout.high[number + 1]))
        upper = np.flatnonzero(flags)
        index = np.arange(len(upper))
        upper -= index
        upper <<= width
        index *= width
        index += start
        upper |= self._low.fields(index, width)
        return upper

    def some(self, first: int, last: int) -> np.ndarray:
        """The numbers of the lists ``first`` to ``last`` (not included), list after list, int64."""
        layout = self.layout
        counts, widths = layout.counts[first:last], layout.widths[first:last]
        number, begin = np.cumsum(counts) - counts, int(layout.high[first])
        upper = np.flatnonzero(self._high.flags(begin, int(layout.high[last])))
        index, each = np.arange(len(upper)), np.repeat(widths, counts)
        upper -= index
        upper -= np.repeat(layout.high[first:last] - begin - number, counts)
        starts = np.repeat(layout.low[first:last] - number * widths, counts)
        index *= each
        starts += index
        upper <<= each
        upper |= self._low.fields(starts, each)
        return upper


def read_counts(flags: np.ndarray) -> np.ndarray:
    """The numbers that :func:`write_counts` wrote, decoded from their bits (bools)."""
    ends = np.flatnonzero(flags)
    out = ends + 1
    out[1:] -= out[:-1].copy()
    return out


def mapped(path: Path, dtype: np.dtype) -> np.ndarray:
    """The content of a file as an array (n,) over mapped memory.

    It is a plain array, because slices of np.memmap cost several times as much.

    Raises:
        ValueError: the size of the file is no multiple of the size of ``dtype``.
    """
    if not path.stat().st_size:
        return np.zeros(0, dtype)
    with open(path, "rb") as file:
        return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), dtype)
