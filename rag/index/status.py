"""Which versions of an index there are, and whether the live one is as it was built."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from pathlib import Path

from rag.corpus.article import Skipped
from rag.embed.protocol import ModelIdentity
from rag.errors import YinjuError
from rag.index.manifest import Counts, Manifest, check_files, read_manifest
from rag.index.models import same_model
from rag.index.readback import self_query
from rag.index.snapshot import Snapshot
from rag.index.versions import VERSIONS, current, held, names, reading, whole


@dataclass(frozen=True, slots=True)
class VersionStatus:
    """One version, as its manifest describes it.

    Attributes:
        name: its name.
        live: True for the one that is served.
        created: UTC time stamp of the build, ISO 8601.
        bytes: size of its files.
        model: what made the vectors; None where the manifest cannot be read.
        counts: articles, passages and so on; None where the manifest cannot be read.
        skipped: what could not be read.
        problem: "" or why the manifest cannot be used. Files are not checked here, but by
            ``verify``.
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
class Status:
    """What :func:`status` tells.

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
        """The version that is served."""
        return next(version for version in self.versions if version.live)

    def to_dict(self) -> dict:
        """Plain dicts, lists, strings and numbers."""
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True)
class Verification:
    """What :func:`verify` checked without finding damage: the version, files, bytes, seconds."""

    version: str
    files: int
    bytes: int
    seconds: float

    def to_dict(self) -> dict:
        """Plain strings and numbers."""
        return dataclasses.asdict(self)


def verify(path: str | Path) -> Verification:
    """Checks every file of the live version against its checksum, and asks it for some of its own
    passages.

    It is asked only by the version of Yinju whose model made it.

    Raises:
        IndexMissing, IndexMismatch: there is no index, or one of another format.
        IndexCorrupt: names every damaged or missing file.
    """
    path, begin = Path(path), time.perf_counter()
    name = current(path)
    folder = path / VERSIONS / name
    files = size = 0
    with reading(path), held(folder):
        for one, manifest in whole(folder):
            check_files(one, manifest)
            files += len(manifest.files) + 1
            size += sum(record.size for record in manifest.files.values())
            if not manifest.shards:
                _ask(one, manifest)
    return Verification(name, files, size, time.perf_counter() - begin)


def _ask(folder: Path, manifest: Manifest) -> None:
    from rag.embed import load_static

    model = load_static()
    if (
        same_model(manifest.static_model, model.identity)
        and manifest.tokenizer_sha256 == model.tokenizer_sha256
    ):
        self_query(Snapshot(folder, manifest, model, model))


def status(path: str | Path) -> Status:
    """Which versions there are, which is live, and what they hold.

    Raises:
        IndexMissing, IndexCorrupt: as :func:`current`.
    """
    path = Path(path)
    live = current(path)
    return Status(
        str(path),
        live,
        tuple(_describe(path, name, name == live) for name in reversed(names(path))),
    )


def _describe(path: Path, name: str, live: bool) -> VersionStatus:
    try:
        m = read_manifest(path / VERSIONS / name)
    except YinjuError as error:
        return VersionStatus(name, live, problem=str(error))
    return VersionStatus(name, live, m.created, m.bytes, m.model, m.counts, m.skipped)
