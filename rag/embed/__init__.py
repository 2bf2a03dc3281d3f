"""Texts to vectors: the embedded static model, or any sentence-transformers model; and models that
rerank.
"""

from __future__ import annotations

from pathlib import Path

from rag.embed.protocol import Embedder, ModelIdentity, Reranker
from rag.embed.rerank import load_reranker
from rag.embed.static import STATIC_MODEL_NAME, StaticModel, is_static, load_static

__all__ = [
    "Embedder",
    "ModelIdentity",
    "Reranker",
    "StaticModel",
    "load_embedder",
    "load_reranker",
    "load_static",
]


def load_embedder(name: str | None = None) -> Embedder:
    """The embedder for passages and queries.

    Args:
        name: None for the embedded model; else a folder (static or sentence-transformers) or the
            name of a sentence-transformers model, with "onnx:" or "onnx-int8:" before it where ONNX
            Runtime is to run it. Only a name that is on no local disk is fetched from the model
            hub.

    Raises:
        ModelError: the model is not there and cannot be fetched, or cannot be loaded.
    """
    if not name or name == STATIC_MODEL_NAME:
        return load_static()
    folder = Path(name).expanduser()
    if folder.is_dir() and is_static(folder):
        return load_static(folder.resolve())
    from rag.embed.transformer import TransformerEmbedder

    return TransformerEmbedder(str(folder) if folder.is_dir() else name)
