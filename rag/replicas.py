"""Opens the shards of an index in actors on the nodes of a cluster of Ray, and reads them as one
index.

Each shard has several replicas on different nodes. A question goes to one replica of each shard. If
a replica dies or does not answer in time, the next one is asked, and Ray restarts the dead one. If
no replica of a shard answers, the other shards answer without it, and the answer says so.
"""

from __future__ import annotations

import copy
import itertools
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.cluster import joined
from rag.embed.protocol import Embedder
from rag.errors import IndexMismatch, ShardGone
from rag.index.manifest import check_files, check_models, read_manifest
from rag.index.open import open_version
from rag.index.sharded import Facts, Sharded, Shards, read_stories
from rag.index.snapshot import Snapshot
from rag.index.versions import VERSIONS_FOLDER, current

_ANSWER_TIMEOUT_SECONDS = 10.0
"""Seconds that a replica has to answer, before another one is asked."""
_REST_SECONDS = 30.0
"""Seconds for which a replica that died or did not answer is asked after the others: as long as Ray
takes to start it again on a machine that is busy.
"""
_OPENING_TIMEOUT_SECONDS = 120.0
"""Seconds that a replica has to open its shard."""
CACHE_VARIABLE = "YINJU_SHARD_CACHE"
"""Environment variable that names a folder on a node's own disk, to which shards are copied. If it
is not set, shards are read where they are.
"""


class Replica:
    """One replica of a shard, which runs as an actor of Ray."""

    def __init__(self, folder: str, model: str | None) -> None:
        """Opens the shard.

        Args:
            folder: the folder of the shard's version.
            model: name of the embedding model that built the index; None for the embedded one.
        """
        from rag.embed import load_embedder

        self._snapshot = open_version(_near(Path(folder)), load_embedder(model))

    def facts(self) -> Facts:
        """The facts of the shard that the whole index keeps in memory."""
        return Facts(self._snapshot)

    def pid(self) -> int:
        """The id of the process that the replica runs in."""
        return os.getpid()

    def ask(self, method: str, given: tuple) -> Any:
        """Calls a method of the shard's snapshot, and returns its result."""
        return getattr(self._snapshot, method)(*given)


def _near(folder: Path) -> Path:
    """The folder of a shard's version or, if :data:`CACHE_VARIABLE` is set, of its copy on this
    node's own disk. A new copy is made if there is none, and is checked byte by byte.
    """
    cache = os.environ.get(CACHE_VARIABLE)
    if not cache:
        return folder
    index = folder.parent.parent
    copy = Path(cache) / f"{index.parent.parent.name}-{index.name}" / VERSIONS_FOLDER / folder.name
    if not copy.exists():
        aside = copy.with_name(f".{copy.name}.{os.getpid()}")
        shutil.copytree(folder, aside, dirs_exist_ok=True)
        check_files(aside, read_manifest(folder))
        try:
            aside.rename(copy)
        except OSError:  # another replica has made the copy meanwhile
            shutil.rmtree(aside)
    return copy


class Held(Shards):
    """The shards of an index, held by actors; see :class:`rag.index.sharded.Shards`."""

    def __init__(self, ray: Any, folders: Sequence[Path], model: str | None, replicas: int) -> None:
        """Starts the actors, and waits until one replica of each shard is open.

        Raises:
            ShardGone: no replica of some shard could open it.
        """
        self._ray = ray
        self._turn = itertools.count()
        self._failed: dict[Any, float] = {}  # when a replica last died or was late, on the clock
        nodes = [node["NodeID"] for node in ray.nodes() if node["Alive"]]
        node_of = lambda place: nodes[place % len(nodes)]
        self._replicas = [
            [self._started(folder, model, node_of(shard + number)) for number in range(replicas)]
            for shard, folder in enumerate(folders)
        ]
        self.of = len(folders)
        self.facts = tuple(self._asked("facts", [()] * self.of, _OPENING_TIMEOUT_SECONDS))

    def _started(self, folder: Path, model: str | None, node: str) -> Any:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        where = NodeAffinitySchedulingStrategy(node, soft=True)
        how = {"max_restarts": -1, "max_concurrency": 4, "num_cpus": 0}
        actor = self._ray.remote(Replica).options(scheduling_strategy=where, **how)
        return actor.remote(str(folder), model)

    def each(self, method: str, asked: Sequence[tuple | None]) -> list:
        """Calls a method of each shard's snapshot; see :class:`rag.index.sharded.Shards`.

        Raises:
            ShardGone: no replica of some shard answered.
        """
        return self._asked(method, asked, _ANSWER_TIMEOUT_SECONDS)

    def reachable(self) -> bool:
        """Whether a replica of each shard answers."""
        try:
            self._asked("row_of", [("",)] * self.of, _ANSWER_TIMEOUT_SECONDS / 10)
        except ShardGone:
            return False
        return True

    def only(self, shards: Sequence[int]) -> Held:
        """The same index with only the shards of these numbers."""
        out = copy.copy(self)
        out._replicas = [self._replicas[shard] for shard in shards]
        out.facts = tuple(self.facts[shard] for shard in shards)
        return out

    def _in_turn(self, asked: Sequence[tuple | None]) -> dict[int, list]:
        """The replicas of each shard that is asked, in the order in which they are.

        They take turns at being the first, but for those that died or were late a while ago.
        """
        turn, now = next(self._turn), time.monotonic()
        rests = lambda actor: now < self._failed.get(actor, -_REST_SECONDS) + _REST_SECONDS
        return {
            shard: sorted([*some[turn % len(some) :], *some[: turn % len(some)]], key=rests)
            for shard, some in enumerate(self._replicas)
            if asked[shard] is not None
        }

    def _asked(self, method: str, asked: Sequence[tuple | None], patience: float) -> list:
        """Does :meth:`each` with ``patience`` seconds for a replica. Raises ShardGone."""
        left = self._in_turn(asked)
        out: list = [None] * len(asked)
        waiting: dict[Any, tuple[int, Any, float]] = {}
        unreachable: set[int] = set()

        def send(shard: int) -> None:
            if not left[shard]:
                unreachable.add(shard)
                return
            actor, given = left[shard].pop(0), asked[shard]
            ref = actor.facts.remote() if method == "facts" else actor.ask.remote(method, given)
            waiting[ref] = shard, actor, time.monotonic() + patience

        def resend(ref: Any) -> None:
            shard, actor, _ = waiting.pop(ref)
            self._failed[actor] = time.monotonic()
            send(shard)

        for shard in left:
            send(shard)
        while waiting:
            soonest = min(until for _, _, until in waiting.values())
            ready, _ = self._ray.wait(
                list(waiting), timeout=max(soonest - time.monotonic(), 0.0), num_returns=1
            )
            for ref in ready:
                try:
                    out[waiting[ref][0]] = self._ray.get(ref)
                    del waiting[ref]
                except self._ray.exceptions.RayActorError:
                    resend(ref)
            late = [ref for ref, (_, _, until) in waiting.items() if until <= time.monotonic()]
            for ref in late if not ready else ():
                resend(ref)
        if unreachable:
            raise ShardGone(len(self._replicas), sorted(unreachable))
        return out


def open_on(
    on: str, path: Path, embedder: Embedder | None, model: str | None, replicas: int
) -> Snapshot:
    """Opens the live version of an index, with its shards on a cluster of Ray.

    Args:
        on: as for :func:`rag.cluster.joined`.
        path: the index folder.
        embedder, model: the embedding model that the index was built with, opened and by name; None
            for the embedded one.
        replicas: number of replicas of each shard, on different nodes if there are enough.

    Raises:
        IndexMissing, IndexCorrupt, IndexMismatch: as :func:`rag.index.open.open_index`, and where
            the index does not lie in shards.
        ShardGone: a shard could not be opened.
        UsageError, ServerError: as :func:`rag.cluster.joined`.
    """
    from rag.embed import load_static

    used = embedder or load_static()
    folder = path.absolute() / VERSIONS_FOLDER / current(path)
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
