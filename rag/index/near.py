"""Which vectors may be nearest to a question, from codes of a quarter of their size.

Those of a large index are compared with it in full only where their codes say that it may pay.

A code has two bits for each dimension: in which of four ranges the component lies. The ranges are
those that lose least of a normal distribution (Max 1960), which the components of unit vectors come
near to. They are the same for every index, so a vector's code depends on nothing but the vector: an
update gives the codes of a build from nothing, and nothing has to be trained. Over 157,376 passages
of news they find as much as product quantization that was trained on them. Codes are compared in
registers (FAISS's fast scan: Andre, Kermarrec & Le Scouarnec 2017), all of them for each question.

Where that finds less of the ten best vectors of sampled questions than the floor says, the index is
searched exactly: so may it be with a transformer whose vectors all point nearly the same way.
Inverted files and HNSW were measured beside the scan (docs/scaling.md).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rag.index.vectors import Vectors

FILE_NAME = "near.faiss"
FROM = 100_000  # vectors: below that an exact search is as fast
FLOOR = 0.97  # share of the ten best vectors that must be found
BEST, FETCHED, ASKED = 10, 200, 200
LEAST = 1_000  # codes that are followed up, at least
_FOLLOWED = 5  # of each vector that is asked for
_FEW = (
    20  # where no more vectors are allowed than so many times those asked for, it is not worth it
)
_AT_ONCE = 1 << 14
# The border between the inner and the outer ranges, and what stands for each range, in standard
# deviations of a component.
_BORDER = 0.9816
_LEVELS = (-1.510, -0.4528, 0.4528, 1.510)


class Near:
    """Proposes vectors; safe to use from many threads."""

    def __init__(self, folder: Path) -> None:
        """Opens the file of a version.

        Raises:
            RuntimeError: FAISS cannot read it.
        """
        import faiss

        self._index = faiss.read_index(str(folder / FILE_NAME), faiss.IO_FLAG_MMAP_IFC)

    @property
    def rows(self) -> int:
        """Number of vectors."""
        return self._index.ntotal

    def rows_for(self, query: np.ndarray, k: int, selector: object | None) -> np.ndarray:
        """The rows that are worth comparing, ascending, int64.

        Args:
            query: vector (dim,), float32.
            k: how many are wanted in the end.
            selector: of FAISS, of the rows that are allowed; None for all.
        """
        import faiss

        given = faiss.SearchParametersIVF(nprobe=1, sel=selector)
        count = min(max(_FOLLOWED * k, LEAST), self.rows)
        _, rows = self._index.search(query.reshape(1, -1), count, params=given)
        return np.sort(rows[0][rows[0] >= 0])


def worth_it(allowed: int, k: int) -> bool:
    """Whether so many vectors are too many to be compared each."""
    return allowed > max(_FEW * k, LEAST)


def code(vectors: np.ndarray) -> np.ndarray:
    """The codes of unit vectors, float32 (n, dim) with a multiple of four dimensions: uint8 (n, dim
    / 4), each dimension two bits, the first the lowest.
    """
    border = np.float32(_BORDER / vectors.shape[1] ** 0.5)
    ranges = (vectors > -border).view(np.uint8)
    ranges += vectors > 0
    ranges += vectors > border
    out = ranges[:, ::4].copy()
    for place in (1, 2, 3):
        out |= ranges[:, place::4] << 2 * place
    return out


def write(folder: Path, vectors: Vectors) -> None:
    """Writes the codes of all vectors."""
    import faiss

    dim, deviation = vectors.dim, vectors.dim**-0.5
    # For FAISS two dimensions are a number of four bits, and stand for a point in a plane; and all
    # vectors are in one list, since only in lists it can leave out some.
    nowhere = faiss.IndexFlatIP(dim)
    nowhere.add(np.zeros((1, dim), np.float32))
    index = faiss.IndexIVFPQ(nowhere, dim, 1, dim // 2, 4, faiss.METRIC_INNER_PRODUCT)
    index.own_fields = False
    index.by_residual = False
    plane = [(_LEVELS[n & 3] * deviation, _LEVELS[n >> 2] * deviation) for n in range(16)]
    points = np.tile(np.array(plane, np.float32), (dim // 2, 1))
    faiss.copy_array_to_vector(points.ravel(), index.pq.centroids)
    index.is_trained = True
    for begin in range(0, vectors.rows, _AT_ONCE):
        index.add_sa_codes(code(vectors.decode(vectors.codes[begin : begin + _AT_ONCE])))
    packed = faiss.IndexIVFPQFastScan(index)
    faiss.write_index(packed, str(folder / FILE_NAME))


def chosen(folder: Path, opened: Callable[[bool], Vectors], asked: np.ndarray) -> dict[str, object]:
    """How the index is to be searched, for the manifest.

    Args:
        folder: of the version.
        opened: opens its vectors, to be searched by codes or not.
        asked: vectors of sampled questions (n, dim).

    Returns:
        "search": "scan" or "exact"; and "recall@10", which was measured.
    """
    exact = opened(False)
    write(folder, exact)
    least, vectors = _tenth(exact, asked), opened(True)
    found = [(vectors.search(query, FETCHED)[1] >= bar).sum() for query, bar in zip(asked, least)]
    recall = float(np.minimum(found, BEST).mean()) / BEST
    return {"search": "scan" if recall >= FLOOR else "exact", "recall@10": round(recall, 4)}


def _tenth(vectors: Vectors, asked: np.ndarray) -> np.ndarray:
    """The score of each question's tenth best vector, less what sums in another order differ by."""
    best = np.full((len(asked), BEST), -np.inf, np.float32)
    for begin in range(0, vectors.rows, _AT_ONCE):
        scores = asked @ vectors.decode(vectors.codes[begin : begin + _AT_ONCE]).T
        best = -np.partition(-np.hstack([best, scores]), BEST - 1, axis=1)[:, :BEST]
    return best.min(axis=1) - np.float32(1e-6)
