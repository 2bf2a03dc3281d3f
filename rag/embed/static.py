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

STATIC_MODEL_FOLDER = Path(__file__).with_name("model")
STATIC_MODEL_NAME = "yinju-static"
_AT_ONCE = 256  # tokens whose vectors stay in the cache until they are compared


class StaticModel:
    """A static embedding: tokenizer, a unit vector and a weight per token.

    A text's vector is the weighted sum of its tokens' vectors, scaled to length 1. The same
    vectors, unpooled, serve late interaction. Reads the folder form of model2vec.

    Attributes:
        identity: name, hash and dimension, for the manifest of an index.
        folder: where it was read from.
        tokenizer_sha256: hash of the tokenizer's file.
    """

    def __init__(self, folder: Path, name: str):
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self.folder = folder
        tokenizer_file, weight_file = folder / "tokenizer.json", folder / "model.safetensors"
        compounds, near = folder / "compounds.safetensors", folder / "neighbours.safetensors"
        try:
            # What model2vec does when it loads, less a copy of the tokenizer that takes most of its
            # time.
            self._tokenizer = Tokenizer.from_file(str(tokenizer_file))
            tensors = load_file(weight_file)
            rows = tensors["embeddings"] if "embeddings" in tensors else tensors["embedding.weight"]
            parts = load_file(compounds) if compounds.is_file() else {}
            near_ids = load_file(near) if near.is_file() else {}
        except Exception as error:
            raise ModelError(
                f"expected a static model (model.safetensors, tokenizer.json) in {folder}, "
                f"could not read it: {error}"
            ) from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._rows = rows[tensors["mapping"]] if "mapping" in tensors else rows
        self._set_weights(tensors.get("weights"))
        self._set_parts(parts)
        self._near_ids = near_ids.get("ids", np.arange(self.size, dtype=np.uint16))
        counts = near_ids.get("counts", np.ones(self.size, np.uint8))
        self._near_at = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
        # The neighbours follow from the rest, and are no part of what the model is.
        files = [tokenizer_file, weight_file, *([compounds] if compounds.is_file() else [])]
        hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
        self.tokenizer_sha256 = hashes[0]
        digest = hashlib.sha256("".join(hashes).encode()).hexdigest()
        self.identity = ModelIdentity(name, digest, self._rows.shape[1])

    def _set_weights(self, weights: np.ndarray | None) -> None:
        """What each token counts; nothing for the unknown one."""
        find = self._tokenizer.token_to_id
        names = (getattr(self._tokenizer.model, "unk_token", None), "[UNK]", "<unk>")
        self._unknown = next((i for n in names if n and (i := find(n)) is not None), None)
        # The mark of a word's beginning is a token of its own before letters that begin no known
        # piece: it says nothing.
        silent = [i for i in (self._unknown, find("▁")) if i is not None]
        count = len(self._rows)
        self._speaks = np.ones(count, bool)
        self._speaks[silent] = False
        weights = np.ones(count) if weights is None else weights
        self._factors = weights.astype(np.float32)
        self._factors[silent] = 0.0

    def _set_parts(self, parts: dict[str, np.ndarray]) -> None:
        """The parts of compounds, and what is in their file since counting it again takes time."""
        self._part_ids = parts.get("ids", np.zeros(0, np.uint16))
        self._part_offsets = parts.get("offsets", np.zeros(len(self._rows) + 1, np.int64))
        self._part_counts = np.diff(self._part_offsets)
        for name in ("sizes", "begins", "latin"):
            if name in parts:
                setattr(self, name, parts[name].astype(np.int64 if name == "sizes" else bool))

    @property
    def size(self) -> int:
        """Number V of tokens; ids are 0 to V - 1."""
        return len(self._rows)

    def piece(self, token: int) -> str:
        """The text of a token id; "▁" marks the beginning of a Latin word."""
        return self._tokenizer.id_to_token(token) or ""

    def knows(self, piece: str) -> bool:
        """Whether a text is a token as it stands."""
        return self._tokenizer.token_to_id(piece) not in (None, self._unknown)

    def distinct(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The different tokens among some, ascending, and the place of each among these."""
        seen = np.zeros(self.size, bool)
        seen[ids] = True
        unique = np.flatnonzero(seen)
        place = np.empty(self.size, np.int32)
        place[unique] = np.arange(len(unique))
        return unique, place[ids]

    def token_vectors(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For token ids (n,): unit vectors float32 (n, d), and weights float32 (n,).

        The weight is the length that training gave the token's vector: how much the token says.
        """
        rows = self._rows[ids].astype(np.float32)
        lengths = np.maximum(np.sqrt(np.einsum("ij,ij->i", rows, rows)), 1e-12)
        return rows / lengths[:, None], lengths * self._factors[ids]

    def between(self, tokens: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Cosines of some tokens (n,) to others (m,), float32 (n, m)."""
        out = np.empty((len(tokens), len(others)), np.float32)
        rows = np.ascontiguousarray(self._rows[tokens].astype(np.float32).T)
        for begin in range(0, len(others), _AT_ONCE):
            some = others[begin : begin + _AT_ONCE]
            columns = self._rows.take(some, axis=0).astype(np.float32)
            # Of whole numbers the sums are exact, and so the same in whatever order they are made.
            out[:, begin : begin + _AT_ONCE] = (columns @ rows).T
        out *= self._scales[tokens, None]
        out *= self._scales[others]
        return out

    @functools.cached_property
    def _scales(self) -> np.ndarray:
        """What brings each token's row to length 1, float32 (V,)."""
        squares = np.einsum("ij,ij->i", self._rows, self._rows, dtype=np.float32, casting="safe")
        return 1 / np.maximum(np.sqrt(squares), np.float32(1e-12))

    def neighbours(self, token: int) -> np.ndarray:
        """The tokens that are nearest to a token, itself the first, as they are kept in the model's
        folder; only itself where there are none.
        """
        return self._near_ids[self._near_at[token] : self._near_at[token + 1]]

    def parts(self, token: int) -> np.ndarray:
        """The ids of the shorter tokens that a compound consists of, in order; empty for any other
        token.
        """
        return self._part_ids[self._part_offsets[token] : self._part_offsets[token + 1]]

    def parts_of(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The parts of the compounds among some tokens.

        Returns:
            The positions of the compounds in ``ids`` (c,), where the parts of each begin (c,), and
            the token ids of all parts.
        """
        of, within, parts = self._compounds(ids)
        first = np.flatnonzero(within == 0)
        return of[first], first, parts

    def with_parts(self, ids: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Ragged rows of token ids with the parts of compounds added to each row.

        Args:
            ids: token ids of all rows (n,).
            starts: where each row begins in ``ids``; no row is empty.

        Returns:
            The longer ids, and where each row begins in them.
        """
        of, _, parts = self._compounds(ids)
        return np.insert(ids, of + 1, parts), starts + np.searchsorted(of, starts)

    def _compounds(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All parts of all compounds among ``ids``: position of the compound, number within it,
        token id.
        """
        begin, counts = self._part_offsets[ids], self._part_counts[ids]
        of = np.repeat(np.arange(len(ids)), counts)
        within = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
        return of, within, self._part_ids[begin[of] + within].astype(np.int64)

    def normalize(self, text: str) -> str:
        """NFKC, lower case, simplified characters; a word of Latin letters begins with "▁"."""
        normalizer = self._tokenizer.normalizer
        return normalizer.normalize_str(text) if normalizer is not None else text

    def encode_ids(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Token ids of all texts one after the other: uint32 (n,), and int64 offsets (len(texts) +
        1,).

        Tokens that say nothing (unknown ones) are left out. Runs on all cores.
        """
        found = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        rows = [np.array(one.ids, np.uint32) for one in found]
        rows = [row[self._speaks[row]] for row in rows]
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum([len(row) for row in rows], out=offsets[1:])
        return (np.concatenate(rows) if rows else np.zeros(0, np.uint32)), offsets

    def spans(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Token ids of one text (n,), and the start and end of each in the text as given, int64 (n,
        2).
        """
        return self._located(self._tokenizer.encode(text, add_special_tokens=False))

    def fine_spans(self, texts: Sequence[str]) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each text as :meth:`spans`, with the parts of each compound behind it, each with its
        own span.
        """
        return [self._refined(*found) for found in self.located(texts)]

    def located(self, texts: Sequence[str]) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each text as :meth:`spans`."""
        found = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return list(map(self._located, found))

    def refined(
        self, ids: np.ndarray, spans: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Ragged rows of tokens as :meth:`spans` gives them with the parts of each compound behind
        it.

        Args:
            ids, spans: the tokens of all rows.
            starts: where each row begins, and the end of the last.

        Returns:
            The same three with the parts.
        """
        before = np.append(0, np.cumsum(self._part_counts[ids]))
        return *self._refined(ids, spans), starts + before[starts]

    def _located(self, encoding) -> tuple[np.ndarray, np.ndarray]:
        ids = np.array(encoding.ids, np.int64)
        spans = np.array(encoding.offsets, np.int64).reshape(-1, 2)
        known = self._speaks[ids]
        ids, spans = ids[known], spans[known]
        # The mark that begins a Latin word hangs on the character before it.
        words = self.begins[ids]
        spans[words, 0] = np.maximum(spans[words, 0], spans[words, 1] - self.sizes[ids[words]] + 1)
        return ids, spans

    def _refined(self, ids: np.ndarray, spans: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        of, within, parts = self._compounds(ids)
        if not len(of):
            return ids, spans
        sizes = self.sizes[parts]
        ends = np.cumsum(sizes)
        first = np.flatnonzero(within == 0)
        times = np.diff(np.append(first, len(of)))
        ends += spans[of, 0] - np.repeat(ends[first] - sizes[first], times)
        at = np.stack([ends - sizes, ends], axis=1)
        # Where characters were normalised away the parts cannot be told apart: each takes the
        # whole.
        off = (spans[of, 1] - spans[of, 0]) != self.sizes[ids[of]]
        at[off] = spans[of[off]]
        return np.insert(ids, of + 1, parts), np.insert(spans, of + 1, at, axis=0)

    @functools.cached_property
    def sizes(self) -> np.ndarray:
        """int64 (V,): the characters of each token, the mark of a word's beginning included."""
        return np.array([len(self.piece(token)) for token in range(self.size)], np.int64)

    @functools.cached_property
    def begins(self) -> np.ndarray:
        """bool (V,): the tokens that begin a word of Latin letters."""
        return np.array([self.piece(token).startswith("▁") for token in range(self.size)], bool)

    @functools.cached_property
    def latin(self) -> np.ndarray:
        """bool (V,): the tokens written in Latin letters."""
        pieces = map(self.piece, range(self.size))
        latin = [one.startswith("▁") or one.isascii() and one.isalpha() for one in pieces]
        return np.array(latin, bool)

    def embed_ids(self, ids: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        """Vectors of texts given as token ids: float32 (len(offsets) - 1, d), rows of length 1 (0
        if empty).
        """
        count = len(offsets) - 1
        out = np.zeros((count, self.identity.dim), np.float32)
        if count == 1:
            out[0] = self._factors[ids] @ self._rows[ids].astype(np.float32)
        else:
            # Many rows at once: a product is far faster than sums by row.
            from scipy.sparse import csr_array

            unique, local = self.distinct(ids)
            weights = self._factors[ids], local, offsets - offsets[0]
            counts = csr_array(weights, shape=(count, len(unique)))
            out[:] = counts @ self._rows[unique].astype(np.float32)
        out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)
        return out

    def embed_passages(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (len(texts), d), rows of length 1 (0 for a text without a known token)."""
        return self.embed_ids(*self.encode_ids(texts))

    embed_queries = embed_passages


@functools.lru_cache(maxsize=4)
def load_static(folder: str | Path | None = None) -> StaticModel:
    """The embedded model, or a model2vec folder; read once per process.

    Raises:
        ModelError: the folder does not hold a static model.
    """
    folder = STATIC_MODEL_FOLDER if folder is None else Path(folder)
    name = STATIC_MODEL_NAME if folder == STATIC_MODEL_FOLDER else str(folder)
    if not (folder / "model.safetensors").is_file():
        raise ModelError(
            f"expected model.safetensors in {folder}, found none: reinstall yinju, or name a model"
            " with --model"
        )
    return StaticModel(folder, name)


def is_static(folder: Path) -> bool:
    """Whether a folder holds a static model, so that torch need not be loaded for it."""
    modules = folder / "modules.json"
    if modules.is_file():
        return "StaticEmbedding" in modules.read_text("utf8")
    config = folder / "config.json"
    return (
        config.is_file() and json.loads(config.read_text("utf8")).get("model_type") == "model2vec"
    )
