"""Builds and updates an index that lies in several shards.

Each shard is built by itself, in this process or elsewhere (:mod:`rag.cluster`), as an index of its
own in a folder below that of the whole index. What concerns several shards is settled afterwards:
ids that two shards state, and near-duplicate articles in different shards. Then a manifest that
names a version of each shard becomes the live version in one step. Readers see no change before.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

import numpy as np

from rag.corpus import duplicates
from rag.corpus.article import Skipped, digest_of_text
from rag.corpus.reader import Holder, existing
from rag.corpus.walk import encodable, files_of
from rag.embed.protocol import Embedder
from rag.embed.static import load_static
from rag.errors import CorpusError, YinjuError
from rag.index import versions
from rag.index.build import Task, build_task
from rag.index.changes import Changes, compared, guard
from rag.index.disk import storage_errors, sync_tree, write_atomic
from rag.index.file_scan import FileScan
from rag.index.live import LiveVersion
from rag.index.manifest import Counts, Manifest, ShardRecord, read_manifest
from rag.index.open import open_version
from rag.index.report import BuildReport, Clock, Progress, counted, describe
from rag.index.sharded import Sharded, Shards, write_stories
from rag.index.shares import Share, divide, divide_as
from rag.index.snapshot import Snapshot
from rag.index.sources import Sources
from rag.index.store import Store
from rag.index.versions import VERSIONS_FOLDER, VERSIONS_KEPT, live_folder, writing

SHARDS_FOLDER = "shards"
_JOB_FILE = f"{SHARDS_FOLDER}/job"
_ALL = 1_000_000  # versions of a shard to keep: none may go before the whole index has switched


@dataclass(frozen=True, slots=True)
class ShardTask(Task):
    """One shard to be built; ``path`` is the folder of its own index.

    Attributes:
        began: when the build of the whole index began, in the form of
            :attr:`rag.index.manifest.Manifest.created`. A shard that was completed since then is
            not built afresh.
    """

    began: str = ""

    @property
    def folder(self) -> str:
        """The folder of its index, relative to that of the whole index."""
        return f"{SHARDS_FOLDER}/{self.path.name}"

    @property
    def done(self) -> bool:
        """Whether the shard was completed since the build began: before the build was interrupted,
        or by a worker that could no longer report it.
        """
        with contextlib.suppress(YinjuError):
            return bool(self.began) and read_manifest(live_folder(self.path)).created >= self.began
        return False


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a task. It is one class for success and failure, because Ray Data keeps it in a
    column.

    Attributes:
        report: the report of the build; None where nothing had changed.
        problem: "", or why there was nothing to index.
    """

    report: BuildReport | None = None
    problem: str = ""


Build = Callable[[Sequence[ShardTask]], Sequence[Done]]


def build_shard(
    task: ShardTask, embedder: Embedder | None = None, progress: Progress | None = None
) -> Done:
    """Builds one shard. Raises as :func:`rag.index.build.index_corpus`."""
    try:
        afresh = task.afresh and not task.done
        task = dataclasses.replace(task, afresh=afresh)
        return Done(build_task(task, embedder, progress, _ALL))
    except CorpusError as error:
        return Done(problem=str(error))


def index_shards(
    paths: Sequence[Path],
    path: str | Path,
    shards: int = 0,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    keep: int = VERSIONS_KEPT,
    max_removed: float = 1.0,
    model: str = "",
    program: str = "",
    columns: Mapping[str, str] | None = None,
    build: Build | None = None,
) -> BuildReport | None:
    """Builds or updates an index in several shards, otherwise like
    :func:`rag.index.build.index_corpus`.

    Args:
        paths, path, embedder, progress, keep, max_removed, model, program, columns: as there.
        shards: how many shards to build from scratch; 0 updates the shards that are there.
        build: builds some shards; None builds one after the other in this process.

    Returns:
        The report; None if nothing has changed.
    """
    path, embedder, clock = Path(path), embedder or load_static(), Clock()
    build = build or (lambda tasks: [build_shard(task, embedder, progress) for task in tasks])
    with writing(path):
        live = LiveVersion(path)
        with clock("look"):
            known = [] if shards else live.files_of_shards()
            afresh = not (known and live.usable(embedder))
            files = list(files_of(existing(paths)))
            with storage_errors(path):
                shares = divide_as(files, known) if known else divide(files, shards or 1)
        named = live.columns() if columns is None else dict(columns)
        job = [list(map(str, paths)), shards, model, program, named]
        began = _began(path, job)
        task = ShardTask(path, tuple(paths), model, program, named, afresh, began=began)
        tasks = _tasks(task, shares)
        if not afresh and not _changed(tasks, live):
            return None
        with storage_errors(path):
            (path / SHARDS_FOLDER).mkdir(exist_ok=True)
            write_atomic(path / _JOB_FILE, json.dumps([began, job]))
        with clock("shards"):
            done, skipped = _settled(tasks, build)
        reused = sum(one.report.reused for one in done if one.report)
        report = {"reused": reused, "shards": shards or lies_in_shards(path)}
        built = [live_folder(task.path) for task in tasks]
        with versions.building_folder(path) as folder:
            manifest, name, changes = _join(
                path, folder, built, live, embedder, clock, report, skipped
            )
            guard(changes.removed, len(live.identities), path, max_removed)
            versions.commit(path, folder, name, keep)
        (path / _JOB_FILE).unlink(missing_ok=True)
        clear(path)
    return BuildReport.of(manifest, name, clock, changes, manifest.skipped)


def _tasks(like: ShardTask, shares: Sequence[Share]) -> list[ShardTask]:
    """The task for each share of the files: like ``like``, but with an index of its own below
    ``like.path``.
    """
    return [
        dataclasses.replace(like, path=like.path / SHARDS_FOLDER / f"{number:03}", share=share)
        for number, share in enumerate(shares)
    ]


def _began(path: Path, job: list) -> str:
    """When the build began: now, or when an interrupted build with the same ``job`` (the arguments)
    did, which this one then continues.
    """
    with contextlib.suppress(OSError, ValueError):
        began, before = json.loads((path / _JOB_FILE).read_text("utf-8"))
        if before == job:
            return began
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def clear(path: Path) -> None:
    """Removes the versions of shards that no version of the whole index names, and the folders of
    shards of which none is left. The caller must hold the lock of the index.
    """
    named: dict[str, set[str]] = {}
    for name in versions.names(path):
        with contextlib.suppress(YinjuError):
            for shard in read_manifest(path / VERSIONS_FOLDER / name).shards:
                named.setdefault(shard.folder, set()).add(shard.version)
    for folder in filter(Path.is_dir, sorted((path / SHARDS_FOLDER).glob("*"))):
        named_versions = named.get(f"{SHARDS_FOLDER}/{folder.name}", set())
        is_removed = [False]
        with contextlib.suppress(YinjuError), writing(folder):
            old = [one for one in versions.names(folder) if one not in named_versions]
            is_removed = [versions.remove_version(folder / VERSIONS_FOLDER / one) for one in old]
        if not named_versions and all(is_removed):
            shutil.rmtree(folder, ignore_errors=True)


def lies_in_shards(path: str | Path) -> int:
    """How many shards were asked for when the live version was built; 0 where it does not lie in
    shards, or cannot be read.
    """
    with contextlib.suppress(YinjuError):
        return read_manifest(live_folder(path)).report.get("shards", 0)
    return 0


def changed(paths: Sequence[Path], path: Path, program: str) -> bool:
    """Whether the files of a corpus have changed since the live version was built. Raises
    CorpusError.
    """
    files, live = list(files_of(existing(paths))), LiveVersion(path)
    known = live.files_of_shards()
    like = ShardTask(path, tuple(paths), program=program)
    return not known or _changed(_tasks(like, divide_as(files, known)), live)


def _changed(tasks: Sequence[ShardTask], live: LiveVersion) -> bool:
    """Whether a shard is not up to date: its files have changed, or its live version is not the one
    that the whole index names, after an unfinished build or a rollback.
    """
    shards = live.manifest.shards if live.manifest else ()
    named = {shard.folder: shard.version for shard in shards}
    for task in tasks:
        try:
            version = live_folder(task.path)
        except YinjuError:
            return True
        scan = FileScan(task.corpus, task.program, version, task.columns, task.share)
        if named.get(task.folder) != version.name or scan.changed:
            return True
    return False


def _settled(tasks: list[ShardTask], build: Build) -> tuple[list[Done], tuple[Skipped, ...]]:
    """Builds all shards, so that none is empty and no id is in two of them.

    Args:
        tasks: the shards to be built; changed in place to those that were.
        build: builds some shards.

    Returns:
        The result of each task, and what could not be read by any of them.

    Raises:
        CorpusError: no article could be indexed; or none is left in a shard, because other shards
            have all its ids.
    """
    tasks[:] = [task for task in tasks if task.share]
    done = list(build(tasks))
    while empty := [number for number, one in enumerate(done) if one.problem]:
        number = empty[0]
        if len(tasks) == 1:
            raise CorpusError(done[0].problem)
        # A shard without any article is merged into a neighbour, which then reports its files.
        other = number - 1 if number else 1
        share = [one for at in sorted((number, other)) for one in tasks[at].share or ()]
        tasks[other] = dataclasses.replace(tasks[other], share=share)
        done[other] = build([tasks[other]])[0]
        del tasks[number], done[number]
    ids = [Store(live_folder(task.path)).identities()[:, 0] for task in tasks]
    for number in range(1, len(tasks)):
        before = np.concatenate(ids[:number])
        shared = np.intersect1d(before, ids[number])
        if len(shared):
            taken = _holders(tasks[:number], ids, shared)
            tasks[number] = dataclasses.replace(tasks[number], taken=taken)
            done[number] = build([tasks[number]])[0]
            if done[number].problem:
                raise CorpusError(done[number].problem)
            ids[number] = Store(live_folder(tasks[number].path)).identities()[:, 0]
    skipped = tuple(one for task in tasks for one in read_manifest(live_folder(task.path)).skipped)
    return done, skipped


def _holders(
    tasks: Sequence[ShardTask], ids: Sequence[np.ndarray], shared: np.ndarray
) -> dict[int, Holder]:
    """By the digest of each shared id, the article of an earlier shard that has this id.

    Args:
        tasks: the earlier shards, which are built.
        ids: the digests of the ids in each of them.
        shared: the digests of the ids that a later shard states as well.
    """
    out: dict[int, Holder] = {}
    for task, digests in zip(tasks, ids):
        rows = np.flatnonzero(np.isin(digests, shared)).tolist()
        if not rows:
            continue
        folder = live_folder(task.path)
        sources = Sources.read(folder)
        files = sources.files if sources else ()
        ends = list(accumulate(file.articles for file in files))
        with Snapshot(folder, read_manifest(folder), load_static()) as snapshot:
            for row, article in snapshot.articles(rows).items():
                file = files[int(np.searchsorted(ends, row, "right"))]
                name = encodable(Path(file.path).relative_to(file.root).as_posix())
                stated = "" if article.id.startswith(name) else name
                holder = article.path, stated, digest_of_text(article.text)
                out.setdefault(int(digests[row]), holder)
    return out


def _join(
    path: Path,
    folder: Path,
    built: Sequence[Path],
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
        built: the folders of the shards' versions, in order.
        live: the version that is live until now.
        embedder: the model that made the vectors.
        clock: started when the build began.
        report: further entries for the manifest's report, beside the number skipped by the shards.
        skipped: files and articles that could not be read.

    Returns:
        The manifest, the version's name, and how the articles differ from those of ``live``.
    """
    manifests = list(map(read_manifest, built))
    with clock("stories"), storage_errors(path):
        identities, stories = _stories(built, manifests[0], live, embedder)
        changes = compared(live.identities, identities)
    with clock("write"), storage_errors(path):
        write_stories(folder, stories)
        if sources := Sources.read(built[0], with_files=False):
            nothing = np.zeros(0, np.uint64)
            dataclasses.replace(sources, files=(), skipped=(), lines=nothing).write(folder)
        sync_tree(folder)
        sums = np.sum([dataclasses.astuple(one.counts) for one in manifests], axis=0).tolist()
        sums[-2:] = counted(stories)  # a story may lie in several shards
        not_read = sum(one.report["skipped"] for one in manifests)
        manifest, name = describe(
            path,
            folder,
            clock,
            embedder=embedder,
            changes=changes,
            report={**report, "skipped": not_read},
            vectors=manifests[0].vectors,
            counts=Counts(*sums),
            skipped=skipped,
            shards=tuple(map(ShardRecord.of, built, manifests)),
        )
    return manifest, name, changes


def _stories(
    built: Sequence[Path], manifest: Manifest, live: LiveVersion, embedder: Embedder
) -> tuple[np.ndarray, np.ndarray]:
    """The digests of the id and the content of every article, uint64 (n, 2), and for each article
    the row of the first one of its story, int32 (n,). ``manifest`` is that of the first shard.
    """
    with contextlib.ExitStack() as hold:
        snapshots = [hold.enter_context(open_version(one, embedder)) for one in built]
        stores = [one.store for one in snapshots]
        identities = np.concatenate([one.identities() for one in stores])
        sketches = np.concatenate([one.sketches() for one in stores])
        nothing = np.zeros(len(identities), np.int32)
        whole = Sharded(built[0], manifest, embedder, Shards(snapshots), nothing)
        known = None
        if live.stories is not None and 0 < len(live.stories) == len(live.identities):
            rows = {one: row for row, one in enumerate(map(tuple, live.identities.tolist()))}
            was = [rows.get(one, -1) for one in map(tuple, identities.tolist())]
            known = duplicates.still_known(live.stories, np.array(was, np.int64))
        return identities, duplicates.group(sketches, whole.articles, known)
