"""The network of the check, run with NumPy: how likely evidence does not say a sentence and its words.

Static word vectors, gated convolutions, an aligned and a contextual attention to the evidence (as
in the reader, :mod:`rag.reader.network`), a score for each token and one for the sentence.
``training/checker/network.py`` is the same in torch; a test holds the two together.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from rag.embed.static import StaticModel
from rag.errors import ModelError
from rag.reader.encode import Encoded
from rag.writing.aligned import Aligned

WIDTH = 64
BELOW, ABOVE = (
    (1, 2),
    (1, 2, 1),
)  # dilations of the convolutions before and after the second attention
FILE = Path(__file__).parent / "model" / "checker.safetensors"
_EPSILON = 1e-5


class Network:
    """The weights, as they are trained for an embedded model; by name, as torch names them."""

    def __init__(self, model: StaticModel, weights: dict[str, np.ndarray]):
        self._model = model
        self._w = {name: array.astype(np.float32) for name, array in weights.items()}
        for name in [name for name in self._w if name.endswith("convolution.weight")]:
            kernel = self._w[name]  # (out, in, 3) -> (3 in, out)
            self._w[name] = np.ascontiguousarray(
                kernel.transpose(2, 1, 0).reshape(-1, kernel.shape[0])
            )

    def scores(self, one: Aligned) -> tuple[float, np.ndarray]:
        """The log-odds that the evidence does not say the sentence, and those of its tokens (n,)."""
        s_vectors, _ = self._model.token_vectors(one.tokens.ids)
        e_vectors, _ = self._model.token_vectors(one.kept.ids)
        s0 = self._own(one.tokens, s_vectors, one.denial)
        e0 = self._own(one.kept, e_vectors, one.kept_denial)
        s = s0 + self._linear("features", one.features)
        e = e0
        for number, dilation in enumerate(BELOW):
            s, e = (
                self._gated(f"sentence.{number}", s, dilation),
                self._gated(f"evidence.{number}", e, dilation),
            )
        near = s_vectors @ e_vectors.T
        beside = one.best.astype(np.float32) * self._w["beside"]
        first = _softmax(near * self._w["heat"] + beside)
        heard = first @ e0
        x = np.concatenate([s, first @ e, s0 * heard, np.abs(s0 - heard), one.features], 1)
        x = np.maximum(self._linear("merge", x), 0)
        match = self._linear("key", x) @ self._linear("query", e).T * WIDTH**-0.5
        context = _softmax(match + near * (self._w["heat"] / 2) + beside) @ e
        x = x + self._linear("again", np.concatenate([x, context, x * context], 1))
        for number, dilation in enumerate(ABOVE):
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


def _softmax(x: np.ndarray) -> np.ndarray:
    x = np.exp(x - x.max(-1, keepdims=True))
    return x / x.sum(-1, keepdims=True)


@functools.lru_cache(maxsize=2)
def load_network(model: StaticModel, file: Path = FILE) -> Network:
    """The network from a file, for a model. Raises ModelError where it cannot be read."""
    from safetensors.numpy import load_file

    try:
        return Network(model, load_file(file))
    except Exception as error:
        raise ModelError(
            f"expected {file} with the weights of the check, could not read it ({error}): "
            "reinstall yinju, or make it with `python -m training.checker`"
        ) from error
