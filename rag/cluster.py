"""Joins a cluster of Ray, and builds the shards of an index on it.

Ray (https://docs.ray.io) starts the tasks, moves them to other nodes when a node dies, and restarts
what was lost; the code of the tasks is our own. All nodes must see the folders of the articles and
of the index under the same paths, as on a shared file system.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rag.errors import ServerError, UsageError
from rag.extras import extra

if TYPE_CHECKING:
    from rag.index.shards import Done, ShardTask


def joined(on: str) -> Any:
    """Joins the cluster, and returns the module ``ray``.

    Args:
        on: "ray" for the cluster that ``RAY_ADDRESS`` names, or that runs on this machine, or else
            one that is started for this process; "ray://HOST:PORT" for the cluster of a Ray client
            server.

    Raises:
        UsageError: Ray is not installed, or ``on`` is something else.
        ServerError: the cluster cannot be reached.
    """
    if on != "ray" and not on.startswith("ray://"):
        raise UsageError(f"expected --on ray or --on ray://HOST:PORT, got {on!r}")
    with extra():
        import ray
    if not ray.is_initialized():
        try:
            ray.init(
                address=None if on == "ray" else on,
                namespace="yinju",
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise ServerError(
                f"expected to reach the cluster of Ray at {on}, but could not ({error}): start it"
                " with `ray start --head`, or name another"
            ) from error
        # So that the processes that this one starts join the same cluster.
        os.environ.setdefault("RAY_ADDRESS", ray.get_runtime_context().gcs_address)
    return ray


def building(on: str, model: str | None):
    """Returns the function that builds the shards of an index (:data:`rag.index.shards.Build`) on a
    cluster.

    One task of Ray Data builds one shard. A task whose worker dies is run again on another one,
    which discards a half-built shard and keeps a complete one.

    Args:
        on: as for :func:`joined`.
        model: name of the embedding model, or None; each node loads its own.
    """
    joined(on)

    def build(tasks: Sequence[ShardTask]) -> list[Done]:
        import ray.data

        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        rows = [{"number": number, "task": task} for number, task in enumerate(tasks)]
        found = ray.data.from_items(rows, override_num_blocks=len(rows)).map(
            _built, fn_kwargs={"model": model}, num_cpus=1
        )
        done = {row["number"]: row["done"] for row in found.iter_rows()}
        return [done[number] for number in range(len(tasks))]

    return build


def _built(row: dict[str, Any], model: str | None) -> dict[str, Any]:
    """Builds the shard that a row of Ray Data describes."""
    from rag.embed import load_embedder
    from rag.index.shards import build_shard

    return {"number": row["number"], "done": build_shard(row["task"], load_embedder(model))}
