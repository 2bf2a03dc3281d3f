"""Is an index still that of its corpus? Decided by content, so an edit, an addition and a removal all show.

Beside the versions of an index lies ``origin.json``: what its newest version was built from. It is
written after a build and never read to answer a question.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag import __version__
from rag.errors import IndexMissing, YinjuError

FILE = "origin.json"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a version of an index was built from.

    Attributes:
        corpus: the paths that were read, absolute.
        digest: see :func:`corpus_digest`.
        model: the ``model`` argument of the build, "" for the embedded one.
        program: version of Yinju, as another one may read and split files differently.
        version: name of the index version; "" until it is there.
        columns: which columns of tables hold what, as :func:`rag.corpus.read_corpus` takes it.
    """

    corpus: tuple[str, ...]
    digest: str
    model: str
    program: str
    version: str = ""
    columns: dict[str, str] = dataclasses.field(default_factory=dict)

    def save(self, index: str | Path, version: str) -> None:
        """Put it beside the versions of an index, whole or not at all. Raises StorageError."""
        from rag.index.disk import storage_errors, write_atomic

        row = dataclasses.asdict(dataclasses.replace(self, version=version))
        with storage_errors(Path(index)):
            write_atomic(Path(index) / FILE, json.dumps(row, indent=1) + "\n")


def record(paths: Sequence[Path], model: str | None, columns: Mapping[str, str]) -> Origin:
    """The origin of an index that would be built from ``paths`` now."""
    whole = tuple(os.path.abspath(path) for path in paths)
    return Origin(whole, corpus_digest(paths), model or "", __version__, columns=dict(columns))


def read_origin(index: str | Path) -> Origin | None:
    """What the newest version of an index was built from; None where nothing legible says so."""
    try:
        row = json.loads((Path(index) / FILE).read_text("utf-8"))
        return Origin(**{**row, "corpus": tuple(row["corpus"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def why_stale(index: str | Path, paths: Sequence[Path], model: str | None, columns: Mapping[str, str] | None = None) -> str:
    """Why the index is not what a build of ``paths`` with ``model`` would give; "" where it is. ``columns`` None: as before.

    Raises what opening the embedded model raises.
    """
    from rag.corpus import SPLITTER
    from rag.embed import load_static
    from rag.index.lexical import SETTINGS
    from rag.index.manifest import read_manifest
    from rag.index.open import same_model
    from rag.index.versions import VERSIONS, current

    try:
        version = current(index)
        manifest = read_manifest(Path(index) / VERSIONS / version)
    except IndexMissing:
        return "there is none yet"
    except YinjuError as error:
        return str(error).partition(": ")[0]
    origin = read_origin(index)
    now = record(paths, model, (origin.columns if origin else {}) if columns is None else columns)
    embedded = load_static()
    reasons = {
        "what it was built from is not known": not origin or origin.version != version,
        "another version of Yinju built it": origin and origin.program != now.program,
        "the articles have changed": origin and origin.digest != now.digest,
        "its tables were read with other columns": origin and origin.columns != now.columns,
        "it was built with another model": origin and origin.model != now.model,
        "the embedded model has changed": not same_model(manifest.static_model, embedded.identity)
        or manifest.tokenizer_sha256 != embedded.tokenizer_sha256,
        "its settings have changed": (manifest.splitter, manifest.lexical) != (dict(SPLITTER), SETTINGS),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def corpus_digest(paths: Sequence[Path]) -> str:
    """Hash over the names and the bytes of every file below ``paths``, 32 hex digits; hidden files do not count."""
    import xxhash

    whole = xxhash.xxh3_128()
    for path in paths:
        for name, file in _files(path):
            whole.update(os.fsencode(f"{name}\0{_file_digest(file)}\n"))
    return whole.hexdigest()


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    """(name below ``path``, file) of all files below, in a fixed order."""
    if not path.is_dir():
        yield path.name, path
        return
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            file = Path(folder) / name
            if not name.startswith(".") and file.is_file():  # a pipe would wait for ever
                yield file.relative_to(path).as_posix(), file


def _file_digest(file: Path) -> str:
    import xxhash

    hasher = xxhash.xxh3_128()
    try:
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                hasher.update(block)
    except OSError as error:  # told by name in the report of a build
        return f"unreadable {error.errno}"
    return hasher.hexdigest()
