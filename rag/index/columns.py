"""Named arrays in one file, each deflated, and read whole when an index is opened.

The bytes of the numbers are sorted by weight first (as HDF5's shuffle filter does): the upper ones,
nearly all 0, then cost nothing.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

KeptRange = tuple[int, int, int]
"""Rows taken over from an older version: the first, the end, and the new number of the first."""
_LEVEL = 6
_TYPES = {"|u1", "<u2", "<u4", "<u8", "<i4", "<i8"}
_LONGEST = 2**40  # numbers; what claims to hold more is damaged


def write_columns(path: Path, columns: Mapping[str, np.ndarray]) -> None:
    """Writes arrays of unsigned or signed integers, of one or two dimensions."""
    # zlib leaves Python to others: two are deflated at once.
    from concurrent.futures import ThreadPoolExecutor

    arrays = [np.ascontiguousarray(array) for array in columns.values()]
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
    planes = array.view(np.uint8).reshape(-1, array.dtype.itemsize).T
    return zlib.compress(np.ascontiguousarray(planes).data, _LEVEL)


def read_columns(path: Path) -> dict[str, np.ndarray]:
    """The arrays that :func:`write_columns` wrote.

    Raises:
        ValueError, KeyError, TypeError: the file is not what was written.
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
    """Strings as an array of bytes, each with a NUL behind it, for :func:`write_columns`. A NUL in
    one becomes U+2400.
    """
    ended = "".join(f"{name.replace(chr(0), chr(0x2400))}\0" for name in names)
    return np.frombuffer(ended.encode(), np.uint8)


def read_strings(array: np.ndarray) -> list[str]:
    """What :func:`strings` was given."""
    return array.tobytes().decode().split("\0")[:-1]


def narrow(array: np.ndarray) -> np.ndarray:
    """The same numbers, none of them negative, in the smallest unsigned type."""
    return array.astype(np.min_scalar_type(array.max(initial=0)))


def starts(counts: Sequence[int] | np.ndarray) -> np.ndarray:
    """Where each of some runs of so many begins, and the end of the last, int64."""
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])


def renumbered(count: int, kept: Sequence[KeptRange]) -> np.ndarray:
    """The new number of each of so many rows of an older version, or -1 where it is not kept."""
    out = np.full(count, -1, np.int64)
    for first, last, now in kept:
        out[first:last] = np.arange(now, now + last - first)
    return out
