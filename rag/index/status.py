"""Lists the versions of an index, and checks that the live one is as it was built."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.corpus import passage_text
from rag.corpus.article import Passage, Skipped
from rag.embed.protocol import ModelIdentity
from rag.embed.static import load_static
from rag.errors import IndexCorrupt, YinjuError
from rag.index.manifest import AsDict, Counts, check_files, read_manifest, same_tokens
from rag.index.snapshot import Snapshot
from rag.index.versions import VERSIONS_FOLDER, current, held, names, reading, whole

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
        for one, manifest in whole(folder):
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
        for row in np.unique(
            np.linspace(0, snapshot.n_passages - 1, _CHECKED_PASSAGES, dtype=np.int64)
        ):
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
    versions = [_describe(path, name, name == live) for name in reversed(names(path))]
    return Status(str(path), live, tuple(versions))


def _describe(path: Path, name: str, live: bool) -> VersionStatus:
    try:
        m = read_manifest(path / VERSIONS_FOLDER / name)
    except YinjuError as error:
        return VersionStatus(name, live, problem=str(error))
    return VersionStatus(name, live, m.created, m.bytes, m.model, m.counts, m.skipped)
