"""Records when watched folders (``yinju watch``) and repeatedly added feeds were last read, so that
readers can be told when an index has stopped following them. One record is a "look".
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath
from urllib.parse import urlsplit

LOOKS_FILE = "looks.json"
"""Name of the record file in the index folder; no build and no rollback touches it."""
FOLDER_KIND, FEED_KIND = "folder", "feed"
MIN_OVERDUE_SECONDS = {FOLDER_KIND: 900, FEED_KIND: 86_400}
"""Seconds that must pass at least before something counts as overdue, by its kind."""
_MIN_OVERDUE_INTERVALS = 3
"""It must also be this many times the usual time between two readings."""
_SAME_READING_SECONDS = 60
"""Readings within this many seconds count as one."""


@dataclass(frozen=True, slots=True)
class Look:
    """A folder or feed that is read again and again.

    Attributes:
        kind: "folder" or "feed".
        what: the full path or address.
        at: when it was last read, UTC, ISO 8601.
        every: seconds that usually pass between two readings; 0 if it was read only once.
    """

    kind: str
    what: str
    at: str
    every: float = 0.0

    @property
    def name(self) -> str:
        """The name to show to readers, without the path of a folder or a password in an address."""
        if self.kind == FOLDER_KIND:
            return PurePath(self.what).name or self.what
        parts = urlsplit(self.what)
        return f"{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")

    def age(self, now: datetime) -> float:
        """The seconds since the last reading."""
        return (now - datetime.fromisoformat(self.at)).total_seconds()

    def is_overdue(self, now: datetime) -> bool:
        """Whether it should have been read again long ago."""
        return bool(self.every) and self.age(now) > max(
            MIN_OVERDUE_SECONDS[self.kind], _MIN_OVERDUE_INTERVALS * self.every
        )


def note(
    index: str | Path, kind: str, what: str, every: float = 0.0, now: datetime | None = None
) -> None:
    """Records that something was read now. If ``every`` is 0, the time since the last reading is
    taken for it.

    If the record cannot be written, it is lost: this never stops the work that it is about.
    """
    now = now or datetime.now(UTC)
    known = {(one.kind, one.what): one for one in looks(index)}
    if not every and (before := known.get((kind, what))):
        passed = before.age(now)
        every = passed if passed > _SAME_READING_SECONDS else before.every
    known[kind, what] = Look(kind, what, now.isoformat(timespec="seconds"), round(every, 1))
    _write(index, tuple(known.values()))


def looked_again(index: str | Path, paths: Iterable[Path]) -> None:
    """Records that something other than ``yinju watch`` read folders just now. Only folders that
    are already recorded count.
    """
    read = {os.path.abspath(path) for path in paths}
    for one in looks(index):
        if one.kind == FOLDER_KIND and one.what in read:
            note(index, FOLDER_KIND, one.what, one.every)


def forget(index: str | Path, kind: str, what: str) -> None:
    """Removes the record of something that is no longer to be read, so it never counts as
    overdue.
    """
    known = looks(index)
    remaining = tuple(one for one in known if (one.kind, one.what) != (kind, what))
    if remaining != known:
        _write(index, remaining)


def looks(index: str | Path) -> tuple[Look, ...]:
    """All records of an index; none if the file is missing or cannot be read."""
    try:
        rows = json.loads((Path(index) / LOOKS_FILE).read_text("utf-8"))
        found = tuple(Look(**row) for row in rows)
        now = datetime.now(UTC)
        return tuple(
            one for one in found if one.kind in MIN_OVERDUE_SECONDS and one.age(now) is not None
        )
    except (OSError, ValueError, TypeError):
        return ()


def overdue(index: str | Path, now: datetime | None = None) -> tuple[Look, ...]:
    """The records of what should have been read again long ago, the oldest first."""
    now = now or datetime.now(UTC)
    late = [one for one in looks(index) if one.is_overdue(now)]
    return tuple(sorted(late, key=lambda one: one.at))


def _write(index: str | Path, known: tuple[Look, ...]) -> None:
    from rag.errors import StorageError
    from rag.index.disk import write_atomic

    rows = json.dumps([dataclasses.asdict(one) for one in known], ensure_ascii=False, indent=1)
    with contextlib.suppress(OSError, StorageError):
        write_atomic(Path(index) / LOOKS_FILE, rows + "\n")
