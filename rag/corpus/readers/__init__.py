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


VERSION = 6
"""Of what is read: raise it whenever a file would be read otherwise than before, so that an index
reads its files anew.
"""

_html, _feed = _lazy("html", "read_html"), _lazy("feed", "read_feed")

READERS: dict[str, Reader] = {
    ".txt": _lazy("text", "read_text"),
    ".md": _lazy("text", "read_markdown"),
    ".markdown": _lazy("text", "read_markdown"),
    ".html": _html,
    ".htm": _html,
    ".xhtml": _html,
    ".mhtml": _lazy("mhtml", "read_mhtml"),
    ".mht": _lazy("mhtml", "read_mhtml"),
    ".pdf": _lazy("pdf", "read_pdf"),
    ".docx": _lazy("docx", "read_docx"),
    ".epub": _lazy("epub", "read_epub"),
    ".rss": _feed,
    ".atom": _feed,
    ".xml": _feed,
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
