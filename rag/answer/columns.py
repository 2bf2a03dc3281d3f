"""Further columns of a list: when, how many and who, for each of its rows, read in its own quotes.

The reader is asked anew about each row, and only what stands in a quote of the row counts: the cell
needs no other evidence than the row has.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
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

# Log-odds that the reader must give words at least. A figure or date is one already, so it need
# only be the likeliest in its sentence; of a name the reader must be sure, and surer that it says
# who than where. Looked at in the answers to a dozen questions, not fitted.
_LEAST = {"when": -4.0, "how_many": -6.0, "who": -1.0}
_SURER = 0.5
_SPANS = 12
_ASKS = {
    "en": {"when": "When", "how_many": "How many", "who": "Who", "where": "Where"},
    "zh": {"when": "什么时候", "how_many": "有多少", "who": "谁", "where": "哪里"},
}
ROWS_READ = 60
"""Rows for which cells are sought; those behind them get none."""


def is_extensible(answer: Answer) -> bool:
    """Whether an answer is a list that columns can be added to: it names several things."""
    named = [row for row in answer.rows if row.label and row.citations]
    return answer.kind not in ("talk", "corpus", "number", "date") and len(named) > 1


def with_columns(snapshot: Snapshot, answer: Answer, asks: Sequence[str]) -> Answer:
    """The answer with further columns.

    Args:
        snapshot: the index that answered, or a later version of it.
        answer: any; one that is no list stays as it is.
        asks: which of ``COLUMNS``, in the order in which they shall stand. Those that it has stay.

    Raises UsageError for a column that there is not.
    """
    if odd := [one for one in asks if one not in COLUMNS]:
        raise UsageError(f"expected columns of {', '.join(COLUMNS)}, got {odd[0]!r}")
    known = {one.asks for one in answer.columns}
    wanted = [one for one in dict.fromkeys(asks) if one not in known]
    if not wanted or not is_extensible(answer):
        return answer
    reader = _Reader(snapshot, answer)
    more = tuple(
        Column(
            one,
            tuple(
                reader.cell(row, one) if at < ROWS_READ else Cell()
                for at, row in enumerate(answer.rows)
            ),
        )
        for one in wanted
    )
    return dataclasses.replace(answer, columns=(*answer.columns, *more))


class _Reader:
    """The quotes of an answer, read for each question once; those that several rows share are read
    for each row, or all of them would say the same."""

    def __init__(self, snapshot: Snapshot, answer: Answer) -> None:
        self._model, self._answer = snapshot.model, answer
        named = [row for row in answer.rows[:ROWS_READ] if row.label]
        held = Counter(number for row in named for number in row.citations)
        self._shared = {number for number, count in held.items() if count > 1}
        self._windows = {n: _windows(snapshot, answer.citations[n - 1]) for n in held}
        self._read: dict[str, dict[int, list[Finding]]] = {}

    def cell(self, row: Row, asks: str) -> Cell:
        """What is likeliest in the quotes of a row."""
        best: tuple[float, str, int] | None = None
        for number in row.citations if row.label else ():
            for text, margin in self._found(row, asks, number):
                if margin >= _LEAST[asks] and (best is None or margin > best[0]):
                    best = (margin, text, number)
        return Cell(best[1], (best[2],)) if best else Cell()

    def _found(self, row: Row, asks: str, number: int) -> Iterator[tuple[str, float]]:
        citation = self._answer.citations[number - 1]
        findings = self._inside(row, asks, number)
        if asks == "who":
            where = self._inside(row, "where", number)
            there = {(one.start, one.end): one.margin for one in where}
            for one in findings:
                surer = one.margin > there.get((one.start, one.end), -np.inf) + _SURER
                if surer and not _is_place(one.text):
                    yield one.text, one.margin
            return
        for value in _dates(citation.quote) if asks == "when" else find_numbers(citation.quote):
            start, end = value.start + citation.start, value.end + citation.start
            margins = [one.margin for one in findings if one.start < end and start < one.end]
            if margins:
                yield citation.quote[value.start : value.end], max(margins)

    def _inside(self, row: Row, asks: str, number: int) -> list[Finding]:
        """What may answer and stands in a quote."""
        shared = number in self._shared and asks not in ("who", "where")
        question = _question(self._answer, row.label if shared else "", asks)
        if question not in self._read:
            some = sorted(self._shared & set(row.citations) if shared else self._windows)
            self._read[question] = self._readings(question, some)
        citation = self._answer.citations[number - 1]
        return [
            one
            for one in self._read[question].get(number, ())
            if citation.start <= one.start and one.end <= citation.end
        ]

    def _readings(self, question: str, numbers: Sequence[int]) -> dict[int, list[Finding]]:
        windows = [(number, one) for number in numbers for one in self._windows[number]]
        out: dict[int, list[Finding]] = {}
        for (number, _), reading in zip(
            windows, read(self._model, question, [one for _, one in windows], _SPANS), strict=True
        ):
            out.setdefault(number, []).extend(reading.findings)
        return out


def _is_place(text: str) -> bool:
    """Whether words are the name of a place, and little else ("In Shandong")."""
    return 2 * sum(one.end - one.start for one in find_places(text)) >= len(text)


def _dates(quote: str) -> list[Value]:
    """The dates in a quote; four bare digits may as well be a figure ("2000个")."""
    return [one for one in find_dates(quote) if not one.text.isdigit() or one.text in _years(quote)]


def _years(quote: str) -> list[str]:
    return re.findall(r"\b(?:in|since|of|by|from|until|to)\s+(\d{4})\b", quote)


def _windows(snapshot: Snapshot, citation: Citation) -> list[Window]:
    """The passages that a quote stands in; none where the index does not have it any more."""
    try:
        row = snapshot.article_row(citation.article_id)
    except UsageError:
        return []
    first, last = np.searchsorted(snapshot.passages.article_row, [row, row + 1]).tolist()
    spans = snapshot.passages[first:last].tolist()
    held = [
        n for n, (_, a, b) in enumerate(spans, first) if a < citation.end and citation.start < b
    ]
    text = snapshot.article(row).text
    return (
        windows_of(snapshot, held) if text[citation.start : citation.end] == citation.quote else []
    )


def _question(answer: Answer, label: str, asks: str) -> str:
    """The list's question, asked of one of its rows: "When Hunan held a flood drill?"; of any of
    them where there is no label: "When held a flood drill?".
    """
    words = _ASKS[answer.lang][asks]
    text = answer.completed or answer.question
    text = simplified(text) if answer.traditional else text
    idle = understand(text).idle
    start, end = idle[0] if idle else (0, 0)
    before, behind = text[:start], text[end:].rstrip(" ?？")
    if asks in ("who", "where"):  # they take the place of what asks
        return f"{before}{words}{behind}?"
    # A label may stand in both languages; the reader matches either.
    told = f"{before}{label}{behind}".strip()
    return f"{words} {told}?" if answer.lang == "en" else f"{told}，{words}？"
