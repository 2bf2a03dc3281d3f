"""Trains the network that reads a question beside a sentence (:mod:`rag.answer.network`); ``training/reader.py`` runs it.

The loss is that of the sentences that answer among all that are compared and "none", which has the log-odds 0. Vectors
stay as they are. Since they have seen these questions, and since all of the questions are Chinese: the question's vectors
are disturbed, some of its words left out, questions or sentences put word by word into the other language (as
Qin et al. 2020, "CoSDA-ML"), and the features left out now and then.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from rag.answer.network import LONGEST, LONGEST_QUESTION
from rag.answer.reader import COMPARED
from rag.embed.static import StaticModel
from training.reading import Case

WIDTH, EPOCHS, BATCH, RATE, WARM, DECAY, DROPPED = 64, 4, 16, 1e-3, 0.04, 1e-2, 0.25
ABROAD, NOISE, SILENT, FEATURELESS = 0.35, 0.03, 0.08, 0.1  # shares of what is disturbed; the noise's deviation in each dimension
NEIGHBOURS, NEAR = 3, 0.45  # in the other language that a word is exchanged for, and the least cosine of them


class Reader(nn.Module):
    """As :class:`rag.answer.network.Network`, for batches and with gradients; the state's names are those of its weights."""

    def __init__(self, features: int, dim: int, width: int = WIDTH):
        super().__init__()
        self.project, self.compare = nn.Linear(dim, width), nn.Linear(3 * width + 3, width)
        self.convolve3, self.convolve5 = nn.Conv1d(width, width, 3, padding=1), nn.Conv1d(width, width, 5, padding=2)
        self.share, self.kind = nn.Linear(width, 1), nn.Linear(2 * width, width)
        self.hidden, self.out = nn.Linear(5 * width + features + 1, width), nn.Linear(width, 1)
        self.linear, self.heat, self.drop = nn.Linear(features, 1), nn.Parameter(torch.tensor([10.0])), nn.Dropout(DROPPED)

    def forward(self, asked, content, said, weight, there, features):
        """Log-odds (b, r).

        Args:
            asked: vectors of the questions (b, n, d), 0 for none.
            content: bool (b, n).
            said, weight, there: vectors (b, r, t, d) and weights (b, r, t) of the sentences' tokens, and where there is one.
            features: (b, r, f), standardised.
        """
        known = asked.abs().sum(-1) > 0
        rows, length = said.shape[1:3]
        cosine = torch.einsum("brtd,bnd->brtn", said, asked).masked_fill(~known[:, None, None], -1)
        question, sentence = (self.drop(functional.relu(self.project(one))) for one in (asked, said))
        question = question * known[..., None]
        heard = torch.einsum("brtn,bnd->brtd", (cosine * self.heat).masked_fill(~known[:, None, None], -1e4).softmax(-1), question)
        sought = cosine.masked_fill(~content[:, None, None], -1).amax(-1)
        told = torch.cat([sentence, heard, sentence * heard, torch.stack([sought, cosine.amax(-1), weight], -1)], -1)
        compared = functional.relu(self.compare(told)) * there[..., None]
        flat, mask = self.drop(compared).flatten(0, 1).transpose(1, 2), there.flatten(0, 1)[:, None]
        pooled = torch.cat([(functional.relu(one(flat)) * mask).amax(-1) for one in (self.convolve3, self.convolve5)], -1).unflatten(0, (-1, rows))
        count = known.sum(1, keepdim=True).clamp(min=1)
        kind = functional.relu(self.kind(torch.cat([question.sum(1) / count, question.amax(1)], -1)))[:, None].expand(-1, rows, -1)
        share = self.share(question)[..., 0].masked_fill(~known, -1e9).softmax(-1)
        covered = (cosine.masked_fill(~there[..., None], -1).amax(2) * share[:, None]).sum(-1, keepdim=True)
        hidden = torch.cat([pooled, kind, pooled * kind.repeat(1, 1, 2), features, covered], -1)
        hidden = functional.relu(self.hidden(self.drop(hidden)))
        return self.linear(features)[..., 0] + self.out(self.drop(hidden))[..., 0]


class _Batches:
    """Cases as arrays."""

    def __init__(self, model: StaticModel, cases: Sequence[Case], seed: int):
        vectors, weights = model.token_vectors(np.arange(model.size))
        self.vectors, self.median = torch.from_numpy(vectors), float(np.median(weights))
        self.weights = torch.from_numpy(np.log1p(weights / self.median).astype(np.float32))
        self.abroad = _abroad(vectors, model.latin, np.unique(np.concatenate([ids for case in cases for ids in (case.question, *case.sentences)])))
        told = np.concatenate([case.features for case in cases])
        self.mean, self.scale = told.mean(axis=0), told.std(axis=0) + 1e-6
        self.rng = np.random.default_rng(seed)

    def exchanged(self, ids: np.ndarray) -> np.ndarray:
        """Token ids with each in the other language, where it has a neighbour there."""
        other = self.abroad[ids, self.rng.integers(NEIGHBOURS)]
        other = np.where(other < 0, self.abroad[ids, 0], other)
        return np.where(other < 0, ids, other)

    def of(self, cases: Sequence[Case], disturb: bool):
        """The arguments of :meth:`Reader.forward`, what sentences there are, and which of them are right, bool (b, r)."""
        count, rng = len(cases), self.rng
        n = max(min(LONGEST_QUESTION, len(case.question)) for case in cases)
        t = max(1, *(min(LONGEST, len(one)) for case in cases for one in case.sentences))
        asked, content = np.full((count, n), -1), np.zeros((count, n), bool)
        said, features = np.full((count, COMPARED, t), -1), np.zeros((count, COMPARED, len(self.mean)), np.float32)
        real, right = np.zeros((count, COMPARED), bool), np.zeros((count, COMPARED), bool)
        for at, case in enumerate(cases):
            question, rows = case.question[:n], len(case.sentences)
            swap = rng.random(2) < ABROAD * disturb
            asked[at, : len(question)] = self.exchanged(question) if swap[0] else question
            content[at, : len(question)] = case.content[:n]
            for row, ids in enumerate(case.sentences):
                said[at, row, : min(len(ids), t)] = self.exchanged(ids[:t]) if swap[1] else ids[:t]
            features[at, :rows] = (case.features - self.mean) / self.scale
            real[at, :rows], right[at, :rows] = True, case.right
            if disturb:
                asked[at, 1:][rng.random(n - 1) < SILENT] = -1
                # They are of the words before they were exchanged.
                features[at] *= rng.random() >= (0.5 if swap[0] != swap[1] else FEATURELESS)
        asked, said = torch.from_numpy(asked), torch.from_numpy(said)
        vectors = self.vectors[asked.clamp(min=0)]
        if disturb:
            vectors = vectors + NOISE * torch.randn_like(vectors)
        vectors = vectors * (asked >= 0)[..., None]
        tokens = said.clamp(min=0)
        arguments = vectors, torch.from_numpy(content) & (asked >= 0), self.vectors[tokens], self.weights[tokens], said >= 0, torch.from_numpy(features)
        return arguments, torch.from_numpy(real), torch.from_numpy(right)


def loss_of(logits: torch.Tensor, real: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Minus the mean logarithm of the chance that what is right has: any sentence that answers, or none where none does."""
    logits = logits.masked_fill(~real, -1e9)
    none = torch.zeros(len(logits), 1)
    total = torch.cat([none, logits], 1).logsumexp(1)
    answered = logits.masked_fill(~right, -1e9).logsumexp(1)
    return (total - torch.where(right.any(1), answered, none[:, 0])).mean()


def trained(
    model: StaticModel, cases: Sequence[Case], held: Sequence[Case], linear: np.ndarray, seed: int, epochs: int = EPOCHS
) -> dict[str, np.ndarray]:
    """The weights of a :class:`rag.answer.network.Network`.

    Args:
        model: whose vectors are read.
        cases: of each the sentences that are compared, at most ``COMPARED``.
        held: others, on which is only measured.
        linear: weights of the features to begin with (f,).
    """
    torch.manual_seed(seed)
    batches = _Batches(model, cases, seed)
    reader = Reader(len(linear), batches.vectors.shape[1])
    with torch.no_grad():
        reader.linear.weight[:] = torch.from_numpy(linear * batches.scale)
        reader.linear.bias[:] = -3
        reader.out.weight *= 0.1
    steps, step = epochs * (len(cases) // BATCH), 0
    optimizer = torch.optim.AdamW(reader.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: min(1.0, (at + 1) / (WARM * steps)) * max(0.02, 1 - at / steps))
    for epoch in range(epochs):
        order, total = batches.rng.permutation(len(cases)), 0.0
        for begin in range(0, len(cases) - BATCH + 1, BATCH):
            arguments, real, right = batches.of([cases[at] for at in order[begin : begin + BATCH]], True)
            loss = loss_of(reader(*arguments), real, right)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step, total = step + 1, total + loss.item()
        print(f"epoch {epoch + 1} of {epochs}: loss {total / (len(cases) // BATCH):.3f}; {_measured(reader, batches, held)}", flush=True)
    out = {name: value.detach().numpy() for name, value in reader.state_dict().items()}
    # Half precision is enough for the large ones.
    out = {name: value.astype(np.float16) if value.ndim > 1 and not name.startswith("linear") else value for name, value in out.items()}
    return out | {"mean": batches.mean.astype(np.float32), "scale": batches.scale.astype(np.float32), "median": np.float32([batches.median])}


def _measured(reader: Reader, batches: _Batches, held: Sequence[Case]) -> str:
    """How often the likeliest sentence answers, and how often "none" is the likeliest where none does."""
    reader.eval()
    right, none = [], []
    with torch.no_grad():
        for begin in range(0, len(held), BATCH):
            arguments, real, answers = batches.of(held[begin : begin + BATCH], False)
            best, at = reader(*arguments).masked_fill(~real, -1e9).max(1)
            answered = answers.any(1)
            right += answers[torch.arange(len(at)), at][answered].tolist()
            none += (best < 0)[~answered].tolist()
    reader.train()
    return f"right {np.mean(right):.3f} of {len(right)}, none {np.mean(none):.3f} of {len(none)}"


def _abroad(vectors: np.ndarray, latin: np.ndarray, sought: np.ndarray) -> np.ndarray:
    """For some tokens the nearest ones of the other script, nearest first: int (v, NEIGHBOURS), -1 for none that is near."""
    out = np.full((len(vectors), NEIGHBOURS), -1)
    for here, there in ((~latin, latin), (latin, ~latin)):
        rows, others = sought[here[sought]], np.flatnonzero(there)
        for begin in range(0, len(rows), 2048):
            some = rows[begin : begin + 2048]
            near = torch.from_numpy(vectors[some]) @ torch.from_numpy(vectors[others]).T
            cosine, at = near.topk(NEIGHBOURS)
            out[some] = np.where(cosine.numpy() < NEAR, -1, others[at.numpy()])
    return out
