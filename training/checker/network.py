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
from rag.writing.aligned import FEATURES, OVERALL
from rag.writing.network import ABOVE, BELOW, WIDTH
from training.checker.examples import Example
from training.reader.network import NEVER, Dropped, Gated

NOISE = 0.02  # standard deviation of what is added to each dimension of the vectors while training


class Checker(nn.Module):
    """Log-odds that evidence does not say a sentence, and each of its tokens."""

    def __init__(self, model: StaticModel):
        super().__init__()
        vectors, _ = model.token_vectors(np.arange(model.size))
        self.register_buffer(
            "vectors", torch.from_numpy(vectors).to(torch.bfloat16), persistent=False
        )
        self.heat, self.beside = nn.Parameter(torch.tensor(12.0)), nn.Parameter(torch.tensor(0.5))
        self.project = nn.Linear(vectors.shape[1], WIDTH)
        self.gap_before, self.gap_after = (
            nn.Embedding(len(GAPS), WIDTH),
            nn.Embedding(len(GAPS), WIDTH),
        )
        self.shape, self.denial = nn.Embedding(len(SHAPES), WIDTH), nn.Embedding(3, WIDTH)
        self.features = nn.Linear(FEATURES, WIDTH)
        self.sentence = nn.ModuleList(Gated(WIDTH, d) for d in BELOW)
        self.evidence = nn.ModuleList(Gated(WIDTH, d) for d in BELOW)
        self.merge = nn.Linear(4 * WIDTH + FEATURES, WIDTH)
        self.key, self.query = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.again = nn.Linear(3 * WIDTH, WIDTH)
        self.above = nn.ModuleList(Gated(WIDTH, d) for d in ABOVE)
        self.last, self.token = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 1)
        self.hidden, self.whole = nn.Linear(2 * WIDTH + 3 + OVERALL, WIDTH), nn.Linear(WIDTH, 1)
        self.drop = Dropped()

    def own(self, ids, gaps, shapes, denial):
        """Vectors (b, t, dim), and what each token is by itself (b, t, width)."""
        mask = (ids >= 0).float()[..., None]
        vectors = self.vectors[ids.clamp(min=0)].float() * mask
        if self.training:
            vectors = F.normalize(vectors + NOISE * torch.randn_like(vectors) * mask, dim=-1) * mask
        after = F.pad(gaps[:, 1:], (0, 1))
        told = (
            self.gap_before(gaps) + self.gap_after(after) + self.shape(shapes) + self.denial(denial)
        )
        return vectors, F.relu(self.project(vectors) + told) * mask, mask

    def forward(self, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """Log-odds of sentences (b,) and of their tokens (b, n)."""
        s_vectors, s0, s_mask = self.own(
            *(batch[f"s_{name}"] for name in ("ids", "gaps", "shapes", "denial"))
        )
        e_vectors, e0, e_mask = self.own(
            *(batch[f"e_{name}"] for name in ("ids", "gaps", "shapes", "denial"))
        )
        features = batch["features"]
        s, e = (s0 + self.features(features)) * s_mask, e0
        for ours, theirs in zip(self.sentence, self.evidence):
            s, e = ours(s, s_mask), theirs(e, e_mask)
        near = s_vectors @ e_vectors.transpose(1, 2)
        away = (e_mask[..., 0] - 1)[:, None] * -NEVER
        beside = batch["best"][:, None] * self.beside + away
        first = (near * self.heat + beside).softmax(2)
        heard = first @ e0
        x = torch.cat(
            [self.drop(s), self.drop(first @ e), s0 * heard, (s0 - heard).abs(), features], 2
        )
        x = F.relu(self.merge(x)) * s_mask
        match = self.key(x) @ self.query(e).transpose(1, 2) * WIDTH**-0.5
        context = (match + near * self.heat / 2 + beside).softmax(2) @ e
        x = (x + self.again(torch.cat([x, context, x * context], 2))) * s_mask
        for layer in self.above:
            x = layer(x, s_mask)
        x = self.last(x) * s_mask
        tokens = self.token(x)[..., 0] + (s_mask[..., 0] - 1) * -NEVER
        weight = features[..., 7] / features[..., 7].sum(1, keepdim=True).clamp(min=1e-6)
        told = torch.stack(
            [tokens.amax(1), tokens.logsumexp(1), (weight * tokens.clamp(min=-99)).sum(1)], 1
        )
        most = (x + (s_mask - 1) * -NEVER).amax(1)
        whole = torch.cat(
            [self.drop(most), (weight[..., None] * x).sum(1), told, batch["overall"]], 1
        )
        return self.whole(F.relu(self.hidden(whole)))[:, 0], tokens


def weights_of(network: Checker) -> dict[str, np.ndarray]:
    """The weights as :class:`rag.writing.network.Network` takes them, in half precision."""
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
    }
    for side, tokens, denial in (("s", "tokens", "denial"), ("e", "kept", "kept_denial")):
        out[f"{side}_ids"] = rows(lambda one: getattr(one.aligned, tokens).ids, -1, np.int64)
        out[f"{side}_gaps"] = rows(lambda one: getattr(one.aligned, tokens).gaps, 0, np.int64)
        out[f"{side}_shapes"] = rows(lambda one: getattr(one.aligned, tokens).shapes, 0, np.int64)
        out[f"{side}_denial"] = rows(lambda one: getattr(one.aligned, denial), 0, np.int64)
    out["best"] = rows(lambda one: one.aligned.best, 0, np.float32)
    out["overall"] = torch.from_numpy(np.stack([one.aligned.overall for one in batch]))
    out["label"] = torch.tensor([float(one.false) for one in batch])
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
