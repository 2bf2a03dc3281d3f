"""A cluster of Ray: joining it, and building the shards of an index on it.

Ray (https://docs.ray.io) starts the work, moves it to other nodes when one dies, and restarts what
was lost; what is done stays our own. All nodes see the folders of the articles and of the index
under the same names, as on a shared file system.
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

NAMESPACE = "yinju"
SCHEMES = ("ray", "ray://")


def joined(on: str) -> Any:
    """Joins the cluster, and gives the module of Ray.

    Args:
        on: "ray" for the one that ``RAY_ADDRESS`` names, or that runs on this machine, or else one
            that is started for this process; "ray://HOST:PORT" for that of a Ray client server.

    Raises:
        UsageError: Ray is not installed, or ``on`` is something else.
        ServerError: the cluster cannot be reached.
    """
    if on != SCHEMES[0] and not on.startswith(SCHEMES[1]):
        raise UsageError(f"expected --on ray or --on ray://HOST:PORT, got {on!r}")
    with extra():
        import ray
    if not ray.is_initialized():
        try:
            ray.init(
                address=None if on == SCHEMES[0] else on,
                namespace=NAMESPACE,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise ServerError(
                f"expected to reach the cluster of Ray at {on}, but could not ({error}): start it"
                " with `ray start --head`, or name another"
            ) from error
        # Processes that this one starts join the same one.
        os.environ.setdefault("RAY_ADDRESS", ray.get_runtime_context().gcs_address)
    return ray


def building(on: str, model: str | None):
    """What builds the shards of an index (:data:`rag.index.shards.Build`) on a cluster.

    One task of Ray Data builds one shard, and tells of it as soon as it is done. A task whose
    worker dies is run again elsewhere; what was half built is thrown away there, what was complete
    is kept.

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
    """Builds the shard of a row of Ray Data."""
    from rag.embed import load_embedder
    from rag.index.shards import build_shard

    return {"number": row["number"], "done": build_shard(row["task"], load_embedder(model))}
