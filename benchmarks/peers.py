"""Yinju beside what else could search the same articles, in one run on one machine.

    python benchmarks/peers.py ARTICLES.jsonl ... --questions QUESTIONS.jsonl [--count 1000]
        [--peers yinju,langchain] [--rounds 3] [--markdown docs/peers.md]

The articles are JSON Lines of {"id", "text"}, taken from the files in their order up to --count; the
questions JSON Lines of {"question", "relevant": [ids]}, of which those whose articles are there are
asked: one by one, and by sixteen threads at once. Then the next hundred articles come in, where a
peer can take them in. Each peer is a module of benchmarks/peers, and gets an environment of its own
below build/peers (``pip install`` of what its REQUIRES says, once). Every figure is the median of
some rounds; each round is a process of its own, so that memory and the time from the shell to the
first answer are those of the peer alone. On a machine that does other work, too, --clock cpu counts
the seconds of a processor that a peer took, instead of those that went by, with one thread each:
threads that wait for each other would count, too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENTS = HERE.parent / "build" / "peers"
PEERS = ("yinju", "langchain", "llamaindex", "txtai", "bm25s", "faiss_flat", "numpy_flat")
TITLES = ("build, articles/s", "build, peak MB", "shell to first answer, s", "serve, peak MB",
          "search p50, ms", "search p99, ms", "questions/s, 1 client", "questions/s, 16 clients",
          "update of 100, s", "index, MB", "hit@1")  # fmt: skip
MORE_IS_BETTER = {title for title in TITLES if "/s" in title}
CLIENTS, CHANGED = 16, 100

CLOCKS = {
    "wall": "Seconds that went by.",
    "cpu": "Seconds of one processor, since the machine did other work, too.",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, nargs="+")
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--asked", type=int, default=300, help="how many questions are asked")
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--markdown", type=Path, help="append the table to this file")
    given = parser.parse_args()
    every = [row for file in given.articles for row in rows_of(file)]
    articles, more = every[: given.count], every[given.count :][:CHANGED] or every[:CHANGED]
    more = [row | {"id": f"new-{row['id']}"} for row in more]
    there = {row["id"] for row in articles}
    questions = [
        row
        for file in given.questions
        for row in rows_of(file)
        if there.intersection(row["relevant"])
    ]
    questions = questions[:: max(len(questions) // given.asked, 1)][: given.asked]
    print(f"{len(articles):,} articles, {len(questions)} questions; {machine()}", flush=True)
    measured = {}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name, rows in {"articles": articles, "questions": questions, "more": more}.items():
            (work / f"{name}.jsonl").write_text(
                "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8"
            )
        for peer in given.peers.split(","):
            try:
                measured[peer] = measure(peer, work, given.rounds, len(articles), given.clock)
            except subprocess.CalledProcessError as error:
                print(f"{peer}: failed ({error})", flush=True)
                continue
            print(f"{peer}: {dict(zip(TITLES, measured[peer]))}", flush=True)
    text = table(measured, len(articles), len(questions), given.rounds, given.clock)
    print(text)
    if given.markdown:
        with given.markdown.open("a", encoding="utf-8") as out:
            out.write(text)


def rows_of(file: Path) -> list[dict]:
    """The rows of a file of JSON Lines."""
    return [json.loads(line) for line in file.open(encoding="utf-8") if line.strip()]


def machine() -> str:
    """The machine in words."""
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    name = model[1] if model else platform.processor()
    return f"{os.cpu_count()} cores of {name}, Python {platform.python_version()}"


def environment(peer: str) -> str:
    """The Python of a peer's own environment; it is made where it is missing."""
    if peer == "yinju":
        return sys.executable
    folder = ENVIRONMENTS / peer
    stamp, python = folder / ".ready", str(folder / "bin" / "python")
    if not stamp.exists():
        source = (HERE / "peers" / f"{peer}_peer.py").read_text("utf-8")
        found = re.search(r"^REQUIRES = \(?\s*\"(.+)\"", source, re.MULTILINE)
        requires = found[1].split()
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *requires], check=True)
        stamp.touch()
    return python


def measure(peer: str, work: Path, rounds: int, articles: int, clock: str) -> tuple[float, ...]:
    """The figures of a peer, in the order of TITLES."""
    python, found = environment(peer), []
    for number in range(rounds):
        index = work / f"{peer}{number}"
        built, first, asked = (
            run(python, peer, what, work, index, clock) for what in ("build", "first", "ask")
        )
        size = sum(file.stat().st_size for file in index.rglob("*") if file.is_file())
        updated = run(python, peer, "update", work, index, clock)
        found.append(
            (
                articles / built["seconds"],
                built["peak"],
                first["all"],
                asked["peak"],
                1000 * statistics.median(asked["taken"]),
                1000 * sorted(asked["taken"])[int(0.99 * (len(asked["taken"]) - 1))],
                len(asked["taken"]) / sum(asked["taken"]),
                asked["clients"],
                updated["seconds"],
                size / 1e6,
                asked["hit"],
            )
        )
    return tuple(statistics.median(column) for column in zip(*found))


def run(python: str, peer: str, what: str, work: Path, index: Path, clock: str) -> dict:
    """What a step of a peer says, with the time of its whole process."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [python, HERE / "peers.py", "--step", peer, what, work, index, clock],
        check=True,
        stdout=subprocess.PIPE,
        stderr=None if os.environ.get("PEERS_VERBOSE") else subprocess.DEVNULL,
        text=True,
        env=os.environ
        | {"TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}
        | ({"OMP_NUM_THREADS": "1"} if clock == "cpu" else {}),
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = time.perf_counter() - began
    if clock == "cpu":
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(done.stdout.splitlines()[-1]) | {"all": seconds}


def step(peer: str, what: str, work: str, index: str, clock: str) -> None:
    """One step, within the environment of the peer."""
    sys.path[0] = str(HERE / "peers")
    articles, questions, more = (
        Path(work) / f"{name}.jsonl" for name in ("articles", "questions", "more")
    )
    now = time.process_time if clock == "cpu" else time.perf_counter
    module, told = __import__(f"{peer}_peer"), {}
    Path(index).mkdir(exist_ok=True)
    if what in ("build", "update"):
        module.load()  # the model is no part of a build
        began, work = now(), getattr(module, what, None)
        if work:
            work(articles if what == "build" else more, Path(index))
        told["seconds"] = now() - began if work else 0
    else:
        asked = rows_of(questions)
        search = module.opened(Path(index))
        if what == "first":
            search(asked[0]["question"])
        else:
            search(asked[-1]["question"])  # to warm up
            taken, hits = [], 0
            for row in asked:
                began = now()
                found = search(row["question"])
                taken.append(now() - began)
                hits += found in row["relevant"]
            told = {"taken": taken, "hit": hits / len(asked)}
            began = now()
            with ThreadPoolExecutor(CLIENTS) as clients:
                list(clients.map(search, [row["question"] for row in asked]))
            told["clients"] = len(asked) / (now() - began)
    told["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(told))


def table(
    measured: dict[str, tuple], articles: int, questions: int, rounds: int, clock: str
) -> str:
    """The figures as Markdown, the ratios to Yinju's first."""
    ours = measured.get("yinju")
    lines = [
        f"\n### {articles:,} articles\n",
        f"{questions} questions, medians of {rounds} rounds; {machine()}. {CLOCKS[clock]}\n",
        f"| | {' | '.join(TITLES)} |",
        f"|---|{'---|' * len(TITLES)}",
    ]
    for peer, figures in measured.items():
        cells = []
        for title, figure, own in zip(TITLES, figures, ours or figures):
            shown = f"{figure:.3f}" if title == "hit@1" else f"{figure:,.4g}" if figure else "none"
            if peer != "yinju" and title != "hit@1" and own and figure:
                better = own / figure if title in MORE_IS_BETTER else figure / own
                shown = f"{better:.2g}x ({shown})"
            cells.append(shown)
        lines.append(f"| {peer} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    step(*sys.argv[2:]) if sys.argv[1:2] == ["--step"] else main()
