"""Records: what is known of a corpus file besides its bytes, such as its origin and its title.

A file that was added (``rag.corpus.folder``) is named ``<words>-<key>.<suffix>``. Its record is
``.yinju/<key>.json`` at the top of the corpus folder. The file may be moved to another subfolder,
because its name keeps the key.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RECORDS_FOLDER = ".yinju"
# hexadecimal digits of a key
KEY_DIGITS = 12
_KEY = re.compile(rf"-([0-9a-f]{{{KEY_DIGITS}}})(?=\.)")


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one file; "" where it is not known.

    Attributes:
        title, date, source, url, lang: of the article; they have priority over what the file says.
        name: name of the file before it was added.
        added: when it was added, UTC, ISO 8601.
        fetched: the web address that was asked for; "" for a file that is not from the web. ``url``
            is the address where the page was found.
        etag, modified: ETag and Last-Modified of the page (RFC 9110), to ask whether it has
            changed.
        article: digest of its articles. It shows whether the article of a page changed or, for
            example, only an advertisement.
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
        """Those fields of an article that are known here."""
        fields = ("title", "date", "source", "url", "lang")
        return {field: value for field in fields if (value := getattr(self, field))}

    def to_json(self) -> str:
        """The JSON text that is stored, without empty fields."""
        filled = {key: value for key, value in dataclasses.asdict(self).items() if value}
        return json.dumps(filled, ensure_ascii=False, indent=1) + "\n"


_FIELDS = frozenset(field.name for field in dataclasses.fields(Record))


def key_of(name: str) -> str:
    """The key in the name of a file that was added, or ""."""
    found = _KEY.search(name)
    return found[1] if found else ""


def record_files(file: Path, root: Path) -> Iterator[Path]:
    """The paths where the record of a file below the corpus folder ``root`` may be, likeliest
    first.

    There are none for a file without a key in its name.
    """
    if key := key_of(file.name):
        below = (parent for parent in file.parents if root in parent.parents)
        for folder in (root, *below):
            yield folder / RECORDS_FOLDER / f"{key}.json"


def read_record(file: Path, root: Path) -> Record | None:
    """The record of a file below the corpus folder ``root``; None where none can be read."""
    for record in record_files(file, root):
        try:
            row = json.loads(record.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(row, dict):
            return Record(**{k: v for k, v in row.items() if k in _FIELDS and isinstance(v, str)})
    return None
