"""Text from the XML of a Word file: paragraphs, rows of tables, and what is anchored in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rag.corpus.readers.formulas import in_brackets
from rag.corpus.readers.numbering import is_count, raised

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
CENTRED = "centred"
_P, _ROW, _BOX = f"{W}p", f"{W}tr", f"{W}txbxContent"
_RUN, _LOOK, _TEXTS = f"{W}r", f"{W}rPr/*", (f"{W}t", f"{_M}t")
_FRACTION, _ROOT = f"{_M}f", f"{_M}rad"
_DRAWN = f"{_A}p"
_WORDART, _HEADERS = "{urn:schemas-microsoft-com:vml}textpath", (f"{W}hdr", f"{W}ftr")
# Elements that are not read: text that was deleted or moved away with changes tracked, the reading
# of a word above it (ruby), the codes of fields, copies for programs older than 2010, and the
# formatting of runs and paragraphs.
_GONE = frozenset(f"{W}{name}" for name in "del moveFrom instrText rt rPr pPr".split()) | {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
}
_MARKS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
_HIDING = (f"{W}strike", f"{W}dstrike", f"{W}vanish")
# The kind of note that a mark in a paragraph refers to; the attribute that names another part.
_ANCHORS = {f"{W}footnoteReference": "footnotes", f"{W}endnoteReference": "endnotes"}
_PARTS = {f"{_C}chart": f"{_R}id", f"{_DGM}relIds": f"{_R}dm", f"{W}altChunk": f"{_R}id"}

Aside = Callable[[str, str], Iterator[str]]
"""Returns the lines of what a mark in a paragraph leads to. Its arguments are "footnotes" or
"endnotes" and the id of a note, or "part" and the id of a relationship (a chart, for example).
"""


Before = Callable[[object], str]
"""Returns the list number that Word shows before a paragraph; "" for none."""


def lines_of(
    body,
    named: Callable[[str], str],
    aside: Aside = lambda kind, key: iter(()),
    before: Before = lambda paragraph: "",
) -> Iterator[tuple[str, str]]:
    """Yields (text, style) of each paragraph and table row, in the order of the document.

    The style is "" for rows and for what is anchored in a paragraph, and :data:`CENTRED` for a
    paragraph that is centred and has no style but the normal one.

    Args:
        body: the element that holds the paragraphs and tables.
        named: returns the name of a style in lower case, given its id.
        aside: returns the lines of notes, charts and diagrams.
        before: returns the list number of a paragraph.
    """
    above: dict[object, dict[int, str]] = {}
    for block in _inside(body, (_P, _ROW, *_PARTS)):
        if block.tag == _P:
            number, text = before(block), text_of(block)
            yield number * bool(text) + text, _style(block, named)
            yield from ((line, "") for line in _anchored(block, aside))
            if next(block.iter(_BOX), None) is not None:  # text boxes anchored in the paragraph
                for box in _inside(block, (_BOX,)):
                    yield from lines_of(box, named, aside, before) if box.tag == _BOX else ()
        elif block.tag == _ROW and block.find(f"{W}trPr/{W}del") is None:
            cells = _cells(block, above.setdefault(block.getparent(), {}), before)
            yield "\t".join(cells).strip(), ""
            yield from ((line, "") for line in _anchored(block, aside))
        elif block.tag in _PARTS:
            yield from ((line, "") for line in aside("part", block.get(_PARTS[block.tag], "")))


def _style(paragraph, named: Callable[[str], str]) -> str:
    look = paragraph.find(f"{W}pPr")
    name, centred = named(inner(look, "pStyle")), inner(look, "jc") == "center"
    return CENTRED if centred and name in ("", "normal", "正文") else name


def inner(node, name: str) -> str:
    """The value (w:val) of a child element; "" if it is missing."""
    found = node.find(f"{W}{name}") if node is not None else None
    return found.get(f"{W}val", "") if found is not None else ""


def text_of(paragraph) -> str:
    """The text of a paragraph, without text boxes in it and without struck out or hidden text."""
    return "".join(_pieces(paragraph)).strip()


def _pieces(paragraph) -> Iterator[str]:
    for node in _inside(paragraph, (*_TEXTS, _FRACTION, _ROOT, _BOX), _is_hidden):
        if node.tag in _TEXTS:
            yield raised(node.text or "") if _is_raised(node) else node.text or ""
        elif node.tag == _FRACTION:
            parts = (node.find(f"{_M}{name}") for name in ("num", "den"))
            yield "/".join(in_brackets(text_of(part)) for part in parts if part is not None)
        elif node.tag == _ROOT:
            inside = node.find(f"{_M}e")
            yield "√" + (in_brackets(text_of(inside)) if inside is not None else "")
        else:
            yield _MARKS.get(node.tag, "")


def _is_raised(text) -> bool:
    above = text.getparent()
    for mark in above.iterfind(_LOOK):
        value = mark.get(f"{W}val", "-")
        if mark.tag == f"{W}vertAlign" and value == "superscript":
            return True
        if mark.tag == f"{W}position" and value[:1] not in ("", "-"):  # half points above the line
            return True
    return above.getparent().tag == f"{_M}sup"


def _is_hidden(run) -> bool:
    return run.tag == _RUN and any(
        mark.tag in _HIDING and mark.get(f"{W}val", "1") not in ("0", "false", "off")
        for mark in run.iterfind(_LOOK)
    )


def _cells(row, above: dict[int, str], before: Before) -> Iterator[str]:
    """Yields the text of each cell of a row, each in one line.

    A cell that is merged with the one above repeats that one's text. A cell over several columns is
    followed by empty cells. ``above`` holds the merged texts by column and is updated.
    """
    column = 0
    for cell in _inside(row, (f"{W}tc",)):
        if cell.tag != f"{W}tc":
            continue
        lines = (f"{before(one)}{text_of(one)}" for one in _inside(cell) if one.tag == _P)
        text = " ".join(" ".join(lines).split())
        merged, span = cell.find(f"{W}tcPr/{W}vMerge"), inner(cell.find(f"{W}tcPr"), "gridSpan")
        if merged is not None and merged.get(f"{W}val") != "restart":
            text = text or above.get(column, "")
        above[column] = text
        yield text
        columns = int(span) if is_count(span) and len(span) < 3 else 1
        yield from [""] * (columns - 1)
        column += columns


def _inside(
    root, closed: Sequence[str] = (), hidden: Callable[[object], bool] = lambda node: False
) -> Iterator:
    """Yields the descendants of an element in document order.

    Elements of :data:`_GONE` and those that are ``hidden`` are left out with all that they hold.
    Elements whose tag is in ``closed`` are yielded, but not what they hold.
    """
    waiting = [root.iterchildren()]
    while waiting:
        node = next(waiting[-1], None)
        if node is None:
            waiting.pop()
        elif node.tag not in _GONE and not hidden(node):
            yield node
            if node.tag not in closed:
                waiting.append(node.iterchildren())


def _anchored(block, aside: Aside) -> Iterator[str]:
    """Yields the lines of the notes, charts and diagrams of a paragraph or row, and of words in
    drawings and WordArt. WordArt of headers is left out, as Word stores watermarks there.
    """
    if next(block.iter(*_ANCHORS, *_PARTS, _DRAWN, _WORDART), None) is None:
        return
    for node in _inside(block, (_BOX,)):
        if node.tag in _ANCHORS:
            yield from aside(_ANCHORS[node.tag], node.get(f"{W}id", ""))
        elif node.tag in _PARTS:
            yield from aside("part", node.get(_PARTS[node.tag], ""))
        elif node.tag == _DRAWN:
            yield drawn(node)
        elif node.tag == _WORDART and next(node.iterancestors(*_HEADERS), None) is None:
            yield " ".join(node.get("string", "").split())


def drawn(paragraph) -> str:
    """The text of a paragraph in a drawing."""
    return "".join(node.text or "" for node in paragraph.iter(f"{_A}t")).strip()


def diagram(root) -> Iterator[str]:
    """The texts of a diagram (SmartArt)."""
    yield from (drawn(paragraph) for paragraph in root.iter(f"{_A}p"))


def chart(root) -> Iterator[str]:
    """Yields the title of a chart, then the figures that it shows as rows of a table."""
    for title in root.iterfind(f".//{_C}title"):
        yield " ".join(filter(None, map(drawn, title.iter(f"{_A}p"))))
    series = list(root.iter(f"{_C}ser"))
    named = [_points(one.find(f"{_C}tx")).get("0", "") for one in series]
    values = [_points(one.find(f"{_C}val")) for one in series]
    categories = next((found for one in series if (found := _points(one.find(f"{_C}cat")))), {})
    if any(named):
        yield "\t".join(["", *named])
    for at, name in categories.items():
        yield "\t".join([name, *(one.get(at, "") for one in values)])


def _points(holder) -> dict[str, str]:
    """The values that a series of a chart caches, by their index."""
    if holder is None:
        return {}
    points = ((point.get("idx", "0"), point.find(f"{_C}v")) for point in holder.iter(f"{_C}pt"))
    return {at: value.text or "" for at, value in points if value is not None}
