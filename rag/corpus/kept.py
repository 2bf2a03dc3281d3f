"""What is known of a file of a corpus beside its bytes: where it came from, and what a person said
of it.

A file that was added (``rag.corpus.folder``) is named ``<words>-<key>.<suffix>``, and
``.yinju/<key>.json`` at the top of the corpus folder says the rest. As the key is in the name, the
file may be moved to another subfolder.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = ".yinju"
KEY_DIGITS = 12
_KEY = re.compile(rf"-([0-9a-f]{{{KEY_DIGITS}}})(?=\.)")


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one file; "" where it is not known.

    Attributes:
        title, date, source, url, lang: as of an article; they go before what the file says itself.
        name: how the file was called before it was added.
        added: when, UTC, ISO 8601.
        fetched: the address that was asked for, where the file is an answer from the web; ``url``
            is where it was found.
        etag, modified: what to ask with whether the page has changed since (RFC 9110, ETag and
            Last-Modified).
        article: digest of the article in it, to tell a page that changed from one with another
            advertisement.
    """

    title: str = ""
    date: str = ""
    source: str = ""
    url: str = ""
    lang: str = ""
    name: str = ""
    added: str = ""
    fetched: str = ""
    etag: str = ""
    modified: str = ""
    article: str = ""

    @property
    def stated(self) -> dict[str, str]:
        """The fields of an article that are known here."""
        fields = ("title", "date", "source", "url", "lang")
        return {field: value for field in fields if (value := getattr(self, field))}

    def to_json(self) -> str:
        """The text of a record's file."""
        filled = {key: value for key, value in dataclasses.asdict(self).items() if value}
        return json.dumps(filled, ensure_ascii=False, indent=1) + "\n"


_FIELDS = frozenset(field.name for field in dataclasses.fields(Record))


def key_of(name: str) -> str:
    """The key in the name of a file that was added, or ""."""
    found = _KEY.search(name)
    return found[1] if found else ""


def record_files(file: Path, root: Path) -> Iterator[Path]:
    """Where what is known of a file below the corpus folder ``root`` may stand, the likeliest
    first; nowhere for a file that was not added.
    """
    if key := key_of(file.name):
        below = (parent for parent in file.parents if root in parent.parents)
        for folder in (root, *below):
            yield folder / FOLDER / f"{key}.json"


def read_record(file: Path, root: Path) -> Record | None:
    """What is known of a file below the corpus folder ``root``; None where nothing legible is."""
    for record in record_files(file, root):
        try:
            row = json.loads(record.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(row, dict):
            return Record(**{k: v for k, v in row.items() if k in _FIELDS and isinstance(v, str)})
    return None
