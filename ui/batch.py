"""Many questions and their answers as one table, as HTML and as CSV."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from rag.answer.types import Answer
from rag.question_table import RESULTS, QuestionTable, TableWriter, failed, result
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


def cells(answer: Answer | None, reason: str = "") -> dict[str, str]:
    """The cells of a row for an answer, or for why there is none."""
    if answer is None:
        return failed(reason)
    told = result(answer)
    return {**told, "lang": answer.citations[0].lang} if answer.citations else told


def as_csv(run: Run, lang: str) -> str:
    """The rows that are done."""
    writer = TableWriter(run.sheet, {name: text(lang, f"csv_{name}") for name in RESULTS})
    return writer.head() + "".join(
        writer.row(at, {**one, "grade": text(lang, f"grade_{one['grade']}")})
        for at, one in enumerate(run.cells)
    )


_progress = macro("batch", "progress")
_table = macro("batch", "table")


def progress(run: Run, lang: str) -> str:
    """How far it is, and in the end how it went."""
    total, at = len(run.sheet.rows), len(run.cells)
    if not total:
        return ""
    counts = Counter(one["grade"] for one in run.cells)
    if not run.done:
        words = text(lang, "batch_at", n=at + 1, total=total)
    elif run.stopped:
        words = text(lang, "batch_stopped", n=at, total=total)
    else:
        words = text(
            lang,
            "batch_done",
            total=total,
            **{grade: counts[grade] for grade in ("answered", "near", "nothing")},
        )
        words += text(lang, "batch_failed", n=counts["error"]) if counts["error"] else ""
    return _progress(words, total, at, run.done, lang)


def table(run: Run, lang: str) -> str:
    """What came of each question; nothing before the first is answered."""
    if not run.cells:
        return ""
    rows = [
        (question, to_link(QuestionRequest(question)), defaultdict(str, cells))
        for question, cells in zip(run.sheet.questions, run.cells, strict=False)
    ]
    return _table(rows, QUOTE, lang)


def check(sheet: QuestionTable, lang: str) -> str:
    """Why a sheet is not asked; "" where it is."""
    return (
        text(lang, "batch_many", most=MOST, n=f"{len(sheet.rows):,}")
        if len(sheet.rows) > MOST
        else ""
    )


notice = macro("parts", "notice")
"""What the page says where there is no table, in its language."""
