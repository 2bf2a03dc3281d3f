"""Reading questions as the answer engine meets them: the sentences that it reads for each, and which of them answer.

The texts of a source are cut into halves. Each question is asked of the half that holds its text, and some of the
other half, which does not answer it, though it is of the same kind. One half has its titles, the other has none.
"""

from __future__ import annotations

import json
import lzma
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np

from rag import Assistant, Index
from rag.answer import engine, reader
from rag.embed import load_static

SOURCES = ("news-mrc", "cmrc2018", "drcd", "dureader-checklist")
ELSEWHERE = 3  # of so many questions one is asked of the other half, too
Row = dict  # of qa.jsonl.xz


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A question and the sentences that the engine reads for it.

    Attributes:
        source: of the question.
        question: token ids (n,).
        content: bool (n,), those that say what is sought.
        sentences: token ids of each of r sentences.
        features: float32 (r, f), of :func:`rag.answer.reader.features`.
        right: bool (r,), the sentences that answer; none where the texts do not.
    """

    source: str
    question: np.ndarray
    content: np.ndarray
    sentences: tuple[np.ndarray, ...]
    features: np.ndarray
    right: np.ndarray


class _Seen(Exception):
    """The engine has come to the sentences."""


def texts(file: Path, source: str) -> dict[str, list[Row]]:
    """The texts of a source, each with its questions."""
    found: dict[str, list[Row]] = defaultdict(list)
    with lzma.open(file, "rt", encoding="utf8") as lines:
        for row in map(json.loads, lines):
            if row["src"] == source and row["question"].strip():
                found[row["context"]].append(row)
    return found


def cases(file: Path, source: str, limit: int, seed: int) -> Iterator[Case]:
    """What the engine reads for the questions of a source, about ``limit`` of them, in turn from each half.

    Questions whose answer is in none of the sentences that are read are left out.
    """
    rng, found = random.Random(seed), texts(file, source)
    order = sorted(found)
    rng.shuffle(order)
    halves = order[::2], order[1::2]
    for number, (half, other) in enumerate((halves, halves[::-1])):
        own = [(row, at) for at, text in enumerate(half) for row in found[text]]
        foreign = [(row, None) for text in other for row in found[text]]
        asked = rng.sample(own, min(len(own), limit // 2)) + rng.sample(foreign, min(len(foreign), limit // 2 // ELSEWHERE))
        titles = [(found[text][0].get("title") or "") if number else "" for text in half]
        for row, at, query, features, sentences in _read(half, titles, asked):
            answers = [a for a in row["answers"] or () if a] if at is not None else []
            right = np.array([one.view.article.id == str(at) and any(a in one.text for a in answers) for one in sentences])
            if answers and not right.any():
                continue
            ids = tuple(ids for ids, _ in load_static().located([one.text for one in sentences]))
            yield Case(source, query.ids.astype(np.int64), query.content, ids, features, right)


def _read(half: list[str], titles: list[str], asked: list[tuple[Row, int | None]]):
    """The rows that come to sentences, with the number of their text, their query, and the sentences with their features."""
    last: dict = {}

    def recorded(query, asked, found, weights, *_):
        if found:
            last.update(query=query, features=reader.features(query, asked, found, weights), sentences=found[: reader.READ])
            raise _Seen
        return []

    with tempfile.TemporaryDirectory() as scratch, mock.patch.object(engine, "likeliest", recorded):
        file = Path(scratch, "texts.jsonl")
        file.write_text("".join(json.dumps({"id": str(number), "title": title, "text": text}, ensure_ascii=False) + "\n"
                                for number, (title, text) in enumerate(zip(titles, half))), "utf8")
        Index.build(file, Path(scratch, "index"))
        with Index.open(Path(scratch, "index")) as index:
            assistant = Assistant(index)
            for row, at in asked:
                last.clear()
                try:
                    assistant.ask(row["question"][:500])
                except _Seen:
                    yield row, at, last["query"], last["features"], last["sentences"]
