"""Fits how likely it is that the best value answers (:mod:`rag.reader.judge`).

    python -m training.reader.judge --data DATA --index INDEX --small DIR --out rag/reader/model

Questions that the reader was not trained on are asked of an index of all news with the contexts of the reading
questions (``training.reader.mine`` makes it), of small ones of every other context, where half of the questions have no
answer, and of one where the sentences that answer were taken out. What is judged is whether the first value overlaps an answer.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from rag import Index
from rag.index import Snapshot
from rag.question.parsing import parse
from rag.reader.findings import READ, SPANS, findings_of, order_of, passages_of
from rag.reader.judge import FEATURES, ROW_FEATURES, Judge
from rag.search.candidates import candidates
from training.reader.mine import kept_apart
from training.reader.mixture import HELD
from training.reader.sources import rows, spread, text_of
from training.reader.words import Words

PENALTY = 1e-3  # on the squares of the weights of standardised features
STEPS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0)  # tried for what a passage's fused score counts


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question as it was read, without the judge's share in it.

    Attributes:
        kind: of the set.
        told: by the step tried, the features (f,) and whether the first value is right.
    """

    kind: str
    told: dict[float, tuple[np.ndarray, bool]]


def questions(
    data: Path, rng: random.Random, words: Words, of_each: int
) -> list[tuple[str, str, tuple[str, ...]]]:
    """(kind, question, answers) that the reader was not trained on; no answers where the large index has none."""
    contexts: dict[str, list[dict]] = {}
    for row in rows(data / "train/qa.jsonl.xz"):
        contexts.setdefault(row["context"], []).append(row)
    held = [
        row
        for number, context in enumerate(sorted(contexts))
        if number % HELD == 0
        for row in contexts[context]
    ]
    known = [row for row in held if row["answers"] and row["answers"][0]]
    known = rng.sample(known, min(of_each, len(known)))
    out = [("own", row["question"], tuple(row["answers"])) for row in known]
    out += [
        ("own-abroad", words.abroad(rng, row["question"]), tuple(row["answers"]))
        for row in rng.sample(known, len(known) // 2)
    ]
    for lang in ("zh", "en"):
        some = [
            row["question"]
            for row in rows(data / "train/unanswered.jsonl.xz")
            if row["lang"] == lang and kept_apart(row["question"])
        ]
        out += [
            (f"foreign-{lang}", question, ())
            for question in rng.sample(some, min(of_each, len(some)))
        ]
    return out


def read_all(snapshot: Snapshot, asked: Iterable[tuple[str, str, tuple[str, ...]]]) -> list[Asked]:
    """The questions, read in an index."""
    nothing = Judge(0.0, np.zeros(len(FEATURES)), {}, 0.5, np.zeros(len(ROW_FEATURES)), 0.5, {})
    out = []
    for kind, question, answers in asked:
        parsed = parse(snapshot, question[:500])
        allowed = parsed.allowed if parsed.allowed.any() else np.ones(snapshot.n_articles, bool)
        found = candidates(snapshot, parsed.query, allowed)
        passages = passages_of(
            snapshot, parsed, found, order_of(snapshot, found, allowed, READ), SPANS
        )
        told = {}
        for step in STEPS:
            judged = findings_of(
                parsed, passages, int(allowed.sum()), dataclasses.replace(nothing, search=step)
            )
            told[step] = (
                judged.features,
                bool(judged.values) and right(judged.values[0].text, answers),
            )
        out.append(Asked(kind, told))
    return out


def right(words: str, answers: Iterable[str]) -> bool:
    """Whether a value holds an answer, or most of one is in it."""
    return any(a in words or words in a and 2 * len(words) >= len(a) for a in answers)


def logistic(x: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Weights of features (n, f), the first of which is constant, float64 (f,), by logistic regression."""
    from scipy.optimize import minimize

    y = right.astype(float)
    mean, scale = x.mean(0), x.std(0)
    mean[0], scale[scale == 0] = 0, 1
    z = (x - mean) / scale

    def loss(b: np.ndarray) -> tuple[float, np.ndarray]:
        p = 1 / (1 + np.exp(-z @ b))
        value = (
            -np.mean(y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9))
            + PENALTY * b[1:] @ b[1:]
        )
        return value, z.T @ (p - y) / len(y) + 2 * PENALTY * np.r_[0, b[1:]]

    b = minimize(loss, np.zeros(z.shape[1]), jac=True, method="L-BFGS-B").x
    weights = b / scale
    weights[0] = b[0] - float(np.sum(b[1:] * mean[1:] / scale[1:]))
    return weights


def parting(found: list[tuple[float, bool]]) -> float:
    """The figure that parts those that are from those that are not with the best balanced accuracy."""
    yes, no = (
        np.array([value for value, is_so in found if is_so == kind]) for kind in (True, False)
    )
    return float(
        max(
            np.unique([value for value, _ in found]),
            key=lambda at: (yes >= at).mean() + (no < at).mean(),
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True, help="of training.reader.mine")
    parser.add_argument(
        "--small", type=Path, required=True, help="where indexes of half of the contexts are kept"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--questions",
        type=int,
        default=350,
        help="of each kind: answered, and not in either language",
    )
    said = "share of the questions that nothing answers which may be answered"
    parser.add_argument("--answered-zh", type=float, default=0.06, help=f"{said}, Chinese")
    parser.add_argument("--answered-en", type=float, default=0.10, help=f"{said}, English")
    parser.add_argument("--seed", type=int, default=3)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    from rag.embed.static import load_static

    asked = questions(given.data, rng, Words(load_static(), 20_000), given.questions)
    with Index.open(given.index) as index:
        found = read_all(index.snapshot, asked)
    for number, half in enumerate(_halves(given.data, given.small)):
        with Index.open(half) as index:
            own = [one for one in asked if one[0].startswith("own")]
            some = (
                rng.sample(own, len(own) // 2)
                + [one for one in asked if not one[0].startswith("own")][number::4]
            )
            found += [
                dataclasses.replace(one, kind=f"small-{one.kind}")
                for one in read_all(index.snapshot, some)
            ]
    with Index.open(_without(given.data, given.small)) as index:
        own = [one for one in asked if one[0].startswith("own")]
        for one in read_all(index.snapshot, own):
            found.append(dataclasses.replace(one, kind=f"gone-{one.kind}"))
    step = max(
        STEPS,
        key=lambda step: np.mean(
            [one.told[step][1] for one in found if one.kind.startswith(("own", "small-own"))]
        ),
    )
    weights = logistic(
        np.stack([one.told[step][0] for one in found]),
        np.array([one.told[step][1] for one in found]),
    )
    chance = np.array([1 / (1 + np.exp(-one.told[step][0] @ weights)) for one in found])
    correct = np.array([one.told[step][1] for one in found])
    least = {
        lang: float(
            np.quantile(chance[[one.kind == f"foreign-{lang}" for one in found]], 1 - share)
        )
        for lang, share in (("zh", given.answered_zh), ("en", given.answered_en))
    }
    for kind in sorted({one.kind for one in found}):
        of = np.array([one.kind == kind for one in found])
        print(
            f"{kind:18} n {of.sum():5} right {correct[of].mean():.3f} answered {(chance[of] >= least['en' if 'abroad' in kind or kind.endswith('en') else 'zh']).mean():.3f}",
            flush=True,
        )
    covered = [
        (one.told[step][0][FEATURES.index("covered")], one.kind.startswith(("own", "small-own")))
        for one in found
    ]
    kept = {
        "search": step,
        "least": {lang: round(value, 4) for lang, value in least.items()},
        "near": round(parting(covered), 3),
        "weights": {name: round(float(w), 4) for name, w in zip(FEATURES, weights)},
    }
    print(json.dumps(kept), flush=True)
    given.out.mkdir(parents=True, exist_ok=True)
    file = given.out / "judge.json"
    rows_kept = (
        json.loads(file.read_text("utf8"))
        if file.is_file()
        else {"row": 0.5, "rows": dict.fromkeys(ROW_FEATURES, 0.0)}
    )
    file.write_text(json.dumps(rows_kept | kept, indent=1) + "\n", "utf8")


def _without(data: Path, folder: Path) -> Path:
    """An index of all contexts, those of the held-apart questions without the sentences that answer; made where there is none."""
    index = folder / "gone"
    if (index / "CURRENT").exists():
        return index
    contexts: dict[str, list[dict]] = {}
    for row in rows(data / "train/qa.jsonl.xz"):
        contexts.setdefault(row["context"], []).append(row)
    lines = []
    for number, text in enumerate(sorted(contexts)):
        answers = [a for row in contexts[text] for a in row["answers"] or () if a]
        if number % HELD == 0 and (whole := text_of("", text, "zh")):
            kept = [
                n
                for n in range(len(whole.spans))
                if not any(a in whole.sentence(n) for a in answers)
            ]
            text_left = spread(whole, kept)
        else:
            text_left = text
        if text_left.strip():
            title = contexts[text][0].get("title") or ""
            lines.append(
                json.dumps(
                    {"id": f"q{number}", "title": title, "text": text_left}, ensure_ascii=False
                )
            )
    file = folder / "gone.jsonl"
    file.write_text("\n".join(lines) + "\n", "utf8")
    Index.build(file, index)
    return index


def _halves(data: Path, folder: Path) -> list[Path]:
    """Indexes of every other context of the reading questions; made where there are none."""
    contexts: dict[str, str] = {}
    for row in rows(data / "train/qa.jsonl.xz"):
        contexts.setdefault(row["context"], row.get("title") or "")
    out = []
    for half in (0, 1):
        index = folder / f"half{half}"
        if not (index / "CURRENT").exists():
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f"half{half}.jsonl"
            some = list(enumerate(contexts.items()))[half::2]
            lines = (
                json.dumps({"id": f"q{n}", "title": title, "text": text}, ensure_ascii=False)
                for n, (text, title) in some
            )
            file.write_text("\n".join(lines) + "\n", "utf8")
            Index.build(file, index)
        out.append(index)
    return out


if __name__ == "__main__":
    main()
