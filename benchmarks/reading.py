"""How often plain reading questions are answered rightly, and how often refused, by a corpus that
answers them and by one that does not.

    python benchmarks/reading.py ARTICLES.jsonl QUESTIONS.jsonl [--answers answers] [--limit 100] \
        [--unanswerable]

A question row is {"question", "relevant": [article ids], "answers": [strings]}; right means that
one of the answers stands in the quotes. With --unanswerable the corpus is taken not to answer any
of them, and only refusals count. The sample is seeded.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
from pathlib import Path

from rag import Assistant, Index


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument(
        "--answers",
        default="answers",
        help="field that holds the answers in the articles' language",
    )
    parser.add_argument("--limit", type=int, default=100)
    parser.add_argument("--unanswerable", action="store_true")
    given = parser.parse_args()
    questions = [
        json.loads(line) for line in given.questions.read_text("utf8").splitlines() if line.strip()
    ]
    questions = random.Random(3).sample(questions, min(given.limit, len(questions)))
    with tempfile.TemporaryDirectory() as folder:
        Index.build(given.articles, folder)
        with Index.open(folder) as index:
            answers = [Assistant(index).ask(question["question"]) for question in questions]
    refused = statistics.mean(answer.refused for answer in answers)
    line = f"{given.articles.name} {given.questions.name} n={len(answers)} refused={refused:.3f}"
    if not given.unanswerable:
        quotes = ["".join(citation.quote for citation in answer.citations) for answer in answers]
        right = statistics.mean(
            any(a and a in quote for a in question[given.answers])
            for question, quote in zip(questions, quotes)
        )
        cited = statistics.mean(
            any(c.article_id in question["relevant"] for c in answer.citations)
            for question, answer in zip(questions, answers)
        )
        line += (
            f" right={right:.3f} article={cited:.3f}"
            f" quoted={statistics.mean(len(q) for q in quotes if q):.0f} characters"
        )
    print(f"{line} ms_p50={statistics.median(answer.ms for answer in answers):.1f}")


if __name__ == "__main__":
    main()
