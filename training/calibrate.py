"""Fits the rule by which an answer is refused, and keeps it with the model that it was fitted to.

    python -m training.calibrate --eval DATA/eval --model rag/embed/model

Questions are asked of a corpus that answers them and of others that do not, in both languages and across them,
and logistic regression is fitted to what :func:`rag.answer.refusal.features` says of the best evidence: of the
right article in the first case, of any in the second. Every pair of questions and corpus counts alike. The
constants are then moved so that a given share of what can be answered is refused.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import numpy as np

from rag import Assistant, Index
from rag.answer import engine, refusal

ARTICLES = {"cmrc": "cmrc.articles.zh", "news": "news-mrc.articles.zh", "xquad.zh": "xquad.articles.zh", "xquad.en": "xquad.articles.en"}
QUESTIONS = {"cmrc": "cmrc.questions.zh", "news": "news-mrc.questions.zh", "xquad.zh": "xquad.questions.zh", "xquad.en": "xquad.questions.en"}
ANSWERED = [(q, a) for q in QUESTIONS for a in ARTICLES if q.split(".")[0] == a.split(".")[0]]
UNANSWERED = [(q, a) for q in QUESTIONS for a in ARTICLES if (q, a) not in ANSWERED]
PENALTY = 1e-3
STEPS = np.linspace(-4, 4, 801)


@dataclass(frozen=True, slots=True)
class Case:
    """A question asked of a corpus: the pair, whether it answers, and the features of the evidence judged last (or None)."""

    pair: tuple[str, str]
    answered: bool
    features: np.ndarray | None


def cases(folder: Path, limit: int, seed: int) -> Iterator[Case]:
    """All pairs of question file and corpus, ``limit`` questions of each."""
    last: dict = {}

    def recorded(query, asked, weights, evidence, rule, also=()):
        last["features"], last["article"] = refusal.features(query, asked, weights, evidence, also), evidence.view.article.id
        return refusal.Verdict(False, ())

    recording = mock.patch.multiple(engine, judge=recorded, rule_of=lambda _: refusal.SETTLED)
    with tempfile.TemporaryDirectory() as scratch, recording:
        assistants = {}
        for name, file in ARTICLES.items():
            Index.build(folder / f"{file}.jsonl", Path(scratch, name))
            assistants[name] = Assistant(Index.open(Path(scratch, name)))
        for pair in ANSWERED + UNANSWERED:
            lines = (folder / f"{QUESTIONS[pair[0]]}.jsonl").read_text("utf8").splitlines()
            questions = [json.loads(line) for line in lines if line.strip()]
            for question in random.Random(seed).sample(questions, min(limit, len(questions))):
                last.clear()
                assistants[pair[1]].ask(question["question"])
                wrong = pair in ANSWERED and last and last["article"] not in question["relevant"]
                if not wrong:  # evidence of a wrong article is neither an answer nor a sound example of none
                    yield Case(pair, pair in ANSWERED, last.get("features"))


def unread(found: list[Case]) -> list[Case]:
    """The cases without the first feature, as of evidence that was not read for what it answers."""
    return [replace(one, features=None if one.features is None else one.features[-len(refusal.FEATURES) + 1 :]) for one in found]


def fit(found: list[Case]) -> np.ndarray:
    """Weights of the features, float64 (f,)."""
    from scipy.optimize import minimize

    kept = [case for case in found if case.features is not None]
    x, y = np.stack([case.features for case in kept]).astype(float), np.array([1.0 if case.answered else -1.0 for case in kept])
    counts = {pair: sum(case.pair == pair for case in kept) for pair in ANSWERED + UNANSWERED}
    sides = {True: len(ANSWERED), False: len(UNANSWERED)}
    weight = np.array([1 / counts[case.pair] / sides[case.answered] for case in kept])
    loss = lambda b: (weight * np.logaddexp(0, -y * (x @ b))).sum() + PENALTY * (b[:-1] ** 2).sum()
    return minimize(loss, np.zeros(x.shape[1]), method="L-BFGS-B").x


def shifted(found: list[Case], weights: np.ndarray, shares: dict[tuple[bool, bool], float]) -> np.ndarray:
    """The weights with the constant of each pair of languages moved, so that a share of what can be answered is refused.

    Args:
        found: the cases.
        weights: of the features (f,).
        shares: that share, by whether the question and whether the articles are in English.
    """
    moved = {}
    for question in (False, True):
        for article in (False, True):
            pairs = [(q, a) for q, a in ANSWERED if (q.endswith("en"), a.endswith("en")) == (question, article)]
            logits = [np.array([c.features @ weights for c in found if c.pair == pair and c.features is not None]) for pair in pairs]
            refusals = np.array([np.mean([(row + step < 0).mean() for row in logits]) for step in STEPS])
            moved[question, article] = STEPS[int(np.argmax(refusals <= shares[question, article]))]
    # Three features and the constant tell the four pairs of languages apart.
    both, asked, told = (moved[pair] - moved[False, False] for pair in ((True, True), (True, False), (False, True)))
    change = {"english_question": both + asked - told, "english_article": both + told - asked, "cross": asked + told - both}
    out = weights.copy()
    for name, step in change.items():
        out[refusal.FEATURES.index(name) - len(refusal.FEATURES)] += step / 2  # from the end, which is the same for both rules
    out[-1] += moved[False, False]
    return out


def refused(found: list[Case], weights: np.ndarray) -> dict[tuple[str, str], float]:
    """For each pair the share of its questions that is refused."""
    return {pair: float(np.mean([case.features is None or case.features @ weights < 0 for case in found if case.pair == pair]))
            for pair in ANSWERED + UNANSWERED}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--eval", type=Path, required=True, help="folder of the question sets")
    parser.add_argument("--model", type=Path, required=True, help="folder that the rule is written to; the model must be the embedded one")
    parser.add_argument("--limit", type=int, default=200, help="questions of each pair")
    parser.add_argument("--refuse", type=float, default=0.04, help="share of Chinese questions answered by Chinese articles that may be refused")
    parser.add_argument("--refuse-english", type=float, default=0.025, help="the same in English, where no other corpus tries the rule")
    parser.add_argument("--abroad", type=float, default=0.09, help="the same where the articles are in the other language")
    parser.add_argument("--seed", type=int, default=3)
    given = parser.parse_args()
    found = list(cases(given.eval, given.limit, given.seed))
    shares = {(False, False): given.refuse, (True, True): given.refuse_english, (True, False): given.abroad, (False, True): given.abroad}
    rules = {}
    for key, some in (("weights", [c for c in found if c.features is None or len(c.features) == len(refusal.FEATURES)]), ("unread", unread(found))):
        rules[key] = shifted(some, fit(some), shares)
        told = refused(some, rules[key])
        print(key)
        for (questions, articles), share in told.items():
            print(f"{questions:>9} of {articles:<9} refused {share:.2f}" + (" (answered by it)" if (questions, articles) in ANSWERED else ""))
        if key == "weights":
            kept = {"refused": {f"{q} of {a}": round(share, 3) for (q, a), share in told.items()}}
    for key, rule in rules.items():
        kept[key] = {name: round(float(w), 4) for name, w in zip(refusal.FEATURES[-len(rule) :], rule)}
    (given.model / refusal.FILE).write_text(json.dumps(kept, indent=2) + "\n", "utf8")


if __name__ == "__main__":
    main()
