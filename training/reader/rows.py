"""Fits which names are rows of a list (:data:`rag.reader.judge.ROW_FEATURES`).

The weights are kept with those of the judge.

    python -m training.reader.rows --data DATA --index-titled DIR --index-docs DIR \
        --index-places DIR --out MODEL

The list questions of ``benchmarks/lists.jsonl`` that may be trained on are asked of the indexes of
their corpora (``benchmarks/lists.py`` makes them), those of ``asked.jsonl`` that the reader was not
trained on of the first of these, near misses among them, the tuned ones of
``benchmarks/enumeration.jsonl`` of theirs, and questions that nothing answers of the second corpus.
Lists of places are asked a second time of a few articles. Logistic regression; lists of places and
of other names are fitted apart. From the chances of places and from the sentences about them a
second one then tells which places are rows. Questions made of the news and composed ones were tried
besides and made real ones no better.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.enumeration import QUESTIONS as PLACES
from benchmarks.lists import is_named, questions
from rag import Index
from rag.answer.enumerate import PlaceFound
from rag.answer.listed import is_list, is_place_list
from rag.answer.lists import features_of, groups_of
from rag.answer.named import Named
from rag.answer.places import features_of_places, place_candidates, places_found
from rag.answer.rows import place_row
from rag.answer.types import Row
from rag.errors import UsageError
from rag.index import Snapshot
from rag.question import ParsedQuestion
from rag.question.parsing import parse
from rag.reader.findings import READ_ALL, SPANS_ALL, findings_of, order_of, passages_of
from rag.reader.judge import (
    LIST_KINDS,
    PLACE_FEATURES,
    ROW_FEATURES,
    best_count,
    listed_of,
    load_judge,
)
from rag.search.candidates import candidates
from training.reader.asked import asked_questions
from training.reader.judge import logistic
from training.reader.listed import FORMS
from training.reader.mine import kept_apart
from training.reader.sources import rows

LEAST = tuple(n / 100 for n in range(10, 61))  # chances that are tried as the least
# The least chance of the best place. That which is fitted (.48) is of questions of which most have
# one article: on benchmarks/enumeration.py it costs .06 of recall, for .003 of precision.
LEAST_PLACED = 0.3
NEARLY = 0.01  # of F1, which is given up for a list with fewer wrong rows


@dataclass(frozen=True, slots=True)
class Told:
    """The names that were found for a question.

    Attributes:
        listed: which of :data:`rag.reader.judge.LIST_KINDS` it asks for.
        features: of each name, float64 (n, r).
        right: bool (n,), which of them answer.
        expected: how many there should be.
    """

    listed: str
    features: np.ndarray
    right: np.ndarray
    expected: int


@dataclass(frozen=True, slots=True)
class Listed(Told):
    """The same, with what the places of a list of places are told from.

    Attributes:
        parsed: the question.
        question: its row in the data.
        groups: the names that the reader found, and their features, float64 (g, r).
        about: the places that sentences are about.
        searched: number of articles that were searched.
    """

    parsed: ParsedQuestion
    question: dict
    groups: tuple[list[list[Named]], np.ndarray]
    about: list[list[PlaceFound]]
    searched: int


def asked_of(snapshot: Snapshot, question: dict, among: Sequence[int] = ()) -> Told:
    """What is found for a list question; what may be argued either way is left out.

    ``among`` are the rows of the articles that are searched; () for all.
    """
    parsed = parse(snapshot, question["question"])
    judge, allowed = load_judge(), parsed.allowed
    if among:
        allowed = allowed & np.isin(np.arange(len(allowed)), among)
    searched = int(allowed.sum())
    found = candidates(snapshot, parsed.query, allowed)
    order = order_of(found, allowed, READ_ALL)
    passages = passages_of(snapshot, parsed, found, order, SPANS_ALL)
    groups = groups_of(parsed, findings_of(parsed, passages, searched, judge))
    features = features_of(snapshot.model, parsed, groups, judge, searched)
    names = [
        place_row(parsed, [group[0].place], ()) if group[0].place else Row(group[0].label)
        for group in groups
    ]
    sure, right = judged(question, names)
    told = (listed_of(parsed), features[sure], right[sure], len(question["expected"]))
    if not is_place_list(parsed):
        return Told(*told)
    about = places_found(snapshot, parsed, found, order)
    return Listed(*told, parsed, question, (groups, features), about, searched)


def few_of(snapshot: Snapshot, some: Sequence[Told], rng: random.Random) -> list[Told]:
    """The lists of places asked anew of their own articles and a few others, 8 to 59."""
    out = []
    for one in some:
        if isinstance(one, Listed) and "articles" in one.question:
            others = rng.sample(range(snapshot.n_articles), rng.randrange(8, 60))
            own = [snapshot.article_row(name) for name in one.question["articles"]]
            out.append(asked_of(snapshot, one.question, own + others))
    return out


def judged(question: dict, names: Sequence[Row]) -> tuple[np.ndarray, np.ndarray]:
    """bool (n,) and bool (n,): of which rows it is sure whether they answer, and which do."""
    right = np.array([any(is_named(row, of) for of in question["expected"]) for row in names], bool)
    undecided = [any(is_named(row, [of]) for of in question.get("open", ())) for row in names]
    return right | ~np.array(undecided, bool), right


def placed(one: Listed, weights: np.ndarray) -> Told:
    """The places of a list, where the reader's names have these ``weights`` (r,)."""
    groups, features = one.groups
    chances = chances_of(features, weights)
    some = place_candidates(one.parsed, one.about, list(zip(groups, chances.tolist())))
    names = [place_row(one.parsed, [place.place], ()) for place in some]
    sure, right = judged(one.question, names)
    places = features_of_places(some, one.searched)[sure]
    return Told(one.listed, places, right[sure], one.expected)


def own_of(snapshot: Snapshot, data: Path) -> list[Told]:
    """As :func:`asked_of`, of lists of ``asked.jsonl`` whose texts are articles of the index."""
    out = []
    for row in asked_questions(data):
        if row["several"] and row["part"] == "test":
            with contextlib.suppress(UsageError):  # of another corpus
                snapshot.article_row(row["id"])
                row["expected"] = [[name] for name in row["answers"]]
                out.append(asked_of(snapshot, row | {"articles": [row["id"]]}))
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
            row = {"question": question, "expected": [], "articles": []}
            out.append(asked_of(snapshot, row))
    return out


def fitted(real: Sequence[Told]) -> tuple[np.ndarray, float]:
    """Weights (r,), and the least chance of the best name: the highest with nearly the best F1."""
    features = np.concatenate([one.features for one in real])
    weights = logistic(features, np.concatenate([one.right for one in real]))
    reached = {least: np.mean([f1(one, weights, least) for one in real]) for least in LEAST}
    enough = max(reached.values()) - NEARLY
    return weights, max(least for least, score in reached.items() if score >= enough)


def chances_of(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The chance of each row of features (n, r) under some weights (r,), float64 (n,)."""
    return 1 / (1 + np.exp(-features @ weights))


def f1(one: Told, weights: np.ndarray, least: float) -> float:
    """F1 of the rows of one question; of one that nothing answers 1 where there is none."""
    chances = chances_of(one.features, weights)
    order = np.argsort(-chances, kind="stable")
    count = best_count(chances[order].tolist()) if chances[order[0]] >= least else 0
    taken = np.isin(np.arange(len(order)), order[:count])
    if not one.expected:
        return float(not taken.any())
    return 2 * float((taken & one.right).sum()) / (taken.sum() + one.expected)


def asked(given: argparse.Namespace) -> tuple[list[Told], list[Told]]:
    """All questions that it is fitted to, and the lists of places asked of a few articles."""
    out: list[Told] = []
    few: list[Told] = []
    rng = random.Random(given.seed)
    for corpus, path in (("titled_news", given.index_titled), ("news_docs", given.index_docs)):
        with Index.open(path) as index:
            found = [
                asked_of(index.snapshot, one)
                for one in questions("train")
                if one["corpus"] == corpus and one["form"] in FORMS
            ]
            if corpus == "titled_news":
                found += own_of(index.snapshot, given.data)
            else:
                found += foreign_of(index.snapshot, given.data, rng, given.foreign)
            out += found
            few += few_of(index.snapshot, found, rng)
    with Index.open(given.index_places) as index:
        for line in PLACES.read_text("utf8").splitlines():
            if (one := json.loads(line))["set"] == "tuned":
                one["expected"] = [[name] for name in one["expected"]]
                out.append(asked_of(index.snapshot, one))
    return out, few


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index-titled", type=Path, required=True)
    parser.add_argument("--index-docs", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder with train/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--index-places", type=Path, required=True, help="of enumeration.py")
    parser.add_argument("--foreign", type=int, default=60, help="questions that nothing answers")
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    found, few = asked(given)
    file = given.out / "judge.json"
    kept = json.loads(file.read_text("utf8"))
    for listed in LIST_KINDS:
        some = [one for one in [*found, *few] if one.listed == listed and len(one.right)]
        weights, least = fitted(some)
        score = np.mean([f1(one, weights, least) for one in some])
        print(f"{listed}: {len(some)} questions, least {least}, F1 {score:.3f}", flush=True)
        kept["row"][listed] = least
        kept["rows"][listed] = {n: round(float(w), 4) for n, w in zip(ROW_FEATURES, weights)}
        if listed == "places":
            read = weights
    places = [placed(one, read) for one in [*found, *few] if isinstance(one, Listed)]
    places = [one for one in places if len(one.right)]
    weights, least = fitted(places)
    score = np.mean([f1(one, weights, LEAST_PLACED) for one in places])
    print(f"placed: {len(places)} questions, least {least}, F1 {score:.3f}", flush=True)
    kept["row"]["placed"] = LEAST_PLACED
    kept["places"] = {n: round(float(w), 4) for n, w in zip(PLACE_FEATURES, weights)}
    file.write_text(json.dumps(kept, indent=1) + "\n", "utf8")


if __name__ == "__main__":
    main()
