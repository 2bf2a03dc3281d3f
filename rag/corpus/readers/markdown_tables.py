"""Tables of Markdown that are drawn with lines, as Pandoc, Emacs and reStructuredText have them:
made ones that the parser knows.
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
_COLUMN = re.compile("-+")
_BLANK = re.compile(r"\n[ \t]*\n")
_RULE = re.compile(r"[-=:]+")
_ITEM = re.compile(r"[-*+•]\s+")
_LABEL_CHARS = 100  # more is no name of several rows
_FILLING = "\0"  # the second column of a wide character

# A line of dashes over each column; where rows have several lines, one over all columns stands
# above and below, and blank lines are between the rows.
_DASHES = r"[ \t]{0,40}-{2,200}(?:[ ]{1,40}-{2,200}){1,60}[ \t]*"
_SIMPLE = re.compile(
    rf"(?:(?<=\n\n)|\A)(?P<head>[ \t]*[^\s|#>`].*\n)(?P<dashes>{_DASHES})\n"
    rf"(?P<rows>(?:.*\S.*(?:\n|\Z))+){_CAPTION}"
)
_HIGH = re.compile(
    rf"^-{{10,300}}[ \t]*\n(?P<head>(?:.*\S.*\n){{1,9}})(?P<dashes>{_DASHES})\n"
    rf"(?P<rows>(?:(?!-{{10}}).*\n){{1,2000}})-{{10,300}}[ \t]*(?:\n|\Z){_CAPTION}",
    re.MULTILINE,
)

Lines = list[str]


def with_grids_as_pipes(text: str) -> str:
    """The text with its grid tables as tables of pipes, a line for each row; what a cell holds over
    several rows stands in each of them. A table whose lines do not fit together stays.
    """
    return _GRID.sub(_as_pipes, text) if "+-" in text or "+=" in text else text


def _as_pipes(found: re.Match[str]) -> str:
    grid = found[0][: found.start("caption") - found.start()] if found["caption"] else found[0]
    drawn = [line.strip() for line in grid.split("\n") if line[:4].strip()[:1] in ("|", "+")]
    lines = [_in_columns(line) for line in drawn]
    edges = sorted({at for line in lines if line[0] == "+" for at in _corners(line)})
    if len({len(line) for line in lines}) > 1 or lines[-1][0] != "+" or edges[0] != 0:
        return found[0]
    bands, head = _bands(lines, edges)
    rows = _rows(bands)
    header = [" ".join(filter(None, column)) for column in zip(*rows[:head])]
    header = header or [""] * (len(edges) - 1)
    table = [header, ["---"] * len(header), *rows[head:]]
    return _as_table(table, found["caption"])


def with_simple_tables_as_pipes(text: str) -> str:
    """The same with Pandoc's tables whose columns only a line of dashes shows."""
    if "-- " not in text:
        return text
    return _SIMPLE.sub(_simple_as_pipes, _HIGH.sub(_simple_as_pipes, text))


def _simple_as_pipes(found: re.Match[str]) -> str:
    begins = [one.start() for one in _COLUMN.finditer(found["dashes"])]
    rows = found["rows"].strip("\n")
    groups = _BLANK.split(rows) if found.re is _HIGH else rows.split("\n")
    table = [[*map(_in_columns, one.split("\n"))] for one in (found["head"].rstrip("\n"), *groups)]
    lines = [line.rstrip() for row in table for line in row]
    across = any(line[at - 1 : at].strip() for line in lines for at in begins[1:])
    if across or max(map(len, lines)) > len(found["dashes"].rstrip()):
        return found[0]  # words reach over the columns
    cells = [_cut(row, begins) for row in table]
    kept = [row for row in cells if not all(map(_COLUMN.fullmatch, filter(None, row)))]
    return _as_table([kept[0], ["---"] * len(begins), *kept[1:]], found["caption"]) if kept else ""


def _cut(lines: Sequence[str], begins: Sequence[int]) -> list[str]:
    """The cells of a row of some lines, cut where columns begin."""
    spans = pairwise([0, *begins[1:], max(map(len, lines)) + 1])
    return [_told([line[begin:end] for line in lines]) for begin, end in spans]


def _as_table(rows: Sequence[Sequence[str]], caption: str | None) -> str:
    told = f"\n{caption}\n" if caption else ""
    return told + "\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows) + "\n"


def _in_columns(line: str) -> str:
    """A line with a character for each column that it takes."""
    return line if line.isascii() else "".join(c + _FILLING * (width(c) - 1) for c in line)


def _corners(line: str) -> list[int]:
    return [at for at, sign in enumerate(line) if sign == "+"]


def _bands(lines: Sequence[str], edges: Sequence[int]) -> tuple[list[list[Lines]], int]:
    """The cells of each row, column by column, and how many rows are the header.

    A cell is the list of its lines; one that goes on below a line between others is in both rows.
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
                ends = right == edges[-1] or line[right] in "|+"
                if ends:
                    out[-1][begin].append(line[spans[begin][0] + 1 : right])
    return out[:-1], head


def _rows(bands: Sequence[Sequence[Lines]]) -> list[list[str]]:
    """The texts of some rows; a long one that goes over several stands in the first only."""
    known: dict[int, str] = {}
    out = []
    for band in bands:
        texts = [known[id(cell)] if id(cell) in known else _told(cell) for cell in band]
        known |= {
            id(cell): text if len(text) <= _LABEL_CHARS else "" for cell, text in zip(band, texts)
        }
        out.append(texts)
    return out


def _told(cell: Lines) -> str:
    """A cell in one line, without the marks of a list in it."""
    text = ""
    for line in (one.replace(_FILLING, "").strip() for one in cell):
        item = _ITEM.match(line)
        begun = item or not text or width(text[-1]) + width(line[:1]) <= 2
        text += f"{' ' * bool(text and begun)}{line[item.end() if item else 0 :]}" * bool(line)
    return text.replace("|", "\\|")
