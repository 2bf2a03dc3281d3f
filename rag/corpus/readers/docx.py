"""Word files (.docx), through python-docx: all that a file can hold text in, in the order in which
it is read.
"""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from collections.abc import Iterator

from rag.corpus.captions import as_caption
from rag.corpus.line_kinds import could_be_title, date_in, is_letterhead, is_prose, source_in
from rag.corpus.lines import tidy, width
from rag.corpus.readers.docx_numbers import Numbers, inner
from rag.corpus.readers.docx_text import CENTRED, W, chart, diagram, lines_of, text_of
from rag.corpus.readers.draft import Draft, Unreadable
from rag.corpus.readers.html import page_text
from rag.corpus.readers.zipped import FAILURES, open_zip
from rag.extras import extra

_NOT_TEXT = re.compile(
    r"^(?:untitled|无标题|未命名|document\s*\d*|文档\s*\d*|新建.*文档|microsoft .*|word"
    r" document|.*\.docx?)$",
    re.IGNORECASE,
)
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_PAGE = re.compile(r"\b(?:NUM|SECTION)?PAGES?\b")
_TABLE = re.compile(r"\s*(?:表|table)", re.IGNORECASE)
_TEMPLATE_DAY = "2013-12-23"  # when the template of python-docx was made, which its files carry on
_HEAD = 15


def read_docx(data: bytes) -> Draft:
    """The text of a Word file as it would be printed: insertions taken, deletions left out.

    A table's row is a line with tabs between its cells. Notes, charts, diagrams and text boxes
    follow the paragraph that they are anchored in; headers, footers and comments stand at the end.
    The title is the paragraph in the style Title, else what the file's properties say, else a
    heading at the very top or a line in the middle above the text; the date is written at the top, or the day on which the file was made.

    Raises:
        Unreadable: damaged, encrypted, an old .doc, too large once unpacked, or without text.
    """
    with extra():
        import docx

    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            "expected a .docx file, found one of Word 97 to 2003 or an encrypted one; save it as"
            " .docx without a password"
        )
    with open_zip(data) as archive:
        data = _usual(archive) or data
    try:
        document = docx.Document(io.BytesIO(data))
        parts = _Parts(document.part)
        body, numbers = document.element.body, parts.numbers
        lines = list(lines_of(body, parts.style, parts.aside, numbers.before))
        around = list(parts.around())
        told = document.core_properties
        title, made = told.title or "", told.created
    except MemoryError:
        raise
    # python-docx takes a package to be whole and raises as it happens to fail
    except Exception as error:
        raise Unreadable(
            f"damaged, or no Word file ({type(error).__name__}: {error}); save it anew"
        ) from None
    return _draft(lines, around, " ".join(title.split()), made.date().isoformat() if made else "")


def _usual(archive: zipfile.ZipFile) -> bytes:
    """A file as Word saves it by default, made of one that it saved as "Strict Open XML", which
    python-docx does not take; b"" for all others.
    """
    try:
        told = archive.read("[Content_Types].xml") + archive.read("_rels/.rels")
        if not _STRICT.search(told):
            return b""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as copy:
            for name in archive.namelist():
                part = archive.read(name)
                if name.endswith((".xml", ".rels")):
                    part = _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", part)
                copy.writestr(name, part)
        return out.getvalue()
    except FAILURES:
        return b""


class _Parts:
    """The parts of a Word file besides its body: styles, notes, charts, headers, comments. Each
    note is told once.
    """

    def __init__(self, part) -> None:
        self._part = part
        self._notes: dict[str, dict] = {}
        self._styles = {
            style.get(f"{W}styleId", ""): style
            for root in self._roots("styles")
            for style in root.iterchildren(f"{W}style")
        }
        self._names: dict[str, str] = {}
        self.numbers = Numbers(self._roots("numbering"), self._styles)

    def style(self, key: str) -> str:
        """The name of a style in lower case, "" for none."""
        if key not in self._names:
            self._names[key] = inner(self._styles.get(key), "name").lower()
        return self._names[key]

    def aside(self, kind: str, key: str) -> Iterator[str]:
        """As :data:`rag.corpus.readers.docx_text.Aside`."""
        if kind == "part":
            yield from self._drawn(key)
            return
        if kind not in self._notes:
            self._notes[kind] = {
                note.get(f"{W}id", ""): note
                for root in self._roots(kind)
                for note in root.iterchildren()
                if note.get(f"{W}type", "normal") == "normal"
            }
        if (note := self._notes[kind].pop(key, None)) is not None:
            yield from self._text(note)

    def around(self) -> Iterator[str]:
        """The lines of headers and footers but for page numbers, each once, and comments behind the
        names of those who made them.
        """
        seen = set()
        for kind in ("header", "footer"):
            for root in self._roots(kind):
                paragraphs = root.iter(f"{W}p")
                seen |= {text_of(one) for one in paragraphs if _PAGE.search("".join(_codes(one)))}
                lines = [line for line in self._text(root) if line not in seen]
                seen.update(lines)
                yield from lines
        for root in self._roots("comments"):
            for comment in root.iterchildren():
                text, author = " ".join(self._text(comment)), comment.get(f"{W}author", "")
                yield f"{author}: {text}" if text and author else text

    def _text(self, root) -> Iterator[str]:
        return (text for text, _ in lines_of(root, self.style) if text)

    def _drawn(self, key: str) -> Iterator[str]:
        relation = self._part.rels.get(key)
        if relation is None or relation.is_external:
            return
        kind, data = relation.reltype.rpartition("/")[2], relation.target_part.blob
        if kind == "aFChunk" and "html" in relation.target_part.content_type:
            yield from page_text(data).split("\n")
        elif kind in ("chart", "diagramData"):
            yield from (chart if kind == "chart" else diagram)(_xml(data))

    def _roots(self, kind: str) -> Iterator:
        for relation in self._part.rels.values():
            if relation.reltype.endswith(f"/{kind}") and not relation.is_external:
                part = relation.target_part  # python-docx has the tree of those that it knows
                yield part.element if hasattr(part, "element") else _xml(part.blob)


def _xml(data: bytes):
    from docx.oxml.parser import parse_xml  # expands no entities

    return parse_xml(data)


def _codes(paragraph) -> Iterator[str]:
    """What the fields of a paragraph show."""
    for node in paragraph.iter(f"{W}instrText", f"{W}fldSimple"):
        yield node.text or node.get(f"{W}instr", "")


def _draft(lines: list[tuple[str, str]], around: list[str], told: str, made: str) -> Draft:
    filled = ((text, style) for text, style in lines if text and not style.startswith("toc "))
    lines = [(_line(text, style), style) for text, style in filled]
    here = {text for text, _ in lines}
    lines += [(text, "") for text in around if text and text not in here]
    if not lines:
        raise Unreadable("expected text, found none: only pictures, or an empty file")
    top, style = lines[0]
    if style in ("title", "标题") or (style.startswith("heading") and not told):
        title = top
    else:
        title = "" if _NOT_TEXT.match(told) else told
        title = title or _centred(lines[:_HEAD])
    body = [text for text, _ in (lines[1:] if title == top else lines)]
    head = [text for text, _ in lines[:_HEAD]]
    date = date_in(head) or ("" if made == _TEMPLATE_DAY else made)
    return Draft(tidy("\n".join(body)) or title, " ".join(title.split()), date, source_in(head))


def _centred(lines: list[tuple[str, str]]) -> str:
    """The line in the middle above the text that may be its title, as offices set it."""
    above = itertools.takewhile(lambda line: not is_prose(line[0]), lines)
    long = (text for text, style in above if style == CENTRED and width(text) >= 8)
    return next((one for one in long if could_be_title(one) and not is_letterhead(one)), "")


def _line(text: str, style: str) -> str:
    """A line, marked where it stands below a picture."""
    of_table = style.startswith("table") or _TABLE.match(text)
    return as_caption(text) if style.endswith(("caption", "题注")) and not of_table else text
