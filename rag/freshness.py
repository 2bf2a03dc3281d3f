"""Tells whether an index still fits its corpus. It compares the content of the files, so edits,
additions and removals all show.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag import __version__
from rag.errors import IndexMissing, YinjuError
from rag.extras import absent

if TYPE_CHECKING:
    from rag.index.sources import Sources


def program() -> str:
    """The version of Yinju and of its file readers, whether they read scans (OCR), and the missing
    extras without which they cannot read some files: :attr:`rag.index.sources.Sources.program`.
    """
    from rag.corpus.readers import READERS_VERSION
    from rag.corpus.readers.ocr import available

    lacking = "".join(f" without {one}" for one in absent())
    return f"{__version__}/{READERS_VERSION}{' with OCR' if available() else ''}{lacking}"


def read_origin(index: str | Path) -> Sources | None:
    """What the live version was built from, without the single files; None if no record of it can
    be read, or if it was built from ``Article`` objects, not files.
    """
    from rag.index.sources import Sources
    from rag.index.versions import live_folder

    try:
        return Sources.read(live_folder(index), with_files=False)
    except (YinjuError, OSError, ValueError, KeyError, TypeError):
        return None


def why_stale(
    index: str | Path,
    paths: Sequence[Path],
    model: str | None,
    columns: Mapping[str, str] | None = None,
    shards: int | None = None,
) -> str:
    """The reason why the index is not what a build of ``paths`` with ``model`` would give; "" if it
    is. ``columns`` and ``shards`` may be None, for the same as before.

    Raises what opening the embedded model raises.
    """
    from rag.index.live import same_settings
    from rag.index.manifest import read_manifest, same_tokens
    from rag.index.versions import live_folder

    try:
        folder = live_folder(index)
        manifest = read_manifest(folder)
    except IndexMissing:
        return "there is none yet"
    except YinjuError as error:
        return str(error).partition(": ")[0]
    origin = read_origin(index)
    if not origin:
        return "what it was built from is not known"
    named = tuple(os.path.abspath(path) for path in paths)
    known_columns, known_shards = dict(origin.columns), manifest.report.get("shards", 0)
    reasons = {
        "another version of Yinju built it": lambda: origin.program != program(),
        "it was built from other folders": lambda: origin.corpus != named,
        "the articles have changed": lambda: _changed(folder, paths),
        "its tables were read with other columns": lambda: columns not in (None, known_columns),
        "it lies in another number of shards": lambda: shards not in (None, known_shards),
        "it was built with another model": lambda: origin.model != (model or ""),
        "the embedded model has changed": lambda: not same_tokens(manifest),
        "its settings have changed": lambda: not same_settings(manifest),
    }
    return next((reason for reason, holds in reasons.items() if holds()), "")


def _changed(folder: Path, paths: Sequence[Path]) -> bool:
    """Whether the files are others than those that the version in ``folder`` was built from."""
    from rag.index.file_scan import FileScan
    from rag.index.manifest import read_manifest
    from rag.index.shards import changed

    if read_manifest(folder).shards:
        return changed(paths, folder.parent.parent, program())
    return FileScan(paths, program(), folder).changed
