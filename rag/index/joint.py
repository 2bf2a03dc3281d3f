"""The shards of an index joined: what is kept of all of them together."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.corpus import duplicates
from rag.corpus.article import Skipped
from rag.embed.protocol import Embedder
from rag.index.changes import compared
from rag.index.disk import storage_errors, sync_tree
from rag.index.live import LiveVersion
from rag.index.manifest import Counts, Manifest, ShardRecord
from rag.index.open import open_version
from rag.index.report import Clock, counted, describe
from rag.index.sharded import Here, Sharded, write_stories
from rag.index.sources import Sources

if TYPE_CHECKING:
    from rag.embed.static import StaticModel


class Joint:
    """The shards as they were built, joined; holds their versions."""

    def __init__(
        self,
        path: Path,
        folders: Sequence[Path],
        live: LiveVersion,
        model: StaticModel,
        embedder: Embedder,
    ) -> None:
        """
        Args:
            path: the folder of the whole index.
            folders: of the versions of its shards.
            live: the version before.
            model, embedder: what made them.
        """
        self._path, self._model, self._embedder = path, model, embedder
        self._hold = contextlib.ExitStack()
        opened = (open_version(folder, model, embedder) for folder in folders)
        snapshots = list(map(self._hold.enter_context, opened))
        self._manifests = [one.manifest for one in snapshots]
        self._records = tuple(
            ShardRecord(
                folder.parent.parent.relative_to(path).as_posix(),
                one.version,
                one.n_articles,
                one.n_passages,
                one.manifest.bytes,
            )
            for folder, one in zip(folders, snapshots, strict=True)
        )
        identities = np.concatenate([one.store.identities() for one in snapshots])
        self.changes = compared(live.identities, identities)
        nothing = np.zeros(len(identities), np.int32)
        whole = Sharded(
            folders[0], self._manifests[0], model, embedder, Here(snapshots), nothing, self._hold
        )
        sketches = np.concatenate([one.store.sketches() for one in snapshots])
        self._stories = duplicates.group(sketches, whole.articles, _known(live, identities))
        self._sources = Sources.read(folders[0], with_files=False)

    def __enter__(self) -> Joint:
        return self

    def __exit__(self, *_: object) -> None:
        self._hold.close()

    def write(
        self, folder: Path, clock: Clock, skipped: Sequence[Skipped], reused: int, asked: int
    ) -> tuple[Manifest, str]:
        """Writes what is kept of the whole; returns the manifest and the version's name.

        Args:
            folder: of the version under construction.
            clock: since the build began.
            skipped: what could not be read.
            reused: vectors that were taken over.
            asked: how many shards were asked for.
        """
        with clock("write"), storage_errors(self._path):
            write_stories(folder, self._stories)
            if self._sources:
                nothing = np.zeros(0, np.uint64)
                kept = dataclasses.replace(self._sources, files=(), skipped=(), lines=nothing)
                kept.write(folder)
            sync_tree(folder)
            sizes = np.array([dataclasses.astuple(one.counts)[:-2] for one in self._manifests])
            not_read = sum(one.report["skipped"] for one in self._manifests)
            return describe(
                self._path,
                folder,
                clock,
                model=self._model,
                embedder=self._embedder,
                changes=self.changes,
                report={"skipped": not_read, "reused": reused, "shards": asked},
                vectors=self._manifests[0].vectors,
                counts=Counts(*sizes.sum(axis=0).tolist(), *counted(self._stories)),
                skipped=skipped,
                shards=self._records,
            )


def _known(live: LiveVersion, identities: np.ndarray) -> np.ndarray | None:
    """The stories of articles that are as they were, as ``duplicates.group`` takes them."""
    if live.stories is None or len(live.stories) != len(live.identities):
        return None
    rows = {one: row for row, one in enumerate(map(tuple, live.identities.tolist()))}
    was = np.array([rows.get(one, -1) for one in map(tuple, identities.tolist())], np.int64)
    return duplicates.still_known(live.stories, was)
