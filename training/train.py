"""Trains the bilingual static embedding: one vector and one weight per token.

Stage 1 contrasts pooled vectors (in-batch softmax in both directions, Sohn 2016 / Henderson 2017).
Stage 2 contrasts the score that the search uses: cosine of the pooled vectors plus late interaction
(Khattab & Zaharia 2020, ColBERT) over the same static vectors, each query token weighted by the norm
that training gave it.

    python -m training.train --work training/work [--steps 3000 --late-steps 2500]

Resumes from ``<work>/checkpoint.pt`` when it is there.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

DIM = 256
SCALE = 20.0
MIX = {"parallel": 5, "dictionary": 3, "cloze": 3, "cloze_en": 1, "title": 1, "title_en": 1, "qa": 1}
LATE_MIX = {"pseudo": 6, "cloze": 3, "cloze_en": 1, "title": 1, "title_en": 1, "qa": 4, "dictionary": 1}
SWAPPED = {"cloze", "qa", "title"}  # Chinese pairs of which one side is put into English word by word
QUERY_TOKENS, PASSAGE_TOKENS = 40, 140


class Ragged:
    """Rows of token ids stored one after the other."""

    def __init__(self, ids: np.ndarray, offsets: np.ndarray):
        self.ids, self.offsets = ids, offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> np.ndarray:
        return self.ids[self.offsets[row] : self.offsets[row + 1]]


class Batches:
    """Draws batches of one task each, as (queries, documents, group of each row)."""

    def __init__(self, arrays, seed: int):
        self.rng = np.random.default_rng(seed)
        names = {key.split(".")[0] for key in arrays.files}
        self.tasks = {n: tuple(Ragged(arrays[f"{n}.{s}.ids"], arrays[f"{n}.{s}.offsets"]) for s in "qd") for n in sorted(names)}
        self.english, self.chinese = self._glosses()

    def _glosses(self):
        """For single tokens, the token rows that translate them: from the dictionary, both ways."""
        forth, back = {}, {}
        words, glosses = self.tasks["dictionary"]
        for row in range(len(words)):
            word, gloss = words[row], glosses[row]
            if len(word) == 1 and 0 < len(gloss) <= 3:
                forth.setdefault(int(word[0]), []).append(gloss)
            if len(gloss) == 1 and 0 < len(word) <= 2:
                back.setdefault(int(gloss[0]), []).append(word)
        return forth, back

    def swap(self, ids: np.ndarray, share: float) -> np.ndarray:
        """Tokens replaced by a translation with probability ``share`` where the dictionary has one."""
        out = []
        for token in ids.tolist():
            found = self.english.get(token)
            if found and self.rng.random() < share:
                out.append(found[self.rng.integers(len(found))])
            else:
                out.append(np.array([token], ids.dtype))
        return np.concatenate(out) if out else ids

    def draw(self, mix: dict[str, int], size: int, tag: int):
        names, weights = list(mix), np.array(list(mix.values()), float)
        task = names[self.rng.choice(len(names), p=weights / weights.sum())]
        if task == "pseudo":
            return self.pseudo(size)
        queries, documents = self.tasks[task]
        rows = self.rng.integers(len(queries), size=min(size, len(queries)))
        q, d = [queries[r] for r in rows], [documents[r] for r in rows]
        if tag and task in SWAPPED:
            kind = self.rng.random()
            if kind < 0.35:
                q = [self.swap(ids, 0.9) for ids in q]
            elif kind < 0.7:
                d = [self.swap(ids, 0.9) for ids in d]
        if tag and task == "dictionary" and self.rng.random() < 0.5:
            q, d = d, q
        return task, q, d, rows

    def pseudo(self, size: int):
        """A sentence, and a passage of several translated sentences that holds its translation."""
        zh, en = self.tasks["parallel"]
        if self.rng.random() < 0.5:
            zh, en = en, zh
        count = int(self.rng.integers(2, 6))
        rows = self.rng.integers(len(zh), size=(size, count))
        return "pseudo", [zh[r] for r in rows[:, 0]], [np.concatenate([en[r] for r in self.rng.permutation(rs)]) for rs in rows], rows[:, 0]


class Model(torch.nn.Module):
    """Directions (V, DIM) and log-weights (V,) of the tokens."""

    def __init__(self, frequencies: np.ndarray):
        super().__init__()
        size = len(frequencies)
        self.vectors = torch.nn.Parameter(torch.randn(size, DIM) / DIM**0.5)
        share = torch.from_numpy(frequencies / frequencies.sum()).float()
        self.log_weights = torch.nn.Parameter(0.5 * torch.log(1e-4 / (1e-4 + share)))


def pack(rows: list[np.ndarray], limit: int):
    """Flat ids and offsets of the rows, each cut at ``limit`` tokens; an empty row gets token 0."""
    rows = [r[:limit] if len(r) else np.zeros(1, np.uint16) for r in rows]
    offsets = np.cumsum([0] + [len(r) for r in rows[:-1]])
    return torch.from_numpy(np.concatenate(rows).astype(np.int64)), torch.from_numpy(offsets)


def loss_of(scores: torch.Tensor, same: torch.Tensor) -> torch.Tensor:
    """Softmax loss in both directions; rows of one document are no negatives of each other."""
    scores = scores.masked_fill(same, -1e4)
    target = torch.arange(len(scores))
    return (F.cross_entropy(scores, target) + F.cross_entropy(scores.T, target)) / 2


def losses(model: Model, q, d, groups, late: bool) -> torch.Tensor:
    q_ids, q_offsets = pack(q, QUERY_TOKENS if late else 160)
    d_ids, d_offsets = pack(d, PASSAGE_TOKENS if late else 160)
    unique, inverse = torch.unique(torch.cat([q_ids, d_ids]), return_inverse=True)
    units = F.normalize(model.vectors[unique], dim=-1)
    weights = model.log_weights[unique].exp()
    q_in, d_in = inverse[: len(q_ids)], inverse[len(q_ids) :]
    pool = lambda ids, offsets: F.normalize(F.embedding_bag(ids, units, offsets, mode="sum", per_sample_weights=weights[ids]), dim=-1)
    dense = pool(q_in, q_offsets) @ pool(d_in, d_offsets).T
    groups = torch.from_numpy(np.asarray(groups))
    same = (groups[:, None] == groups[None]) & ~torch.eye(len(groups), dtype=torch.bool)
    if not late:
        return loss_of(SCALE * dense, same)
    q_unique, q_local = torch.unique(q_in, return_inverse=True)
    d_unique, d_local = torch.unique(d_in, return_inverse=True)
    table = units[d_unique] @ units[q_unique].T
    best = F.embedding_bag(d_local, table, d_offsets, mode="max")  # (documents, unique query tokens)
    row = torch.searchsorted(q_offsets, torch.arange(len(q_local)), right=True) - 1
    share = torch.zeros(len(q), len(q_unique)).index_put((row, q_local), weights[q_in], accumulate=True)
    interaction = (share / share.sum(1, keepdim=True)) @ best.T
    return (loss_of(SCALE * (dense + 2 * interaction), same)
            + 0.5 * loss_of(SCALE * dense, same) + 0.5 * loss_of(2 * SCALE * interaction, same))


def run(work: Path, steps: int, late_steps: int, batch: int, late_batch: int, seed: int) -> None:
    torch.manual_seed(seed)
    arrays = np.load(work / "tasks.npz")
    batches = Batches(arrays, seed)
    size = 1 + max(int(arrays[k].max()) for k in arrays.files if k.endswith("ids"))
    from tokenizers import Tokenizer

    size = max(size, Tokenizer.from_file(str(work / "tokenizer.json")).get_vocab_size())
    frequencies = sum(np.bincount(arrays[k], minlength=size) for k in arrays.files if k.endswith("ids"))
    model = Model(frequencies)
    done, checkpoint = 0, work / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        done = state["step"]
        batches.rng = np.random.default_rng(seed + done)
    started, optimizer, total = time.time(), None, 0.0
    for step in range(done, steps + late_steps):
        late = step >= steps
        if optimizer is None or step == steps:
            rates = (1e-3, 5e-3) if late else (5e-3, 2e-2)
            optimizer = torch.optim.Adam([{"params": [model.vectors], "lr": rates[0]},
                                          {"params": [model.log_weights], "lr": rates[1]}], fused=True)
        progress = (step - steps) / late_steps if late else step / steps
        for group, rate in zip(optimizer.param_groups, rates):
            group["lr"] = rate * max(0.02, 1 - progress) * min(1, (step - (steps if late else 0) + 1) / 50)
        _, q, d, groups = batches.draw(LATE_MIX if late else MIX, late_batch if late else batch, late)
        loss = losses(model, q, d, groups, late)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        if (step + 1) % 100 == 0:
            print(f"step {step + 1} loss {total / 100:.3f} {time.time() - started:.0f}s", flush=True)
            total = 0.0
        if (step + 1) % 500 == 0 or step + 1 == steps + late_steps:
            torch.save({"model": model.state_dict(), "step": step + 1}, work / "checkpoint.tmp")
            (work / "checkpoint.tmp").replace(checkpoint)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--late-steps", type=int, default=2500)
    parser.add_argument("--batch", type=int, default=2048)
    parser.add_argument("--late-batch", type=int, default=256)
    parser.add_argument("--seed", type=int, default=1)
    a = parser.parse_args()
    run(a.work, a.steps, a.late_steps, a.batch, a.late_batch, a.seed)


if __name__ == "__main__":
    main()
