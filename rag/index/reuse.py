"""Reuses passage vectors that a slow model has made before: those of the previous version, and
those of an interrupted build.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import xxhash

from rag.corpus import passage_text
from rag.corpus.article import Passage
from rag.embed.protocol import Embedder
from rag.errors import ModelError
from rag.index.snapshot import Snapshot

_FOLDER = ".vectors"
_KEY, _SUM = 16, 8  # bytes of the digest of a text, and of the checksum of a digest and its vector


class ReusingEmbedder:
    """Makes passage vectors; calls the model only for texts whose vectors are not known.

    New vectors are appended to a file at once, so that the build after a killed one goes on from
    there.

    Attributes:
        identity: that of the model.
        reused: number of vectors that were taken over so far.
    """

    def __init__(self, embedder: Embedder, old: Snapshot | None, path: Path) -> None:
        """
        Args:
            embedder: the model.
            old: the previous version, made with the same model; None for none.
            path: the index folder.
        """
        self.identity, self.reused = embedder.identity, 0
        self._embedder, self._old = embedder, old
        self._known: dict[bytes, int] = {}
        self._made: dict[bytes, bytes] = {}
        self._path = path / _FOLDER / f"{self.identity.sha256[:16]}-{self.identity.dim}"
        self._size = _KEY + 2 * self.identity.dim + _SUM
        self._file: BinaryIO | None = None

    def embed_passages(self, texts: Sequence[str]) -> np.ndarray:
        """The vectors of some texts, float32 (len(texts), dim). Those taken over have passed
        through half precision, in which they are stored.

        Raises:
            ModelError: the model returns something other than one finite vector for each text.
        """
        vectors = np.empty((len(texts), self.identity.dim), np.float32)
        if not texts:
            return vectors
        if self._file is None:
            self._known = dict(_digests(self._old)) if self._old else {}
            self._file = self._begin()
        digests, new = list(map(_digest, texts)), []
        for position, digest in enumerate(digests):
            if digest in self._made:
                vectors[position] = np.frombuffer(self._made[digest], "<f2")
            elif self._old and digest in self._known:
                vectors[position] = self._old.vector(self._known[digest])
            else:
                new.append(position)
        self.reused += len(texts) - len(new)
        if new:
            vectors[new] = self._asked([texts[position] for position in new])
            for position in new:
                record = digests[position] + vectors[position].astype("<f2").tobytes()
                self._file.write(record + xxhash.xxh3_64_digest(record))
            self._file.flush()
        return vectors

    def _asked(self, texts: list[str]) -> np.ndarray:
        made, dim = np.asarray(self._embedder.embed_passages(texts)), self.identity.dim
        finite = np.isfinite(made).all()
        if made.shape != (len(texts), dim) or not finite:
            odd = "" if finite else " with NaN or infinity"
            raise ModelError(
                f"expected {len(texts)} finite vectors of {dim} dimensions from the model"
                f" {self.identity.name}, got an array of shape {made.shape}{odd}: the model or its"
                " folder is faulty, use another with --model"
            )
        return made

    def _begin(self) -> BinaryIO:
        """Opens the file for appending, and reads the vectors that an interrupted build left in it.

        Records that a crash cut off or damaged are left out.
        """
        self._path.parent.mkdir(exist_ok=True)
        content = self._path.read_bytes() if self._path.exists() else b""
        whole = len(content) // self._size * self._size
        file = open(self._path, "r+b" if content else "wb")
        file.seek(whole)
        file.truncate()
        for at in range(0, whole, self._size):
            end = at + self._size - _SUM
            if xxhash.xxh3_64_digest(content[at:end]) == content[end : at + self._size]:
                self._made[content[at : at + _KEY]] = content[at + _KEY : end]
        return file

    def close(self) -> None:
        """Closes the file; the next build can use what is in it."""
        if self._file:
            self._file.close()

    def forget(self) -> None:
        """Removes the file, which is no longer needed: the finished version has all its vectors."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def _digest(text: str) -> bytes:
    return xxhash.xxh3_128_digest(text.encode("utf-8"))


def _digests(snapshot: Snapshot) -> Iterator[tuple[bytes, int]]:
    """For each passage the digest of the text that was embedded for it, and its number."""
    places = enumerate(snapshot.passages.tolist())
    for owner, places_of_article in itertools.groupby(places, key=lambda place: place[1][0]):
        article = snapshot.article(owner)
        for row, (_, start, end) in places_of_article:
            yield _digest(passage_text(article, Passage(article.id, start, end))), row
