"""When the folders that ``yinju watch`` follows, and the feeds that are added again and again, were
last read: so that whoever asks is told where an index has stopped following them.
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

FILE = "looks.json"
"""Its name in the index folder; no build and no rollback touches it."""
FOLDER, FEED = "folder", "feed"
AT_LEAST = {FOLDER: 900, FEED: 86_400}
"""Seconds that may always pass until something counts as overdue."""
TIMES = 3
"""And so many times the time that usually passes."""
SAME_SECONDS = 60
"""Readings within this time are one."""


@dataclass(frozen=True, slots=True)
class Look:
    """Something that is read again and again.

    Attributes:
        kind: "folder" or "feed".
        what: the path or address, in full.
        at: when it was last read, UTC, ISO 8601.
        every: seconds that usually pass between two readings; 0 for what was read once.
    """

    kind: str
    what: str
    at: str
    every: float = 0.0

    @property
    def name(self) -> str:
        """What readers are told, who need not know where a folder lies, or a password."""
        if self.kind == FOLDER:
            return PurePath(self.what).name or self.what
        parts = urlsplit(self.what)
        return f"{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")

    def age(self, now: datetime) -> float:
        """Seconds since."""
        return (now - datetime.fromisoformat(self.at)).total_seconds()

    def is_overdue(self, now: datetime) -> bool:
        """Whether it should have been read again long ago."""
        return bool(self.every) and self.age(now) > max(AT_LEAST[self.kind], TIMES * self.every)


def note(
    index: str | Path, kind: str, what: str, every: float = 0.0, now: datetime | None = None
) -> None:
    """Keeps that something was read now. ``every`` is 0 where the time since the last reading
    tells.

    What cannot be written is not kept: this never stops the work that it is about.
    """
    now = now or datetime.now(UTC)
    known = {(one.kind, one.what): one for one in looks(index)}
    if not every and (before := known.get((kind, what))):
        passed = before.age(now)
        every = passed if passed > SAME_SECONDS else before.every
    known[kind, what] = Look(kind, what, now.isoformat(timespec="seconds"), round(every, 1))
    _write(index, tuple(known.values()))


def looked_again(index: str | Path, paths: Iterable[Path]) -> None:
    """Folders were read by somebody else than who follows them; that counts where they are
    followed.
    """
    read = {os.path.abspath(path) for path in paths}
    for one in looks(index):
        if one.kind == FOLDER and one.what in read:
            note(index, FOLDER, one.what, one.every)


def forget(index: str | Path, kind: str, what: str) -> None:
    """Something is no longer read again and again, and nobody shall be told that it is not."""
    known = looks(index)
    kept = tuple(one for one in known if (one.kind, one.what) != (kind, what))
    if kept != known:
        _write(index, kept)


def looks(index: str | Path) -> tuple[Look, ...]:
    """What is read again and again; nothing where nothing legible says so."""
    try:
        rows = json.loads((Path(index) / FILE).read_text("utf-8"))
        found = tuple(Look(**row) for row in rows)
        now = datetime.now(UTC)
        return tuple(one for one in found if one.kind in AT_LEAST and one.age(now) is not None)
    except (OSError, ValueError, TypeError):
        return ()


def overdue(index: str | Path, now: datetime | None = None) -> tuple[Look, ...]:
    """What should have been read again long ago, the longest first."""
    now = now or datetime.now(UTC)
    return tuple(
        sorted((one for one in looks(index) if one.is_overdue(now)), key=lambda one: one.at)
    )


def _write(index: str | Path, known: tuple[Look, ...]) -> None:
    from rag.errors import StorageError
    from rag.index.disk import write_atomic

    rows = json.dumps([dataclasses.asdict(one) for one in known], ensure_ascii=False, indent=1)
    with contextlib.suppress(OSError, StorageError):
        write_atomic(Path(index) / FILE, rows + "\n")
