"""Where files go that were removed from a corpus folder or replaced in it."""

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

_NOTE = ".record.json"  # behind the name of a file in the trash
_counter = itertools.count()


@dataclass(frozen=True, slots=True)
class Removed:
    """One file that was taken out: ``path`` below the corpus folder, and where it is ``kept``
    now.
    """

    path: str
    kept: str

    def to_dict(self) -> dict:
        """Plain strings."""
        return dataclasses.asdict(self)


class Trash:
    """A folder with a folder for each removal, named by its time.

    Attributes:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def take(self, file: Path, below: str, record: Path | None, copy: bool = False) -> Path:
        """Moves a file and its record here, or copies them; returns where it is now.

        Args:
            file: the file.
            below: its path below the corpus folder.
            record: the file with what is known of it; None for none.
            copy: whether the file stays where it is.
        """
        kept = self.path / datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ") / below
        kept.parent.mkdir(parents=True, exist_ok=True)
        _put(file, kept, copy)
        if record and record.is_file():
            _put(record, _note_of(kept), copy)
        return kept

    def items(self) -> Iterator[Removed]:
        """What is here, the last first."""
        for path in sorted(self.path.glob("*/**/*"), reverse=True):
            if (path.is_file() or path.is_symlink()) and not path.name.endswith(_NOTE):
                below = Path(*path.relative_to(self.path).parts[1:])
                yield Removed(below.as_posix(), str(path))

    def give_back(self, kept: Path, file: Path, record: Path) -> None:
        """Moves a file back, and its record before it."""
        file.parent.mkdir(parents=True, exist_ok=True)
        if _note_of(kept).is_file():
            record.parent.mkdir(exist_ok=True)
            _put(_note_of(kept), record)
        _put(kept, file)


def _note_of(kept: Path) -> Path:
    return kept.with_name(f"{kept.name}{_NOTE}")


def _put(file: Path, target: Path, copy: bool = False) -> None:
    """Moves or copies a file, perhaps to another disk: it stands at the target whole or not at all,
    and goes only when it is there.
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
