"""One vector per passage in FAISS, memory-mapped, filtered before the cut; searched exactly, or in
a large index by what smaller codes propose (:mod:`rag.index.near`).

The vectors of the static model are kept as bytes: its own are no finer, so that nothing is lost by
it. Those of another model are kept in half precision.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from rag.index import near
from rag.index.near import Near

Ranked = tuple[np.ndarray, np.ndarray]
"""Some passages, int64, and their scores, float32."""
VECTORS_FILE = "vectors.faiss"
# The largest component of a byte vector, in standard deviations of those of a random unit vector.
# Of 157,379 passages of news none has a component beyond 5.4; what is larger is cut.
_REACH = 5.5


class VectorsWriter:
    """Collects vectors as they are stored, and writes the FAISS index at the end."""

    def __init__(self, dim: int, kind: str) -> None:
        """Begins.

        Args:
            dim: dimensions of a vector.
            kind: "int8" for unit vectors of the static model, else "fp16".
        """
        import faiss

        types = faiss.ScalarQuantizer
        coding = {"int8": types.QT_8bit_uniform, "fp16": types.QT_fp16}[kind]
        self._index = faiss.IndexScalarQuantizer(dim, coding, faiss.METRIC_INNER_PRODUCT)
        if kind == "int8":
            # A fixed range, so that a vector's bytes do not depend on the others.
            most = min(1.0, _REACH / dim**0.5)
            range_ = np.array([-most, 2 * most], np.float32)
            faiss.copy_array_to_vector(range_, self._index.sq.trained)
            self._index.is_trained = True
        self.settings = {"kind": kind, "search": "exact"}

    def add(self, vectors: np.ndarray) -> None:
        """Takes a batch of unit vectors, shape (n, dim)."""
        if len(vectors):
            self._index.add(np.ascontiguousarray(vectors, np.float32))

    def keep(self, old: Vectors, first: int, last: int) -> None:
        """Takes over the vectors ``first`` to ``last`` (not included) of an older version."""
        if last > first:
            self._index.add_sa_codes(old.codes[first:last])

    def write(self, folder: Path, asked: Callable[[int], np.ndarray]) -> dict:
        """Writes the index.

        Args:
            folder: of the version.
            asked: gives the vectors of so many sampled questions (n, dim).

        Returns:
            How the vectors are stored and searched, for the manifest.
        """
        import faiss

        faiss.write_index(self._index, str(folder / VECTORS_FILE))
        count = self._index.ntotal
        self._index.reset()
        if count < near.MIN_VECTORS_FOR_SCAN or self._index.d % 4:
            return self.settings
        opened = functools.partial(Vectors, folder)
        return self.settings | near.chosen(folder, opened, asked(near.RECALL_QUESTIONS))


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Keeps FAISS to the calling thread: for one question a second only makes it wait, ten times as
    long.
    """
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


class Vectors:
    """Reads the vectors of a version; safe to use from many threads.

    Attributes:
        dim: dimensions of a vector.
        rows: number of vectors.
    """

    def __init__(self, folder: Path, codes: bool = False) -> None:
        """Opens the index.

        Args:
            folder: of the version.
            codes: look at the codes first (:mod:`rag.index.near`); else all is compared.

        Raises:
            RuntimeError: FAISS cannot read a file.
            ValueError: they are of different lengths.
        """
        import faiss

        self._index = faiss.read_index(str(folder / VECTORS_FILE), faiss.IO_FLAG_MMAP_IFC)
        self.dim: int = self._index.d
        self.rows: int = self._index.ntotal
        self._near = Near(folder) if codes else None
        if self._near and self._near.rows != self.rows:
            raise ValueError(f"{self._near.rows} codes instead of {self.rows}")

    @property
    def codes(self) -> np.ndarray:
        """The vectors as they are stored, uint8 (rows, bytes of each)."""
        import faiss

        size = self._index.sa_code_size()
        return faiss.rev_swig_ptr(self._index.codes.data(), self.rows * size).reshape(-1, size)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Vectors as they are stored, uint8 (n, bytes of each), as float32 (n, dim)."""
        with _one_thread():
            return self._index.sa_decode(np.ascontiguousarray(codes, np.uint8))

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """The vectors of some passages, float32 (len(rows), dim)."""
        if not len(rows):
            return np.zeros((0, self.dim), np.float32)
        return self.decode(self.codes[rows])

    def search(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Ranked:
        """The k passages with the largest inner product; in a large index nearly all of them
        (:mod:`rag.index.near`).

        Args:
            query: float vector (dim,).
            k: how many, at most.
            allowed: bool array (rows,); only passages where it is True are considered.

        Returns:
            Rows (int64) and scores (float32), best first, equal scores by row; fewer than k where
            fewer are allowed.

        Raises:
            ValueError: a shape does not fit.
        """
        import faiss

        query = np.ascontiguousarray(query, np.float32).reshape(1, -1)
        if query.shape[1] != self.dim:
            raise ValueError(f"expected a vector of {self.dim} dimensions, got {query.shape[1]}")
        parameters, available = None, self.rows
        if allowed is not None:
            if allowed.shape != (self.rows,):
                raise ValueError(f"expected a mask of shape ({self.rows},), got {allowed.shape}")
            available = int(np.count_nonzero(allowed))
            selector = faiss.IDSelectorBitmap(np.packbits(allowed.astype(bool), bitorder="little"))
            parameters = faiss.SearchParameters(sel=selector)
        k = min(k, available)
        if k <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        with _one_thread():
            if self._near and near.worth_it(available, k):
                selector = parameters and parameters.sel
                worth = self._near.rows_for(query[0], k, selector)
                if len(worth) >= k:
                    found = self.vectors(worth) @ query[0]
                    best = np.lexsort((worth, -found))[:k]
                    return worth[best], found[best]
            scores, rows = self._index.search(query, k, params=parameters)
        order = np.lexsort((rows[0], -scores[0]))
        return rows[0][order], scores[0][order]
