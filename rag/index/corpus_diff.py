"""Compares a corpus with the files that the live index was read from: only new and changed files
are read, the articles of all others are taken over from the previous version by their rows.

Of a changed file with an article in each line, only the lines that changed are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import xxhash

from rag.corpus.article import Article, Skipped, digest_of_text
from rag.corpus.reader import Holder, UniqueIds, read_files
from rag.index.file_scan import FileScan, ScannedFile
from rag.index.snapshot import Snapshot
from rag.index.sources import FileState, Sources

_END = object()  # marks that the file before has ended, where a path follows that is no file


@dataclass(frozen=True, slots=True)
class Rows:
    """The articles in the rows ``first`` to ``last`` (not included) of the previous version, which
    are taken over as they are.
    """

    first: int
    last: int


class CorpusDiff:
    """The articles of a corpus, in order; those that can be taken over come as :class:`Rows` of the
    previous version. It can be iterated over once.

    Attributes:
        old: the version from which articles may be taken over, if any.
    """

    def __init__(
        self,
        scan: FileScan,
        model: str,
        program: str,
        old: Snapshot | None = None,
        taken_before: Mapping[int, Holder] | None = None,
    ) -> None:
        """
        Args:
            scan: the files of the corpus, compared with those of the previous version.
            model: the model that the user named, "" for the embedded one.
            program: version of Yinju.
            old: the version that the files were compared with, if any.
            taken_before: by the digest of an id, the article of an earlier shard that has this id.
        """
        self._scan, self._model, self._program, self.old = scan, model, program, old
        before = scan.before
        self._lines = before.lines if before else np.zeros(0, np.uint64)
        self._at: ScannedFile | None = None
        self._done: list[ScannedFile] = []
        self._bytes, self._read = sum(one.state.size for one in scan.files), 0
        self._old_ids: list[int] = old.store.raw["ids"].tolist() if old and before else []
        self._ids = UniqueIds(taken_before, self._before)

    @property
    def sources(self) -> Sources:
        """The record of what was read; complete after the last article."""
        scan = self._scan
        return Sources(
            scan.corpus,
            self._model,
            self._program,
            scan.scanned,
            tuple(one.state for one in self._done),
            scan.skipped,
            np.array([line for one in self._done for line in one.lines], np.uint64),
            scan.columns,
        )

    def expected(self, done: int) -> int | None:
        """An estimate of the number of all articles, given that ``done`` came from the bytes read
        so far; None before any were read.
        """
        ended = sum(one.state.size for one in self._done)
        return round(done * self._bytes / max(self._read, ended)) if self._read or ended else None

    def refused(self, problem: Skipped) -> None:
        """Notes that the builder did not index the article that was yielded last."""
        if self._at:
            self._at.state.articles -= 1
            self._at.state.skipped.append((problem.path, problem.reason))
            self._at.lines[self._at.state.articles :] = []

    def __iter__(self) -> Iterator[Article | Skipped | Rows]:
        run = Rows(0, 0)  # adjacent rows are yielded as one run
        for one in self._found():
            if isinstance(one, Rows) and one.first == run.last > run.first:
                run = Rows(run.first, one.last)
                continue
            if run.first < run.last:
                yield run
            run = one if isinstance(one, Rows) else Rows(0, 0)
            if not isinstance(one, Rows):
                yield one
        if run.first < run.last:
            yield run

    def _found(self) -> Iterator[Article | Skipped | Rows]:
        """What iteration yields, with adjacent rows not yet joined."""
        for step in self._read_files(self._steps()):
            if isinstance(step, ScannedFile) or step is _END:
                self._end()
            if isinstance(step, ScannedFile):
                self._at = step
                if step.is_taken_over and step.before:
                    yield from self._whole(step, step.before)
            elif step is not _END:
                # Outside of a file comes only what cannot be read as a file.
                yield self._recorded(self._at, *step) if self._at else step[1]
        self._end()

    def _read_files(self, steps: Iterable) -> Iterator:
        return read_files(steps, dict(self._scan.columns))

    def _end(self) -> None:
        """Completes the record of the file that was read last."""
        if self._at:
            self._at.settle()
            self._done.append(self._at)
            self._at = None

    def _steps(self) -> Iterator:
        """What :func:`rag.corpus.reader.read_files` is to read, between marks that it passes on:
        each file, and behind it how to read it unless all of it is taken over.
        """
        for one in self._scan.found:
            if isinstance(one, Skipped):
                yield _END
            yield one
            if isinstance(one, ScannedFile) and not one.is_taken_over:
                yield self._reading(one)

    def _reading(self, one: ScannedFile) -> tuple:
        """A file to be read, as :func:`rag.corpus.reader.read_files` takes it.

        It comes with a function that is called with every line: where the previous version has an
        article from an identical line, the function returns its row, and the line is not parsed.
        """
        known: dict[int, int] = {}
        if one.before and one.before.rows and one.before.record == one.state.record:
            lines = self._lines[one.line : one.line + one.before.articles].tolist()
            known = {line: row for row, line in enumerate(lines, one.first) if line}

        def instead(line: bytes) -> Rows | None:
            self._read += len(line)
            digest = xxhash.xxh3_64_intdigest(line)
            one.ahead.append(digest)
            row = known.get(digest)
            return None if row is None else Rows(row, row + 1)

        return one.path, one.root, one.state.size, instead, one.state.stretch

    def _whole(self, one: ScannedFile, before: FileState) -> Iterator[Article | Rows | Skipped]:
        """The articles of a file that has not changed: rows of the previous version. Where a file
        before it has taken one of their ids meanwhile, the file is read again.
        """
        rows = range(one.first, one.first + before.articles)
        digests = self._old_ids[rows.start : rows.stop]
        if not self._ids.known.keys().isdisjoint(digests):
            # An id of this file belongs to another article now: each id has to be decided anew.
            for step in self._read_files([self._reading(one)]):
                yield self._recorded(one, *step)
            return
        self._ids.known.update(zip(digests, rows, strict=True))
        one.state.articles, one.state.skipped = len(rows), before.skipped
        if before.rows:
            one.lines = self._lines[one.line : one.line + len(rows)].tolist()
        yield Rows(rows.start, rows.stop)
        yield from (Skipped(*problem) for problem in before.skipped)

    def _recorded(
        self, at: ScannedFile, where: str, found: Article | Rows | Skipped, file: str
    ) -> Article | Rows | Skipped:
        """Records one item found in the current file, and returns it: or, where its id is taken, a
        :class:`Skipped` or the article under another id.
        """
        line = at.ahead.popleft() if at.ahead else None
        if not isinstance(found, Skipped):
            found = self._unique(at, where, found, file)
        if isinstance(found, Skipped):
            at.state.skipped.append((found.path, found.reason))
            return found
        at.state.articles += 1
        if line is not None:
            # The id of a line without one is made from the line number; an id that is taken gets
            # the name of the file in front. Elsewhere the same line would get another id, so it is
            # recorded as 0, and is read again when the file changes.
            name = found.id if isinstance(found, Article) else ""
            by_line = name.endswith(f"#{where.rpartition(':')[2]}")
            by_file = file and name.startswith(f"{file}#")
            at.lines.append(0 if by_line or by_file else line)
        return found

    def _unique(
        self, at: ScannedFile, where: str, found: Article | Rows, file: str
    ) -> Article | Rows | Skipped:
        """The article, with an id that no other has; a :class:`Skipped` where that fails."""
        if isinstance(found, Rows):
            digest = self._old_ids[found.first]
            if digest not in self._ids.known:
                self._ids.known[digest] = (found.first, file, 0)
                return found
            found = self._before(found.first)
        if digest_of_text(found.id) in self._ids.known:
            at.state.settled = False
        return self._ids.settle(where, found, file)

    def _before(self, row: int) -> Article:
        """An article of the previous version."""
        assert self.old is not None
        return self.old.article(row)
