"""Which version of an index is live: one writer, one atomic switch, and a way back.

An index folder holds ``CURRENT`` (the name of the live version and a line break) and
``versions/<name>/``. A name is the UTC time of the build and the digest of its manifest, so names
sort by age. What a dead writer left behind (``.building-*``) is removed by the next one.
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
from rag.index.disk import storage_errors, sync_folder, write_atomic
from rag.index.manifest import (
    FILE_NAME,
    REBUILD,
    RECOVER,
    Manifest,
    check_files,
    manifest_digest,
    read_manifest,
)

try:
    import fcntl
except ImportError:  # Windows: a file that a reader holds open cannot be removed there anyway.
    fcntl = None  # type: ignore[assignment]

CURRENT = "CURRENT"
VERSIONS = "versions"
KEEP = 2
_BUILDING = ".building-"
_NAME = re.compile(r"\d{8}T\d{9}Z-[0-9a-f]{12}")
_STAMP = "%Y%m%dT%H%M%S%f"


def names(path: Path) -> list[str]:
    """Names of the complete versions, oldest first."""
    try:
        found = [one.name for one in (path / VERSIONS).iterdir() if one.is_dir()]
    except OSError:
        return []
    return sorted(filter(_NAME.fullmatch, found))


def current(path: str | Path) -> str:
    """Name of the live version.

    Raises:
        IndexMissing: there is no index here.
        IndexCorrupt: ``CURRENT`` is damaged, or names a version that is not there.
    """
    path = Path(path)
    build = f"build one with `yinju build --corpus … --index {path}`"
    mend = f"`yinju rollback --index {path}`"
    try:
        content = (path / CURRENT).read_bytes()
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
    if is_name and (path / VERSIONS / name).is_dir():
        return name
    # A build may have switched and removed the version since the file was read: then it says
    # another now.
    with contextlib.suppress(OSError):
        if (path / CURRENT).read_bytes() != content:
            return current(path)
    raise IndexCorrupt(
        f"expected {path / CURRENT} to name a version of the index, but it says {name[:60]!r}:"
        f" go back to the newest whole version with {mend}, or {REBUILD.format(index=path)}"
    )


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Holds the lock that admits one writer; it is released by the system when the writer dies.

    Raises:
        IndexBusy: another writer holds it.
        StorageError: the folder cannot be made or written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path / ".lock", timeout=0)
    with storage_errors(path):
        try:
            (path / VERSIONS).mkdir(parents=True, exist_ok=True)
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
    """An empty folder to build in, after removing those of dead writers; what is not committed when
    the block ends is removed. Needs the lock.
    """
    with storage_errors(path):
        for stale in leftovers(path):
            shutil.rmtree(stale) if stale.is_dir() else stale.unlink()
        folder = path / f"{_BUILDING}{os.getpid()}-{time.time_ns()}"
        folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def leftovers(path: Path) -> list[Path]:
    """What dead writers left behind. Needs the lock, or it may be a living one's."""
    return [*path.glob(f"{_BUILDING}*"), *path.glob(f".{CURRENT}.*.new")]


def next_stamp(path: Path) -> datetime:
    """UTC time for a new version, to the millisecond, later than every version that is there."""
    now = datetime.now(UTC)
    if existing := names(path):
        newest = datetime.strptime(existing[-1].partition("Z-")[0], _STAMP).replace(tzinfo=UTC)
        now = max(now, newest + timedelta(milliseconds=1))
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def version_name(stamp: datetime, manifest_text: str) -> str:
    """Name of the version with this time and manifest."""
    return f"{stamp.strftime(_STAMP)[:-3]}Z-{manifest_digest(manifest_text)}"


def commit(path: Path, built: Path, name: str, keep: int = KEEP) -> None:
    """Makes a finished, synced folder the live version, and removes versions beyond ``keep``. Needs
    the lock.

    The version that was live stays, whatever else is there, so that a rollback leads to it.
    """
    try:
        before = current(path)
    except YinjuError:
        before = ""
    with storage_errors(path):
        os.rename(built, path / VERSIONS / name)
        sync_folder(path / VERSIONS)
        write_atomic(path / CURRENT, name + "\n")
    kept = [name, *([before] if before else [])]
    kept += [other for other in reversed(names(path)) if other not in kept]
    for old in kept[max(keep, 1) :]:
        remove_version(path / VERSIONS / old)


def remove_version(folder: Path) -> bool:
    """Removes a version unless a reader holds it open; then a later build gets to it. Needs the
    lock. True where it is gone.
    """
    with contextlib.suppress(OSError), held(folder, exclusive=True) as free:
        if free:
            # Renamed first: half a version must never stand under a version's name.
            doomed = folder.parent.parent / f"{_BUILDING}{os.getpid()}-removed-{folder.name}"
            os.rename(folder, doomed)
            shutil.rmtree(doomed)
    return not folder.exists()


@contextlib.contextmanager
def held(folder: Path, exclusive: bool = False) -> Iterator[bool]:
    """Marks a version as in use, until the block ends or the process dies.

    Args:
        folder: the version's folder.
        exclusive: ask to be the only one.

    Returns:
        In the ``with`` statement: False where others stand in the way.

    Raises:
        OSError: there is no such version.
    """
    if fcntl is None:
        yield True
        return
    descriptor = os.open(folder / FILE_NAME, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError:  # Held by another, or a file system without locks.
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def rollback(path: str | Path) -> str:
    """Makes the version before the live one live again; a later build is not affected.

    Where ``CURRENT`` is damaged, the newest whole version becomes live. Every file is checked
    first.

    Returns:
        Name of the version that is live now.

    Raises:
        IndexMissing: there is no earlier version.
        IndexCorrupt: the earlier versions are damaged, too.
        IndexBusy, StorageError: the folder cannot be written now, or at all.
    """
    path = Path(path)
    existing = names(path)
    if not existing:
        raise IndexMissing(f"expected an index at {path}, but there is none: nothing to go back to")
    with writing(path):
        try:
            live = current(path)
        except YinjuError:
            live = "~"  # Sorts behind every name.
        earlier = [name for name in reversed(names(path)) if name < live]
        if not earlier:
            raise IndexMissing(
                f"expected a version before {live} in {path}, but it is the oldest:"
                f" {REBUILD.format(index=path)}"
            )
        problems = []
        for name in earlier:
            try:
                for folder, manifest in whole(path / VERSIONS / name):
                    check_files(folder, manifest)
            except YinjuError as error:
                problems.append(error)
                continue
            with storage_errors(path):
                write_atomic(path / CURRENT, name + "\n")
            return name
    raise problems[0]


def whole(folder: Path) -> Iterator[tuple[Path, Manifest]]:
    """The folders of a version and of its shards, each with its manifest."""
    manifest = read_manifest(folder)
    yield folder, manifest
    for shard in manifest.folders(folder):
        yield shard, read_manifest(shard)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Raises what the operating system says of a failed read as an IndexCorrupt or StorageError."""
    try:
        yield
    except FileNotFoundError as error:
        recover = RECOVER.format(index=path)
        raise IndexCorrupt(
            f"expected the file {error.filename}, but it is missing: {recover}"
        ) from error
    except OSError as error:
        raise StorageError(
            f"expected to read the index at {path}, but reading failed ({error})"
        ) from error
