"""Vectors of passages that have not changed, taken over from the live version instead of made anew."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xxhash

from rag.corpus.article import Passage
from rag.embed.protocol import Embedder
from rag.errors import YinjuError
from rag.index.open import Snapshot, open_index

if TYPE_CHECKING:
    from rag.embed.static import StaticModel


class ReusingEmbedder:
    """Makes passage vectors, asking the model only for texts that an older version does not have.

    Attributes:
        reused: number of vectors taken over so far.
    """

    def __init__(self, embedder: Embedder, old: Snapshot | None) -> None:
        self.identity = embedder.identity
        self.reused = 0
        self._embedder, self._old = embedder, old
        self._rows = {} if old is None else dict(_digests(old))

    def embed_passages(self, texts: Sequence[str]) -> np.ndarray:
        """As the model's own, float32 (len(texts), dim)."""
        rows = [self._rows.get(_digest(text)) for text in texts]
        new = [position for position, row in enumerate(rows) if row is None]
        if len(new) == len(texts):
            return self._embedder.embed_passages(texts)
        vectors = np.empty((len(texts), self.identity.dim), np.float32)
        if new:
            vectors[new] = self._embedder.embed_passages([texts[position] for position in new])
        for position, row in enumerate(rows):
            if row is not None:
                vectors[position] = self._old.vector(row)
        self.reused += len(texts) - len(new)
        return vectors


@contextlib.contextmanager
def reusing(path: Path, embedder: Embedder, model: StaticModel) -> Iterator[ReusingEmbedder]:
    """The embedder, with the vectors of the live version at hand where it was built with the same model.

    The static model makes vectors faster than they could be looked up: it is never asked to reuse.
    """
    old = None
    if embedder is not model:
        # No version, a damaged one or another model's: everything is made anew.
        with contextlib.suppress(YinjuError):
            old = open_index(path, embedder)
    with old or contextlib.nullcontext():
        yield ReusingEmbedder(embedder, old)


def _digest(text: str) -> bytes:
    return xxhash.xxh3_128_digest(text.encode("utf-8"))


def _digests(snapshot: Snapshot) -> Iterator[tuple[bytes, int]]:
    """What was embedded for each passage, as a hash."""
    from rag.corpus import passage_text

    article, last = None, -1
    for row, (owner, start, end) in enumerate(snapshot.passages.tolist()):
        if owner != last:
            article, last = snapshot.article(owner), owner
        yield _digest(passage_text(article, Passage(article.id, start, end))), row
