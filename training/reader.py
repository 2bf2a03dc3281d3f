"""Fits which sentence is taken for the answer, and keeps it with the model that it was fitted to.

    python -m training.reader --data DATA/train --model rag/embed/model

Reading questions are asked of an index of the texts they were written on, all texts of a source together
(:mod:`training.reading`). The weights of :func:`rag.answer.reader.features` are those under which the sentences that
answer are likeliest; those that they put first are what the network is trained on (:mod:`training.network`).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path

import numpy as np

from rag.answer import network, reader
from rag.embed.static import load_static
from training.reading import SOURCES, Case, cases

PENALTY = 3e-3  # on the squares of the weights of standardised features
LINEAR = ("news-mrc", "cmrc2018")  # sources that the weights of the features are fitted to
HELD = 20  # of so many cases one is only measured on


def fit(found: list[Case], penalty: float = PENALTY) -> np.ndarray:
    """Weights of the features, float64 (f,): they maximise the marginal likelihood of the sentences that answer."""
    from scipy.optimize import minimize

    x = np.concatenate([case.features for case in found]).astype(float)
    right = np.concatenate([case.right for case in found])
    sizes = np.array([len(case.right) for case in found])
    start, of = np.r_[0, sizes.cumsum()[:-1]], np.repeat(np.arange(len(found)), sizes)
    scale = x.std(axis=0)
    scale[scale == 0] = 1.0
    x /= scale

    def loss(b: np.ndarray) -> tuple[float, np.ndarray]:
        logits = x @ b
        e = np.exp(logits - np.maximum.reduceat(logits, start)[of])
        p = e / np.add.reduceat(e, start)[of]
        total = np.add.reduceat(np.where(right, p, 0), start) + 1e-12
        wanted = np.where(right, p, 0) / total[of]
        return -np.log(total).mean() + penalty * b @ b, -x.T @ (wanted - p) / len(found) + 2 * penalty * b

    return minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x / scale


def compared(case: Case, weights: np.ndarray) -> Case:
    """The case with the sentences that the network would read, best first."""
    order = np.argsort(-(case.features @ weights), kind="stable")[: reader.COMPARED]
    return dataclasses.replace(
        case, sentences=tuple(case.sentences[at] for at in order), features=case.features[order], right=case.right[order]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--model", type=Path, required=True, help="folder that the weights are written to; the model must be the embedded one")
    parser.add_argument("--limit", type=int, default=6000, help="questions of each source")
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    from safetensors.numpy import save_file

    from training.network import trained

    found = []
    for source in SOURCES:
        found += cases(given.data / "qa.jsonl.xz", source, given.limit, given.seed)
        print(f"{source}: {sum(case.source == source for case in found)} questions", flush=True)
    weights = fit([case for case in found if case.right.any() and case.source in LINEAR])
    kept = {"weights": {name: round(float(w), 4) for name, w in zip(reader.FEATURES, weights)}}
    (given.model / reader.FILE).write_text(json.dumps(kept, indent=2) + "\n", "utf8")
    some = [compared(case, weights) for case in found]
    some = [some[at] for at in np.random.default_rng(given.seed).permutation(len(some))]
    held = len(some) // HELD
    save_file(trained(load_static(), some[held:], some[:held], weights, given.seed), given.model / network.FILE)


if __name__ == "__main__":
    main()
