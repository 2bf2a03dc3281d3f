"""Tells whether an index still fits its corpus. It compares the content of the files, so edits,
additions and removals all show.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag import __version__
from rag.errors import IndexMissing, YinjuError
from rag.extras import absent


def program() -> str:
    """The value of :attr:`Origin.program`: the version of Yinju and of its file readers, whether
    they read scans (OCR), and the missing extras without which they cannot read some files.
    """
    from rag.corpus.readers import READERS_VERSION
    from rag.corpus.readers.ocr import available

    lacking = "".join(f" without {one}" for one in absent())
    return f"{__version__}/{READERS_VERSION}{' with OCR' if available() else ''}{lacking}"


@dataclass(frozen=True, slots=True)
class Origin:
    """What the live version of an index was built from.

    Attributes:
        corpus: the absolute paths that were read.
        model: the ``model`` argument of the build, "" for the embedded model.
        program: the version of Yinju and its readers (:func:`program`); kept since another version
            may read and split files differently.
        columns: which columns of tables hold what, as :func:`rag.corpus.read_corpus` takes it.
    """

    corpus: tuple[str, ...]
    model: str
    program: str
    columns: dict[str, str] = field(default_factory=dict)


def read_origin(index: str | Path) -> Origin | None:
    """What the live version was built from; None if no record of it can be read, or if it was built
    from ``Article`` objects, not files.
    """
    from rag.index.sources import Sources
    from rag.index.versions import live_folder

    try:
        sources = Sources.read(live_folder(index), with_files=False)
    except (YinjuError, OSError, ValueError, KeyError, TypeError):
        return None
    if sources is None:
        return None
    return Origin(sources.corpus, sources.model, sources.program, dict(sources.columns))


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
    reasons = {
        "another version of Yinju built it": lambda: origin.program != program(),
        "it was built from other folders": lambda: (
            origin.corpus != tuple(os.path.abspath(path) for path in paths)
        ),
        "the articles have changed": lambda: _changed(folder, paths),
        "its tables were read with other columns": lambda: (
            columns is not None and origin.columns != dict(columns)
        ),
        "it lies in another number of shards": lambda: (
            shards is not None and manifest.report.get("shards", 0) != shards
        ),
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
