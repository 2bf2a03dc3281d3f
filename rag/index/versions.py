"""Manages the versions of an index: one writer at a time, one atomic switch, and a way back.

An index folder holds ``CURRENT`` (the name of the live version and a line break) and
``versions/<name>/``. A name is the UTC time of the build and the digest of its manifest, so names
sort by age. The next writer removes what a killed one left behind (``.building-*``).
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rag.errors import IndexBusy, IndexCorrupt, IndexMissing, StorageError, YinjuError
from rag.index.disk import storage_errors, sync, write_atomic
from rag.index.manifest import (
    MANIFEST_FILE,
    REBUILD_ADVICE,
    RECOVERY_ADVICE,
    Manifest,
    check_files,
    manifest_digest,
    read_manifest,
)

try:
    import fcntl
except ImportError:  # Windows: a file that a reader holds open cannot be removed there anyway.
    fcntl = None  # type: ignore[assignment]

_CURRENT_FILE = "CURRENT"
VERSIONS_FOLDER = "versions"
VERSIONS_KEPT = 2
_BUILDING = ".building-"
_NAME = re.compile(r"\d{8}T\d{9}Z-[0-9a-f]{12}")
_STAMP = "%Y%m%dT%H%M%S%f"


def names(path: Path) -> list[str]:
    """The names of the complete versions, oldest first."""
    try:
        found = [one.name for one in (path / VERSIONS_FOLDER).iterdir() if one.is_dir()]
    except OSError:
        return []
    return sorted(filter(_NAME.fullmatch, found))


def current(path: str | Path) -> str:
    """The name of the live version.

    Raises:
        IndexMissing: there is no index here.
        IndexCorrupt: ``CURRENT`` is damaged, or names a version that is not there.
    """
    path = Path(path)
    build = f"build one with `yinju build --corpus … --index {path}`"
    mend = f"`yinju rollback --index {path}`"
    try:
        content = (path / _CURRENT_FILE).read_bytes()
    except OSError as error:
        seen = f"it cannot be read ({error.strerror})"
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            seen = "there is none"
            if names(path):
                seen = "its file CURRENT is missing"
                build = f"make the newest whole version live with {mend}, or {build}"
        raise IndexMissing(f"expected an index at {path}, but {seen}: {build}") from error
    name = content.decode("ascii", "replace").removesuffix("\n")
    is_name = content.endswith(b"\n") and _NAME.fullmatch(name)
    if is_name and (path / VERSIONS_FOLDER / name).is_dir():
        return name
    # Since the file was read, a build may have switched to another version and removed this one:
    # then the file names another version now.
    with contextlib.suppress(OSError):
        if (path / _CURRENT_FILE).read_bytes() != content:
            return current(path)
    raise IndexCorrupt(
        f"expected {path / _CURRENT_FILE} to name a version of the index, but it says"
        f" {name[:60]!r}: go back to the newest whole version with {mend}, or"
        f" {REBUILD_ADVICE.format(index=path)}"
    )


def live_folder(path: str | Path) -> Path:
    """The folder of the live version. Raises as :func:`current`."""
    return Path(path) / VERSIONS_FOLDER / current(path)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Holds the lock that admits one writer; if the writer dies, the system releases it.

    Raises:
        IndexBusy: another writer holds it.
        StorageError: the folder cannot be made or written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path / ".lock", timeout=0)
    with storage_errors(path):
        try:
            (path / VERSIONS_FOLDER).mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            raise IndexBusy(
                f"expected to be the only writer of {path}, but another process is writing it: wait"
                " until it has ended"
            ) from error
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def building_folder(path: Path) -> Iterator[Path]:
    """An empty folder to build in; it is removed when the block ends, unless it was committed.
    Folders that killed writers left are removed first. The caller must hold the lock.
    """
    with storage_errors(path):
        remove_leftovers(path)
        folder = path / f"{_BUILDING}{os.getpid()}-{time.time_ns()}"
        folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(path: Path) -> list[str]:
    """Removes the folders and files that killed writers left behind, and returns their names. The
    caller must hold the lock; otherwise they may belong to a writer at work.
    """
    left = [*path.glob(f"{_BUILDING}*"), *path.glob(f".{_CURRENT_FILE}.*.new")]
    for one in left:
        shutil.rmtree(one) if one.is_dir() else one.unlink()
    return [one.name for one in left]


def next_stamp(path: Path) -> datetime:
    """The UTC time for a new version, in whole milliseconds, later than that of every other one."""
    now = datetime.now(UTC)
    if existing := names(path):
        newest = datetime.strptime(existing[-1].partition("Z-")[0], _STAMP).replace(tzinfo=UTC)
        now = max(now, newest + timedelta(milliseconds=1))
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def version_name(stamp: datetime, manifest_text: str) -> str:
    """The name of the version with this time and manifest."""
    return f"{stamp.strftime(_STAMP)[:-3]}Z-{manifest_digest(manifest_text)}"


def commit(path: Path, built: Path, name: str, keep: int = VERSIONS_KEPT) -> None:
    """Makes a finished, synced folder the live version, and removes old versions so that ``keep``
    are left. The caller must hold the lock.

    Of the old versions the one that was live is kept first, so that a rollback leads to it.
    """
    try:
        before = current(path)
    except YinjuError:
        before = ""
    with storage_errors(path):
        os.rename(built, path / VERSIONS_FOLDER / name)
        sync(path / VERSIONS_FOLDER)
        write_atomic(path / _CURRENT_FILE, name + "\n")
    by_priority = [name, *([before] if before else [])]
    by_priority += [other for other in reversed(names(path)) if other not in by_priority]
    for old in by_priority[max(keep, 1) :]:
        remove_version(path / VERSIONS_FOLDER / old)


def remove_version(folder: Path) -> bool:
    """Removes a version unless a reader holds it open; a later build then removes it. The caller
    must hold the lock. Returns whether the version is gone.
    """
    with contextlib.suppress(OSError), held(folder, exclusive=True) as free:
        if free:
            # Renamed first, because half a version must never stand under a version's name.
            doomed = folder.parent.parent / f"{_BUILDING}{os.getpid()}-removed-{folder.name}"
            os.rename(folder, doomed)
            shutil.rmtree(doomed)
    return not folder.exists()


@contextlib.contextmanager
def held(folder: Path, exclusive: bool = False) -> Iterator[bool]:
    """Marks a version as in use, until the block ends or the process dies.

    Args:
        folder: the version's folder.
        exclusive: whether to ask for being the only user of the version, to remove it.

    Returns:
        In the ``with`` statement: whether the version could be marked; False if other users hold it
        in a way that excludes this one.

    Raises:
        OSError: there is no such version.
    """
    if fcntl is None:
        yield True
        return
    descriptor = os.open(folder / MANIFEST_FILE, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError:  # held by another user, or on a file system without locks
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def rollback(path: str | Path) -> str:
    """Makes the version before the live one live again; the versions after it stay in the folder.

    Every file of it is checked first; if it is damaged, the one before it is tried. Where
    ``CURRENT`` is damaged, the newest undamaged version becomes live.

    Returns:
        The name of the version that is live now.

    Raises:
        IndexMissing: there is no earlier version.
        IndexCorrupt: all earlier versions are damaged.
        IndexBusy, StorageError: another process is writing the folder, or it cannot be written.
    """
    path = Path(path)
    existing = names(path)
    if not existing:
        raise IndexMissing(f"expected an index at {path}, but there is none: nothing to go back to")
    with writing(path):
        try:
            live = current(path)
        except YinjuError:
            live = "~"  # sorts behind every name
        earlier = [name for name in reversed(names(path)) if name < live]
        if not earlier:
            raise IndexMissing(
                f"expected a version before {live} in {path}, but it is the oldest:"
                f" {REBUILD_ADVICE.format(index=path)}"
            )
        problems = []
        for name in earlier:
            try:
                for folder, manifest in whole(path / VERSIONS_FOLDER / name):
                    check_files(folder, manifest)
            except YinjuError as error:
                problems.append(error)
                continue
            with storage_errors(path):
                write_atomic(path / _CURRENT_FILE, name + "\n")
            return name
    raise problems[0]


def whole(folder: Path) -> Iterator[tuple[Path, Manifest]]:
    """The folder of a version, then those of its shards, each with its manifest."""
    manifest = read_manifest(folder)
    yield folder, manifest
    for shard in manifest.folders(folder):
        yield shard, read_manifest(shard)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns the error that the operating system raises for a failed read into an IndexCorrupt or a
    StorageError.
    """
    try:
        yield
    except FileNotFoundError as error:
        recover = RECOVERY_ADVICE.format(index=path)
        raise IndexCorrupt(
            f"expected the file {error.filename}, but it is missing: {recover}"
        ) from error
    except OSError as error:
        raise StorageError(
            f"expected to read the index at {path}, but reading failed ({error})"
        ) from error
