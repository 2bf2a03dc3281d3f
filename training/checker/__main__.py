"""Trains the network of the check: python -m training.checker --data DATA --out rag/writing/model

Makes sentences that are true and false of their evidence, from the training data alone, and fits
the network to them.
Seeded. An idle core makes 150 of them a second and trains on 1,200.
"""

from __future__ import annotations

import argparse
import pickle
import random
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from rag.embed.static import load_static
from training.checker.examples import Example, Maker, example
from training.checker.network import Checker, loss_of, padded, weights_of

CHUNK = 2_500  # examples of a file
BATCH, RATE, CLIP, AVERAGED = 64, 2e-3, 1.0, 0.995


def make(data: Path, count: int, seed: int, part: int, parts: int) -> Iterator[list[Example]]:
    """``count`` examples of one part of the data, in chunks."""
    model = load_static()
    maker, rng = Maker(model, data, part, parts), random.Random(seed * 1000 + part)
    found = (one for made in maker.stream(rng) if (one := example(model, made)))
    for at in range(0, count, CHUNK):
        yield list(islice(found, min(CHUNK, count - at)))


def fit(examples: list[Example], held: list[Example], epochs: int, seed: int) -> Checker:
    """The network fitted to examples, its weights averaged over the last steps."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    network = Checker(load_static())
    mean = {name: value.detach().clone() for name, value in network.named_parameters()}
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=0.01)
    steps = epochs * (len(examples) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps + 1, pct_start=0.1)
    began, step = time.monotonic(), 0
    for epoch in range(epochs):
        network.train()
        total = 0.0
        for batch in _batches(rng, examples):
            optimizer.zero_grad()
            tensors = padded(batch)
            loss = loss_of(*network(tensors), tensors)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP)
            optimizer.step()
            schedule.step()
            total, step = total + loss.item(), step + 1
            with torch.no_grad():
                for name, value in network.named_parameters():
                    mean[name].lerp_(value, 1 - AVERAGED)
        print(
            f"epoch {epoch + 1} loss {total * BATCH / len(examples):.3f} "
            f"{time.monotonic() - began:.0f} s",
            flush=True,
        )
        if epoch == epochs - 1:
            network.load_state_dict(mean, strict=False)
        report(network, held)
    return network


def _batches(rng: random.Random, examples: list[Example]):
    """Batches of examples of about the same length, in random order."""
    order = list(range(len(examples)))
    rng.shuffle(order)
    for at in range(0, len(order), BATCH * 32):
        block = sorted(order[at : at + BATCH * 32], key=lambda n: len(examples[n].wrong))
        batches = [block[n : n + BATCH] for n in range(0, len(block), BATCH)]
        rng.shuffle(batches)
        for batch in batches:
            if len(batch) == BATCH:
                yield [examples[n] for n in batch]


def scores(network: Checker, examples: list[Example]) -> np.ndarray:
    """The log-odds of each."""
    network.eval()
    with torch.no_grad():
        found = [
            network(padded(examples[at : at + BATCH]))[0] for at in range(0, len(examples), BATCH)
        ]
    return torch.cat(found).numpy()


def report(network: Checker, held: list[Example]) -> None:
    """Shares of false ones found at the threshold that marks one in twenty true ones, by kind."""
    score = scores(network, held)
    false = np.array([one.false for one in held])
    line = np.quantile(score[~false], 0.95)
    kinds = np.array([one.kind for one in held])
    told = [
        f"{kind} {(score[kinds == kind] > line).mean():.2f}/{(kinds == kind).sum()}"
        for kind in sorted(set(kinds))
    ]
    print(
        f"  at 5 % ({line:.2f}): {(score[false] > line).mean():.3f}; " + ", ".join(told), flush=True
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("training/work/checker"))
    parser.add_argument("--out", type=Path, default=Path("rag/writing/model"))
    parser.add_argument("--count", type=int, default=40_000, help="examples of each part")
    parser.add_argument(
        "--parts",
        type=int,
        default=1,
        help="parts of the data; each may be made by a process of its own with --make",
    )
    parser.add_argument("--make", type=int, help="only make this part")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(1)
    given.work.mkdir(parents=True, exist_ok=True)
    examples = []
    for part in range(given.parts) if given.make is None else [given.make]:
        files = sorted(given.work.glob(f"{part}.of{given.parts}.*.pickle"))
        if not files:
            for number, chunk in enumerate(
                make(given.data, given.count, given.seed, part, given.parts)
            ):
                files.append(given.work / f"{part}.of{given.parts}.{number:03}.pickle")
                files[-1].write_bytes(pickle.dumps(chunk))
        examples += (
            [one for file in files for one in pickle.loads(file.read_bytes())]
            if given.make is None
            else []
        )
    if given.make is not None:
        return
    random.Random(given.seed).shuffle(examples)
    apart = len(examples) // 20
    held, examples = examples[:apart], examples[apart:]
    network = fit(examples, held, given.epochs, given.seed)
    from safetensors.numpy import save_file

    given.out.mkdir(parents=True, exist_ok=True)
    save_file(weights_of(network), given.out / "checker.safetensors")


if __name__ == "__main__":
    main()
