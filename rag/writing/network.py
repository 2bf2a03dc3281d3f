"""The network of the check, run with NumPy: how likely evidence does not say a sentence.

Each token of the sentence stands beside what of the evidence its static vector attends to, with the
features of :mod:`rag.writing.aligned`; gated convolutions follow (as in the reader,
:mod:`rag.reader.network`), a score for each token and one for the sentence.
``training/checker/network.py`` is the same in torch; a test holds the two together.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from rag.embed.static import StaticModel
from rag.reader.encode import Encoded
from rag.reader.network import laid_out, loaded
from rag.writing.aligned import Aligned

WIDTH = 64
DILATIONS = (1, 2, 1)  # of the convolutions
HEAT, BESIDE = 14.0, 1.0  # of the attention: of a cosine, and of standing in the best sentence
FILE = Path(__file__).parent / "model" / "checker.safetensors"
_EPSILON = 1e-5


class CheckerNetwork:
    """The weights, as they are trained for an embedded model; by name, as torch names them."""

    def __init__(self, model: StaticModel, weights: dict[str, np.ndarray]):
        self._model = model
        self._w = laid_out(weights)

    def scores(self, one: Aligned) -> tuple[float, np.ndarray]:
        """The log-odds that the evidence does not say a sentence, and those of its tokens (n,)."""
        vectors, heard, denied = attended(self._model, one)
        own = self._own(one.tokens, vectors, one.denial)
        there = np.maximum(self._linear("heard", heard), 0)
        features = np.concatenate([one.features, denied], 1)
        x = np.concatenate([own, there, own * there, np.abs(own - there), features], 1)
        x = np.maximum(self._linear("merge", x), 0)
        for number, dilation in enumerate(DILATIONS):
            x = self._gated(f"above.{number}", x, dilation)
        x = self._norm("last", x)
        tokens = self._linear("token", x)[:, 0]
        weight = one.features[:, 7] / max(float(one.features[:, 7].sum()), 1e-6)
        told = np.array([tokens.max(), np.log(np.exp(tokens).sum()), weight @ tokens], np.float32)
        whole = np.concatenate([x.max(0), weight @ x, told, one.overall])
        hidden = np.maximum(self._linear("hidden", whole), 0)
        return float(self._linear("whole", hidden)[0]), tokens

    def _linear(self, name: str, x: np.ndarray) -> np.ndarray:
        return x @ self._w[f"{name}.weight"].T + self._w[f"{name}.bias"]

    def _norm(self, name: str, x: np.ndarray) -> np.ndarray:
        x = x - x.mean(1, keepdims=True)
        x /= np.sqrt((x * x).mean(1, keepdims=True) + _EPSILON)
        return x * self._w[f"{name}.weight"] + self._w[f"{name}.bias"]

    def _gated(self, name: str, x: np.ndarray, dilation: int) -> np.ndarray:
        inner = np.pad(self._norm(f"{name}.norm", x), ((dilation, dilation), (0, 0)))
        wide = np.concatenate([inner[at * dilation :][: len(x)] for at in range(3)], 1)
        both = wide @ self._w[f"{name}.convolution.weight"] + self._w[f"{name}.convolution.bias"]
        return x + both[:, :WIDTH] * (0.5 * np.tanh(0.5 * both[:, WIDTH:]) + 0.5)

    def _own(self, tokens: Encoded, vectors: np.ndarray, denial: np.ndarray) -> np.ndarray:
        """What each token is by itself."""
        after = np.append(tokens.gaps[1:], 0).astype(np.uint8)
        w = self._w
        x = (
            self._linear("project", vectors)
            + w["gap_before.weight"][tokens.gaps]
            + w["gap_after.weight"][after]
        )
        return np.maximum(x + w["shape.weight"][tokens.shapes] + w["denial.weight"][denial], 0)


def attended(model: StaticModel, one: Aligned) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The vectors of a sentence's tokens (n, d), and what they attend to in the evidence.

    Of that the mean vectors (n, d), and how much of it denies and is denied (n, 2). A fact that
    stands in the evidence is taken to be there as it is said.
    """
    vectors, _ = model.token_vectors(one.tokens.ids)
    there, _ = model.token_vectors(one.kept.ids)
    match = HEAT * (vectors @ there.T) + BESIDE * one.best
    share = np.exp(match - match.max(1, keepdims=True))
    share /= share.sum(1, keepdims=True)
    denial = np.stack([one.kept_denial == 1, one.kept_denial == 2], 1).astype(np.float32)
    stands = one.features[:, 8:9] > 0
    return vectors, np.where(stands, vectors, share @ there), share @ denial


@functools.lru_cache(maxsize=2)
def load_network(model: StaticModel, file: Path = FILE) -> CheckerNetwork:
    """The network from a file, for a model. Raises ModelError where it cannot be read."""
    return loaded(functools.partial(CheckerNetwork, model), file, "the check", "training.checker")
