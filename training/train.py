"""Trains the bilingual static embedding: one vector and one weight per token.

Stage 1 contrasts pooled vectors (in-batch softmax in both directions, Sohn 2016 / Henderson 2017).
Stage 2 contrasts the score that the search uses: cosine of the pooled vectors plus late interaction
(Khattab & Zaharia 2020, ColBERT) over the same static vectors, each query token weighted by the
norm that training gave it.

    python -m training.train --work training/work

Goes on from ``<work>/checkpoint.pt`` where that is there.
"""

from __future__ import annotations

import argparse
import functools
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

DIM = 256
SCALE = 20.0
MIX = {
    "parallel": 5,
    "dictionary": 2,
    "words": 2,
    "terms": 2,
    "cloze": 3,
    "cloze_en": 1,
    "title": 1,
    "title_en": 1,
    "qa": 1,
}
LATE_MIX = {
    "pseudo": 6,
    "cloze": 3,
    "cloze_en": 1,
    "title": 1,
    "title_en": 1,
    "qa": 4,
    "asked": 2,
    "asked_across": 6,
    "dictionary": 1,
    "words": 1,
    "terms": 1,
}
SWAPPED = {
    "cloze",
    "qa",
    "title",
}  # Chinese pairs of which one side is put into English word by word
GLOSSES = {"dictionary", "words", "terms"}  # a word and its translation, short on both sides
MINED = {
    "cloze",
    "cloze_en",
    "title",
    "title_en",
    "qa",
    "asked",
    "asked_across",
}  # passages that are confused with each other share a batch
QUERY_TOKENS, PASSAGE_TOKENS = 40, 140
MINED_ROWS, NEGATIVES, TOGETHER = (
    30_000,
    16,
    6,
)  # rows of a task that are mined, how deep, and how many a batch takes of each
ALIKE = 0.9  # passages nearer than this are no negatives of each other's questions
# between languages a surer match than this is worth no more: a name left untranslated must not
# decide
CAP = 0.7
AVERAGED = 0.3  # the last share of the steps, whose parameters are averaged (Izmailov et al. 2018)


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
        self.tasks = {
            n: tuple(Ragged(arrays[f"{n}.{s}.ids"], arrays[f"{n}.{s}.offsets"]) for s in "qd")
            for n in sorted(names)
        }
        self.english = self._glosses()
        self.near: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def _glosses(self) -> dict[int, list[np.ndarray]]:
        """For single Chinese tokens, the rows of tokens that translate them in the dictionaries."""
        found: dict[int, list[np.ndarray]] = {}
        for task in ("dictionary", "words"):
            words, glosses = self.tasks.get(task, (Ragged(np.zeros(0), [0]),) * 2)
            for row in range(len(words)):
                word, gloss = words[row], glosses[row]
                if len(word) == 1 and 0 < len(gloss) <= 3:
                    found.setdefault(int(word[0]), []).append(gloss)
        return found

    def mine(self, embed) -> None:
        """Finds for the questions of each task the passages of others that the present vectors take
        for theirs.

        Args:
            embed: rows of token ids to unit vectors.
        """
        for task in sorted(MINED & self.tasks.keys()):
            queries, documents = self.tasks[task]
            rows = self.rng.permutation(len(queries))[:MINED_ROWS]
            q, d = embed([queries[r] for r in rows]), embed([documents[r] for r in rows])
            near = np.empty((len(rows), NEGATIVES), np.int64)
            for first in range(0, len(rows), 2_000):
                scores = q[first : first + 2_000] @ d.T
                scores[np.arange(len(scores)), first + np.arange(len(scores))] = -1
                near[first : first + 2_000] = scores.topk(NEGATIVES).indices.numpy()
            self.near[task] = rows, near

    def confusable(self, task: str, size: int) -> np.ndarray:
        """Rows of a task for one batch, in clusters that the model confuses."""
        rows, near = self.near[task]
        seeds = self.rng.integers(len(rows), size=size // TOGETHER)
        chosen = near[seeds][
            np.arange(len(seeds))[:, None],
            self.rng.random((len(seeds), NEGATIVES)).argsort(1)[:, : TOGETHER - 1],
        ]
        return rows[np.unique(np.concatenate([seeds, chosen.ravel()]))]

    def swap(self, ids: np.ndarray, share: float) -> np.ndarray:
        """Tokens replaced by a translation with probability ``share`` where the dictionary has
        one.
        """
        out = []
        for token in ids.tolist():
            found = self.english.get(token)
            if found and self.rng.random() < share:
                out.append(found[self.rng.integers(len(found))])
            else:
                out.append(np.array([token], ids.dtype))
        return np.concatenate(out) if out else ids

    def draw(
        self, mix: dict[str, int], size: int, late: bool
    ) -> tuple[bool, list, list, np.ndarray]:
        """A batch: whether it is between languages, queries, documents, and the group of each
        row.
        """
        names = [name for name in mix if name == "pseudo" or name in self.tasks]
        weights = np.array([mix[name] for name in names], float)
        task = names[self.rng.choice(len(names), p=weights / weights.sum())]
        if task == "pseudo":
            return self.pseudo(size)
        cross = task in GLOSSES or task in ("parallel", "asked_across")
        queries, documents = self.tasks[task]
        if late and task in self.near and self.rng.random() < 0.5:
            rows = self.confusable(task, size)
        else:
            rows = self.rng.integers(len(queries), size=min(size, len(queries)))
        q, d = [queries[r] for r in rows], [documents[r] for r in rows]
        if late and task in SWAPPED:
            kind = self.rng.random()
            cross = kind < 0.7
            if kind < 0.35:
                q = [self.swap(ids, 0.9) for ids in q]
            elif kind < 0.7:
                d = [self.swap(ids, 0.9) for ids in d]
        if late and task in GLOSSES and self.rng.random() < 0.5:
            q, d = d, q
        return cross, q, d, rows

    def pseudo(self, size: int):
        """A sentence, and a passage of several translated sentences that holds its translation."""
        zh, en = self.tasks["parallel"]
        if self.rng.random() < 0.5:
            zh, en = en, zh
        count = int(self.rng.integers(2, 6))
        rows = self.rng.integers(len(zh), size=(size, count))
        return (
            True,
            [zh[r] for r in rows[:, 0]],
            [np.concatenate([en[r] for r in self.rng.permutation(rs)]) for rs in rows],
            rows[:, 0],
        )


class Model(torch.nn.Module):
    """Vectors (V, DIM) and log-weights (V,) of the tokens.

    While training, a token's vector is the sum of its own, that of its stem (for an English word)
    and the mean of those of its characters (for a Chinese one), so that rare forms learn from
    frequent ones (Bojanowski et al. 2017); what is exported is the sum.
    """

    def __init__(self, frequencies: np.ndarray, made_of):
        super().__init__()
        size = len(frequencies)
        share = torch.from_numpy(frequencies / frequencies.sum()).float()
        self.stem, self.chars, self.starts = (
            torch.from_numpy(made_of[n]) for n in ("stem", "char.ids", "char.offsets")
        )
        stems, chars = int(self.stem.max()), int(self.chars.max()) + 1
        self.vectors = torch.nn.Parameter(torch.randn(size, DIM) / DIM**0.5)
        self.stems = torch.nn.Parameter(torch.randn(stems + 1, DIM) / DIM**0.5)
        self.characters = torch.nn.Parameter(torch.randn(chars, DIM) / DIM**0.5)
        self.log_weights = torch.nn.Parameter(0.5 * torch.log(1e-4 / (1e-4 + share)))
        with torch.no_grad():
            self.stems[-1] = 0

    def start_from(self, folder: Path) -> None:
        """Takes the vectors and weights of a model that :mod:`training.export` wrote."""
        from safetensors.torch import load_file

        kept = load_file(folder / "model.safetensors")
        rows = kept["embeddings"].float()
        with torch.no_grad():
            length = rows.norm(dim=-1).clamp(min=1e-9)
            self.vectors.copy_(rows / length[:, None])
            self.stems.zero_()
            self.characters.zero_()
            weights = kept["weights"] * length
            self.log_weights.copy_(weights.clamp(min=1e-4).log())

    def units(self, tokens: torch.Tensor) -> torch.Tensor:
        """Unit vectors (n, DIM) of token ids (n,)."""
        begin, end = self.starts[tokens], self.starts[tokens + 1]
        count = end - begin
        within = torch.arange(int(count.sum())) - torch.repeat_interleave(
            count.cumsum(0) - count, count
        )
        chars = self.chars[torch.repeat_interleave(begin, count) + within]
        made = sums(self.characters, chars, count.cumsum(0) - count) / count.clamp(min=1)[:, None]
        # Sparse gradients: a step touches a fraction of the rows.
        own = F.embedding(tokens, self.vectors, sparse=True)
        stemmed = F.embedding(
            self.stem[tokens], self.stems, sparse=True, padding_idx=len(self.stems) - 1
        )
        return F.normalize(own + stemmed + made, dim=-1)


def pack(rows: list[np.ndarray], limit: int):
    """Flat ids and offsets of the rows, each cut at ``limit`` tokens; an empty row gets token 0."""
    rows = [r[:limit] if len(r) else np.zeros(1, np.uint16) for r in rows]
    offsets = np.cumsum([0] + [len(r) for r in rows[:-1]])
    return torch.from_numpy(np.concatenate(rows).astype(np.int64)), torch.from_numpy(offsets)


def distinct(ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """As ``torch.unique`` with its inverse, without sorting."""
    seen = torch.zeros(int(ids.max()) + 1, dtype=torch.bool)
    seen[ids] = True
    return seen.nonzero().squeeze(1), (seen.cumsum(0) - 1)[ids]


def loss_of(scores: torch.Tensor, same: torch.Tensor) -> torch.Tensor:
    """Softmax loss in both directions; rows of one document are no negatives of each other."""
    scores = scores.masked_fill(same, -1e4)
    target = torch.arange(len(scores))
    return (F.cross_entropy(scores, target) + F.cross_entropy(scores.T, target)) / 2


class _Sums(torch.autograd.Function):
    """Sums of rows of a table by bag, as a sparse product: its gradient is several times faster
    than that of ``embedding_bag``.
    """

    @staticmethod
    def forward(ctx, table, counts, transposed):
        ctx.transposed = transposed
        return counts @ table

    @staticmethod
    def backward(ctx, gradient):
        return ctx.transposed @ gradient, None, None


def sums(table: torch.Tensor, ids: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
    """For each bag of row numbers the sum of those rows of ``table``: (len(offsets), columns)."""
    from scipy.sparse import csr_array

    pointers = torch.cat([offsets, torch.tensor([len(ids)])])
    counts = csr_array(
        (np.ones(len(ids), np.float32), ids.numpy(), pointers.numpy()),
        shape=(len(offsets), len(table)),
    )
    turned = counts.T.tocsr()
    as_torch = lambda m: torch.sparse_csr_tensor(
        *map(torch.from_numpy, (m.indptr, m.indices, m.data)), size=m.shape
    )
    return _Sums.apply(table, as_torch(counts), as_torch(turned))


def pool(ids, offsets, weighted) -> torch.Tensor:
    """Unit vectors (len(offsets), DIM) of bags of tokens, given the vectors of all times their
    weights.
    """
    return F.normalize(sums(weighted, ids, offsets), dim=-1)


def losses(model: Model, q, d, groups, late: bool, cross: bool) -> torch.Tensor:
    q_ids, q_offsets = pack(q, QUERY_TOKENS if late else 160)
    d_ids, d_offsets = pack(d, PASSAGE_TOKENS if late else 160)
    unique, inverse = distinct(torch.cat([q_ids, d_ids]))
    units = model.units(unique)
    weights = model.log_weights[unique].exp()
    q_in, d_in = inverse[: len(q_ids)], inverse[len(q_ids) :]
    weighted = units * weights[:, None]
    documents = pool(d_in, d_offsets, weighted)
    dense = pool(q_in, q_offsets, weighted) @ documents.T
    groups = torch.from_numpy(np.asarray(groups))
    same = groups[:, None] == groups[None]
    if late:
        same |= documents.detach() @ documents.detach().T > ALIKE
    same.fill_diagonal_(False)
    if not late:
        return loss_of(SCALE * dense, same)
    q_unique, q_local = distinct(q_in)
    d_unique, d_local = distinct(d_in)
    table = units[d_unique] @ units[q_unique].T
    if cross:
        table = table.clamp(max=CAP)
    best = F.embedding_bag(
        d_local, table, d_offsets, mode="max"
    )  # (documents, unique query tokens)
    row = torch.searchsorted(q_offsets, torch.arange(len(q_local)), right=True) - 1
    share = torch.zeros(len(q), len(q_unique)).index_put(
        (row, q_local), weights[q_in], accumulate=True
    )
    interaction = (share / share.sum(1, keepdim=True)) @ best.T
    return (
        loss_of(SCALE * (dense + 2 * interaction), same)
        + 0.5 * loss_of(SCALE * dense, same)
        + 0.5 * loss_of(2 * SCALE * interaction, same)
    )


def embed(model: Model, rows: list[np.ndarray]) -> torch.Tensor:
    """Pooled vectors (n, DIM) of rows of token ids, without gradient."""
    with torch.no_grad():
        weighted = model.units(torch.arange(len(model.vectors))) * model.log_weights.exp()[:, None]
        return torch.cat(
            [
                pool(*pack(rows[n : n + 5_000], PASSAGE_TOKENS), weighted)
                for n in range(0, len(rows), 5_000)
            ]
        )


def run(
    work: Path,
    steps: int,
    late_steps: int,
    batch: int,
    late_batch: int,
    seed: int,
    begin: Path | None = None,
    log=print,
) -> None:
    """Trains, or goes on from ``work/checkpoint.pt``, and leaves the folded vectors in
    ``work/vectors.npz``.

    Args:
        work: folder with what :mod:`training.prepare` wrote.
        steps, late_steps: of the two stages.
        batch, late_batch: pairs a step.
        seed: of all that is drawn.
        begin: folder of a model whose vectors are trained on, at half of the rate, in place of
            random ones.
    """
    torch.manual_seed(seed)
    arrays = np.load(work / "tasks.npz")
    batches = Batches(arrays, seed)
    made_of = np.load(work / "composition.npz")
    frequencies = sum(
        np.bincount(arrays[k], minlength=len(made_of["stem"]))
        for k in arrays.files
        if k.endswith("ids")
    )
    model = Model(frequencies, made_of)
    if begin:
        model.start_from(begin)
    done, checkpoint = 0, work / "checkpoint.pt"
    average, averaged, state = None, 0, None
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        done, average, averaged = state["step"], state["average"], state["averaged"]
        batches.rng = np.random.default_rng(seed + done)
    started, optimizers, total, end = time.time(), (), 0.0, steps + late_steps
    for step in range(done, end):
        late = step >= steps
        if not optimizers or step == steps:
            rates = (1e-3, 5e-3) if late else (5e-3, 2e-2)
            if begin:
                rates = (rates[0] / 2, rates[1] / 2)
            optimizers = (
                torch.optim.SparseAdam([model.vectors, model.stems], lr=rates[0]),
                torch.optim.Adam(
                    [
                        {"params": [model.characters], "lr": rates[0]},
                        {"params": [model.log_weights], "lr": rates[1]},
                    ]
                ),
            )
            groups = [group for optimizer in optimizers for group in optimizer.param_groups]
            rates = [group["lr"] for group in groups]
            if state and (state["step"] > steps) == late:
                for optimizer, kept in zip(optimizers, state["optimizers"]):
                    optimizer.load_state_dict(kept)
            state = None
        if late and (not batches.near or step == steps + late_steps // 2):
            batches.mine(lambda rows: embed(model, rows))
            log(f"mined {time.time() - started:.0f}s")
        progress = (step - steps) / late_steps if late else step / steps
        for group, rate in zip(groups, rates):
            group["lr"] = (
                rate * max(0.02, 1 - progress) * min(1, (step - (steps if late else 0) + 1) / 50)
            )
        cross, q, d, owners = batches.draw(
            LATE_MIX if late else MIX, late_batch if late else batch, late
        )
        loss = losses(model, q, d, owners, late, cross)
        model.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        total += loss.item()
        if step >= end - AVERAGED * late_steps and step % 10 == 0:
            averaged += 1
            with torch.no_grad():
                now = {name: value.detach() for name, value in model.named_parameters()}
                average = {
                    name: value.clone()
                    if average is None
                    else average[name] + (value - average[name]) / averaged
                    for name, value in now.items()
                }
        if (step + 1) % 100 == 0:
            log(f"step {step + 1} loss {total / 100:.3f} {time.time() - started:.0f}s")
            total = 0.0
        if (step + 1) % 500 == 0 or step + 1 == end:
            torch.save(
                {
                    "model": model.state_dict(),
                    "step": step + 1,
                    "average": average,
                    "averaged": averaged,
                    "optimizers": [optimizer.state_dict() for optimizer in optimizers],
                },
                work / "checkpoint.tmp",
            )
            (work / "checkpoint.tmp").replace(checkpoint)
    if average:
        model.load_state_dict(average)
    save(model, work)


def save(model: Model, work: Path) -> None:
    """Writes unit vectors and weights of all tokens to ``work/vectors.npz``."""
    with torch.no_grad():
        units = model.units(torch.arange(len(model.vectors)))
        np.savez(
            work / "vectors.npz", vectors=units.numpy(), weights=model.log_weights.exp().numpy()
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--late-steps", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=2048)
    parser.add_argument("--late-batch", type=int, default=192)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--begin", type=Path, help="folder of a model to train on")
    a = parser.parse_args()
    run(
        a.work,
        a.steps,
        a.late_steps,
        a.batch,
        a.late_batch,
        a.seed,
        a.begin,
        functools.partial(print, flush=True),
    )


if __name__ == "__main__":
    main()
