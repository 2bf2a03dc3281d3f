"""The files of a corpus, each compared with what an index was read from.

A file is unchanged where size, inode and both times are as they were, and the times lay so far back
when it was looked at that a later change shows in them; otherwise its content is compared.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import xxhash

from rag.corpus.article import Skipped
from rag.corpus.kept import record_files
from rag.corpus.reader import existing
from rag.corpus.stretch import Stretch, opened
from rag.corpus.walk import files_of
from rag.index.sources import UNREADABLE, FileState, Sources

# Two changes within this time may leave the same time on a file: FAT keeps times to two seconds,
# others to a tick of the clock.
GRANULARITY = 2_000_000_000
_BLOCK = 1 << 20

File = tuple[Path, Path, int] | tuple[Path, Path, int, Stretch | None]
Item = Skipped | File
"""A file to be read, with the folder that ids are relative to, its bytes, and, where it is not read
whole, the stretch that is.
"""


@dataclass(slots=True, eq=False)
class ScannedFile:
    """A file of the corpus at work.

    Attributes:
        path, root: as they were named.
        state: as it is now; complete when it was read.
        before: as it was; None for a new one.
        first, line: its first article then, and the first hash of its rows.
        same: whether it is as it was.
        ahead: hashes of rows that were read but not told yet.
        lines: those of rows that gave an article.
        articles, problems, settled: as the state is to have them.
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
    articles: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)
    settled: bool = True

    def settle(self) -> None:
        """Completes the state when all was read. Of a file that changed meanwhile it is not known
        what was read.
        """
        now = _state(self.path, self.root, self.stretch)
        self.state = replace(
            self.state,
            digest=self.state.digest if now.stamp == self.state.stamp else "",
            articles=self.articles,
            skipped=tuple(self.problems),
            settled=self.settled,
            rows=bool(self.lines),
        )

    @property
    def stretch(self) -> Stretch | None:
        """Which part of the file it is; None for all."""
        return self.state.stretch

    @property
    def kept(self) -> bool:
        """Whether all of its articles can be taken over."""
        return self.same and self.before is not None and self.before.settled


@dataclass(frozen=True, slots=True, eq=False)
class FileScan:
    """The files of a corpus, each compared with what is known of it.

    Attributes:
        corpus: the paths that were named, absolute.
        scanned: when they were looked at, in nanoseconds of the system's clock.
        found: the files in order, and what is no file that can be read.
        before: what they were compared with; None for nothing.
        columns: which columns of tables hold what, as pairs.
    """

    corpus: tuple[str, ...]
    scanned: int
    found: tuple[ScannedFile | Skipped, ...]
    before: Sources | None
    columns: tuple[tuple[str, str], ...]

    @classmethod
    def at(
        cls,
        paths: Sequence[Path],
        program: str,
        version: Path | None = None,
        columns: Mapping[str, str] | None = None,
        items: Sequence[Item] | None = None,
    ) -> FileScan:
        """Looks at all files.

        Args:
            paths: files and folders.
            program: what reads files (:func:`rag.freshness.program`): another one reads them
                otherwise.
            version: the folder of the version to compare with; None for none.
            columns: which columns of tables hold what; None for those of that version.
            items: the files that are a shard's; None for all.

        Raises:
            CorpusError: no path is named, or one does not exist.
        """
        scanned, before = time.time_ns(), None
        if version:
            with contextlib.suppress(*UNREADABLE):  # damaged: all is read
                before = Sources.read(version)
        wanted = tuple(sorted((columns or {}).items()))
        if before and columns is None:
            wanted = before.columns
        if before and (before.program, before.columns) != (program, wanted):
            before = None
        known: dict[tuple[str, str], tuple[FileState, int, int]] = {}
        row = line = 0
        for file in before.files if before else ():
            known[file.path, file.root] = file, row, line
            row += file.articles
            line += file.articles * file.rows
        looked = before.scanned if before else 0
        found = tuple(
            item if isinstance(item, Skipped) else _look(*item[:2], known, looked, *item[3:])
            for item in (files_of(existing(paths)) if items is None else items)
        )
        return cls(tuple(os.path.abspath(path) for path in paths), scanned, found, before, wanted)

    @property
    def files(self) -> list[ScannedFile]:
        """The files that can be read."""
        return [one for one in self.found if isinstance(one, ScannedFile)]

    @property
    def skipped(self) -> tuple[tuple[str, str], ...]:
        """What is no file that can be read, as (place, reason); the same from whichever folder the
        corpus is named.
        """
        return tuple(
            (os.path.abspath(one.path), one.reason)
            for one in self.found
            if isinstance(one, Skipped)
        )

    @property
    def changed(self) -> bool:
        """Whether anything is not as it was."""
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
        return all(one.kept for one in self.files)


def _look(
    path: Path, root: Path, known: dict, looked: int, stretch: Stretch | None = None
) -> ScannedFile:
    """A file as it is now, or a stretch of it, compared with what was known of it when it was
    looked at, in nanoseconds.
    """
    state = _state(path, root, stretch)
    old, first, line = known.get((state.path, state.root), (None, 0, 0))
    alike = bool(old and old.digest) and (
        (old.record, old.size, old.stretch) == (state.record, state.size, state.stretch)
    )
    digest = ""
    if alike and old.stamp == state.stamp:
        if max(old.modified, old.changed) + GRANULARITY < looked:
            digest = old.digest
    digest = digest or _digest(path, stretch)
    same = alike and digest == old.digest
    return ScannedFile(path, root, replace(state, digest=digest), old, first, line, same)


def _state(path: Path, root: Path, stretch: Stretch | None) -> FileState:
    at, folder = os.path.abspath(path), os.path.abspath(root)
    try:
        found = path.stat()
    except OSError:  # gone since it was listed: reading it will say so
        return FileState(at, folder, -1, 0, 0, 0)
    record = ""
    for file in record_files(path, root):
        with contextlib.suppress(OSError):
            told = file.stat()
            record = f"{told.st_size} {told.st_mtime_ns}"
            break
    size = stretch[1] - stretch[0] if stretch else found.st_size
    times = found.st_mtime_ns, found.st_ctime_ns
    return FileState(at, folder, size, *times, found.st_ino, record, stretch=stretch)


def _digest(path: Path, stretch: Stretch | None) -> str:
    """Hash of the content of a file; "" where it cannot be read."""
    hasher = xxhash.xxh3_128()
    try:
        with opened(path, stretch) as file:
            while block := file.read(_BLOCK):
                hasher.update(block)
    except OSError:
        return ""
    return hasher.hexdigest()
