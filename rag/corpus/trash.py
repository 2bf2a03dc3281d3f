"""Keeps the files that were removed from a corpus folder or replaced in it."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_NOTE = ".record.json"  # suffix of the file that holds the record of a file in the trash
_counter = itertools.count()


@dataclass(frozen=True, slots=True)
class Removed:
    """One file that was taken out of a corpus folder.

    Attributes:
        path: its path below the corpus folder.
        kept: its path in the trash.
    """

    path: str
    kept: str

    def to_dict(self) -> dict:
        """The attributes as plain strings."""
        return dataclasses.asdict(self)


def take(trash: Path, file: Path, below: str, record: Path, copy: bool = False) -> Path:
    """Moves a file and its record into the trash, or copies them; returns the new path.

    Args:
        trash: the folder, which holds one folder for each removal, named by the time (UTC).
        file: the file.
        below: its path below the corpus folder.
        record: where its record (:mod:`rag.corpus.kept`) is, if it has one.
        copy: whether the file also stays where it is.
    """
    in_trash = trash / datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ") / below
    in_trash.parent.mkdir(parents=True, exist_ok=True)
    _put(file, in_trash, copy)
    if record.is_file():
        _put(record, _note_of(in_trash), copy)
    return in_trash


def items(trash: Path) -> Iterator[Removed]:
    """What is in the trash, the latest removal first."""
    for path in sorted(trash.glob("*/**/*"), reverse=True):
        if (path.is_file() or path.is_symlink()) and not path.name.endswith(_NOTE):
            below = Path(*path.relative_to(trash).parts[1:])
            yield Removed(below.as_posix(), str(path))


def give_back(in_trash: Path, file: Path, record: Path) -> None:
    """Moves the record of a file back, then the file itself."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if _note_of(in_trash).is_file():
        record.parent.mkdir(exist_ok=True)
        _put(_note_of(in_trash), record)
    _put(in_trash, file)


def _note_of(in_trash: Path) -> Path:
    return in_trash.with_name(f"{in_trash.name}{_NOTE}")


def _put(file: Path, target: Path, copy: bool = False) -> None:
    """Moves or copies a file, perhaps to another disk.

    The file is at the target whole or not at all, and is deleted only once it is there.
    """
    if not copy:
        with contextlib.suppress(OSError):
            os.rename(file, target)
            return
    aside = target.with_name(f".{os.getpid()}-{next(_counter)}.new")
    try:
        shutil.copy2(file, aside, follow_symlinks=False)
        if not aside.is_symlink():
            with aside.open("rb") as written:
                os.fsync(written.fileno())
        os.replace(aside, target)
    finally:
        aside.unlink(missing_ok=True)
    if not copy:
        file.unlink()
