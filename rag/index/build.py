"""Building an index: aside, checked, then switched to in one step."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.corpus.article import Article, Skipped
from rag.embed import load_static
from rag.embed.protocol import Embedder
from rag.index.builder import Builder
from rag.index.changes import compared, guard
from rag.index.corpus_diff import CorpusDiff, Holder
from rag.index.file_scan import FileScan, Item
from rag.index.live import LiveVersion
from rag.index.report import BuildReport, Clock, Progress
from rag.index.versions import KEEP, building_folder, commit, writing


def build_index(
    articles: Iterable[Article | Skipped],
    path: str | Path,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    keep: int = KEEP,
    max_removed: float = 1.0,
) -> BuildReport:
    """Builds a new version of an index and makes it the live one.

    Readers keep the version they have opened. Until the last step nothing that was there changes;
    whatever goes wrong before it, a killed process included, leaves the old version live. Where the
    live version was built with the same transformer, only passages that are new are embedded.

    Args:
        articles: what :func:`rag.corpus.read_corpus` gives. An article without text, or with an id
            and text that came before, is reported as skipped; one whose id came before with another
            text gets the id with "#2" behind it.
        path: the index folder; made if it is not there.
        embedder: model for the passage vectors; None for the embedded static one.
        progress: called now and then with (done, total or None, phase).
        keep: versions to keep, the new one included; at least 1.
        max_removed: share (0 to 1) of the articles of the live version that may be gone; see
            :func:`rag.index.changes.guard`.

    Raises:
        TooMuchRemoved: more than that are gone; nothing is changed.
        CorpusError: no article could be indexed; the message has the reasons.
        IndexBusy: another process is building.
        StorageError: the folder cannot be written, or the disk is full.
        ModelError: the embedded model cannot be loaded.
    """
    embedder = embedder or load_static()
    report = _write(path, lambda *_: articles, embedder, progress, keep, max_removed)
    assert report is not None  # there is always something to build from
    return report


@dataclass(frozen=True, slots=True)
class Task:
    """What an index is built from, the whole or one of its shards.

    Attributes:
        path: the index folder.
        corpus: files and folders.
        model: the model that was named, "" for the embedded one, for the record.
        program: version of Yinju; another one reads files anew.
        columns: which columns of tables hold what (:func:`rag.corpus.read_corpus`); None for those
            of the live version.
        afresh: read all, and build a new version even if nothing changed.
        share: the files among these that are read; None for all.
        taken: what has an id in other shards of a whole, by the digest of the id; then a new
            version is built even if nothing changed.
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
    keep: int = KEEP,
    max_removed: float = 1.0,
    model: str = "",
    program: str = "",
    columns: Mapping[str, str] | None = None,
    afresh: bool = False,
) -> BuildReport | None:
    """As :func:`build_index`, from files and folders; the articles of files that are as they were
    are taken over.

    The result is that of a build from nothing: the same files, byte for byte, but for what tells
    times.

    Args:
        paths: files and folders.
        path, embedder, progress, keep, max_removed: as for :func:`build_index`.
        model, program, columns, afresh: as in :class:`Task`.

    Returns:
        The report; None where nothing has changed.
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
    """Builds what a task says; otherwise as :func:`index_corpus`."""
    used = embedder or load_static()

    def survey(live: LiveVersion, usable: bool) -> CorpusDiff | None:
        usable = usable and not task.afresh
        known = live.columns() if task.columns is None else task.columns
        version = live.folder if usable else None
        scan = FileScan.at(task.corpus, task.program, version, known, task.share)
        # What was left out of a shard because of another counts only as long as that is there.
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
    """Builds a version of what ``choose`` gives for the live version, when it was told whether
    articles can be taken over from that.
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
        if embedder is not load_static():  # whose vectors are worth looking up
            old = live.open(embedder)
        folder = hold.enter_context(building_folder(path))
        builder = Builder(path, folder, embedder, old, progress or _silent, clock)
        with contextlib.closing(builder):
            builder.take(articles)
            changes = compared(live.identities, builder.store.identities())
            guard(changes.removed, len(live.identities), path, max_removed)
            manifest, name = builder.finish(diff.sources if diff else None, changes)
        live.close()  # or the version before could not be removed
        commit(path, folder, name, keep)
        builder.forget()
    return BuildReport.of(manifest, name, clock, changes, tuple(builder.skipped))


def _silent(done: int, total: int | None, phase: str) -> None:
    """Progress that nobody watches."""
