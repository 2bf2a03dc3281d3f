"""The plug-in point for embedding models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which model made a vector; stored in the index and compared when it is opened.

    Attributes:
        name: "yinju-static" for the embedded model, else the name or folder that was given.
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
