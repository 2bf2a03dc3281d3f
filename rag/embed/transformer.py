"""Any sentence-transformers bi-encoder in place of the embedded model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np

from rag.embed.loading import EMBEDDING, Loaded, load
from rag.embed.protocol import ModelIdentity

_WEIGHTS = {".safetensors", ".json", ".txt", ".model", ".bin"}
_OTHER_BACKENDS = {"onnx", "openvino"}  # folders within a model's folder


class TransformerEmbedder:
    """A SentenceTransformer with its own prompts for queries and passages; may be shared by
    threads.

    Attributes:
        identity: name as given, hash over the model's files (or its hub revision), dimension. The
            same model on another back end is another one: int8 vectors differ.
    """

    def __init__(self, name: str):
        """Loads a model.

        Args:
            name: a folder or a name on the model hub, with a back end before it or not; see
                :mod:`rag.embed.loading`.

        Raises:
            ModelError: it is not there, cannot be loaded, is no bi-encoder, or its back end is not
                installed.
        """
        loaded = load(name, (EMBEDDING,))
        self._model, self._busy = loaded.model, Lock()
        dim = int(self._model.get_embedding_dimension())
        self.identity = ModelIdentity(loaded.name, _fingerprint(loaded), dim)

    def embed_passages(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (len(texts), dim), rows of length 1; the model's document prompt is put before
        each.
        """
        return self._encode(self._model.encode_document, texts)

    def embed_queries(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (len(texts), dim), rows of length 1; the model's query prompt is put before
        each.
        """
        return self._encode(self._model.encode_query, texts)

    def _encode(self, encode, texts: Sequence[str]) -> np.ndarray:
        with self._busy:  # a tokenizer serves one thread at a time
            vectors = encode(
                list(texts),
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.ascontiguousarray(vectors, np.float32)


def _fingerprint(loaded: Loaded) -> str:
    """A hash that changes when the vectors do: of the files that are used, else of name and
    revision.
    """
    digest = hashlib.sha256()
    if loaded.folder is None:
        revision = getattr(getattr(loaded.model[0], "auto_model", None), "config", None)
        digest.update(f"{loaded.name}@{getattr(revision, '_commit_hash', None)}".encode())
        return digest.hexdigest()
    for file in sorted(_used(loaded.folder, loaded.file)):
        digest.update(file.relative_to(loaded.folder).as_posix().encode())
        with open(file, "rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _used(folder: Path, onnx: str) -> list[Path]:
    """The files that a model's vectors depend on: configuration, and the weights of the back
    end.
    """
    files = [
        f
        for f in folder.rglob("*")
        if f.suffix in _WEIGHTS and not _OTHER_BACKENDS & {*f.relative_to(folder).parts}
    ]
    if onnx:
        files = [f for f in files if f.parent != folder or f.suffix not in (".safetensors", ".bin")]
        # Large weights lie in a file beside it.
        files += (folder / onnx).parent.glob(Path(onnx).name + "*")
    return [file for file in files if file.is_file()]
