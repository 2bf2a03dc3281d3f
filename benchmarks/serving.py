"""How many questions a server answers in a second, and how long each takes, with many people asking
at once.

    OMP_NUM_THREADS=1 python benchmarks/serving.py --index DIR [--users 16] [--processes 1]
    [--seconds 30] [--stream] [--questions FILE]

Starts `yinju serve` on the index as a process of its own. Each user asks the next question as soon
as the last is answered: nobody thinks, so 16 of them are what some hundred readers are. The users
share the processors with the server, as a few per cent of the load. The questions are those of
benchmarks/large.py, two of a value to one of places, or lines of a file.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from large import PLACES, VALUES

REFUSED_SECONDS = 0.5  # a user who is turned away waits a little, not the whole Retry-After


@dataclass
class Told:
    """What the users saw: statuses, seconds to the answer, and with --stream to the first event."""

    statuses: Counter = field(default_factory=Counter)
    answered: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)


@contextmanager
def served(index: Path, processes: int):
    """The address of a server, and its process."""
    command = [
        sys.executable,
        "-m",
        "rag.cli",
        "serve",
        "--port",
        "0",
        "--index",
        str(index),
        "--processes",
        str(processes),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            found = re.search(r"http://[\d.:]+", line)
            if not found:
                raise SystemExit(f"the server did not start: {line}")
            yield urlsplit(found.group()), process
        finally:
            process.send_signal(signal.SIGINT)


def use(address, questions, until: float, stream: bool, told: Told) -> None:
    """One user: asks until the time has come."""
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=120)
    headers = {
        "content-type": "application/json",
        "accept": "text/event-stream" if stream else "application/json",
    }
    while time.perf_counter() < until:
        began = time.perf_counter()
        connection.request("POST", "/api/ask", json.dumps({"question": next(questions)}), headers)
        reply = connection.getresponse()
        if stream and reply.status == 200:
            reply.readline()
            told.first.append(time.perf_counter() - began)
        reply.read()
        told.statuses[reply.status] += 1
        if reply.status == 200:
            told.answered.append(time.perf_counter() - began)
        else:
            time.sleep(REFUSED_SECONDS)
    connection.close()


def load(address, questions, users: int, seconds: float, stream: bool) -> tuple[Told, float]:
    """All users at once; what they saw, and how long it took until the last had the last answer."""
    told, shared = Told(), iter_shared(questions)
    began = time.perf_counter()
    threads = [
        threading.Thread(target=use, args=(address, shared, began + seconds, stream, told))
        for _ in range(users)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told, time.perf_counter() - began


class iter_shared:
    """An endless round of questions that threads may share."""

    def __init__(self, questions) -> None:
        self._round, self._lock = itertools.cycle(questions), threading.Lock()

    def __next__(self) -> str:
        with self._lock:
            return next(self._round)


def row(name: str, seconds: list[float]) -> str:
    taken = sorted(1000 * one for one in seconds)
    at = {share: taken[min(len(taken) - 1, int(share * len(taken)))] for share in (0.5, 0.95, 0.99)}
    return (
        f"{name}: p50 {at[0.5]:,.0f} ms, p95 {at[0.95]:,.0f} ms, p99 {at[0.99]:,.0f} ms, longest"
        f" {taken[-1]:,.0f} ms"
    )


def family(pid: int) -> list[Path]:
    """The folders in /proc of a process and those below it; none where the system does not tell."""
    found: dict[str, Path] = {}
    for folder in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        if (stat := stat_of(folder)) and (folder.name == str(pid) or stat[1] in found):
            found[folder.name] = folder
    return [*found.values()]


def stat_of(process: Path) -> list[str]:
    """State, parent and so on of a process, see proc(5); [] for one that has ended."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def processor_seconds(pid: int) -> float:
    """What a process and those below it have used of the processors."""
    ticks = sum(int(stat[11]) + int(stat[12]) for stat in map(stat_of, family(pid)) if stat)
    return ticks / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """MB that they take, what they share counted once."""
    return (
        sum(
            int(re.search(r"Pss:\s+(\d+)", (one / "smaps_rollup").read_text())[1])
            for one in family(pid)
        )
        / 1024
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--users", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--processes", type=int, default=1, help="as for yinju serve")
    parser.add_argument(
        "--stream",
        action="store_true",
        help="ask for events, and show when the first of them comes",
    )
    parser.add_argument("--questions", type=Path, help="a file of questions, one a line")
    given = parser.parse_args()

    values, places = itertools.cycle(VALUES), itertools.cycle(PLACES)
    mixed = [next(places) if n % 3 == 2 else next(values) for n in range(3 * len(VALUES))]
    questions = given.questions.read_text("utf8").split("\n") if given.questions else mixed
    questions = [one for one in questions if one.strip()]
    with served(given.index, given.processes) as (address, process):
        load(address, questions, 2 * given.processes, min(10, given.seconds), False)  # to warm up
        used = processor_seconds(process.pid)
        told, seconds = load(address, questions, given.users, given.seconds, given.stream)
        used = processor_seconds(process.pid) - used
        if not told.answered:
            raise SystemExit(f"no question was answered: {dict(told.statuses)}")
        print(
            f"{given.users} users, {len(told.answered)} answers in {seconds:.1f} s:"
            f" {len(told.answered) / seconds:.1f} a second; {dict(told.statuses)}"
        )
        print(row("answer", told.answered))
        if told.first:
            print(row("first event", told.first))
        if used:
            print(
                f"server: {1000 * used / len(told.answered):.0f} ms of processor an answer,"
                f" {memory(process.pid):,.0f} MB"
            )


if __name__ == "__main__":
    main()
