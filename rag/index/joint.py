"""Joins the shards of an index: writes the files and the manifest that concern all of them."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.corpus import duplicates
from rag.corpus.article import Skipped
from rag.embed.protocol import Embedder
from rag.index.changes import Changes, compared
from rag.index.disk import storage_errors, sync_tree
from rag.index.live import LiveVersion
from rag.index.manifest import Counts, Manifest, ShardRecord, read_manifest
from rag.index.open import open_version
from rag.index.report import Clock, counted, describe
from rag.index.sharded import Sharded, Shards, write_stories
from rag.index.sources import Sources


def join(
    path: Path,
    folder: Path,
    versions: Sequence[Path],
    live: LiveVersion,
    embedder: Embedder,
    clock: Clock,
    report: dict[str, int],
    skipped: Sequence[Skipped],
) -> tuple[Manifest, str, Changes]:
    """Writes the version of the whole index: the stories of all articles, the head of the sources
    (:mod:`rag.index.sources`), and the manifest that names the shards.

    A story is a group of near-duplicate articles (:mod:`rag.corpus.duplicates`).

    Args:
        path, folder: the folder of the whole index, and that of its version under construction.
        versions: the folders of the shards' versions, in order.
        live: the version that is live until now.
        embedder: the model that made the vectors.
        clock: started when the build began.
        report: further entries for the manifest's report; the number skipped by the shards is
            added unless it has one.
        skipped: files and articles that could not be read.

    Returns:
        The manifest, the version's name, and how the articles differ from those of ``live``.
    """
    manifests = list(map(read_manifest, versions))
    with clock("stories"), storage_errors(path):
        identities, stories = _stories(versions, manifests[0], live, embedder)
        changes = compared(live.identities, identities)
    with clock("write"), storage_errors(path):
        write_stories(folder, stories)
        if sources := Sources.read(versions[0], with_files=False):
            nothing = np.zeros(0, np.uint64)
            dataclasses.replace(sources, files=(), skipped=(), lines=nothing).write(folder)
        sync_tree(folder)
        sums = np.sum([dataclasses.astuple(one.counts) for one in manifests], axis=0).tolist()
        n_stories, repeats = counted(stories)
        not_read = sum(one.report["skipped"] for one in manifests)
        manifest, name = describe(
            path,
            folder,
            clock,
            embedder=embedder,
            changes=changes,
            report={"skipped": not_read, **report},
            vectors=manifests[0].vectors,
            counts=dataclasses.replace(Counts(*sums), stories=n_stories, repeats=repeats),
            skipped=skipped,
            shards=tuple(_record(path, *one) for one in zip(versions, manifests, strict=True)),
        )
    return manifest, name, changes


def _record(path: Path, version: Path, manifest: Manifest) -> ShardRecord:
    index, counts = version.parent.parent.relative_to(path).as_posix(), manifest.counts
    return ShardRecord(index, version.name, counts.articles, counts.passages, manifest.bytes)


def _stories(
    versions: Sequence[Path], manifest: Manifest, live: LiveVersion, embedder: Embedder
) -> tuple[np.ndarray, np.ndarray]:
    """The digests of the id and the content of every article, uint64 (n, 2), and for each article
    the row of the first one of its story, int32 (n,). ``manifest`` is that of the first shard.
    """
    with contextlib.ExitStack() as hold:
        snapshots = [hold.enter_context(open_version(one, embedder)) for one in versions]
        stores = [one.store for one in snapshots]
        identities = np.concatenate([one.identities() for one in stores])
        sketches = np.concatenate([one.sketches() for one in stores])
        nothing = np.zeros(len(identities), np.int32)
        whole = Sharded(versions[0], manifest, embedder, Shards(snapshots), nothing)
        known = None
        if live.stories is not None and 0 < len(live.stories) == len(live.identities):
            rows = {one: row for row, one in enumerate(map(tuple, live.identities.tolist()))}
            was = [rows.get(one, -1) for one in map(tuple, identities.tolist())]
            known = duplicates.still_known(live.stories, np.array(was, np.int64))
        return identities, duplicates.group(sketches, whole.articles, known)
