"""Tables of HTML: those that lay out a page taken apart, the cells of others in lines."""

from __future__ import annotations

from typing import Any

from rag.corpus.readers.numbering import is_count
from rag.corpus.readers.tree import text_in

_CELL_CHARS = 1000  # a cell with more is a column of a page that is laid out by tables
_IN_CELLS = "p div ul ol li dl dt dd br h1 h2 h3 h4 h5 h6 section blockquote".split()
_MAX_SPAN = 200
_LABEL_CHARS = 100


def without_frames(root) -> None:
    """Makes divisions of tables that lay out a page."""
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
    """Whether the rows of a table are the parts of a page: at most one of them has several cells,
    and one holds several paragraphs.
    """
    told = [[cell for cell in row if text_in(cell)] for row in cells]
    if not any(told) or sum(len(row) > 1 for row in told) > 1:
        return False
    return any(
        cell.find(".//table") is not None
        or len(cell.xpath(".//p | .//div | .//br[following-sibling::*[1][self::br]]")) > 2
        or len(text_in(cell)) > _CELL_CHARS
        for row in told
        for cell in row
    )


def cells_in_lines(root) -> None:
    """Cells of tables in one line, those over several rows in each of them."""
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
    """A cell without blocks in it: a space where one began or ended."""
    for node in list(cell.iter(*_IN_CELLS)):
        if node is not cell:
            node.text = f" {node.text or ''}"
            node.tail = f" {node.tail or ''}"
            node.drop_tag()


def _spread(rows: list[tuple]) -> None:
    """Repeats what stands in a cell over several rows in each of these."""
    above: dict[int, tuple[int, Any]] = {}  # by column: for how many rows more, and the cell
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
    told = cell.get(name, "")
    return min(max(int(told), 1), _MAX_SPAN) if is_count(told) else 1
