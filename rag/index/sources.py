"""What an index was read from: each file as it was found, and which articles it gave. Kept with
each version.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.corpus.stretch import Stretch
from rag.index.columns import read_columns, strings, write_columns

FILE_NAME = "sources"
UNREADABLE = (OSError, ValueError, LookupError, TypeError, ArithmeticError)
"""What reading a damaged file of an index raises."""
_HEAD = ("corpus", "model", "program", "scanned", "skipped", "columns")


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it was read.

    Attributes:
        path, root: where it is, and the folder that ids are relative to, absolute.
        size, modified, changed, inode: as the file system told before it was read; times in
            nanoseconds.
        record: size and time of what is known of it beside its bytes (:mod:`rag.corpus.kept`); ""
            for nothing.
        digest: hash of its content, 32 hex digits; "" where it changed while it was read.
        articles: how many it gave; they follow on those of the files before it.
        skipped: what of it was not indexed, as (place, reason).
        settled: False where something was left out because of another file, so that it counts only
            as long as that is there.
        rows: whether it is one of many rows, each an article.
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
    skipped: tuple[tuple[str, str], ...] = ()
    settled: bool = True
    rows: bool = False
    stretch: Stretch | None = None

    @property
    def stamp(self) -> tuple[int, ...]:
        """What shows that a file was changed."""
        return self.size, self.modified, self.changed, self.inode


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """The files of an index.

    Attributes:
        corpus: the paths that were named, absolute.
        model: the model that was named, "" for the embedded one.
        program: version of Yinju, as another one may read and split files differently.
        scanned: when the files were looked at, in nanoseconds of the system's clock.
        files: in the order in which they were read.
        skipped: what is no file that can be read, as (place, reason).
        lines: for each article of a file of rows the hash of its row, one file after the other,
            uint64; 0 for one whose id is its place.
        columns: which columns of tables hold what, as pairs, as :func:`rag.corpus.read_corpus`
            takes it.
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
        """Puts them beside the other files of a version."""
        head = {name: getattr(self, name) for name in _HEAD}
        rows = [head, *map(dataclasses.astuple, self.files)]
        texts = [json.dumps(row, ensure_ascii=True) for row in rows]
        columns = {"rows": strings(texts), "lines": self.lines.astype("<u8")}
        write_columns(folder / FILE_NAME, columns)

    @classmethod
    def read(cls, folder: Path, with_files: bool = True) -> Sources | None:
        """Those of a version; None for one that was built from articles rather than files.

        Args:
            folder: of the version.
            with_files: whether :attr:`files` is read; of many it takes long.

        Raises:
            ValueError, KeyError, TypeError, OSError: they are not what was written.
        """
        if not (folder / FILE_NAME).exists():
            return None
        columns = read_columns(folder / FILE_NAME)
        texts = columns["rows"].tobytes().decode().split("\0", -1 if with_files else 1)
        head, *rows = map(json.loads, texts[:-1])
        for name in ("corpus", "skipped", "columns"):
            head[name] = tuple(tuple(one) if isinstance(one, list) else one for one in head[name])
        return cls(files=tuple(map(_state_of, rows)), lines=columns["lines"], **head)


def _state_of(row: list) -> FileState:
    fields = dict(zip(FileState.__slots__, row, strict=False))
    fields["skipped"] = tuple(map(tuple, fields["skipped"]))
    fields["stretch"] = tuple(fields["stretch"]) if fields.get("stretch") else None
    return FileState(**fields)
