"""Compares the versions in an index folder, and removes those that are no longer needed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from rag.errors import IndexCorrupt, IndexMissing, UsageError
from rag.index.changes import ArticleChanges, compare
from rag.index.disk import storage_errors
from rag.index.manifest import RECOVERY_ADVICE, AsDict
from rag.index.store import stores_of
from rag.index.versions import (
    VERSIONS_FOLDER,
    VERSIONS_KEPT,
    current,
    held,
    leftovers,
    names,
    reading,
    remove_version,
    writing,
)


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
    with writing(path), storage_errors(path):
        left = leftovers(path)
        freed = sum(map(_size, left))
        for one in left:
            shutil.rmtree(one) if one.is_dir() else one.unlink()
        # What to keep first: the live version; then the earlier ones, which a rollback leads to;
        # then the later ones, which were rolled back from.
        every = names(path)
        order = sorted(every, key=lambda name: (name != live, name > live, -every.index(name)))
        removed, in_use = [], []
        for name in sorted(order[keep:]):
            folder = path / VERSIONS_FOLDER / name
            size = _size(folder)
            if remove_version(folder):
                removed.append(name)
                freed += size
            else:
                in_use.append(name)
        before = _size(path)
        clear(path)
        freed += before - _size(path)
    return Freed(tuple(removed), tuple(in_use), tuple(one.name for one in left), freed)


def _size(at: Path) -> int:
    files = at.rglob("*") if at.is_dir() else [at]
    return sum(file.stat().st_size for file in files if file.is_file())
