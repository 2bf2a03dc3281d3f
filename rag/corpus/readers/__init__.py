"""Readers of documents, one module per family of formats; each loads its library when it first reads.

A reader takes the bytes of a file and gives one draft or several. It raises :class:`Unreadable` or
:class:`rag.corpus.encoding.NotText` with the reason where it finds no article; what else it raises is an error of its own.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

from rag.corpus.readers.draft import Draft, Unreadable

__all__ = ["ISOLATED", "READERS", "Draft", "Unreadable", "read_drafts"]


def _lazy(module: str, function: str) -> Callable[[bytes], Draft | list[Draft]]:
    def read(data: bytes) -> Draft | list[Draft]:
        return getattr(importlib.import_module(f"{__name__}.{module}"), function)(data)

    return read


_text, _markdown, _html = _lazy("text", "read_text"), _lazy("text", "read_markdown"), _lazy("html", "read_html")

READERS: dict[str, Callable[[bytes], Draft | list[Draft]]] = {
    ".txt": _text,
    ".md": _markdown,
    ".markdown": _markdown,
    ".html": _html,
    ".htm": _html,
    ".pdf": _lazy("pdf", "read_pdf"),
    ".docx": _lazy("docx", "read_docx"),
}
"""Reader of the bytes of a document, by its suffix in lower case."""

ISOLATED = frozenset((".html", ".htm", ".pdf", ".docx"))
"""Formats with parsers that a file may keep busy for ever, or crash: read in a process of their own (``rag.corpus.worker``)."""


def read_drafts(suffix: str, data: bytes) -> list[Draft]:
    """The articles in a document of a format of :data:`READERS`, at least one. Raises what the reader raises."""
    found = READERS[suffix](data)
    return found if isinstance(found, list) else [found]
