"""What each part of the search adds: every part off in turn, on sets of questions with known
articles. Prints Markdown.

    python benchmarks/ablation.py --data FOLDER [--distractors NEWS.jsonl.xz] [--limit 1000] [--sets \
        NAME ...]

FOLDER holds cmrc, news-mrc and xquad as SET.articles.LANG.jsonl and SET.questions.LANG.jsonl; a set
that is not there is left out. The candidates of a large corpus (expansion among them) only matter
above 1.5 million tokens: --distractors names articles, as JSON Lines, that are put beside those of
XQuAD for that. "*": the 95 % interval of the paired difference leaves 0 out. "=": no question
changed. --limit takes a seeded sample of each set.
"""

from __future__ import annotations

import argparse
import copy
import lzma
import random
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from rag import Index
from rag.embed.static import StaticModel
from rag.evaluation import Evaluation, Question, evaluate, read_questions
from rag.search import Fusion

SHIPPED, PARTS = "what ships", "parts of compounds"
WITHOUT = {
    SHIPPED: Fusion(),
    "dense": Fusion(dense=0),
    "late": Fusion(late=0),
    "article": Fusion(article=0),
    "lexical": Fusion(lexical=0),
    "phrase": Fusion(phrase=0),
    "balance of languages": Fusion(balanced=False),
    "expansion candidates": Fusion(expansion=False),
}


@dataclass(frozen=True, slots=True)
class Set:
    """A corpus and the questions asked of it: files by their name without ``.jsonl``."""

    name: str
    articles: tuple[str, ...]
    questions: tuple[str, ...]
    large: bool = False


def _xquad(name: str, articles: str, *questions: str, large: bool = False) -> Set:
    files = tuple(f"xquad.articles.{lang}" for lang in articles.split("+"))
    return Set(
        f"XQuAD {name}", files, tuple(f"xquad.questions.{lang}" for lang in questions), large
    )


SETS = (
    Set("CMRC zh", ("cmrc.articles.zh",), ("cmrc.questions.zh",)),
    Set("news-mrc zh", ("news-mrc.articles.zh",), ("news-mrc.questions.zh",)),
    _xquad("zh > zh", "zh", "zh"),
    _xquad("en > en", "en", "en"),
    _xquad("en > zh", "zh", "en"),
    _xquad("zh > en", "en", "zh"),
    _xquad("mixed", "zh+en", "zh", "en"),
    _xquad("en > zh, large", "zh", "en", large=True),
    _xquad("mixed, large", "zh+en", "zh", "en", large=True),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument(
        "--distractors",
        type=Path,
        help="articles beside which XQuAD's are a part of a large corpus, .jsonl or .jsonl.xz",
    )
    parser.add_argument(
        "--limit", type=int, default=1_000, help="questions of each file at most (seeded sample)"
    )
    parser.add_argument("--k", type=int, default=10)
    names = [one.name for one in SETS]
    parser.add_argument(
        "--sets", nargs="*", default=names, metavar="NAME", help="of " + "; ".join(names)
    )
    given = parser.parse_args()
    begun = False
    for one in SETS:
        if one.name not in given.sets:
            continue
        missing = [
            name
            for name in (*one.articles, *one.questions)
            if not (given.data / f"{name}.jsonl").is_file()
        ]
        if missing or one.large and not given.distractors:
            why = f"no {missing[0]}.jsonl in {given.data}" if missing else "no --distractors"
            print(f"{one.name} is left out: {why}", file=sys.stderr)
            continue
        done = _run(one, given.data, given.distractors, given.limit, given.k)
        if not begun:
            columns = (
                SHIPPED,
                *(f"without {name}" for name in (*WITHOUT, PARTS) if name != SHIPPED),
            )
            _line(["", *columns])
            _line(["---"] * (len(columns) + 1))
            begun = True
        for measure in (
            "hit@1",
            f"recall@{given.k}",
        ):  # each set is shown when it is done: all take a while
            _line(
                [
                    f"{one.name}, {measure}",
                    *(_cell(measure, done[name], done[SHIPPED]) for name in (*WITHOUT, PARTS)),
                ]
            )
    if not begun:
        sys.exit(f"expected sets of questions in {given.data}, found none that were asked for")


def _run(
    one: Set, data: Path, distractors: Path | None, limit: int, k: int
) -> dict[str, Evaluation]:
    questions = [
        q
        for name in one.questions
        for q in _sample(read_questions([data / f"{name}.jsonl"]), limit)
    ]
    with tempfile.TemporaryDirectory() as folder:
        corpus = [data / f"{name}.jsonl" for name in one.articles]
        Index.build(
            [*corpus, *([_plain(distractors, Path(folder))] if one.large else [])],
            Path(folder) / "index",
        )
        with Index.open(Path(folder) / "index") as index:
            done = {
                name: _evaluated(index, questions, k, fusion, f"{one.name}, {name}")
                for name, fusion in WITHOUT.items()
            }
            plain = copy.copy(index)
            plain.snapshot = copy.copy(index.snapshot)
            plain.snapshot.model = _without_parts(index.snapshot.model)
            done[PARTS] = _evaluated(plain, questions, k, Fusion(), f"{one.name}, {PARTS}")
    return done


def _without_parts(model: StaticModel) -> StaticModel:
    """The same model as if no token consisted of others."""
    other = copy.copy(model)
    other._set_parts({})
    return other


def _evaluated(
    index: Index, questions: list[Question], k: int, fusion: Fusion, name: str
) -> Evaluation:
    done = evaluate(index, questions, k, fusion)
    ms = done.latency
    print(
        f"{name}: {index.n_passages:,} passages, {len(questions):,} questions, p50 {ms['p50']:.1f} ms,"
        f" p95 {ms['p95']:.1f} ms",
        file=sys.stderr,
    )
    return replace(done, results=())


def _sample(questions: list[Question], limit: int) -> list[Question]:
    return questions if len(questions) <= limit else random.Random(3).sample(questions, limit)


def _plain(path: Path, folder: Path) -> Path:
    """The file, unpacked where it is packed."""
    if path.suffix != ".xz":
        return path
    out = folder / path.stem
    with lzma.open(path, "rb") as packed, out.open("wb") as file:
        shutil.copyfileobj(packed, file)
    return out


def _cell(measure: str, one: Evaluation, shipped: Evaluation) -> str:
    group, base = one.groups[0], shipped.groups[0]
    if one is not shipped and (group.values == base.values).all():
        return "="
    value = f"{group.figures[measure].value:.3f}".removeprefix("0")
    return value + "*" * (one is not shipped and group.minus(base)[measure].is_real)


def _line(cells: Iterable[str]) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
