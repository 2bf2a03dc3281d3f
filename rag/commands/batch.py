"""``yinju batch``: a table of questions in, the same table with the answers out."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, TYPE_CHECKING

import click

from rag import options
from rag.assistant import Assistant
from rag.errors import UsageError
from rag.question_table import TableWriter, failed, read_sheet, result
from rag.terminal import Progress, json_line

if TYPE_CHECKING:
    from rag.library import Index
    from rag.search.types import Filters
    from rag.writing.models import Llm


@options.command(
    click.argument("file", type=click.File("rb")),
    click.option(
        "--output",
        "-o",
        type=click.File("wb", lazy=True),
        default="-",
        metavar="FILE",
        help="Where the table goes.  [default: standard output]",
    ),
    options.opened_here,
    options.narrowed,
    options.llm,
    options.json,
)
def batch(
    file: IO[bytes],
    output: IO[bytes],
    opened: Callable[[], Index],
    llm: Llm | None,
    as_json: bool,
    filters: Filters,
) -> None:
    """Answer the questions of FILE, "-" for standard input, and write them as CSV with their
    answers.

    FILE is a CSV with a column "question" (or 问题), or a question a line. Its columns come back
    with grade, answer, quote, title, source, date, url and all_quotes behind them; --json writes an
    object a line. Each row is written as soon as it is answered, so that what is stopped keeps what
    it has.
    """
    from rag.corpus.encoding import NotText, decode

    try:
        sheet = read_sheet(decode(file.read()))
    except NotText as error:
        raise UsageError(f"expected a table of questions, got no text: {error}") from error
    assistant, writer = Assistant(opened(), llm), TableWriter(sheet)

    def put(text: str) -> None:
        output.write(text.encode("utf-8", "replace"))
        output.flush()

    if not as_json:
        put(writer.head())
    with Progress() as progress:
        for number, question in enumerate(sheet.questions):
            progress(number, len(sheet.rows), "questions")
            row: dict[str, object] = {"id": number + 1, "question": question}
            try:
                answer = assistant.ask(question, (), filters)
            except UsageError as error:
                cells = failed(str(error))
                row["error"] = str(error)
            else:
                cells = result(answer)
                row["answer"] = answer.to_dict() if as_json else None
            put(json_line(row) if as_json else writer.row(number, cells))
        progress(len(sheet.rows), len(sheet.rows), "questions")
