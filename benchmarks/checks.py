"""How often the check marks what is false and what is true, and how long it takes.

    python -m benchmarks.checks [--articles ../shared/data/eval/falsehoods.zh.jsonl]

``checks.jsonl`` was written by hand for this: paraphrases of invented quotes, and the same with
something planted in them. Rows are {"id", "sentence", "evidence", "supported", "kind", "seen"};
those that are not "seen" were written when rules and settings stood. Of the
articles every second one was used to choose settings; their false sentences are continuations that
language models wrote, and their true ones are the articles' own titles.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from rag.question.script import has_chinese
from rag.writing.check import Verdict, check

OWN = Path(__file__).parent / "checks.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--articles", type=Path, default=Path("../shared/data/eval/falsehoods.zh.jsonl")
    )
    parser.add_argument(
        "--show", action="store_true", help="the sentences that were judged wrongly"
    )
    given = parser.parse_args()
    check("Warm.", ["热身。"])
    own = _rows(OWN)
    for seen, told in ((True, "rules mended after these"), (False, "written afterwards")):
        _report(
            f"own sentences, {told}",
            [row for row in own if row["seen"] is seen],
            lambda row: f"{_pair(row)} true" if row["supported"] else row["kind"],
            given.show,
        )
    for count in (3, 20):
        for there, told in ((True, "with"), (False, "without")):
            rows = list(_among(own, count, there))
            _report(f"among {count} other quotes, {told} their own", rows, _pair, False)
    if given.articles.is_file():
        rows = _rows(given.articles)
        for half in (0, 1):
            told = "chosen on" if half == 0 else "not chosen on"
            false = [_continuation(row) for row in rows[half::2]]
            _report(f"continuations, {told}", false, lambda row: row["kind"], given.show)
            true = [
                {
                    "id": row["id"],
                    "sentence": row["title"],
                    "evidence": [row["article"]],
                    "supported": True,
                    "kind": "title",
                }
                for row in rows[half::2]
            ]
            _report(f"titles of the same articles, {told}", true, lambda row: row["kind"], False)


def _rows(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text("utf8").splitlines() if line.strip()]


def _continuation(row: dict) -> dict:
    digits = any(c.isdigit() for word in row["wrong"] for c in word)
    return {
        "id": row["id"],
        "sentence": row["sentence"],
        "evidence": [row["title"] + "\n" + row["article"]],
        "supported": False,
        "kind": "a figure is wrong" if digits else "words only",
        "wrong": row["wrong"],
    }


def _among(rows: list[dict], count: int, there: bool) -> Iterator[dict]:
    """The true sentences beside other quotes of the language, with or without their own."""
    rng = random.Random(1)
    quotes = list({tuple(row["evidence"]): None for row in rows})
    for row in rows:
        own = tuple(row["evidence"])
        others = [q for q in quotes if q != own and has_chinese(q[0]) == has_chinese(own[0])]
        beside = [text for quote in rng.sample(others, count) for text in quote]
        if row["supported"]:
            yield row | {"evidence": beside + list(own) * there, "supported": there}


def _pair(row: dict) -> str:
    return " about ".join(
        "zh" if has_chinese(text) else "en" for text in (row["sentence"], row["evidence"][0])
    )


def _report(name: str, rows: list[dict], group, show: bool) -> None:
    marked: dict[str, list[bool]] = defaultdict(list)
    by_label: dict[bool, list[bool]] = defaultdict(list)
    times, words = [], []
    for row in rows:
        began = time.perf_counter()
        verdict = check(row["sentence"], row["evidence"])
        times.append(1000 * (time.perf_counter() - began))
        marked[group(row)].append(not verdict.supported)
        by_label[row["supported"]].append(not verdict.supported)
        if "wrong" in row and not verdict.supported:
            words.append(_told(verdict, row["wrong"]))
        if show and verdict.supported != row["supported"]:
            print(
                f"  {row['id']} {row['kind']} p={verdict.probability:.2f} {row['sentence']} "
                f"| {verdict.why}"
            )
    for label, told in ((True, "true ones marked"), (False, "false ones marked")):
        if by_label[label]:
            print(
                f"{name}: {told} {statistics.mean(by_label[label]):.3f} of {len(by_label[label])}"
            )
    for kind in sorted(marked):
        print(f"    {kind}: {statistics.mean(marked[kind]):.2f} of {len(marked[kind])}")
    if words:
        print(
            "    a word that is wrong is among those told: "
            f"{statistics.mean(words):.2f} of those marked"
        )
    print(
        f"    ms p50 {statistics.median(times):.1f}, "
        f"p95 {statistics.quantiles(times, n=20)[-1]:.1f}"
    )


def _told(verdict: Verdict, wrong: list[str]) -> bool:
    return any(one in word or word in one for one in wrong for word in verdict.unsupported)


if __name__ == "__main__":
    main()
