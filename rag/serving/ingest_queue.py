"""Takes the articles that readers add, puts them into the corpus folder and indexes them, while the
server goes on answering.

Whoever adds articles gets a :class:`Job` and may watch it. The queue works in rounds. A round takes
all jobs that are waiting when it begins, so that one update of the index serves all of them. A
separate process makes the update (:mod:`rag.updating`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
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
from rag.looks import FEED_KIND, note
from rag.updating import Updating

log = logging.getLogger("rag.server")

MAX_JOBS_WAITING = 32
"""Most jobs that may wait."""
MAX_UNFINISHED_BYTES = 200_000_000
"""Most bytes of content in all jobs that are not finished; a text counts by its characters."""
PASTED_TEXT_LIMIT = 300_000
"""Most characters of a pasted text. It must fit into the body of a request together with its title,
source and so on.
"""
MAX_FILES_OF_JOB = 100
"""Most files in one job."""
_MAX_PAGES_FETCHED = 20
"""Most pages that are fetched of one feed or sitemap."""
_MAX_JOBS_KEPT = 200
"""Jobs that can still be looked up by their id: many more than can wait."""
FINAL_STAGES = ("done", "failed")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to add.

    Attributes:
        kind: "text", "file" or "url".
        name: the title of a text, the name of a file, or the address.
        content: the text, the bytes of the file, or "" for an address.
    """

    kind: str
    name: str
    content: str | bytes = ""


@dataclass(frozen=True, slots=True)
class State:
    """How far a job is.

    Attributes:
        stage: "waiting", "reading" (the articles), "indexing", "done" or "failed".
        done, total: while reading, the number of items; while indexing, what the build reports.
            ``total`` is None while it is not known.
        results: what became of each item, as far as it is known.
        version: name of the index version that holds the articles, once it is live.
        error: why the index could not be updated; the articles that were read stay in the corpus
            folder.
    """

    stage: str = "waiting"
    done: int = 0
    total: int | None = None
    results: tuple[Added, ...] = ()
    version: str = ""
    error: str = ""


@dataclass(slots=True, eq=False)
class Job:
    """The items that one reader adds at once. The ``id`` cannot be guessed; ``metadata`` is what
    the reader said of a single article: its title, date, source, url and lang.
    """

    items: Sequence[Item]
    metadata: dict[str, str] = field(default_factory=dict)
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    state: State = State()
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def watch(self, seconds: float = 1.0) -> Iterator[State]:
        """Yields the present state of the job at once, then after every change, and again when
        ``seconds`` pass without one. The final state comes last.
        """
        while True:
            state = self.state
            yield state
            if state.stage in FINAL_STAGES:
                return
            with self._changed:
                if self.state is state:
                    self._changed.wait(seconds)

    def tell(self, **changes) -> None:
        """Changes fields of the state, and wakes those who watch the job."""
        with self._changed:
            self.state = dataclasses.replace(self.state, **changes)
            self._changed.notify_all()


class IngestQueue:
    """Takes jobs and works on them round by round, in its own thread, which starts with the first
    job.

    Attributes:
        path: the index folder.
        allow_url: whether readers may add articles by their address.
    """

    def __init__(
        self,
        path: str | Path,
        allow_url: bool = False,
        taken_up: Callable[[], object] = lambda: None,
    ) -> None:
        """
        Args:
            path: the index folder; it must have been built from files.
            allow_url: whether readers may add articles by their address.
            taken_up: called after each update of the index, so that the new version is used.

        Raises UsageError if the index does not know the folder of its articles.
        """
        self.path, self.allow_url = Path(path), allow_url
        if not corpora(path):
            raise UsageError(
                f"expected {path} to know the folder of its articles, but it does not: build it"
                " with yinju build --corpus DIR"
            )
        corpus_folder(path)
        self._taken_up = taken_up
        self._queue: queue.Queue[Job | None] = queue.Queue(MAX_JOBS_WAITING)
        self._jobs: FIFOCache[str, Job] = FIFOCache(_MAX_JOBS_KEPT)
        self._lock, self._bytes = threading.Lock(), 0
        self._thread: threading.Thread | None = None
        self._updating: Updating | None = None
        self._closed = threading.Event()

    def add(self, items: Sequence[Item], **metadata: str) -> Job:
        """Queues items and returns their job.

        ``metadata`` may be title, date, source, url and lang if the only item is a text or a file.
        Raises UsageError for items that cannot be added at all, ServerBusy if too much is waiting.
        """
        metadata = {key: value.strip() for key, value in metadata.items() if value.strip()}
        self._check(items, metadata)
        size = sum(len(item.content) for item in items)
        with self._lock:
            if self._closed.is_set():
                raise ServerBusy("the server is stopping: add your articles when it runs again")
            if self._queue.full() or self._bytes + size > MAX_UNFINISHED_BYTES:
                raise ServerBusy(
                    "more articles are waiting than can be taken soon: add yours again in some"
                    " minutes"
                )
            job = Job(tuple(items), metadata)
            self._queue.put_nowait(job)
            self._bytes += size
            self._jobs[job.id] = job
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="yinju-ingest", daemon=True)
                self._thread.start()
        return job

    def _check(self, items: Sequence[Item], metadata: dict[str, str]) -> None:
        """Raises UsageError for items that cannot be added."""
        if not 1 <= len(items) <= MAX_FILES_OF_JOB:
            raise UsageError(
                f"expected 1 to {MAX_FILES_OF_JOB} files, a text or an address,"
                f" got {len(items)} things"
            )
        if metadata and (len(items) > 1 or items[0].kind == "url"):
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
            if len(text) > PASTED_TEXT_LIMIT:
                raise UsageError(
                    f"expected a text of {PASTED_TEXT_LIMIT:,} characters at most,"
                    f" got {len(text):,}: add it as a file"
                )

    def job(self, job_id: str) -> Job | None:
        """The job with this id; None if there is none, or it is no longer kept."""
        return self._jobs.get(job_id)

    def close(self) -> None:
        """Refuses further jobs, and stops an update in progress, which leaves the index as it was.

        The thread ends when it has worked on what is waiting.
        """
        if self._updating:
            self._updating.stop()
        with self._lock, contextlib.suppress(queue.Full):
            self._closed.set()
            self._queue.put_nowait(None)  # wakes a thread that waits for a job

    def _work(self) -> None:
        """Runs in the thread: one round after the other, until the queue is closed and empty."""
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
            if self._closed.is_set() and self._queue.empty():
                return

    def _failed(self, jobs: Sequence[Job], error: Exception) -> None:
        """Marks the jobs of a round as failed, except those that are done already."""
        message = str(error)
        if not isinstance(error, YinjuError):
            reference = secrets.token_hex(4)
            log.error("reference %s: articles could not be added", reference, exc_info=error)
            message = f"something went wrong; the server's log has it under {reference}"
        for job in jobs:
            if job.state.stage not in FINAL_STAGES:
                job.tell(stage="failed", error=message)

    def _round(self, jobs: Sequence[Job]) -> None:
        """Puts the items of all jobs into the corpus folder, then updates the index once."""
        folder, fetcher = corpus_folder(self.path), None
        for job in jobs:
            job.tell(stage="reading", done=0, total=len(job.items))
            for at, item in enumerate(job.items, 1):
                if item.kind == "url":
                    fetcher = fetcher or Fetcher(Limits(pages=_MAX_PAGES_FETCHED))
                found = self._added(folder, fetcher, item, job.metadata)
                job.tell(results=(*job.state.results, *found), done=at)
        # An article that is in the folder already ("known") needs an update, too: a round that was
        # cut off before its update may have put it there.
        wanted = [job for job in jobs if any(one.status != "refused" for one in job.state.results)]
        for job in jobs:
            if job not in wanted:
                job.tell(stage="done")
        if wanted:
            self._update(folder, wanted)

    def _added(
        self, folder: CorpusFolder, fetcher: Fetcher | None, item: Item, metadata: dict[str, str]
    ) -> Iterator[Added]:
        """Yields what became of one item. An error only refuses this item, so the others are still
        added. The reason does not disclose the path of the corpus folder on the server.
        """
        from rag.corpus.web import add_url

        try:
            if item.kind == "url":
                on_feed = functools.partial(note, self.path, FEED_KIND)
                yield from add_url(folder, item.name, fetcher, on_feed)
            elif isinstance(item.content, str):
                yield folder.add_text(item.content, **metadata)
            else:
                yield folder.add_bytes(item.name, item.content, **metadata)
        except YinjuError as error:
            reason = str(error).replace(str(folder.path), folder.path.name)
            yield Added(item.name, "refused", reason=reason)

    def _update(self, folder: CorpusFolder, jobs: Sequence[Job]) -> None:
        for job in jobs:
            job.tell(stage="indexing", done=0, total=None)

        def progress(done: int, total: int | None, phase: str) -> None:
            for job in jobs:
                job.tell(done=done, total=total)

        self._updating = Updating(self.path, folder.path)
        try:
            version = self._updating.run(progress)
        finally:
            self._updating = None
        self._taken_up()
        for job in jobs:
            job.tell(stage="done", version=version)
