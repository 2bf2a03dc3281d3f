"""Runs the network of the check with NumPy: how likely the evidence does not say a sentence.

The input of each token is its static vector, the mean of the evidence's vectors to which it
attends, and the features of :mod:`rag.writing.aligned`. Gated convolutions follow (as in
:mod:`rag.reader.network`), then a score for each token and one for the sentence.
``training/checker/network.py`` is the same network in torch; a test compares the two.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from rag.embed.static import StaticModel
from rag.reader.layers import Layers, loaded, softmax
from rag.writing.aligned import Aligned

CHECKER_WIDTH = 64  # of the hidden states
CHECKER_DILATIONS = (1, 2, 1)  # of the convolutions, in their order
# In the attention, weight of the cosine and of the best sentence.
_COSINE_WEIGHT, _BEST_SENTENCE_WEIGHT = 14.0, 1.0
CHECKER_FILE = Path(__file__).parent / "model" / "checker.safetensors"


class CheckerNetwork(Layers):
    """The network with its weights (by their names in torch), trained for one embedded model."""

    def __init__(self, model: StaticModel, weights: dict[str, np.ndarray]):
        self._model = model
        super().__init__(weights)

    def scores(self, one: Aligned) -> tuple[float, np.ndarray]:
        """Returns the log-odds that the evidence does not say a sentence, and its tokens (n,)."""
        vectors, heard, denied = attended(self._model, one)
        states = self._without_evidence(one, vectors)
        there = np.maximum(self.linear("heard", heard), 0)
        features = np.concatenate([one.features, denied], 1)
        x = np.concatenate([states, there, states * there, np.abs(states - there), features], 1)
        x = np.maximum(self.linear("merge", x), 0)
        for number, dilation in enumerate(CHECKER_DILATIONS):
            x = self.gated(f"above.{number}", x, dilation)
        x = self.norm("last", x)
        tokens = self.linear("token", x)[:, 0]
        weight = one.features[:, 7] / max(float(one.features[:, 7].sum()), 1e-6)
        summary = tokens.max(), np.log(np.exp(tokens).sum()), weight @ tokens
        token_summary = np.array(summary, np.float32)
        whole = np.concatenate([x.max(0), weight @ x, token_summary, one.overall])
        hidden = np.maximum(self.linear("hidden", whole), 0)
        return float(self.linear("whole", hidden)[0]), tokens

    def _without_evidence(self, one: Aligned, vectors: np.ndarray) -> np.ndarray:
        """Returns the states (n, CHECKER_WIDTH) of the sentence's tokens by themselves, without the
        evidence; ``vectors`` are their static vectors (n, d).
        """
        tokens, w = one.tokens, self.weights
        after = np.append(tokens.gaps[1:], 0).astype(np.uint8)
        x = self.linear("project", vectors) + w["gap_before.weight"][tokens.gaps]
        x = x + w["gap_after.weight"][after]
        return np.maximum(x + w["shape.weight"][tokens.shapes] + w["denial.weight"][one.denial], 0)


def attended(model: StaticModel, one: Aligned) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Computes the attention of a sentence's tokens to those of its evidence.

    Returns:
        The vectors of the sentence's tokens (n, d); the mean vectors that they attend to (n, d),
        where the tokens of a fact that the evidence has attend to themselves; and the shares of
        the attention on tokens that deny and that are denied (n, 2).
    """
    vectors, _ = model.token_vectors(one.tokens.ids)
    there, _ = model.token_vectors(one.evidence_tokens.ids)
    share = softmax(_COSINE_WEIGHT * (vectors @ there.T) + _BEST_SENTENCE_WEIGHT * one.best)
    denial = np.stack([one.evidence_denial == 1, one.evidence_denial == 2], 1).astype(np.float32)
    stands = one.features[:, 8:9] > 0
    return vectors, np.where(stands, vectors, share @ there), share @ denial


@functools.lru_cache(maxsize=2)
def load_network(model: StaticModel, file: Path = CHECKER_FILE) -> CheckerNetwork:
    """Loads the network for a model from a file. Raises ModelError if it cannot be read."""
    return loaded(functools.partial(CheckerNetwork, model), file, "the check", "training.checker")
