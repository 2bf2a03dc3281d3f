"""Columns and tables of a PDF, drawn row by row or column by column, found by the positions of their
stretches of text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from rag.corpus.readers.numbering import raised
from rag.corpus.readers.pdf_lines import ABOVE, SMALL, Line, grouped

_LIST_MARKER = re.compile(r"[•●■◆▪◦○–*·]|[(（]?(?:\d{1,2}|[a-z]|[ivx]{1,5})[.)）]")
"""The mark or number of an item in a list, which may be drawn apart from the item."""

# Distances are in font sizes, that is in multiples of the size of a letter.
_INDENT = 3  # from a mark to its item at most
_TIGHT = 0.15  # pieces of a line that stand nearer have no space between them
_NARROW = 0.6  # between two columns at least
# In a column of prose lines are full if they take this share of its width; this share of the lines
# is full; and it has this many lines at least.
_FULL, _MOST, _LEAST = 0.75, 0.6, 3
_MOST_CELLS = 100  # in a row; each is compared with all others
_PITCH = 1.8  # times the distance of a table's first two rows: other rows are no farther apart
_UPRIGHT = 4  # letters one below the other are upright text; fewer are a word in a narrow cell
_PROSE = 8  # width of a column of prose at least
Gap = tuple[float, float]


def ordered(stretches: Sequence[Line]) -> list[Line]:
    """Stretches of text as lines in reading order: column by column, and tables row by row with
    tabs between the cells.
    """
    rows = grouped(with_markers(stretches), _beside)
    out: list[Line] = []
    at = 0
    while at < len(rows):
        end, gutters = _block(rows, at)
        if gutters:
            columns = [_columns(row, gutters) for row in rows[at:end]]
            prose = _prose(columns)
            if not prose and at and (header := _header(rows[at - 1], rows[at], gutters)):
                out.pop()
                columns.insert(0, header)
            out += prose or _table(columns)
        else:
            end = at + 1
            out.append(_whole(sorted(rows[at], key=lambda one: one.left)))
        at = end
    return out


def by_columns(lines: Sequence[Line]) -> list[Line]:
    """Lines from top to bottom, but columns of prose one after the other.

    Text recognition returns the lines of a page by their height, and those of two columns need not
    stand level. A line that reaches over the gap between columns separates what is above it from
    what is below it.
    """
    lines = sorted(lines, key=lambda one: -one.top)
    best: list[list[Line]] = []
    for gap in {one.left for one in lines}:
        parts = _parted(lines, gap)
        if sum(map(is_column, parts)) > sum(map(is_column, best)):
            best = parts
    return [one for part in best for one in by_columns(part)] if best else lines


def _parted(lines: Sequence[Line], right: float) -> list[list[Line]]:
    """The lines in parts that are read one after the other: those left of a gap that ends at
    ``right``, those right of it, and those that reach over it; [] if the gap parts no columns.
    """
    parts: list[list[Line]] = []
    sides: tuple[list[Line], list[Line]] = ([], [])
    columns = False
    for one in (*lines, None):
        if one is not None and (one.right <= right - _NARROW * one.size or one.left >= right):
            sides[one.left >= right].append(one)
            continue
        if all(map(is_column, sides)):
            columns = True
            parts += sides
        else:
            parts.append(sorted((*sides[0], *sides[1]), key=lambda one: -one.top))
        parts += [[one]] if one is not None else []
        sides = ([], [])
    return [part for part in parts if part] if columns else []


def is_column(lines: Sequence[Line]) -> bool:
    """Whether lines are a column of prose: most of them are as wide as the column."""
    if len(lines) < _LEAST:
        return False
    left, right = min(one.left for one in lines), max(one.right for one in lines)
    full = sum(one.right - one.left >= _FULL * (right - left) for one in lines)
    return right - left >= _PROSE * lines[0].size and full >= _MOST * len(lines)


def with_markers(stretches: Sequence[Line]) -> list[Line]:
    """The stretches, each joined with the mark or number of a list that was drawn apart, left of
    it.
    """
    markers = [one for one in stretches if _LIST_MARKER.fullmatch(one.text)]
    if not markers or len(markers) == len(stretches):
        return list(stretches)
    out = [one for one in stretches if not _LIST_MARKER.fullmatch(one.text)]
    for marker in markers:
        size = marker.size
        level = [at for at, one in enumerate(out) if abs(one.bottom - marker.bottom) < 0.3 * size]
        beside = [at for at in level if -0.1 * size < out[at].left - marker.right < _INDENT * size]
        if beside:
            at = min(beside, key=lambda at: out[at].left)
            one = out[at]
            moved = tuple((n + len(marker.text) + 1, a, b) for n, a, b in one.gaps)
            text = f"{marker.text} {one.text}"
            out[at] = one._replace(text=text, left=marker.left, gaps=moved)
        else:
            out.append(marker)
    return out


def _beside(row: Sequence[Line], one: Line) -> bool:
    """Whether a stretch stands at the height of a row and overlaps nothing in it."""
    last = row[-1]
    for line in (last, one):
        is_high = line.top - line.bottom > (_UPRIGHT - 0.5) * line.size
        if is_high and line.right - line.left < 1.5 * line.size:
            return False
    near = 0.1 * max(one.size, last.size)
    middle, other = (one.top + one.bottom) / 2, (last.top + last.bottom) / 2
    level = last.bottom < middle < last.top or one.bottom < other < one.top
    free = (one.left >= cell.right - near or one.right <= cell.left + near for cell in row)
    return level and len(row) < _MOST_CELLS and all(free)


def _block(rows: Sequence[Sequence[Line]], at: int) -> tuple[int, list[Gap]]:
    """The index behind the last of the rows, from ``at`` on, that leave the same gaps free, and
    these gaps (left and right edge).

    There are no gaps if fewer than two of the rows have several stretches.
    """
    first = sorted(rows[at], key=lambda one: one.left)
    gaps = [(left.right, right.left) for left, right in zip(first, first[1:])]
    end, pitch = at + 1, 0.0
    while gaps and end < len(rows):
        row = sorted(rows[end], key=lambda one: one.left)
        below = rows[end - 1][0].bottom - row[0].bottom
        pitch = max(pitch, below) if end == at + 1 else pitch
        near = 0 < below < min(4 * max(row[0].size, first[0].size), _PITCH * pitch)
        lefts, rights = [one.left for one in row], [one.right for one in row]
        free = [*zip([-math.inf, *rights], [*lefts, math.inf])]
        whole = len(row) == len(gaps) + 1  # a cell in each column
        remaining = [_overlap(gap, [free[at]] if whole else free) for at, gap in enumerate(gaps, 1)]
        remaining = [gap for gap in remaining if gap[1] - gap[0] > _NARROW * row[0].size]
        if not near or len(remaining) < len(gaps):
            break
        gaps, end = remaining, end + 1
    while end > at + 1 and len(rows[end - 1]) == 1 and rows[end - 1][0].left < gaps[0][0]:
        end -= 1  # a line in the first column alone is text below the table
    several = sum(len(row) > 1 for row in rows[at:end])
    return end, gaps if several > 1 else []


def _header(
    above: Sequence[Line], row: Sequence[Line], gutters: Sequence[Gap]
) -> list[Line | None]:
    """The cells of the line above a table, if its wider spaces stand where the table has its gaps;
    [] for any other line.
    """
    line = above[0]
    near = line.bottom - row[0].bottom < _PITCH * 2 * max(line.size, row[0].size)
    if len(above) > 1 or len(line.gaps) != len(gutters) or not near:
        return []
    if any(right <= gap[0] or left >= gap[1] for (_, left, right), gap in zip(line.gaps, gutters)):
        return []
    begins, rights, lefts = map(list, zip(*line.gaps))
    ends = [*begins, len(line.text)]
    edges = zip([0, *begins], ends, [line.left, *lefts], [*rights, line.right])
    return [
        line._replace(text=line.text[begin:end].strip(), left=left, right=right, gaps=())
        for begin, end, left, right in edges
    ]


def _overlap(gap: Gap, free: Sequence[Gap]) -> Gap:
    """The widest part of a gap that overlaps one of the free spans."""
    parts = [(max(gap[0], a), min(gap[1], b)) for a, b in free]
    return max(parts, key=lambda part: part[1] - part[0])


def _columns(row: Sequence[Line], gutters: Sequence[Gap]) -> list[Line | None]:
    """The text of a row in each column, as one line; None for an empty cell."""
    inside: list[list[Line]] = [[] for _ in range(len(gutters) + 1)]
    for one in sorted(row, key=lambda one: one.left):
        inside[sum(one.left >= gap[1] - 0.01 for gap in gutters)].append(one)
    return [_whole(some) if some else None for some in inside]


def _whole(parts: Sequence[Line]) -> Line:
    """The pieces of a line, from left to right, as one line; raised figures stay raised."""
    first, last = parts[0], parts[-1]
    text, before = first.text, first
    if len(parts) > 1 and _is_raised(first, parts[1]):
        text, before = raised(text), parts[1]._replace(right=first.right)
    for one in parts[1:]:
        size, small = max(before.size, one.size), _is_raised(one, before)
        text += " " * (one.left - before.right > _TIGHT * size)
        text += raised(one.text) if small else one.text
        before = before if small else one
    usual = max(parts, key=lambda one: one.size)
    return first._replace(
        text=text, right=last.right, bottom=usual.bottom, size=usual.size, gaps=()
    )


def _is_raised(one: Line, beside: Line) -> bool:
    """Whether a piece of a line is set smaller and above the piece beside it."""
    return one.size < SMALL * beside.size and one.bottom - beside.bottom > ABOVE * beside.size


def _prose(rows: Sequence[Sequence[Line | None]]) -> list[Line]:
    """The lines column by column, if every column is one of prose; else []."""
    out: list[Line] = []
    for column in zip(*rows):
        lines = [one for one in column if one]
        if not is_column(lines):
            return []
        out += lines
    return out


def _table(rows: Sequence[Sequence[Line | None]]) -> list[Line]:
    """A line for each row, with tabs between its cells. A row with text in one column only, not the
    first, continues the cell above it.
    """
    texts: list[list[str]] = []
    lines: list[Line] = []
    for row in rows:
        at, first = next((at, one) for at, one in enumerate(row) if one)
        if at and not any(row[at + 1 :]) and texts and (above := texts[-1][at]):
            texts[-1][at] = above + ("" if above[-1] > "\u2e7f" else " ") + first.text
            continue
        texts.append([one.text if one else "" for one in row])
        lines.append(_whole([one for one in row if one]))
    return [line._replace(text="\t".join(cells), row=True) for line, cells in zip(lines, texts)]


# ---- tables that were drawn one column after the other, put in the order of their rows

# Columns of prose are drawn in that order, too, and so are lists in two columns. It is certainly a
# table if the cells stand level with those of the first column and another column holds figures.
_LEVEL = 0.3  # cells of a row stand level within this
_GUTTER = 0.6  # between two columns at least
_STEP = 4.0  # from one row to the next at most
_LEAST_ROWS = 3
_MOST_ROWS = 200
_MOST_OF_TABLE = 2_000
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
            columns, end = _further_columns(first, stretches, at)
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


def _further_columns(
    first: Sequence[Line], stretches: Sequence[Line], at: int
) -> tuple[list[list[Line]], int]:
    """The columns to the right of the first one that were drawn next, from the stretch ``at`` on,
    and the index behind their last stretch.
    """
    columns: list[list[Line]] = []
    if len(first) < _LEAST_ROWS - 1:
        return columns, at
    right, last = max(one.right for one in first), first[-1].bottom
    most = at + _MOST_OF_TABLE
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
