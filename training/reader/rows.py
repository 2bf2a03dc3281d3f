"""Fits which names are rows of a list (:data:`rag.reader.judge.ROW_FEATURES`).

The weights are kept with those of the judge.

    python -m training.reader.rows --data DATA --index-titled DIR --index-docs DIR --out MODEL

The list questions of ``benchmarks/lists.jsonl`` that may be trained on are asked of the indexes of
their corpora (``benchmarks/lists.py`` makes them), and composed ones of their passages. Logistic
regression; the least chance is that with the best F1 over all rows.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import numpy as np

from benchmarks.lists import is_named, questions
from rag import Index
from rag.answer.listed import is_list
from rag.answer.lists import groups_of, told_of
from rag.answer.types import Row
from rag.corpus import Article
from rag.index import Snapshot
from rag.question.parsing import parse
from rag.reader.encode import encode, joined
from rag.reader.findings import READ_ALL, SPANS_ALL, Passage, findings_of, order_of, passages_of
from rag.reader.judge import ROW_FEATURES, load_judge
from rag.reader.network import BODY, TITLE
from rag.reader.reading import read
from rag.reader.windows import Window
from rag.search.candidates import candidates
from training.composed import Places, composed
from training.reader.judge import logistic
from training.reader.listed import FORMS
from training.reader.mine import kept_apart
from training.reader.sources import rows


def asked_of(snapshot: Snapshot, question: dict) -> tuple[np.ndarray, np.ndarray, int]:
    """Features of the names found (n, r), which are right (n,), and how many should be there."""
    parsed = parse(snapshot, question["question"])
    allowed = parsed.allowed
    found = candidates(snapshot, parsed.query, allowed)
    passages = passages_of(
        snapshot, parsed, found, order_of(snapshot, found, allowed, READ_ALL), SPANS_ALL
    )
    findings = findings_of(parsed, passages, int(allowed.sum()), load_judge())
    groups = groups_of(parsed, findings)
    told = told_of(parsed, groups, int(allowed.sum()))
    names = [
        Row(
            group[0].label,
            group[0].place.province or group[0].place.short if group[0].place else "",
        )
        for group in groups
    ]
    right = np.array([any(is_named(row, of) for of in question["expected"]) for row in names], bool)
    return told, right, len(question["expected"])


def composed_of(
    snapshot: Snapshot, rng: random.Random, places: Places, count: int
) -> list[tuple[np.ndarray, np.ndarray, int]]:
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
            told = told_of(parsed, groups, 1000)
            right = [
                any(a < named.end and named.start < b for named in group for a, b in one.spans)
                for group in groups
            ]
            out.append((told, np.array(right, bool), len(one.spans)))
    return out


def foreign_of(
    snapshot: Snapshot, data: Path, rng: random.Random, count: int
) -> list[tuple[np.ndarray, np.ndarray, int]]:
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


def least(chances: np.ndarray, right: np.ndarray, expected: int) -> float:
    """The chance from which names are taken with the best F1."""
    order = np.argsort(-chances)
    hits = right[order].cumsum()
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + expected)
    return float(chances[order][int(f1.argmax())])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index-titled", type=Path, required=True)
    parser.add_argument("--index-docs", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder with gazetteer/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--composed", type=int, default=200, help="composed list questions besides")
    parser.add_argument("--foreign", type=int, default=60, help="questions that nothing answers")
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    found = []
    for corpus, path in (("titled_news", given.index_titled), ("news_docs", given.index_docs)):
        with Index.open(path) as index:
            some = [
                one
                for one in questions("train")
                if one["corpus"] == corpus and one["form"] in FORMS
            ]
            found += [asked_of(index.snapshot, one) for one in some]
            if corpus == "titled_news":
                made = composed_of(
                    index.snapshot,
                    random.Random(given.seed),
                    Places.load(given.data / "gazetteer"),
                    given.composed,
                )
            else:
                made += foreign_of(
                    index.snapshot, given.data, random.Random(given.seed), given.foreign
                )
    found += made
    told, right = (
        np.concatenate([one[0] for one in found]),
        np.concatenate([one[1] for one in found]),
    )
    expected = sum(one[2] for one in found)
    weights = logistic(told, right)
    chances = 1 / (1 + np.exp(-told @ weights))
    row = least(chances, right, expected)
    taken = chances >= row
    print(
        f"{len(found)} questions, {expected} names: {right.sum()} found, "
        f"of {taken.sum()} taken {right[taken].sum()} are right",
        flush=True,
    )
    file = given.out / "judge.json"
    kept = json.loads(file.read_text("utf8"))
    kept |= {
        "row": round(row, 4),
        "rows": {name: round(float(w), 4) for name, w in zip(ROW_FEATURES, weights)},
    }
    file.write_text(json.dumps(kept, indent=1) + "\n", "utf8")


if __name__ == "__main__":
    main()
