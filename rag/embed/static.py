"""The embedded model: one fixed vector per token, so a text's tokens are its multi-vector form."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.embed.protocol import ModelIdentity
from rag.errors import ModelError

FOLDER = Path(__file__).with_name("model")
NAME = "yinju-static"


class StaticModel:
    """A static embedding: tokenizer, a unit vector and a weight per token.

    A text's vector is the weighted sum of its tokens' vectors, scaled to length 1. The same vectors,
    unpooled, serve late interaction. Reads the folder form of model2vec.

    Attributes:
        identity: name, hash and dimension, for the manifest of an index.
        tokenizer_sha256: hash of the tokenizer's file.
    """

    def __init__(self, folder: Path, name: str):
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        tokenizer_file, weight_file = folder / "tokenizer.json", folder / "model.safetensors"
        try:
            # What model2vec does when it loads, less a copy of the tokenizer that takes most of its time.
            self._tokenizer = Tokenizer.from_file(str(tokenizer_file))
            tensors = load_file(weight_file)
            rows = tensors["embeddings"] if "embeddings" in tensors else tensors["embedding.weight"]
        except Exception as error:
            raise ModelError(f"expected a static model (model.safetensors, tokenizer.json) in {folder}, "
                             f"could not read it: {error}") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        names = (getattr(self._tokenizer.model, "unk_token", None), "[UNK]", "<unk>")
        self._unknown = next((i for n in names if n and (i := self._tokenizer.token_to_id(n)) is not None), None)
        self._rows = rows[tensors["mapping"]] if "mapping" in tensors else rows
        self._factors = tensors["weights"].astype(np.float32) if "weights" in tensors else np.ones(len(self._rows), np.float32)
        if self._unknown is not None:
            self._factors[self._unknown] = 0.0
        self.tokenizer_sha256 = _sha256(tokenizer_file)
        digest = hashlib.sha256((self.tokenizer_sha256 + _sha256(weight_file)).encode()).hexdigest()
        self.identity = ModelIdentity(name, digest, self._rows.shape[1])

    @property
    def size(self) -> int:
        """Number V of tokens; ids are 0 to V - 1."""
        return len(self._rows)

    def piece(self, token: int) -> str:
        """The text of a token id; "▁" marks the beginning of a Latin word."""
        return self._tokenizer.id_to_token(token) or ""

    def token_vectors(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For token ids (n,): unit vectors float32 (n, d), and weights float32 (n,).

        The weight is the length that training gave the token's vector: how much the token says.
        """
        rows = self._rows[ids].astype(np.float32)
        lengths = np.maximum(np.sqrt(np.einsum("ij,ij->i", rows, rows)), 1e-12)
        return rows / lengths[:, None], lengths * self._factors[ids]

    def normalize(self, text: str) -> str:
        """NFKC, lower case, simplified characters; a word of Latin letters begins with "▁"."""
        normalizer = self._tokenizer.normalizer
        return normalizer.normalize_str(text) if normalizer is not None else text

    def encode_ids(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Token ids of all texts one after the other: uint32 (n,), and int64 offsets (len(texts) + 1,).

        Unknown tokens are left out. Runs on all cores.
        """
        rows = [np.array(e.ids, np.uint32) for e in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]
        if self._unknown is not None:
            rows = [row[row != self._unknown] for row in rows]
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum([len(row) for row in rows], out=offsets[1:])
        return (np.concatenate(rows) if rows else np.zeros(0, np.uint32)), offsets

    def spans(self, text: str) -> tuple[np.ndarray, list[tuple[int, int]]]:
        """Token ids of one text, and the (start, end) of each in the text as given."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        ids, spans = [], []
        for token, piece, (start, end) in zip(encoding.ids, encoding.tokens, encoding.offsets):
            if token == self._unknown:
                continue
            # The mark that begins a Latin word hangs on the character before it.
            if piece.startswith("▁") and end - start > len(piece) - 1:
                start = end - (len(piece) - 1)
            ids.append(token)
            spans.append((start, end))
        return np.array(ids, np.uint32), spans

    def embed_ids(self, ids: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        """Vectors of texts given as token ids: float32 (len(offsets) - 1, d), rows of length 1 (0 if empty)."""
        count = len(offsets) - 1
        out = np.zeros((count, self.identity.dim), np.float32)
        if count == 1:
            out[0] = self._factors[ids] @ self._rows[ids].astype(np.float32)
        else:
            from scipy.sparse import csr_array  # many rows at once: a product is far faster than sums by row

            seen = np.zeros(self.size, bool)
            seen[ids] = True
            unique = np.flatnonzero(seen)
            local = (np.cumsum(seen) - 1)[ids]
            counts = csr_array((self._factors[ids], local, offsets - offsets[0]), shape=(count, len(unique)))
            out[:] = counts @ self._rows[unique].astype(np.float32)
        out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)
        return out

    def embed_passages(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (len(texts), d), rows of length 1 (0 for a text without a known token)."""
        return self.embed_ids(*self.encode_ids(texts))

    embed_queries = embed_passages


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@functools.lru_cache(maxsize=4)
def load_static(folder: str | Path | None = None) -> StaticModel:
    """The embedded model, or a model2vec folder; read once per process.

    Raises:
        ModelError: the folder does not hold a static model.
    """
    folder = FOLDER if folder is None else Path(folder)
    name = NAME if folder == FOLDER else str(folder)
    if not (folder / "model.safetensors").is_file():
        raise ModelError(f"expected model.safetensors in {folder}, found none: reinstall yinju, or name a model with --model")
    return StaticModel(folder, name)


def is_static(folder: Path) -> bool:
    """Whether a folder holds a static model, so that torch need not be loaded for it."""
    modules = folder / "modules.json"
    if modules.is_file():
        return "StaticEmbedding" in modules.read_text("utf8")
    config = folder / "config.json"
    return config.is_file() and json.loads(config.read_text("utf8")).get("model_type") == "model2vec"
