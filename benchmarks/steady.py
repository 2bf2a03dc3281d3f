"""Whether a server stays as it is under load for long, while its index is updated underneath.

    OMP_NUM_THREADS=1 python benchmarks/steady.py ARTICLES.jsonl[.xz] [--articles 2000]
        [--minutes 30] [--users 16] [--processes 2] [--every 60]

Builds an index of so many articles, starts `yinju serve` on it, and lets users ask without a pause:
two questions of a value to one of places, and searches. Every minute (--every, seconds) a hundred
of the articles are taken out, a hundred others come in, and the index is updated by a process of
its own. Prints for each such turn the answers, those that failed, the times, and the memory of the
server; at the end all of it together, and how much more memory the last turns took than the first.
The users and the updates share the processors with the server.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from growth import lines
from large import PLACES, SEARCHES, VALUES
from serving import Told, iter_shared, memory, row, served, use

CHANGED = 100  # articles that come and go in one update


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, help="JSON Lines, xz or not")
    parser.add_argument("--articles", dest="count", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--users", type=int, default=16)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--every", type=float, default=60, help="seconds between updates")
    given = parser.parse_args()
    turns = max(1, round(60 * given.minutes / given.every))
    rows = list(itertools.islice(lines(given.articles), given.count + CHANGED * (turns + 1)))
    with tempfile.TemporaryDirectory() as folder:
        corpus, index = Path(folder) / "corpus.jsonl", Path(folder) / "index"
        stretch = lambda turn: rows[CHANGED * turn : CHANGED * turn + given.count]
        corpus.write_text("".join(stretch(0)), "utf-8")
        yinju("build", "--corpus", corpus, "--index", index)
        with served(index, given.processes) as (address, process):
            steady(
                given,
                address,
                process.pid,
                turns,
                lambda turn: update(corpus, index, stretch(turn)),
            )


def steady(given, address, server: int, turns: int, change) -> None:
    """Asks and updates, turn by turn, and prints what was seen."""
    questions = [one for three in zip(itertools.cycle(PLACES), VALUES, SEARCHES) for one in three]
    shared, until = iter_shared(questions), time.perf_counter() + 60 * given.minutes
    told, failed, all_told = [Told() for _ in range(given.users)], Counter(), Told()
    users = [
        threading.Thread(target=asked, args=(address, shared, until, one, failed)) for one in told
    ]
    for user in users:
        user.start()
    used = []
    for turn in range(1, turns + 1):
        began = time.perf_counter()
        change(turn)
        seconds = time.perf_counter() - began
        time.sleep(max(0.0, min(given.every - seconds, until - time.perf_counter())))
        used.append(memory(server))
        own = taken_from(told)
        all_told.answered += own.answered
        all_told.statuses += own.statuses
        seen = row("answers", own.answered) if own.answered else "no answers"
        print(f"{turn}: {dict(own.statuses)} {dict(failed)}; {seen}; updated in {seconds:.1f} s;"
              f" {used[-1]:,.0f} MB", flush=True)  # fmt: skip
    for user in users:
        user.join()
    own = taken_from(told)
    print(f"in all: {dict(all_told.statuses + own.statuses)}; errors {dict(failed)}")
    print(row("answers", all_told.answered + own.answered))
    part = max(1, len(used) // 5)
    first, last = (sum(some) / part for some in (used[:part], used[-part:]))
    print(f"memory of the first and the last fifth: {first:,.0f} MB, {last:,.0f} MB")


def asked(address, questions, until: float, told: Told, failed: Counter) -> None:
    """One user, who goes on after a connection that broke, which counts as an error."""
    while time.perf_counter() < until:
        try:
            use(address, questions, until, False, told)
        except Exception as error:
            failed[type(error).__name__] += 1


def taken_from(told: list[Told]) -> Told:
    """What all users saw since they were asked last."""
    out = Told()
    for one in told:
        answered, one.answered = one.answered, []
        statuses, one.statuses = one.statuses, Counter()
        out.answered += answered
        out.statuses += statuses
    return out


def update(corpus: Path, index: Path, rows: list[str]) -> None:
    corpus.with_suffix(".part").write_text("".join(rows), "utf-8")
    corpus.with_suffix(".part").rename(corpus)
    yinju("update", "--index", index)


def yinju(*command: object) -> None:
    subprocess.run(
        [sys.executable, "-m", "rag.cli", *map(str, command)], check=True, stdout=subprocess.DEVNULL
    )


if __name__ == "__main__":
    main()
