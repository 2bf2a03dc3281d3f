"""Tables of a PDF that were drawn cell by cell, as browsers, offices and report writers draw them.

The lines of a cell then follow one another downwards, and the next cell begins up and to the right.
Where its words wrap in a narrow column no row of it stands level, so that the boxes alone
(:mod:`rag.corpus.readers.pdf_layout`) do not tell rows from lines.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from rag.corpus.readers.pdf_layout import is_column, with_markers
from rag.corpus.readers.pdf_lines import SPLIT, Glyphs, Line, segments

_LEADING = 2.2  # sizes of a letter from one line of a cell to the next at most
_ALIGNED = 0.35  # sizes of a letter: lines of a cell begin, end or have their middle so near
_BETWEEN = 3.0  # sizes of a letter between two rows at most
_GUTTER = 0.15  # sizes of a letter between two columns at least
_PARTED = 1.15  # of the least step on the page: lines that stand farther apart are of two cells
_WIDE = 15  # sizes of a letter: full lines in more are prose
_LEAST_ROWS = 2
_MOST = 100  # cells in a row
_MOST_ROWS = 300
_HEADING = 2  # lines of what is alone in its row at most


Span = tuple[float, float]


class Cell(NamedTuple):
    """Lines of text below each other, and the box around them."""

    lines: tuple[Line, ...]
    left: float
    top: float
    right: float
    bottom: float

    @property
    def span(self) -> Span:
        return self.left, self.right


Row = list[Cell]


class Table(NamedTuple):
    """Rows, and the left and right edges of the columns, which no cell crosses but one that is
    alone in its row.
    """

    rows: list[Row]
    columns: list[Span]


def with_cells(glyphs: Glyphs) -> list[Line]:
    """The stretches of a page as :func:`rag.corpus.readers.pdf_lines.segments` gives them, those of
    tables that were drawn cell by cell as a line for each row.
    """
    stretches = segments(glyphs)
    if not any(map(_is_up, stretches, stretches[1:])):
        return stretches
    stretches, pieces = with_markers(stretches), with_markers(segments(glyphs, finer=True))
    steps = [_step(one, below) for one, below in pairwise(pieces) if _is_next(one, below)]
    tables = _tables(_rows(_stacked(pieces, _PARTED * min(steps, default=0))))
    tables = tables or _tables(_rows(_stacked(pieces, _LEADING)))
    return _put_in(tables, stretches, pieces) if tables else stretches


def _put_in(
    tables: Sequence[Table], stretches: Sequence[Line], pieces: Sequence[Line]
) -> list[Line]:
    """The stretches with tables in the place of those whose pieces are in them."""
    cells = ((at, cell) for at, table in enumerate(tables) for row in table.rows for cell in row)
    of_table = {line.begin: at for at, cell in cells for line in cell.lines}
    out: list[Line] = []
    told = set[int]()
    waiting = deque(pieces)
    for stretch in stretches:
        inside = []
        while waiting and waiting[0].begin <= stretch.end:
            inside.append(waiting.popleft())
        if not any(one.begin in of_table for one in inside):
            out.append(stretch)
            continue
        for one in inside:
            if (at := of_table.get(one.begin)) is None:
                out.append(one)
            elif at not in told:
                told.add(at)
                out += _lines(tables[at])
    return out


def _is_up(one: Line, following: Line) -> bool:
    """Whether what was drawn next stands higher, and to the right."""
    return following.bottom > one.bottom + 0.5 * one.size and following.left > one.right


def _stacked(pieces: Sequence[Line], most: float) -> list[Cell]:
    """Cells of what was drawn one line below the other, at most so far apart."""
    out: list[list[Line]] = []
    for one in pieces:
        if out and _is_next(out[-1][-1], one) and _step(out[-1][-1], one) <= most:
            out[-1].append(one)
        else:
            out.append([one])
    return list(map(_cell, out))


def _cell(lines: Sequence[Line]) -> Cell:
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    return Cell(tuple(lines), left, lines[0].top, right, lines[-1].bottom)


def _step(one: Line, below: Line) -> float:
    """From one line down to another, in sizes of a letter."""
    return (one.bottom - below.bottom) / one.size


def _is_next(one: Line, below: Line) -> bool:
    """Whether a line goes on with the text of the one above it."""
    left, right = one.left - below.left, one.right - below.right
    aligned = min(abs(left), abs(right), abs(left + right) / 2) < _ALIGNED * one.size
    return aligned and 0.5 < _step(one, below) < _LEADING and 0.8 < below.size / one.size < 1.25


def _rows(cells: Sequence[Cell]) -> list[Row]:
    """Rows of cells that were drawn one to the right of the other, on one height in part."""
    out: list[Row] = []
    for one in cells:
        if out and len(out[-1]) < _MOST and _stands_in(out[-1], one):
            out[-1].append(one)
        else:
            out.append([one])
    return out


def _stands_in(row: Row, one: Cell) -> bool:
    level = min(cell.bottom for cell in row) < one.top and one.bottom < max(
        cell.top for cell in row
    )
    return level and one.left > row[-1].right + _GUTTER * row[-1].lines[0].size


def _tables(rows: Sequence[Row]) -> list[Table]:
    """Runs of rows that keep their columns apart."""
    out: list[Table] = []
    for row in rows:
        if out and _goes_on(out[-1], row):
            out[-1].rows.append(row)
        else:
            out.append(Table([row], [cell.span for cell in row]))
    for table in out:
        while len(table.rows[-1]) == 1 < len(table.rows):
            table.rows.pop()
    return [table for table in out if _is_table(table.rows)]


def _goes_on(table: Table, row: Row) -> bool:
    """Whether a row stands below a table, and in its columns or over several of them; these are
    then widened.
    """
    between = min(cell.bottom for cell in table.rows[-1]) - max(cell.top for cell in row)
    near = -0.3 < between / row[0].lines[0].size < _BETWEEN
    if not near or len(table.rows) >= _MOST_ROWS or len(table.columns) < 2:
        return False
    if len(row) == 1:
        return len(row[0].lines) <= _HEADING and row[0].left < table.columns[-1][1]
    columns = _merged([*table.columns, *(cell.span for cell in row)])
    kept = len({_column(columns, one) for one in table.columns}) == len(table.columns)
    for one in [row] if kept else [row, *table.rows]:
        if len(one) > 1 and len({_column(columns, cell.span) for cell in one}) < len(one):
            return False
    table.columns[:] = columns
    return True


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Those that overlap as one."""
    out: list[Span] = []
    for left, right in sorted(spans):
        if out and left <= out[-1][1]:
            out[-1] = out[-1][0], max(out[-1][1], right)
        else:
            out.append((left, right))
    return out


def _is_table(table: Sequence[Row]) -> bool:
    rows = [row for row in table if len(row) > 1]
    prose = sum(all(map(_is_prose, row)) for row in rows)
    wrapped = any(len(cell.lines) > 1 for row in rows for cell in row)
    return len(rows) >= _LEAST_ROWS and wrapped and prose <= len(rows) / 2


def _is_prose(cell: Cell) -> bool:
    return cell.right - cell.left > _WIDE * cell.lines[0].size and is_column(cell.lines)


def _column(columns: Sequence[Span], span: Span) -> int:
    """The number of the column that a cell is in, 0 for one over several."""
    inside = (left <= span[0] and span[1] <= right for left, right in columns)
    return next((at for at, is_in in enumerate(inside) if is_in), 0)


def _lines(table: Table) -> list[Line]:
    """A line for each row of a table, with tabs between the cells."""
    out = []
    for row in table.rows:
        texts = [""] * len(table.columns)
        for cell in row:
            texts[_column(table.columns, cell.span)] = _text(cell.lines)
        text = "\t".join(texts).rstrip("\t")
        top, bottom = max(cell.top for cell in row), min(cell.bottom for cell in row)
        line = row[0].lines[0]._replace(text=text, row=True, gaps=())
        out.append(line._replace(top=top, right=row[-1].right, bottom=bottom))
    return out


def _text(lines: Sequence[Line]) -> str:
    text = lines[0].text
    for one, below in pairwise(lines):
        wide = one.text[-1] > "\u2e7f" or below.text[0] > "\u2e7f"
        text += ("" if wide or one.text.endswith(SPLIT) else " ") + below.text
    return text
