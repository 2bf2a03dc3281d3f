"""Fits how likely it is that the articles answer a question (:mod:`rag.reader.judge`).

    python -m training.reader.judge --data DATA --index INDEX --small DIR --out rag/reader/model

Questions that the reader was not trained on, near misses of our own among them, are asked of an
index of all news with the contexts of the reading questions (``training.reader.mine`` makes it), of
one of every other context, of one where the sentences that answer were taken out, and of small ones
of some thirty contexts. What is judged is whether the articles hold the answer, which is known by
the way they were made.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import multiprocessing
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from rag import Index
from rag.embed.static import load_static
from rag.index import Snapshot
from rag.question.parsing import parse
from rag.reader.findings import READ, SPANS, findings_of, order_of, passages_of
from rag.reader.judge import ANSWER_FEATURES, LIST_KINDS, ROW_FEATURES, Judge
from rag.search.candidates import candidates
from training.reader.asked import asked_questions, context_id, foreign_questions
from training.reader.mine import kept_apart
from training.reader.mixture import HELD
from training.reader.sources import rows, spread, text_of
from training.reader.words import Words

PENALTY = 1e-3  # on the squares of the weights of standardised features
STEPS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0)  # tried for what a passage's fused score counts
PART = 150  # questions that are read at once
SMALL = 10  # indexes of some of the contexts that are held apart


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """A question that the reader was not trained on.

    Attributes:
        kind: of the set that it is of.
        text: the question.
        context: number of the context that it is about, or -1 where none is.
        answers: the words that answer; none where the context does not.
    """

    kind: str
    text: str
    context: int
    answers: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A question as it was read in an index, without the judge's share in it.

    Attributes:
        kind: of the set.
        held: whether the index holds the answer.
        told: by the step tried, the features (f,) and whether the first value is right.
    """

    kind: str
    held: bool
    told: dict[float, tuple[np.ndarray, bool]]


@dataclasses.dataclass(frozen=True, slots=True)
class Context:
    """The text that some reading questions are about; ``cut`` is what the answers leave of it."""

    title: str
    text: str
    cut: str
    rows: tuple[dict, ...]


def contexts_of(data: Path) -> list[Context]:
    """The contexts of the reading questions, in an order of their own.

    Those that are held apart have the questions of our own, too.
    """
    known: dict[str, list[dict]] = {}
    for row in rows(data / "train/qa.jsonl.xz"):
        known.setdefault(row["context"], []).append(row)
    named = {context_id(text): text for text in known}
    for row in asked_questions(data):
        text = named.get(row["id"], "")
        if text and row["part"] == "test" and (row["answers"] or len(row["context"]) == len(text)):
            known[text].append(row)  # what of a text was not read may answer
    out = []
    for number, text in enumerate(sorted(known)):
        cut = text
        if number % HELD == 0 and (whole := text_of("", text, "zh")):
            answers = [a for row in known[text] for a in row["answers"] or () if a]
            numbers = range(len(whole.spans))
            cut = spread(
                whole, [n for n in numbers if not any(a in whole.sentence(n) for a in answers)]
            )
        title = known[text][0].get("title") or ""
        out.append(Context(title, text, cut, tuple(known[text])))
    return out


def questions(
    data: Path, contexts: list[Context], rng: random.Random, words: Words, of_each: int
) -> list[Question]:
    """Questions of the contexts that are held apart, and of general knowledge."""
    held, asked = [], []
    for number in range(0, len(contexts), HELD):
        for row in contexts[number].rows:
            if "context_lang" in row and not row["several"]:
                kind = f"asked-{row['lang']}{'' if row['answers'] else '-near'}"
                asked.append(Question(kind, row["question"], number, tuple(row["answers"])))
            elif row["answers"] and row["answers"][0]:
                held.append(Question("own", row["question"], number, tuple(row["answers"])))
    out = rng.sample(held, min(of_each, len(held)))
    out += [
        dataclasses.replace(one, kind="own-abroad", text=words.abroad(rng, one.text))
        for one in rng.sample(out, len(out) // 2)
    ]
    out += asked
    foreign = [row for row in foreign_questions(data) if kept_apart(row["question"])]
    for lang, named in itertools.product(("zh", "en"), (False, True)):
        some = [r["question"] for r in foreign if (r["lang"], r["named"]) == (lang, named)]
        kind = f"named-{lang}" if named else f"foreign-{lang}"
        out += [Question(kind, text, -1) for text in rng.sample(some, min(of_each, len(some)))]
    return out


def index_of(folder: Path, articles: Iterable[tuple[int, str, str]]) -> Path:
    """An index of articles (number, title, text); made where there is none."""
    if not (folder / "CURRENT").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        file = folder.with_suffix(".jsonl")
        lines = (
            json.dumps({"id": f"q{number}", "title": title, "text": text}, ensure_ascii=False)
            for number, title, text in articles
            if text.strip()
        )
        file.write_text("\n".join(lines) + "\n", "utf8")
        Index.build(file, folder)
    return folder


def asked_where(
    contexts: list[Context], asked: list[Question], large: Path, folder: Path
) -> Iterator[tuple[str, Path, list[tuple[Question, bool]]]]:
    """(prefix of the sets' names, index, questions and whether it holds their answers)."""
    own = [one for one in asked if one.context >= 0]
    foreign = [one for one in asked if one.context < 0]
    yield "", large, [(one, bool(one.answers)) for one in asked]
    whole = [(n, c.title, c.text) for n, c in enumerate(contexts)]
    half = index_of(folder / "half", whole[::2])
    held = [(one, bool(one.answers) and one.context % 2 == 0) for one in own + foreign[::4]]
    yield "half-", half, held
    cut = index_of(folder / "gone", [(n, c.title, c.cut) for n, c in enumerate(contexts)])
    yield "gone-", cut, [(one, False) for one in own if one.answers]
    kept = range(0, len(contexts), HELD)
    for number in range(SMALL):
        some = kept[number::SMALL]
        of_them = [one for one in own if one.context in some]
        others = [one for one in own if one.context in kept[(number + 1) % SMALL :: SMALL]]
        small = index_of(folder / f"small{number}", [whole[n] for n in some])
        rest = others[::2] + foreign[number :: 4 * SMALL]
        held = [(one, bool(one.answers)) for one in of_them] + [(one, False) for one in rest]
        yield "small-", small, held
        cut = [(n, contexts[n].title, contexts[n].cut) for n in some]
        less = index_of(folder / f"small-gone{number}", cut)
        yield "small-gone-", less, [(one, False) for one in of_them if one.answers]


def read_all(snapshot: Snapshot, prefix: str, asked: Iterable[tuple[Question, bool]]) -> list[Read]:
    """The questions, read in an index."""
    nothing = Judge(0.0, np.zeros(len(ANSWER_FEATURES)), {}, 0.5, {}, {})
    out = []
    for one, held in asked:
        parsed = parse(snapshot, one.text[:500])
        allowed = parsed.allowed if parsed.allowed.any() else np.ones(snapshot.n_articles, bool)
        found = candidates(snapshot, parsed.query, allowed)
        passages = passages_of(snapshot, parsed, found, order_of(found, allowed, READ), SPANS)
        told = {}
        for step in STEPS:
            judged = findings_of(
                parsed, passages, int(allowed.sum()), dataclasses.replace(nothing, search=step)
            )
            told[step] = (
                judged.features,
                bool(judged.values) and right(judged.values[0].text, one.answers),
            )
        out.append(Read(prefix + one.kind, held, told))
    return out


def _read_in(part: tuple[str, Path, list[tuple[Question, bool]]]) -> list[Read]:
    prefix, folder, some = part
    with Index.open(folder) as index:
        return read_all(index.snapshot, prefix, some)


def right(words: str, answers: Iterable[str]) -> bool:
    """Whether a value holds an answer, or most of one is in it."""
    return any(a in words or words in a and 2 * len(words) >= len(a) for a in answers)


def logistic(x: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Weights of features (n, f), float64 (f,), by logistic regression.

    The first feature is constant.
    """
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
    """The figure that parts those that are from those that are not.

    It has the best balanced accuracy.
    """
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
        "--small", type=Path, required=True, help="where indexes of some contexts are kept"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--questions",
        type=int,
        default=350,
        help="of each kind: answered, and not in either language",
    )
    said = "share of the questions that nothing answers which may be answered"
    parser.add_argument("--answered-zh", type=float, default=0.10, help=f"{said}, Chinese")
    parser.add_argument("--answered-en", type=float, default=0.07, help=f"{said}, English")
    parser.add_argument("--processes", type=int, default=1, help="that read side by side")
    parser.add_argument("--seed", type=int, default=3)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    contexts = contexts_of(given.data)
    words = Words(load_static(), 20_000)
    asked = questions(given.data, contexts, rng, words, given.questions)
    parts = [
        (prefix, folder, some[at : at + PART])
        for prefix, folder, some in asked_where(contexts, asked, given.index, given.small)
        for at in range(0, len(some), PART)
    ]
    found: list[Read] = []
    with multiprocessing.get_context("spawn").Pool(given.processes) as pool:
        for (prefix, folder, some), read in zip(parts, pool.imap(_read_in, parts)):
            found += read
            print(prefix, folder.name, len(some), flush=True)
    keep(fitted(found, {"zh": given.answered_zh, "en": given.answered_en}), given.out)


def fitted(found: list[Read], answered: dict[str, float]) -> dict:
    """What is kept in ``judge.json``; prints how each set is judged.

    Args:
        found: the questions as they were read.
        answered: by language, the share of the foreign questions asked of the large index that may
            be answered: the least chance is set to it.
    """
    rights = {s: np.mean([one.told[s][1] for one in found if one.held]) for s in STEPS}
    step = max(STEPS, key=rights.__getitem__)
    told = np.stack([one.told[step][0] for one in found])
    held = np.array([one.held for one in found])
    weights = logistic(told, held)
    chance = 1 / (1 + np.exp(-told @ weights))
    kinds = np.array([one.kind for one in found])
    least = {
        lang: float(np.quantile(chance[kinds == f"foreign-{lang}"], 1 - share))
        for lang, share in answered.items()
    }
    for kind in sorted(set(kinds)):
        of = kinds == kind
        english = "abroad" in kind or "en" in kind.split("-")
        enough = least["en" if english else "zh"]
        first = np.mean([one.told[step][1] for one in found if one.kind == kind])
        print(
            f"{kind:24} n {of.sum():5} first right {first:.3f} "
            f"answered {_share(chance[of & held] >= enough)} of {(of & held).sum()} held, "
            f"{_share(chance[of & ~held] >= enough)} of those not held",
            flush=True,
        )
    covered = told[:, ANSWER_FEATURES.index("covered")]
    return {
        "search": step,
        "least": {lang: round(value, 4) for lang, value in least.items()},
        "near": round(parting(list(zip(covered.tolist(), held.tolist()))), 3),
        "weights": {name: round(float(w), 4) for name, w in zip(ANSWER_FEATURES, weights)},
    }


def _share(chosen: np.ndarray) -> str:
    return f"{chosen.mean():.3f}" if len(chosen) else "-"


def keep(values: dict, out: Path) -> None:
    """Writes what was fitted, beside the weights of lists that are there."""
    print(json.dumps(values), flush=True)
    out.mkdir(parents=True, exist_ok=True)
    file = out / "judge.json"
    kept = {
        "row": dict.fromkeys(LIST_KINDS, 0.5),
        "rows": {listed: dict.fromkeys(ROW_FEATURES, 0.0) for listed in LIST_KINDS},
    }
    if file.is_file():
        kept = json.loads(file.read_text("utf8"))
    file.write_text(json.dumps(kept | values, indent=1) + "\n", "utf8")


if __name__ == "__main__":
    main()
