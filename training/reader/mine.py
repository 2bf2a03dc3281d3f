"""The best of many wrong passages: what search brings for questions.

It searches an index of all news with the contexts of the questions.

    python -m training.reader.mine --data DATA --out training/work/mined.jsonl

Questions of general knowledge, which the news do not answer, and reading questions: passages that
hold an answer are examples of it, others have none. And questions of our own, whose articles are
mostly not among those that are searched: passages without their answer have none.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path

from rag import Index
from training.reader.asked import asked_questions, foreign_questions
from training.reader.sources import LEAD, occurrences, rows

# Of so many questions one is not mined: refusals are fitted to those.
KEPT_APART = 5
# Passages of a question that are kept, of the best found; one at random from farther behind.
WORST = 4


def _corpus(data: Path, folder: Path) -> list[Path]:
    """Writes the articles that are searched.

    These are the news, English ones among them, and the reading questions' contexts.
    """
    news, english, contexts = (folder / f"{n}.jsonl" for n in ("news", "english", "contexts"))
    with lzma.open(data / "train/news_docs.jsonl.xz") as source, news.open("wb") as out:
        shutil.copyfileobj(source, out)
    with english.open("w", encoding="utf8") as out:
        for row in rows(data / "train/titled_news.jsonl.xz"):
            if row["lang"] == "en":
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
    seen: dict[str, str] = {}
    for row in rows(data / "train/qa.jsonl.xz"):
        seen.setdefault(row["context"], row.get("title") or "")
    with contexts.open("w", encoding="utf8") as out:
        for number, (text, title) in enumerate(seen.items()):
            out.write(
                json.dumps({"id": f"q{number}", "title": title, "text": text}, ensure_ascii=False)
                + "\n"
            )
    return [news, english, contexts]


def kept_apart(question: str) -> bool:
    """Whether a question is one of those that the reader is not trained on."""
    return zlib.crc32(question.encode()) % KEPT_APART == 0


def _questions(
    data: Path, rng: random.Random, of_each: int
) -> Iterator[tuple[str, str, tuple[str, ...], bool]]:
    """(question, language, answers, whether it is one of our own), in random order.

    There are no answers where the articles hold none.
    """
    out: list[tuple[str, str, tuple[str, ...], bool]] = []
    known = [
        row for row in rows(data / "train/qa.jsonl.xz") if row["answers"] and row["answers"][0]
    ]
    out += [
        (row["question"], "zh", tuple(row["answers"]), False)
        for row in rng.sample(known, min(of_each, len(known)))
    ]
    foreign = foreign_questions(data)
    out += [(row["question"], row["lang"], (), False) for row in foreign if row["named"]]
    for lang in ("zh", "en"):
        some = [row for row in foreign if row["lang"] == lang and not row["named"]]
        out += [
            (row["question"], lang, (), False) for row in rng.sample(some, min(of_each, len(some)))
        ]
    english = [row for row in rows(data / "train/qa_en.jsonl.xz")]
    out += [
        (row["question"], "en", (), False)
        for row in rng.sample(english, min(of_each // 3, len(english)))
    ]
    ours = [row for row in asked_questions(data) if row["part"] == "train" and not row["several"]]
    for lang in ("zh", "en"):
        some = [row for row in ours if row["lang"] == lang]
        out += [
            (row["question"], lang, tuple(row["answers"]), True)
            for row in rng.sample(some, min(of_each, len(some)))
        ]
    rng.shuffle(out)
    yield from (one for one in out if any(map(str.isalnum, one[0])) and not kept_apart(one[0]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--index", type=Path, required=True, help="folder of the index: made where there is none"
    )
    parser.add_argument("--questions", type=int, default=6_000, help="of each kind")
    parser.add_argument("--seed", type=int, default=11)
    given = parser.parse_args()
    if not (given.index / "CURRENT").exists():
        given.index.mkdir(parents=True, exist_ok=True)
        corpus = _corpus(given.data, given.index.parent)
        Index.build(corpus, given.index)
    rng = random.Random(given.seed)
    with (
        Index.open(given.index) as index,
        given.out.with_suffix(".new").open("w", encoding="utf8") as out,
    ):
        for number, (question, lang, answers, own) in enumerate(
            _questions(given.data, rng, given.questions)
        ):
            hits = index.search(question[:500], k=10)
            chosen = hits[:3] + ([rng.choice(hits[3:])] if len(hits) > 3 else [])
            for rank, hit in enumerate(chosen[:WORST]):
                spans = (
                    [span for answer in answers for span in occurrences(hit.text, answer)]
                    if answers
                    else []
                )
                if answers and not spans and hit.article_id.startswith("q"):
                    continue  # of the encyclopaedia: it may say it in other words
                if own and (spans or hit.article_id.startswith("q")):
                    continue  # its own text, or another one that seems to say it
                lead = hit.title or (index.article(hit.article_id).text[:LEAD] if hit.start else "")
                one = {
                    "question": question,
                    "lang": lang,
                    "title": lead,
                    "text": hit.text,
                    "spans": spans,
                    "rank": rank,
                    "score": hit.score,
                    "article": hit.article_id,
                }
                out.write(json.dumps(one, ensure_ascii=False) + "\n")
            if number % 1000 == 0:
                print(number, flush=True)
    given.out.with_suffix(".new").replace(given.out)


if __name__ == "__main__":
    main()
