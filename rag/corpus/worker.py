"""Reads documents in separate processes with limits.

A file that hangs, crashes or bloats its parser thus costs only itself.

``python -m rag.corpus.worker`` takes jobs from its standard input and answers on its standard
output. A job is a line of JSON (suffix, size, seconds, columns), then the bytes; the answer is a
line of JSON. One process reads many files, so that its libraries are loaded once. It ends when it
was idle for a minute, when a file took too long, or when the process that started it is gone.
"""

from __future__ import annotations

import contextlib
import dataclasses
import faulthandler
import functools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO

from rag import child
from rag.corpus.readers import Draft, Missing, Unreadable, read_drafts
from rag.corpus.readers.draft import busy, why

_WORKER_SECONDS = 120  # for one file; a PDF of 1,000 pages takes ten seconds
# bytes of address space of one process, where the system can limit it
WORKER_MEMORY_BYTES = 2 << 30
_MOST_WORKERS = 4
_TO_DO = "damaged, or made to; save it anew, or as plain text"
# exit status of a process that ran out of time
_LATE = -signal.SIGALRM if hasattr(signal, "SIGALRM") else 1


class Worker:
    """One process that reads documents one after the other.

    The process is started when it is first needed, and again after it has ended.

    Args:
        seconds: wall time for one document, after which the process ends itself.
        memory: bytes of address space (POSIX).
        idle: seconds without a document after which the process ends.
    """

    def __init__(
        self,
        seconds: float = _WORKER_SECONDS,
        memory: int = WORKER_MEMORY_BYTES,
        idle: float = 60.0,
    ) -> None:
        self._seconds, self._memory, self._idle = seconds, memory, idle
        self._process: subprocess.Popen | None = None

    def read(
        self, suffix: str, data: bytes, columns: Mapping[str, str] | None = None
    ) -> list[Draft | Missing]:
        """The drafts of a document, as :func:`rag.corpus.readers.read_drafts` returns them.

        Raises Unreadable with the reason for every failure, even one of the process.
        """
        job = json.dumps([suffix, len(data), self._seconds, dict(columns or {})]).encode() + b"\n"
        try:
            # a second try, for a process that ended idle just now
            answer = self._ask(job, data) or self._ask(job, data)
        except OSError as error:
            raise Unreadable(
                f"cannot be read: no process for its reader ({error.strerror or error})"
            ) from None
        if answer is None:
            raise Unreadable("cannot be read: its reader does not start")
        if "reason" in answer:
            raise Unreadable(answer["reason"])
        return [
            Missing(**row)
            if "reason" in row
            else Draft(**{**row, "pages": tuple(row["pages"]), "ocr": tuple(row["ocr"])})
            for row in answer["drafts"]
        ]

    def close(self) -> None:
        """Ends the process. The next document starts it again."""
        process, self._process = self._process, None
        if process:
            process.kill()
            # leaving it waits for the process and closes its pipes
            with contextlib.suppress(OSError), process:
                pass

    def _ask(self, job: bytes, data: bytes) -> dict | None:
        """The answer of the process; None where it had ended by itself before it took the job."""
        process, begun, line = self._running(), time.monotonic(), b""
        assert process.stdin and process.stdout
        # the process is gone, which the end of its output shows too
        with contextlib.suppress(OSError):
            process.stdin.write(job)
            process.stdin.write(data)
            process.stdin.flush()
            line = process.stdout.readline()
        if line.endswith(b"\n"):
            return json.loads(line)
        code = process.wait()
        self.close()
        if code == 0:
            return None
        if code == _LATE and time.monotonic() - begun >= self._seconds:
            return {"reason": f"took longer than {self._seconds:g} s to read: {_TO_DO}"}
        how = f"signal {-code}" if code < 0 else f"exit {code}"
        return {"reason": f"its reader crashed on it ({how}): {_TO_DO}"}

    def _running(self) -> subprocess.Popen:
        """The process, started if there is none or if it has ended."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            pipes["stderr"] = subprocess.DEVNULL
            self._process = child.start("rag.corpus.worker", self._memory, self._idle, **pipes)
        return self._process


class ReadingWorkers:
    """A pool of workers that read at the same time."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._own = threading.local()  # its ``worker`` is the one of the thread that asks
        self._threads = ThreadPoolExecutor(count, "reader", self._begin)

    def _begin(self) -> None:
        self._own.worker = Worker()

    def submit(
        self, suffix: str, load: Callable[[], bytes], columns: Mapping[str, str]
    ) -> Future[list[Draft | Missing]]:
        """Reads a document as soon as a worker is free.

        The future raises what ``load`` or the worker raises.
        """
        return self._threads.submit(lambda: self._own.worker.read(suffix, load(), columns))


@functools.cache
def shared_workers() -> ReadingWorkers:
    """The workers of this process: one per core, at most four.

    A worker's process starts only when it gets a document.
    """
    return ReadingWorkers(min(_MOST_WORKERS, os.cpu_count() or 1))


# Everything below runs in the process of a worker.


def main() -> None:
    """Answers jobs until none comes for a while, or the input ends."""
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "r+b", buffering=0) as nothing:
        for standard in (0, 1):  # a library that prints must not disturb the protocol
            os.dup2(nothing.fileno(), standard)
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # a parent may have ignored it
    _limit_memory(int(sys.argv[1]))
    # no memory for a thread: end, and a new process takes over
    with contextlib.suppress(RuntimeError):
        while _serves(jobs, answers, float(sys.argv[2])):
            pass


def _serves(jobs: BinaryIO, answers: BinaryIO, patience: float) -> bool:
    """Answers the next job; False where there is none."""
    idle = threading.Timer(patience, os._exit, [0])
    idle.start()
    header = jobs.readline()
    idle.cancel()
    if not header:
        return False
    suffix, size, seconds, columns = json.loads(header)
    data = jobs.read(size)
    anew = functools.partial(_end_after, seconds)
    busy.set(anew)
    anew()
    answer = _attempt(suffix, data, columns)
    _end_after(0)
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()
    return True


def _end_after(seconds: float) -> None:
    """Lets this process end after so many seconds, even while a parser hangs in C code; 0: never.

    An alarm of the system does it. Where there is none (Windows), faulthandler's timer does, which
    walks the stacks of running threads and now and then crashes on the way.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
    elif seconds:
        faulthandler.dump_traceback_later(seconds, exit=True)
    else:
        faulthandler.cancel_dump_traceback_later()


def _attempt(suffix: str, data: bytes, columns: Mapping[str, str]) -> dict:
    """The drafts of a document as plain values, or the reason why it cannot be read."""
    try:
        found = read_drafts(suffix, data, columns)
        return {"drafts": [dataclasses.asdict(draft) for draft in found]}
    except MemoryError:
        return {"reason": f"needs too much memory to read: {_TO_DO}"}
    except Exception as error:
        return {"reason": why(error)}


def _limit_memory(memory: int) -> None:
    """Limits the address space of this process and turns core dumps off."""
    # Windows has no such limits; macOS lacks the one on address space.
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
