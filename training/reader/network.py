"""The reader's network in torch, as it is trained.

:mod:`rag.reader.network` runs the same without torch.

Static word vectors, an aligned attention to the question (Chen et al. 2017, DrQA), gated
convolutions with a second, contextual attention between them (Gehring et al. 2017; Yu et al. 2018,
QANet), scores of spans, and "none" in the same softmax (Clark & Gardner 2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from rag.embed.static import StaticModel
from rag.reader.encode import GAPS, SHAPES
from rag.reader.network import (
    LONGEST_ANSWER,
    QUESTION_DILATIONS,
    QUESTION_TOKEN_FEATURES,
    SPAN_SCORE_RANK,
    STATE_SIZE,
    TOKEN_FEATURES,
    WINDOW_DILATIONS,
)
from training.reader.windows import Window, padded

NEVER = -1e4
# Tokens, the most frequent ones, which have trained vectors besides the static ones.
FREQUENT = 6_000
DROPOUT = 0.12  # of whole channels: cheaper than of single numbers, and harder to get around
# Standard deviation of what is added to each dimension of the question's unit vectors: they have
# seen them.
NOISE = 0.02


class Dropped(nn.Module):
    """Dropout of whole channels of (b, t, width)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """``x`` with some channels of each row of the batch set to 0."""
        if not self.training:
            return x
        shape = (len(x), *[1] * (x.ndim - 2), x.shape[-1])
        return x * ((torch.rand(shape) >= DROPOUT).float() / (1 - DROPOUT))


class Gated(nn.Module):
    """A gated convolution of width 3 with a residual, behind a normalisation."""

    def __init__(self, width: int, dilation: int):
        super().__init__()
        self.norm, self.dilation = nn.LayerNorm(width), dilation
        self.convolution = nn.Conv1d(width, 2 * width, 3, padding=dilation, dilation=dilation)
        self.drop = Dropped()

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """x (b, t, width), mask (b, t, 1) with 0 for padding."""
        inner = self.drop(self.norm(x)) * mask
        # A product of matrices: on a CPU a third faster, there and back, than ``conv1d``.
        padded = F.pad(inner, (0, 0, self.dilation, self.dilation))
        length = x.shape[1]
        beside = [padded[:, at * self.dilation :][:, :length] for at in range(3)]
        weight = self.convolution.weight.permute(0, 2, 1).flatten(1)
        return x + F.glu(F.linear(torch.cat(beside, 2), weight, self.convolution.bias), -1) * mask


class Reader(nn.Module):
    """Scores of all spans of a window, and of "none"."""

    def __init__(self, model: StaticModel):
        super().__init__()
        vectors, weights = model.token_vectors(np.arange(model.size))
        self.median = float(np.median(weights))
        self.register_buffer(
            "vectors", torch.from_numpy(vectors).to(torch.bfloat16), persistent=False
        )
        self.register_buffer(
            "logs", torch.from_numpy(np.log1p(weights / self.median)), persistent=False
        )
        dim = vectors.shape[1]
        self.heat = nn.Parameter(torch.tensor(12.0))
        self.project = nn.Linear(dim, STATE_SIZE)
        self.own = nn.Embedding(FREQUENT + 1, STATE_SIZE)
        self.gap_before = nn.Embedding(len(GAPS), STATE_SIZE)
        self.gap_after = nn.Embedding(len(GAPS), STATE_SIZE)
        self.shape = nn.Embedding(len(SHAPES), STATE_SIZE)
        self.asked = nn.ModuleList(Gated(STATE_SIZE, d) for d in QUESTION_DILATIONS)
        self.share = nn.Linear(STATE_SIZE, 1)
        self.merge = nn.Linear(4 * STATE_SIZE + TOKEN_FEATURES, STATE_SIZE)
        self.topic = nn.Linear(2 * STATE_SIZE, STATE_SIZE)
        half = len(WINDOW_DILATIONS) // 2
        self.below = nn.ModuleList(Gated(STATE_SIZE, d) for d in WINDOW_DILATIONS[:half])
        self.key, self.query = (
            nn.Linear(STATE_SIZE, STATE_SIZE),
            nn.Linear(STATE_SIZE, STATE_SIZE),
        )
        self.again = nn.Linear(3 * STATE_SIZE, STATE_SIZE)
        self.above = nn.ModuleList(Gated(STATE_SIZE, d) for d in WINDOW_DILATIONS[half:])
        self.last = nn.LayerNorm(STATE_SIZE)
        self.start, self.end = nn.Linear(STATE_SIZE, 1), nn.Linear(STATE_SIZE, 1)
        self.left, self.right = (
            nn.Linear(STATE_SIZE, SPAN_SCORE_RANK),
            nn.Linear(STATE_SIZE, SPAN_SCORE_RANK),
        )
        self.length = nn.Embedding(LONGEST_ANSWER, 1)
        self.missed = nn.Linear(2 * STATE_SIZE + QUESTION_TOKEN_FEATURES, STATE_SIZE)
        self.none_hidden = nn.Linear(5 * STATE_SIZE + 2, STATE_SIZE)
        self.none = nn.Linear(STATE_SIZE, 1)
        self.drop = Dropped()
        nn.init.normal_(self.own.weight, std=0.02)
        nn.init.zeros_(self.length.weight)

    def embedded(
        self, ids: torch.Tensor, gaps: torch.Tensor, shapes: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Vectors (b, t, dim), and what the network makes of each token alone (b, t, width)."""
        known = ids.clamp(min=0)
        vectors = self.vectors[known].float() * (ids >= 0)[..., None]
        after = F.pad(gaps[:, 1:], (0, 1))
        frequent = torch.where((ids >= 0) & (ids < FREQUENT), ids, FREQUENT)
        own = (
            self.own(frequent) + self.gap_before(gaps) + self.gap_after(after) + self.shape(shapes)
        )
        return vectors, own

    def forward(self, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores of spans (b, t, LONGEST_ANSWER), and of "none" (b,).

        Spans are by first token and length less one.
        """
        q_ids, p_ids = batch["question_ids"], batch["passage_ids"]
        q_mask, p_mask = (q_ids >= 0).float()[..., None], (p_ids >= 0).float()[..., None]
        q_vectors, q_own = self.embedded(q_ids, batch["question_gaps"], batch["question_shapes"])
        p_vectors, p_own = self.embedded(p_ids, batch["passage_gaps"], batch["passage_shapes"])
        if self.training:
            q_vectors = F.normalize(
                q_vectors + NOISE * torch.randn_like(q_vectors) * q_mask, dim=-1
            )
        asked = F.relu(self.project(q_vectors) + q_own) * q_mask
        words = asked
        for layer in self.asked:
            asked = layer(asked, q_mask)
        share = (self.share(asked)[..., 0] + (q_mask[..., 0] - 1) * -NEVER).softmax(1)
        topic = (share[..., None] * asked).sum(1)
        cosine = p_vectors @ q_vectors.transpose(1, 2)
        allowed = q_mask[:, None, :, 0]
        attention = (cosine * self.heat + (allowed - 1) * -NEVER).softmax(2)
        same = ((p_ids[:, :, None] == q_ids[:, None, :]) & (q_ids >= 0)[:, None]).float()
        q_logs = self.logs[q_ids.clamp(min=0)] * q_mask[..., 0]
        best = (cosine + (allowed - 1) * 2).amax(2)
        body = (
            torch.arange(p_ids.shape[1], device=p_ids.device)[None] >= batch["body"][:, None]
        ).float()
        features = torch.stack(
            [
                best,
                same.amax(2),
                (cosine * q_logs[:, None]).amax(2),
                (same * q_logs[:, None]).amax(2),
                self.logs[p_ids.clamp(min=0)] * p_mask[..., 0],
                body,
            ],
            2,
        )
        heard = attention @ words
        read = F.relu(self.project(p_vectors) + p_own)
        x = torch.cat(
            [
                self.drop(read),
                self.drop(heard),
                read * heard,
                self.drop(attention @ asked),
                features,
            ],
            2,
        )
        x = (self.merge(x) + self.topic(torch.cat([topic, asked.amax(1)], 1))[:, None]) * p_mask
        for layer in self.below:
            x = layer(x, p_mask)
        match = self.key(x) @ self.query(asked).transpose(1, 2) * STATE_SIZE**-0.5
        context = (match + cosine * self.heat / 2 + (allowed - 1) * -NEVER).softmax(2) @ asked
        x = (x + self.again(torch.cat([x, context, x * context], 2))) * p_mask
        for layer in self.above:
            x = layer(x, p_mask)
        h = self.last(x) * p_mask
        spans = self.scores(h, body * p_mask[..., 0])
        return spans, self.nothing(
            h, p_mask, asked, words, topic, cosine, same, match, q_mask, q_logs, spans
        )

    def scores(self, h: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
        """Scores of spans by first token and length less one, (b, t, LONGEST_ANSWER)."""
        first = self.start(h)[..., 0] + (inside - 1) * -NEVER
        last = self.end(h)[..., 0] + (inside - 1) * -NEVER
        count = h.shape[1]
        ends = torch.arange(count, device=h.device)[:, None] + torch.arange(
            LONGEST_ANSWER, device=h.device
        )
        beyond, ends = ends >= count, ends.clamp(max=count - 1)
        both = self.left(h) @ self.right(h).transpose(1, 2) * SPAN_SCORE_RANK**-0.5
        both = both.gather(2, ends.expand(len(h), -1, -1))
        scores = first[..., None] + last[:, ends] + both + self.length.weight[:, 0]
        return scores.masked_fill(beyond, NEVER).clamp(min=NEVER)

    def nothing(
        self, h, p_mask, asked, words, topic, cosine, same, match, q_mask, q_logs, spans
    ) -> torch.Tensor:
        """The score of "none" (b,).

        From the likeliest span, the question, and what of it the window has.
        """
        b, t, _ = spans.shape
        likely = spans.reshape(b, -1).softmax(1).reshape(b, t, -1)
        begin = (likely.sum(2)[..., None] * h).sum(1)
        pad = (1 - p_mask[:, None, :, 0]) * NEVER
        reach = (match.transpose(1, 2) + pad).softmax(2)
        found = torch.stack(
            [
                (cosine.transpose(1, 2) + pad / 1e3).amax(2),
                same.transpose(1, 2).amax(2),
                (match.transpose(1, 2) + pad).amax(2) * 0.1,
                q_logs,
            ],
            2,
        )
        missed = F.relu(self.missed(torch.cat([asked, reach @ h, found], 2)))
        share = (self.share(asked)[..., 0] + (q_mask[..., 0] - 1) * -NEVER).softmax(1)[..., None]
        most = (missed + (q_mask - 1) * -NEVER).amax(1)
        top = spans.reshape(b, -1)
        sums = torch.stack([top.amax(1), top.logsumexp(1)], 1) * 0.1
        told = torch.cat(
            [
                begin,
                topic,
                most,
                (share * missed).sum(1),
                (h + (p_mask - 1) * -NEVER).amax(1),
                sums,
            ],
            1,
        )
        return self.none(F.relu(self.none_hidden(self.drop(told))))[:, 0]


def weights_of(network: Reader) -> dict[str, np.ndarray]:
    """The weights as :class:`rag.reader.network.Network` takes them, in half precision."""
    named = {name: value.detach().half().numpy() for name, value in network.named_parameters()}
    return named | {"median": np.array(network.median, np.float32)}


def begin_with(network: Reader, file: Path) -> None:
    """Puts the weights of a file (:func:`weights_of`) into a network."""
    from safetensors.numpy import load_file

    found = load_file(file)
    network.load_state_dict(
        {
            name: torch.from_numpy(found[name].astype(np.float32))
            for name, _ in network.named_parameters()
        },
        strict=False,
    )


def as_tensors(batch: Sequence[Window]) -> dict[str, torch.Tensor]:
    """A padded batch for the network."""
    return {name: torch.from_numpy(array) for name, array in padded(batch).items()}


def loss_of(
    spans: torch.Tensor, none: torch.Tensor, batch: dict[str, torch.Tensor]
) -> torch.Tensor:
    """Mean negative log-likelihood of the answers, or of "none" (b,).

    Where several spans each answer, each of them shall have an equal part of the probability; else
    all of it may be with one.
    """
    b = len(none)
    flat = torch.cat([spans.reshape(b, -1), none[:, None]], 1)
    total = flat.logsumexp(1)
    gold = batch["spans"]
    begin, size = gold[..., 0], (gold[..., 1] - gold[..., 0]).clamp(0, LONGEST_ANSWER - 1)
    valid = begin >= 0
    at = begin.clamp(min=0) * LONGEST_ANSWER + size
    logp = flat.gather(1, at) - total[:, None]
    count = valid.sum(1)
    any_of = (logp + (~valid) * NEVER).logsumexp(1)
    each = (logp * valid).sum(1) / count.clamp(min=1)
    each = each + count.clamp(min=1).float().log()  # 0 where every one has its part
    right = torch.where(batch["several"], each, any_of)
    return -torch.where(count > 0, right, none - total)
