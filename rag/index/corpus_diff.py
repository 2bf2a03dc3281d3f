"""A corpus compared with what an index was read from: only what is new or changed is read, the rest
is taken over by its rows.

Of a file of rows that changed, only the rows that did are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
        self._at: ScannedFile | None = None
        self._done: list[ScannedFile] = []
        self._bytes, self._read = (
            sum(one.state.size for one in looked.found if isinstance(one, ScannedFile)),
            0,
        )
        self._old_ids: list[int] = old.store.raw["ids"].tolist() if old and before else []
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
            if isinstance(step, ScannedFile):
                self._end()
                self._at = step
                if step.kept and step.before:
                    yield from self._whole(step, step.before)
                continue
            if self._at is None:
                yield step[1]  # no file that can be read
                continue
            yield self._told(self._at, *step)
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
            if isinstance(one, ScannedFile) and not one.kept:
                yield one.path, one.root, one.state.size, self._instead(one), one.stretch

    def _instead(self, one: ScannedFile) -> Callable[[bytes], Rows | None]:
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

    def _whole(self, one: ScannedFile, before: FileState) -> Iterator[Article | Rows | Skipped]:
        """A file that is as it was."""
        rows = range(one.first, one.first + before.articles)
        digests = self._old_ids[rows.start : rows.stop]
        if not self._ids.keys().isdisjoint(
            digests
        ):  # an article before it has an id of its own now
            yield from (
                self._told(one, *step)
                for step in read_files(
                    [(one.path, one.root, one.state.size, self._instead(one), one.stretch)],
                    dict(self._looked.columns),
                )
            )
            return
        self._ids.update(zip(digests, rows, strict=True))
        one.articles, one.problems = len(rows), list(before.skipped)
        if before.rows:
            one.lines = self._lines[one.line : one.line + len(rows)].tolist()
        if rows:
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
        else:
            at.articles += 1
            if line is not None:
                # A row without an id is called by its line, one whose id is taken by its file:
                # another one when it stands elsewhere.
                name = found.id if isinstance(found, Article) else ""
                called = name.endswith(f"#{where.rpartition(':')[2]}") or (
                    file and name.startswith(in_full("", file))
                )
                at.lines.append(0 if called else line)
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
        assert self._old is not None
        return self._old.store.article(row)
