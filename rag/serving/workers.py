"""Processes that answer: Python runs one thread at a time, so threads alone use little more than
one processor.

Each opens the index itself (its large files are memory-mapped, so all share them) and does what the
server's query service is asked. A worker that dies is replaced; its question fails.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import signal
import threading
import traceback
from collections.abc import Generator
from contextlib import closing
from multiprocessing.connection import Connection
from queue import LifoQueue
from typing import TYPE_CHECKING

from rag.errors import ServerError, YinjuError
from rag.serving.settings import Settings

if TYPE_CHECKING:
    from rag.library import Index
    from rag.serving.query_service import QueryService

log = logging.getLogger("rag.server")

_DONE = "done"
_STOP = "stop"


class QueryWorkers:
    """Some processes over one index folder, each with one question at a time; safe to use from many
    threads.
    """

    def __init__(self, index: Index, settings: Settings) -> None:
        """Starts them; they open the index while the first questions wait.

        Args:
            index: which folder, with which models. Those given as objects cannot be handed to
                another process.
            settings: of the server. The key of a language model is in the environment, which they
                share.
        """
        opened = (index.path, index.model, index.rerank, index.on, index.replicas)
        self._given = (opened, Settings(as_of=settings.as_of, llm=settings.llm))
        # Whoever answered last has what the next question may need in its caches.
        self._free: LifoQueue[_Worker] = LifoQueue()
        self._all: set[_Worker] = set()
        self._lock = threading.Lock()
        self._open = True
        for _ in range(settings.processes):
            self._free.put(self._start())

    def _start(self) -> _Worker:
        worker = _Worker(self._given)
        self._all.add(worker)
        return worker

    def _replace(self, worker: _Worker) -> _Worker:
        with self._lock:
            if not self._open:
                return worker
            self._all.discard(worker)
            worker.end()
            log.error("a process that answers has died, and is replaced")
            return self._start()

    def run(self, method: str, *given: object, **how: object) -> Generator:
        """What a method of the service gives: each event of a generator, or its result as the only
        one.

        Raises what the method raises, if it is a YinjuError; else, and where the worker dies,
        WorkerFailed. To close this stops the worker after the stage it is in.
        """
        worker = self._free.get()
        try:
            if not worker.alive:
                worker = self._replace(worker)
            yield from worker.run((method, given, how))
        except _Died as error:
            worker = self._replace(worker)
            raise WorkerFailed(
                "a process that answers has died, and another one has taken its place"
            ) from error
        finally:
            self._free.put(worker)

    def end(self) -> None:
        """Stop them all, whatever they are doing."""
        with self._lock:
            self._open = False
            for worker in self._all:
                worker.end()


class WorkerFailed(ServerError):
    """A worker met something that nobody expected; the message has its trace. Not for readers."""


class _Died(Exception):
    """The other end of the pipe is gone."""


class _Worker:
    def __init__(self, given: tuple) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_work, args=(theirs, *given), daemon=True, name="yinju-worker"
        )
        self._process.start()
        theirs.close()

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def run(self, task: tuple[str, tuple, dict]) -> Generator:
        try:
            self._pipe.send(task)
            done = False
            try:
                while True:
                    kind, told = self._pipe.recv()
                    if kind == _DONE:
                        done = True
                        if told is not None:
                            raise told
                        return
                    yield told
            finally:
                if not done:
                    self._pipe.send(_STOP)
                    while self._pipe.recv()[0] != _DONE:
                        pass
        except (EOFError, OSError) as error:
            raise _Died from error

    def end(self) -> None:
        self._process.terminate()
        self._pipe.close()


def _work(pipe: Connection, opened: tuple, settings: Settings) -> None:
    """The life of a worker: one task after another, until the server is gone."""
    import faiss

    from rag.library import Index
    from rag.serving.query_service import QueryService

    # Ctrl-C on the shell reaches all; the server ends its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # All processors are busy with other workers' questions.
    faiss.omp_set_num_threads(1)
    try:
        service = QueryService(Index.open(*opened), settings)
        gc.freeze()
        while True:
            if (task := pipe.recv()) != _STOP:
                _tell(pipe, service, *task)
    except (EOFError, ConnectionError):
        return


def _tell(pipe: Connection, service: QueryService, method: str, given: tuple, how: dict) -> None:
    problem = None
    try:
        made = getattr(service, method)(*given, **how)
        if isinstance(made, Generator):
            with closing(made):
                for event in made:
                    pipe.send(("event", event))
                    if pipe.poll() and pipe.recv() == _STOP:
                        break
        else:
            pipe.send(("event", made))
    except (EOFError, ConnectionError):
        raise
    except YinjuError as error:
        problem = error
    except Exception:
        problem = WorkerFailed(traceback.format_exc())
    pipe.send((_DONE, problem))
