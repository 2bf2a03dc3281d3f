"""Worker processes that answer questions: Python runs one thread at a time, so threads alone use
little more than one processor.

Each worker opens the index itself; the large files are memory-mapped, so all workers share them. A
worker has a query service of its own and runs its methods for the server. A worker that dies is
replaced, and the question that it was answering fails.
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

_DONE = "done"  # from a worker: the task has ended
_STOP = "stop"  # to a worker: end the task early


class QueryWorkers:
    """Several worker processes for one index folder, each of which answers one question at a time.
    Safe to use from many threads.
    """

    def __init__(self, index: Index, settings: Settings) -> None:
        """Starts the workers, which open the index while the first questions wait.

        Args:
            index: its folder and models are opened by each worker. A model that was given as an
                object, not as a name, cannot be handed to another process.
            settings: those of the server. The key of a language model is not among them: it is in
                the environment, which the workers share.
        """
        opened = (index.path, index.model, index.rerank, index.on, index.replicas)
        self._given = (opened, Settings(as_of=settings.as_of, llm=settings.llm))
        # Last in, first out: the worker that answered last has in its caches what the next question
        # may need.
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
        """A new worker in place of a dead one; the dead one itself after :meth:`end`."""
        with self._lock:
            if not self._open:
                return worker
            self._all.discard(worker)
            worker.end()
            log.error("a process that answers has died, and is replaced")
            return self._start()

    def run(self, method: str, *given: object, **how: object) -> Generator:
        """Runs a method of the query service in a worker. Yields each item if the method is a
        generator, else its result as the only item.

        Raises what the method raises if that is a YinjuError; for any other error, and if the
        worker dies, WorkerFailed. Closing this generator stops the worker after its present stage.
        """
        worker = self._free.get()
        try:
            if not worker._process.is_alive():
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
        """Stops all workers, whatever they are doing."""
        with self._lock:
            self._open = False
            for worker in self._all:
                worker.end()


class WorkerFailed(ServerError):
    """A worker died or met an unexpected error. The message, which may be a trace, is not for
    readers.
    """


class _Died(Exception):
    """The process at the other end of the pipe is gone."""


class _Worker:
    """One worker process, and the server's end of the pipe to it."""

    def __init__(self, given: tuple) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_work, args=(theirs, *given), daemon=True, name="yinju-worker"
        )
        self._process.start()
        theirs.close()

    def run(self, task: tuple[str, tuple, dict]) -> Generator:
        """Yields what a task (method, arguments, keyword arguments) gives; raises as the task does,
        and _Died if the process is gone.
        """
        try:
            self._pipe.send(task)
            done = False
            try:
                while True:
                    kind, value = self._pipe.recv()
                    if kind == _DONE:
                        done = True
                        if value is not None:
                            raise value
                        return
                    yield value
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
    """The main function of a worker: runs one task after another, until the server is gone."""
    import faiss

    from rag.library import Index
    from rag.serving.query_service import QueryService

    # Ctrl-C in the shell reaches all processes, but the server ends its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The other processors are busy with questions of the other workers.
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
    """Runs a task, and sends its items and then _DONE with the error, if any, through the pipe."""
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
