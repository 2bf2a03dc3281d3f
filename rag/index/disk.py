"""Writes files so that a crash at any moment loses nothing, and explains why a write failed."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from rag.errors import StorageError

_PERMISSION = "permission is denied: change the owner or mode of the folder, or give another"
_FILE = "a file stands where a folder is needed: give another folder"
_ADVICE = {
    errno.ENOSPC: "the disk is full: free some space, or put the index on another disk",
    errno.EDQUOT: "the disk quota is used up: free some space, or put the index elsewhere",
    errno.EFBIG: "a file grew beyond the allowed size: raise the limit (ulimit -f), or index less",
    errno.EROFS: "the file system is read-only: give a writable folder",
    errno.EACCES: _PERMISSION,
    errno.EPERM: _PERMISSION,
    errno.ENOTDIR: _FILE,
    errno.EEXIST: _FILE,
    errno.EIO: "the disk reports an input/output error: check the disk, or put the index elsewhere",
}


@contextlib.contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turns the error that the operating system or FAISS raises for a failed write into a
    StorageError with advice.
    """
    try:
        yield
    except (OSError, RuntimeError) as error:
        # FAISS raises a bare RuntimeError for every failed write; no error of ours is one.
        code: int = getattr(error, "errno", None) or 0
        if not code and re.search(r"\bfull\b|requested and \d+ written", str(error)):
            code = errno.ENOSPC  # so NumPy and FAISS word it when the disk is full
        advice = _ADVICE.get(code, "check the disk and the folder, or give another folder")
        reason = getattr(error, "strerror", None) or (os.strerror(code) if code else str(error))
        raise StorageError(
            f"expected to write the index at {path}, but writing failed"
            f" ({reason.strip().splitlines()[0]}): {advice} (--index DIR). An index that was there"
            " before is unchanged."
        ) from error


def sync(path: Path) -> None:
    """Waits until the content of a file, or the names in a folder, have reached the disk."""
    if os.name == "nt":  # Windows syncs nothing that is only read; NTFS journals names by itself.
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Waits until ``folder``, with every file and folder below it, has reached the disk."""
    for path in [*folder.rglob("*"), folder]:
        sync(path)


def write_atomic(path: Path, content: str) -> None:
    """Replaces the content of a file; after a crash it holds the old or the new, never a mix."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with open(aside, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync(path.parent)


def sha256_of(path: Path) -> str:
    """SHA-256 of the file's bytes, 64 hex digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
