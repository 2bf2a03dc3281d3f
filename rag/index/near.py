"""Which vectors may be nearest to a question, from codes of a quarter of their size.

Those of a large index are compared with it in full only where their codes say that it may pay.

The codes are those of product quantization, four bits for two dimensions, compared in registers
(FAISS's fast scan: Andre, Kermarrec & Le Scouarnec 2017). Up to some millions of vectors all codes
are looked at. Beyond that they lie in lists by the centre that they are nearest to (inverted file:
Jegou, Douze & Schmid 2011), and only the nearest lists are; how many is measured when the index is
built. Where that finds less of the ten best vectors of sampled questions than the floor says, the
index is searched exactly. HNSW was measured beside them (docs/scaling.md): over 160,000 vectors it
takes twelve times as long to build and finds less.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rag.index.vectors import Vectors

FILE_NAME = "near.faiss"
FROM = 100_000  # vectors: below that an exact search takes a few milliseconds
LISTS_FROM = 3_000_000  # and from there on looking at all codes takes too long
FLOOR = 0.97  # share of the ten best vectors that must be found
BEST, FETCHED, ASKED = 10, 200, 200
LEAST = 1_000  # codes that are followed up, at least
_FOLLOWED = 5  # of each vector that is asked for
_FEW = (
    20  # where no more vectors are allowed than so many times those asked for, it is not worth it
)
_SAMPLE, _AT_ONCE = 1 << 16, 1 << 16
_MOST = 4  # at most one of so many lists is looked at


class Near:
    """Proposes vectors; safe to use from many threads."""

    def __init__(self, folder: Path, probes: int) -> None:
        """Opens the file.

        Args:
            folder: of the version.
            probes: how many lists are looked at.

        Raises:
            RuntimeError: FAISS cannot read it.
        """
        import faiss

        self._index = faiss.read_index(str(folder / FILE_NAME), faiss.IO_FLAG_MMAP_IFC)
        self.probes = probes

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

        given = faiss.SearchParametersIVF(nprobe=self.probes, sel=selector)
        count = min(max(_FOLLOWED * k, LEAST), self.rows)
        _, rows = self._index.search(query.reshape(1, -1), count, params=given)
        return np.sort(rows[0][rows[0] >= 0])


def worth_it(allowed: int, k: int) -> bool:
    """Whether so many vectors are too many to be compared each."""
    return allowed > max(_FEW * k, LEAST)


def write(folder: Path, vectors: Vectors) -> int:
    """Writes the codes of all vectors; the same vectors give the same file. Returns the number of
    lists.
    """
    import faiss

    rows, dim = vectors.rows, vectors.dim
    count = int(rows**0.5) if rows >= LISTS_FROM else 1
    sample = np.random.default_rng(0).permutation(rows)[: max(_SAMPLE, 64 * count)]
    centers = faiss.IndexFlatIP(dim)
    index = faiss.IndexIVFPQFastScan(centers, dim, count, dim // 2, 4, faiss.METRIC_INNER_PRODUCT)
    index.own_fields = False
    index.cp.max_points_per_centroid = 64 if count > 1 else 4096
    index.cp.min_points_per_centroid = 1
    index.train(vectors.decode(vectors.codes[np.sort(sample)]))
    for begin in range(0, rows, _AT_ONCE):
        index.add(vectors.decode(vectors.codes[begin : begin + _AT_ONCE]))
    faiss.write_index(index, str(folder / FILE_NAME))
    return count


def chosen(folder: Path, opened: Callable[[int], Vectors], asked: np.ndarray) -> dict[str, object]:
    """How the index is to be searched, for the manifest.

    Args:
        folder: of the version.
        opened: opens its vectors, to be searched by so many lists, or exactly for 0.
        asked: vectors of sampled questions (n, dim).

    Returns:
        "search" ("scan", "lists" or "exact"), number of "lists", of "probes", 0 for an exact
        search, and "recall@10", measured on other questions than those by which the probes were
        chosen.
    """
    vectors = opened(0)
    lists = write(folder, vectors)
    exact = [set(vectors.search(query, BEST)[0].tolist()) for query in asked]
    half, probes, recall = len(asked) // 2, 1, 0.0
    while recall < FLOOR and probes <= max(lists // _MOST, 1):
        vectors = opened(probes)
        recall = _recall(vectors, asked[:half], exact[:half])
        if recall >= FLOOR:
            recall = _recall(vectors, asked[half:], exact[half:])
        probes = probes if recall >= FLOOR else max(probes + 1, int(probes * 1.3))
    served = recall >= FLOOR
    return {
        "search": ("scan" if lists == 1 else "lists") if served else "exact",
        "lists": lists,
        "probes": probes if served else 0,
        "recall@10": round(recall, 4),
    }


def _recall(vectors: Vectors, asked: np.ndarray, exact: list[set[int]]) -> float:
    found = 0
    for query, best in zip(asked, exact):
        rows = vectors.search(query, FETCHED)[0][:BEST]
        found += len(best.intersection(rows.tolist()))
    return found / max(sum(map(len, exact)), 1)
