"""Answers the questions of the page and of programs from one index. It switches to a new version of
the index by itself.
"""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import Concatenate, ParamSpec, TypedDict, TypeVar, Unpack

import numpy as np
from cachetools import LRUCache

from rag.answer.events import Event
from rag.answer.types import Answer
from rag.assistant import Assistant
from rag.corpus.article import Article
from rag.errors import UsageError, YinjuError
from rag.library import Index
from rag.looks import Look, overdue
from rag.search.sift import Sifted
from rag.search.types import Filters, Hit
from rag.serving.ingest_queue import IngestQueue
from rag.serving.pool import THREADS, THREADS_WRITING, BoundedPool
from rag.serving.settings import Settings
from rag.serving.workers import QueryWorkers

log = logging.getLogger("rag.server")

REOPEN_SECONDS = 30.0
"""Seconds after which a version that could not be opened is tried again: its files may have been
repaired.
"""


_MAX_CONVERSATIONS = 256
"""Most conversations that are remembered; an answer takes some tens of kilobytes at most."""

Turn = tuple[str, Answer]
Given = ParamSpec("Given")
Made = TypeVar("Made")


class How(TypedDict, total=False):
    """The arguments that go with a question, see :meth:`rag.assistant.Assistant.ask`.

    ``before`` is not one of those: it gives earlier questions without their answers. They are
    answered first and become the history, unless ``history`` is given.
    """

    history: Sequence[Turn]
    filters: Filters | None
    as_of: str
    without: Sequence[str]
    before: Sequence[str]
    write: bool


def _by_worker(
    method: Callable[Concatenate[QueryService, Given], Made],
) -> Callable[Concatenate[QueryService, Given], Made]:
    """Makes one of the worker processes run a method, if the server has worker processes."""

    @functools.wraps(method)
    def done(service: QueryService, *given: Given.args, **how: Given.kwargs) -> Made:
        if service._workers is None:
            return method(service, *given, **how)
        (made,) = service._workers.run(method.__name__, *given, **how)
        return made

    return done


class QueryService:
    """Answers questions from one index, each from the version that is live when its turn comes.

    Attributes:
        index: the index in this process; with several processes each one has its own.
        settings: those of the server.
        pool: the threads in which all answers and searches are made.
        problem: why the live version of the index is not the one in use, or "".
        ingest_queue: takes the articles that readers add; None if they may not add any.
    """

    def __init__(
        self, index: Index, settings: Settings = Settings(), pool: BoundedPool | None = None
    ) -> None:
        self.index, self.settings = index, settings
        several = settings.processes > 1
        self._workers = QueryWorkers(index, settings) if several else None
        # A question that waits for a language model needs a thread, but no processor.
        threads = THREADS_WRITING if settings.llm else THREADS
        self.pool = pool or BoundedPool(settings.processes if several else threads)
        self.problem = ""
        self._assistant = Assistant(index, settings.llm)
        self._turns = _Turns(self._assistant)
        self._reloading = threading.Lock()
        self._refused, self._refused_at = "", 0.0
        self.ingest_queue: IngestQueue | None = None
        if settings.allow_upload:
            self.ingest_queue = IngestQueue(index.path, settings.allow_url, self._take_up)

    def live(self) -> Index:
        """The index, after :meth:`refresh`."""
        self.refresh()
        return self.index

    def refresh(self) -> None:
        """Switches to the index version that is live now; if it cannot be opened, the old one stays
        in use.
        """
        # If another thread holds the lock, it is already opening the new version: do not wait.
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
        """Does the same as :meth:`refresh`, and sorts the titles in a thread, so that the first
        search for a title need not wait for it.
        """
        self.refresh()
        by_title = {"order": "title", "count": 1}
        threading.Thread(target=self.index.browse, kwargs=by_title, daemon=True).start()

    def _reload(self) -> None:
        from rag.index.versions import current

        live = current(self.index.path)
        # Finding out that a large version is damaged takes long, so not every question tries it.
        if live == self._refused and time.monotonic() - self._refused_at < REOPEN_SECONDS:
            return
        try:
            self.index.reload()
        except YinjuError:
            self._refused, self._refused_at = live, time.monotonic()
            raise
        self.problem = self._refused = ""

    def ask(self, question: str, **how: Unpack[How]) -> Answer:
        """Returns the answer to one question, which first waits for its turn.

        Raises UsageError for a question that cannot be used, ServerBusy if too many are waiting.
        """
        return self.pool.submit(lambda: self.answer(question, **how)).result()

    def stream(
        self, question: str, halted: threading.Event | None = None, **how: Unpack[How]
    ) -> Generator[Event, None, None]:
        """Yields the answer stage by stage, see :meth:`rag.assistant.Assistant.stream`. Ends once
        ``halted`` is set. Raises as :meth:`ask`.
        """
        yield from self.pool.iterate(lambda: self.events(question, **how), halted)

    def answer(self, question: str, **how: Unpack[How]) -> Answer:
        """Does the same as :meth:`ask`, but in the caller's thread and at once."""
        *_, last = self.events(question, **how)
        assert isinstance(last, Answer)
        return last

    def events(self, question: str, **how: Unpack[How]) -> Generator[Event, None, None]:
        """Does the same as :meth:`stream`, but in the caller's thread and at once."""
        if self._workers:
            yield from self._workers.run("events", question, **how)
            return
        self.refresh()
        filters, as_of = how.get("filters"), how.get("as_of") or self.settings.as_of
        history, without = how.get("history", ()), how.get("without", ())
        before, write = how.get("before", ()), how.get("write", True)
        turns = tuple(history) or self._turns.of(before, filters, as_of)
        with closing(
            self._assistant.stream(question, turns, filters, as_of, without, write)
        ) as stages:
            for event in stages:
                if isinstance(event, Answer) and not (without or history):
                    self._turns.keep((*turns, (question, event)), filters, as_of)
                yield event

    @_by_worker
    def suggestions(self, question: str, answer: Answer, **how: Unpack[How]) -> tuple[str, ...]:
        """Returns questions to go on with, see :meth:`rag.assistant.Assistant.suggestions`. Runs in
        the caller's thread.
        """
        history, filters = how.get("history", ()), how.get("filters")
        as_of = how.get("as_of") or self.settings.as_of
        return self._assistant.suggestions(question, answer, history, filters, as_of)

    @_by_worker
    def follow(self, question: str, **how: Unpack[How]) -> tuple[str, ...]:
        """Does the same as :meth:`suggestions` for a caller without the answer: the question is
        answered again, unless its answer is remembered.
        """
        filters, as_of = how.get("filters"), how.get("as_of") or self.settings.as_of
        before, without = tuple(how.get("before", ())), how.get("without", ())
        if without:
            turns: Sequence = self._turns.of(before, filters, as_of)
            answer = self._assistant.ask(question, turns, filters, as_of, without, write=False)
        else:
            questions = (*before, question)
            *turns, (_, answer) = self._turns.of(questions, filters, as_of)
        return self._assistant.suggestions(question, answer, turns, filters, as_of)

    @_by_worker
    def with_columns(self, answer: Answer, columns: Sequence[str]) -> Answer:
        """The answer with further columns, see :meth:`rag.assistant.Assistant.with_columns`. Runs
        in the caller's thread.
        """
        return self._assistant.with_columns(answer, columns)

    @_by_worker
    def search(self, question: str, k: int, filters: Filters) -> list[Hit]:
        """The best ``k`` passages, searched in the caller's thread. Raises UsageError."""
        return self.live().search(question, k=k, filters=filters)

    def article(self, article_id: str) -> Article | None:
        """The article with this id in the version in use; None if there is none."""
        try:
            return self.index.article(article_id)
        except UsageError:
            return None

    def whole_article(self, article_id: str) -> tuple[Article, list[tuple[int, int]]] | None:
        """An article of the live version, with the spans (start, end) of its passages; None if no
        article has this id.
        """
        snapshot = self.live().snapshot
        try:
            row = snapshot.article_row(article_id)
        except UsageError:
            return None
        # Passages are sorted by article, so that those of an article are a range.
        first, last = np.searchsorted(snapshot.passages.article_row, [row, row + 1])
        passages = snapshot.passages[first:last].tolist()
        return snapshot.article(row), [(start, end) for _, start, end in passages]

    @_by_worker
    def sift(self, words: str, filters: Filters, start: int, count: int) -> Sifted:
        """A page of all articles that contain what is searched for, see
        :meth:`rag.library.Index.sift`.
        """
        return self.live().sift(words, filters, start, count)

    def overdue(self) -> tuple[Look, ...]:
        """The folders and feeds of the index that should have been read again long ago."""
        return overdue(self.index.path)

    def close(self) -> None:
        """Starts no new answers, ends the workers, and takes no more articles."""
        self.pool.close()
        if self._workers:
            self._workers.end()
        if self.ingest_queue:
            self.ingest_queue.close()


class _Turns:
    """The turns (question and answer) of the conversations used last, so that they are not made
    again for every further question; safe to use from many threads.

    Chat clients send all earlier questions with each question, but without the answers. Without
    this memory the tenth question would cost as much as ten.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._known: LRUCache = LRUCache(_MAX_CONVERSATIONS)
        self._lock = threading.Lock()

    def of(self, questions: Sequence[str], filters: Filters | None, as_of: str) -> tuple[Turn, ...]:
        """The turns of earlier questions, as :meth:`rag.assistant.Assistant.turns` makes them, but
        without answering again the longest run of first questions that is remembered."""
        first = (questions[:end] for end in range(len(questions), 0, -1))
        with self._lock:
            known = (self._known.get(self._key(one, filters, as_of)) for one in first)
            turns = next(filter(None, known), ())
        turns = self._assistant.turns(questions[len(turns) :], filters, as_of, turns)
        if questions:
            self.keep(turns, filters, as_of)
        return turns

    def keep(self, turns: tuple[Turn, ...], filters: Filters | None, as_of: str) -> None:
        """Remembers a conversation up to its last answer."""
        key = self._key([question for question, _ in turns], filters, as_of)
        with self._lock:
            self._known[key] = turns

    def _key(self, questions: Sequence[str], filters: Filters | None, as_of: str) -> tuple:
        """All that the answers of a conversation depend on."""
        return self._assistant.index.version, tuple(questions), filters or None, as_of
