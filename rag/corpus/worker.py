"""Reading documents in processes of their own, with limits: a file that hangs, crashes or bloats
its parser costs itself only.

``python -m rag.corpus.worker`` takes jobs from its standard input and answers on its standard
output: a line of JSON with suffix and size, then the bytes; back comes a line of JSON, and before
it an empty one whenever the time is to begin anew, as a part of long work is done. One process
reads many files, so that its libraries are loaded once. It ends when it was idle for a minute, or
when whoever started it is gone.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO

from rag import child
from rag.corpus.encoding import NotText
from rag.corpus.readers import Draft, Missing, Unreadable, read_drafts
from rag.corpus.readers.draft import busy

SECONDS = 120  # for one file; a PDF of 1,000 pages takes ten
MEMORY = 2 << 30  # bytes of address space of one process, where the system can limit it
_MOST_WORKERS = 4


class Worker:
    """One process that reads documents one after the other; started when it is first needed, and
    again where it died.

    Args:
        seconds: wall time for one document, after which the process is killed.
        memory: bytes of address space (POSIX).
        idle: seconds without a document after which the process ends (POSIX).
    """

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY, idle: float = 60.0) -> None:
        self._seconds, self._memory, self._idle = seconds, memory, idle
        self._process: subprocess.Popen | None = None

    def read(
        self, suffix: str, data: bytes, columns: Mapping[str, str] | None = None
    ) -> list[Draft | Missing]:
        """As :func:`rag.corpus.readers.read_drafts`; every failure, of the process too, is an
        Unreadable with its reason.
        """
        job = json.dumps([suffix, len(data), self._seconds, dict(columns or {})]).encode() + b"\n"
        try:
            answer = self._ask(job, data)
            if answer is None:  # it had gone idle just now
                answer = self._ask(job, data)
        except OSError as error:
            raise Unreadable(
                f"cannot be read: no process for its reader ({error.strerror or error})"
            ) from None
        if answer is None:
            raise Unreadable("cannot be read: its reader does not start")
        if "reason" in answer:
            raise Unreadable(answer["reason"])
        return [
            (
                Missing(**row)
                if "reason" in row
                else Draft(**{**row, "pages": tuple(row["pages"]), "ocr": tuple(row["ocr"])})
            )
            for row in answer["drafts"]
        ]

    def close(self) -> None:
        """Ends the process; it is started again where it is needed."""
        process, self._process = self._process, None
        if process:
            process.kill()
            process.wait()
            for pipe in filter(None, (process.stdin, process.stdout)):
                with contextlib.suppress(OSError):
                    pipe.close()

    def _ask(self, job: bytes, data: bytes) -> dict | None:
        """The answer; None where the process had ended by itself before it took the job."""
        process, late = self._running(), threading.Event()
        assert process.stdin and process.stdout
        line = b"\n"
        while line == b"\n":  # it is at long work, and has done a part of it
            with self._limited(process, late):
                try:
                    process.stdin.write(job)
                    process.stdin.write(data)
                    process.stdin.flush()
                    job = data = b""
                    line = process.stdout.readline()
                except OSError:  # it is gone: the end of its output says so, too
                    line = b""
        if line.endswith(b"\n"):
            return json.loads(line)
        code = process.wait()
        self.close()
        if late.is_set():
            return {
                "reason": (
                    f"took longer than {self._seconds:g} s to read: damaged, or made to; save it"
                    " anew, or as plain text"
                )
            }
        if code == 0:
            return None
        how = f"signal {-code}" if code < 0 else f"exit {code}"
        return {
            "reason": (
                f"its reader crashed on it ({how}): damaged, or made to; save it anew, or as plain"
                " text"
            )
        }

    def _running(self) -> subprocess.Popen:
        """The process; started where it is not there, or has ended."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
            self._process = child.start(
                "rag.corpus.worker",
                self._memory,
                self._idle,
                stdin=pipe,
                stdout=pipe,
                stderr=nothing,
            )
        return self._process

    @contextlib.contextmanager
    def _limited(self, process: subprocess.Popen, late: threading.Event) -> Iterator[None]:
        """Kills the process, and notes it, when the time for one document is over."""

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


class ReadingWorkers:
    """Some workers that read at the same time."""

    def __init__(self, count: int) -> None:
        self._idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for _ in range(count):
            self._idle.put(Worker())
        self.count = count
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="reader")

    def submit(
        self, suffix: str, load: Callable[[], bytes], columns: Mapping[str, str]
    ) -> Future[list[Draft | Missing]]:
        """Reads a document as soon as a worker is free; what ``load`` raises comes out of the
        future too.
        """
        return self._threads.submit(self._read, suffix, load, columns)

    def _read(
        self, suffix: str, load: Callable[[], bytes], columns: Mapping[str, str]
    ) -> list[Draft | Missing]:
        data, worker = load(), self._idle.get()
        try:
            return worker.read(suffix, data, columns)
        finally:
            self._idle.put(worker)


@functools.cache
def shared_workers() -> ReadingWorkers:
    """The workers of this process, one per core, four at most. None of them runs before it gets a
    document.
    """
    return ReadingWorkers(min(_MOST_WORKERS, os.cpu_count() or 1))


# What follows runs in the process of a worker.


def main() -> None:
    """Serves jobs until none comes for a while, or the input ends."""
    jobs, answers = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "r+b", buffering=0) as nothing:
        for standard in (0, 1):  # a library that prints must not speak in between
            os.dup2(nothing.fileno(), standard)
    _limit_memory(int(sys.argv[1]))
    while _waits(jobs, float(sys.argv[2])) and (header := _line(jobs)):
        suffix, size, seconds, columns = json.loads(header)
        data = _exactly(jobs, size)

        def anew(seconds: float = seconds) -> None:
            answers.write(b"\n")
            answers.flush()
            _limit_time(seconds)

        busy.set(anew)
        _limit_time(seconds)
        answer = _attempt(suffix, data, columns)
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _attempt(suffix: str, data: bytes, columns: Mapping[str, str]) -> dict:
    try:
        return {
            "drafts": [dataclasses.asdict(draft) for draft in read_drafts(suffix, data, columns)]
        }
    except (Unreadable, NotText) as error:
        return {"reason": str(error)}
    except MemoryError:
        return {
            "reason": (
                "needs too much memory to read: damaged, or made to; save it anew, or as plain text"
            )
        }
    except Exception as error:  # a parser's own failure on one file must not cost the others
        return {
            "reason": (
                f"cannot be read: {type(error).__name__}: {error}; report it, or save it as plain"
                " text"
            )
        }


def _limit_memory(memory: int) -> None:
    with contextlib.suppress(
        ImportError, ValueError, OSError
    ):  # Windows has no such limits, macOS not this one
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(seconds: float) -> None:
    """Ends this process by itself where nobody is left to do it."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(
            resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 2, most)
        )


def _waits(jobs: BinaryIO, seconds: float) -> bool:
    """Whether something comes in time; on Windows it waits for ever."""
    if os.name == "nt":
        return True
    import select

    return bool(select.select([jobs], [], [], seconds)[0])


def _line(jobs: BinaryIO) -> bytes:
    out = b""
    while not out.endswith(b"\n") and (byte := jobs.read(1)):
        out += byte
    return out


def _exactly(jobs: BinaryIO, size: int) -> bytes:
    parts, missing = [], size
    while missing and (part := jobs.read(min(missing, 1 << 20))):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


if __name__ == "__main__":
    main()
