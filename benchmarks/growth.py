"""How cost grows with the number of passages: build, size, memory, search, and what is found.

    OMP_NUM_THREADS=1 python benchmarks/growth.py ARTICLES.jsonl[.xz] --folder DIR
        [--passages 10000,100000] [--shards 1000000]

The corpora are made of the sentences of real articles, recombined: an article gets as many sentences
as one of them has, each of another article, so that words are as frequent as they are in news, and no
two passages are the same. They are written as they are made, and never all in memory. Each size is
built and asked in a process of its own. The questions are sentences, cut short, each asked for the
first time. Times are those of processors, all threads added up, since a busy machine makes others
longer; it makes these longer, too, where its caches are shared: the load is told beside them.

What a step measured is kept in DIR/steps.jsonl as soon as it is done. Called again, the script goes
on with the first step that is not there; a build that was stopped begins anew, one of shards with
the first that is not complete. What has more passages than --shards says is built in shards of so
many.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

TITLES = ("passages", "build, CPU s", "build, peak MB", "index, MB", "search", "recall@10",
          "opened, CPU s", "serve, peak MB", "search p50, CPU ms", "search p99, CPU ms",
          "answer p50, CPU ms", "answer p99, CPU ms", "load")  # fmt: skip
_END = re.compile(r"(?<=[。！？])")
PER_ARTICLE = 2.2  # passages that such an article makes
KNOWN = 400_000  # sentences that are recombined
SEARCHES, ANSWERS, WARM = 100, 50, 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, help='JSON Lines of {"text"}, xz or not')
    parser.add_argument("--passages", default="10000,100000")
    parser.add_argument("--shards", type=int, default=1_000_000, help="passages of a shard at most")
    parser.add_argument("--folder", type=Path, required=True, help="of what is made and measured")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    kept = given.folder / "steps.jsonl"
    done = {}
    if kept.exists():
        done = {
            (row["of"], row["step"]): row for row in map(json.loads, kept.open(encoding="utf-8"))
        }
    for count in map(int, given.passages.split(",")):
        corpus, index = given.folder / f"{count}.jsonl", given.folder / f"index{count}"
        found = {}
        for name, source in (("build", corpus), ("ask", given.articles)):
            if (count, name) not in done:
                if name == "build":
                    recombined(given.articles, corpus, round(count / PER_ARTICLE))
                shards = -(-count // given.shards)
                made = step(name, source, index, shards)
                done[count, name] = {"of": count, "step": name, "shards": shards, **made}
                with kept.open("a", encoding="utf-8") as out:
                    out.write(json.dumps(done[count, name]) + "\n")
            found |= done[count, name]
        corpus.unlink(missing_ok=True)
        if count == int(given.passages.split(",")[0]):
            print(f"| {' | '.join(TITLES)} |\n|{'---|' * len(TITLES)}")
        row = [found.get(title, "") for title in TITLES]
        told = (f"{one:,}" if isinstance(one, int) else str(one) for one in row)
        print(f"| {' | '.join(told)} |", flush=True)


def lines(file: Path) -> Iterator[str]:
    """The lines of a file, compressed or not, one by one."""
    opened = lzma.open if file.suffix == ".xz" else open
    with opened(file, "rt", encoding="utf-8") as found:
        yield from found


def sentences(file: Path, most: int = KNOWN) -> tuple[list[str], list[int]]:
    """Sentences of articles, and how many each article has."""
    found: list[str] = []
    sizes: list[int] = []
    for line in lines(file):
        text = json.loads(line)["text"]
        own = [one for one in _END.split(text) if 8 < len(one.strip()) < 200]
        sizes.append(max(len(own), 1))
        found += own
        if len(found) > most:
            break
    return found, sizes


def recombined(articles: Path, corpus: Path, count: int) -> None:
    """Writes so many articles made of others' sentences, unless they are there."""
    if corpus.exists():
        return
    known, sizes = sentences(articles)
    rng, begun = random.Random(count), corpus.with_suffix(".part")
    with begun.open("w", encoding="utf-8") as out:
        for number in range(count):
            text = "".join(rng.choice(known) for _ in range(min(rng.choice(sizes), 40)))
            out.write(json.dumps({"id": f"r{number}", "text": text}, ensure_ascii=False) + "\n")
    begun.rename(corpus)


def step(what: str, corpus: Path, index: Path, shards: int) -> dict:
    """A step in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--step", what, corpus, index, str(shards)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def build(corpus: Path, index: Path, shards: int) -> dict:
    from rag import Index
    from rag.embed import load_static

    load_static()
    began = time.process_time()
    report = Index.build(corpus, index, shards=shards if shards > 1 else 0)
    return {
        "passages": report.passages,
        "build, CPU s": round(time.process_time() - began, 1),
        "build, peak MB": peak(),
        "seconds": {name: round(one, 1) for name, one in report.phases.items()},
    }


def ask(articles: Path, index: Path, shards: int) -> dict:
    import numpy as np

    from rag import Assistant, Index
    from rag.embed import load_static
    from rag.index.vectors import Vectors

    load_static()
    known, _ = sentences(articles, 50_000)
    questions = [one[:24] for one in random.Random(7).sample(known, WARM + SEARCHES + ANSWERS)]
    began = time.process_time()
    with Index.open(index) as opened:
        seconds = time.process_time() - began
        snapshot, assistant = opened.snapshot, Assistant(opened)
        searched = timed(opened.search, questions[: WARM + SEARCHES])[WARM:]
        answered = timed(assistant.ask, [*questions[:WARM], *questions[-ANSWERS:]])[WARM:]
        most = peak()
        folders = snapshot.manifest.folders(snapshot.path) or [snapshot.path]
        exact, both = [Vectors(folder) for folder in folders], 0
        for query in np.asarray(snapshot.embedder.embed_queries(questions), np.float32):
            best = np.concatenate([one.search(query, 10)[1] for one in exact])
            least = np.sort(best)[-10] - 1e-6
            both += int((snapshot.dense(query, 200)[1][:10] >= least).sum())
        return {
            "passages": snapshot.n_passages,
            "index, MB": round(snapshot.manifest.bytes / 1e6, 1),
            "search": snapshot.manifest.vectors["search"],
            "recall@10": round(both / (10 * len(questions)), 4),
            "opened, CPU s": round(seconds, 2),
            "serve, peak MB": most,
            **middle_and_late("search", searched),
            **middle_and_late("answer", answered),
            "load": round(os.getloadavg()[1], 1),
        }


def timed(work, questions: list[str]) -> list[float]:
    """Milliseconds of the processor that each takes."""
    taken = []
    for question in questions:
        began = time.process_time()
        work(question)
        taken.append(1000 * (time.process_time() - began))
    return taken


def middle_and_late(name: str, taken: list[float]) -> dict[str, float]:
    late = sorted(taken)[int(0.99 * (len(taken) - 1))]
    return {
        f"{name} p50, CPU ms": round(statistics.median(taken), 1),
        f"{name} p99, CPU ms": round(late, 1),
    }


def peak() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        work, corpus, index = {"build": build, "ask": ask}[sys.argv[2]], *map(Path, sys.argv[3:5])
        print(json.dumps(work(corpus, index, int(sys.argv[5]))))
    else:
        main()
