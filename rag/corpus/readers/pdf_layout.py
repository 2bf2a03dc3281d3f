"""Columns and tables of a PDF's page that were drawn row by row, told by where their stretches of text stand."""

from __future__ import annotations

from collections.abc import Sequence

from rag.corpus.readers.pdf_lines import Line

_NARROW = 0.6  # sizes of a letter: what is left between two columns, at least
_FULL, _MOST, _LEAST = 0.75, 0.6, 3  # of columns of prose this share of the lines is so full; lines in each
_PROSE = 8  # sizes of a letter: how wide a column of prose is, at least
Gap = tuple[float, float]


def ordered(stretches: Sequence[Line]) -> list[Line]:
    """Lines in the order in which they are read: column by column, tables row by row with tabs between the cells."""
    rows: list[list[Line]] = []
    for one in stretches:
        if rows and _beside(rows[-1], one):
            rows[-1].append(one)
        else:
            rows.append([one])
    out: list[Line] = []
    at = 0
    while at < len(rows):
        end, gutters = _block(rows, at)
        if gutters:
            columns = [_columns(row, gutters) for row in rows[at:end]]
            out += _prose(columns) or _table(columns)
        else:
            end = at + 1
            out.append(_whole(sorted(rows[at], key=lambda one: one.left)))
        at = end
    return out


def _beside(row: Sequence[Line], one: Line) -> bool:
    """Whether a stretch stands on the base line of a row, and over nothing of it."""
    size = max(one.size, row[-1].size)
    level = abs(one.bottom - row[-1].bottom) < 0.5 * size
    return level and all(one.left >= other.right - 0.1 * size or one.right <= other.left + 0.1 * size for other in row)


def _block(rows: Sequence[Sequence[Line]], at: int) -> tuple[int, list[Gap]]:
    """The end of the rows from one on that leave the same gaps free, and these; none where fewer than two rows have several stretches."""
    first = sorted(rows[at], key=lambda one: one.left)
    gaps = [(left.right, right.left) for left, right in zip(first, first[1:])]
    end = at + 1
    while gaps and end < len(rows):
        row = sorted(rows[end], key=lambda one: one.left)
        near = 0 < rows[end - 1][0].bottom - row[0].bottom < 4 * max(row[0].size, first[0].size)
        free = [*zip([float("-inf"), *(one.right for one in row)], [*(one.left for one in row), float("inf")])]
        kept = [_overlap(gap, free) for gap in gaps]
        kept = [gap for gap in kept if gap[1] - gap[0] > _NARROW * row[0].size]
        if not near or not kept or len(row) > 1 and len(kept) < len(gaps) and len(kept) < len(row) - 1:
            break
        gaps, end = kept, end + 1
    while end > at + 1 and len(rows[end - 1]) == 1 and rows[end - 1][0].left < gaps[0][0]:
        end -= 1  # text below the table
    several = sum(len(row) > 1 for row in rows[at:end])
    return end, gaps if several > 1 else []


def _overlap(gap: Gap, free: Sequence[Gap]) -> Gap:
    """The widest part of a gap that is free."""
    parts = [(max(gap[0], a), min(gap[1], b)) for a, b in free]
    return max(parts, key=lambda part: part[1] - part[0])


def _columns(row: Sequence[Line], gutters: Sequence[Gap]) -> list[Line | None]:
    """What a row has in each column."""
    inside: list[list[Line]] = [[] for _ in range(len(gutters) + 1)]
    for one in sorted(row, key=lambda one: one.left):
        inside[sum(one.left >= gap[1] - 0.01 for gap in gutters)].append(one)
    return [_whole(some) if some else None for some in inside]


def _whole(parts: Sequence[Line]) -> Line:
    first, last = parts[0], parts[-1]
    return first._replace(text=" ".join(one.text for one in parts), right=last.right, bottom=last.bottom)


def _prose(rows: Sequence[Sequence[Line | None]]) -> list[Line]:
    """The lines column by column, where they are running text: mostly as wide as their column; else []."""
    out: list[Line] = []
    for column in zip(*rows):
        lines = [one for one in column if one]
        left, right = min(one.left for one in lines), max(one.right for one in lines)
        full = sum(one.right - one.left >= _FULL * (right - left) for one in lines)
        if len(lines) < _LEAST or right - left < _PROSE * lines[0].size or full < _MOST * len(lines):
            return []
        out += lines
    return out


def _table(rows: Sequence[Sequence[Line | None]]) -> list[Line]:
    """A line for each row; what stands alone below a cell, but the first, goes on with it."""
    texts: list[list[str]] = []
    lines: list[Line] = []
    for row in rows:
        filled = [at for at, one in enumerate(row) if one]
        if len(filled) == 1 and filled[0] and texts and texts[-1][filled[0]]:
            above = texts[-1][filled[0]]
            texts[-1][filled[0]] = above + ("" if above[-1] > "\u2e7f" else " ") + row[filled[0]].text
            continue
        texts.append([one.text if one else "" for one in row])
        lines.append(_whole([one for one in row if one]))
    return [line._replace(text="\t".join(cells), row=True) for line, cells in zip(lines, texts)]
