"""Opening an index: everything is checked once, then read through one Snapshot."""

from __future__ import annotations

from pathlib import Path

from rag.embed.protocol import Embedder
from rag.embed.static import load_static
from rag.errors import IndexCorrupt
from rag.index.manifest import check_files, check_models, read_manifest
from rag.index.snapshot import Snapshot
from rag.index.versions import VERSIONS_FOLDER, current, held, reading

# Bytes. Of an index up to the first size, every byte is checked when it is opened (about 0.1 s). Of
# a larger one, the size of every file is checked, and the content of files up to the second size.
# `verify` always checks every byte.
HASH_ALL_UP_TO = 64 * 2**20
HASH_FILE_UP_TO = 2**20


def open_index(path: str | Path, embedder: Embedder | None = None) -> Snapshot:
    """Opens the live version of an index.

    Of an index up to 64 MB every file is checked against its checksum. Of a larger one the size of
    every file is checked, and the checksums of files up to 1 MB (:func:`rag.index.verify` checks
    all).

    Args:
        path: the index folder.
        embedder: the model that the index was built with; None for the embedded static one.

    Raises:
        IndexMissing: there is no index.
        IndexMismatch: it was built with another format, model or tokenizer.
        IndexCorrupt: a file is missing or damaged; the message names it.
        ModelError: the embedded model cannot be loaded.
    """
    path, used = Path(path), embedder or load_static()
    while True:
        name = current(path)
        try:
            return open_version(path / VERSIONS_FOLDER / name, used)
        except IndexCorrupt:
            # Since CURRENT was read, two builds may have ended, the second of which removed this
            # version: then another one is live.
            if current(path) == name:
                raise


def open_version(folder: Path, embedder: Embedder) -> Snapshot:
    """Opens a version of an index, given its folder. Raises as :func:`open_index`."""
    index = folder.parent.parent
    with reading(index), held(folder):
        manifest = read_manifest(folder)
        check_files(folder, manifest, None if manifest.bytes <= HASH_ALL_UP_TO else HASH_FILE_UP_TO)
        check_models(index, manifest, embedder)
        if manifest.shards:
            from rag.index.sharded import open_shards

            return open_shards(folder, manifest, embedder)
        return Snapshot(folder, manifest, embedder)
