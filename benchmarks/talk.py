"""How many messages of talk are recognised, and how many real questions are taken for one.

    python benchmarks/talk.py --data DATA [--set talk_held] [--wrong]

``talk.tsv`` has messages of talk and, marked "-", questions that come near to one; it was looked at
while the weights were made. ``talk_held.tsv``, ``talk_held2.tsv`` and ``talk_held3.tsv`` were
looked at for the kinds of messages that examples lacked; ``talk_held4.tsv`` was written before the
last examples, whose weights were then measured on it and did not ship. No message of any is an
example. ``corpus_questions.jsonl`` has questions about the corpus, with what a dozen made-up
articles (``tests/shared/small_news.py``) give as answer. The 2,000 real questions are those of
reading tests in ``DATA/eval`` and of ``DATA/train``: neither talk nor about the corpus, but for
some that chance brings.
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from rag.embed.static import load_static
from rag.question.corpus_asked import about_corpus
from rag.question.script import in_simplified
from rag.question.talk import talk_of

HERE = Path(__file__).parent
TODAY = date(2024, 6, 21)
# File of DATA/eval and how many rows at equal distances; of DATA/train: how many, each which row,
# from which on.
EVAL = (
    ("cmrc.questions.zh", 300),
    ("crud.questions.zh", 300),
    ("foreign.questions.en", 300),
    ("foreign.questions.zh", 200),
    ("news-mrc.questions.zh", 300),
    ("xquad.questions.en", 200),
    ("xquad.questions.zh", 100),
)
TRAIN = (("qa", 150, 3, 1), ("unanswered", 150, 2, 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--wrong", action="store_true", help="show what is wrong")
    parser.add_argument(
        "--set",
        choices=("talk", "talk_held", "talk_held2", "talk_held3", "talk_held4", "talk_held5"),
        default="talk",
        dest="of",
    )
    given = parser.parse_args()
    model = load_static()
    rows = [line.split("\t") for line in (HERE / f"{given.of}.tsv").read_text("utf8").splitlines()]
    said = [(text, kind.strip("-"), talk_of(text, model)) for kind, text in rows]
    talk, near = [one for one in said if one[1]], [one for one in said if not one[1]]
    seen, right = sum(bool(got) for *_, got in talk), sum(kind == got for _, kind, got in talk)
    print(f"talk recognised: {seen} of {len(talk)}, as the kind that it is: {right}")
    print(
        f"questions near to talk that are taken for it: {sum(bool(got) for *_, got in near)} of"
        f" {len(near)}"
    )
    asked = [
        json.loads(line)
        for line in (HERE / "corpus_questions.jsonl").read_text("utf8").splitlines()
    ]
    about = [(row, about_corpus(in_simplified(row["text"]), TODAY, model)) for row in asked]
    kinds = [(row, got.asks if got else "") for row, got in about]
    wanted = [(row, got) for row, got in kinds if row["asks"]]
    seen, right = (
        sum(bool(got) for _, got in wanted),
        sum(row["asks"] == got for row, got in wanted),
    )
    print(
        f"questions about the corpus recognised: {seen} of {len(wanted)}, as what they ask: {right}"
    )
    others = [(row, got) for row, got in kinds if not row["asks"]]
    print(
        f"questions near to them that are taken for one: {sum(bool(g) for _, g in others)} of"
        f" {len(others)}"
    )
    real = list(questions(given.data))
    taken = [(text, got) for text in real if (got := talk_of(text, model))]
    corpus = [
        (text, got) for text in real if (got := about_corpus(in_simplified(text), TODAY, model))
    ]
    print(
        f"real questions taken for talk: {len(taken)}, about the corpus: {len(corpus)}, of"
        f" {len(real):,}"
    )
    if given.wrong:
        told = [*said, *((row["text"], row["asks"], got) for row, got in kinds)]
        for one in (*(one for one in told if one[1] != one[2]), *taken, *corpus):
            print(*one, sep=" | ")


def questions(data: Path) -> Iterator[str]:
    for name, count in EVAL:
        lines = (data / "eval" / f"{name}.jsonl").read_text("utf8").splitlines()
        for at in range(count):
            yield json.loads(lines[at * len(lines) // count])["question"]
    for name, count, step, first in TRAIN:
        with lzma.open(data / "train" / f"{name}.jsonl.xz", "rt", encoding="utf8") as file:
            for line in islice(file, first, step * count + first, step):
                yield json.loads(line)["question"]


if __name__ == "__main__":
    main()
