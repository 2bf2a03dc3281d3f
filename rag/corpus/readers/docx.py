"""Word files (.docx), through python-docx: paragraphs, headings, lists, tables and text boxes in their order."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from rag.corpus.dates import find_date
from rag.corpus.line_kinds import is_date_line, labelled_source
from rag.corpus.lines import tidy
from rag.corpus.readers.draft import Draft, Unreadable
from rag.corpus.readers.zipped import open_zip

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_P, _ROW, _CELL, _TEXT = f"{_W}p", f"{_W}tr", f"{_W}tc", f"{_W}t"
_BOX = f"{_W}txbxContent"
# Text that was deleted or moved away with changes tracked, and what is there for programs of before 2010 only.
_GONE = frozenset(
    (f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback")
)
_MARKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_NOT_TEXT = re.compile(r"^(?:untitled|无标题|未命名|document\s*\d*|文档\s*\d*|新建.*文档|microsoft .*|word document|.*\.docx?)$", re.IGNORECASE)
_TEMPLATE_DAY = "2013-12-23"  # when the template of python-docx was made, which its files carry on
_HEAD = 15


def read_docx(data: bytes) -> Draft:
    """The text of a Word file as it would be printed: insertions taken, deletions, comments and notes left out.

    A table's row is a line with tabs between its cells. The title is the paragraph in the style Title, else what the file's
    properties say, else a heading at the very top; the date is written at the top, or the day on which the file was made.

    Raises:
        Unreadable: damaged, encrypted, an old .doc, too large once unpacked, or without text.
    """
    import docx

    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("expected a .docx file, found one of Word 97 to 2003 or an encrypted one; save it as .docx without a password")
    open_zip(data).close()
    try:
        document = docx.Document(io.BytesIO(data))
        styles = {style.style_id: (style.name or "").lower() for style in document.styles}
        lines = list(_lines(document.element.body, styles))
        told = document.core_properties
        title, made = told.title or "", told.created
    except MemoryError:
        raise
    except Exception as error:  # python-docx takes a package to be whole and raises as it happens to fail
        raise Unreadable(f"damaged, or no Word file ({type(error).__name__}: {error}); save it anew") from None
    return _draft(lines, " ".join(title.split()), made.date().isoformat() if made else "")


def _lines(body, styles: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(text, style) of each paragraph and row of a table in order; "" is the style of rows."""
    waiting = [body.iterchildren()]
    while waiting:
        block = next(waiting[-1], None)
        if block is None:
            waiting.pop()
        elif block.tag == _P:
            yield _text(block), styles.get(block.style or "", "")
            # The text of boxes that are anchored in the paragraph.
            waiting.append(iter([box for box in block.iter(_BOX) if _shown(box, block)]))
        elif block.tag == _ROW:
            cells = (" ".join(_text(one) for one in cell.iter(_P)) for cell in block.iter(_CELL))
            yield "\t".join(" ".join(cell.split()) for cell in cells).strip(), ""
        elif block.tag not in _GONE:
            waiting.append(block.iterchildren())


def _text(paragraph) -> str:
    """The text of a paragraph, without that of boxes in it."""
    out, waiting = [], [paragraph.iterchildren()]
    while waiting:
        node = next(waiting[-1], None)
        if node is None:
            waiting.pop()
        elif node.tag == _TEXT:
            out.append(node.text or "")
        elif node.tag in _MARKS:
            out.append(_MARKS[node.tag])
        elif node.tag not in _GONE and node.tag != _BOX:
            waiting.append(node.iterchildren())
    return "".join(out).strip()


def _shown(box, paragraph) -> bool:
    """Whether a text box is the paragraph's own, not one inside another box, and no copy for old programs."""
    node = box.getparent()
    while node is not paragraph:
        if node.tag in _GONE or node.tag == _BOX:
            return False
        node = node.getparent()
    return True


def _draft(lines: list[tuple[str, str]], told: str, made: str) -> Draft:
    lines = [(text, style) for text, style in lines if text]
    if not lines:
        raise Unreadable("expected text, found none: only pictures, or an empty file")
    top, style = lines[0]
    if style in ("title", "标题") or (style.startswith("heading") and not told):
        title = top
    else:
        title = "" if _NOT_TEXT.match(told) else told
    body = [text for text, _ in (lines[1:] if title == top else lines)]
    head = [text for text, _ in lines[:_HEAD]]
    dated = next((find_date(line) for line in head if is_date_line(line)), None)
    source = next((name for line in head if (name := labelled_source(line))), "")
    date = dated.iso if dated else "" if made == _TEMPLATE_DAY else made
    return Draft(tidy("\n".join(body)) or title, " ".join(title.split()), date, source)
