"""``yinju watch``: an index that follows its corpus."""

from __future__ import annotations

import signal
import threading
from datetime import datetime

import click

from rag import options
from rag.commands.report import MAX_REMOVED, skipped_before, summary
from rag.errors import YinjuError
from rag.terminal import Progress, printable, put, put_json, put_skipped
from rag.watch import watch as watched


@options.command(
    options.corpus("Folder or file of articles.  [default: what the index was built from]"),
    options.index,
    options.model,
    click.option(
        "--poll",
        is_flag=True,
        help="Look at all files now and then, where a network drive does not tell its changes.",
    ),
    options.yes("Follow the corpus even where more than a fifth of the articles are gone at once."),
    options.json,
)
def watch(
    corpus: tuple[str, ...], path: str, model: str | None, poll: bool, yes: bool, as_json: bool
) -> None:
    """Update the index whenever its articles change, until Ctrl-C.

    A line is written for each update, with --json an object. What stops an update is told, and the
    watch goes on. A server that serves the index switches to each new version by itself.
    """
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    known, before = skipped_before(path), ""
    with Progress() as progress:
        most = 1.0 if yes else MAX_REMOVED
        for result in watched(path, corpus or None, model, most, progress, poll, stop):
            progress.close()
            now = datetime.now()
            stamp = now.astimezone().isoformat(timespec="seconds")
            if isinstance(result, YinjuError):
                if (message := " ".join(str(result).split())) == before:
                    continue
                before = message
                if as_json:
                    put_json({"index": path, "time": stamp, "error": message})
                else:
                    put(printable(f"{now:%H:%M:%S} yinju: {message}"), error=True)
            elif result is not None:
                before = ""
                put_skipped(one for one in result.skipped if one not in known)
                known = frozenset(result.skipped)
                if as_json:
                    put_json({"index": path, "time": stamp, **result.to_dict()})
                else:
                    put(f"{now:%H:%M:%S} {path}: {summary(result)}")
