"""The plug-in points for models: one that makes vectors, one that orders a few passages better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which model made a vector; stored in the index and compared when it is opened.

    Attributes:
        name: "yinju-static" for the embedded model, else the name or folder that was given, with
            its back end before it where that is not torch ("onnx-int8:/models/e5-small").
        sha256: hash over the files of the model.
        dim: number of dimensions of a vector.
    """

    name: str
    sha256: str
    dim: int


class Embedder(Protocol):
    """Texts to unit vectors. Implementing classes may accept more optional parameters."""

    identity: ModelIdentity

    def embed_passages(self, texts: Sequence[str]) -> np.ndarray:
        """float32 array of shape (len(texts), dim), rows of length 1 (or 0 for an empty text)."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> np.ndarray:
        """As :meth:`embed_passages`, with the model's prompt for queries where it has one."""
        ...


class Reranker(Protocol):
    """Scores passages that were found for a question; the text is the title, a newline and the
    passage.

    Attributes:
        name: what it is called in results: the name or folder that was given.
    """

    name: str

    def score(self, question: str, passages: Sequence[str]) -> np.ndarray:
        """float32 (len(passages),), finite, higher is better; comparable within one call, in all
        languages.
        """
        ...
