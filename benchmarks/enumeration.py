"""How complete and how clean the rows of "which places" are, on questions with known answers.

    python benchmarks/enumeration.py --corpus titled_news.jsonl.xz [--index DIR] [--all]

The questions of ``enumeration.jsonl`` are asked of a part of the corpus (JSON Lines: id, title,
date, lang, text, source), in which their answers were made sure of by reading: the first 5,000
articles whose source is "xinwenlianbo" and the first 1,000 of "bbc", in the order of the file. The
"tuned" questions were in view when the rules were written; the "held-out" ones were written, with
their answers, before the rules were changed for the last time. --all takes the whole file: it then
only tells what changes, for the answers are known of the part alone. --index keeps the index for
the next time. A place under "open" may be argued both ways and counts neither as right nor as
wrong.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rag import Assistant, Index
from rag.answer.types import Answer

QUESTIONS = Path(__file__).with_suffix(".jsonl")
PART = {"xinwenlianbo": 5_000, "bbc": 1_000}  # how many of the first articles of each source


@dataclass(frozen=True, slots=True)
class Score:
    """Rows against the places that were expected.

    Attributes:
        right: rows that were expected.
        wrong: names of rows that were not.
        missed: names that no row has.
    """

    right: int
    wrong: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def precision(self) -> float:
        """0 to 1; 1 where there is no row."""
        return self.right / (self.right + len(self.wrong)) if self.right or self.wrong else 1.0

    @property
    def recall(self) -> float:
        """0 to 1."""
        return self.right / (self.right + len(self.missed))


def score(expected: list[str], given: tuple[str, ...], undecided: tuple[str, ...] = ()) -> Score:
    """Places that were answered against those that were expected."""
    wrong = tuple(place for place in given if place not in expected and place not in undecided)
    return Score(
        sum(place in given for place in expected),
        wrong,
        tuple(place for place in expected if place not in given),
    )


def places_of(answer: Answer, level: str = "province") -> tuple[str, ...]:
    """The places of the rows, for "city" the cities; none of a refusal, or of an answer that lists
    no places.
    """
    if answer.refused or answer.kind != "places":
        return ()
    return tuple(row.detail for row in answer.rows) if level == "city" else answer.places


def part(corpus: Path, counts: dict[str, int] | None, into: Path) -> int:
    """Writes the first articles of each source, all where ``counts`` is None; how many."""
    left, taken = dict(counts or {}), 0
    with (
        (lzma.open if corpus.suffix == ".xz" else open)(corpus, "rt", encoding="utf-8") as lines,
        into.open("w", encoding="utf-8") as out,
    ):
        for line in lines:
            source = json.loads(line).get("source", "")
            if counts is None or left.get(source, 0):
                left[source] = left.get(source, 0) - 1
                out.write(line)
                taken += 1
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--corpus", type=Path, required=True, help="titled_news, .jsonl or .jsonl.xz"
    )
    parser.add_argument(
        "--index",
        type=Path,
        help="folder of the index: opened where there is one, else built and kept",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="all articles in place of the part whose answers are known",
    )
    given = parser.parse_args()
    if not given.corpus.exists():
        print(f"skipped: the corpus {given.corpus} is not here", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = given.index or Path(folder) / "index"
        if not path.exists():
            articles = Path(folder) / "articles.jsonl"
            part(given.corpus, None if given.all else PART, articles)
            Index.build(articles, path)
        index = Index.open(path)
        try:
            report(Assistant(index))
        finally:
            index.close()


def report(assistant: Assistant) -> None:
    """Asks all questions and prints a line for each, then for each set and language, and all."""
    scores, times = {}, []
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        answer = assistant.ask(one["question"])
        found = score(one["expected"], places_of(answer, one["level"]), tuple(one.get("open", ())))
        for name in (f"{one['set']} {one['lang']}", one["set"], "all"):
            scores.setdefault(name, []).append(found)
        times.append(answer.ms)
        print(
            f"{one['id']:24} precision {found.precision:.2f} recall {found.recall:.2f}"
            f" {answer.ms:6.0f} ms"
            + (f"  wrong: {' '.join(found.wrong)}" if found.wrong else "")
            + (f"  missed: {' '.join(found.missed)}" if found.missed else "")
        )
    for name, some in sorted(scores.items(), reverse=True):
        right, wrong, missed = (
            sum(s.right for s in some),
            sum(len(s.wrong) for s in some),
            sum(len(s.missed) for s in some),
        )
        print(
            f"{name}: precision {right / max(1, right + wrong):.3f} ({right} of {right + wrong}"
            f" rows), recall {right / (right + missed):.3f} ({right} of {right + missed} places),"
            f" {len(some)} questions"
        )
    print(f"p50 {median(times):.0f} ms")


if __name__ == "__main__":
    main()
