"""Fits which names are rows of a list (:data:`rag.reader.judge.ROW_FEATURES`).

The weights are kept with those of the judge.

    python -m training.reader.rows --data DATA --index-titled DIR --index-docs DIR \
        --index-places DIR --out MODEL

The list questions of ``benchmarks/lists.jsonl`` that may be trained on are asked of the indexes of
their corpora (``benchmarks/lists.py`` makes them), the tuned ones of ``benchmarks/enumeration.jsonl``
of theirs, composed ones of their passages, and ones made for the places of an article of small
indexes. Logistic regression; lists of places and of other names are fitted apart.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.enumeration import QUESTIONS as PLACES
from benchmarks.lists import is_named, questions
from rag import Index
from rag.answer.listed import is_list
from rag.answer.lists import groups_of, told_of
from rag.answer.types import Row
from rag.corpus import Article
from rag.embed.static import load_static
from rag.index import Snapshot
from rag.question.parsing import parse
from rag.reader.encode import encode, joined
from rag.reader.findings import SPANS_ALL, Passage, findings_of
from rag.reader.judge import LISTED, ROW_FEATURES, listed_of, load_judge
from rag.reader.network import BODY, TITLE
from rag.reader.reading import read
from rag.reader.windows import Window
from training.composed import Places, composed
from training.reader.judge import logistic
from training.reader.listed import FORMS
from training.reader.mine import kept_apart
from training.reader.placed import Told, found_for, placed_of
from training.reader.sources import rows
from training.reader.words import Words

LEAST = tuple(n / 100 for n in range(10, 61))  # chances that are tried as the least
NEARLY = 0.01  # of F1, which is given up for a list with fewer wrong rows
REAL = 4  # times that a real question counts, of which there are a fifth as many
LONGEST = 4000  # characters of an article


def asked_of(snapshot: Snapshot, question: dict) -> Told:
    """What is found for a list question; what may be argued either way is left out."""
    parsed = parse(snapshot, question["question"])
    groups, features = found_for(snapshot, parsed)
    names = [
        Row(
            group[0].label,
            group[0].place.province or group[0].place.short if group[0].place else "",
        )
        for group in groups
    ]
    right = np.array([any(is_named(row, of) for of in question["expected"]) for row in names], bool)
    undecided = [any(is_named(row, [of]) for of in question.get("open", ())) for row in names]
    sure = right | ~np.array(undecided, bool)
    return Told(listed_of(parsed), features[sure], right[sure], len(question["expected"]))


def composed_of(snapshot: Snapshot, rng: random.Random, places: Places, count: int) -> list[Told]:
    """As :func:`asked_of`, of composed passages with several answers.

    Some have none to a question that asks for several.
    """
    out = []
    for one in composed(rng, places):
        if len(out) == count:
            return out
        parsed = parse(snapshot, one.question)
        if not is_list(parsed) or one.spans and not one.several:
            continue
        lang = "en" if one.text.isascii() else "zh"
        article = Article("composed", one.text, one.title, lang=lang)
        title, text = encode(snapshot.model, [one.title, one.text])
        title, text = title.part(0, TITLE), text.part(0, BODY)
        window = Window(article, 0, 0, 0, len(one.text), joined(title, text), len(title))
        readings = read(snapshot.model, parsed.text, [window], SPANS_ALL)
        passages = [Passage(reading, 0.0, 1.0, lang != parsed.lang, 0) for reading in readings]
        findings = findings_of(parsed, passages, 1000, load_judge())
        groups = groups_of(parsed, findings)
        if groups:
            told = told_of(snapshot.model, parsed, groups, load_judge(), 1000)
            right = [
                any(a < named.end and named.start < b for named in group for a, b in one.spans)
                for group in groups
            ]
            out.append(Told(listed_of(parsed), told, np.array(right, bool), len(one.spans)))
    return out


def foreign_of(snapshot: Snapshot, data: Path, rng: random.Random, count: int) -> list[Told]:
    """As :func:`asked_of`, of questions for several that nothing in the index answers."""
    some = [
        row["question"]
        for row in rows(data / "train/unanswered.jsonl.xz")
        if kept_apart(row["question"])
    ]
    out = []
    for question in rng.sample(some, len(some)):
        if len(out) == count:
            break
        if is_list(parse(snapshot, question)):
            out.append(asked_of(snapshot, {"question": question, "expected": []}))
    return out


def fitted(real: Sequence[Told], made: Sequence[Told]) -> tuple[np.ndarray, float]:
    """Weights (r,), and the least chance: the highest with nearly the best mean F1 of real questions.

    Args:
        real: questions asked of a corpus, each counted ``REAL`` times.
        made: such as were made for a passage or for a few articles.
    """
    found = [*real * REAL, *made]
    features = np.concatenate([one.features for one in found])
    weights = logistic(features, np.concatenate([one.right for one in found]))
    reached = {least: np.mean([f1(one, weights, least) for one in real]) for least in LEAST}
    enough = max(reached.values()) - NEARLY
    return weights, max(least for least, score in reached.items() if score >= enough)


def f1(one: Told, weights: np.ndarray, least: float) -> float:
    """F1 of the rows of one question; of one that nothing answers 1 where there is none."""
    taken = 1 / (1 + np.exp(-one.features @ weights)) >= least
    if not one.expected:
        return float(not taken.any())
    return 2 * float((taken & one.right).sum()) / (taken.sum() + one.expected)


def asked(given: argparse.Namespace) -> tuple[list[Told], list[Told]]:
    """All questions that it is fitted to: real ones, and such as are made."""
    rng = random.Random(given.seed)
    real: list[Told] = []
    made: list[Told] = []
    for corpus, path in (("titled_news", given.index_titled), ("news_docs", given.index_docs)):
        with Index.open(path) as index:
            some = [one for one in questions("train") if one["corpus"] == corpus]
            real += [asked_of(index.snapshot, one) for one in some if one["form"] in FORMS]
            if corpus == "titled_news":
                places = Places.load(given.data / "gazetteer")
                made += composed_of(index.snapshot, rng, places, given.composed)
            else:
                real += foreign_of(index.snapshot, given.data, rng, given.foreign)
    with Index.open(given.index_places) as index:
        for line in PLACES.read_text("utf8").splitlines():
            if (one := json.loads(line))["set"] == "tuned":
                one["expected"] = [[name] for name in one["expected"]]
                real.append(asked_of(index.snapshot, one))
    made += placed_of(given.data, rng, Words(load_static(), 20_000), given.placed)
    return real, made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index-titled", type=Path, required=True)
    parser.add_argument("--index-docs", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder with gazetteer/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--index-places", type=Path, required=True, help="of enumeration.py")
    parser.add_argument("--placed", type=int, default=400, help="questions made for places")
    parser.add_argument("--composed", type=int, default=400, help="composed list questions besides")
    parser.add_argument("--foreign", type=int, default=60, help="questions that nothing answers")
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    real, made = asked(given)
    file = given.out / "judge.json"
    kept = json.loads(file.read_text("utf8"))
    for listed in LISTED:
        some = [
            [one for one in told if one.listed == listed and len(one.right)]
            for told in (real, made)
        ]
        weights, least = fitted(*some)
        for told in some:
            score = np.mean([f1(one, weights, least) for one in told])
            print(f"{listed}: {len(told)} questions, least {least}, F1 {score:.3f}", flush=True)
        kept["row"][listed] = least
        kept["rows"][listed] = {n: round(float(w), 4) for n, w in zip(ROW_FEATURES, weights)}
    file.write_text(json.dumps(kept, indent=1) + "\n", "utf8")


if __name__ == "__main__":
    main()
