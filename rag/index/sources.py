"""The record of what an index was read from, kept with each version: every file as it was found,
and which articles came from it.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rag.corpus.stretch import Stretch
from rag.index.columns import read_columns, strings, write_columns

_SOURCES_FILE = "sources"
DAMAGED_INDEX_ERRORS = (OSError, ValueError, LookupError, TypeError, ArithmeticError)
"""The exceptions that reading a damaged file of an index may raise."""
_HEAD = ("corpus", "model", "program", "scanned", "skipped", "columns")


@dataclass(slots=True)
class FileState:
    """A file as it was read; while it is read, what it gave so far.

    Attributes:
        path, root: the file, and the folder that ids are relative to, both absolute.
        size, modified, changed, inode: as the file system gave them before the file was read; the
            times of the last change of its content and of its inode are in nanoseconds.
        record: size and time of the file with metadata about it (:mod:`rag.corpus.kept`); "" where
            there is none.
        digest: hash of its content, 32 hex digits; "" where it changed while it was read.
        articles: how many articles it gave; their rows follow those of the files before it.
        skipped: what of it was not indexed, as (place, reason).
        settled: False where an earlier article, such as one of another file, had an id of this
            file. What this file gives then depends on that article, so it is not taken over whole.
        rows: whether articles came from single lines of it, whose hashes are kept.
        stretch: the part of the file that was read (:mod:`rag.corpus.stretch`); None for all.
    """

    path: str
    root: str
    size: int
    modified: int
    changed: int
    inode: int
    record: str = ""
    digest: str = ""
    articles: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)
    settled: bool = True
    rows: bool = False
    stretch: Stretch | None = None

    @property
    def stamp(self) -> tuple[int, ...]:
        """The values by which a change of the file shows without reading it."""
        return self.size, self.modified, self.changed, self.inode


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """The files that an index was read from.

    Attributes:
        corpus: the paths that the user named, absolute.
        model: the model that the user named, "" for the embedded one.
        program: version of Yinju; another one may read and split files differently.
        scanned: when the files were looked at, in nanoseconds of the system's clock.
        files: the files in the order in which they were read.
        skipped: the paths that cannot be read as files, as (place, reason).
        lines: for each article from a line of a file the hash of the line, file after file, uint64;
            0 where the article's id depends on its file or line.
        columns: which columns of tables hold which field, as pairs; see
            :func:`rag.corpus.read_corpus`.
    """

    corpus: tuple[str, ...]
    model: str
    program: str
    scanned: int
    files: tuple[FileState, ...]
    skipped: tuple[tuple[str, str], ...]
    lines: np.ndarray
    columns: tuple[tuple[str, str], ...] = ()

    def write(self, folder: Path) -> None:
        """Writes the record into the folder of a version."""
        head = {name: getattr(self, name) for name in _HEAD}
        rows = [head, *map(dataclasses.astuple, self.files)]
        texts = [json.dumps(row, ensure_ascii=True) for row in rows]
        columns = {"rows": strings(texts), "lines": self.lines.astype("<u8")}
        write_columns(folder / _SOURCES_FILE, columns, narrow=False)

    @classmethod
    def read(cls, folder: Path, with_files: bool = True) -> Sources | None:
        """The record of a version; None for a version built from articles instead of files.

        Args:
            folder: the version's folder.
            with_files: whether to read :attr:`files` as well, which takes long if there are many.

        Raises:
            ValueError, KeyError, TypeError, OSError: the record is not what was written.
        """
        if not (folder / _SOURCES_FILE).exists():
            return None
        columns = read_columns(folder / _SOURCES_FILE)
        texts = columns["rows"].tobytes().decode().split("\0", -1 if with_files else 1)
        head, *rows = map(json.loads, texts[:-1])
        for name in ("corpus", "skipped", "columns"):
            head[name] = tuple(tuple(one) if isinstance(one, list) else one for one in head[name])
        return cls(files=tuple(map(_state_of, rows)), lines=columns["lines"], **head)


def _state_of(row: list) -> FileState:
    fields = dict(zip(FileState.__slots__, row, strict=False))
    fields["stretch"] = tuple(fields["stretch"]) if fields.get("stretch") else None
    return FileState(**fields)
