"""Tables of HTML: takes apart those that only lay out a page, and puts each cell of the others in
one line.
"""

from __future__ import annotations

import re
from typing import Any

from rag.corpus.readers.numbering import is_count
from rag.corpus.readers.tree import path, text_in

_CELL_CHARS = 1000  # a longer cell is a column of a page that is laid out by a table
_IN_CELLS = "p div ul ol li dl dt dd br h1 h2 h3 h4 h5 h6 section blockquote".split()
# Items of a list that follow another item, and the sign that marks them while a cell is flattened.
_FURTHER = path(
    "(.//li[preceding-sibling::li[normalize-space(.)]] | .//dt[preceding-sibling::dd]"
    " | .//dd[preceding-sibling::*[1][self::dd]])[normalize-space(.)]"
)
_ITEM = "\ufdd2"
_AT_ITEM = re.compile(rf"([，,、；;。.！!？?：:…])?\s*{_ITEM}\s*")
_MAX_SPAN = 200  # rows or columns of one cell
_LABEL_CHARS = 100  # a longer cell over several rows is not repeated in each of them


def without_frames(root) -> None:
    """Turns tables that only lay out a page into divisions."""
    for table in root.xpath("//table"):
        rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
        cells = [_cells(row) for row in rows]
        if table.get("role") in ("presentation", "none") or _frames(cells):
            for part in table.xpath("./thead | ./tbody | ./tfoot | ./colgroup"):
                part.drop_tag()
            for node in (table, *rows, *(cell for row in cells for cell in row)):
                node.tag = "div"


def _cells(row) -> list:
    return [cell for cell in row if cell.tag in ("td", "th")]


def _frames(cells: list[list]) -> bool:
    """Whether a table, given as the cells of each row, only lays out a page: at most one row has
    several cells with text, and some cell holds a table, several paragraphs or a long text.
    """
    filled = [[cell for cell in row if text_in(cell)] for row in cells]
    if not any(filled) or sum(len(row) > 1 for row in filled) > 1:
        return False
    return any(
        cell.find(".//table") is not None
        or len(cell.xpath(".//p | .//div | .//br[following-sibling::*[1][self::br]]")) > 2
        or len(text_in(cell)) > _CELL_CHARS
        for row in filled
        for cell in row
    )


def cells_in_lines(root) -> None:
    """Puts each cell of a table in one line, and repeats a cell over several rows in each of them.

    Captions become paragraphs before their table.
    """
    for caption in root.xpath("//table/caption"):
        caption.tag = "p"
        caption.getparent().addprevious(caption)
    for part in list(root.iter("thead", "tbody", "tfoot")):
        part.drop_tag()
    for table in root.xpath("//table[not(.//table)]"):
        rows = [(row, _cells(row)) for row in table.iter("tr")]
        cells = [cell for _, row in rows if len(row) > 1 for cell in row]
        for cell in cells:
            if len(cell) and len(text_in(cell)) <= _CELL_CHARS:
                _flat(cell)
        if any(cell.get("rowspan") for cell in cells):
            _spread(rows)


def _flat(cell) -> None:
    """Removes the block elements of a cell and leaves their text, with spaces between them.

    A mark parts the items of a list, as "books maps" could be one thing: "、" in Chinese, where a
    semicolon would end the sentence, else "; ".
    """
    further = set(_FURTHER(cell))
    for node in list(cell.iter(*_IN_CELLS)):
        if node is not cell:
            node.text = f" {_ITEM * (node in further)}{node.text or ''}"
            node.tail = f" {node.tail or ''}"
            node.drop_tag()
    if not further:
        return
    mark = "、" if max(text_in(cell).replace(_ITEM, ""), default="") > "\u2e7f" else "; "
    for node in cell.iter():
        node.text, node.tail = (
            text and _AT_ITEM.sub(lambda at: f"{at[1]} " if at[1] else mark, text)
            for text in (node.text, node.tail)
        )


def _spread(rows: list[tuple]) -> None:
    """Repeats the text of a cell over several rows in each of them; a long text is not repeated,
    its place stays empty.
    """
    above: dict[int, tuple[int, Any]] = {}  # by column: number of rows still to fill, and the cell
    for row, cells in rows:
        below, column = {}, 0
        for cell in (*cells, None):
            while column in above:
                left, spanning = above[column]
                copy = row.makeelement(spanning.tag, {"colspan": spanning.get("colspan", "1")})
                copy.text = text if len(text := text_in(spanning)) <= _LABEL_CHARS else ""
                row.append(copy) if cell is None else cell.addprevious(copy)
                if left > 1:
                    below[column] = left - 1, spanning
                column += _span(spanning, "colspan")
            if cell is None:
                break
            if (span := _span(cell, "rowspan")) > 1:
                below[column] = span - 1, cell
                del cell.attrib["rowspan"]
            column += _span(cell, "colspan")
        above = below


def _span(cell, name: str) -> int:
    span = cell.get(name, "")
    return min(max(int(span), 1), _MAX_SPAN) if is_count(span) else 1
