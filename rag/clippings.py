"""Writes quotes that a reader pinned as Markdown or as a Word file, each with its source in a
footnote.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.extras import extra

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

_TITLES = {"zh": "摘录", "en": "Clippings"}
_CHANGED = {
    "zh": "索引已更新，无法再核对这句话",
    "en": "the index has changed, so this could not be checked",
}
# Characters that are markup in Markdown, at the beginning of a paragraph or within it.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Clipping:
    """A pinned quote.

    Attributes:
        quote: the quoted words.
        title, date, source, url: those of the article.
        lang: language of the article.
        question: the question in whose answer it was quoted, or "".
        checked: whether the index still has these words at this place.
    """

    quote: str
    title: str = ""
    date: str = ""
    source: str = ""
    url: str = ""
    lang: str = ""
    question: str = ""
    checked: bool = True


def as_markdown(clippings: Sequence[Clipping], lang: str) -> str:
    """The quotes in order, each a block quotation with a footnote. ``lang`` is the language of the
    heading and of remarks.
    """
    parts = [f"# {_TITLES[lang]}"]
    for number, one in enumerate(clippings, 1):
        parts += [f"**{_escaped(question)}**"] if (question := _asked(clippings, number)) else []
        parts.append(f"> {_escaped(one.quote)}[^{number}]")
    notes = (
        f"[^{n}]: {_escaped(_source(one, lang))}" + (f" <{_url(one)}>" if _url(one) else "")
        for n, one in enumerate(clippings, 1)
    )
    return "\n\n".join([*parts, "\n".join(notes)]) + "\n"


def as_docx(clippings: Sequence[Clipping], lang: str) -> bytes:
    """The same as the bytes of a Word file, with Word's own footnotes."""
    with extra():
        from docx import Document

    document = Document()
    document.core_properties.title, document.core_properties.author = _TITLES[lang], "Yinju"
    document.add_heading(_TITLES[lang], 1)
    for number, one in enumerate(clippings, 1):
        if question := _asked(clippings, number):
            document.add_heading(_plain(question), 2)
        _refer(document.add_paragraph(_plain(one.quote), style="Quote"), number)
    sources = [_plain(f"{_source(one, lang)} {_url(one)}".strip()) for one in clippings]
    _add_footnotes(document, sources)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _asked(clippings: Sequence[Clipping], number: int) -> str:
    """The question to show above a clipping; "" if it is the same as for the clipping before."""
    one = clippings[number - 1]
    before = clippings[number - 2].question if number > 1 else ""
    return one.question if one.question != before else ""


def _source(one: Clipping, lang: str) -> str:
    """The text of a footnote: where the quote is from, and whether it could not be checked."""
    parts = (one.title, one.source, one.date, "" if one.checked else _CHANGED[lang])
    return ", ".join(" ".join(part.split()) for part in parts if part) or "–"


def _url(one: Clipping) -> str:
    """The address of the article, safe to stand in <>; "" if it is not one of http or https."""
    url = "".join(one.url.split())
    return url.replace("<", "%3C").replace(">", "%3E") if re.match(r"https?://", url) else ""


def _escaped(text: str) -> str:
    """A text on one line, with the markup of Markdown escaped."""
    line = _MARKUP.sub(r"\\\1", " ".join(text.split()))
    return re.sub(r"^(\d+)([.)])|^([-+=:])", r"\1\\\2\3", line)


def _plain(text: str) -> str:
    """A text on one line, without characters that XML cannot hold."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def _refer(paragraph: Paragraph, number: int) -> None:
    """Puts the reference to a footnote at the end of a paragraph."""
    from docx.oxml import parse_xml

    reference = (
        f'<w:r xmlns:w="{_W}"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
        f'<w:footnoteReference w:id="{number}"/></w:r>'
    )
    paragraph._p.append(parse_xml(reference))


def _add_footnotes(document: Document, notes: Sequence[str]) -> None:
    """Adds the part of the file that holds the footnotes; python-docx does not make it."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    # Word expects the two lines that separate footnotes from the text as the footnotes -1 and 0.
    separators = "".join(
        f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:r><w:{kind}/></w:r></w:p>'
        "</w:footnote>"
        for number, kind in ((-1, "separator"), (0, "continuationSeparator"))
    )
    footnotes = "".join(
        f'<w:footnote w:id="{number}"><w:p><w:r><w:rPr><w:vertAlign'
        ' w:val="superscript"/></w:rPr><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve">'
        f" {html.escape(note, quote=False)}</w:t></w:r></w:p></w:footnote>"
        for number, note in enumerate(notes, 1)
    )
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:footnotes'
        f' xmlns:w="{_W}">{separators}{footnotes}</w:footnotes>'
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, xml.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
