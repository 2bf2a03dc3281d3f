"""Answers in tables: cuts a span over several cells of a row down to the cell that answers."""

from __future__ import annotations

import re
from bisect import bisect_right

import numpy as np

from rag.corpus import header_above
from rag.embed.static import StaticModel
from rag.reader.windows import Window
from rag.search.match import graded

# The marks between the cells of a table row, and at the ends of the row: a tab or a lone "|".
_BORDER = re.compile(r"\t|(?<!\S)\|(?!\S)")


def in_one_cell(
    model: StaticModel, question: str, window: Window, spans: np.ndarray, first: int, last: int
) -> tuple[int, int]:
    """Cuts a token span that crosses the border of a table cell down to the cell that answers.

    Cells whose words the question does not contain come first, then the cell whose column header
    is most similar to the question, then the cell with the best reader score.

    Args:
        model: the embedded model.
        question: the question, Chinese or English.
        window: the window of the span.
        spans: the scores of all spans of the window, as in :class:`rag.reader.network.Scores`.
        first, last: the first and the last token of the span.

    Returns:
        The first and the last token of the cell, or the span as it is if it crosses no border.
    """
    text, tokens = window.article.text, window.tokens.spans
    begin, end = int(tokens[first, 0]), int(tokens[last, 1])
    borders = [found.end() for found in _BORDER.finditer(text, begin, end)]
    if not borders:  # the usual case
        return first, last
    cells: dict[int, list[int]] = {}
    for number, start in enumerate(tokens[first : last + 1, 0].tolist(), first):
        if not _BORDER.match(text, start):
            cells.setdefault(bisect_right(borders, start), []).append(number)
    if not cells:
        return first, last

    def worth(cell: list[int]) -> tuple[bool, float, float]:
        start, end = int(tokens[cell[0], 0]), int(tokens[cell[-1], 1])
        cell_text = text[start:end]
        like = _likeness(model, question, _header(text, start))
        unsaid = cell_text.casefold() not in question.casefold()
        return unsaid, like, float(spans[cell[0], cell[-1] - cell[0]])

    best = max(cells.values(), key=worth)
    return best[0], best[-1]


def _header(text: str, at: int) -> str:
    """The column header above an offset in a table; "" if rows and header differ in cell count."""
    begin = text.rfind("\n", 0, at) + 1
    row = text[begin:].partition("\n")[0].strip()
    names = _BORDER.split(header_above(text, at))
    before = _BORDER.findall(text[begin:at].lstrip())
    return names[len(before)] if len(names) == len(_BORDER.split(row)) else ""


def _likeness(model: StaticModel, question: str, header: str) -> float:
    """How much of a question a header matches, within or across languages.

    The sum over the question's tokens of the best match, 0 to 1, with a token of the header.
    """
    (asked, _), (named, _) = model.located([question, header])
    if not len(asked) or not len(named):
        return 0.0
    cosines = model.token_vectors(asked)[0] @ model.token_vectors(named)[0].T
    abroad = model.latin[asked][:, None] != model.latin[named]
    return round(float(graded(cosines, abroad).max(1).sum()), 3)
