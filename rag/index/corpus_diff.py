"""A corpus compared with what an index was read from: only what is new or changed is read, the rest
is taken over by its rows.

A file is unchanged where size, inode and both times are as they were, and the times lay so far back
when it was looked at that a later change shows in them; otherwise its content is compared. Of a
file of rows that changed, only the rows that did are read.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import xxhash

from rag.corpus.article import Article, Skipped
from rag.corpus.kept import record_files
from rag.corpus.reader import existing, in_full, read_files, taken
from rag.corpus.stretch import Stretch, opened
from rag.corpus.walk import files_of
from rag.index.open import Snapshot
from rag.index.sources import FileState, Sources
from rag.index.store import hash_of_id

# Two changes within this time may leave the same time on a file: FAT keeps times to two seconds,
# others to a tick of the clock.
GRANULARITY = 2_000_000_000
_BLOCK = 1 << 20
_END = object()

Item = Skipped | tuple[Path, Path, int] | tuple[Path, Path, int, Stretch | None]
"""A file to be read, with the folder that ids are relative to, its bytes, and, where it is not read
whole, the stretch that is.
"""
Holder = tuple[int | str, str, int]
"""What has an id: its row or place, the file that states the id, the hash of its text."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The articles ``first`` to ``last`` (not included) of the version before, taken over as they
    are.
    """

    first: int
    last: int


@dataclass(slots=True, eq=False)
class _File:
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
        now = _state(self.path, self.root, self.state.path, self.state.root, self.stretch)
        times = ("size", "modified", "changed", "inode")
        digest = (
            self.state.digest
            if all(getattr(now, name) == getattr(self.state, name) for name in times)
            else ""
        )
        self.state = replace(
            self.state,
            digest=digest,
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
        return self.same and self.before.settled


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
    found: tuple[_File | Skipped, ...]
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
            with contextlib.suppress(
                OSError, ValueError, KeyError, TypeError
            ):  # damaged: all is read
                before = Sources.read(version)
        wanted = (
            before.columns if before and columns is None else tuple(sorted((columns or {}).items()))
        )
        if before and (before.program, before.columns) != (program, wanted):
            before = None
        known: dict[tuple[str, str], tuple[FileState, int, int]] = {}
        row = line = 0
        for file in before.files if before else ():
            known[file.path, file.root] = file, row, line
            row += file.articles
            line += file.articles * file.rows
        found = tuple(
            item if isinstance(item, Skipped) else _look(*item[:2], known, before, *item[3:])
            for item in (files_of(existing(paths)) if items is None else items)
        )
        return cls(tuple(os.path.abspath(path) for path in paths), scanned, found, before, wanted)

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
        files = [one for one in self.found if isinstance(one, _File)]
        return not (
            self.before
            and self.skipped == self.before.skipped
            and [(one.state.path, one.state.root) for one in files]
            == [(file.path, file.root) for file in self.before.files]
            and all(one.same for one in files)
        )

    @property
    def settled(self) -> bool:
        """Whether all articles of all files can be taken over."""
        return all(one.kept for one in self.found if isinstance(one, _File))


class CorpusDiff:
    """The articles of a corpus, what can be taken over as rows of the version before; iterate over
    it once.
    """

    def __init__(
        self,
        looked: FileScan,
        model: str,
        program: str,
        old: Snapshot | None = None,
        taken_before: Mapping[int, Holder] | None = None,
    ) -> None:
        """
        Args:
            looked: the files.
            model: the model that was named, "" for the embedded one.
            program: version of Yinju.
            old: the version that they were compared with; None where they were compared with none.
            taken_before: what has an id already in the shards before, by the digest of the id.
        """
        self._looked, self._model, self._program, self._old = looked, model, program, old
        before = looked.before
        self._lines = before.lines if before else np.zeros(0, np.uint64)
        self._at: _File | None = None
        self._done: list[_File] = []
        self._bytes, self._read = (
            sum(one.state.size for one in looked.found if isinstance(one, _File)),
            0,
        )
        self._old_ids: list[int] = old.store.raw["ids"].tolist() if before else []
        # What has each id, by digest: a row of the version before, the same with the file that
        # states it, or place, file and hash of the text. That two ids share a digest is not to be
        # expected.
        self._ids: dict[int, int | Holder] = dict(taken_before or {})

    @property
    def takes_over(self) -> bool:
        """Whether articles may be taken over from the version before."""
        return self._old is not None

    @property
    def sources(self) -> Sources:
        """What was read, complete after the last article."""
        lines = np.array([line for one in self._done for line in one.lines], np.uint64)
        states = tuple(one.state for one in self._done)
        return Sources(
            self._looked.corpus,
            self._model,
            self._program,
            self._looked.scanned,
            states,
            self._looked.skipped,
            lines,
            self._looked.columns,
        )

    def expected(self, done: int) -> int | None:
        """About how many articles there will be, when so many came of the bytes that were read so
        far; None before any was.
        """
        ended = sum(one.state.size for one in self._done)
        return round(done * self._bytes / max(self._read, ended)) if self._read or ended else None

    def refused(self, problem: Skipped) -> None:
        """Notes that the article given last was not indexed."""
        if self._at:
            self._at.articles -= 1
            self._at.problems.append((problem.path, problem.reason))
            self._at.lines[self._at.articles :] = []

    def __iter__(self) -> Iterator[Article | Skipped | Rows]:
        first = last = 0  # rows that follow each other come as one
        for one in self._found():
            if isinstance(one, Rows) and one.first == last > first:
                last = one.last
                continue
            if first < last:
                yield Rows(first, last)
            first, last = (one.first, one.last) if isinstance(one, Rows) else (0, 0)
            if not isinstance(one, Rows):
                yield one
        if first < last:
            yield Rows(first, last)

    def _found(self) -> Iterator[Article | Skipped | Rows]:
        for step in read_files(self._steps(), dict(self._looked.columns)):
            if step is _END:
                self._end()
                continue
            if isinstance(step, _File):
                self._end()
                self._at = step
                if step.kept:
                    yield from self._whole(step)
                continue
            if self._at is None:
                yield step[1]  # no file that can be read
                continue
            yield self._told(*step)
        self._end()

    def _end(self) -> None:
        """Settles what is known of the file that was read last."""
        if self._at:
            self._at.settle()
            self._done.append(self._at)
            self._at = None

    def _steps(self) -> Iterator:
        for one in self._looked.found:
            if isinstance(one, Skipped):
                yield _END
            yield one
            if isinstance(one, _File) and not one.kept:
                yield one.path, one.root, one.state.size, self._instead(one), one.stretch

    def _instead(self, one: _File) -> Callable[[bytes], Rows | None]:
        """What stands for a row: the article of the version before that was made of the same
        one.
        """
        known: dict[int, int] = {}
        if one.before and one.before.rows and one.before.record == one.state.record:
            count = one.before.articles
            known = dict(
                zip(
                    self._lines[one.line : one.line + count].tolist(),
                    range(one.first, one.first + count),
                    strict=True,
                )
            )
            known.pop(0, None)

        def instead(line: bytes) -> Rows | None:
            self._read += len(line)
            digest = xxhash.xxh3_64_intdigest(line)
            one.ahead.append(digest)
            row = known.get(digest)
            return None if row is None else Rows(row, row + 1)

        return instead

    def _whole(self, one: _File) -> Iterator[Rows | Skipped]:
        """A file that is as it was."""
        rows = range(one.first, one.first + one.before.articles)
        digests = self._old_ids[rows.start : rows.stop]
        if not self._ids.keys().isdisjoint(
            digests
        ):  # an article before it has an id of its own now
            yield from (
                self._told(*step)
                for step in read_files(
                    [(one.path, one.root, one.state.size, self._instead(one), one.stretch)],
                    dict(self._looked.columns),
                )
            )
            return
        self._ids.update(zip(digests, rows, strict=True))
        one.articles, one.problems = len(rows), list(one.before.skipped)
        if one.before.rows:
            one.lines = self._lines[one.line : one.line + len(rows)].tolist()
        if rows:
            yield Rows(rows.start, rows.stop)
        yield from (Skipped(*problem) for problem in one.problems)

    def _told(
        self, where: str, found: Article | Rows | Skipped, file: str
    ) -> Article | Rows | Skipped:
        """What was found in the file that is read, unless an id stands in the way; it is noted."""
        line = self._at.ahead.popleft() if self._at.ahead else None
        if not isinstance(found, Skipped):
            found = self._unique(where, found, file)
        if isinstance(found, Skipped):
            self._at.problems.append((found.path, found.reason))
        else:
            self._at.articles += 1
            if line is not None:
                # A row without an id is called by its line, one whose id is taken by its file:
                # another one when it stands elsewhere.
                name = found.id if isinstance(found, Article) else ""
                called = name.endswith(f"#{where.rpartition(':')[2]}") or (
                    file and name.startswith(in_full("", file))
                )
                self._at.lines.append(0 if called else line)
        return found

    def _unique(self, where: str, found: Article | Rows, file: str) -> Article | Rows | Skipped:
        """The article, by its file where a file before has its id for another text; unless its id
        is taken nonetheless.
        """
        article = found if isinstance(found, Article) else None
        digest = hash_of_id(found.id) if article else self._old_ids[found.first]
        if digest in self._ids:
            self._at.settled = False
            article = article or self._old.store.article(found.first)
            by, other, text = self._holder(digest)
            if file and file != other and text != hash_of_text(article.text):
                article = found = replace(article, id=in_full(article.id, file))
                digest = hash_of_id(article.id)
            if digest in self._ids:
                return taken(where, article.id, self._holder(digest)[0])
        self._ids[digest] = (
            (article.path or where, file, hash_of_text(article.text))
            if isinstance(found, Article)
            else (found.first, file, 0)
        )
        return found

    def _holder(self, digest: int) -> Holder:
        """Place, file and hash of the text of what has an id."""
        place, file, text = held if isinstance(held := self._ids[digest], tuple) else (held, "", 0)
        if isinstance(place, str):
            return place, file, text
        article = self._old.store.article(place)
        return article.path, file, hash_of_text(article.text)


def hash_of_text(text: str) -> int:
    """64-bit digest of the text of an article."""
    return xxhash.xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))


def _look(
    path: Path, root: Path, known: dict, before: Sources | None, stretch: Stretch | None = None
) -> _File:
    """A file as it is now, or a stretch of it, compared with what is known of it."""
    at, folder = os.path.abspath(path), os.path.abspath(root)
    old, first, line = known.get((at, folder), (None, 0, 0))
    state = _state(path, root, at, folder, stretch)
    one = _File(path, root, state, old, first, line)
    if (
        old
        and old.digest
        and (old.record, old.size, old.stretch) == (state.record, state.size, state.stretch)
    ):
        same_times = (old.modified, old.changed, old.inode) == (
            state.modified,
            state.changed,
            state.inode,
        )
        one.same = same_times and max(old.modified, old.changed) + GRANULARITY < before.scanned
        one.same = one.same or _digest(path, stretch) == old.digest
    if one.same:
        one.state = replace(old, modified=state.modified, changed=state.changed, inode=state.inode)
    if not one.kept:
        one.state = replace(state, digest=_digest(path, stretch))
    return one


def _state(path: Path, root: Path, at: str, folder: str, stretch: Stretch | None) -> FileState:
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
