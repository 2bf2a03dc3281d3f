"""Compares the files of a corpus with those that an index was read from.

A file counts as unchanged without being read if its size, its inode and both its times are as they
were, and if the times were already so old at the earlier scan that any later change would show in
them. Otherwise the digest of its content decides.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import xxhash

from rag.corpus.article import Skipped
from rag.corpus.kept import record_files
from rag.corpus.reader import existing
from rag.corpus.stretch import Stretch, opened
from rag.corpus.walk import files_of
from rag.index.sources import DAMAGED_INDEX_ERRORS, FileState, Sources

# Nanoseconds within which two changes may leave the same time on a file: FAT keeps times to two
# seconds, other file systems to a tick of the clock.
_TIMESTAMP_GRANULARITY_NS = 2_000_000_000
_BLOCK = 1 << 20  # bytes read at once

File = tuple[Path, Path, int] | tuple[Path, Path, int, Stretch | None]
Item = Skipped | File
"""A file to be read: its path, the folder that ids are relative to, its size in bytes, and the
stretch (:mod:`rag.corpus.stretch`) that is to be read, where that is not all of it. Or why a path
is not read.
"""


@dataclass(slots=True, eq=False)
class ScannedFile:
    """A file of the corpus, while a build works on it.

    Attributes:
        path, root: the file, and the folder that ids are relative to, as the user named them.
        state: the file as it is now, and what it gave; complete after :meth:`settle`.
        before: the file as it was for the previous version; None for a new one.
        first: the row of its first article in that version.
        line: where the hashes of its lines begin in that version's :attr:`Sources.lines`.
        same: whether its content is the same as then.
        ahead: hashes of lines that were read, but whose articles were not recorded yet.
        lines: hashes of the lines that gave an article.
    """

    path: Path
    root: Path
    state: FileState
    before: FileState | None
    first: int = 0
    line: int = 0
    same: bool = False
    ahead: deque[int] = field(default_factory=deque)
    lines: list[int] = field(default_factory=list)

    def settle(self) -> None:
        """Completes ``state`` after the whole file was read. If the file changed meanwhile, the
        digest is left empty, since it is not known which content was read.
        """
        if _state(self.path, self.root, self.state.stretch).stamp != self.state.stamp:
            self.state.digest = ""
        self.state.rows = bool(self.lines)

    @property
    def is_taken_over(self) -> bool:
        """Whether all of its articles can be taken over from the previous version."""
        return self.same and self.before is not None and self.before.settled


class FileScan:
    """The files of a corpus, each compared with its state for the previous version.

    Attributes:
        corpus: the paths that the user named, absolute.
        scanned: when the scan began, in nanoseconds of the system's clock.
        found: the files in order, and a :class:`Skipped` for each path that cannot be read.
        before: the files of the previous version; None where there is nothing to compare with.
        columns: which columns of tables hold which field of an article, as pairs.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        program: str,
        version: Path | None = None,
        columns: Mapping[str, str] | None = None,
        items: Sequence[Item] | None = None,
    ) -> None:
        """Looks at all files, and compares them with those of a version.

        Args:
            paths: files and folders.
            program: version of the program (:func:`rag.freshness.program`). Another one may read
                files differently: then nothing is compared.
            version: the folder of the version to compare with; None for none.
            columns: which columns of tables hold which field; None for those of that version.
            items: the files of a shard; None for all files below ``paths``.

        Raises:
            CorpusError: no path is named, or one does not exist.
        """
        self.corpus = tuple(os.path.abspath(path) for path in paths)
        self.scanned, before = time.time_ns(), None
        if version:
            with contextlib.suppress(*DAMAGED_INDEX_ERRORS):  # damaged: then all files are read
                before = Sources.read(version)
        wanted = tuple(sorted((columns or {}).items()))
        if before and columns is None:
            wanted = before.columns
        if before and (before.program, before.columns) != (program, wanted):
            before = None
        self.before, self.columns = before, wanted
        known: dict[tuple[str, str], tuple[FileState, int, int]] = {}
        row = line = 0
        for file in before.files if before else ():
            known[file.path, file.root] = file, row, line
            row += file.articles
            line += file.articles * file.rows
        scanned_before = before.scanned if before else 0
        self.found = tuple(
            item
            if isinstance(item, Skipped)
            else _look(*item[:2], known, scanned_before, *item[3:])
            for item in (files_of(existing(paths)) if items is None else items)
        )

    @property
    def files(self) -> list[ScannedFile]:
        """The files that can be read."""
        return [one for one in self.found if isinstance(one, ScannedFile)]

    @property
    def skipped(self) -> tuple[tuple[str, str], ...]:
        """The paths that cannot be read as files, as (absolute path, reason)."""
        return tuple(
            (os.path.abspath(one.path), one.reason)
            for one in self.found
            if isinstance(one, Skipped)
        )

    @property
    def changed(self) -> bool:
        """Whether any file was added, removed, changed or put in another order, or another path
        cannot be read.
        """
        return not (
            self.before
            and self.skipped == self.before.skipped
            and [(one.state.path, one.state.root) for one in self.files]
            == [(file.path, file.root) for file in self.before.files]
            and all(one.same for one in self.files)
        )

    @property
    def settled(self) -> bool:
        """Whether all articles of all files can be taken over."""
        return all(one.is_taken_over for one in self.files)


def _look(
    path: Path, root: Path, known: dict, scanned_before: int, stretch: Stretch | None = None
) -> ScannedFile:
    """A file or a stretch of it as it is now, compared with its earlier state.

    Args:
        path, root, stretch: the file, the folder that ids are relative to, and the part to read.
        known: by absolute path and root, the earlier state, the row of the first article, and the
            number of the first hash of a line.
        scanned_before: when the earlier scan began, in nanoseconds.
    """
    state = _state(path, root, stretch)
    old, first, line = known.get((state.path, state.root), (None, 0, 0))
    now = state.record, state.size, state.stretch
    alike = bool(old and old.digest) and (old.record, old.size, old.stretch) == now
    settled = max(state.modified, state.changed) + _TIMESTAMP_GRANULARITY_NS < scanned_before
    if alike and settled and old.stamp == state.stamp:
        state.digest = old.digest
    else:
        state.digest = _digest(path, stretch)
    same = alike and state.digest == old.digest
    return ScannedFile(path, root, state, old, first, line, same)


def _state(path: Path, root: Path, stretch: Stretch | None) -> FileState:
    """The state of a file or a stretch as the file system gives it, without reading it."""
    at, folder = os.path.abspath(path), os.path.abspath(root)
    try:
        found = path.stat()
    except OSError:  # gone since it was listed: reading it will say so
        return FileState(at, folder, -1, 0, 0, 0)
    record = ""
    for file in record_files(path, root):
        with contextlib.suppress(OSError):
            status = file.stat()
            record = f"{status.st_size} {status.st_mtime_ns}"
            break
    size = stretch[1] - stretch[0] if stretch else found.st_size
    times = found.st_mtime_ns, found.st_ctime_ns
    return FileState(at, folder, size, *times, found.st_ino, record, stretch=stretch)


def _digest(path: Path, stretch: Stretch | None) -> str:
    """The digest of the content of a file or a stretch; "" where it cannot be read."""
    hasher = xxhash.xxh3_128()
    try:
        with opened(path, stretch) as file:
            while block := file.read(_BLOCK):
                hasher.update(block)
    except OSError:
        return ""
    return hasher.hexdigest()
