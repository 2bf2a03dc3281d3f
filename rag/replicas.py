"""The shards of an index, held by actors on the nodes of a cluster of Ray and read as one.

Each shard has several replicas on different nodes. A question goes to one replica of each shard;
one that dies or does not answer in time is passed over for the next, and Ray starts it again. When
no replica of a shard answers, the others answer alone, and the answer says so.
"""

from __future__ import annotations

import itertools
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.cluster import joined
from rag.embed.protocol import Embedder
from rag.errors import IndexMismatch, ShardGone
from rag.index.manifest import check_files, check_models, read_manifest
from rag.index.open import open_version
from rag.index.sharded import Facts, Sharded, Shards, read_stories
from rag.index.versions import VERSIONS, current

if TYPE_CHECKING:
    from rag.index.snapshot import Snapshot

REPLICAS = 2
PATIENCE = 10.0
"""Seconds in which a replica is to answer, before another is asked."""
OPENING = 120.0
"""Seconds in which one is to open its shard."""
CACHE = "YINJU_SHARD_CACHE"
"""Names the folder on a node's own disk that shards are copied to; none is copied where it is not
set.
"""


class Replica:
    """One replica of a shard; an actor of Ray."""

    def __init__(self, folder: str, model: str | None) -> None:
        """Opens the shard.

        Args:
            folder: of its version.
            model: name of the embedding model that built it; None for the embedded one.
        """
        from rag.embed import load_embedder

        self._snapshot = open_version(_near(Path(folder)), load_embedder(model))

    def facts(self) -> Facts:
        """What is kept of the shard."""
        return Facts.of(self._snapshot)

    def pid(self) -> int:
        """Its process."""
        return os.getpid()

    def ask(self, method: str, given: tuple) -> Any:
        """What a method of the shard's snapshot gives."""
        return getattr(self._snapshot, method)(*given)


def _near(folder: Path) -> Path:
    """The version, or its copy on this node's own disk, which is checked byte by byte."""
    cache = os.environ.get(CACHE)
    if not cache:
        return folder
    index = folder.parent.parent
    copy = Path(cache) / f"{index.parent.parent.name}-{index.name}" / VERSIONS / folder.name
    if not copy.exists():
        aside = copy.with_name(f".{copy.name}.{os.getpid()}")
        shutil.copytree(folder, aside, dirs_exist_ok=True)
        check_files(aside, read_manifest(folder))
        try:
            aside.rename(copy)
        except OSError:  # another replica was first
            shutil.rmtree(aside)
    return copy


class Held(Shards):
    """Shards in actors; see :class:`rag.index.sharded.Shards`."""

    def __init__(self, ray: Any, folders: Sequence[Path], model: str | None, replicas: int) -> None:
        """Starts the actors, and waits until one of each shard is open.

        Raises:
            ShardGone: a shard could not be opened by any.
        """
        self._ray = ray
        self._turn = itertools.count()
        nodes = [node["NodeID"] for node in ray.nodes() if node["Alive"]]
        self._replicas = [
            [
                self._started(folder, model, nodes[(shard + number) % len(nodes)])
                for number in range(replicas)
            ]
            for shard, folder in enumerate(folders)
        ]
        self.of = len(folders)
        self.facts = tuple(self._asked("facts", [()] * self.of, OPENING))

    def _started(self, folder: Path, model: str | None, node: str) -> Any:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        return (
            self._ray.remote(Replica)
            .options(
                max_restarts=-1,
                max_concurrency=4,
                num_cpus=0,
                scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=True),
            )
            .remote(str(folder), model)
        )

    def each(self, method: str, asked: Sequence[tuple | None]) -> list:
        """See :class:`rag.index.sharded.Shards`.

        Raises:
            ShardGone: of some shards no replica answered.
        """
        return self._asked(method, asked, PATIENCE)

    def reachable(self) -> bool:
        """Whether a replica of each shard answers."""
        try:
            self._asked("row_of", [("",)] * self.of, PATIENCE / 10)
        except ShardGone:
            return False
        return True

    def only(self, shards: Sequence[int]) -> Held:
        """The same without the shards that are not named."""
        out = object.__new__(Held)
        out._ray, out._turn, out.of = self._ray, self._turn, self.of
        out._replicas = [self._replicas[shard] for shard in shards]
        out.facts = tuple(self.facts[shard] for shard in shards)
        return out

    def _asked(self, method: str, asked: Sequence[tuple | None], patience: float) -> list:
        turn, left = next(self._turn), {}
        for shard, some in enumerate(self._replicas):
            if asked[shard] is not None:
                at = turn % len(some)
                left[shard] = [*some[at:], *some[:at]]
        out: list = [None] * len(asked)
        waiting: dict[Any, tuple[int, float]] = {}
        gone: set[int] = set()

        def send(shard: int) -> None:
            if not left[shard]:
                gone.add(shard)
                return
            actor, given = left[shard].pop(0), asked[shard]
            ref = actor.facts.remote() if method == "facts" else actor.ask.remote(method, given)
            waiting[ref] = shard, time.monotonic() + patience

        for shard in left:
            send(shard)
        while waiting:
            soonest = min(until for _, until in waiting.values())
            ready, _ = self._ray.wait(
                list(waiting), timeout=max(soonest - time.monotonic(), 0.0), num_returns=1
            )
            for ref in ready:
                shard, _ = waiting.pop(ref)
                try:
                    out[shard] = self._ray.get(ref)
                except self._ray.exceptions.RayActorError:
                    send(shard)
            late = [ref for ref, (_, until) in waiting.items() if until <= time.monotonic()]
            for ref in late if not ready else ():
                send(waiting.pop(ref)[0])
        if gone:
            raise ShardGone(len(self._replicas), sorted(gone))
        return out


def open_on(
    on: str, path: Path, embedder: Embedder | None, model: str | None, replicas: int = REPLICAS
) -> Snapshot:
    """Opens the live version of an index, with its shards on a cluster.

    Args:
        on: as for :func:`rag.cluster.joined`.
        path: the index folder.
        embedder, model: what it was built with, opened and by name; None for the embedded one.
        replicas: how many of each shard, on different nodes as far as there are so many.

    Raises:
        IndexMissing, IndexCorrupt, IndexMismatch: as :func:`rag.index.open.open_index`, and where
            the index does not lie in shards.
        ShardGone: a shard could not be opened.
        UsageError, ServerError: as :func:`rag.cluster.joined`.
    """
    from rag.embed import load_static

    used = embedder or load_static()
    folder = path.absolute() / VERSIONS / current(path)
    manifest = read_manifest(folder)
    check_models(path, manifest, used)
    if not manifest.shards:
        raise IndexMismatch(
            f"expected {path} to lie in shards, but it is one index: build it with `yinju build"
            " --shards N`, or leave --on out"
        )
    check_files(folder, manifest)
    shards = Held(joined(on), manifest.folders(folder), model, replicas)
    return Sharded(folder, manifest, used, shards, read_stories(folder))
