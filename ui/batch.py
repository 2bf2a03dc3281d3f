"""Many questions and their answers as one table, as HTML and as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.answer.types import Answer
from rag.question_table import RESULTS, QuestionTable, TableWriter, result
from rag.ui.asked import QuestionRequest
from rag.ui.filters import to_link
from rag.ui.templating import macro
from rag.ui.texts import text

MOST = 200
"""Questions at once; more are for the command line."""


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
    rows = (dict(one, grade=text(lang, f"grade_{one['grade']}")) for one in run.cells)
    return writer.head() + "".join(writer.row(at, row) for at, row in enumerate(rows))


def link(question: str) -> str:
    """What asks a question in the chat."""
    return to_link(QuestionRequest(question))


progress = macro("batch", "progress")
"""How far a run is, and in the end how it went, in a language."""
table = macro("batch", "table")
"""What came of each question of a run, in a language; nothing before the first is answered."""
notice = macro("parts", "notice")
"""What the page says where there is no table, in its language."""
