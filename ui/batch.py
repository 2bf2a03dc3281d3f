"""Many questions and their answers as one table, as HTML and as CSV."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from rag.answer.types import Answer
from rag.question_table import RESULTS, QuestionTable, TableWriter, result
from rag.ui.asked import QuestionRequest
from rag.ui.filters import to_link
from rag.ui.templating import macro
from rag.ui.texts import text

MOST = 200
"""Questions at once; more are for the command line."""
QUOTE = 300
"""Characters of a quote in the table; it is whole in the CSV."""


@dataclass(frozen=True, slots=True)
class Run:
    """Questions, and what came of them so far.

    Attributes:
        sheet: the questions.
        cells: of each row that is done, as :func:`rag.question_table.result` gives them.
        stopped: whether the reader wanted no more.
    """

    sheet: QuestionTable = QuestionTable(("question",), (), 0)
    cells: tuple[Mapping[str, str], ...] = ()
    stopped: bool = False

    @property
    def done(self) -> bool:
        """Whether no more will come."""
        return self.stopped or len(self.cells) == len(self.sheet.rows)


def cells(answer: Answer) -> dict[str, str]:
    """The cells of a row for an answer."""
    told = result(answer)
    return {**told, "lang": answer.citations[0].lang} if answer.citations else told


def as_csv(run: Run, lang: str) -> str:
    """The rows that are done."""
    writer = TableWriter(run.sheet, {name: text(lang, f"csv_{name}") for name in RESULTS})
    grades = (text(lang, f"grade_{one['grade']}") for one in run.cells)
    rows = (
        writer.row(at, {**one, "grade": grade})
        for at, (one, grade) in enumerate(zip(run.cells, grades, strict=True))
    )
    return writer.head() + "".join(rows)


_progress = macro("batch", "progress")
_table = macro("batch", "table")


def progress(run: Run, lang: str) -> Markup:
    """How far it is, and in the end how it went."""
    total, at = len(run.sheet.rows), len(run.cells)
    if not total:
        return Markup()
    if not run.done:
        words = text(lang, "batch_at", n=at + 1, total=total)
    elif run.stopped:
        words = text(lang, "batch_stopped", n=at, total=total)
    else:
        counts = {"answered": 0, "near": 0, "nothing": 0}
        counts |= Counter(one["grade"] for one in run.cells)
        failed = counts.pop("error", 0)
        words = text(lang, "batch_done", total=total, **counts)
        words += text(lang, "batch_failed", n=failed) if failed else ""
    return _progress(words, total, at, run.done, lang)


def table(run: Run, lang: str) -> Markup:
    """What came of each question; nothing before the first is answered."""
    if not run.cells:
        return Markup()
    rows = [
        (question, to_link(QuestionRequest(question)), defaultdict(str, cells))
        for question, cells in zip(run.sheet.questions, run.cells, strict=False)
    ]
    return _table(rows, QUOTE, lang)


notice = macro("parts", "notice")
"""What the page says where there is no table, in its language."""
