"""Tables of a PDF that were drawn cell by cell, as browsers and office programs draw them.

The lines of a cell then follow one another downwards, and the next cell begins higher and to the
right. Where text wraps in narrow columns, the lines of neighbouring cells do not stand level, so
that their positions alone (:mod:`rag.corpus.readers.pdf_layout`) do not tell rows from lines.
A piece is a stretch of text as :func:`rag.corpus.readers.pdf_lines.segments` finds it ``finer``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from rag.corpus.readers.pdf_layout import is_column, with_markers
from rag.corpus.readers.pdf_lines import LINE_END_HYPHEN, Glyphs, Line, grouped, segments

# Distances are in font sizes, that is in multiples of the size of a letter.
_LEADING = 2.2  # from one line of a cell to the next at most
_ALIGNED = 0.35  # the left edges, right edges or middles of a cell's lines are this near
_BETWEEN = 3.0  # between two rows at most
_GUTTER = 0.15  # between two columns at least
_PARTED = 1.15  # times the least step on the page: lines farther apart are of two cells
_WIDE = 15  # full lines in a wider cell are prose
_LEAST_ROWS = 2
_MOST = 100  # cells in a row
_MOST_ROWS = 300
_HEADING = 2  # lines of a cell that is alone in its row at most


Span = tuple[float, float]


class PdfCell(NamedTuple):
    """Lines of text one below the other, and the box around them in points."""

    lines: tuple[Line, ...]
    left: float
    top: float
    right: float
    bottom: float

    @property
    def span(self) -> Span:
        return self.left, self.right


Row = list[PdfCell]


class Table(NamedTuple):
    """Rows, and the left and right edges of the columns. A cell lies within one column, unless it
    is alone in its row.
    """

    rows: list[Row]
    columns: list[Span]


def with_cells(glyphs: Glyphs) -> list[Line]:
    """The stretches of text of a page, from :func:`rag.corpus.readers.pdf_lines.segments`, but one
    line for each row of tables that were drawn cell by cell.
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
    """The stretches, with the rows of each table in the place of the stretches that form it."""
    cells = ((at, cell) for at, table in enumerate(tables) for row in table.rows for cell in row)
    of_table = {line.begin: at for at, cell in cells for line in cell.lines}
    out: list[Line] = []
    placed = set[int]()
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
            elif at not in placed:
                placed.add(at)
                out += _lines(tables[at])
    return out


def _is_up(one: Line, following: Line) -> bool:
    """Whether the stretch that was drawn next stands higher and to the right."""
    return following.bottom > one.bottom + 0.5 * one.size and following.left > one.right


def _stacked(pieces: Sequence[Line], most: float) -> list[PdfCell]:
    """Cells: pieces that were drawn one below the other, at most ``most`` font sizes apart."""

    def goes_on(lines: Sequence[Line], one: Line) -> bool:
        return _is_next(lines[-1], one) and _step(lines[-1], one) <= most

    return list(map(_cell, grouped(pieces, goes_on)))


def _cell(lines: Sequence[Line]) -> PdfCell:
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    return PdfCell(tuple(lines), left, lines[0].top, right, lines[-1].bottom)


def _step(one: Line, below: Line) -> float:
    """The distance from one line down to another, in font sizes."""
    return (one.bottom - below.bottom) / one.size


def _is_next(one: Line, below: Line) -> bool:
    """Whether a line continues the one above it in a cell: near, aligned and of a like size."""
    left, right = one.left - below.left, one.right - below.right
    aligned = min(abs(left), abs(right), abs(left + right) / 2) < _ALIGNED * one.size
    return aligned and 0.5 < _step(one, below) < _LEADING and 0.8 < below.size / one.size < 1.25


def _rows(cells: Sequence[PdfCell]) -> list[Row]:
    """Rows: cells that were drawn one to the right of the other and overlap in height."""
    return grouped(cells, _stands_in)


def _stands_in(row: Row, one: PdfCell) -> bool:
    above, below = max(cell.top for cell in row), min(cell.bottom for cell in row)
    beside = one.left > row[-1].right + _GUTTER * row[-1].lines[0].size
    return len(row) < _MOST and below < one.top and one.bottom < above and beside


def _tables(rows: Sequence[Row]) -> list[Table]:
    """The tables: runs of rows whose cells keep to separate columns."""
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
    """Whether a row continues a table: it stands right below, and its cells keep to separate
    columns, or its only cell is a heading. The columns of the table are then widened to hold it.
    """
    between = min(cell.bottom for cell in table.rows[-1]) - max(cell.top for cell in row)
    near = -0.3 < between / row[0].lines[0].size < _BETWEEN
    if not near or len(table.rows) >= _MOST_ROWS or len(table.columns) < 2:
        return False
    if len(row) == 1:
        return len(row[0].lines) <= _HEADING and row[0].left < table.columns[-1][1]
    columns = _merged([*table.columns, *(cell.span for cell in row)])
    are_separate = len({_column(columns, one) for one in table.columns}) == len(table.columns)
    for one in [row] if are_separate else [row, *table.rows]:
        if len(one) > 1 and len({_column(columns, cell.span) for cell in one}) < len(one):
            return False
    table.columns[:] = columns
    return True


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The spans, with overlapping ones merged."""
    out: list[Span] = []
    for left, right in sorted(spans):
        if out and left <= out[-1][1]:
            out[-1] = out[-1][0], max(out[-1][1], right)
        else:
            out.append((left, right))
    return out


def _is_table(table: Sequence[Row]) -> bool:
    """Whether rows are a table with wrapped cells, rather than columns of prose."""
    rows = [row for row in table if len(row) > 1]
    prose = sum(all(map(_is_prose, row)) for row in rows)
    wrapped = any(len(cell.lines) > 1 for row in rows for cell in row)
    return len(rows) >= _LEAST_ROWS and wrapped and prose <= len(rows) / 2


def _is_prose(cell: PdfCell) -> bool:
    return cell.right - cell.left > _WIDE * cell.lines[0].size and is_column(cell.lines)


def _column(columns: Sequence[Span], span: Span) -> int:
    """The number of the column that a cell is in; 0 for a cell over several."""
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
        text += ("" if wide or one.text.endswith(LINE_END_HYPHEN) else " ") + below.text
    return text
