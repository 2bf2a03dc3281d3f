"""List questions for places, made from articles that name many and asked of indexes of ten.

Each asks what a sentence says of the places in it (:mod:`training.reader.places`). For half of them
other articles of the index are made to say the same of other places.
"""

from __future__ import annotations

import functools
import json
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rag import Index
from rag.answer.engine import Work, is_list
from rag.answer.lists import Named, groups_of, row_place, told_of
from rag.corpus import sentences
from rag.corpus.places import Place, all_places, find_places
from rag.index import Snapshot
from rag.question import ParsedQuestion
from rag.question.parsing import parse
from rag.reader.findings import READ_ALL, SPANS_ALL, findings_of, passages_of
from rag.reader.judge import load_judge
from training.examples import Example
from training.reader.places import of_places
from training.reader.sources import rows, text_of
from training.reader.words import Words

# Shares of the articles that are taken where they name this many places.
ARTICLES = {"train/news_docs.jsonl.xz": 0.12, "train/titled_news.jsonl.xz": 0.3}
MANY, TOGETHER = 5, 10
LENGTHS = (400, 4000)  # characters of the articles of an index
SAID_TWICE = 0.4  # of the questions other articles say the same of other places
TRIES = 12  # sentences of an article that are tried for a question


@dataclass(frozen=True, slots=True)
class Told:
    """The names that were found for a question.

    Attributes:
        listed: which of :data:`rag.reader.judge.LISTED` it asks for.
        features: of each name, float64 (n, r).
        right: bool (n,), which of them answer.
        expected: how many there should be.
    """

    listed: str
    features: np.ndarray
    right: np.ndarray
    expected: int


def found_for(snapshot: Snapshot, parsed: ParsedQuestion) -> tuple[list[list[Named]], np.ndarray]:
    """The names that are found for a question, and their features (n, r)."""
    work = Work(snapshot, load_judge(), None)
    searched = int(parsed.allowed.sum())
    found, order = work.sought(parsed, np.ones(snapshot.n_articles, bool), parsed.allowed, READ_ALL)
    passages = passages_of(snapshot, parsed, found, order, SPANS_ALL)
    accept = lambda finding: work.fits(parsed, finding, True)
    groups = groups_of(parsed, findings_of(parsed, passages, searched, load_judge(), accept))
    return groups, told_of(snapshot.model, parsed, groups, load_judge(), searched)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question made for places.

    Attributes:
        question: its words.
        article: number of the article it was made from.
        sentence: the sentence that answers.
        start, end: where the places stand in that sentence.
        places: those that answer.
    """

    question: str
    article: int
    sentence: str
    start: int
    end: int
    places: tuple[Place, ...]


def placed_of(data: Path, rng: random.Random, words: Words, count: int) -> list[Told]:
    """What is found for some questions that are made for places."""
    articles = [
        row
        for name, share in ARTICLES.items()
        for row in rows(data / name)
        if rng.random() < share and _names_many(row["text"][: LENGTHS[-1]])
    ]
    rng.shuffle(articles)
    out: list[Told] = []
    while len(out) < count and articles:
        length, some, articles = rng.choice(LENGTHS), articles[:TOGETHER], articles[TOGETHER:]
        texts = [row["text"][:length] for row in some]
        asked = [one for n in range(len(some)) if (one := _asked(rng, words, some[n], n, texts[n]))]
        asked = [_said_of_others(rng, one, texts) for one in asked]
        lines = [json.dumps(row | {"text": text}) for row, text in zip(some, texts)]
        with tempfile.TemporaryDirectory() as folder:
            file, index = Path(folder) / "articles.jsonl", Path(folder) / "index"
            file.write_text("\n".join(lines) + "\n", "utf8")
            Index.build(file, index)
            with Index.open(index) as opened:
                out += _told(opened.snapshot, asked)
    return out[:count]


def _names_many(text: str) -> bool:
    places = [m.place for m in find_places(text) if not m.part_of_name]
    provinces = {place.province for place in places if place.province}
    countries = {place.code for place in places if place.level == "country"}
    return max(len(provinces), len(countries)) >= MANY


def _asked(rng: random.Random, words: Words, row: dict, article: int, text: str) -> Asked | None:
    """A question from an article; None where none is found in some tries."""
    whole = text_of(row.get("title", ""), text, row.get("lang", "zh"))
    for _ in range(TRIES if whole else 0):
        made = of_places(words, rng, whole)
        if made and made.spans and (asked := _of_sentence(made, article, text)):
            return asked
    return None


def _of_sentence(made: Example, article: int, text: str) -> Asked | None:
    start, end = made.spans[0][0], made.spans[-1][1]
    places = tuple(m.place for a, b in made.spans for m in find_places(made.text[a:b]))
    for low, high in sentences(made.text):
        if places and low <= start and end <= high and made.text[low:high] in text:
            sentence = made.text[low:high]
            return Asked(made.question, article, sentence, start - low, end - low, places)
    return None


def _said_of_others(rng: random.Random, asked: Asked, texts: list[str]) -> Asked:
    """Half of the questions with other places, of which other articles now say the same."""
    if rng.random() > SAID_TWICE:
        return asked
    zh = not asked.sentence.isascii()
    others = [n for n in range(len(texts)) if n != asked.article]
    free = [p for p in _same_level(asked.places[0].level) if p not in asked.places and p.en]
    added: tuple[Place, ...] = ()
    for number in rng.sample(others, rng.randint(1, 5)):
        some = rng.sample(free, rng.choice((1, 1, 1, 2, 3)))
        names = [rng.choice((p.name, p.short)) if zh else p.en for p in some]
        said = ("、" if zh else " and ").join(names)
        copy = asked.sentence[: asked.start] + said + asked.sentence[asked.end :]
        borders = [0, *(end for _, end in sentences(texts[number]))]
        at = rng.choice(borders)
        texts[number] = texts[number][:at] + copy + ("" if zh else " ") + texts[number][at:]
        added += tuple(some)
    return replace(asked, places=asked.places + added)


@functools.cache
def _same_level(level: str) -> tuple[Place, ...]:
    return tuple(place for place in all_places() if place.level == level)


def _told(snapshot: Snapshot, asked: list[Asked]) -> Iterator[Told]:
    for one in asked:
        parsed = parse(snapshot, one.question)
        if parsed.sought[0] != "places" or not is_list(parsed) or not parsed.allowed.any():
            continue
        groups, features = found_for(snapshot, parsed)
        level = parsed.sought[1]
        expected = {row_place(place, level) for place in one.places}
        named = [group[0].place for group in groups]
        right = [bool(place) and row_place(place, level) in expected for place in named]
        if groups:
            yield Told("places", features, np.array(right, bool), len(expected))
