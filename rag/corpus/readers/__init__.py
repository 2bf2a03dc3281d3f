"""Readers of documents, one module per family of formats; each loads its library when it first
reads.

A reader takes the bytes of a file and gives one draft or several. It raises :class:`Unreadable` or
:class:`rag.corpus.encoding.NotText` with the reason where it finds no article; what else it raises
is an error of its own.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping

from rag.corpus.readers.draft import Draft, Missing, Unreadable
from rag.errors import UsageError

Reader = Callable[[bytes], Draft | list[Draft | Missing]]


def _lazy(module: str, function: str) -> Reader:
    def read(data: bytes) -> Draft | list[Draft | Missing]:
        return getattr(importlib.import_module(f"{__name__}.{module}"), function)(data)

    return read


VERSION = 7
"""Of what is read: raise it whenever a file would be read otherwise than before, so that an index
reads its files anew.
"""

_SUFFIXES = {
    "text.read_text": ".txt",
    "text.read_markdown": ".md .markdown",
    "html.read_html": ".html .htm .xhtml",
    "mhtml.read_mhtml": ".mhtml .mht",
    "pdf.read_pdf": ".pdf",
    "docx.read_docx": ".docx",
    "epub.read_epub": ".epub",
    "feed.read_feed": ".rss .atom .xml",
}
READERS: dict[str, Reader] = {
    suffix: _lazy(*reader.split("."))
    for reader, suffixes in _SUFFIXES.items()
    for suffix in suffixes.split()
}
"""Reader of the bytes of a document, by its suffix in lower case."""

IN_PLACE = frozenset((".txt", ".md", ".markdown"))
"""Formats that are read where they are, if short; all others, whose parsers a file may keep busy
for ever, bloat or crash, are read in a process of their own (``rag.corpus.worker``).
"""

WITH_PICTURES = frozenset((".pdf", ".docx", ".epub", ".mhtml", ".mht"))
"""Formats that may be large though they hold little text."""


def read_drafts(
    suffix: str, data: bytes, columns: Mapping[str, str] | None = None
) -> list[Draft | Missing]:
    """The articles in a document, at least one item. Raises what the reader raises.

    Args:
        suffix: of :data:`READERS`, or ".json".
        data: the whole document.
        columns: names of the columns of tables, by field.
    """
    if suffix == ".json":
        from rag.corpus.readers.rows import read_json

        return read_json(data, columns or {})
    try:
        found = READERS[suffix](data)
    except UsageError as error:  # an extra is not installed
        raise Unreadable(str(error)) from error
    return found if isinstance(found, list) else [found]
