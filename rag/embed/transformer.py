"""Any sentence-transformers bi-encoder in place of the embedded model."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.embed.protocol import ModelIdentity
from rag.errors import ModelError

_WEIGHTS = {".safetensors", ".json", ".txt", ".model", ".bin"}


class TransformerEmbedder:
    """A SentenceTransformer with its own prompts for queries and passages.

    Attributes:
        identity: name as given, hash over the model's files (or its hub revision), dimension.
    """

    def __init__(self, name: str):
        self._model = _load(name)
        dim = int(self._model.get_embedding_dimension())
        self.identity = ModelIdentity(name, _fingerprint(name, self._model), dim)

    def embed_passages(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (len(texts), dim), rows of length 1; the model's document prompt is put before each."""
        return self._encode(self._model.encode_document, texts)

    def embed_queries(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (len(texts), dim), rows of length 1; the model's query prompt is put before each."""
        return self._encode(self._model.encode_query, texts)

    @staticmethod
    def _encode(encode, texts: Sequence[str]) -> np.ndarray:
        vectors = encode(list(texts), normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False)
        return np.ascontiguousarray(vectors, np.float32)


def _load(name: str):
    local = Path(name).is_dir()
    if not local and (name.startswith((".", "/", "~")) or os.sep + os.sep in name):
        raise ModelError(f"expected a model folder at {name}, found none: check the path")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # before the import: it asks the network unbidden
    from sentence_transformers import SentenceTransformer

    # Without this a model that cannot be reached is asked for again and again, for minutes.
    os.environ.setdefault("HF_HUB_ETAG_TIMEOUT", "5")
    os.environ.setdefault("HF_HUB_DOWNLOAD_TIMEOUT", "20")
    try:
        return SentenceTransformer(name, local_files_only=True, trust_remote_code=False)
    except Exception as missing:
        if local:
            raise ModelError(f"expected a sentence-transformers model in {name}, could not load it: {_first_line(missing)}") from missing
    if os.environ.get("HF_HUB_OFFLINE") == "1" or not _hub_answers():
        raise ModelError(f"model {name!r} is not on this machine and the model hub cannot be reached: copy its folder here and "
                         f"give the path (--model PATH), or leave --model out to use the embedded model")
    try:
        return SentenceTransformer(name, trust_remote_code=False)
    except Exception as error:
        raise ModelError(f"model {name!r} could not be fetched: {_first_line(error)}; give the path of a model folder, "
                         f"or leave --model out to use the embedded model") from error


def _hub_answers(timeout: float = 5.0) -> bool:
    """Whether the model hub takes a connection; asked only when the user named a model to fetch."""
    import socket
    from urllib.parse import urlsplit

    from huggingface_hub import constants

    address = urlsplit(constants.ENDPOINT)
    try:
        socket.create_connection((address.hostname, address.port or 443), timeout=timeout).close()
    except OSError:
        return False
    return True


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def _fingerprint(name: str, model) -> str:
    """A hash that changes when the model does: of the files of a folder, else of name and revision."""
    digest = hashlib.sha256()
    folder = Path(name)
    if folder.is_dir():
        for file in sorted(f for f in folder.rglob("*") if f.suffix in _WEIGHTS and f.is_file()):
            digest.update(file.relative_to(folder).as_posix().encode())
            with open(file, "rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    else:
        revision = getattr(getattr(model[0], "auto_model", None), "config", None)
        digest.update(f"{name}@{getattr(revision, '_commit_hash', None)}".encode())
    return digest.hexdigest()
