"""Named integer arrays in one file, each compressed, all read when an index is opened.

Before compression the bytes of an array are grouped by significance: the lowest byte of every
number, then the next byte of every number, and so on (as HDF5's shuffle filter does). The upper
bytes are nearly all 0, and so cost next to nothing.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

KeptRange = tuple[int, int, int]
"""A run of rows taken over from an older version: its first row and its end (not included) there,
and the new number of its first row."""
_LEVEL = 6
_TYPES = {"|u1", "<u2", "<u4", "<u8", "<i4", "<i8"}
_LONGEST = 2**40  # numbers in an array; a file that claims to hold more is damaged


def write_columns(path: Path, columns: Mapping[str, np.ndarray], narrow: bool = True) -> None:
    """Writes named arrays of integers, of one or two dimensions, to a file: numbers that are not
    negative in the smallest unsigned type that holds them; without ``narrow`` as they are.
    """
    # zlib releases the GIL, so two threads compress at once.
    from concurrent.futures import ThreadPoolExecutor

    arrays = list(map(np.ascontiguousarray, columns.values()))
    if narrow:
        arrays = [array.astype(np.min_scalar_type(array.max(initial=0))) for array in arrays]
    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(_deflated, arrays))
    heads = [
        [name, array.dtype.newbyteorder("<").str, list(array.shape), len(part)]
        for name, array, part in zip(columns, arrays, parts, strict=True)
    ]
    with open(path, "wb") as file:
        file.write(json.dumps(heads, ensure_ascii=False).encode() + b"\n")
        file.writelines(parts)


def _deflated(array: np.ndarray) -> bytes:
    """The compressed bytes of an array, grouped by significance (see the module)."""
    planes = array.view(np.uint8).reshape(-1, array.dtype.itemsize).T
    return zlib.compress(np.ascontiguousarray(planes).data, _LEVEL)


def read_columns(path: Path) -> dict[str, np.ndarray]:
    """The arrays that :func:`write_columns` wrote, by name.

    Raises:
        ValueError, KeyError, TypeError: the content of the file is not what was written.
    """
    data, out = path.read_bytes(), {}
    begin = data.index(b"\n") + 1
    for name, kind, shape, size in json.loads(data[: begin - 1]):
        if kind not in _TYPES:
            raise ValueError(f"{name}: an array of {kind}")
        dtype, count = np.dtype(kind), int(np.prod(shape, dtype=np.int64))
        if not 0 <= count < _LONGEST or len(shape) > 2:
            raise ValueError(f"{name}: an array that is none")
        expected = count * dtype.itemsize
        try:
            plain = zlib.decompress(data[begin : begin + size], bufsize=max(expected, 1))
        except zlib.error as error:
            raise ValueError(f"{name}: {error}") from error
        if len(plain) != expected:
            raise ValueError(f"{name}: {len(plain)} bytes instead of {expected}")
        planes = np.frombuffer(plain, np.uint8).reshape(dtype.itemsize, -1)
        out[name] = np.ascontiguousarray(planes.T).view(dtype).reshape(shape)
        begin += size
    return out


def strings(names: list[str]) -> np.ndarray:
    """Encodes strings for :func:`write_columns` as an array of bytes (uint8): UTF-8, each string
    ended by a NUL. A NUL within a string becomes U+2400.
    """
    ended = "".join(f"{name.replace(chr(0), chr(0x2400))}\0" for name in names)
    return np.frombuffer(ended.encode(), np.uint8)


def read_strings(array: np.ndarray) -> list[str]:
    """The strings that :func:`strings` encoded."""
    return array.tobytes().decode().split("\0")[:-1]


def starts(counts: Sequence[int] | np.ndarray) -> np.ndarray:
    """Where each of n adjacent runs of these lengths begins, then the end of the last, int64
    (n + 1,).
    """
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])


def renumbered(count: int, kept_ranges: Sequence[KeptRange]) -> np.ndarray:
    """The new number of each of the ``count`` rows of an older version, -1 for a row that is not
    kept, int64 (count,).
    """
    out = np.full(count, -1, np.int64)
    for first, last, now in kept_ranges:
        out[first:last] = np.arange(now, now + last - first)
    return out
