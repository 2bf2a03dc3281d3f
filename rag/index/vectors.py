"""One vector per passage in FAISS, searched exactly, memory-mapped, filtered before the cut."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

FILE_NAME = "vectors.faiss"
# Up to here float32 is fast enough (some 15 ms); beyond, half precision halves size and time, and
# the recall it costs is measured and written to the manifest.
FLAT_UP_TO = 200_000
_CHUNK = 16_384
_RECALL_QUERIES = 200


class VectorsWriter:
    """Spools vectors to disk as they come, and makes the FAISS index at the end."""

    def __init__(self, spool: Path, dim: int) -> None:
        self._path = spool / "vectors.f32"
        self._file = open(self._path, "wb")
        self._dim = dim
        self._rows = 0

    def add(self, vectors: np.ndarray) -> None:
        """Takes a batch, shape (n, dim)."""
        self._file.write(np.ascontiguousarray(vectors, np.float32).data)
        self._file.flush()
        self._rows += len(vectors)

    def close(self) -> None:
        """Closes the spool."""
        # After a failed write, closing tries again and fails again; the first error is the one to tell.
        with contextlib.suppress(OSError):
            self._file.close()

    def write(self, folder: Path, flat_up_to: int = FLAT_UP_TO) -> dict:
        """Writes the index; returns its "kind" ("flat" or "fp16") and "recall_at_10" against exact search."""
        import faiss

        self.close()
        rows = np.memmap(self._path, np.float32, "r", shape=(self._rows, self._dim))
        if self._rows <= flat_up_to:
            kind, index = "flat", faiss.IndexFlatIP(self._dim)
        else:
            half = faiss.ScalarQuantizer.QT_fp16
            kind, index = "fp16", faiss.IndexScalarQuantizer(self._dim, half, faiss.METRIC_INNER_PRODUCT)
        for start in range(0, self._rows, _CHUNK):
            index.add(np.ascontiguousarray(rows[start : start + _CHUNK]))
        faiss.write_index(index, str(folder / FILE_NAME))
        return {"kind": kind, "recall_at_10": 1.0 if kind == "flat" else _recall(index, rows)}


def _recall(index, rows: np.ndarray, k: int = 10) -> float:
    """Share of the exact ten nearest passages that the index finds, over passages spread evenly."""
    asked = rows[np.unique(np.linspace(0, len(rows) - 1, _RECALL_QUERIES, dtype=np.int64))]
    best = np.full((len(asked), 0), 0.0, np.float32)
    ids = np.full((len(asked), 0), 0, np.int64)
    for start in range(0, len(rows), _CHUNK):
        scores = asked @ rows[start : start + _CHUNK].T
        best = np.hstack([best, scores])
        ids = np.hstack([ids, np.broadcast_to(np.arange(start, start + scores.shape[1]), scores.shape)])
        keep = np.argsort(-best, axis=1, kind="stable")[:, :k]
        best, ids = np.take_along_axis(best, keep, 1), np.take_along_axis(ids, keep, 1)
    found = index.search(np.ascontiguousarray(asked), min(k, len(rows)))[1]
    return round(float(np.mean([np.isin(exact, seen).mean() for exact, seen in zip(ids, found, strict=True)])), 4)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Keeps FAISS to the calling thread: for one question a second only makes it wait, ten times as long."""
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

    def __init__(self, folder: Path) -> None:
        """Opens the index.

        Raises:
            RuntimeError: FAISS cannot read the file.
        """
        import faiss

        self._index = faiss.read_index(str(folder / FILE_NAME), faiss.IO_FLAG_MMAP_IFC)
        self.dim: int = self._index.d
        self.rows: int = self._index.ntotal

    def vector(self, row: int) -> np.ndarray:
        """The vector of a passage, float32 (dim,)."""
        return self._index.reconstruct(int(row))

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """The vectors of some passages, float32 (len(rows), dim)."""
        if not len(rows):
            return np.zeros((0, self.dim), np.float32)
        return self._index.reconstruct_batch(np.ascontiguousarray(rows, np.int64))

    def search(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The k passages with the largest inner product.

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
            scores, rows = self._index.search(query, k, params=parameters)
        order = np.lexsort((rows[0], -scores[0]))
        return rows[0][order], scores[0][order]
