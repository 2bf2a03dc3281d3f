"""Trains the reader.

    python -m training.reader --data DATA --work training/work --out rag/reader/model

Goes on from the checkpoint in the working folder where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from pathlib import Path
from queue import Empty

import numpy as np
import torch

from rag.embed.static import load_static
from training.reader.measure import measured
from training.reader.mixture import Mixture, read
from training.reader.network import Reader, as_tensors, loss_of, weights_of
from training.reader.windows import batches

BATCH = 32
RATE, DECAY = 2e-3, 1e-2
WARM, LAST_PART = 0.03, 0.35  # of all steps: while the rate rises, and while it falls to nothing
SAVE, SHOW = 180, 60  # seconds


def rate_at(progress: float) -> float:
    """The learning rate's share of ``RATE`` when ``progress`` (0 to 1) of training is done."""
    return min(1.0, progress / WARM, (1 - progress) / LAST_PART)


def _chunks(given: argparse.Namespace, first: int, queue: multiprocessing.Queue) -> None:
    """Makes the chunks from number ``first`` on, in a process of its own."""
    torch.set_num_threads(1)
    mixture = Mixture(
        load_static(), read(given.data, given.mined, given.part, given.lists), given.seed
    )
    for number in range(first, given.chunks):
        queue.put((number, mixture.chunk(number, number / given.chunks)))
    queue.put(None)


def _next(queue: multiprocessing.Queue, maker: multiprocessing.Process):
    """The next chunk. Raises RuntimeError where the process that makes them has died."""
    while True:
        try:
            return queue.get(timeout=30)
        except Empty:
            if not maker.is_alive():
                raise RuntimeError(
                    "expected another chunk of examples, but the process that makes them has ended: see its error above"
                ) from None


def train(given: argparse.Namespace) -> Reader:
    """Trains until the last chunk; saves the state every few minutes."""
    torch.manual_seed(given.seed)
    network = Reader(load_static())
    optimizer = torch.optim.AdamW(network.parameters(), RATE, betas=(0.9, 0.98), weight_decay=DECAY)
    averaged = {name: value.detach().clone() for name, value in network.named_parameters()}
    checkpoint, first = given.work / "reader.pt", 0
    if checkpoint.is_file():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        averaged, first = state["averaged"], state["chunk"]
        print(f"goes on from chunk {first}", flush=True)
    queue: multiprocessing.Queue = multiprocessing.Queue(3)
    maker = multiprocessing.get_context("fork").Process(
        target=_chunks, args=(given, first, queue), daemon=True
    )
    maker.start()
    saved = shown = time.time()
    losses: dict[str, list[float]] = {}
    seen = 0
    while (item := _next(queue, maker)) is not None:
        number, rows = item
        steps = list(batches(rows, BATCH, np.random.default_rng([given.seed, number])))
        network.train()
        for at, batch in enumerate(steps):
            progress = (number + at / len(steps)) / given.chunks
            for group in optimizer.param_groups:
                group["lr"] = RATE * rate_at(progress)
            tensors = as_tensors(batch)
            loss = loss_of(*network(tensors), tensors)
            optimizer.zero_grad(set_to_none=True)
            loss.mean().backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            keep = min(0.999, 1 - 1 / (1 + number * len(steps) + at))
            with torch.no_grad():
                for name, value in network.named_parameters():
                    averaged[name].lerp_(value, 1 - keep)
            seen += len(batch)
            for one, value in zip(batch, loss.tolist()):
                losses.setdefault(one.kind, []).append(value)
            if time.time() - shown > SHOW:
                told = " ".join(
                    f"{kind} {np.mean(some):.2f}" for kind, some in sorted(losses.items())
                )
                print(
                    f"chunk {number} {progress:.3f} {seen / (time.time() - shown):.0f}/s {told}",
                    flush=True,
                )
                losses, seen, shown = {}, 0, time.time()
        if time.time() - saved > SAVE or number == given.chunks - 1:
            saved = time.time()
            state = {
                "network": network.state_dict(),
                "optimizer": optimizer.state_dict(),
                "averaged": averaged,
                "chunk": number + 1,
            }
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
    network.load_state_dict(averaged, strict=False)
    return network.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with train/ and gazetteer/"
    )
    parser.add_argument(
        "--work", type=Path, default=Path("training/work"), help="where the checkpoint is kept"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder that the weights are written to"
    )
    parser.add_argument(
        "--mined", type=Path, help="passages that search brings (python -m training.reader.mine)"
    )
    parser.add_argument(
        "--lists",
        type=Path,
        default=Path("benchmarks/lists.jsonl"),
        help="list questions with complete answers",
    )
    parser.add_argument("--chunks", type=int, default=200, help="of 4,096 examples each")
    parser.add_argument(
        "--part",
        type=float,
        default=1.0,
        help="share of the large sets that is read, to try things",
    )
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    network = train(given)
    figures = measured(network, read(given.data, given.mined, 0.02), given.seed)
    print(json.dumps(figures), flush=True)
    from safetensors.numpy import save_file

    given.out.mkdir(parents=True, exist_ok=True)
    save_file(weights_of(network), given.out / "reader.safetensors")


if __name__ == "__main__":
    main()
