"""Converts grid tables (drawn with + - and |, as in Pandoc, Emacs and reStructuredText) to the pipe
tables that the Markdown parser knows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.corpus.lines import width

_CAPTION = r"(?:[ \t]*\n[ \t]*(?:[Tt]able)?:[ \t]+(?P<caption>.+)(?:\n|\Z))?"
_GRID = re.compile(
    r"^[ ]{0,3}\+(?:[-=:]{2,300}\+){1,100}[ \t]*\n(?:[ ]{0,3}[|+].*(?:\n|\Z))+" + _CAPTION,
    re.MULTILINE,
)
_RULE = re.compile(r"[-=:]+")
_ITEM = re.compile(r"[-*+•]\s+")
_LABEL_CHARS = 100  # a longer cell over several rows is not repeated in each of them
_FILLING = "\0"  # stands for the second column of a wide character

Lines = list[str]


def with_grids_as_pipes(text: str) -> str:
    """The text with its grid tables as pipe tables, one line for each row.

    A cell over several rows is repeated in each of them. A table whose lines do not fit together
    stays as it is.
    """
    return _GRID.sub(_as_pipes, text) if "+-" in text or "+=" in text else text


def _as_pipes(found: re.Match[str]) -> str:
    grid = found[0][: found.start("caption") - found.start()] if found["caption"] else found[0]
    drawn = [line.strip() for line in grid.split("\n") if line[:4].strip()[:1] in ("|", "+")]
    lines = [_in_columns(line) for line in drawn]
    ruled = [line for line in lines if line[0] == "+"]
    edges = sorted({at for line in ruled for at, sign in enumerate(line) if sign == "+"})
    if len({len(line) for line in lines}) > 1 or lines[-1][0] != "+" or edges[0] != 0:
        return found[0]
    bands, head = _bands(lines, edges)
    rows = _rows(bands)
    header = [" ".join(filter(None, column)) for column in zip(*rows[:head])]
    header = header or [""] * (len(edges) - 1)
    table = [header, ["---"] * len(header), *rows[head:]]
    caption = f"\n{found['caption']}\n" if found["caption"] else ""
    pipes = "".join(f"| {' | '.join(row)} |\n" for row in table)
    return f"{caption}\n{pipes}\n"


def _in_columns(line: str) -> str:
    """A line with one character for each column that it takes, so that indices are columns."""
    return line if line.isascii() else "".join(c + _FILLING * (width(c) - 1) for c in line)


def _bands(lines: Sequence[str], edges: Sequence[int]) -> tuple[list[list[Lines]], int]:
    """The cells of each row, column by column, and how many rows at the top are the header.

    A cell is the list of its lines. A cell over several rows is the same list in each of them.

    Args:
        lines: the lines of the table, from :func:`_in_columns`.
        edges: the columns of text in which the edges of the table's columns stand.
    """
    out: list[list[Lines]] = []
    head = 0
    spans = [*pairwise(edges)]
    for line in lines:
        parts = [line[left + 1 : right] for left, right in spans]
        closed = [bool(_RULE.fullmatch(part)) for part in parts]
        if any(closed):
            if all("=" in part for part in parts):
                head = len(out)
            out.append([[] if end else out[-1][at] for at, end in enumerate(closed)] if out else [])
            out[-1] = out[-1] or [[] for _ in spans]
        begin = 0
        for at, (left, right) in enumerate(spans):
            begin = at if line[left] in "|+" else begin
            if not closed[at]:
                if right == edges[-1] or line[right] in "|+":
                    out[-1][begin].append(line[spans[begin][0] + 1 : right])
    return out[:-1], head


def _rows(bands: Sequence[Sequence[Lines]]) -> list[list[str]]:
    """The texts of some rows; a long cell over several rows is repeated in none of the others."""
    known: dict[int, str] = {}
    out = []
    for band in bands:
        texts = [known[id(cell)] if id(cell) in known else _in_one_line(cell) for cell in band]
        known |= {
            id(cell): text if len(text) <= _LABEL_CHARS else "" for cell, text in zip(band, texts)
        }
        out.append(texts)
    return out


def _in_one_line(cell: Lines) -> str:
    """A cell in one line, without the marks of a list in it."""
    text = ""
    for line in (one.replace(_FILLING, "").strip() for one in cell):
        item = _ITEM.match(line)
        begun = item or not text or width(text[-1]) + width(line[:1]) <= 2
        text += f"{' ' * bool(text and begun)}{line[item.end() if item else 0 :]}" * bool(line)
    return text.replace("|", "\\|")
