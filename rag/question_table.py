"""Reads a table of questions and writes it with their answers, for ``yinju batch`` and the page's
batch tab.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.answer.types import Answer

RESULT_COLUMNS = ("grade", "answer", "quote", "title", "source", "date", "url", "all_quotes")
"""Columns that are added after those of the questions: how the question was answered (one of
``rag.answer.types.GRADES``, or "error"), the answer in short, the first quote with its article, and
all quotes, a line for each. A refusal has no answer and no quote; if the articles are about the
subject of the question, its ``all_quotes`` has the nearest quotes.
"""
_NAMES = ("question", "questions", "问题", "提问", "問題", "提問")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_DELIMITERS = ",;\t"


class NoQuestions(UsageError):
    """A table contains no question."""


@dataclass(frozen=True, slots=True)
class QuestionTable:
    """A table of questions.

    Attributes:
        columns: names of the columns.
        rows: the cells of each row, as many as there are columns.
        at: index of the column with the questions, from 0.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    at: int

    @property
    def questions(self) -> list[str]:
        """The question of each row."""
        return [row[self.at] for row in self.rows]


def read_sheet(text: str) -> QuestionTable:
    """Reads questions from a CSV (with commas, semicolons or tabs) whose first line names a column
    "question" or "问题". Any other text has a question on each line. Rows without a question are
    left out.

    Raises NoQuestions if there is no question at all, UsageError for a CSV that cannot be read.
    """
    text = text.removeprefix("\ufeff")
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    columns = [cell.strip() for cell in next(csv.reader([first], delimiter=delimiter), [])]
    at = next((at for at, name in enumerate(columns) if name.casefold() in _NAMES), None)
    if at is None:
        columns, at = ["question"], 0
        rows: list[tuple[str, ...]] = [(line.strip(),) for line in lines]
    else:
        try:
            read = csv.reader(io.StringIO(text), delimiter=delimiter)
            _, *filled = (row for row in read if any(map(str.strip, row)))
        except csv.Error as error:
            raise UsageError(
                f"expected a table as CSV, got one that cannot be read ({error})"
            ) from error
        rows = [tuple((*row, *[""] * len(columns))[: len(columns)]) for row in filled]
    sheet = QuestionTable(tuple(columns), tuple(row for row in rows if row[at].strip()), at)
    if not sheet.rows:
        raise NoQuestions(
            'expected questions, one a line or in a column named "question", got none'
        )
    return sheet


def short(answer: Answer) -> str:
    """The answer in the short form for a cell: the supported sentences that a language model wrote,
    or else the values of its rows, or else its first quote. Small talk and facts about the corpus
    are taken as they are; "" for a refusal."""
    if answer.refused:
        return ""
    if answer.written and (
        supported := [one.text for one in answer.written.sentences if one.supported]
    ):
        return (" " if answer.lang == "en" else "").join(supported)
    named = dict.fromkeys(f"{row.label} {row.value}".strip() for row in answer.rows if row.label)
    if named and answer.kind != "corpus":
        return ("; " if answer.lang == "en" else "；").join(named)
    if answer.kind in ("talk", "corpus"):
        return answer.text.strip()
    return " ".join(answer.citations[0].quote.split()) if answer.citations else answer.text.strip()


def result(answer: Answer) -> dict[str, str]:
    """The cells of :data:`RESULT_COLUMNS` for an answer."""
    from rag.plain import heading

    listed = {"answered": answer.citations, "near": answer.nearest}.get(answer.grade, ())
    lines = [
        f"[{n}] “{' '.join(one.quote.split())}” {heading(one)} {one.url}".strip()
        for n, one in enumerate(listed, 1)
    ]
    cells = {"grade": answer.grade, "answer": short(answer), "all_quotes": "\n".join(lines)}
    for name in ("quote", "title", "source", "date", "url") if answer.citations else ():
        cells[name] = getattr(answer.citations[0], name)
    return cells


def failed(reason: str) -> dict[str, str]:
    """The cells of :data:`RESULT_COLUMNS` for a question that failed with an error."""
    return {"grade": "error", "answer": reason}


class TableWriter:
    """Writes a table of questions with the results, row by row, as CSV for spreadsheets.

    Args:
        sheet: the questions that were asked.
        names: other names for columns of :data:`RESULT_COLUMNS`.
    """

    def __init__(self, sheet: QuestionTable, names: Mapping[str, str] | None = None) -> None:
        self._sheet, self._names = sheet, names or {}

    def head(self) -> str:
        """The first line, with the names of the columns. It begins with a byte order mark, without
        which a spreadsheet would assume its system's own encoding."""
        return "\ufeff" + line(
            [*self._sheet.columns, *(self._names.get(name, name) for name in RESULT_COLUMNS)]
        )

    def row(self, number: int, cells: Mapping[str, str]) -> str:
        """The line of the row with this number, from 0, and its results."""
        return line([*self._sheet.rows[number], *(cells.get(name, "") for name in RESULT_COLUMNS)])


def cell(raw: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula: an apostrophe is put before a text
    that could begin one (OWASP, CSV injection).
    """
    risky = raw.startswith(_FORMULA) or raw.lstrip(" \ufeff").startswith(_FORMULA)
    return f"'{raw}" if risky else raw


def line(cells: Iterable[str]) -> str:
    """A line of a table as CSV for spreadsheets."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(map(cell, cells))
    return out.getvalue()
