"""Approximate search: preselects vectors by codes of a quarter of their size.

In a large index only the vectors whose codes score best are compared with the question in full.

A code has two bits for each dimension, which tell in which of four ranges the component lies. The
ranges are the optimal quantizer of a normal distribution (Max 1960), which the components of unit
vectors nearly follow. They are the same for every index, so a vector's code depends on the vector
alone: an update gives the same codes as a build from scratch, and nothing has to be trained. Over
157,376 passages of news these codes find as much as product quantization that was trained on them.
A question is compared with all codes, in registers (FAISS's fast scan: Andre, Kermarrec & Le
Scouarnec 2017).

If this scan finds a smaller share of the ten best vectors of sampled questions than
:data:`MIN_RECALL`, the index is searched exactly. This may happen with a transformer whose vectors
all point nearly the same way. Inverted files and HNSW were measured beside the scan
(docs/scaling.md).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rag.index.vectors import Vectors

_CODES_FILE = "near.faiss"
MIN_VECTORS_FOR_SCAN = 100_000  # vectors: in a smaller index an exact search is as fast
MIN_RECALL = 0.97  # recall@10 that the scan must reach on the sampled questions
# Recall is measured on the 10 best vectors, with 200 fetched for each of 200 sampled questions.
RECALL_DEPTH, RECALL_FETCHED, RECALL_QUESTIONS = 10, 200, 200
MIN_SCAN_CANDIDATES = 1_000  # candidates that the codes propose for a question, at least
_FOLLOWED = 5  # candidates that the codes propose for each vector that is asked for
_FEW = 20  # vectors allowed for each one asked for: up to this ratio the scan does not pay
_AT_ONCE = 1 << 14  # vectors decoded in one go
# The border between the inner and the outer ranges, and the value that stands for each range when
# codes are scored; in standard deviations of a component.
_BORDER = 0.9816
_LEVELS = (-1.510, -0.4528, 0.4528, 1.510)


class Near:
    """Searches the codes of a version for candidates; safe to use from many threads."""

    def __init__(self, folder: Path) -> None:
        """Opens the file of codes in a version's folder.

        Raises:
            RuntimeError: FAISS cannot read it.
        """
        import faiss

        self._index = faiss.read_index(str(folder / _CODES_FILE), faiss.IO_FLAG_MMAP_IFC)

    @property
    def rows(self) -> int:
        """Number of vectors."""
        return self._index.ntotal

    def rows_for(self, query: np.ndarray, k: int, selector: object | None) -> np.ndarray:
        """The candidate rows, which are worth comparing in full, ascending, int64.

        Args:
            query: vector (dim,), float32.
            k: how many vectors are wanted in the end.
            selector: FAISS selector of the rows that are allowed; None for all.
        """
        import faiss

        given = faiss.SearchParametersIVF(nprobe=1, sel=selector)
        count = min(max(_FOLLOWED * k, MIN_SCAN_CANDIDATES), self.rows)
        _, rows = self._index.search(query.reshape(1, -1), count, params=given)
        return np.sort(rows[0][rows[0] >= 0])


def worth_it(allowed: int, k: int) -> bool:
    """Whether the scan of the codes pays, when ``allowed`` vectors may be found and ``k`` are
    wanted; otherwise the search is exact.
    """
    return allowed > max(_FEW * k, MIN_SCAN_CANDIDATES)


def code(vectors: np.ndarray) -> np.ndarray:
    """The codes of unit vectors.

    Args:
        vectors: float32 (n, dim); dim is a multiple of four.

    Returns:
        uint8 (n, dim / 4): two bits for each dimension, the first dimension in the lowest bits.
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
    # FAISS takes the codes of two dimensions as one of four bits, which stands for one of 16 points
    # in a plane. All vectors are in one inverted list, because FAISS can skip rows that a selector
    # excludes only in an index of such lists.
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
    faiss.write_index(packed, str(folder / _CODES_FILE))


def chosen(folder: Path, opened: Callable[[bool], Vectors], asked: np.ndarray) -> dict[str, object]:
    """Writes the codes, and decides by their measured recall how the index is to be searched.

    Args:
        folder: the version's folder.
        opened: opens the version's vectors; True to search them by codes, False exactly.
        asked: vectors of sampled questions (n, dim).

    Returns:
        Entries for the manifest: "search", which is "scan" or "exact", and the measured
        "recall@10".
    """
    exact = opened(False)
    write(folder, exact)
    least, vectors = _tenth(exact, asked), opened(True)
    found = [
        (vectors.search(query, RECALL_FETCHED)[1] >= bar).sum() for query, bar in zip(asked, least)
    ]
    recall = float(np.minimum(found, RECALL_DEPTH).mean()) / RECALL_DEPTH
    return {"search": "scan" if recall >= MIN_RECALL else "exact", "recall@10": round(recall, 4)}


def _tenth(vectors: Vectors, asked: np.ndarray) -> np.ndarray:
    """The exact score of each question's tenth best vector (n,), less a tolerance: the same sum in
    another order may differ in its last bits.
    """
    best = np.full((len(asked), RECALL_DEPTH), -np.inf, np.float32)
    for begin in range(0, vectors.rows, _AT_ONCE):
        scores = asked @ vectors.decode(vectors.codes[begin : begin + _AT_ONCE]).T
        best = -np.partition(-np.hstack([best, scores]), RECALL_DEPTH - 1, axis=1)[:, :RECALL_DEPTH]
    return best.min(axis=1) - np.float32(1e-6)
