"""Questions of our own over 24,000 articles: answered, or refused where the fact is not there.

    python benchmarks/near.py --data DATA [--index DIR] [--wrong]

The questions of ``training/reader/asked.jsonl`` that nothing was trained on or fitted to are asked
of an index of "titled_news": for half of them the article does not say it, though its subject is
there. Told by the language of the question and of the article: how many of the answerable ones have
the answer in a quote and in the first line, and how many of both kinds are refused. An answer in
other words than the article's counts as wrong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.lists import opened
from rag import Assistant
from rag.answer.types import Answer
from training.reader.asked import asked_questions


def questions(data: Path) -> list[dict]:
    """The questions on articles of "titled_news" that nothing was trained on."""
    return [
        row
        for row in asked_questions(data)
        if row["part"] == "test" and not row["several"] and "-" in row["id"]
    ]


def is_quoted(answer: Answer, wanted: list[str]) -> bool:
    """Whether a quote holds one of the expected answers."""
    return any(one in citation.quote for one in wanted for citation in answer.citations)


def is_first(answer: Answer, wanted: list[str]) -> bool:
    """Whether the first line holds one of the expected answers."""
    return any(one in answer.text.split("\n")[0] for one in wanted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with train/")
    parser.add_argument("--index", type=Path, help="folder of its index: opened, or kept")
    parser.add_argument("--wrong", action="store_true", help="shows what went wrong")
    given = parser.parse_args()
    corpus = given.data / "train/titled_news.jsonl.xz"
    if not corpus.exists():
        sys.exit(f"expected the articles at {corpus}, found none: see --data")
    told: dict[str, list[tuple[bool, bool, bool, bool]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        index = opened(corpus, given.index, Path(folder))
        assistant = Assistant(index)
        for row in questions(given.data):
            answer = assistant.ask(row["question"])
            wanted = row["answers"]
            right = not answer.refused and is_quoted(answer, wanted)
            first = not answer.refused and is_first(answer, wanted)
            pair = f"{row['lang']}->{row['context_lang']}"
            told[pair].append((bool(wanted), right, first, answer.refused))
            if given.wrong and (answer.refused if wanted else not answer.refused):
                print(f"{pair} {row['question']} {wanted} | {answer.text.splitlines()[0]}")
        index.close()
    for pair, some in sorted(told.items()):
        held = [one for one in some if one[0]]
        near = [one for one in some if not one[0]]
        quoted, first, refused = (sum(one[n] for one in held) / len(held) for n in (1, 2, 3))
        answered = sum(not one[3] for one in near) / len(near)
        print(
            f"{pair}: {len(held)} answerable: in a quote {quoted:.3f}, first {first:.3f}, "
            f"refused {refused:.3f}; {len(near)} near misses: answered {answered:.3f}"
        )


if __name__ == "__main__":
    main()
