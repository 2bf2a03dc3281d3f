"""Renders many questions and their answers as one table, in HTML and CSV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.answer.types import Answer
from rag.question_table import RESULT_COLUMNS, QuestionTable, TableWriter, result
from rag.ui.filters import to_link
from rag.ui.templating import macro
from rag.ui.texts import text
from rag.ui.turn import QuestionRequest

MAX_BATCH_QUESTIONS = 200
"""Maximum questions of a batch on the page; the command line takes more."""


@dataclass(frozen=True, slots=True)
class Run:
    """A batch of questions and the results so far.

    Attributes:
        sheet: the questions.
        cells: result cells of each finished row, as :func:`rag.question_table.result` returns them.
        stopped: whether the reader has stopped the run.
    """

    sheet: QuestionTable = QuestionTable(("question",), (), 0)
    cells: tuple[Mapping[str, str], ...] = ()
    stopped: bool = False

    @property
    def done(self) -> bool:
        """Whether no more results will come."""
        return self.stopped or len(self.cells) == len(self.sheet.rows)


def cells(answer: Answer) -> dict[str, str]:
    """Returns the result cells of an answer; "lang" is that of its first citation."""
    row = result(answer)
    return {**row, "lang": answer.citations[0].lang} if answer.citations else row


def as_csv(run: Run, lang: str) -> str:
    """Returns the finished rows as CSV."""
    writer = TableWriter(run.sheet, {name: text(lang, f"csv_{name}") for name in RESULT_COLUMNS})
    rows = (dict(one, grade=text(lang, f"grade_{one['grade']}")) for one in run.cells)
    return writer.head() + "".join(writer.row(at, row) for at, row in enumerate(rows))


def link(question: str) -> str:
    """Returns the query of a link that asks a question in the chat."""
    return to_link(QuestionRequest(question))


progress = macro("batch", "progress")
"""Renders the progress of a run, and at the end its outcome, in a language."""
table = macro("batch", "table")
"""Renders the results of a run, in a language; nothing before the first is there."""
notice = macro("parts", "notice")
"""Renders a message in place of the table, in its language."""
