"""Threads that answer, and a queue before them that ends somewhere.

More questions at once than processors only make all of them slower, and a queue without an end
makes everybody wait for answers that nobody reads any more.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TypeVar

from rag.errors import ServerBusy

T = TypeVar("T")

THREADS = min(4, max(2, os.cpu_count() or 2))
"""Python runs one of them at a time but for NumPy, FAISS and models: more only wait for each
other.
"""
THREADS_WRITING = 16
"""The same where a language model writes: most of them then wait for it."""
WAITING = 64
"""Further questions wait; the next one is turned away."""
LOOK_SECONDS = 0.1
"""Time between two looks at whether who waits for an answer still wants it."""


@dataclass(frozen=True, slots=True)
class Work:
    """Something that is under way: its end, and a mark that nobody waits for it any more."""

    future: Future
    unwanted: threading.Event

    def stop(self) -> None:
        """Take it out of the queue, or end it after the stage that it is in."""
        self.unwanted.set()
        self.future.cancel()


class BoundedPool:
    """A bounded number of threads with a bounded queue, first come, first served."""

    def __init__(self, threads: int = THREADS, waiting: int = WAITING) -> None:
        """
        Args:
            threads: how many pieces of work are done at once, at least 1.
            waiting: how many more may wait, 0 or more.
        """
        self._threads = ThreadPoolExecutor(threads, "yinju")
        self._room = threading.BoundedSemaphore(threads + waiting)

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Have something done. Raises ServerBusy."""
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

    async def done(self, work: Callable[[], T]) -> T:
        """What some work gives, awaited in an event loop. Raises as :meth:`submit`."""
        return await asyncio.wrap_future(self.submit(work))

    def iterate(
        self, events: Callable[[], Generator[T, None, None]], halted: threading.Event | None = None
    ) -> Generator[T, None, None]:
        """What a generator gives that is run by the pool, never None; to close this closes it after
        its next step. Raises ServerBusy.

        Once ``halted`` is set this ends by itself, without waiting for that step.
        """
        told: SimpleQueue[T | None] = SimpleQueue()
        work = self._start(events, told.put)
        try:
            while (event := _next(told, halted)) is not None:
                yield event
            if not (halted and halted.is_set()):
                work.future.result()
        finally:
            work.stop()

    async def stream(
        self, events: Callable[[], Generator[T, None, None]]
    ) -> AsyncGenerator[T, None]:
        """As :meth:`iterate`, in an event loop."""
        told: asyncio.Queue[T | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        work = self._start(events, lambda event: loop.call_soon_threadsafe(told.put_nowait, event))
        try:
            while (event := await told.get()) is not None:
                yield event
            work.future.result()
        finally:
            work.stop()

    def _start(
        self, events: Callable[[], Generator[T, None, None]], tell: Callable[[T | None], object]
    ) -> Work:
        unwanted = threading.Event()

        def run() -> None:
            with closing(events()) as steps:
                for event in steps:
                    if unwanted.is_set():
                        return
                    tell(event)

        future = self.submit(run)
        future.add_done_callback(lambda _: tell(None))
        return Work(future, unwanted)

    def close(self) -> None:
        """Begin nothing new; what is under way ends."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _next(told: SimpleQueue[T | None], halted: threading.Event | None) -> T | None:
    while not (halted and halted.is_set()):
        try:
            return told.get(timeout=LOOK_SECONDS if halted else None)
        except Empty:
            pass
    return None
