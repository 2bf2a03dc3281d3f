"""Trains the reader.

    python -m training.reader --data DATA --work training/work --out rag/reader/model

Goes on from the checkpoint in the working folder where it was stopped. With ``--begin`` it begins
from weights that were trained before, at half of the rate and with the mixture of the end.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty

import numpy as np
import torch

from rag.embed.static import load_static
from training.reader.measure import measured
from training.reader.mixture import Mixture, read
from training.reader.network import Reader, as_tensors, begin_with, loss_of, weights_of
from training.reader.windows import Window, batches

BATCH = 32
RATE, DECAY = 2e-3, 1e-2
WARM, LAST_PART = 0.03, 0.35  # of all steps: while the rate rises, and while it falls to nothing
AGAIN = 200  # steps while the rate rises after the training was gone on with
SAVE, SHOW = 180, 60  # seconds


def rate_at(progress: float) -> float:
    """The learning rate's share of ``RATE`` when ``progress`` (0 to 1) of training is done."""
    return min(1.0, progress / WARM, (1 - progress) / LAST_PART)


def _chunks(given: argparse.Namespace, numbers: range, queue: multiprocessing.Queue) -> None:
    """Makes some chunks, in a process of its own."""
    torch.set_num_threads(1)
    data = read(given.data, given.mined, given.part, given.lists)
    mixture = Mixture(load_static(), data, given.seed)
    for number in numbers:
        progress = 1.0 if given.begin else number / given.chunks
        queue.put((number, mixture.chunk(number, progress)))
    queue.put(None)


def _made(given: argparse.Namespace, numbers: range) -> Iterator[tuple[int, list[Window]]]:
    """Chunks as they are made beside. Raises RuntimeError where their maker died."""
    queue: multiprocessing.Queue = multiprocessing.Queue(3)
    maker = multiprocessing.get_context("fork").Process(
        target=_chunks, args=(given, numbers, queue), daemon=True
    )
    maker.start()
    while True:
        try:
            item = queue.get(timeout=30)
        except Empty:
            if not maker.is_alive():
                raise RuntimeError(
                    "expected another chunk of examples, but the process that makes them has "
                    "ended: see its error above"
                ) from None
            continue
        if item is None:
            return
        yield item


@dataclass(slots=True)
class Told:
    """What is printed while it is trained: mean losses by kind, and windows a second."""

    since: float = field(default_factory=time.time)
    seen: int = 0
    losses: dict[str, list[float]] = field(default_factory=dict)

    def add(self, batch: list[Window], losses: list[float]) -> None:
        """Counts a batch."""
        self.seen += len(batch)
        for one, loss in zip(batch, losses):
            self.losses.setdefault(one.kind, []).append(loss)

    def show(self, number: int, progress: float) -> None:
        """Prints a line, and begins anew."""
        told = " ".join(f"{kind} {np.mean(some):.2f}" for kind, some in sorted(self.losses.items()))
        rate = self.seen / (time.time() - self.since)
        print(f"chunk {number} {progress:.3f} {rate:.0f}/s a process {told}", flush=True)
        self.since, self.seen, self.losses = time.time(), 0, {}


def _average(network: Reader, processes: int) -> None:
    """Puts the mean over the processes in place of each gradient."""
    grads = [one.grad for one in network.parameters()]
    flat = torch.cat([grad.flatten() for grad in grads]) / processes
    torch.distributed.all_reduce(flat)
    for grad, part in zip(grads, flat.split([grad.numel() for grad in grads])):
        grad.copy_(part.view_as(grad))


def _steps(rows: list[Window], seed: list[int], processes: int) -> list[list[Window]]:
    """The batches of a chunk, as many in every process."""
    steps = list(batches(rows, BATCH, np.random.default_rng(seed)))
    count = torch.tensor(len(steps))
    if processes > 1:
        torch.distributed.all_reduce(count, torch.distributed.ReduceOp.MIN)
    return steps[: int(count)]


def train(given: argparse.Namespace, process: int = 0) -> Reader:
    """Trains until the last chunk; saves the state every few minutes.

    Each of ``given.processes`` processes calls it with its number from 0; all hold the same
    weights, read chunks of their own, and average the gradients.
    """
    torch.manual_seed(given.seed)
    network = Reader(load_static())
    if given.begin:
        begin_with(network, given.begin)
    most = RATE / 2 if given.begin else RATE
    optimizer = torch.optim.AdamW(network.parameters(), RATE, betas=(0.9, 0.98), weight_decay=DECAY)
    averaged = {name: value.detach().clone() for name, value in network.named_parameters()}
    checkpoint, first = given.work / "reader.pt", 0
    if checkpoint.is_file():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        if state["optimizer"]:
            optimizer.load_state_dict(state["optimizer"])
        averaged, first = state["averaged"], state["chunk"]
        print(f"goes on from chunk {first}", flush=True)
    torch.manual_seed(given.seed + 1_000 * first + process)
    told, saved, done = Told(), time.time(), 0
    count = (given.chunks - first) // given.processes * given.processes
    for number, rows in _made(given, range(first + process, first + count, given.processes)):
        steps = _steps(rows, [given.seed, number], given.processes)
        network.train()
        for at, batch in enumerate(steps):
            progress = (number + at / len(steps) * given.processes) / given.chunks
            done += 1
            for group in optimizer.param_groups:
                group["lr"] = most * rate_at(min(progress, 1.0)) * min(1.0, done / AGAIN)
            tensors = as_tensors(batch)
            loss = loss_of(*network(tensors), tensors)
            optimizer.zero_grad(set_to_none=True)
            loss.mean().backward()
            if given.processes > 1:
                _average(network, given.processes)
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            keep = min(0.999, 1 - 1 / (1 + number * len(steps) + at))
            with torch.no_grad():
                for name, value in network.named_parameters():
                    averaged[name].lerp_(value, 1 - keep)
            told.add(batch, loss.tolist())
            if process == 0 and time.time() - told.since > SHOW:
                told.show(number, progress)
        after = number + given.processes
        if process == 0 and (time.time() - saved > SAVE or after >= first + count):
            saved = time.time()
            state = {
                "network": network.state_dict(),
                "optimizer": optimizer.state_dict(),
                "averaged": averaged,
                "chunk": after,
            }
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
    network.load_state_dict(averaged, strict=False)
    return network.eval()


def _beside(given: argparse.Namespace, process: int, meeting: str) -> Reader:
    """One of several processes that train together; they meet at a file."""
    torch.set_num_threads(1)
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{meeting}", rank=process, world_size=given.processes
    )
    return train(given, process)


def together(given: argparse.Namespace) -> Reader:
    """Trains in ``given.processes`` processes, of which this is the first."""
    if given.processes == 1:
        return train(given)
    with tempfile.TemporaryDirectory() as folder:
        meeting = str(Path(folder).resolve() / "meeting")
        others = [
            multiprocessing.get_context("fork").Process(
                target=_beside, args=(given, process, meeting)
            )
            for process in range(1, given.processes)
        ]
        for other in others:
            other.start()
        network = _beside(given, 0, meeting)
        for other in others:
            other.join()
    return network


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
        "--processes", type=int, default=1, help="that train together, each on a core of its own"
    )
    parser.add_argument(
        "--part",
        type=float,
        default=1.0,
        help="share of the large sets that is read, to try things",
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--begin", type=Path, help="weights that are trained on (safetensors)")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    network = together(given)
    figures = measured(network, read(given.data, given.mined, 0.02), given.seed)
    print(json.dumps(figures), flush=True)
    from safetensors.numpy import save_file

    given.out.mkdir(parents=True, exist_ok=True)
    save_file(weights_of(network), given.out / "reader.safetensors")


if __name__ == "__main__":
    main()
