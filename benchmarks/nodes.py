"""Whether an index is built, and questions are answered, while nodes of a cluster die.

    pip install -e '.[ray]'
    OMP_NUM_THREADS=1 python benchmarks/nodes.py ARTICLES.jsonl[.xz] [--articles 3000]
        [--minutes 5] [--clients 16] [--every 45]

Starts a cluster of Ray of three nodes, as processes on this machine, and builds an index in shards
on it. One node is killed without a warning as soon as a shard is complete. Then clients search
without a pause, and every 45 seconds (--every) one of two nodes is killed and a new one joins. Each
answer is compared with that of one index over the same articles. Prints how many were the same,
how many were not, how many had not all parts of the index, how many failed, and the times.
"""

from __future__ import annotations

import argparse
import itertools
import os
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from growth import lines
from large import SEARCHES, VALUES
from serving import iter_shared, row

from rag import Index
from rag.errors import YinjuError

CPUS = 2  # of each node but the first, which has one
ON_RAY = {"shards": 6, "on": "ray"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, help="JSON Lines, xz or not")
    parser.add_argument("--articles", dest="count", type=int, default=3000)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--every", type=float, default=45, help="seconds between deaths of nodes")
    given = parser.parse_args()
    import ray
    from ray.cluster_utils import Cluster

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    head = {"num_cpus": 1, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    nodes = [cluster.add_node(num_cpus=CPUS) for _ in range(2)]
    cluster.wait_for_nodes()
    os.environ["RAY_ADDRESS"] = cluster.address
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "corpus.jsonl").write_text(
            "".join(itertools.islice(lines(given.articles), given.count)), "utf-8"
        )
        Index.build(path / "corpus.jsonl", path / "one")
        built(path, cluster, nodes)
        with Index.open(path / "one") as one:
            wanted = {question: told(one, question) for question in SEARCHES + VALUES}
        with Index.open(path / "shards", on="ray") as index:
            asked(given, cluster, nodes, index, wanted)
    ray.shutdown()
    cluster.shutdown()


def built(path: Path, cluster, nodes: list) -> None:
    """Builds the shards, while a node dies once the first of them is complete."""
    began = time.perf_counter()
    work = threading.Thread(
        target=Index.build, args=(path / "corpus.jsonl", path / "shards"), kwargs=ON_RAY
    )
    work.start()
    while work.is_alive() and not list(path.glob("shards/shards/*/versions/*/manifest.json")):
        time.sleep(0.05)
    cut = work.is_alive()
    replaced(cluster, nodes)
    work.join()
    seconds = time.perf_counter() - began
    print(f"built in {seconds:.1f} s; a node died {'meanwhile' if cut else 'too late'}", flush=True)


def replaced(cluster, nodes: list) -> None:
    """Kills the node that has been there longest, and lets a new one join."""
    cluster.remove_node(nodes.pop(0), allow_graceful=False)
    nodes.append(cluster.add_node(num_cpus=CPUS))


def told(index: Index, question: str) -> list[tuple]:
    """What a search finds, as it is compared."""
    return [
        (hit.article_id, hit.start, hit.end, hit.text, hit.score) for hit in index.search(question)
    ]


def asked(given, cluster, nodes: list, index: Index, wanted: dict[str, list[tuple]]) -> None:
    """Lets the clients search while nodes die, and prints what they saw."""
    seen: Counter[str] = Counter()
    times: list[float] = []
    until = time.perf_counter() + 60 * given.minutes
    questions = iter_shared(list(wanted))

    def client() -> None:
        while time.perf_counter() < until:
            question, began = next(questions), time.perf_counter()
            try:
                found = told(index, question)
            except YinjuError as error:
                seen[f"failed: {type(error).__name__}"] += 1
                continue
            times.append(time.perf_counter() - began)
            parts = index.snapshot.parts
            some = "the same" if found == wanted[question] else "not the same"
            seen[some if parts[0] == parts[1] else f"{some}, {parts[0]} of {parts[1]} parts"] += 1

    clients = [threading.Thread(target=client) for _ in range(given.clients)]
    for one in clients:
        one.start()
    deaths, died = 0, time.perf_counter()
    while time.perf_counter() < until:
        time.sleep(1)
        index.reload()  # as a server does: parts that were unreachable may be there again
        if time.perf_counter() < died + given.every:
            continue
        replaced(cluster, nodes)
        deaths, died = deaths + 1, time.perf_counter()
        print(f"{deaths} nodes have died: {dict(seen)}, parts {index.snapshot.parts}", flush=True)
    for one in clients:
        one.join()
    print(f"{deaths} nodes died in {given.minutes:g} minutes: {dict(seen)}")
    print(row("searches", times))


if __name__ == "__main__":
    main()
