"""Readers of documents: one module per family of file formats.

A module is imported, with the library that it needs, when the first document of its formats is
read. A reader takes the bytes of a file and returns one draft or a list of drafts. It raises
:class:`Unreadable` or :class:`rag.corpus.encoding.NotText`, with the reason, if it finds no
article. Any other exception is a bug in the reader.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from rag.corpus.readers.draft import Draft, Missing, Unreadable
from rag.errors import UsageError

READERS_VERSION = 9
"""Version of what the readers return. Raise it whenever a file would be read differently than
before, so that an index reads its files again.
"""

_SUFFIXES = {
    "text.read_text": ".txt",
    "text.read_markdown": ".md .markdown",
    "html.read_html": ".html .htm .xhtml",
    "html.read_mhtml": ".mhtml .mht",
    "pdf.read_pdf": ".pdf",
    "docx.read_docx": ".docx",
    "epub.read_epub": ".epub",
    "feed.read_feed": ".rss .atom .xml",
    "rows.read_json": ".json",
}
READER_BY_SUFFIX = {
    suffix: reader for reader, suffixes in _SUFFIXES.items() for suffix in suffixes.split()
}
"""The module and function that read each format, by the suffix of its files in lower case."""

IN_PLACE = frozenset((".txt", ".md", ".markdown"))
"""Formats that the calling process reads itself if the file is short.

All others are read in a separate process (``rag.corpus.worker``), because a file can make their
parsers run for ever, use up the memory or crash.
"""

WITH_PICTURES = frozenset((".pdf", ".docx", ".epub", ".mhtml", ".mht"))
"""Formats whose files may be large although they hold little text."""


def read_drafts(
    suffix: str, data: bytes, columns: Mapping[str, str] | None = None
) -> list[Draft | Missing]:
    """The articles in a document, as a list of at least one item. Raises what the reader raises.

    Args:
        suffix: a suffix of :data:`READER_BY_SUFFIX`.
        data: the whole document.
        columns: for each field of an article the name that a JSON file uses for it, where that is
            not a usual one.
    """
    module, function = READER_BY_SUFFIX[suffix].split(".")
    try:
        read = getattr(importlib.import_module(f"{__name__}.{module}"), function)
        found = read(data, columns or {}) if suffix == ".json" else read(data)
    except UsageError as error:  # an extra is not installed
        raise Unreadable(str(error)) from error
    return found if isinstance(found, list) else [found]
