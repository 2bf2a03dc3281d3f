"""Exports answers as Markdown, JSON and CSV; citation ids are the same in every session."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from rag.answer.types import Citation
from rag.plain import also_searched, column_lines, column_name
from rag.question_table import line
from rag.ui.chips import quoted
from rag.ui.filters import told
from rag.ui.render import spent
from rag.ui.texts import text
from rag.ui.turn import Turn, cited, valid

_EXPORT_HEADINGS = ("place", "detail", "quote", "title_column", "from_source", "date_column")
"""Text keys for the headings of the first columns of the CSV table."""


def as_markdown(turns: Sequence[Turn], lang: str) -> str:
    """Returns questions, answers and quotes as Markdown that is also readable as plain text.

    ``lang`` is the page's language.
    """
    parts = [_turn(turn, lang) for turn in turns if turn.answer]
    return "\n\n".join(parts) + "\n" if parts else ""


def as_json(turns: Sequence[Turn]) -> str:
    """Returns a JSON list of objects with ``asked`` (question, filters, lifted constraints) and
    ``answer`` (as in docs/answer.schema.json).
    """
    answered = [turn for turn in turns if turn.answer]
    rows = [{"asked": asdict(one.asked), "answer": one.answer.to_dict()} for one in answered]
    for one in rows:
        del one["asked"]["after"]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def as_csv(turn: Turn, lang: str) -> str:
    """Returns the rows of an answer as CSV for spreadsheets: headings, then one line per quote."""
    heads = [text(lang, key) for key in _EXPORT_HEADINGS]
    named = [column_name(one.asks, lang) for one in turn.answer.columns]
    rows = [[*heads, "URL", "ID", *named]]
    for at, row in enumerate(turn.answer.rows):
        further = [column.cells[at].text for column in turn.answer.columns]
        for number in valid(turn, row.citations):
            one = cited(turn)[number - 1]
            about = (one.quote, one.title, one.source, one.date, one.url, one.id)
            rows.append([row.label, row.detail, *about, *further])
    # Without the byte order mark, a spreadsheet would assume its system's own encoding.
    return "\ufeff" + "".join(map(line, rows))


def _turn(turn: Turn, lang: str) -> str:
    """Returns a turn as Markdown: question, restrictions, answer, notes and sources."""
    answer = turn.answer
    under = [words for _, words in told(turn.asked.filters, lang)]
    under += [text(lang, "without", words=quoted((one,), lang)) for one in turn.asked.without]
    # A refusal's nearest quotes are not sources of an answer.
    sources = () if answer.refused else answer.citations
    parts = (
        f"## {_line(answer.completed or answer.question)}",
        f"({' · '.join(map(_line, under))})" if under else "",
        answer.text,
        column_lines(answer),
        also_searched(answer),
        f"({spent(answer)})" if answer.written else "",
        "\n".join(_source(number, one) for number, one in enumerate(sources, 1)),
    )
    return "\n\n".join(filter(None, parts))


def _source(number: int, one: Citation) -> str:
    about = map(_line, (one.title or one.article_id, one.source, one.date, one.url))
    return f"[{number}] “{_line(one.quote)}”: {', '.join(filter(None, about))} (id {one.id})"


def _line(raw: str) -> str:
    """Returns a text on one line."""
    return " ".join(raw.split())
