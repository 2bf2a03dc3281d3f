"""Reading questions of our own, in both languages, on texts of the training data.

``asked.jsonl`` has a text a line, by its id, with how many of its characters were read, and the
questions that were written by reading them: in English ("en"), in Chinese ("zh"), and such as ask
for all names of which something is said ("lists"). Behind each question stand its answers, as the
text writes them. Half of the questions have none: they are near misses, whose subject is in the
text while the fact is not. The texts themselves stay in the training data.
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
# Questions that the news do not answer and that name something, which those of the data do not.
FOREIGN = Path(__file__).with_name("foreign.tsv")
KINDS = ("en", "zh", "lists")


def context_id(text: str) -> str:
    """The id of a context of the reading questions, which have none in the training data."""
    return hashlib.sha1(text.encode()).hexdigest()[:12]


def foreign_questions(data: Path) -> list[dict]:
    """Questions that the news do not answer: rows with "lang", "question" and "named"."""
    rest = [row | {"named": False} for row in rows(data / "train/unanswered.jsonl.xz")]
    lines = FOREIGN.read_text("utf8").splitlines()[1:]
    named = (line.split("\t") for line in lines)
    return rest + [{"lang": lang, "question": text, "named": True} for lang, text in named]


def asked_questions(data: Path, file: Path = FILE) -> list[dict]:
    """The questions, as rows of reading questions.

    Each has "part" ("train" or "test"), "id", "title", "context", "context_lang", "question",
    "lang" (its language) and "answers", none where the context does not answer. Where "several" is
    true all of them are asked for.
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
        shared = {"part": row["part"], "id": row["id"], "title": title, "context_lang": lang}
        shared["context"] = text[: row["length"]]
        out += [
            shared | _question(question, answers, kind)
            for kind in KINDS
            for question, *answers in row.get(kind, ())
        ]
    return out


def _question(question: str, answers: list[str], kind: str) -> dict:
    lang = kind if kind != "lists" else "zh" if has_chinese(question) else "en"
    return {"question": question, "lang": lang, "answers": answers, "several": kind == "lists"}


def stories(file: Path = STORIES) -> list[dict]:
    """Questions on invented news whose structure tells which of several things answers.

    They are rows as those of :func:`asked_questions`, without "part" and "id".
    """
    out = []
    for block in file.read_text("utf8").split("\n###\n"):
        head, text, *lines = block.strip("\n").split("\n")
        lang, title = head.split("\t")
        shared = {"title": title, "context": text, "context_lang": lang}
        for line in lines:
            _, question, answers = line.split("\t")
            several = [answer for answer in answers.split("|") if answer]
            kind = "lists" if len(several) > 1 else "zh" if has_chinese(question) else "en"
            out.append(shared | _question(question, several, kind))
    return out
