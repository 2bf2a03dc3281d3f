"""Ascending lists of numbers in few bits: Elias-Fano, each list by itself, one after the other in a
memory-mapped file.

Of each number the lower bits are kept as they are, with a width that suits the length of the list,
and the upper ones as the distance to those before it, in unary: 2 + log2(universe / length) bits
each, half a bit from the least possible (Elias 1974; Vigna 2013, "Quasi-succinct indices"). Where a
list begins follows from the lengths of those before it, so no pointers are kept.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from rag.index.columns import starts

_LONG = 256  # numbers of one width from which on they are not looked up one by one
_SLACK = 8  # bytes behind the last field, so that 8 can be read wherever one begins
# Numbers that are packed or unpacked in one go: what is at work then stays in the cache.
AT_ONCE = 1 << 18


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where the bits of each of n lists stand.

    Attributes:
        counts: numbers in each list (n,).
        widths: lower bits of each of its numbers (n,).
        low, high: first bit of each list among the lower and the upper bits, and the end of the
            last (n + 1,).
    """

    counts: np.ndarray
    widths: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, counts: np.ndarray, universe: int) -> Layout:
        """The layout of lists of so many numbers, all of them under ``universe``."""
        counts = np.asarray(counts, np.int64)
        widths = np.maximum(np.frexp(universe // np.maximum(counts, 1))[1] - 1, 0).astype(np.int64)
        high = np.where(counts > 0, counts + (max(universe - 1, 0) >> widths), 0)
        return cls(counts, widths, starts(counts * widths), starts(high))


class BitWriter:
    """Bits appended to a file, the first of them the lowest of its byte."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = open(path, "wb")
        self._rest = np.zeros(0, np.uint8)  # bits that fill no byte yet

    def ones(self, positions: np.ndarray, total: int) -> None:
        """Appends ``total`` bits that are 1 at ``positions`` and 0 elsewhere."""
        bits = np.zeros(total, np.uint8)
        bits[positions] = 1
        self._put(bits)

    def fields(self, values: np.ndarray, widths: np.ndarray) -> None:
        """Appends the lower bits of each number (int64), as many as its width says."""
        size = -(-int(widths.max(initial=0)) // 8)
        low_bytes = values.astype("<i8").view(np.uint8).reshape(-1, 8)[:, :size]
        digits = np.unpackbits(low_bytes, axis=1, bitorder="little")
        self._put(digits[np.arange(8 * size) < widths[:, None]])

    def _put(self, bits: np.ndarray) -> None:
        bits = np.concatenate([self._rest, bits])
        whole = len(bits) & ~7
        self._file.write(np.packbits(bits[:whole], bitorder="little").data)
        self._rest = bits[whole:]

    def close(self, abandon: bool = False) -> None:
        """Ends the file, unless what was written is to be thrown away."""
        try:
            if not abandon:
                self._put(np.zeros(-len(self._rest) % 8 + 8 * _SLACK, np.uint8))
        finally:
            self._file.close()


def write_lists(low: BitWriter, high: BitWriter, values: np.ndarray, layout: Layout) -> None:
    """Appends the lists of a layout.

    Args:
        low, high: the two files.
        values: the numbers of the lists one after the other, int64.
    """
    widths = np.repeat(layout.widths, layout.counts)
    low.fields(values, widths)
    number = np.cumsum(layout.counts) - layout.counts
    ones = np.repeat(layout.high[:-1] - number, layout.counts)
    ones += np.arange(len(values))
    ones += values >> widths
    high.ones(ones, int(layout.high[-1]))


def write_counts(out: BitWriter, counts: np.ndarray) -> None:
    """Appends numbers from 1 on in unary: each ends with a 1."""
    ends = np.cumsum(counts)
    out.ones(ends - 1, int(ends[-1]) if len(ends) else 0)


class Bits:
    """Reads what a :class:`BitWriter` wrote; the memory is mapped."""

    def __init__(self, path: Path) -> None:
        """Opens the file.

        Raises:
            ValueError: it is too short to be one.
        """
        self.bytes = mapped(path, np.dtype(np.uint8))
        if len(self.bytes) < _SLACK:
            raise ValueError("too short")
        self._words = np.ndarray((len(self.bytes) - _SLACK + 1,), "<u8", self.bytes, strides=(1,))

    def __len__(self) -> int:
        """Bits, some behind the last one written included."""
        return 8 * (len(self.bytes) - _SLACK)

    def flags(self, first: int, last: int) -> np.ndarray:
        """The bits from ``first`` to ``last`` (not included) as bools."""
        begin = first >> 3
        bits = np.unpackbits(self.bytes[begin : (last + 7) >> 3], bitorder="little")
        return bits[first - 8 * begin : last - 8 * begin].view(bool)

    def row(self, start: int, width: int, count: int) -> np.ndarray:
        """Numbers of so many bits (under 57) that stand one after the other, int64 (count,)."""
        if count < _LONG:
            return self.fields(start + np.arange(count) * width, width)
        out = np.empty(count, np.int64)
        for place in range(8):  # every eighth begins ``width`` bytes behind the one before
            first, shift = divmod(start + place * width, 8)
            size = (count - place + 7) >> 3
            words = np.ndarray((size,), "<i8", self.bytes, first, (width,))
            out[place::8] = words >> shift
        out &= (1 << width) - 1
        return out

    def fields(self, starts: np.ndarray, widths: np.ndarray | int) -> np.ndarray:
        """The numbers of so many bits (under 57) that begin at ``starts``, int64."""
        found = self._words[starts >> 3] >> (starts & 7).view(np.uint64)
        return found.view(np.int64) & ((1 << widths) - 1)


class Lists:
    """Reads lists that :func:`write_lists` wrote."""

    def __init__(self, low: Bits, high: Bits, layout: Layout) -> None:
        """Takes both files.

        Raises:
            ValueError: they are shorter or longer than the layout says.
        """
        for bits, end in ((low, int(layout.low[-1])), (high, int(layout.high[-1]))):
            if len(bits) != -(-end // 8) * 8:
                raise ValueError(f"{len(bits)} bits instead of {end}")
        self._low, self._high, self.layout = low, high, layout

    def one(self, number: int) -> np.ndarray:
        """The numbers of one list, int64, ascending."""
        layout = self.layout
        width, start = int(layout.widths[number]), int(layout.low[number])
        flags = self._high.flags(int(layout.high[number]), int(layout.high[number + 1]))
        upper = np.flatnonzero(flags)
        upper -= np.arange(len(upper))
        if not width:
            return upper
        upper <<= width
        upper |= self._low.row(start, width, len(upper))
        return upper

    def some(self, first: int, last: int) -> np.ndarray:
        """The numbers of the lists ``first`` to ``last`` (not included) one after the other,
        int64.
        """
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
    """The numbers that :func:`write_counts` wrote, from their bits."""
    ends = np.flatnonzero(flags)
    out = ends + 1
    out[1:] -= out[:-1].copy()
    return out


def mapped(path: Path, dtype: np.dtype) -> np.ndarray:
    """The content of a file as an array (n,) over mapped memory.

    A plain array: slices of np.memmap cost several times as much.

    Raises:
        ValueError: its size is no multiple of that of the type.
    """
    if not path.stat().st_size:
        return np.zeros(0, dtype)
    with open(path, "rb") as file:
        return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), dtype)
