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
        is_folder = path.is_dir()
        root = path if is_folder else path.parent
        for item in list(_below(path, path)) if is_folder else [path]:
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


def _below(folder: Path, top: Path) -> Iterator[Path | Skipped]:
    """The files below a folder, by path, or why one is skipped; ``top`` is the corpus folder."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Skipped(shown(folder), reason(error))
        return
    for entry in entries:
        at = folder / entry.name
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _below(at, top)
        elif folder == top and entry.name.lower() == _README:
            continue
        elif entry.is_symlink() and not _leads_inside(at, top):
            yield Skipped(shown(at), _LEADS_OUT)
        elif not entry.is_dir():
            yield at


def _leads_inside(link: Path, folder: Path) -> bool:
    """Whether a symbolic link leads to something that exists inside a folder."""
    try:
        return link.resolve(strict=True).is_relative_to(folder.resolve())
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
