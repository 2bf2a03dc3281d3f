"""Reading questions of our own, in both languages, on texts of the training data.

``asked.jsonl`` has a question a line, written by reading the text. Half of them are answered there,
half are near misses, whose subject is in the text while the fact is not; some ask for all names of
which something is said. The texts themselves stay in the training data: a line names the id, and
how many characters of the text were read.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from rag.question.script import has_chinese
from training.reader.sources import rows

# Invented news with questions: blocks between lines "###", each the language and the title, the
# text, and lines "Q" with question and answers; tabs between the fields.
STORIES = Path(__file__).with_name("stories.txt")
FILE = Path(__file__).with_name("asked.jsonl")


def context_id(text: str) -> str:
    """The id of a context of the reading questions, which have none in the training data."""
    return hashlib.sha1(text.encode()).hexdigest()[:12]


def asked_questions(data: Path, file: Path = FILE) -> list[dict]:
    """The questions, as rows of reading questions.

    Each has "part" ("train" or "test"), "id", "question", "lang" (its language), "title", "context", "context_lang" and "answers",
    which is empty where the context does not answer. Where "several" is true all of the answers are
    asked for.
    """
    found = [json.loads(line) for line in file.read_text("utf8").splitlines()]
    wanted = {row["id"] for row in found}
    texts = {}
    for row in rows(data / "train/qa.jsonl.xz"):
        name = context_id(row["context"])
        if name in wanted:
            texts[name] = (row.get("title") or "", row["context"], "zh")
    for row in rows(data / "train/titled_news.jsonl.xz"):
        if row["id"] in wanted:
            texts[row["id"]] = (row["title"], row["text"], row["lang"])
    out = []
    for row in found:
        title, text, lang = texts[row["id"]]
        out.append(
            {
                "part": row["part"],
                "id": row["id"],
                "question": row["question"],
                "lang": row["lang"],
                "title": title,
                "context": text[: row["length"]],
                "context_lang": lang,
                "answers": row["answers"],
                "several": row.get("several", False),
            }
        )
    return out


def stories(file: Path = STORIES) -> list[dict]:
    """Questions on invented news whose structure tells which of several things answers.

    They are rows as those of :func:`asked_questions`, without "part" and "id".
    """
    out = []
    for block in file.read_text("utf8").split("\n###\n"):
        head, text, *lines = block.strip("\n").split("\n")
        lang, title = head.split("\t")
        for line in lines:
            _, question, answers = line.split("\t")
            several = [answer for answer in answers.split("|") if answer]
            out.append(
                {
                    "question": question,
                    "lang": "zh" if has_chinese(question) else "en",
                    "title": title,
                    "context": text,
                    "context_lang": lang,
                    "answers": several,
                    "several": len(several) > 1,
                }
            )
    return out
