"""How complete and how clean lists are: which places, companies, persons, documents.

    python benchmarks/lists.py --titled FILE --docs FILE [--set test] [--wrong]
                               [--index-titled DIR] [--index-docs DIR]

The questions of ``lists.jsonl`` were written by reading articles of two corpora (JSON Lines, plain
or .xz), "titled_news" and "news_docs"; each names all the things that its articles give as answer,
first as the article writes them, then other names of the same thing. A third of the questions
deny, except, count or compare. No article belongs to both sets, "train" and "test".

A row of an answer is right when its label, place or detail contains a name of an expected thing
or is contained in one; a thing is found when a row is right for it. A refused answer has no rows.
Of "count" questions it is also told whether the number stands in the first line of the answer.
--index-titled and --index-docs keep the indexes for the next time.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import shutil
import sys
import tempfile
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rag import Assistant, Index
from rag.answer.types import Answer, Row

QUESTIONS = Path(__file__).with_suffix(".jsonl")
FORMS = ("all", "not", "except", "count", "most", "least", "more", "less")
KINDS = ("places", "organisations", "persons", "documents", "things")
SETS = ("train", "test")
_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
).split()


@dataclass(frozen=True, slots=True)
class Score:
    """The rows of one answer against the things that were expected.

    Attributes:
        right: rows that are an expected thing.
        wrong: labels of the rows that are none.
        found: expected things that a row names.
        missed: first names of those that no row names.
        counted: whether the number is in the first line; None where none is asked for.
        refused: whether the question was refused.
    """

    right: int
    wrong: tuple[str, ...]
    found: int
    missed: tuple[str, ...]
    counted: bool | None = None
    refused: bool = False

    @property
    def precision(self) -> float:
        """0 to 1; 1 where there is no row."""
        rows = self.right + len(self.wrong)
        return self.right / rows if rows else 1.0

    @property
    def recall(self) -> float:
        """0 to 1."""
        return self.found / (self.found + len(self.missed))


def plain(name: str) -> str:
    """``name`` in small letters of one width, without quotation marks and book title marks."""
    name = unicodedata.normalize("NFKC", name).casefold().replace("’", "'")
    return " ".join(re.sub(r"[《》〈〉“”\"「」]", " ", name).split())


def inside(part: str, whole: str) -> bool:
    """Whether ``whole`` contains ``part``; Latin letters and digits as whole words only.

    A single character is no part of anything longer: "US" is not in "Russia", "慢" not in "慢性病".
    """
    part, whole = plain(part), plain(whole)
    if len(part) < 2 or len(whole) < 2:
        return part == whole != ""
    start, end = (
        r"(?<![a-z0-9])" if part[0].isascii() else "",
        r"(?![a-z0-9])" if part[-1].isascii() else "",
    )
    return re.search(start + re.escape(part) + end, whole) is not None


def is_named(row: Row, names: Iterable[str]) -> bool:
    """Whether the row's label, place or detail contains one of the names or is part of one."""
    given = [text for text in (row.label, row.place, row.detail) if text.strip()]
    return any(inside(name, text) or inside(text, name) for name in names for text in given)


def tells(text: str, number: int) -> bool:
    """Whether the first line of ``text`` has the number, in digits, in Chinese or in English."""
    first = re.sub(r"\[\d+\]", " ", text.strip().partition("\n")[0]).casefold()
    if re.search(rf"(?<![\d.,]){number}(?![\d]|[.,]\d)", first):
        return True
    if number < len(_WORDS) and re.search(rf"\b{_WORDS[number]}\b", first):
        return True
    tens, ones = divmod(number, 10)
    digits = "零一二三四五六七八九"
    chinese = (
        "零"
        if not number
        else (("" if tens < 2 else digits[tens]) + "十" if tens else "")
        + (digits[ones] if ones else "")
    )
    forms = [chinese, "两"] if number == 2 else [chinese]
    numeral = f"[{digits}十百千两]"
    return number < 100 and any(
        re.search(f"(?<!{numeral}){form}(?!{numeral})", first) for form in forms
    )


def score(question: dict, answer: Answer) -> Score:
    """The rows of ``answer`` against the things that ``question`` expects."""
    expected = question["expected"]
    rows = () if answer.refused else answer.rows
    is_right = [any(is_named(row, names) for names in expected) for row in rows]
    missed = tuple(names[0] for names in expected if not any(is_named(row, names) for row in rows))
    wrong = tuple(
        row.label or row.detail or row.place or "(statement)"
        for row, right in zip(rows, is_right, strict=True)
        if not right
    )
    counted = None
    if "count" in question:
        counted = not answer.refused and tells(answer.text, question["count"])
    return Score(sum(is_right), wrong, len(expected) - len(missed), missed, counted, answer.refused)


def summary(scores: list[Score]) -> str:
    """Scores of several questions in one line: over all rows and things, and as means."""
    right, rows = sum(s.right for s in scores), sum(s.right + len(s.wrong) for s in scores)
    found, things = sum(s.found for s in scores), sum(s.found + len(s.missed) for s in scores)
    whole = sum(s.recall == 1 == s.precision for s in scores)
    counted = [s.counted for s in scores if s.counted is not None]
    return (
        f"{len(scores):4} questions  precision {right / max(1, rows):.3f} ({right} of {rows})"
        f"  recall {found / max(1, things):.3f} ({found} of {things})"
        f"  mean recall {sum(s.recall for s in scores) / max(1, len(scores)):.3f}"
        f"  without fault {whole}  refused {sum(s.refused for s in scores)}"
        + (f"  numbers right {sum(counted)} of {len(counted)}" if counted else "")
    )


def questions(only: str | None = None) -> list[dict]:
    """The questions of the data file, those of one set where ``only`` names it."""
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    return [one for one in map(json.loads, lines) if only in (None, one["set"])]


def opened(corpus: Path, index: Path | None, scratch: Path) -> Index:
    """The index in the folder ``index``; built there, or in ``scratch``, where there is none."""
    path = index or scratch / "index"
    if not path.exists():
        scratch.mkdir(parents=True, exist_ok=True)
        articles = scratch / "articles.jsonl"
        with (lzma.open if corpus.suffix == ".xz" else open)(corpus, "rb") as source:
            with articles.open("wb") as out:
                shutil.copyfileobj(source, out)
        Index.build(articles, path)
        articles.unlink()
    return Index.open(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--titled", type=Path, required=True, help="titled_news, .jsonl or .xz")
    parser.add_argument("--docs", type=Path, required=True, help="news_docs, .jsonl or .xz")
    parser.add_argument("--index-titled", type=Path, help="folder of its index: opened, or kept")
    parser.add_argument("--index-docs", type=Path, help="folder of its index: opened, or kept")
    parser.add_argument("--set", choices=SETS, help="only the questions of this set")
    parser.add_argument("--wrong", action="store_true", help="each question that is not faultless")
    given = parser.parse_args()
    groups: dict[str, list[Score]] = {}
    for corpus, path, index in (
        ("titled_news", given.titled, given.index_titled),
        ("news_docs", given.docs, given.index_docs),
    ):
        if not path.exists() and not (index and index.exists()):
            print(f"skipped: the corpus {corpus} is not at {path}", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory() as folder:
            library = opened(path, index, Path(folder) / corpus)
            try:
                assistant = Assistant(library)
                for one in (q for q in questions(given.set) if q["corpus"] == corpus):
                    result = score(one, assistant.ask(one["question"]))
                    several = "several articles" if len(one["articles"]) > 1 else "one article"
                    for name in (
                        f"form {one['form']}",
                        f"kind {one['kind']}",
                        f"set {one['set']}",
                        f"language {one['lang']}",
                        f"corpus {corpus}",
                        several,
                        "all",
                    ):
                        groups.setdefault(name, []).append(result)
                    if given.wrong and (result.wrong or result.missed or result.counted is False):
                        print(
                            f"{one['id']} {one['question']}\n    wrong: {', '.join(result.wrong)}"
                            f"\n    missed: {', '.join(result.missed)}"
                            + ("\n    refused" if result.refused else "")
                        )
            finally:
                library.close()
    for name, scores in sorted(groups.items()):
        print(f"{name:22}{summary(scores)}")


if __name__ == "__main__":
    main()
