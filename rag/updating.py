"""Updates an index in a separate process, so that answers do not wait for it.

``python -m rag.updating INDEX CORPUS`` writes lines of JSON to standard output: its progress, and
last {"version": ...} or {"error": ..., "kind": ...}.
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

_NICENESS = 10  # lowers the priority of the process below that of the server


class Updating:
    """One update of an index in a process. It reads the files that the index was built from, and a
    corpus folder."""

    def __init__(self, index: str | Path, folder: str | Path) -> None:
        self._process = child.start(
            "rag.updating", index, folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )

    def run(self, progress: Callable[[int, int | None, str], None]) -> str:
        """Waits for the end of the update, and returns the version that is live then.

        Raises what ``Index.update`` raises, and YinjuError if the process ended too early.
        """
        message: dict = {}
        with self._process as process:
            for line in process.stdout or ():
                message = json.loads(line)
                if "progress" in message:
                    progress(*message["progress"])
        if "version" in message:
            return message["version"]
        if "error" in message:
            raise getattr(errors, message["kind"], YinjuError)(message["error"])
        raise YinjuError(
            "the articles are in the corpus folder, but indexing them was stopped: yinju update"
            " goes on with it"
        )

    def stop(self) -> None:
        """Ends the update; the index stays as it was."""
        self._process.terminate()


def main(index: str, corpus: str) -> None:
    """Updates an index, and writes its progress and its result to standard output."""
    from rag.adding import all_corpora, bring_up, corpus_folder
    from rag.index.versions import current

    if hasattr(os, "nice"):
        os.nice(_NICENESS)  # questions go first

    def tell(**row) -> None:
        # If nobody reads the output any more, this fails and so ends the update.
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
