"""Keeps an index up to date with its corpus: updates it after every change of the files, until it
is told to stop.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.adding import bring_up, corpora
from rag.errors import IndexBusy, StorageError, UsageError, YinjuError
from rag.extras import extra
from rag.looks import FOLDER_KIND, forget, note

if TYPE_CHECKING:
    from rag.index import BuildReport
    from rag.index.report import Progress

QUIET_MS = 500  # time without a change that must pass before an update
MAX_DEBOUNCE_MS = 10_000  # time of continuous changes after which an update is made all the same
NOTE_SECONDS = 60.0  # between two records that the folder was read
LOOK_MS = 2_000  # between two looks whether a removed folder is back, or a busy index is free


def watch(
    index: str | Path = "index",
    corpus: Sequence[str | Path] | None = None,
    model: str | None = None,
    max_removed: float = 0.2,
    progress: Progress | None = None,
    poll: bool = False,
    stop: threading.Event | None = None,
) -> Iterator[BuildReport | YinjuError | None]:
    """Updates an index, or builds it if there is none, at once and after every change of its
    corpus.

    Args:
        index, corpus, model, max_removed, progress: as for ``Index.update``.
        poll: look at all files now and then, for network drives that do not report changes.
        stop: ends the watch when it is set.

    Yields the outcome of each update: its report; the error that stopped it (the watch goes on); or
    None if nothing had changed. Raises UsageError if the index does not know its corpus.
    """
    paths = [Path(path) for path in corpus or corpora(index)]
    if not paths:
        raise UsageError(
            f"expected {index} to know which articles it was built from, but it does not: name them"
            " (--corpus DIR)"
        )
    stop = stop or threading.Event()
    try:
        update = functools.partial(bring_up, index, paths, model, progress, max_removed)
        yield from _watched(index, paths, update, poll, stop)
    except (KeyboardInterrupt, GeneratorExit):
        _forget(index, paths)
        raise
    _forget(index, paths)


def _watched(
    index: str | Path,
    paths: list[Path],
    update: Callable[[], BuildReport | None],
    poll: bool,
    stop: threading.Event,
) -> Iterator[BuildReport | YinjuError | None]:
    """Does :func:`watch` until ``stop`` is set. It watches anew whenever one of the paths appears,
    goes away or is replaced.
    """
    with extra():
        from watchfiles import watch as changes

    due, noted = True, -math.inf
    while not stop.is_set():
        there = [path for path in paths if path.exists()]
        seen = _identity(paths)
        if not there:
            # Nothing to watch: perhaps a drive is not mounted, or a folder is being replaced.
            if due:
                yield _tried(update)
            due = not stop.wait(LOOK_MS / 1000) and _identity(paths) != seen
            continue
        watched = changes(
            *there,
            watch_filter=_Visible(paths),
            step=QUIET_MS,
            debounce=MAX_DEBOUNCE_MS,
            stop_event=stop,
            rust_timeout=LOOK_MS,
            yield_on_timeout=True,
            force_polling=poll or None,
        )
        well = False
        for number, found in enumerate(_first(watched)):
            # Updates in the second step, too: only then has the watch begun, and files may have
            # changed during the first update.
            if due or found or number == 1:
                result = _tried(update)
                due = isinstance(result, IndexBusy)
                well = not isinstance(result, YinjuError)
                yield result
            # Also while nothing changes, since the watch still follows the folder.
            if well and time.monotonic() - noted > NOTE_SECONDS:
                noted = time.monotonic()
                for path in paths:
                    note(index, FOLDER_KIND, os.path.abspath(path), NOTE_SECONDS)
            if _identity(paths) != seen:
                break
        due = True


def _forget(index: str | Path, paths: Sequence[Path]) -> None:
    """Removes the records of a watch that was ended on purpose, so it does not count as overdue."""
    for path in paths:
        forget(index, FOLDER_KIND, os.path.abspath(path))


def _first(watched: Iterator[set]) -> Iterator[set]:
    """Yields an empty set for the first update, then the sets of changes.

    Raises StorageError if the system cannot watch the files.
    """
    yield set()
    try:
        yield from watched
    except FileNotFoundError:
        time.sleep(LOOK_MS / 1000)  # a folder that was there a moment ago is gone again
    except OSError as error:
        raise StorageError(
            f"expected the system to tell of changes, but it does not ({error}): look for them with"
            " --poll"
        ) from error


def _tried(update: Callable[[], BuildReport | None]) -> BuildReport | YinjuError | None:
    """Makes an update, and returns its report or its error."""
    try:
        return update()
    except YinjuError as error:
        return error
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        return YinjuError(f"{named}{error.strerror or error}")


def _identity(paths: Sequence[Path]) -> list[tuple[int, int] | None]:
    """The device and inode of each path, which show whether another folder took its place; None for
    a path that does not exist.
    """
    found: list[tuple[int, int] | None] = [None] * len(paths)
    for at, path in enumerate(paths):
        with contextlib.suppress(OSError):
            status = os.stat(path)
            found[at] = status.st_dev, status.st_ino
    return found


class _Visible:
    """The filter of changes: passes over those of hidden files and folders, which are not read."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._roots = [*map(os.path.realpath, paths), *map(os.path.abspath, paths)]

    def __call__(self, change: object, path: str) -> bool:
        below = next((path[len(root) :] for root in self._roots if path.startswith(root)), path)
        return not any(part.startswith(".") for part in Path(below.lstrip(os.sep)).parts)
