"""The live version of an index, as the build of the next one finds it."""

from __future__ import annotations

import contextlib
import functools
from pathlib import Path

import numpy as np

from rag.corpus import SPLITTER, duplicates
from rag.embed.protocol import Embedder
from rag.errors import YinjuError
from rag.index.lexical import BM25_SETTINGS
from rag.index.manifest import Manifest, check_models, read_manifest
from rag.index.open import open_index
from rag.index.sharded import read_stories
from rag.index.snapshot import Snapshot
from rag.index.sources import DAMAGED_INDEX_ERRORS, FileState, Sources
from rag.index.store import stores_of
from rag.index.versions import live_folder


class LiveVersion:
    """What a build can know of the live version, and take over from it.

    A missing or damaged part never raises: it counts as absent, so that a build can replace it.

    Attributes:
        folder: the version's folder; None where there is no live version.
        manifest: the version's manifest; None where it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._hold = path, contextlib.ExitStack()
        self.folder: Path | None = None
        self.manifest: Manifest | None = None
        self._opened: Snapshot | None = None
        with contextlib.suppress(YinjuError):
            self.folder = live_folder(path)
            self.manifest = read_manifest(self.folder)

    def usable(self, embedder: Embedder) -> bool:
        """Whether the version was made by the same models with the same settings, so that articles
        can be taken over from it.
        """
        with contextlib.suppress(YinjuError):
            if self.manifest:
                check_models(self._path, self.manifest, embedder)
                return same_settings(self.manifest)
        return False

    def columns(self) -> dict[str, str]:
        """Which columns of tables held which field when the version was built."""
        with contextlib.suppress(*DAMAGED_INDEX_ERRORS):
            if self.folder and (sources := Sources.read(self.folder, with_files=False)):
                return dict(sources.columns)
        return {}

    def open(self, embedder: Embedder) -> Snapshot | None:
        """The version, open until :meth:`close`; None where it cannot be read."""
        if self._opened is None:
            with contextlib.suppress(YinjuError):
                self._opened = self._hold.enter_context(open_index(self._path, embedder))
        return self._opened

    def close(self) -> None:
        """Closes the version, so that it may be removed."""
        self._hold.close()

    @functools.cached_property
    def identities(self) -> np.ndarray:
        """The digest of the id and that of the content of each of its articles, uint64 (n, 2)."""
        with contextlib.suppress(YinjuError, *DAMAGED_INDEX_ERRORS):
            if self._opened and self.manifest and not self.manifest.shards:
                return self._opened.store.identities()
            if self.folder:
                return np.concatenate([one.identities() for one in stores_of(self.folder)])
        return np.zeros((0, 2), np.uint64)

    @functools.cached_property
    def stories(self) -> np.ndarray | None:
        """For each article the row of the first one of its story (a group of near-duplicates),
        int32; None unless the version lies in shards.
        """
        with contextlib.suppress(*DAMAGED_INDEX_ERRORS):
            if self.folder and self.manifest and self.manifest.shards:
                return read_stories(self.folder)
        return None

    def files_of_shards(self) -> list[tuple[FileState, ...]]:
        """The files that each shard was read from; an empty list where any of them is not known."""
        with contextlib.suppress(*DAMAGED_INDEX_ERRORS):
            if self.folder and self.manifest:
                found = [Sources.read(one) for one in self.manifest.folders(self.folder)]
                files = [one.files for one in found if one]
                return files if len(files) == len(found) else []
        return []


def same_settings(manifest: Manifest) -> bool:
    """Whether an index was made with the settings that this version of Yinju uses."""
    used = SPLITTER, BM25_SETTINGS, duplicates.SKETCH_SETTINGS
    return (manifest.splitter, manifest.lexical, manifest.duplicates) == used
