"""Adds columns to a list: when, how many and who, for each row, read in the row's own quotes.

The reader is asked anew for each row, and only what stands in a quote of that row counts: a cell
needs no other evidence than its row has.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence

import numpy as np

from rag.answer.types import COLUMNS, Answer, Cell, Citation, Column, Row
from rag.corpus.places import find_places
from rag.errors import UsageError
from rag.index import Snapshot
from rag.question.script import simplified
from rag.question.wording import understand
from rag.reader.reading import Finding, read
from rag.reader.values import Value, find_dates, find_numbers
from rag.reader.windows import Window, windows_of

# The least log-odds that the reader must give a cell. A figure or date need only be the likeliest
# in its sentence; of a name the reader must be sure. Chosen by looking at the answers to a dozen
# questions, not fitted.
_LEAST = {"when": -4.0, "how_many": -6.0, "who": -1.0}
_SPANS = 12
_ASKS = {
    "en": {"when": "When", "how_many": "How many", "who": "Who"},
    "zh": {"when": "什么时候", "how_many": "数量是多少", "who": "谁"},
}
ROWS_READ = 60
"""Rows for which cells are sought; those behind them get none."""


def is_extensible(answer: Answer) -> bool:
    """Whether an answer is a list to which columns can be added: it names at least two things."""
    named = [row for row in answer.rows if row.label and row.citations]
    return answer.kind not in ("talk", "corpus", "number", "date") and len(named) > 1


def with_columns(snapshot: Snapshot, answer: Answer, asks: Sequence[str]) -> Answer:
    """The answer with further columns.

    Args:
        snapshot: the index that answered, or a later version of it.
        answer: any; one that is no list is returned as it is.
        asks: the columns to add, from ``COLUMNS``, in order. Columns that the answer has stay.

    Raises:
        UsageError: ``asks`` has a column that does not exist.
    """
    if odd := [one for one in asks if one not in COLUMNS]:
        raise UsageError(f"expected columns of {', '.join(COLUMNS)}, got {odd[0]!r}")
    known = {one.asks for one in answer.columns}
    wanted = [one for one in dict.fromkeys(asks) if one not in known]
    if not wanted or not is_extensible(answer):
        return answer
    columns = list(answer.columns)
    for one in wanted:
        cells = [_cell(snapshot, answer, row, one) for row in answer.rows[:ROWS_READ]]
        cells += [Cell()] * (len(answer.rows) - ROWS_READ)
        columns.append(Column(one, tuple(cells)))
    return dataclasses.replace(answer, columns=tuple(columns))


def _cell(snapshot: Snapshot, answer: Answer, row: Row, asks: str) -> Cell:
    """The likeliest cell for a row: each of its quotes is read with the column's question."""
    candidates: list[tuple[float, str, int]] = []
    for number in row.citations if row.label else ():
        citation = answer.citations[number - 1]
        windows = _windows(snapshot, citation)
        readings = read(snapshot.model, _question(answer, row.label, asks), windows, _SPANS)
        findings = [
            one
            for reading in readings
            for one in reading.findings
            if citation.start <= one.start and one.end <= citation.end
        ]
        values = _cell_values(citation, findings, asks)
        candidates += [(margin, text, number) for text, margin in values if margin >= _LEAST[asks]]
    if not candidates:
        return Cell()
    _, text, number = max(candidates, key=lambda one: one[0])
    return Cell(text, (number,))


def _cell_values(
    citation: Citation, findings: Sequence[Finding], asks: str
) -> Iterator[tuple[str, float]]:
    """What may fill the cell, with the log-odds that the reader gives it."""
    if asks == "who":
        yield from ((one.text, one.margin) for one in findings if not _is_place(one.text))
        return
    for value in _dates(citation.quote) if asks == "when" else find_numbers(citation.quote):
        start, end = value.start + citation.start, value.end + citation.start
        margins = [one.margin for one in findings if one.start < end and start < one.end]
        if margins:
            yield value.text, max(margins)


def _is_place(text: str) -> bool:
    """Whether place names make up at least half of some words ("In Shandong")."""
    return 2 * sum(one.end - one.start for one in find_places(text)) >= len(text)


def _dates(quote: str) -> list[Value]:
    """The dates in a quote; four digits need a preposition before, as "2000个" is a figure."""
    return [one for one in find_dates(quote) if not one.text.isdigit() or one.text in _years(quote)]


def _years(quote: str) -> list[str]:
    """The years that stand after a preposition in an English quote."""
    return re.findall(r"\b(?:in|since|of|by|from|until|to)\s+(\d{4})\b", quote)


def _windows(snapshot: Snapshot, citation: Citation) -> list[Window]:
    """The passages that a quote overlaps, as windows; none if the index no longer has the quote."""
    try:
        row = snapshot.article_row(citation.article_id)
    except UsageError:
        return []
    first, last = np.searchsorted(snapshot.passages.article_row, [row, row + 1]).tolist()
    spans = snapshot.passages[first:last].tolist()
    overlapping = [
        n for n, (_, a, b) in enumerate(spans, first) if a < citation.end and citation.start < b
    ]
    text = snapshot.article(row).text
    return (
        windows_of(snapshot, overlapping)
        if text[citation.start : citation.end] == citation.quote
        else []
    )


def _question(answer: Answer, label: str, asks: str) -> str:
    """The question of a list, asked about one of its rows.

    "When Hunan held a flood drill?"; for "who", the column's word replaces those that ask: "Who
    held a flood drill?".
    """
    words = _ASKS[answer.lang][asks]
    text = answer.completed or answer.question
    text = simplified(text) if answer.traditional else text
    idle = understand(text).idle
    start, end = idle[0] if idle else (0, 0)
    before, behind = text[:start], text[end:].rstrip(" ?？")
    if asks == "who":  # "who" replaces the words that ask
        return f"{before}{words}{behind}?"
    # A label may be in both languages; the reader matches either.
    clause = f"{before}{label}{behind}".strip()
    return f"{words} {clause}?" if answer.lang == "en" else f"{clause}，{words}？"
