"""Examples from list questions with complete answers: every name is a span of its own."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

from training.examples import Example
from training.reader.sources import Text, occurrences, size_of, spread, stretch
from training.reader.words import Words

FORMS = ("all", "except", "not", "count")  # of comparisons only computing tells which names answer
ABROAD = 0.15  # of the questions that are put into the other language word by word


def list_questions(file: Path) -> list[dict]:
    """The list questions that may be trained on."""
    found = map(json.loads, file.read_text("utf8").splitlines())
    return [row for row in found if row["set"] == "train" and row["form"] in FORMS]


def of_list(
    words: Words, rng: random.Random, row: dict, articles: dict[str, Text]
) -> Example | None:
    """An example from a window of an article of a list question; None where none can be made."""
    texts = [articles[name] for name in row["articles"] if name in articles]
    if not texts:
        return None
    question = row["question"]
    if rng.random() < ABROAD and row["lang"] == "zh":
        question = words.abroad(rng, question)
    return of_names(rng, question, rng.choice(texts), row["expected"], "list")


def of_names(
    rng: random.Random, question: str, text: Text, expected: Sequence[Sequence[str]], kind: str
) -> Example:
    """An example from a window of a text, each of the names in it a span of its own.

    Args:
        rng: chooses the window, mostly one with a name.
        question: asks for all of them.
        text: that the window is of.
        expected: what is asked for, each as it may be named.
        kind: of the example; "-none" is added where the window has no name.
    """
    names = {name for alternatives in expected for name in alternatives}
    holding = [n for n in range(len(text.spans)) if any(name in text.sentence(n) for name in names)]
    at = rng.choice(holding) if holding and rng.random() < 0.85 else rng.randrange(len(text.spans))
    first, last = stretch(rng, text.spans, at, size_of(rng, text.lang))
    passage = spread(text, list(range(first, last)))
    spans: list[tuple[int, int]] = []
    for alternatives in expected:
        found = [
            span
            for name in sorted(alternatives, key=len, reverse=True)
            for span in occurrences(passage, name)
        ]
        if found and not any(a < found[0][1] and found[0][0] < b for a, b in spans):
            spans.append(found[0])
    return Example(
        question,
        text.title if first else "",
        passage,
        tuple(sorted(spans)),
        several=True,
        kind=kind if spans else f"{kind}-none",
    )
