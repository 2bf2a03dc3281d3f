"""Lists the files of a corpus in a fixed order, and says which of them are not read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.corpus.article import Skipped

_LEADS_OUT = "a symbolic link that leads nowhere or out of the corpus folder; copy the file itself"
# it tells people how to add articles; ignored only at the top of a corpus folder
_README = "readme.md"


def files_of(paths: Sequence[Path]) -> Iterator[tuple[Path, Path, int] | Skipped]:
    """All regular files at and below some paths, each file once.

    Yields (file, folder that its id is relative to, bytes), or :class:`Skipped` with the reason.
    """
    seen: dict[tuple[int, int], str] = {}
    for path in paths:
        root, items = _files(path)
        for item in items:
            if isinstance(item, Skipped):
                yield item
                continue
            try:
                status = item.stat()
            except OSError as error:
                yield Skipped(shown(item), reason(error))
                continue
            if not stat.S_ISREG(status.st_mode):
                why = "expected a regular file, found a device, pipe or socket"
                yield Skipped(shown(item), why)
                continue
            same = (status.st_dev, status.st_ino)
            if status.st_ino and same in seen:  # some file systems have no inode numbers
                yield Skipped(shown(item), f"the same file as {seen[same]}, which is read already")
                continue
            seen[same] = shown(item)
            yield item, root, status.st_size


def _files(path: Path) -> tuple[Path, list[Path | Skipped]]:
    """The folder that ids are relative to, and what is in it: files, or why one is skipped."""
    if not path.is_dir():
        return path.parent, [path]
    found: list[tuple[tuple[str, ...], Path | Skipped]] = []

    def note(at: Path, item: Path | Skipped) -> None:
        found.append((at.relative_to(path).parts, item))

    def failed(error: OSError) -> None:
        at = Path(error.filename) if error.filename else path
        note(at, Skipped(shown(at), reason(error)))

    inside = path.resolve()
    for folder, names, files in os.walk(path, onerror=failed):
        names[:] = [name for name in names if not name.startswith(".")]
        here = Path(folder)
        for name in names + files:
            at = here / name
            if name.startswith(".") or (here == path and name.lower() == _README):
                continue
            if at.is_symlink():
                if not _leads_inside(at, inside):
                    note(at, Skipped(shown(at), _LEADS_OUT))
                elif not at.is_dir():
                    note(at, at)
            elif name in files:
                note(at, at)
    return path, [item for _, item in sorted(found, key=lambda pair: pair[0])]


def _leads_inside(link: Path, folder: Path) -> bool:
    """Whether a symbolic link leads to something that exists inside a folder."""
    try:
        return link.resolve(strict=True).is_relative_to(folder)
    except (OSError, RuntimeError):
        return False


def shown(path: Path) -> str:
    """The path as reports name it."""
    return encodable(os.fspath(path))


def encodable(text: str) -> str:
    """The text with U+FFFD for every lone surrogate, which no file could store."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def reason(error: Exception) -> str:
    """What the operating system said, worded so that a person knows what to do."""
    if isinstance(error, PermissionError):
        return "cannot be read: permission denied; allow reading it"
    if isinstance(error, FileNotFoundError):
        return "cannot be read: it vanished, or is a link to nothing"
    return f"cannot be read: {getattr(error, 'strerror', None) or error}"
