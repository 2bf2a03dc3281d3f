"""Building an index: aside, checked, then switched to in one step."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.corpus import SPLITTER, duplicates
from rag.corpus.article import Article, Skipped
from rag.embed.protocol import Embedder
from rag.errors import YinjuError
from rag.index.builder import Builder, Clock, Progress
from rag.index.changes import Changes, compare, guard
from rag.index.corpus_diff import CorpusDiff, FileScan, Holder, Item
from rag.index.disk import storage_errors
from rag.index.lexical import SETTINGS
from rag.index.manifest import Manifest, read_manifest
from rag.index.models import check_models
from rag.index.open import Snapshot, open_index
from rag.index.sources import Sources
from rag.index.store import stores_of
from rag.index.versions import KEEP, VERSIONS, building_folder, commit, current, writing

if TYPE_CHECKING:
    from rag.embed.static import StaticModel


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        version: name of the new live version.
        articles, passages: number of each.
        reused: passages whose vectors were taken over from the version before; always 0 for the
            static model, which is faster than looking them up.
        skipped: what was not indexed, with the reasons.
        seconds: wall time.
        bytes: size of the version on disk.
        phases: seconds by phase: "read", "split", "names", "sketch", "tokenize", "embed",
            "lexical", "store", "stories", "write", "check".
        changes: how the articles differ from those of the version that was live before; all are
            added where none was.
        stories: how many stories several articles tell in nearly the same words.
        repeats: how many articles that makes beyond the first of each.
    """

    version: str
    articles: int
    passages: int
    reused: int
    skipped: tuple[Skipped, ...]
    seconds: float
    bytes: int
    phases: dict[str, float]
    changes: Changes = Changes()
    stories: int = 0
    repeats: int = 0

    def to_dict(self) -> dict:
        """Plain dicts, lists, strings and numbers."""
        return dataclasses.asdict(self)


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
    return _write(path, lambda before: articles, embedder, progress, keep, max_removed)


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
    share: Sequence[Item] | None = None,
    taken: Mapping[int, Holder] | None = None,
) -> BuildReport | None:
    """As :func:`build_index`, from files and folders; the articles of files that are as they were
    are taken over.

    The result is that of a build from nothing: the same files, byte for byte, but for what tells
    times.

    Args:
        paths: files and folders.
        path, embedder, progress, keep, max_removed: as for :func:`build_index`.
        model: the model that was named, "" for the embedded one, for the record.
        program: version of Yinju; another one reads files anew.
        columns: which columns of tables hold what (:func:`rag.corpus.read_corpus`); None for those
            of the live version.
        afresh: read all, and build a new version even if nothing changed.
        share: the files among these that are read; None for all.
        taken: what has an id in other shards of a whole, by the digest of the id; then a new
            version is built even if nothing changed.

    Returns:
        The report; None where nothing has changed.
    """

    def survey(before: _Before) -> CorpusDiff | None:
        usable = not afresh and before.usable
        known = (
            columns
            if columns is not None or before.folder is None
            else read_columns_of(before.folder)
        )
        looked = FileScan.at(paths, program, before.folder if usable else None, known, share)
        # What was left out of a shard because of another counts only as long as that is there.
        same = not looked.changed and not taken and (share is None or looked.settled)
        if usable and same:
            return None
        return CorpusDiff(looked, model, program, before.open() if looked.before else None, taken)

    return _write(path, survey, embedder, progress, keep, max_removed)


def read_columns_of(folder: Path) -> dict[str, str]:
    """Which columns of tables held what when a version was built; none where nothing legible says
    so.
    """
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        if sources := Sources.read(folder, with_files=False):
            return dict(sources.columns)
    return {}


def same_settings(manifest: Manifest) -> bool:
    """Whether an index was made with the settings of this version of Yinju."""
    return (manifest.splitter, manifest.lexical, manifest.duplicates) == (
        dict(SPLITTER),
        SETTINGS,
        dict(duplicates.SETTINGS),
    )


class _Before:
    """The live version as a build finds it.

    Attributes:
        folder: of it; None where there is none.
        usable: whether it was made by the same models with the same settings, so that articles can
            be taken over from it.
    """

    def __init__(
        self, path: Path, model: StaticModel, embedder: Embedder, hold: contextlib.ExitStack
    ) -> None:
        self._path, self._embedder, self._hold = path, embedder, hold
        self.folder, self.usable, self._opened = None, False, None
        with contextlib.suppress(
            YinjuError
        ):  # none, a damaged one, or another model's: everything is made anew
            self.folder = path / VERSIONS / current(path)
            manifest = read_manifest(self.folder)
            check_models(path, manifest, model, embedder)
            self.usable = same_settings(manifest)

    def open(self) -> Snapshot | None:
        """The version, held until the build has ended; None where it cannot be read."""
        if self._opened is None:
            with contextlib.suppress(YinjuError):
                self._opened = self._hold.enter_context(open_index(self._path, self._embedder))
        return self._opened

    def identities(self) -> np.ndarray:
        """Ids and contents of its articles as digests; none where they cannot be read."""
        if self._opened:
            return self._opened.store.identities()
        with contextlib.suppress(YinjuError, OSError, ValueError, KeyError, TypeError):
            if self.folder:
                return np.concatenate([one.identities() for one in stores_of(self.folder)])
        return np.zeros((0, 2), np.uint64)


def _write(
    path: str | Path,
    choose: Callable[[_Before], Iterable[Article | Skipped] | CorpusDiff | None],
    embedder: Embedder | None,
    progress: Progress | None,
    keep: int,
    max_removed: float,
) -> BuildReport | None:
    """Builds a version of what ``choose`` gives."""
    from rag.embed import load_static

    model = load_static()
    embedder = embedder or model
    path, clock = Path(path), Clock()
    with writing(path), contextlib.ExitStack() as hold, contextlib.ExitStack() as reading:
        before = _Before(path, model, embedder, reading)
        with clock("look"):
            articles = choose(before)
        if articles is None:
            return None
        with storage_errors(path):
            folder = building_folder(path)
        # After the commit there is nothing left under this name.
        hold.callback(shutil.rmtree, folder, ignore_errors=True)
        old = (
            before.open()
            if isinstance(articles, CorpusDiff) and articles.takes_over or embedder is not model
            else None
        )
        builder = Builder(path, folder, model, embedder, old, progress or _silent, clock)
        try:
            builder.take(articles)
            identities = before.identities()
            changes = compare(
                *(dict(some.tolist()) for some in (identities, builder.identities))
            ).counts()
            guard(changes.removed, len(identities), path, max_removed)
            manifest, name = builder.finish(
                articles.sources if isinstance(articles, CorpusDiff) else None, changes
            )
        finally:
            builder.close()
        reading.close()  # or the version before could not be removed
        with storage_errors(path):
            commit(path, folder, name, keep)
        builder.forget()
    c = manifest.counts
    return BuildReport(
        name,
        c.articles,
        c.passages,
        builder.reused,
        builder.skipped,
        clock.elapsed,
        manifest.bytes,
        clock.rounded(),
        changes,
        c.stories,
        c.repeats,
    )


def _silent(done: int, total: int | None, phase: str) -> None:
    """Progress that nobody watches."""
