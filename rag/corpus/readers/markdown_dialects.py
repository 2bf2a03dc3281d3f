"""Turns the Markdown of other programs (site generators, notebooks, converters) into the Markdown
that the parser knows: their marks are removed, and grid tables (drawn with + - and |, as in Pandoc,
Emacs and reStructuredText) become pipe tables.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.corpus.lines import width

_FENCED = re.compile(r"^(?:```.*?^```|~~~.*?^~~~)", re.MULTILINE | re.DOTALL)
_SHORTCODE = re.compile(r"\{\{[<%]([^{}\n]{0,1000})[>%]\}\}|\{%[^{}\n]{0,1000}%\}")
_SAID = re.compile(r"\b(?:caption|title)=\"([^\"\n]+)\"")
_ATTRIBUTE = r"(?:[#.][\w-]+|[\w-]+=(?:\"[^\"\n]*\"|[^\s{}\"]+))"
_ATTRIBUTES = re.compile(
    rf"[ \t]*(?<![{{_^])\{{:?[ \t]*{_ATTRIBUTE}(?:\s{{1,3}}{_ATTRIBUTE}){{0,20}}[ \t]*\}}(?!\}})"
)
_EMBEDDED = re.compile(r"!\[\[[^\[\]\n]{0,300}\]\]")
_WIKI_LINK = re.compile(r"\[\[([^\[\]\n|]{1,300})(?:\|([^\[\]\n|]{1,300}))?\]\](?!\()")
_MARKED = re.compile(r"(?<![=\w])==(?=\S)([^=\n]{1,500})(?<=\S)==(?![=\w])")
_HIDDEN = re.compile(r"%%[^%\n]{1,2000}%%")
_BLOCK_ID = re.compile(r"[ \t]\^[A-Za-z0-9-]{3,40}$", re.MULTILINE)
_POWER = re.compile(r"(?<=[\w)）])\^([+\-−]?\d{1,3})\^")
_FENCE = re.compile(
    r"^:{3,}[ \t]*(?:\{[^{}\n]*\}|[\w-]*)[ \t]*(?:\[([^\]\n]*)\]|(.*))$", re.MULTILINE
)
_CALL_OUT = re.compile(r"^([> \t]*>[ \t]*)\[![\w-]+\][+-]?[ \t]*", re.MULTILINE)
_VERSE = re.compile(r"^\|[ \t]+(\S[^|\n]*)$", re.MULTILINE)  # a line that Pandoc keeps as one
# Of tables that are drawn with lines.
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


def without_dialects(text: str) -> str:
    """Markdown without the marks of Hugo, Jekyll, Docusaurus, Obsidian and Pandoc. Fenced code is
    not changed.

    The text that such marks show is kept: the label of a link, the title of a box, the caption of a
    figure, the cells of a table.
    """
    out: list[str] = []
    at = 0
    for code in _FENCED.finditer(text):
        out += _plain(text[at : code.start()]), code[0]
        at = code.end()
    return "".join(out) + _plain(text[at:])


def _plain(text: str) -> str:
    if "{" in text:
        text = _ATTRIBUTES.sub("", _SHORTCODE.sub(_shown, text))
    if "[[" in text:
        text = _WIKI_LINK.sub(lambda link: link[2] or link[1], _EMBEDDED.sub("", text))
    if "==" in text or "%%" in text:
        text = _MARKED.sub(r"\1", _HIDDEN.sub("", text))
    if "^" in text:
        text = _BLOCK_ID.sub("", _POWER.sub(r"<sup>\1</sup>", text))
    if ":::" in text:
        text = _FENCE.sub(lambda fence: f"\n{fence[1] or fence[2] or ''}\n", text)
    if "[!" in text:
        text = _CALL_OUT.sub(r"\1", text)
    text = _with_grids_as_pipes(text)
    return _VERSE.sub(r"\1  ", text) if "|" in text else text


def _shown(code: re.Match[str]) -> str:
    """What a shortcode ("{{< figure ... >}}") shows: the caption of a figure, else nothing."""
    caption = _SAID.search(code[1] or "")
    return f"![{caption[1]}](figure)" if caption and code[1].strip().startswith("figure") else ""


def _with_grids_as_pipes(text: str) -> str:
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
