"""The network of the check in torch, as it is trained.

:mod:`rag.writing.network` runs the same without torch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from rag.embed.static import StaticModel
from rag.reader.encode import GAPS, SHAPES
from rag.writing.aligned import CHECKER_SENTENCE_FEATURES, CHECKER_TOKEN_FEATURES
from rag.writing.network import CHECKER_DILATIONS, CHECKER_WIDTH
from training.checker.examples import Example
from training.reader.network import NEVER, Dropped, Gated


class Checker(nn.Module):
    """Log-odds that evidence does not say a sentence, and each of its tokens."""

    def __init__(self, model: StaticModel):
        super().__init__()
        vectors, _ = model.token_vectors(np.arange(model.size))
        self.register_buffer("vectors", torch.from_numpy(vectors), persistent=False)
        self.project = nn.Linear(vectors.shape[1], CHECKER_WIDTH)
        self.heard = nn.Linear(vectors.shape[1], CHECKER_WIDTH)
        self.gap_before = nn.Embedding(len(GAPS), CHECKER_WIDTH)
        self.gap_after = nn.Embedding(len(GAPS), CHECKER_WIDTH)
        self.shape = nn.Embedding(len(SHAPES), CHECKER_WIDTH)
        self.denial = nn.Embedding(3, CHECKER_WIDTH)
        self.merge = nn.Linear(4 * CHECKER_WIDTH + CHECKER_TOKEN_FEATURES + 2, CHECKER_WIDTH)
        self.above = nn.ModuleList(Gated(CHECKER_WIDTH, d) for d in CHECKER_DILATIONS)
        self.last, self.token = nn.LayerNorm(CHECKER_WIDTH), nn.Linear(CHECKER_WIDTH, 1)
        self.hidden = nn.Linear(2 * CHECKER_WIDTH + 3 + CHECKER_SENTENCE_FEATURES, CHECKER_WIDTH)
        self.whole = nn.Linear(CHECKER_WIDTH, 1)
        self.drop = Dropped()

    def forward(self, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """Log-odds of sentences (b,) and of their tokens (b, n)."""
        ids, gaps, features = batch["ids"], batch["gaps"], batch["features"]
        mask = (ids >= 0).float()[..., None]
        vectors = self.vectors[ids.clamp(min=0)].float()
        heard = batch["heard"].float()
        told = self.gap_before(gaps) + self.gap_after(F.pad(gaps[:, 1:], (0, 1)))
        told = told + self.shape(batch["shapes"]) + self.denial(batch["denial"])
        own = F.relu(self.project(vectors) + told)
        there = F.relu(self.heard(heard))
        beside = [self.drop(own), self.drop(there), own * there, (own - there).abs()]
        x = F.relu(self.merge(torch.cat([*beside, features, batch["denied"]], 2))) * mask
        for layer in self.above:
            x = layer(x, mask)
        x = self.last(x) * mask
        tokens = self.token(x)[..., 0] + (mask[..., 0] - 1) * -NEVER
        weight = features[..., 7] / features[..., 7].sum(1, keepdim=True).clamp(min=1e-6)
        mean = (weight * tokens.clamp(min=-99)).sum(1)
        sums = torch.stack([tokens.amax(1), tokens.logsumexp(1), mean], 1)
        most = (x + (mask - 1) * -NEVER).amax(1)
        whole = [self.drop(most), (weight[..., None] * x).sum(1), sums, batch["overall"]]
        return self.whole(F.relu(self.hidden(torch.cat(whole, 1))))[:, 0], tokens


def weights_of(network: Checker) -> dict[str, np.ndarray]:
    """The weights as :class:`rag.writing.network.CheckerNetwork` takes them, in half precision."""
    return {name: value.detach().half().numpy() for name, value in network.named_parameters()}


def padded(batch: Sequence[Example]) -> dict[str, torch.Tensor]:
    """A batch for the network."""

    def rows(of, fill, dtype):
        arrays = [of(one) for one in batch]
        length = max(map(len, arrays))
        out = np.full((len(arrays), length, *arrays[0].shape[1:]), fill, dtype)
        for row, array in zip(out, arrays):
            row[: len(array)] = array
        return torch.from_numpy(out)

    out = {
        "features": rows(lambda one: one.aligned.features, 0, np.float32),
        "wrong": rows(lambda one: one.wrong, -1, np.float32),
        "heard": rows(lambda one: one.heard, 0, np.float16),
        "denied": rows(lambda one: one.denied, 0, np.float32),
        "denial": rows(lambda one: one.aligned.denial, 0, np.int64),
        "ids": rows(lambda one: one.aligned.tokens.ids, -1, np.int64),
        "gaps": rows(lambda one: one.aligned.tokens.gaps, 0, np.int64),
        "shapes": rows(lambda one: one.aligned.tokens.shapes, 0, np.int64),
        "overall": torch.from_numpy(np.stack([one.aligned.overall for one in batch])),
        "label": torch.tensor([float(one.false) for one in batch]),
    }
    return out


def loss_of(
    whole: torch.Tensor, tokens: torch.Tensor, batch: dict[str, torch.Tensor]
) -> torch.Tensor:
    """Cross-entropy of the sentences, and a half of that of the tokens that are known.

    ``wrong`` of the batch is -1 where it is not known whether a token is wrong.
    """
    said = F.binary_cross_entropy_with_logits(whole, batch["label"])
    known = batch["wrong"] >= 0
    if not known.any():
        return said
    wrong = batch["wrong"][known]
    each = F.binary_cross_entropy_with_logits(tokens[known], wrong, weight=1 + 3 * wrong)
    return said + 0.5 * each
