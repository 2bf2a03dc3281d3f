"""A small network that reads a question beside a sentence: how likely the one answers the other, of several or of none.

Compare-aggregate (Wang & Jiang 2017, "A compare-aggregate model for matching text sequences") over the fixed vectors of the
embedded model, so it reads both languages: each token of a sentence is compared with what of the question it attends to,
and convolutions over the comparisons are pooled. ``training/reader.py`` trains it on reading questions.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from rag.embed.static import StaticModel
from rag.errors import ModelError
from rag.question.query import Query

FILE = "reader.safetensors"  # in the model's folder
LONGEST, LONGEST_QUESTION = 48, 40  # tokens of a sentence and of a question that are read
GAP = 2  # rows of nothing between sentences, as far as a convolution reaches to either side


class Network:
    """The weights, as they are trained for an embedded model.

    Attributes:
        weights: arrays by name.
    """

    def __init__(self, model: StaticModel, weights: dict[str, np.ndarray]):
        self._model = model
        self.weights = {name: array.astype(np.float32) for name, array in weights.items()}

    def logits(self, query: Query, sentences: Sequence[np.ndarray], features: np.ndarray) -> np.ndarray:
        """The log-odds that each sentence answers rather than none, float32 (r,).

        Args:
            query: the question.
            sentences: token ids of each of r sentences.
            features: of :func:`rag.answer.reader.features`, float32 (r, f).
        """
        w, tokens = self.weights, [ids[:LONGEST] for ids in sentences]
        features = (features - w["mean"]) / w["scale"]
        own = (features @ w["linear.weight"].T + w["linear.bias"])[:, 0]
        if not len(query.ids) or not any(map(len, tokens)):
            return own
        lengths = np.array([max(len(one), 1) + GAP for one in tokens])
        starts = np.cumsum(lengths) - lengths
        ids = np.concatenate(tokens)
        at = np.concatenate([start + np.arange(len(one)) for start, one in zip(starts, tokens)])
        compared = np.zeros((int(lengths.sum()) + GAP, len(w["compare.bias"])), np.float32)
        content = query.content[:LONGEST_QUESTION]
        questions = query.vectors[: len(content)]
        unique, of = np.unique(ids, return_inverse=True)
        vectors, weight = self._model.token_vectors(unique)
        asked = _relu(questions @ w["project.weight"].T + w["project.bias"])
        cosine = vectors @ questions.T
        attention = np.exp(cosine * w["heat"])
        attention /= attention.sum(axis=1, keepdims=True)
        read, heard = _relu(vectors @ w["project.weight"].T + w["project.bias"]), attention @ asked
        sought = cosine[:, content].max(axis=1, initial=-1.0)
        told = np.column_stack([read, heard, read * heard, sought, cosine.max(axis=1), np.log1p(weight / w["median"])])
        # What a token is compared with does not depend on where it stands, so each different one is compared once.
        compared[at] = _relu(told @ w["compare.weight"].T + w["compare.bias"])[of]
        pooled = []
        for width in (3, 5):
            kernel, reach = w[f"convolve{width}.weight"], width // 2
            shifted = np.zeros((len(compared), kernel.shape[0]), np.float32)
            for step in range(-reach, reach + 1):
                here, there = slice(max(0, -step), len(compared) - max(0, step)), slice(max(0, step), len(compared) + min(0, step))
                shifted[here] += compared[there] @ kernel[:, :, step + reach].T
            shifted += w[f"convolve{width}.bias"]
            pooled.append(_maxima(shifted, starts, lengths - GAP))
        pooled = _relu(np.concatenate(pooled, axis=1))
        kind = _relu(np.concatenate([asked.mean(axis=0), asked.max(axis=0)]) @ w["kind.weight"].T + w["kind.bias"])
        share = np.exp((asked @ w["share.weight"].T + w["share.bias"])[:, 0])
        covered = _maxima(_spread(cosine[of], at, len(compared)), starts, lengths - GAP) @ (share / share.sum())
        kinds = np.broadcast_to(kind, (len(tokens), len(kind)))
        hidden = np.concatenate([pooled, kinds, pooled * np.tile(kinds, 2), features, covered[:, None]], axis=1)
        hidden = _relu(hidden @ w["hidden.weight"].T + w["hidden.bias"])
        return own + (hidden @ w["out.weight"].T + w["out.bias"])[:, 0]


@functools.lru_cache(maxsize=4)
def network_of(model: StaticModel) -> Network:
    """The network of a model. Raises ModelError for none."""
    from safetensors.numpy import load_file

    file = model.folder / FILE
    try:
        return Network(model, load_file(file))
    except Exception as error:
        raise ModelError(f"expected {file} with the weights of the reader, could not read it ({error}): "
                         "reinstall yinju, or make it with `python -m training.reader`") from error


def _relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0, out=x)


def _spread(rows: np.ndarray, at: np.ndarray, count: int) -> np.ndarray:
    """Rows at their places among ``count``; what lies between matches nothing."""
    out = np.full((count, rows.shape[1]), -1.0, np.float32)
    out[at] = rows
    return out


def _maxima(rows: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Largest value of each column in each stretch of rows."""
    borders = np.column_stack([starts, starts + lengths]).ravel()
    return np.maximum.reduceat(rows, borders, axis=0)[::2]
