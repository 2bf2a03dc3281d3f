"""Reads test collections in BEIR's layout (Thakur et al. 2021): corpus.jsonl, queries.jsonl and
qrels/*.tsv.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from rag.corpus import detect_lang, read_corpus
from rag.corpus.article import Article, Skipped
from rag.errors import UsageError
from rag.evaluation.questions import Question, lines, make_question, note_id, refused, rows

_QUERY = '{"_id": "…", "text": "…"}'
_ARTICLE = '{"_id": "…", "text": "…"[, "title": "…"]}'
_JUDGED = "query-id, corpus-id and a whole number, between tabs"


def is_beir(path: str | Path) -> bool:
    """Whether a path is a folder with a collection in BEIR's layout."""
    return (Path(path) / "corpus.jsonl").is_file() and (Path(path) / "queries.jsonl").is_file()


def read_beir(path: Path) -> Iterator[Question]:
    """Yields the queries of a folder that have relevant articles, in the order of queries.jsonl.

    A query may have "lang" and "pair"; see :func:`rag.evaluation.read_questions`.

    Args:
        path: one file of judgements in ``qrels/``; or the folder, whose ``qrels/test.tsv`` or only
            file of judgements is then read.

    Raises:
        UsageError: a file is missing, or a line is not as expected; the message names file and
            line.
    """
    judged_file = _judgements(path) if path.is_dir() else path
    queries = (path if path.is_dir() else path.parent.parent) / "queries.jsonl"
    relevant: dict[str, dict[str, int]] = defaultdict(dict)
    judged_at: dict[str, int] = {}
    for number, line in lines(judged_file):
        query, article, grade = (*line.split("\t"), "", "", "")[:3]
        if number == 1 and query == "query-id":
            continue
        if not query or not article or not grade.strip().removeprefix("-").isdecimal():
            raise refused(judged_file, number, _JUDGED, line)
        judged_at.setdefault(query, number)
        if int(grade) > 0:
            relevant[query][article] = int(grade)
    seen: dict[str, int] = {}
    for number, row in rows(queries, _QUERY):
        name = str(row.get("_id", ""))
        if not name:
            raise refused(queries, number, "an _id of its own", row)
        note_id(seen, queries, number, name, "_id")
        if name in relevant:
            yield make_question(queries, number, name, row.get("text"), relevant[name], row)
    for name, number in judged_at.items():
        if name not in seen:
            raise refused(judged_file, number, f"an _id of {queries.name}", name)


def _judgements(folder: Path) -> Path:
    found = sorted((folder / "qrels").glob("*.tsv"))
    if len(found) > 1 and (folder / "qrels" / "test.tsv") in found:
        return folder / "qrels" / "test.tsv"
    if len(found) != 1:
        seen = ", ".join(file.name for file in found) or "none"
        advice = "put it there, or name a JSON Lines file"
        if found:
            advice = "name one of them instead of the folder"
        raise UsageError(
            f"expected {folder} in BEIR's layout with one file of judgements, qrels/test.tsv, found"
            f" {seen}: {advice}"
        )
    return found[0]


def read_articles(paths: Iterable[str | Path]) -> Iterator[Article | Skipped]:
    """Yields the articles of files and folders, as ``rag.corpus.read_corpus`` does, and also those
    of folders in BEIR's layout.

    Raises:
        CorpusError: a path does not exist.
    """
    for path in map(Path, paths):
        yield from _read_corpus_file(path / "corpus.jsonl") if is_beir(path) else read_corpus(path)


def _read_corpus_file(path: Path) -> Iterator[Article | Skipped]:
    for number, line in lines(path):
        where = f"{path}:{number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Skipped(where, f"not JSON ({error}): expected {_ARTICLE}")
            continue
        keys = ("_id", "text", "title", "lang")
        values = [row.get(key) or "" for key in keys] if isinstance(row, dict) else [""]
        if not values[0] or not all(isinstance(value, str) for value in values):
            yield Skipped(where, f"expected {_ARTICLE}, all of them strings")
            continue
        name, text, title, lang = values
        # Some collections in this layout judge documents that hold nothing but a title.
        text = text if text.strip() else title
        lang = lang or detect_lang(f"{title}\n{text}")
        if text.strip():
            yield Article(name, text, title, lang=lang, path=str(path))
        else:
            yield Skipped(where, "empty: expected the text of an article, found none")
