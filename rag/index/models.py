"""Whether an index was built with the models in use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rag.embed.protocol import Embedder, ModelIdentity
from rag.errors import IndexMismatch
from rag.index.manifest import REBUILD, Manifest

if TYPE_CHECKING:
    from rag.embed.static import StaticModel


def check_models(index: Path, manifest: Manifest, model: StaticModel, embedder: Embedder) -> None:
    """Compares the models in use with those an index was built with.

    Raises:
        IndexMismatch: one differs; the message says how to rebuild.
    """
    rebuild = REBUILD.format(index=index)
    if (
        not same_model(manifest.static_model, model.identity)
        or manifest.tokenizer_sha256 != model.tokenizer_sha256
    ):
        raise IndexMismatch(
            f"expected the embedded model {manifest.static_model.sha256[:12]} with the tokenizer"
            f" {manifest.tokenizer_sha256[:12]}, with which {index} was built, but this version of"
            f" Yinju holds {model.identity.sha256[:12]} with {model.tokenizer_sha256[:12]}:"
            f" {rebuild}"
        )
    if not same_model(manifest.model, embedder.identity):
        built, given = manifest.model, embedder.identity
        how = (
            "without `--model`"
            if same_model(built, model.identity)
            else f"with `--model {built.name}`"
        )
        raise IndexMismatch(
            f"expected the model {built.name} ({built.sha256[:12]}, {built.dim} dimensions), with"
            f" which {index} was built, but got {given.name} ({given.sha256[:12]}, {given.dim}"
            f" dimensions): open it {how}, or {rebuild}"
        )


def same_model(one: ModelIdentity, other: ModelIdentity) -> bool:
    """Whether two identities mean one model; a folder may have moved, so names do not count."""
    return (one.sha256, one.dim) == (other.sha256, other.dim)
