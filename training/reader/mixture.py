"""The mixture of examples that the reader learns from, chunk by chunk.

A chunk depends on the seed and its number alone.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rag.embed.static import StaticModel
from training.composed import Places, composed
from training.data import LEFT_OUT
from training.examples import Example
from training.reader.asked import asked_questions, stories
from training.reader.cloze import Clozes
from training.reader.listed import list_questions, of_list
from training.reader.places import of_places
from training.reader.questions import of_row, of_sentences
from training.reader.said import of_clause
from training.reader.sources import Text, rows, text_of
from training.reader.windows import Window, windows
from training.reader.words import Words

CHUNK = 4_096  # examples
HELD = 25  # of so many contexts one is kept apart, to measure on
# Shares of the kinds of examples: at first, and in the end. What is made without end comes first,
# real questions later.
FIRST = {
    "cloze-zh": 0.46,
    "cloze-en": 0.10,
    "across": 0.16,
    "composed": 0.20,
    "qa": 0.06,
    "qa-en": 0.02,
}
LAST = {
    "cloze-zh": 0.06,
    "cloze-en": 0.03,
    "across": 0.06,
    "composed": 0.20,
    "story": 0.06,
    "qa": 0.14,
    "asked": 0.40,
    "qa-en": 0.04,
    "mined": 0.10,
    "list": 0.03,
    "place": 0.07,
    "who": 0.08,
}
NO_NEWS = {"python-docs"}  # a source of sentence pairs that are far from any news


@dataclass(slots=True)
class Data:
    """The training sets, in memory."""

    zh: list[Text] = field(default_factory=list)
    en: list[Text] = field(default_factory=list)
    pairs: list[dict] = field(default_factory=list)
    qa: list[dict] = field(default_factory=list)
    held: list[dict] = field(default_factory=list)
    asked: list[dict] = field(default_factory=list)
    asked_held: list[dict] = field(default_factory=list)
    stories: list[dict] = field(default_factory=list)
    qa_en: list[dict] = field(default_factory=list)
    mined: list[dict] = field(default_factory=list)
    lists: list[dict] = field(default_factory=list)
    listed: dict[str, Text] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    gazetteer: Places | None = None


def read(
    folder: Path, mined: Path | None = None, part: float = 1.0, lists: Path | None = None
) -> Data:
    """The training sets of a folder; ``part`` (0 to 1) of the largest ones."""
    data = Data()
    if lists is not None:
        data.lists = list_questions(lists)
    wanted = {name for row in data.lists for name in row["articles"]}
    train = folder / "train"
    for row in rows(train / "news_docs.jsonl.xz", int(68_221 * part)):
        if text := text_of("", row["text"], "zh"):
            data.zh.append(text)
            if row["id"] in wanted:
                data.listed[row["id"]] = text
    for row in rows(train / "titled_news.jsonl.xz"):
        if text := text_of(row["title"], row["text"], row["lang"]):
            (data.en if row["lang"] == "en" else data.zh).append(text)
            if row["id"] in wanted:
                data.listed[row["id"]] = text
    data.pairs = [
        row
        for row in rows(train / "parallel.jsonl.xz", int(648_476 * part))
        if row["src"] not in LEFT_OUT | NO_NEWS
    ]
    contexts: dict[str, list[dict]] = {}
    for row in rows(train / "qa.jsonl.xz"):
        contexts.setdefault(row["context"], []).append(row)
    for number, context in enumerate(sorted(contexts)):
        (data.held if number % HELD == 0 else data.qa).extend(contexts[context])
    for row in asked_questions(folder):
        (data.asked if row["part"] == "train" else data.asked_held).append(row)
    data.stories = stories()
    data.qa_en = list(rows(train / "qa_en.jsonl.xz"))
    if mined is not None and mined.is_file():
        data.mined = [json.loads(line) for line in mined.read_text("utf8").splitlines()]
    data.places = _places(folder / "gazetteer")
    data.gazetteer = Places.load(folder / "gazetteer")
    return data


def _places(folder: Path) -> dict[str, str]:
    out: dict[str, str] = {}
    for row in map(json.loads, (folder / "divisions.jsonl").read_text("utf8").splitlines()):
        for name in (row["zh"], row["short"], row["en"]):
            out.setdefault(name, row["level"])
    for row in map(json.loads, (folder / "countries.jsonl").read_text("utf8").splitlines()):
        out |= {row["zh"]: "country", row["en"]: "country"}
    return out


class Mixture:
    """Chunks of windows, mixed for how far training has come."""

    def __init__(self, model: StaticModel, data: Data, seed: int):
        self.model, self.data, self.seed = model, data, seed
        self.words = Words(model)
        self.clozes = Clozes(self.words, data.places)

    def chunk(self, number: int, progress: float) -> list[Window]:
        """A chunk of windows in random order.

        Args:
            number: from 0.
            progress: 0 (the beginning) to 1 (the end of training): decides the shares of the kinds.
        """
        rng = random.Random(f"{self.seed}-{number}")
        examples: list[Example] = []
        shares = {
            kind: FIRST.get(kind, 0) * (1 - progress) + LAST.get(kind, 0) * progress
            for kind in LAST
        }
        for kind, rows_of_it in (("mined", self.data.mined), ("list", self.data.lists)):
            if not rows_of_it:
                shares["qa"] += shares.pop(kind)
        for kind, share in shares.items():
            maker, count = self._maker(kind, rng), round(CHUNK * share / sum(shares.values()))
            examples += [next(maker) for _ in range(count)]
        rng.shuffle(examples)
        return windows(self.model, examples, np.random.default_rng([self.seed, number]))

    def _maker(self, kind: str, rng: random.Random) -> Iterator[Example]:
        """Examples of a kind without end."""
        data = self.data
        if kind == "composed":
            yield from composed(rng, data.gazetteer)
        while True:
            if kind in ("cloze-zh", "cloze-en"):
                yield from self.clozes.of_text(
                    rng, rng.choice(data.zh if kind == "cloze-zh" else data.en), 4
                )
                continue
            if kind == "across":
                one = self.clozes.across(rng, data.pairs, rng.randrange(len(data.pairs)))
            elif kind == "qa-en":
                one = of_sentences(rng, data.qa_en, rng.randrange(len(data.qa_en)))
            elif kind == "place":
                one = of_places(
                    self.words, rng, rng.choice(data.zh if rng.random() < 0.85 else data.en)
                )
            elif kind == "who":
                one = of_clause(
                    self.words, rng, rng.choice(data.zh if rng.random() < 0.85 else data.en)
                )
            elif kind == "list":
                one = of_list(self.words, rng, rng.choice(data.lists), data.listed)
            elif kind == "mined":
                one = of_mined(rng, self.words, rng.choice(data.mined))
            else:
                one = of_row(
                    self.words, rng, rng.choice(data.asked if kind == "asked" else data.qa)
                )
            if one is not None:
                yield one


def of_mined(rng: random.Random, words: Words, row: dict) -> Example:
    """An example of a passage that search brings for a question, whether it answers it or not."""
    question = row["question"]
    if row["lang"] == "zh" and rng.random() < 0.2:
        question = words.abroad(rng, question)
    return Example(
        question, row["title"], row["text"], tuple(map(tuple, row["spans"])), kind="mined"
    )
