"""Builds a new version of an index beside the live one, checks it, and switches to it in one go."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.corpus.article import Article, Skipped
from rag.corpus.reader import Holder
from rag.embed import load_static
from rag.embed.protocol import Embedder
from rag.index.builder import Builder
from rag.index.changes import compared, guard
from rag.index.corpus_diff import CorpusDiff
from rag.index.file_scan import FileScan, Item
from rag.index.live import LiveVersion
from rag.index.report import BuildReport, Clock, Progress
from rag.index.versions import VERSIONS_KEPT, building_folder, commit, writing


def build_index(
    articles: Iterable[Article | Skipped],
    path: str | Path,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    keep: int = VERSIONS_KEPT,
    max_removed: float = 1.0,
) -> BuildReport:
    """Builds a new version of an index and makes it the live one.

    Readers keep the version they have opened. Nothing that was there changes until the last step:
    if anything fails before it, even if the process is killed, the old version stays live. If the
    live version was built with the same transformer, only new passages are embedded.

    Args:
        articles: what :func:`rag.corpus.read_corpus` gives. An article without text, or with the
            id and the content of an earlier one, is reported as skipped. An article with the id of
            an earlier one but other content gets "#2" appended to its id.
        path: the index folder; made if it is not there.
        embedder: model for the passage vectors; None for the embedded static one.
        progress: called now and then with (done, total or None, phase).
        keep: versions to keep, the new one included; at least 1.
        max_removed: share (0 to 1) of the articles of the live version that may be missing from
            the new one; see :func:`rag.index.changes.guard`.

    Raises:
        TooMuchRemoved: more of them are missing; nothing is changed.
        CorpusError: no article could be indexed; the message has the reasons.
        IndexBusy: another process is building.
        StorageError: the folder cannot be written, or the disk is full.
        ModelError: the embedded model cannot be loaded.
    """
    embedder = embedder or load_static()
    report = _write(path, lambda *_: articles, embedder, progress, keep, max_removed)
    assert report is not None  # None is for a corpus of files without changes
    return report


@dataclass(frozen=True, slots=True)
class Task:
    """What an index, or one of its shards, is built from.

    Attributes:
        path: the index folder.
        corpus: files and folders.
        model: the model that the user named, "" for the embedded one; only recorded.
        program: version of Yinju; if it is another than that of the live version, all files are
            read again.
        columns: which columns of tables hold which field (:func:`rag.corpus.read_corpus`); None
            for those of the live version.
        afresh: read all files, and build a new version even if nothing changed.
        share: the files of the corpus that go into this shard; None for all.
        taken: by the digest of an id, the article of another shard that has this id. If there are
            any, a new version is built even if nothing changed.
    """

    path: Path
    corpus: tuple[Path, ...]
    model: str = ""
    program: str = ""
    columns: Mapping[str, str] | None = None
    afresh: bool = False
    share: Sequence[Item] | None = None
    taken: Mapping[int, Holder] = field(default_factory=dict)


def index_corpus(
    paths: Sequence[Path],
    path: str | Path,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    keep: int = VERSIONS_KEPT,
    max_removed: float = 1.0,
    model: str = "",
    program: str = "",
    columns: Mapping[str, str] | None = None,
    afresh: bool = False,
) -> BuildReport | None:
    """Like :func:`build_index`, from files and folders; the articles of unchanged files are taken
    over from the live version.

    The result is the same, byte for byte, as that of a build from scratch, except for what records
    times.

    Args:
        paths: files and folders.
        path, embedder, progress, keep, max_removed: as for :func:`build_index`.
        model, program, columns, afresh: as in :class:`Task`.

    Returns:
        The report; None if nothing has changed.
    """
    task = Task(Path(path), tuple(paths), model, program, columns, afresh)
    return build_task(task, embedder, progress, keep, max_removed)


def build_task(
    task: Task,
    embedder: Embedder | None,
    progress: Progress | None,
    keep: int,
    max_removed: float = 1.0,
) -> BuildReport | None:
    """Builds the index or shard that a task describes; otherwise like :func:`index_corpus`."""
    used = embedder or load_static()

    def survey(live: LiveVersion, usable: bool) -> CorpusDiff | None:
        usable = usable and not task.afresh
        known = live.columns() if task.columns is None else task.columns
        version = live.folder if usable else None
        scan = FileScan(task.corpus, task.program, version, known, task.share)
        # A shard may have left out an article because another shard has its id. That holds only as
        # long as the other article is there, so such a shard is compared again.
        same = not scan.changed and not task.taken and (task.share is None or scan.settled)
        if usable and same:
            return None
        old = live.open(used) if scan.before else None
        return CorpusDiff(scan, task.model, task.program, old, task.taken)

    return _write(task.path, survey, used, progress, keep, max_removed)


def _write(
    path: str | Path,
    choose: Callable[[LiveVersion, bool], Iterable[Article | Skipped] | CorpusDiff | None],
    embedder: Embedder,
    progress: Progress | None,
    keep: int,
    max_removed: float,
) -> BuildReport | None:
    """Builds a version and makes it live.

    Args:
        path, embedder, progress, keep, max_removed: as for :func:`build_index`.
        choose: called with the live version and with whether articles can be taken over from it;
            gives what to index, or None if nothing has changed.

    Returns:
        The report; None if ``choose`` gave None.
    """
    path, clock = Path(path), Clock()
    with writing(path), contextlib.ExitStack() as hold:
        live = LiveVersion(path)
        hold.callback(live.close)
        with clock("look"):
            articles = choose(live, live.usable(embedder))
        if articles is None:
            return None
        diff = articles if isinstance(articles, CorpusDiff) else None
        old = diff.old if diff else None
        if embedder is not load_static():  # a slow model: its old vectors are worth looking up
            old = live.open(embedder)
        folder = hold.enter_context(building_folder(path))
        builder = Builder(path, folder, embedder, old, progress or (lambda *_: None), clock)
        with contextlib.closing(builder):
            builder.take(articles)
            changes = compared(live.identities, builder.store.identities())
            guard(changes.removed, len(live.identities), path, max_removed)
            manifest, name = builder.finish(diff.sources if diff else None, changes)
        live.close()  # a version that is held open could not be removed by the commit
        commit(path, folder, name, keep)
        builder.forget()
    return BuildReport.of(manifest, name, clock, changes, builder.skipped)
