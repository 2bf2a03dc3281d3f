"""Fits which sentence is taken for the answer, and keeps it with the model that it was fitted to.

    python -m training.reader --data DATA/train --model rag/embed/model

Reading questions are asked of an index of the texts they were written on, all texts of a source together; the weights of
:func:`rag.answer.reader.features` are those under which the sentences of the right text that hold an answer are likeliest.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import numpy as np

from rag import Assistant, Index
from rag.answer import engine, reader

SOURCES = ("news-mrc", "cmrc2018")
PENALTY = 3e-3  # on the squares of the weights of standardised features

Case = tuple[np.ndarray, np.ndarray]  # features (r, f), and bool (r,): the sentences that answer


def texts(file: Path, source: str, limit: int, seed: int) -> list[tuple[str, str, list[dict]]]:
    """Titles and texts of a source, each with its questions; at most ``limit`` texts."""
    found: dict[tuple[str, str], list[dict]] = {}
    with lzma.open(file, "rt", encoding="utf8") as lines:
        for row in map(json.loads, lines):
            if row["src"] == source and row["answers"] and row["question"].strip():
                found.setdefault((row.get("title") or "", row["context"]), []).append(row)
    kept = sorted(found)
    random.Random(seed).shuffle(kept)
    return [(title, text, found[title, text]) for title, text in kept[:limit]]


def cases(given: list[tuple[str, str, list[dict]]], limit: int, seed: int) -> Iterator[Case]:
    """What the engine reads for each question, ``limit`` of them; none where no sentence that it reads answers."""
    asked = [(str(number), row) for number, (_, _, rows) in enumerate(given) for row in rows]
    asked = random.Random(seed).sample(asked, min(limit, len(asked)))
    last: dict = {}

    def recorded(query, asked, found, weights, rule):
        last.update(found=found[: reader.READ], features=reader.features(query, asked, found, weights))
        return list(found)

    unweighted = mock.patch.object(engine, "weights_of", lambda _: np.zeros(len(reader.FEATURES), np.float32))
    with tempfile.TemporaryDirectory() as scratch, mock.patch.object(engine, "likeliest", recorded), unweighted:
        file = Path(scratch, "texts.jsonl")
        file.write_text("".join(json.dumps({"id": str(number), "title": title, "text": text}, ensure_ascii=False) + "\n"
                                for number, (title, text, _) in enumerate(given)), "utf8")
        Index.build(file, Path(scratch, "index"))
        with Index.open(Path(scratch, "index")) as index:
            assistant = Assistant(index)
            for number, row in asked:
                last.clear()
                assistant.ask(row["question"][:500])
                right = [one.view.article.id == number and any(a and a in one.text for a in row["answers"]) for one in last.get("found", ())]
                if any(right):
                    yield last["features"], np.array(right)


def fit(found: list[Case], penalty: float = PENALTY) -> np.ndarray:
    """Weights of the features, float64 (f,): they maximise the marginal likelihood of the sentences that answer."""
    from scipy.optimize import minimize

    x = np.concatenate([features for features, _ in found]).astype(float)
    right = np.concatenate([one for _, one in found])
    sizes = np.array([len(one) for _, one in found])
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--model", type=Path, required=True, help="folder that the weights are written to; the model must be the embedded one")
    parser.add_argument("--texts", type=int, default=1200, help="texts of each source")
    parser.add_argument("--limit", type=int, default=2000, help="questions of each source")
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    found = []
    for source in SOURCES:
        found += cases(texts(given.data / "qa.jsonl.xz", source, given.texts, given.seed), given.limit, given.seed)
    weights = fit(found)
    first = np.mean([right[np.argmax(features @ weights)] for features, right in found])
    print(f"{len(found)} questions; the likeliest sentence answers {first:.3f} of them, the best by score "
          f"{np.mean([right[np.argmax(features[:, 0])] for features, right in found]):.3f}")
    kept = {"weights": {name: round(float(w), 4) for name, w in zip(reader.FEATURES, weights)}}
    (given.model / reader.FILE).write_text(json.dumps(kept, indent=2) + "\n", "utf8")


if __name__ == "__main__":
    main()
