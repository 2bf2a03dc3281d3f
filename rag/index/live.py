"""The live version of an index as a build finds it."""

from __future__ import annotations

import contextlib
import functools
from pathlib import Path

import numpy as np

from rag.corpus import SPLITTER, duplicates
from rag.embed.protocol import Embedder
from rag.errors import YinjuError
from rag.index.lexical import SETTINGS
from rag.index.manifest import Manifest, check_models, read_manifest
from rag.index.open import open_index
from rag.index.sharded import read_stories
from rag.index.snapshot import Snapshot
from rag.index.sources import UNREADABLE, FileState, Sources
from rag.index.store import stores_of
from rag.index.versions import VERSIONS, current


class LiveVersion:
    """What a build can know and take over; nothing of what cannot be read.

    Attributes:
        folder: of the version; None where there is none.
        manifest: of it; None where it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._hold = path, contextlib.ExitStack()
        self.folder: Path | None = None
        self.manifest: Manifest | None = None
        self._opened: Snapshot | None = None
        with contextlib.suppress(YinjuError):
            self.folder = path / VERSIONS / current(path)
            self.manifest = read_manifest(self.folder)

    def usable(self, embedder: Embedder) -> bool:
        """Whether it was made by the same models with the same settings, so that articles can be
        taken over from it.
        """
        with contextlib.suppress(YinjuError):
            if self.manifest:
                check_models(self._path, self.manifest, embedder)
                return same_settings(self.manifest)
        return False

    def columns(self) -> dict[str, str]:
        """Which columns of tables held what when it was built."""
        with contextlib.suppress(*UNREADABLE):
            if self.folder and (sources := Sources.read(self.folder, with_files=False)):
                return dict(sources.columns)
        return {}

    def open(self, embedder: Embedder) -> Snapshot | None:
        """The version, held until :meth:`close`; None where it cannot be read."""
        if self._opened is None:
            with contextlib.suppress(YinjuError):
                self._opened = self._hold.enter_context(open_index(self._path, embedder))
        return self._opened

    def close(self) -> None:
        """Lets the version go, so that it may be removed."""
        self._hold.close()

    @functools.cached_property
    def identities(self) -> np.ndarray:
        """Ids and contents of its articles as digests, uint64 (n, 2)."""
        with contextlib.suppress(YinjuError, *UNREADABLE):
            if self._opened and self.manifest and not self.manifest.shards:
                return self._opened.store.identities()
            if self.folder:
                return np.concatenate([one.identities() for one in stores_of(self.folder)])
        return np.zeros((0, 2), np.uint64)

    @functools.cached_property
    def stories(self) -> np.ndarray | None:
        """The stories of its articles (int32); None where it does not lie in shards."""
        with contextlib.suppress(*UNREADABLE):
            if self.folder and self.manifest and self.manifest.shards:
                return read_stories(self.folder)
        return None

    def files_of_shards(self) -> list[tuple[FileState, ...]]:
        """The files that each shard was read from; none where that is not known."""
        with contextlib.suppress(*UNREADABLE):
            if self.folder and self.manifest:
                found = [Sources.read(one) for one in self.manifest.folders(self.folder)]
                files = [one.files for one in found if one]
                return files if len(files) == len(found) else []
        return []


def same_settings(manifest: Manifest) -> bool:
    """Whether an index was made with the settings of this version of Yinju."""
    return (manifest.splitter, manifest.lexical, manifest.duplicates) == (
        dict(SPLITTER),
        SETTINGS,
        dict(duplicates.SETTINGS),
    )
