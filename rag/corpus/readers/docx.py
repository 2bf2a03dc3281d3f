"""Word files (.docx), through python-docx: the text of all parts of a file, in reading order."""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from collections.abc import Iterator

from rag.corpus.captions import as_caption
from rag.corpus.lines import (
    could_be_title,
    date_in,
    is_letterhead,
    is_prose,
    source_in,
    tidy,
    width,
)
from rag.corpus.readers.archive import ZIP_ERRORS, open_zip
from rag.corpus.readers.docx_numbers import Numbers
from rag.corpus.readers.docx_text import CENTRED, W, chart, diagram, inner, lines_of, text_of
from rag.corpus.readers.draft import Draft, Unreadable
from rag.corpus.readers.html import page_text
from rag.extras import extra

_NOT_TEXT = re.compile(
    r"^(?:untitled|无标题|未命名|document\s*\d*|文档\s*\d*|新建.*文档|microsoft .*|word"
    r" document|.*\.docx?)$",
    re.IGNORECASE,
)
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_PAGE = re.compile(r"\b(?:NUM|SECTION)?PAGES?\b")
_TABLE = re.compile(r"\s*(?:表|table)", re.IGNORECASE)
_TEMPLATE_DAY = "2013-12-23"  # the date of python-docx's template, left in files made from it
_HEAD = 15  # lines at the top in which title, date and source are sought


def read_docx(data: bytes) -> Draft:
    """The text of a Word file as it would be printed: tracked insertions are accepted, tracked
    deletions left out.

    A row of a table is a line with tabs between its cells. Notes, charts, diagrams and text boxes
    follow the paragraph that they are anchored in. Headers, footers and comments stand at the end.
    The title is the first paragraph if its style is Title, else the title in the file's properties,
    else a heading at the very top, else a centred line above the text. The date is the one written
    at the top, else the day on which the file was made.

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
        margin_lines = list(parts.margin_lines())
        properties = document.core_properties
        title, made = properties.title or "", properties.created
    except MemoryError:
        raise
    # python-docx does not expect damaged files and raises whatever error happens to occur.
    except Exception as error:
        raise Unreadable(
            f"damaged, or no Word file ({type(error).__name__}: {error}); save it anew"
        ) from None
    return _draft(
        lines, margin_lines, " ".join(title.split()), made.date().isoformat() if made else ""
    )


def _usual(archive: zipfile.ZipFile) -> bytes:
    """A file that Word saved as "Strict Open XML", rewritten with the usual namespaces, because
    python-docx does not read the strict ones; b"" for any other file.
    """
    try:
        declarations = archive.read("[Content_Types].xml") + archive.read("_rels/.rels")
        if not _STRICT.search(declarations):
            return b""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as copy:
            for name in archive.namelist():
                usual = rb"http://schemas.openxmlformats.org/\1/2006/"
                copy.writestr(name, _STRICT.sub(usual, archive.read(name)))
        return out.getvalue()
    except ZIP_ERRORS:
        return b""


class _Parts:
    """The parts of a Word file besides its body: styles, notes, charts, headers, comments.

    Each note is returned only once, even if several marks lead to it.
    """

    def __init__(self, part) -> None:
        self._part = part
        self._notes: dict[str, dict] = {}
        self._styles = {
            style.get(f"{W}styleId", ""): style
            for root in self._roots("styles")
            for style in root.iterchildren(f"{W}style")
        }
        self.numbers = Numbers(self._roots("numbering"), self._styles)

    def style(self, key: str) -> str:
        """The name of the style with the id ``key``, in lower case; "" if there is none."""
        return inner(self._styles.get(key), "name").lower()

    def aside(self, kind: str, key: str) -> Iterator[str]:
        """The lines of a note, chart or diagram; see :data:`rag.corpus.readers.docx_text.Aside`."""
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

    def margin_lines(self) -> Iterator[str]:
        """The lines of headers and footers, each once and without page numbers; then the comments,
        each behind the name of its author.
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
                yield _xml(relation.target_part.blob)


def _xml(data: bytes):
    from docx.oxml.parser import parse_xml  # expands no entities

    return parse_xml(data)


def _codes(paragraph) -> Iterator[str]:
    """The codes of a paragraph's fields, such as "PAGE", which say what a field shows."""
    for node in paragraph.iter(f"{W}instrText", f"{W}fldSimple"):
        yield node.text or node.get(f"{W}instr", "")


def _draft(
    lines: list[tuple[str, str]], margin_lines: list[str], stated_title: str, made: str
) -> Draft:
    """The draft of a file.

    Args:
        lines: (text, style) of the lines of the body.
        margin_lines: lines of headers, footers and comments.
        stated_title: title in the file's properties.
        made: day on which the file was made, as ISO date.
    """
    filled = ((text, style) for text, style in lines if text and not style.startswith("toc "))
    lines = [(_line(text, style), style) for text, style in filled]
    here = {text for text, _ in lines}
    lines += [(text, "") for text in margin_lines if text and text not in here]
    if not lines:
        raise Unreadable("expected text, found none: only pictures, or an empty file")
    top, style = lines[0]
    if style in ("title", "标题") or (style.startswith("heading") and not stated_title):
        title = top
    else:
        title = "" if _NOT_TEXT.match(stated_title) else stated_title
        title = title or _centred(lines[:_HEAD])
    body = [text for text, _ in (lines[1:] if title == top else lines)]
    head = [text for text, _ in lines[:_HEAD]]
    date = date_in(head) or ("" if made == _TEMPLATE_DAY else made)
    return Draft(tidy("\n".join(body)) or title, " ".join(title.split()), date, source_in(head))


def _centred(lines: list[tuple[str, str]]) -> str:
    """The first centred line above the prose that can be a title, as official documents set it;
    "" if there is none.
    """
    above = itertools.takewhile(lambda line: not is_prose(line[0]), lines)
    long = (text for text, style in above if style == CENTRED and width(text) >= 8)
    return next((one for one in long if could_be_title(one) and not is_letterhead(one)), "")


def _line(text: str, style: str) -> str:
    """A line, marked as a caption if its style is that of one; a table's caption stays as it is."""
    of_table = style.startswith("table") or _TABLE.match(text)
    return as_caption(text) if style.endswith(("caption", "题注")) and not of_table else text
