"""Building and updating an index that lies in several shards.

Each shard is built by itself, as an index of its own in a folder below the whole one, here or
elsewhere (:mod:`rag.cluster`). What concerns all of them is settled afterwards: an id that two
shards state, stories that are told in several. Then one manifest that names a version of each shard
becomes the live version, in one step; until then nothing that is read has changed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

import numpy as np

from rag.corpus import SPLITTER, duplicates
from rag.corpus.article import Skipped
from rag.corpus.reader import existing
from rag.corpus.walk import encodable, files_of
from rag.embed.protocol import Embedder
from rag.errors import CorpusError, YinjuError
from rag.index.build import BuildReport, index_corpus, read_columns_of, same_settings
from rag.index.builder import Clock, Progress, counted, describe
from rag.index.changes import compare, guard
from rag.index.corpus_diff import FileScan, Holder, hash_of_text
from rag.index.disk import storage_errors, sync_tree, write_atomic
from rag.index.manifest import SKIPPED_KEPT, Counts, Manifest, ShardRecord, read_manifest
from rag.index.models import check_models
from rag.index.open import Snapshot, open_version
from rag.index.sharded import Here, Sharded, write_stories
from rag.index.shares import Share, divide, divide_as
from rag.index.sources import Sources
from rag.index.store import Store, stores_of
from rag.index.versions import (
    KEEP,
    VERSIONS,
    building_folder,
    commit,
    current,
    names,
    remove_version,
    writing,
)

SHARDS = "shards"
JOB = f"{SHARDS}/job"
_ALL = 1_000_000  # versions of a shard that are kept until the whole has been switched


@dataclass(frozen=True, slots=True)
class Task:
    """One shard to be built.

    Attributes:
        path: the folder of its index.
        corpus: the paths that were named.
        share: its files.
        model: the model that was named, "" for the embedded one.
        program: as for :func:`rag.index.build.index_corpus`.
        columns: the same; None for those of its live version.
        afresh: read all, and build a new version even if nothing changed; but for a shard that was
            completed since the build began.
        began: when that was, as :attr:`rag.index.manifest.Manifest.created` has it.
        taken: what has an id in the shards before it.
    """

    path: Path
    corpus: tuple[Path, ...]
    share: Share
    model: str = ""
    program: str = ""
    columns: dict[str, str] | None = None
    afresh: bool = False
    began: str = ""
    taken: dict[int, Holder] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """The folder of its index, below that of the whole."""
        return f"{SHARDS}/{self.path.name}"

    @property
    def done(self) -> bool:
        """Whether the shard was completed since the build began, by a worker that could not tell
        so any more, or before the build was interrupted.
        """
        with contextlib.suppress(YinjuError):
            return bool(self.began) and read_manifest(_version(self.path)).created >= self.began
        return False


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a task.

    Attributes:
        report: of the build; None where nothing had changed.
        problem: "", or why there was nothing to index.
    """

    report: BuildReport | None = None
    problem: str = ""


Build = Callable[[Sequence[Task]], Sequence[Done]]


def build_shard(
    task: Task, embedder: Embedder | None = None, progress: Progress | None = None
) -> Done:
    """Builds one shard. Raises as :func:`rag.index.build.index_corpus`."""
    try:
        report = index_corpus(
            task.corpus,
            task.path,
            embedder,
            progress,
            keep=_ALL,
            model=task.model,
            program=task.program,
            columns=task.columns,
            afresh=task.afresh and not task.done,
            share=task.share,
            taken=task.taken,
        )
    except CorpusError as error:
        return Done(problem=str(error))
    return Done(report)


def index_shards(
    paths: Sequence[Path],
    path: str | Path,
    shards: int = 0,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    keep: int = KEEP,
    max_removed: float = 1.0,
    model: str = "",
    program: str = "",
    columns: Mapping[str, str] | None = None,
    build: Build | None = None,
) -> BuildReport | None:
    """As :func:`rag.index.build.index_corpus`, into several shards.

    Args:
        paths, path, embedder, progress, keep, max_removed, model, program, columns: the same.
        shards: into how many, all read anew; 0 brings those that are there up to date.
        build: builds some shards; None for one after the other in this process.

    Returns:
        The report; None where nothing has changed.
    """
    from rag.embed import load_static

    path, static, clock = Path(path), load_static(), Clock()
    embedder = embedder or static
    build = build or (lambda tasks: [build_shard(task, embedder, progress) for task in tasks])
    with writing(path):
        live = _Live(path)
        with clock("look"):
            files = list(files_of(existing(paths)))
            known = [] if shards else live.sources()
            afresh = not (known and live.usable(static, embedder))
            with storage_errors(path):
                shares = divide_as(files, known) if known else divide(files, shards or 1)
        if columns is None and live.folder is not None:
            columns = read_columns_of(live.folder)
        columns = dict(columns or {})
        job = _began(path, [list(map(str, paths)), shards, model, program, columns])
        own = {"model": model, "program": program, "columns": columns, "afresh": afresh}
        tasks = _tasks(path, paths, shares, **own, began=job[0])
        if not afresh and not _changed(tasks, live):
            return None
        with storage_errors(path):
            (path / SHARDS).mkdir(exist_ok=True)
            write_atomic(path / JOB, json.dumps(job))
        with clock("shards"):
            done, skipped = _settled(tasks, build)
        with clock("stories"), storage_errors(path):
            joint = _Joint(path, tasks, done, live, static, embedder)
            asked = shards or lies_in_shards(path)
        with joint:
            guard(joint.changes.removed, len(live.identities), path, max_removed)
            with storage_errors(path):
                folder = building_folder(path)
            try:
                manifest, name = joint.write(folder, clock, skipped, asked)
                with storage_errors(path):
                    commit(path, folder, name, keep)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        (path / JOB).unlink(missing_ok=True)
        clear(path)
    return joint.report(manifest, name, clock)


def _tasks(
    path: Path, paths: Sequence[Path], shares: Sequence[Share], **more: object
) -> list[Task]:
    """What is to be built of each share, in an index of its own below ``path``."""
    return [
        Task(path / SHARDS / f"{number:03}", tuple(paths), share, **more)
        for number, share in enumerate(shares)
    ]


def _began(path: Path, job: list) -> tuple[str, list]:
    """When a build began and what it builds: the one that was interrupted, where it is the same."""
    with contextlib.suppress(OSError, ValueError):
        began, before = json.loads((path / JOB).read_text("utf-8"))
        if before == job:
            return began, job
    return datetime.now(UTC).isoformat(timespec="milliseconds"), job


def clear(path: Path) -> None:
    """Removes versions of shards that no version of the whole names. Needs the lock."""
    named: dict[str, set[str]] = {}
    for name in names(path):
        with contextlib.suppress(YinjuError):
            for shard in read_manifest(path / VERSIONS / name).shards:
                named.setdefault(shard.folder, set()).add(shard.version)
    for shard in filter(Path.is_dir, sorted((path / SHARDS).glob("*"))):
        held = named.get(f"{SHARDS}/{shard.name}", set())
        with contextlib.suppress(YinjuError), writing(shard):
            gone = [
                remove_version(shard / VERSIONS / one) for one in names(shard) if one not in held
            ]
        if not held and all(gone):
            shutil.rmtree(shard, ignore_errors=True)


def lies_in_shards(path: str | Path) -> int:
    """Into how many shards the live version was to be built; 0 where it is one index, or cannot be
    read.
    """
    with contextlib.suppress(YinjuError):
        return read_manifest(_version(Path(path))).report.get("shards", 0)
    return 0


def changed(paths: Sequence[Path], path: Path, program: str) -> bool:
    """Whether files are not as they were when the live version was built. Raises CorpusError."""
    files, live = list(files_of(existing(paths))), _Live(path)
    known = live.sources()
    tasks = _tasks(path, paths, divide_as(files, known) if known else [], program=program)
    return not tasks or _changed(tasks, live)


class _Live:
    """The live version as a build finds it.

    Attributes:
        folder, manifest: of it; None for none that can be read.
        identities: ids and contents of its articles as digests, uint64 (n, 2).
        stories: of its articles; None where it does not lie in shards.
    """

    def __init__(self, path: Path) -> None:
        self.folder: Path | None = None
        self.manifest: Manifest | None = None
        self.identities, self.stories = np.zeros((0, 2), np.uint64), None
        with contextlib.suppress(YinjuError, OSError, ValueError, KeyError, TypeError):
            folder = path / VERSIONS / current(path)
            self.manifest, self.folder = read_manifest(folder), folder
            self.identities = np.concatenate([one.identities() for one in stores_of(folder)])
            if self.manifest.shards:
                from rag.index.sharded import read_stories

                self.stories = read_stories(folder)

    def sources(self) -> list[tuple]:
        """What each shard was read from; none where that is not known."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            if self.manifest and self.folder:
                found = list(map(Sources.read, self.manifest.folders(self.folder)))
                return [one.files for one in found] if all(found) else []
        return []

    def usable(self, static, embedder: Embedder) -> bool:
        """Whether it was made by the same models with the same settings."""
        with contextlib.suppress(YinjuError):
            check_models(self.folder, self.manifest, static, embedder)
            return same_settings(self.manifest)
        return False


def _version(shard: Path) -> Path:
    return shard / VERSIONS / current(shard)


def _changed(tasks: Sequence[Task], live: _Live) -> bool:
    """Whether the files of some shard are not as they were, or it has a newer version than the
    whole names: of a build that was not finished, or that was rolled back from.
    """
    named = {shard.folder: shard.version for shard in live.manifest.shards}
    for task in tasks:
        try:
            version = _version(task.path)
        except YinjuError:
            return True
        if named.get(task.folder) != version.name:
            return True
        looked = FileScan.at(task.corpus, task.program, version, task.columns, task.share)
        if looked.changed:
            return True
    return False


def _settled(tasks: list[Task], build: Build) -> tuple[list[Done], tuple[Skipped, ...]]:
    """Builds all shards, so that none is empty and no id is in two of them; ``tasks`` is then what
    was built.
    """
    tasks[:] = [task for task in tasks if task.share]
    done = list(build(tasks))
    while empty := [number for number, one in enumerate(done) if one.problem]:
        number = empty[0]
        if len(tasks) == 1:
            raise CorpusError(done[0].problem)
        # Files of which nothing could be read are told of by the shard beside theirs.
        other = number - 1 if number else 1
        share = [one for place in sorted((number, other)) for one in tasks[place].share]
        tasks[other] = dataclasses.replace(tasks[other], share=share)
        done[other] = build([tasks[other]])[0]
        del tasks[number], done[number]
    ids = [Store(_version(task.path)).identities()[:, 0] for task in tasks]
    for number in range(1, len(tasks)):
        before = np.concatenate(ids[:number])
        shared = np.intersect1d(before, ids[number])
        if len(shared):
            taken = _holders(tasks[:number], ids, shared)
            tasks[number] = dataclasses.replace(tasks[number], taken=taken)
            done[number] = build([tasks[number]])[0]
            if done[number].problem:
                raise CorpusError(done[number].problem)
            ids[number] = Store(_version(tasks[number].path)).identities()[:, 0]
    skipped = tuple(one for task in tasks for one in read_manifest(_version(task.path)).skipped)
    return done, skipped


def _holders(
    tasks: Sequence[Task], ids: Sequence[np.ndarray], shared: np.ndarray
) -> dict[int, Holder]:
    """What has some ids, by their digests."""
    from rag.embed import load_static

    static, out = load_static(), {}
    for task, own in zip(tasks, ids):
        rows = np.flatnonzero(np.isin(own, shared)).tolist()
        if not rows:
            continue
        folder = _version(task.path)
        files = Sources.read(folder).files
        ends = list(accumulate(file.articles for file in files))
        manifest = read_manifest(folder)
        with Snapshot(folder, manifest, static, static) as snapshot:
            for row, article in snapshot.articles(rows).items():
                file = files[int(np.searchsorted(ends, row, "right"))]
                name = encodable(Path(file.path).relative_to(file.root).as_posix())
                stated = "" if article.id.startswith(name) else name
                out.setdefault(int(own[row]), (article.path, stated, hash_of_text(article.text)))
    return out


class _Joint:
    """The shards as they were built, joined; holds their versions."""

    def __init__(
        self,
        path: Path,
        tasks: Sequence[Task],
        done: Sequence[Done],
        live: _Live,
        static,
        embedder: Embedder,
    ) -> None:
        self._path, self._done, self._live = path, done, live
        self._static, self._embedder = static, embedder
        self._hold = contextlib.ExitStack()
        folders = [_version(task.path) for task in tasks]
        snapshots = [
            self._hold.enter_context(open_version(folder, static, embedder)) for folder in folders
        ]
        self._manifests = [one.manifest for one in snapshots]
        self._records = tuple(
            ShardRecord(
                task.folder,
                one.version,
                one.n_articles,
                one.n_passages,
                one.manifest.bytes,
            )
            for task, one in zip(tasks, snapshots)
        )
        identities = np.concatenate([one.store.identities() for one in snapshots])
        self.changes = compare(
            *(dict(some.tolist()) for some in (live.identities, identities))
        ).counts()
        nothing = np.zeros(len(identities), np.int32)
        whole = Sharded(
            folders[0], self._manifests[0], static, embedder, Here(snapshots), nothing, self._hold
        )
        sketches = np.concatenate([one.store.sketches() for one in snapshots])
        self._stories = duplicates.group(sketches, whole.articles, _known(live, identities))
        self._sources = Sources.read(folders[0], with_files=False)

    def __enter__(self) -> _Joint:
        return self

    def __exit__(self, *_: object) -> None:
        self._hold.close()

    def write(
        self, folder: Path, clock: Clock, skipped: tuple[Skipped, ...], asked: int
    ) -> tuple[Manifest, str]:
        """Writes what is kept of the whole; returns the manifest and the version's name."""
        with clock("write"), storage_errors(self._path):
            write_stories(folder, self._stories)
            nothing = np.zeros(0, np.uint64)
            dataclasses.replace(self._sources, files=(), skipped=(), lines=nothing).write(folder)
            sync_tree(folder)
            each = [one.counts for one in self._manifests]
            sums = [sum(getattr(one, f.name) for one in each) for f in dataclasses.fields(Counts)]
            counts = Counts(*sums[:5], *counted(self._stories))
            reused = sum(one.report.reused for one in self._done if one.report)
            report = {
                "changes": dataclasses.asdict(self.changes),
                "skipped": sum(one.report["skipped"] for one in self._manifests),
                "reused": reused,
                "shards": asked,
            }
            return describe(
                self._path,
                folder,
                clock,
                report,
                model=self._embedder.identity,
                static_model=self._static.identity,
                tokenizer_sha256=self._static.tokenizer_sha256,
                splitter=dict(SPLITTER),
                vectors=self._manifests[0].vectors,
                counts=counts,
                skipped=skipped[:SKIPPED_KEPT],
                shards=self._records,
            )

    def report(self, manifest: Manifest, name: str, clock: Clock) -> BuildReport:
        """What the build did."""
        counts, told = manifest.counts, manifest.report
        return BuildReport(
            name,
            counts.articles,
            counts.passages,
            told["reused"],
            manifest.skipped,
            clock.elapsed,
            manifest.bytes,
            clock.rounded(),
            self.changes,
            counts.stories,
            counts.repeats,
        )


def _known(live: _Live, identities: np.ndarray) -> np.ndarray | None:
    """The stories of articles that are as they were, but for those that lost an article, as
    :func:`rag.corpus.duplicates.group` takes them.
    """
    if live.stories is None or len(live.stories) != len(live.identities):
        return None
    rows = {one: row for row, one in enumerate(map(tuple, live.identities.tolist()))}
    was = np.array([rows.get(one, -1) for one in map(tuple, identities.tolist())], np.int64)
    gone = np.ones(len(live.stories), bool)
    gone[was[was >= 0]] = False
    broken = np.zeros(len(live.stories), bool)
    broken[live.stories[gone]] = True
    known = np.where(was >= 0, live.stories[was], -1)
    known[(known >= 0) & broken[known]] = -1
    return known
