"""One index, asked by the page and by programs at once; a rebuilt index is taken up by itself."""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import Concatenate, ParamSpec, TypedDict, TypeVar, Unpack

import numpy as np

from rag.answer.events import Event
from rag.answer.types import Answer
from rag.assistant import Assistant
from rag.corpus.article import Article
from rag.errors import UsageError, YinjuError
from rag.library import Index
from rag.looks import Look, overdue
from rag.search.browse import Listing, Statistics
from rag.search.sift import Sifted
from rag.search.types import Filters, Hit
from rag.serving.ingest_queue import IngestQueue
from rag.serving.pool import THREADS, THREADS_WRITING, BoundedPool
from rag.serving.settings import Settings
from rag.serving.turns import Turns
from rag.serving.workers import QueryWorkers

log = logging.getLogger("rag.server")

AGAIN_SECONDS = 30.0
"""Time after which a version that could not be opened is tried again: its files may have been
mended.
"""


Given = ParamSpec("Given")
Made = TypeVar("Made")


class How(TypedDict, total=False):
    """How a question is asked, see :meth:`rag.assistant.Assistant.ask`; questions ``before`` it are
    answered first, and are its history where none is given.
    """

    history: Sequence[tuple[str, Answer]]
    filters: Filters | None
    as_of: str
    without: Sequence[str]
    before: Sequence[str]
    write: bool


def _by_worker(
    method: Callable[Concatenate[QueryService, Given], Made],
) -> Callable[Concatenate[QueryService, Given], Made]:
    """A method that is done by one of the processes that answer, where there are such."""

    @functools.wraps(method)
    def done(service: QueryService, *given: Given.args, **how: Given.kwargs) -> Made:
        if service._workers is None:
            return method(service, *given, **how)
        (made,) = service._workers.run(method.__name__, *given, **how)
        return made

    return done


class QueryService:
    """Questions to one index, each answered from the version that was live when its turn came.

    Attributes:
        index: what is asked; with several processes each has its own.
        settings: of the server.
        pool: its threads; all answers and searches are made there.
        problem: why the live version of the index is not the one in use, or "".
        ingest_queue: takes the articles that readers add; None where they may not.
    """

    def __init__(
        self, index: Index, settings: Settings = Settings(), pool: BoundedPool | None = None
    ) -> None:
        self.index, self.settings = index, settings
        several = settings.processes > 1
        self._workers = QueryWorkers(index, settings) if several else None
        # Who waits for a language model needs a thread, but no processor.
        threads = THREADS_WRITING if settings.llm else THREADS
        self.pool = pool or BoundedPool(settings.processes if several else threads)
        self.problem = ""
        self._assistant, self._turns = Assistant(index, settings.llm), Turns()
        self._reloading = threading.Lock()
        self._refused, self._refused_at = "", 0.0
        self.ingest_queue = (
            IngestQueue(index.path, settings.allow_url, self._take_up)
            if settings.allow_upload
            else None
        )

    def refresh(self) -> None:
        """Take up the index version that is live now; where it cannot be opened, the old one
        stays.
        """
        # Who finds the lock held need not wait: its holder is about to bring the new version.
        if not self._reloading.acquire(blocking=False):
            return
        try:
            self._reload()
        except YinjuError as error:
            if str(error) != self.problem:
                log.error(
                    "the new index version cannot be opened, so the old one stays in use: %s", error
                )
            self.problem = str(error)
        finally:
            self._reloading.release()

    def _take_up(self) -> None:
        """As :meth:`refresh`, and have the titles put in order, which the first search for one
        would wait for.
        """
        self.refresh()
        threading.Thread(
            target=self.index.browse, kwargs={"order": "title", "count": 1}, daemon=True
        ).start()

    def _reload(self) -> None:
        from rag.index.versions import current

        live = current(self.index.path)
        # Reading a large version to its damaged end takes long; not for every question.
        if live == self._refused and time.monotonic() - self._refused_at < AGAIN_SECONDS:
            return
        try:
            self.index.reload()
        except YinjuError:
            self._refused, self._refused_at = live, time.monotonic()
            raise
        self.problem = self._refused = ""

    def ask(self, question: str, **how: Unpack[How]) -> Answer:
        """The answer to one question; it waits for its turn.

        Raises UsageError for a question that cannot be used, ServerBusy where too many wait.
        """
        return self.pool.submit(lambda: self.answer(question, **how)).result()

    def stream(
        self, question: str, halted: threading.Event | None = None, **how: Unpack[How]
    ) -> Generator[Event, None, None]:
        """The answer stage by stage, see :meth:`rag.assistant.Assistant.stream`; once ``halted`` is
        set it ends. Raises as :meth:`ask`.
        """
        yield from self.pool.iterate(lambda: self.events(question, **how), halted)

    def answer(self, question: str, **how: Unpack[How]) -> Answer:
        """As :meth:`ask`, in the thread of the caller and at once."""
        *_, last = self.events(question, **how)
        assert isinstance(last, Answer)
        return last

    def events(self, question: str, **how: Unpack[How]) -> Generator[Event, None, None]:
        """As :meth:`stream`, in the thread of the caller."""
        if self._workers:
            yield from self._workers.run("events", question, **how)
            return
        self.refresh()
        filters, as_of = how.get("filters"), how.get("as_of") or self.settings.as_of
        history, without = how.get("history", ()), how.get("without", ())
        before, write = how.get("before", ()), how.get("write", True)
        turns = tuple(history) or self._turns.of(self._assistant, before, filters, as_of)
        with closing(
            self._assistant.stream(question, turns, filters, as_of, without, write)
        ) as stages:
            for event in stages:
                if isinstance(event, Answer) and not (without or history):
                    self._turns.keep(self._assistant, (*turns, (question, event)), filters, as_of)
                yield event

    def suggestions(
        self,
        question: str,
        answer: Answer,
        history: Sequence[tuple[str, Answer]] = (),
        filters: Filters | None = None,
    ) -> tuple[str, ...]:
        """Questions to go on with, see :meth:`rag.assistant.Assistant.suggestions`; it waits for
        its turn. Raises as :meth:`ask`.
        """
        as_of = self.settings.as_of
        work = functools.partial(self._suggested, question, answer, history, filters, as_of)
        return self.pool.submit(work).result()

    @_by_worker
    def _suggested(
        self,
        question: str,
        answer: Answer,
        history: Sequence[tuple[str, Answer]],
        filters: Filters | None,
        as_of: str,
    ) -> tuple[str, ...]:
        return self._assistant.suggestions(question, answer, history, filters, as_of)

    @_by_worker
    def follow(self, question: str, **how: Unpack[How]) -> tuple[str, ...]:
        """As :meth:`suggestions`, in the thread of the caller, for a question whose answer is not
        at hand: it is given again where it is not remembered.
        """
        filters, as_of = how.get("filters"), how.get("as_of") or self.settings.as_of
        before, without = tuple(how.get("before", ())), how.get("without", ())
        if without:
            turns: Sequence = self._turns.of(self._assistant, before, filters, as_of)
            answer = self._assistant.ask(question, turns, filters, as_of, without, write=False)
        else:
            questions = (*before, question)
            *turns, (_, answer) = self._turns.of(self._assistant, questions, filters, as_of)
        return self._suggested(question, answer, turns, filters, as_of)

    @_by_worker
    def with_columns(self, answer: Answer, columns: Sequence[str]) -> Answer:
        """A list with further columns, see :meth:`rag.assistant.Assistant.with_columns`; in the
        thread of the caller.
        """
        return self._assistant.with_columns(answer, columns)

    @_by_worker
    def search(self, question: str, k: int, filters: Filters) -> list[Hit]:
        """The best ``k`` passages, found in the thread of the caller. Raises UsageError."""
        self.refresh()
        return self.index.search(question, k=k, filters=filters)

    def article(self, article_id: str) -> Article | None:
        """An article as the index in use has it; None where it has none of that id."""
        try:
            return self.index.article(article_id)
        except UsageError:
            return None

    def whole_article(self, article_id: str) -> tuple[Article, list[tuple[int, int]]] | None:
        """As :meth:`article` of the live version, with the spans of its passages."""
        self.refresh()
        snapshot = self.index.snapshot
        try:
            row = snapshot.article_row(article_id)
        except UsageError:
            return None
        # Passages stand in the order of their articles.
        first, last = np.searchsorted(snapshot.passages.article_row, [row, row + 1])
        return snapshot.article(row), [
            (start, end) for _, start, end in snapshot.passages[first:last].tolist()
        ]

    def browse(self, words: str, filters: Filters, order: str, start: int, count: int) -> Listing:
        """A page of the list of articles, see :meth:`rag.library.Index.browse`."""
        self.refresh()
        return self.index.browse(words, filters, order, start, count)

    @_by_worker
    def sift(self, words: str, filters: Filters, start: int, count: int) -> Sifted:
        """A page of all articles that hold what is searched for, see
        :meth:`rag.library.Index.sift`.
        """
        self.refresh()
        return self.index.sift(words, filters, start, count)

    def overdue(self) -> tuple[Look, ...]:
        """The folders and feeds of the index that should have been read again long ago."""
        return overdue(self.index.path)

    def statistics(self) -> Statistics:
        """What the index holds, see :meth:`rag.library.Index.statistics`."""
        self.refresh()
        return self.index.statistics()

    def close(self) -> None:
        """Begin no new answers, and take no more articles."""
        self.pool.close()
        if self._workers:
            self._workers.end()
        if self.ingest_queue:
            self.ingest_queue.close()
