"""Lists the versions of an index, checks that the live one is as it was built, compares two of them,
and removes those that are no longer needed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.corpus import passage_text
from rag.corpus.article import Passage, Skipped
from rag.embed.protocol import ModelIdentity
from rag.embed.static import load_static
from rag.errors import IndexCorrupt, IndexMissing, UsageError, YinjuError
from rag.index import versions
from rag.index.changes import ArticleChanges, compare
from rag.index.disk import storage_errors
from rag.index.manifest import (
    RECOVERY_ADVICE,
    AsDict,
    Counts,
    check_files,
    read_manifest,
    same_tokens,
)
from rag.index.snapshot import Snapshot
from rag.index.store import stores_of
from rag.index.versions import VERSIONS_FOLDER, VERSIONS_KEPT, current, held, names, reading

_CHECKED_PASSAGES = 8
# Characters of each checked passage that are searched: if a few words find it, all of them do.
_ASKED_CHARS = 40


@dataclass(frozen=True, slots=True)
class VersionStatus:
    """One version, as its manifest describes it.

    Attributes:
        name: its name.
        live: whether it is the version that readers open.
        created: UTC time stamp of the build, ISO 8601.
        bytes: size of its files.
        model: what made the vectors; None where the manifest cannot be read.
        counts: articles, passages and so on; None where the manifest cannot be read.
        skipped: what could not be read.
        problem: "", or why the manifest cannot be used. Only :func:`verify` checks other files.
    """

    name: str
    live: bool
    created: str = ""
    bytes: int = 0
    model: ModelIdentity | None = None
    counts: Counts | None = None
    skipped: tuple[Skipped, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Status(AsDict):
    """What :func:`status` reports.

    Attributes:
        path: the index folder.
        version: name of the live version.
        versions: all complete versions, newest first.
    """

    path: str
    version: str
    versions: tuple[VersionStatus, ...]

    @property
    def live(self) -> VersionStatus:
        """The live version."""
        return next(version for version in self.versions if version.live)


@dataclass(frozen=True, slots=True)
class Verification(AsDict):
    """What :func:`verify` checked without finding damage.

    Attributes:
        version: name of the version.
        files, bytes: number of its files, and their size without the manifests.
        seconds: time that the check took.
    """

    version: str
    files: int
    bytes: int
    seconds: float


def verify(path: str | Path) -> Verification:
    """Checks every file of the live version against its checksum, and searches the version for some
    of its own passages.

    The search is left out if the version was made with another static model than that in use.

    Raises:
        IndexMissing, IndexMismatch: there is no index, or one of another format.
        IndexCorrupt: a file is damaged or missing; the message names every such file.
    """
    path, begin = Path(path), time.perf_counter()
    name = current(path)
    folder = path / VERSIONS_FOLDER / name
    files = size = 0
    with reading(path), held(folder):
        for one, manifest in versions.whole(folder):
            check_files(one, manifest)
            files += len(manifest.files) + 1
            size += sum(record.size for record in manifest.files.values())
            if not manifest.shards and same_tokens(manifest):
                self_query(Snapshot(one, manifest, load_static()))
    return Verification(name, files, size, time.perf_counter() - begin)


def self_query(snapshot: Snapshot) -> None:
    """Reads some passages of a version back, searches for them, and closes the version.

    Raises:
        IndexCorrupt: a passage reads back differently, or is not found.
    """
    with snapshot:
        rows = np.linspace(0, snapshot.n_passages - 1, _CHECKED_PASSAGES, dtype=np.int64)
        for row in np.unique(rows):
            place = snapshot.passages[row]
            article = snapshot.article(place.article_row)
            text = passage_text(article, Passage(article.id, int(place.start), int(place.end)))
            ids, offsets = snapshot.model.encode_ids([text])
            begin, end = snapshot.token_offsets[row : row + 2]
            vector = snapshot.vector(row)
            found, scores = snapshot.dense(vector, 1)
            whole = (
                0 <= place.start < place.end <= len(article.text)
                and np.array_equal(snapshot.token_ids[begin:end], ids)
                and len(found) == 1
                and scores[0] >= vector @ vector - 1e-3
                and (len(ids) == 0 or snapshot.lexical(text[:_ASKED_CHARS])[row] > 0)
            )
            if not whole:
                raise IndexCorrupt(
                    f"expected to find passage {row} of {article.id!r} in the index at"
                    f" {snapshot.path}, but it reads back differently: the disk or the memory may"
                    " be faulty; build it again"
                )


def status(path: str | Path) -> Status:
    """The versions of an index, which of them is live, and what they hold.

    Raises:
        IndexMissing, IndexCorrupt: as :func:`rag.index.versions.current`.
    """
    path = Path(path)
    live = current(path)
    found = [_describe(path, name, name == live) for name in reversed(names(path))]
    return Status(str(path), live, tuple(found))


def _describe(path: Path, name: str, live: bool) -> VersionStatus:
    try:
        m = read_manifest(path / VERSIONS_FOLDER / name)
    except YinjuError as error:
        return VersionStatus(name, live, problem=str(error))
    return VersionStatus(name, live, m.created, m.bytes, m.model, m.counts, m.skipped)


@dataclass(frozen=True, slots=True)
class Freed(AsDict):
    """What :func:`gc` removed.

    Attributes:
        removed: names of the versions removed.
        in_use: names of versions that were to be removed, but that a reader holds open.
        leftovers: folders and files of killed builds that were removed.
        bytes: disk space that was freed.
    """

    removed: tuple[str, ...]
    in_use: tuple[str, ...]
    leftovers: tuple[str, ...]
    bytes: int


@dataclass(frozen=True, slots=True)
class VersionsCompared:
    """How the articles of the version ``new`` differ from those of ``old``."""

    old: str
    new: str
    difference: ArticleChanges

    def to_dict(self) -> dict:
        """The comparison as plain dicts, lists, strings and numbers."""
        return {"old": self.old, "new": self.new, **self.difference.to_dict()}


def diff(path: str | Path, old: str = "", new: str = "") -> VersionsCompared:
    """Compares the articles of two versions of an index.

    Args:
        path: the index folder.
        old: name of the older version, or its beginning; "" for the one before ``new``.
        new: name of the newer version, or its beginning; "" for the live one.

    Raises:
        UsageError: the names of no version, or of several, begin so.
        IndexMissing: there is no index, or no version before ``new``.
        IndexMismatch, IndexCorrupt: a version is of another format, or damaged.
    """
    path = Path(path)
    every, later = names(path), current(path)
    later = _named(path, new, every) if new else later
    before = [name for name in every if name < later]
    if not old and not before:
        raise IndexMissing(
            f"expected a version before {later} in {path}, but it is the oldest: there is nothing"
            " to compare it with"
        )
    earlier = _named(path, old, every) if old else before[-1]
    difference = compare(_contents(path, earlier), _contents(path, later))
    return VersionsCompared(earlier, later, difference)


def _named(path: Path, begin: str, every: list[str]) -> str:
    found = [name for name in every if name.startswith(begin)]
    if len(found) != 1:
        seen = f"{len(found)} do" if found else "none does"
        raise UsageError(
            f"expected one version of {path} to begin with {begin!r}, but {seen}: `yinju versions"
            f" --index {path}` lists them"
        )
    return found[0]


def _contents(path: Path, name: str) -> dict[str, int]:
    """The id of each article of a version, with the digest of its content."""
    folder = path / VERSIONS_FOLDER / name
    with reading(path), held(folder):
        try:
            out: dict[str, int] = {}
            for store in stores_of(folder):
                out.update(zip(store.ids(), store.digests.tolist(), strict=True))
            return out
        except (ValueError, KeyError, TypeError) as error:
            recover = RECOVERY_ADVICE.format(index=path)
            raise IndexCorrupt(
                f"expected to read the articles of version {name}, but it is damaged ({error}):"
                f" {recover}"
            ) from error


def gc(path: str | Path, keep: int = VERSIONS_KEPT) -> Freed:
    """Removes old versions and what killed builds left; never the live version, a version that a
    reader holds open, or the trash of the corpus (:mod:`rag.corpus.trash`).

    Args:
        path: the index folder.
        keep: how many versions to keep, including the live one; at least 1. With 1 there is no
            version left to go back to.

    Raises:
        UsageError: ``keep`` is less than 1.
        IndexMissing, IndexCorrupt: as :func:`rag.index.versions.current`; nothing is removed then.
        IndexBusy, StorageError: another process is writing the folder, or it cannot be written.
    """
    if keep < 1:
        raise UsageError(f"expected to keep at least one version, got {keep}")
    from rag.index.shards import clear

    path = Path(path)
    live = current(path)
    with versions.writing(path), storage_errors(path):
        before, left = _size(path), versions.remove_leftovers(path)
        # What to keep first: the live version; then the earlier ones, which a rollback leads to;
        # then the later ones, which were rolled back from.
        every = names(path)
        order = sorted(every, key=lambda name: (name != live, name > live, -every.index(name)))
        removed, in_use = list[str](), list[str]()
        for name in sorted(order[keep:]):
            is_gone = versions.remove_version(path / VERSIONS_FOLDER / name)
            (removed if is_gone else in_use).append(name)
        clear(path)
        freed = before - _size(path)
    return Freed(tuple(removed), tuple(in_use), tuple(left), freed)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
