"""A corpus compared with what an index was read from: only what is new or changed is read, the rest
is taken over by its rows.

Of a file of rows that changed, only the rows that did are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import xxhash

from rag.corpus.article import Article, Skipped
from rag.corpus.reader import in_full, read_files, taken
from rag.index.file_scan import FileScan, ScannedFile
from rag.index.snapshot import Snapshot
from rag.index.sources import FileState, Sources
from rag.index.store import digest_of_text

_END = object()

Holder = tuple[int | str, str, int]
"""What has an id: its row or place, the file that states the id, the hash of its text."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The articles ``first`` to ``last`` (not included) of the version before, taken over as they
    are.
    """

    first: int
    last: int


class CorpusDiff:
    """The articles of a corpus, what can be taken over as rows of the version before; iterate over
    it once.

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
            scan: the files.
            model: the model that was named, "" for the embedded one.
            program: version of Yinju.
            old: the version that they were compared with; None where they were compared with none.
            taken_before: what has an id already in the shards before, by the digest of the id.
        """
        self._scan, self._model, self._program, self.old = scan, model, program, old
        before = scan.before
        self._lines = before.lines if before else np.zeros(0, np.uint64)
        self._at: ScannedFile | None = None
        self._done: list[ScannedFile] = []
        self._bytes, self._read = sum(one.state.size for one in scan.files), 0
        self._old_ids: list[int] = old.store.raw["ids"].tolist() if old and before else []
        # What has each id, by digest: a row of the version before, the same with the file that
        # states it, or place, file and hash of the text. That two ids share a digest is not to be
        # expected.
        self._ids: dict[int, int | Holder] = dict(taken_before or {})

    @property
    def sources(self) -> Sources:
        """What was read, complete after the last article."""
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
        run = Rows(0, 0)  # rows that follow each other come as one
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
        for step in self._read_files(self._steps()):
            if isinstance(step, ScannedFile) or step is _END:
                self._end()
            if isinstance(step, ScannedFile):
                self._at = step
                if step.kept and step.before:
                    yield from self._whole(step, step.before)
            elif step is not _END:
                # Outside of any file stands what is no file that can be read.
                yield self._told(self._at, *step) if self._at else step[1]
        self._end()

    def _read_files(self, steps: Iterable) -> Iterator:
        return read_files(steps, dict(self._scan.columns))

    def _end(self) -> None:
        """Settles what is known of the file that was read last."""
        if self._at:
            self._at.settle()
            self._done.append(self._at)
            self._at = None

    def _steps(self) -> Iterator:
        for one in self._scan.found:
            if isinstance(one, Skipped):
                yield _END
            yield one
            if isinstance(one, ScannedFile) and not one.kept:
                yield self._reading(one)

    def _reading(self, one: ScannedFile) -> tuple:
        """A file that is read, with what stands for a row: the article of the version before that
        was made of the same one.
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

        return one.path, one.root, one.state.size, instead, one.stretch

    def _whole(self, one: ScannedFile, before: FileState) -> Iterator[Article | Rows | Skipped]:
        """A file that is as it was."""
        rows = range(one.first, one.first + before.articles)
        digests = self._old_ids[rows.start : rows.stop]
        if not self._ids.keys().isdisjoint(digests):
            # An article before it has an id of its own now.
            for step in self._read_files([self._reading(one)]):
                yield self._told(one, *step)
            return
        self._ids.update(zip(digests, rows, strict=True))
        one.articles, one.problems = len(rows), list(before.skipped)
        if before.rows:
            one.lines = self._lines[one.line : one.line + len(rows)].tolist()
        yield Rows(rows.start, rows.stop)
        yield from (Skipped(*problem) for problem in one.problems)

    def _told(
        self, at: ScannedFile, where: str, found: Article | Rows | Skipped, file: str
    ) -> Article | Rows | Skipped:
        """What was found in the file that is read, unless an id stands in the way; it is noted."""
        line = at.ahead.popleft() if at.ahead else None
        if not isinstance(found, Skipped):
            found = self._unique(at, where, found, file)
        if isinstance(found, Skipped):
            at.problems.append((found.path, found.reason))
            return found
        at.articles += 1
        if line is not None:
            # A row without an id is called by its line, one whose id is taken by its file: another
            # one when it stands elsewhere.
            name = found.id if isinstance(found, Article) else ""
            by_line = name.endswith(f"#{where.rpartition(':')[2]}")
            by_file = file and name.startswith(in_full("", file))
            at.lines.append(0 if by_line or by_file else line)
        return found

    def _unique(
        self, at: ScannedFile, where: str, found: Article | Rows, file: str
    ) -> Article | Rows | Skipped:
        """The article, by its file where a file before has its id for another text; unless its id
        is taken nonetheless.
        """
        if isinstance(found, Rows):
            digest = self._old_ids[found.first]
            if digest not in self._ids:
                self._ids[digest] = (found.first, file, 0)
                return found
            article = self._before(found.first)
        else:
            article, digest = found, digest_of_text(found.id)
        if digest in self._ids:
            at.settled = False
            _, other, text = self._holder(digest)
            if file and file != other and text != digest_of_text(article.text):
                article = replace(article, id=in_full(article.id, file))
                digest = digest_of_text(article.id)
            if digest in self._ids:
                return taken(where, article.id, self._holder(digest)[0])
        self._ids[digest] = (article.path or where, file, digest_of_text(article.text))
        return article

    def _holder(self, digest: int) -> tuple[str, str, int]:
        """Place, file and hash of the text of what has an id."""
        held = self._ids[digest]
        place, file, text = held if isinstance(held, tuple) else (held, "", 0)
        if isinstance(place, str):
            return place, file, text
        article = self._before(place)
        return article.path, file, digest_of_text(article.text)

    def _before(self, row: int) -> Article:
        """An article of the version before."""
        assert self.old is not None
        return self.old.article(row)
