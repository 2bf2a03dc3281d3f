"""An index that follows its corpus: an update after every change of the files, until it is told to
stop.
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
from rag.looks import FOLDER, forget, note

if TYPE_CHECKING:
    from rag.index import BuildReport
    from rag.index.report import Progress

QUIET_MS = 500  # without a change, before an update
AT_MOST_MS = 10_000  # of changes one after the other, before an update all the same
NOTE_SECONDS = 60.0  # between two notes that the folder was read
LOOK_MS = 2_000  # between looks whether a folder that was removed is there again, or the index free


def watch(
    index: str | Path = "index",
    corpus: Sequence[str | Path] | None = None,
    model: str | None = None,
    max_removed: float = 0.2,
    progress: Progress | None = None,
    poll: bool = False,
    stop: threading.Event | None = None,
) -> Iterator[BuildReport | YinjuError | None]:
    """Updates an index, or builds it where there is none, at once and after every change of its
    corpus.

    Args:
        index, corpus, model, max_removed, progress: as for ``Index.update``.
        poll: look at all files now and then, where a network drive does not tell its changes.
        stop: ends the watch when it is set.

    Yields what each update came to: the report; what stopped it (the watch goes on); None where
    nothing had changed. Raises UsageError where the index does not know its corpus.
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
    with extra():
        from watchfiles import watch as changes

    due, noted = True, -math.inf
    while not stop.is_set():
        there = [path for path in paths if path.exists()]
        seen = _identity(paths)
        if not there:
            # Nothing to watch: a drive that is not mounted, a folder that is being replaced.
            if due:
                yield _tried(update)
            due = not stop.wait(LOOK_MS / 1000) and _identity(paths) != seen
            continue
        watched = changes(
            *there,
            watch_filter=_Visible(paths),
            step=QUIET_MS,
            debounce=AT_MOST_MS,
            stop_event=stop,
            rust_timeout=LOOK_MS,
            yield_on_timeout=True,
            force_polling=poll or None,
        )
        well = False
        for number, found in enumerate(_first(watched)):
            # The second time the watch has begun: what changed during the first update shows.
            if due or found or number == 1:
                result = _tried(update)
                due = isinstance(result, IndexBusy)
                well = not isinstance(result, YinjuError)
                yield result
            # While nothing changes, too: the watch is at it.
            if well and time.monotonic() - noted > NOTE_SECONDS:
                noted = time.monotonic()
                for path in paths:
                    note(index, FOLDER, os.path.abspath(path), NOTE_SECONDS)
            if _identity(paths) != seen:
                break
        due = True


def _forget(index: str | Path, paths: Sequence[Path]) -> None:
    """A watch that is ended on purpose is missed by nobody."""
    for path in paths:
        forget(index, FOLDER, os.path.abspath(path))


def _first(watched: Iterator[set]) -> Iterator[set]:
    yield set()
    try:
        yield from watched
    except FileNotFoundError:
        time.sleep(LOOK_MS / 1000)  # what was there a moment ago is gone again
    except OSError as error:
        raise StorageError(
            f"expected the system to tell of changes, but it does not ({error}): look for them with"
            " --poll"
        ) from error


def _tried(update: Callable[[], BuildReport | None]) -> BuildReport | YinjuError | None:
    try:
        return update()
    except YinjuError as error:
        return error
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        return YinjuError(f"{named}{error.strerror or error}")


def _identity(paths: Sequence[Path]) -> list[tuple[int, int] | None]:
    """Which folders and files stand under these names now."""
    found: list[tuple[int, int] | None] = [None] * len(paths)
    for at, path in enumerate(paths):
        with contextlib.suppress(OSError):
            status = os.stat(path)
            found[at] = status.st_dev, status.st_ino
    return found


class _Visible:
    """Changes of files that are read: not of hidden ones."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._roots = [*map(os.path.realpath, paths), *map(os.path.abspath, paths)]

    def __call__(self, change: object, path: str) -> bool:
        below = next((path[len(root) :] for root in self._roots if path.startswith(root)), path)
        return not any(part.startswith(".") for part in Path(below.lstrip(os.sep)).parts)
