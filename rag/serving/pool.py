"""A pool of threads that answer questions, with a bounded queue before it.

More questions at once than processors only make all of them slower, and an unbounded queue makes
everybody wait for answers that nobody reads any more.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from queue import Empty, SimpleQueue
from typing import TypeVar

from rag.errors import ServerBusy

_T = TypeVar("_T")

THREADS = min(4, max(2, os.cpu_count() or 2))
"""Number of threads. Python runs one of them at a time, except in NumPy, FAISS and models, so more
threads would only wait for each other.
"""
THREADS_WRITING = 16
"""Number of threads on a server with a language model, for which most of them wait."""
_MAX_QUESTIONS_WAITING = 64
"""Most questions that may wait for a thread; the next one is refused."""
LOOK_SECONDS = 0.1
"""Seconds between two looks at whether the caller still wants the answer."""


class BoundedPool:
    """A bounded number of threads with a bounded queue, first come, first served."""

    def __init__(self, threads: int = THREADS, waiting: int = _MAX_QUESTIONS_WAITING) -> None:
        """
        Args:
            threads: how many pieces of work are done at once, at least 1.
            waiting: how many more may wait, 0 or more.
        """
        self._threads = ThreadPoolExecutor(threads, "yinju")
        self._room = threading.BoundedSemaphore(threads + waiting)

    def submit(self, work: Callable[[], _T]) -> Future[_T]:
        """Queues a piece of work. Raises ServerBusy if the queue is full or the pool is closed."""
        if not self._room.acquire(blocking=False):
            raise ServerBusy(
                "more questions are waiting than can be answered soon: ask again in some seconds"
            )
        try:
            future = self._threads.submit(work)
        except RuntimeError as error:
            self._room.release()
            raise ServerBusy("the server is being stopped: ask again when it is back") from error
        future.add_done_callback(lambda _: self._room.release())
        return future

    async def done(self, work: Callable[[], _T]) -> _T:
        """Awaits the result of a piece of work, in an event loop. Raises as :meth:`submit`."""
        return await asyncio.wrap_future(self.submit(work))

    def iterate(
        self, events: Callable[[], Generator[_T, None, None]], halted: threading.Event | None = None
    ) -> Generator[_T, None, None]:
        """Yields the items of a generator that a thread of the pool runs; no item may be None.

        Closing this iterator closes the generator after its next step. Once ``halted`` is set, this
        iterator ends by itself, without waiting for that step. Raises ServerBusy, and whatever the
        generator raises.
        """
        items: SimpleQueue[_T | None] = SimpleQueue()
        with self._running(events, items.put) as future:
            while not (halted and halted.is_set()):
                try:
                    event = items.get(timeout=LOOK_SECONDS if halted else None)
                except Empty:
                    continue
                if event is None:
                    return future.result()
                yield event

    async def stream(
        self, events: Callable[[], Generator[_T, None, None]]
    ) -> AsyncGenerator[_T, None]:
        """Does the same as :meth:`iterate` for an event loop."""
        items: asyncio.Queue[_T | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        tell = lambda event: loop.call_soon_threadsafe(items.put_nowait, event)
        with self._running(events, tell) as future:
            while (event := await items.get()) is not None:
                yield event
            future.result()

    @contextmanager
    def _running(
        self, events: Callable[[], Generator[_T, None, None]], tell: Callable[[_T | None], object]
    ) -> Iterator[Future]:
        """The context in which a generator waits or runs; its value is the future. ``tell`` gets
        every item, and None at the end. Leaving the context takes the generator out of the queue,
        or ends it after its present step.
        """
        unwanted = threading.Event()

        def run() -> None:
            with closing(events()) as steps:
                for event in steps:
                    if unwanted.is_set():
                        return
                    tell(event)

        future = self.submit(run)
        future.add_done_callback(lambda _: tell(None))
        try:
            yield future
        finally:
            unwanted.set()
            future.cancel()

    def close(self) -> None:
        """Starts no more work, also none that is queued; work that runs goes on to its end."""
        self._threads.shutdown(wait=False, cancel_futures=True)
