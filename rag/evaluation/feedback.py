"""Readers' verdicts on answers: writes them as lines of a file in the folder of an index, and reads
them back as questions with relevant articles.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeGuard

from rag.answer.types import Answer
from rag.errors import StorageError
from rag.evaluation.questions import Question, make_question, refused, rows

FEEDBACK_FILE = "feedback.jsonl"
"""Name of the file in the folder of an index; no build and no rollback touches it."""
VERDICTS = ("right", "wrong", "quote")
"""The answer is right; it is wrong; or one quote does not say what it is cited for."""
SIZE_LIMIT = 16_000_000
"""Maximum bytes of the file; further lines are refused, so that nobody can fill the disk."""
_EXPECTED = '{"question": "…", "verdict": "right", "articles": ["id", …]}'


def append(path: Path, question: str, verdict: str, answer: Answer, number: int = 0) -> None:
    """Adds a reader's verdict on an answer to the file, as one line of JSON. The file is created if
    it is missing. Several processes may do so at the same time.

    Args:
        path: the file.
        question: the full question, as it was answered.
        verdict: one of ``VERDICTS``.
        answer: the answer that the verdict is about.
        number: number, from 1, of the citation that a verdict "quote" is about; 0 for none.

    Raises StorageError if the file cannot be written or is full (:data:`SIZE_LIMIT`).
    """
    from filelock import FileLock, Timeout

    from rag import __version__

    cited = answer.nearest if answer.refused else answer.citations
    row = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "question": question,
        "verdict": verdict,
        "citation": cited[number - 1].id if 0 < number <= len(cited) else "",
        "refused": answer.refused,
        "citations": [one.id for one in cited],
        "articles": [one.article_id for one in cited],
        "index_version": answer.index_version,
        "version": __version__,
    }
    line = (json.dumps(row, ensure_ascii=False) + "\n").encode()
    try:
        with FileLock(f"{path}.lock", timeout=5), path.open("ab") as file:
            if file.tell() + len(line) > SIZE_LIMIT:
                raise StorageError(
                    f"expected room in {path} for more feedback, but it has {file.tell():,} bytes:"
                    " move it away"
                )
            file.write(line)
    except (OSError, Timeout) as error:
        raise StorageError(
            f"expected to write feedback to {path}, but {error}: check the folder's rights"
        ) from error


def is_feedback(path: Path) -> bool:
    """Whether a file of JSON Lines holds feedback, judging by its first line."""
    _, first = next(rows(path, _EXPECTED), (0, {}))
    return "verdict" in first


def read_feedback(path: Path) -> Iterator[Question]:
    """Yields the questions whose last verdict is "right"; the articles that their answers cite are
    their relevant articles.

    An article is left out if a reader objected to each of its quotes. Refusals are left out, as no
    article answers them.

    Raises UsageError if a line is no feedback.
    """
    last: dict[str, tuple[int, dict]] = {}
    wrong: dict[str, set[str]] = {}
    for number, row in rows(path, _EXPECTED):
        question, cited, articles = row.get("question"), row.get("citations"), row.get("articles")
        listed = _are_ids(cited) and _are_ids(articles) and len(cited) == len(articles)
        if row.get("verdict") not in VERDICTS or not isinstance(question, str) or not listed:
            raise refused(path, number, _EXPECTED, row)
        if row["verdict"] == "quote":
            wrong.setdefault(question, set()).add(str(row.get("citation", "")))
        else:
            last[question] = number, row
    for question, (number, row) in last.items():
        relevant = {
            article: 1
            for one, article in zip(row["citations"], row["articles"], strict=True)
            if one not in wrong.get(question, ())
        }
        if row["verdict"] == "right" and relevant and not row.get("refused"):
            yield make_question(path, number, number, question, relevant, {})


def _are_ids(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(one, str) and one for one in value)
