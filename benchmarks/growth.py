"""How cost grows with the number of passages: build, size, memory, search, and what is found.

    OMP_NUM_THREADS=1 python benchmarks/growth.py ARTICLES.jsonl [--passages 10000,100000]
        [--markdown docs/growth.md]

The corpora are made of the sentences of real articles, recombined: an article gets as many sentences
as one of them has, each of another article, so that words are as frequent as they are in news, and no
two passages are the same. They are written as they are made, and never all in memory. Each size is
built and asked in a process of its own. The questions are sentences, cut short, each asked for the
first time. Times are those of processors, all threads added up: they hold on a busy machine, too.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TITLES = ("passages", "build, CPU s", "build, peak MB", "index, MB", "search", "recall@10",
          "opened, CPU s", "serve, peak MB", "search p50, CPU ms", "p99, CPU ms", "answer p50, CPU ms")  # fmt: skip
_END = re.compile(r"(?<=[。！？])")
PER_ARTICLE = 2.2  # passages that such an article makes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, help='JSON Lines of {"text"}')
    parser.add_argument("--passages", default="10000,100000")
    parser.add_argument("--folder", type=Path, help="keep the indexes here")
    parser.add_argument("--markdown", type=Path, help="append the table to this file")
    given = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        work = given.folder or Path(folder)
        for count in map(int, given.passages.split(",")):
            corpus, index = work / f"{count}.jsonl", work / f"index{count}"
            if not (index / "CURRENT").exists():
                recombined(given.articles, corpus, round(count / PER_ARTICLE))
                built = step("build", corpus, index)
            else:
                built = {}
            found = {**built, **step("ask", given.articles, index)}
            rows.append([found.get(title, "") for title in TITLES])
            print(dict(zip(TITLES, rows[-1])), flush=True)
            if not given.folder:
                shutil.rmtree(index)
            corpus.unlink(missing_ok=True)
    lines = [f"| {' | '.join(TITLES)} |", f"|{'---|' * len(TITLES)}"]
    lines += [
        f"| {' | '.join(f'{one:,}' if isinstance(one, int) else str(one) for one in row)} |"
        for row in rows
    ]
    print("\n".join(lines))
    if given.markdown:
        with given.markdown.open("a", encoding="utf-8") as out:
            out.write("\n".join(lines) + "\n")


def sentences(file: Path, most: int = 400_000) -> tuple[list[str], list[int]]:
    """Sentences of articles, and how many each article has."""
    found: list[str] = []
    sizes: list[int] = []
    for line in file.open(encoding="utf-8"):
        own = [one for one in _END.split(json.loads(line)["text"]) if 8 < len(one.strip()) < 200]
        sizes.append(max(len(own), 1))
        found += own
        if len(found) > most:
            break
    return found, sizes


def recombined(articles: Path, corpus: Path, count: int) -> None:
    """Writes so many articles made of others' sentences."""
    known, sizes = sentences(articles)
    rng = random.Random(count)
    with corpus.open("w", encoding="utf-8") as out:
        for number in range(count):
            text = "".join(rng.choice(known) for _ in range(min(rng.choice(sizes), 40)))
            out.write(json.dumps({"id": f"r{number}", "text": text}, ensure_ascii=False) + "\n")


def step(what: str, corpus: Path, index: Path) -> dict:
    """A step in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--step", what, corpus, index],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def build(corpus: Path, index: Path) -> dict:
    from rag import Index
    from rag.embed import load_static

    load_static()
    began = time.process_time()
    report = Index.build(corpus, index)
    return {
        "passages": report.passages,
        "build, CPU s": round(time.process_time() - began, 1),
        "build, peak MB": peak(),
        "index, MB": round(report.bytes / 1e6, 1),
    }


def ask(articles: Path, index: Path) -> dict:
    import numpy as np

    from rag import Assistant, Index
    from rag.embed import load_static
    from rag.index.vectors import Vectors

    load_static()
    known, _ = sentences(articles, 50_000)
    questions = [one[:24] for one in random.Random(7).sample(known, 110)]
    began = time.process_time()
    with Index.open(index) as opened:
        seconds = time.process_time() - began
        snapshot, taken = opened.snapshot, []
        for question in questions:
            began = time.process_time()
            opened.search(question)
            taken.append(1000 * (time.process_time() - began))
        taken = taken[10:]
        answered, assistant = [], Assistant(opened)
        for question in questions[:20]:
            began = time.process_time()
            assistant.ask(question)
            answered.append(1000 * (time.process_time() - began))
        exact, both = Vectors(snapshot.path), 0
        for query in np.asarray(snapshot.embedder.embed_queries(questions), np.float32):
            best, found = exact.search(query, 10)[0], snapshot.dense(query, 200)[0][:10]
            both += len(np.intersect1d(best, found))
        told = snapshot.manifest.vectors
        return {
            "passages": snapshot.n_passages,
            "index, MB": round(snapshot.manifest.bytes / 1e6, 1),
            "search": told["search"]
            + (f", {told['probes']} of {told['lists']}" if told.get("lists", 1) > 1 else ""),
            "recall@10": round(both / (10 * len(questions)), 4),
            "opened, CPU s": round(seconds, 2),
            "serve, peak MB": peak(),
            "search p50, CPU ms": round(statistics.median(taken), 1),
            "p99, CPU ms": round(sorted(taken)[int(0.99 * (len(taken) - 1))], 1),
            "answer p50, CPU ms": round(statistics.median(answered), 1),
        }


def peak() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        print(json.dumps({"build": build, "ask": ask}[sys.argv[2]](*map(Path, sys.argv[3:]))))
    else:
        main()
