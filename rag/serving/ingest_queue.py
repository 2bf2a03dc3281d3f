"""Articles that readers add: taken one round after the other, put into the corpus folder, indexed
while questions go on.

Whoever adds gets a :class:`Job` and may watch it. All jobs that wait when a round begins go into
it, so the index is brought up to date once for all of them; its work is done by a process of its
own (:mod:`rag.updating`).
"""

from __future__ import annotations

import dataclasses
import logging
import queue
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cachetools import FIFOCache

from rag.adding import corpora, corpus_folder
from rag.corpus.fetch import Fetcher, Limits
from rag.corpus.folder import Added, CorpusFolder
from rag.errors import ServerBusy, UsageError, YinjuError
from rag.looks import FEED, note
from rag.updating import Updating

log = logging.getLogger("rag.server")

WAITING = 32
"""Jobs that wait at most."""
BYTES = 200_000_000
"""Bytes that wait at most."""
TEXT_LIMIT = 300_000
"""Characters of a text that is pasted; with what is said of it, it must fit into the body of a
request.
"""
FILES = 100
"""Files of one job at most."""
PAGES = 20
"""Pages that are fetched at most, of a feed or a sitemap."""
KEPT = 200
"""Jobs that can still be asked for: many more than can wait."""
FINAL = ("done", "failed")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to add: ``kind`` is "text" (``content`` is the text), "file" (its bytes) or "url"
    ("").
    """

    kind: str
    name: str
    content: str | bytes = ""


@dataclass(frozen=True, slots=True)
class State:
    """How far a job is.

    Attributes:
        stage: "waiting", "reading" (the articles), "indexing", "done" or "failed".
        done, total: how many things are read, or how far the index is; ``total`` is None where it
            is not known.
        phase: of the indexing, as builds tell it.
        results: what became of each thing, as far as it is known.
        version: the index version that holds them, once it is live.
        error: why the index could not be brought up to date; what was read stays in the corpus
            folder.
    """

    stage: str = "waiting"
    done: int = 0
    total: int | None = None
    phase: str = ""
    results: tuple[Added, ...] = ()
    version: str = ""
    error: str = ""


@dataclass(slots=True, eq=False)
class Job:
    """What one reader adds at once; its ``id`` cannot be guessed."""

    items: Sequence[Item]
    said: dict[str, str] = field(default_factory=dict)
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    state: State = State()
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def watch(self, seconds: float = 1.0) -> Iterator[State]:
        """The states of the job as they come, the present one first and the final one last; each
        again after some seconds.
        """
        while True:
            state = self.state
            yield state
            if state.stage in FINAL:
                return
            with self._changed:
                if self.state is state:
                    self._changed.wait(seconds)

    def tell(self, **changes) -> None:
        """Change the state, and wake who watches."""
        with self._changed:
            self.state = dataclasses.replace(self.state, **changes)
            self._changed.notify_all()


class IngestQueue:
    """Takes jobs, one round after the other, in a thread of its own that begins with the first.

    Attributes:
        path: the index folder.
        allow_url: whether addresses are fetched.
    """

    def __init__(
        self,
        path: str | Path,
        allow_url: bool = False,
        taken_up: Callable[[], object] = lambda: None,
        fetcher: Callable[[], Fetcher] | None = None,
    ) -> None:
        """
        Args:
            path: the index folder; it must have been built from a folder of one's own.
            allow_url: whether addresses are fetched.
            taken_up: called when there is a new version.
            fetcher: makes what fetches; None for public addresses only.

        Raises UsageError where nothing says which folder the articles belong to.
        """
        self.path, self.allow_url = Path(path), allow_url
        if not corpora(path):
            raise UsageError(
                f"expected {path} to know the folder of its articles, but it does not: build it"
                " with yinju build --corpus DIR"
            )
        corpus_folder(path)
        self._taken_up, self._fetcher = taken_up, fetcher or (lambda: Fetcher(Limits(pages=PAGES)))
        self._queue: queue.Queue[Job | None] = queue.Queue(WAITING)
        self._jobs: FIFOCache[str, Job] = FIFOCache(KEPT)
        self._lock, self._bytes = threading.Lock(), 0
        self._thread: threading.Thread | None = None
        self._updating: Updating | None = None

    def add(self, items: Sequence[Item], **said: str) -> Job:
        """Have things added; ``said`` are title, date, source, url and lang, where they are one
        article.

        Raises UsageError for what cannot be added at all, ServerBusy where too much waits.
        """
        said = {key: value.strip() for key, value in said.items() if value.strip()}
        self._check(items, said)
        size = sum(len(item.content) for item in items)
        with self._lock:
            if self._queue.full() or self._bytes + size > BYTES:
                raise ServerBusy(
                    "more articles are waiting than can be taken soon: add yours again in some"
                    " minutes"
                )
            job = Job(tuple(items), said)
            self._queue.put_nowait(job)
            self._bytes += size
            self._jobs[job.id] = job
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="yinju-ingest", daemon=True)
                self._thread.start()
        return job

    def _check(self, items: Sequence[Item], said: dict[str, str]) -> None:
        if not 1 <= len(items) <= FILES:
            raise UsageError(
                f"expected 1 to {FILES} files, a text or an address, got {len(items)} things"
            )
        if said and (len(items) > 1 or items[0].kind == "url"):
            raise UsageError(
                "expected a title, date or source with one text or one file only: leave them out,"
                " or add one at a time"
            )
        if any(item.kind == "url" for item in items) and not self.allow_url:
            raise UsageError(
                "expected a text or a file: this server fetches no addresses (its administrator"
                " can allow it: --allow-url)"
            )
        for text in (item.content for item in items if item.kind == "text"):
            if not text.strip():
                raise UsageError("expected the text of an article, found none")
            if len(text) > TEXT_LIMIT:
                raise UsageError(
                    f"expected a text of {TEXT_LIMIT:,} characters at most, got {len(text):,}: add"
                    " it as a file"
                )

    def job(self, job_id: str) -> Job | None:
        """A job by its id; None for one that is not known, or no more."""
        return self._jobs.get(job_id)

    def close(self) -> None:
        """Take nothing more; the index stays as it is where it is just being brought up to date."""
        if self._updating:
            self._updating.stop()
        with self._lock:
            if self._thread and not self._queue.full():
                self._queue.put_nowait(None)

    def _work(self) -> None:
        while True:
            taken = [self._queue.get()]
            while not self._queue.empty():
                taken.append(self._queue.get())
            jobs = [job for job in taken if job]
            try:
                self._round(jobs)
            except Exception as error:
                self._failed(jobs, error)
            with self._lock:
                self._bytes -= sum(len(item.content) for job in jobs for item in job.items)
            for job in jobs:
                job.items = ()
            if None in taken:
                return

    def _failed(self, jobs: Sequence[Job], error: Exception) -> None:
        message = str(error)
        if not isinstance(error, YinjuError):
            reference = secrets.token_hex(4)
            log.error("reference %s: articles could not be added", reference, exc_info=error)
            message = f"something went wrong; the server's log has it under {reference}"
        for job in jobs:
            if job.state.stage not in FINAL:
                job.tell(stage="failed", error=message)

    def _round(self, jobs: Sequence[Job]) -> None:
        folder, fetcher = corpus_folder(self.path), None
        for job in jobs:
            job.tell(stage="reading", done=0, total=len(job.items))
            for at, item in enumerate(job.items, 1):
                if item.kind == "url":
                    fetcher = fetcher or self._fetcher()
                found = _added(folder, fetcher, item, job.said, self._feed_read)
                job.tell(results=(*job.state.results, *found), done=at)
        # One that is known may have been put there by a round that was cut off before its update.
        wanted = [job for job in jobs if any(one.status != "refused" for one in job.state.results)]
        for job in jobs:
            if job not in wanted:
                job.tell(stage="done")
        if wanted:
            self._update(folder, wanted)

    def _feed_read(self, url: str) -> None:
        note(self.path, FEED, url)

    def _update(self, folder: CorpusFolder, jobs: Sequence[Job]) -> None:
        for job in jobs:
            job.tell(stage="indexing", done=0, total=None)

        def progress(done: int, total: int | None, phase: str) -> None:
            for job in jobs:
                job.tell(done=done, total=total, phase=phase)

        self._updating = Updating(self.path, folder.path)
        try:
            version = self._updating.run(progress)
        finally:
            self._updating = None
        self._taken_up()
        for job in jobs:
            job.tell(stage="done", version=version)


def _added(
    folder: CorpusFolder,
    fetcher: Fetcher | None,
    item: Item,
    said: dict[str, str],
    on_feed: Callable[[str], None],
) -> Iterator[Added]:
    """What became of one thing. No failure of one costs the others; where things lie on the server
    is nobody's business.
    """
    from rag.corpus.web import add_url

    try:
        if item.kind == "url":
            yield from add_url(folder, item.name, fetcher, on_feed)
        elif isinstance(item.content, str):
            yield folder.add_text(item.content, **said)
        else:
            yield folder.add_bytes(item.name, item.content, **said)
    except YinjuError as error:
        reason = str(error).replace(str(folder.path), folder.path.name)
        yield Added(item.name, "refused", reason=reason)
