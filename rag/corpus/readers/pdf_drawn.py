"""Tables of a PDF that were drawn one column after the other, put in the order of their rows.

Columns of prose are drawn in that order, too, and so are lists in two columns. It is certainly a
table if the cells stand level with those of the first column and another column holds figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.corpus.readers.pdf_lines import Line

# Distances are in font sizes, that is in multiples of the size of a letter.
_LEVEL = 0.3  # cells of a row stand level within this
_GUTTER = 0.6  # between two columns at least
_STEP = 4.0  # from one row to the next at most
_LEAST_ROWS = 3
_MOST_ROWS = 200
_MOST_CELLS = 2_000
_FIGURE = re.compile(r"[-+−–]?[(（]?[¥￥$€£]?\s?\d[\d.,\s]*\S{0,4}")
_FIGURES = 0.6  # share of a column's cells that are figures, at least


def by_rows(stretches: Sequence[Line]) -> list[Line]:
    """The stretches of text of a page; those of tables that were drawn column by column are put in
    the order of their rows.
    """
    out: list[Line] = []
    at = 0
    while at < len(stretches):
        one = stretches[at]
        if out and one.bottom > out[-1].bottom + 0.5 * one.size and one.left > out[-1].right:
            first = _first_column(out, one)
            columns, end = _columns(first, stretches, at)
            if columns and _is_table(first, columns):
                out[len(out) - len(first) :] = _in_rows(first, columns)
                at = end
                continue
        out.append(one)
        at += 1
    return out


def _first_column(lines: Sequence[Line], top: Line) -> list[Line]:
    """The first column of a table: the last of some lines, as far as they stand one below the other
    and none stands higher than ``top``, the first cell of the next column.
    """
    begin = len(lines)
    while 0 < begin > len(lines) - _MOST_ROWS:
        one = lines[begin - 1]
        if one.row or one.bottom > top.bottom + _LEVEL * top.size:
            break
        if begin < len(lines) and not 0 < one.bottom - lines[begin].bottom < _STEP * one.size:
            break
        begin -= 1
    return list(lines[begin:])


def _columns(
    first: Sequence[Line], stretches: Sequence[Line], at: int
) -> tuple[list[list[Line]], int]:
    """The columns to the right of the first one that were drawn next, from the stretch ``at`` on,
    and the index behind their last stretch.
    """
    columns: list[list[Line]] = []
    if len(first) < _LEAST_ROWS - 1:
        return columns, at
    right, last = max(one.right for one in first), first[-1].bottom
    most = at + _MOST_CELLS
    while at < min(len(stretches), most):
        one = stretches[at]
        size = one.size
        if one.row or one.left < right + _GUTTER * size or one.bottom < last - _LEVEL * size:
            break
        if columns and one.bottom < columns[-1][-1].bottom:
            columns[-1].append(one)
        elif not columns or one.left > max(cell.right for cell in columns[-1]):
            right = max(cell.right for cell in columns[-1]) if columns else right
            columns.append([one])
        else:
            break
        at += 1
    return columns, at


def _is_table(first: Sequence[Line], columns: Sequence[Sequence[Line]]) -> bool:
    """Whether columns are a table: all cells, except headings, stand level with a cell of the first
    column, and one of the other columns holds figures.
    """
    for column in columns:
        headings = [at for at, one in enumerate(column) if not _row(first, one)]
        if len(column) < _LEAST_ROWS - 1 or headings not in ([], [0]):
            return False
    figures = [[bool(_FIGURE.fullmatch(one.text)) for one in column] for column in columns]
    return any(sum(column) >= _FIGURES * len(column) for column in figures)


def _row(first: Sequence[Line], cell: Line) -> int:
    """The number of the row in which a cell stands, from 1: that of the cell of the first column
    that is level with it; 0 if there is none.
    """
    level = (abs(one.bottom - cell.bottom) < _LEVEL * one.size for one in first)
    return next((number for number, is_level in enumerate(level, 1) if is_level), 0)


def _in_rows(first: Sequence[Line], columns: Sequence[Sequence[Line]]) -> list[Line]:
    """All cells, row by row. Headings without a cell beside them in the first column form a row
    above the others.
    """
    rows: list[list[Line]] = [[], *([one] for one in first)]
    for column in columns:
        for cell in column:
            rows[_row(first, cell)].append(cell)
    return [cell for row in rows for cell in row]
