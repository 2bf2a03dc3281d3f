"""What a trained reader is worth on contexts that it was not trained on."""

from __future__ import annotations

import random

import numpy as np
import torch

from rag.embed.static import load_static
from rag.reader.network import LONGEST_ANSWER
from training.reader.mixture import Data
from training.reader.network import Reader, as_tensors
from training.reader.questions import of_row
from training.reader.windows import Window, windows
from training.reader.words import Words


def measured(
    network: Reader, data: Data, seed: int, rounds: int = 2
) -> dict[str, dict[str, float]]:
    """For each kind of held-apart questions two measures.

    AUC of the best span's margin over "none", and the share of right spans.
    A span is right where it overlaps an answer and is no more than twice as long.
    """
    model = load_static()
    rng = random.Random(seed)
    words = Words(model, 20_000)
    held = [*data.held, *data.asked_held]
    examples = [one for _ in range(rounds) for row in held if (one := of_row(words, rng, row))]
    found = windows(model, examples, np.random.default_rng(seed))
    return judged(network, found)


def judged(network: Reader, found: list[Window]) -> dict[str, dict[str, float]]:
    """As :func:`measured`, of windows."""
    margins, right = [], []
    for at in range(0, len(found), 64):
        batch = found[at : at + 64]
        with torch.inference_mode():
            spans, none = network(as_tensors(batch))
        best, where = spans.reshape(len(batch), -1).max(1)
        margins += (best - none).tolist()
        for one, place in zip(batch, where.tolist()):
            first, more = divmod(place, LONGEST_ANSWER)
            right.append(
                any(
                    first <= b and a <= first + more and more + 1 <= 2 * (b - a + 1)
                    for a, b in one.spans
                )
            )
    out: dict[str, dict[str, float]] = {}
    for of in ("{}", "{}-abroad", "asked-{}", "asked-{}-abroad"):
        answered = of.format("qa")
        yes = [m for m, one in zip(margins, found) if one.kind == answered]
        spans_right = [r for r, one in zip(right, found) if one.kind == answered]
        for kind in ("gone", "none", "near"):
            name = of.format(kind)
            no = [m for m, one in zip(margins, found) if one.kind == name]
            if yes and no:
                out[name] = {"auc": round(auc(yes, no), 3), "n": len(no)}
        if yes:
            out[answered] = {"right": round(float(np.mean(spans_right)), 3), "n": len(yes)}
    return out


def auc(yes: list[float], no: list[float]) -> float:
    """Chance that one of ``yes`` is larger than one of ``no``."""
    order = np.argsort(np.concatenate([yes, no]), kind="stable")
    ranks = np.empty(len(order))
    ranks[order] = np.arange(len(order))
    return float((ranks[: len(yes)].sum() - len(yes) * (len(yes) - 1) / 2) / (len(yes) * len(no)))
