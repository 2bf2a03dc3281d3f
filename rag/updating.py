"""Bringing an index up to date in a process of its own, so that answers do not wait for it.

``python -m rag.updating INDEX CORPUS`` tells on its standard output, line by line in JSON, how far
it is, and last {"version": ...} or {"error": ..., "kind": ...}.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from rag import child, errors
from rag.errors import YinjuError

NICE = 10


class Updating:
    """One update of an index with its corpus and a folder that belongs to it."""

    def __init__(self, index: str | Path, folder: str | Path) -> None:
        self._process = child.start(
            "rag.updating", index, folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )

    def run(self, progress: Callable[[int, int | None, str], None]) -> str:
        """Wait for its end; returns the version that is live then.

        Raises what ``Index.update`` raises, and YinjuError where the process ended before its work.
        """
        told: dict = {}
        with self._process as process:
            for line in process.stdout or ():
                told = json.loads(line)
                if "progress" in told:
                    progress(*told["progress"])
        if "version" in told:
            return told["version"]
        if "error" in told:
            raise getattr(errors, told["kind"], YinjuError)(told["error"])
        raise YinjuError(
            "the articles are in the corpus folder, but indexing them was stopped: yinju update"
            " goes on with it"
        )

    def stop(self) -> None:
        """End it; the index stays as it was."""
        self._process.terminate()


def main(index: str, corpus: str) -> None:
    """Update an index, and tell so."""
    from rag.adding import all_corpora, bring_up, corpus_folder
    from rag.index.versions import current

    if hasattr(os, "nice"):
        os.nice(NICE)  # who asks goes first

    def tell(**row) -> None:
        # Where nobody listens any more this fails, and ends the update.
        sys.stdout.buffer.write(json.dumps(row).encode() + b"\n")
        sys.stdout.buffer.flush()

    try:
        paths = all_corpora(index, corpus_folder(index, corpus))
        bring_up(
            index, paths, progress=lambda done, total, phase: tell(progress=[done, total, phase])
        )
        tell(version=current(index))
    except YinjuError as error:
        tell(error=str(error), kind=type(error).__name__)


if __name__ == "__main__":
    main(*sys.argv[1:])
