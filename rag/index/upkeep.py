"""What an index folder holds beyond the live version: how versions differ, and what can go."""

from __future__ import annotations

import dataclasses
import shutil
from dataclasses import dataclass
from pathlib import Path

from rag.errors import UsageError
from rag.index.disk import storage_errors
from rag.index.versions import KEEP, VERSIONS, current, leftovers, names, remove_version, writing


@dataclass(frozen=True, slots=True)
class Freed:
    """What :func:`gc` took away.

    Attributes:
        removed: names of versions.
        in_use: names of versions that would go, but that a reader holds open.
        leftovers: folders and files of builds that were killed.
        bytes: what all of it took on the disk.
    """

    removed: tuple[str, ...]
    in_use: tuple[str, ...]
    leftovers: tuple[str, ...]
    bytes: int

    def to_dict(self) -> dict:
        """Plain lists, strings and numbers."""
        return dataclasses.asdict(self)


def gc(path: str | Path, keep: int = KEEP) -> Freed:
    """Removes old versions and what killed builds left; never the live version, one that is held open, or the trash.

    Args:
        path: the index folder.
        keep: how many versions to keep, the live one included; at least 1. With 1 there is none to go back to.

    Raises:
        UsageError: ``keep`` is less than 1.
        IndexMissing, IndexCorrupt: as :func:`rag.index.versions.current`; nothing is removed then.
        IndexBusy, StorageError: the folder is being written, or cannot be.
    """
    if keep < 1:
        raise UsageError(f"expected to keep at least one version, got {keep}")
    path = Path(path)
    live = current(path)
    with writing(path), storage_errors(path):
        left = leftovers(path)
        freed = sum(map(_size, left))
        for one in left:
            shutil.rmtree(one) if one.is_dir() else one.unlink()
        # Those before the live one are what a rollback leads to; those behind it were rolled back from.
        every = names(path)
        before = [name for name in every if name < live]
        kept = {live, *before[len(before) - (keep - 1) :]}
        removed, in_use = [], []
        for name in every:
            if name not in kept:
                folder = path / VERSIONS / name
                size = _size(folder)
                if remove_version(folder):
                    removed.append(name)
                    freed += size
                else:
                    in_use.append(name)
    return Freed(tuple(removed), tuple(in_use), tuple(one.name for one in left), freed)


def _size(at: Path) -> int:
    return sum(file.stat().st_size for file in at.rglob("*") if file.is_file()) if at.is_dir() else at.stat().st_size
