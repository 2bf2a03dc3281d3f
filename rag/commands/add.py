"""``yinju add``, ``remove`` and ``restore``: articles into and out of the corpus folder of an
index.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import click

from rag import adding, options
from rag.commands.report import (
    MAX_REMOVED,
    counted,
    put_current,
    put_report,
    skipped_before,
)
from rag.corpus.folder import Added, CorpusFolder
from rag.errors import CorpusError, UsageError
from rag.terminal import Progress, printable, put, put_json

_SHOWN = 20
_PATIENCE = 600.0  # seconds for a watch or a server that is updating the same index
_CORPUS = (
    "Folder that the articles are kept in.  [default: the one the index was built from, or corpus]"
)


class Kept(NamedTuple):
    """An index and the folder that its articles are kept in, as the options name them."""

    path: str
    corpus: str | None
    model: str | None

    @property
    def folder(self) -> CorpusFolder:
        return adding.corpus_folder(self.path, self.corpus)


_kept = options.gathered(
    "kept",
    Kept,
    options.index,
    click.option("--corpus", metavar="DIR", help=_CORPUS),
    options.model,
)
_no_update = click.option(
    "--no-update", is_flag=True, help='Leave the index as it is, for "yinju update" later.'
)


@options.command(
    click.argument("sources", nargs=-1, required=True, metavar="PATH|URL..."),
    _kept,
    click.option(
        "--title", default="", help="Of the one article that is added; so are the next four."
    ),
    click.option("--date", default="", metavar="YYYY-MM-DD"),
    click.option("--source", default="", help="Its publisher."),
    click.option("--url", default="", help="Where it is from."),
    click.option("--lang", default="", help="zh or en."),
    click.option(
        "--pages",
        default=100,
        show_default=True,
        type=click.IntRange(1, 10_000),
        help="Pages at most of a feed or sitemap.",
    ),
    options.allow,
    _no_update,
    options.yes(
        "Update the index even if more than a fifth of its articles are gone from the corpus."
    ),
    options.json,
    click.pass_context,
)
def add(
    ctx: click.Context,
    sources: tuple[str, ...],
    kept: Kept,
    pages: int,
    allow: tuple[str, ...],
    no_update: bool,
    yes: bool,
    as_json: bool,
    **metadata: str,
) -> None:
    """Add files, folders and web pages to the articles.

    The index is updated then. A file is copied into the corpus folder as it is; what is there
    already is told and not added twice. "-" reads a text from standard input. A URL may be that of
    an article, of an RSS or Atom feed, or of a sitemap. Only public addresses are fetched from, as
    robots.txt allows.

    \b
    yinju add notice.pdf ~/old-news https://news.example/2024/05/ferry.html
    yinju add - --title "Ferry twice a day" --date 2024-05-03 < note.txt
    """
    from rag.corpus.fetch import Fetcher, Limits

    folder = kept.folder
    if "-" in sources:
        if len(sources) > 1:
            raise UsageError('expected "-" (standard input) alone, got other things to add too')
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
        found: Iterable[Added] = [folder.add_text(text, **metadata)]
    else:
        fetcher = Fetcher(Limits(pages=pages), allow)
        found = adding.add(sources, kept.path, kept.corpus, fetcher, **metadata)
    added = told(found, folder.path, quiet=as_json)
    row = {"corpus": str(folder.path), "articles": [one.to_dict() for one in added]}
    statuses = {one.status for one in added}
    wanted = not statuses.isdisjoint(("added", "replaced")) and not no_update
    _update(kept, wanted, 1.0 if yes else MAX_REMOVED, row if as_json else None)
    if statuses == {"refused"}:
        ctx.exit(CorpusError.exit_code)  # what was wrong with each has been told


def told(found: Iterable[Added], folder: str | Path, quiet: bool) -> list[Added]:
    """Tells what became of things that are added to a folder, each as it comes while they are few,
    and at the end their counts where not all was shown; returns them. With ``quiet`` it only
    returns them.
    """
    from tqdm import tqdm

    done, counts = [], Counter[str]()
    with tqdm(desc="articles", disable=None, leave=False, file=sys.stderr) as bar:
        for one in found:
            done.append(one)
            counts[one.status] += 1
            bar.update()
            if quiet or counts[one.status] > _SHOWN:
                continue
            if refused := one.status == "refused":
                line = f"yinju: refused {one.name}: {one.reason}"
            else:
                line = f"{one.status:<9} {os.path.join(os.path.relpath(folder), one.path)}"
                line += f"  {one.title}" * bool(one.title)
                line += f"  ({one.reason})" * bool(one.reason)
            bar.clear()
            put(printable(line), error=refused)
    if not quiet and any(count > _SHOWN for count in counts.values()):
        put(counted(counts))
    return done


@options.command(
    click.argument("names", nargs=-1, required=True, metavar="ID|PATH|URL..."),
    _kept,
    _no_update,
    options.yes("Do not ask."),
    options.json,
)
def remove(
    names: tuple[str, ...],
    kept: Kept,
    no_update: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Take articles out of the corpus folder.

    The index is updated then. Their files are moved to the folder "trash" of the index; "yinju
    restore" puts them back.
    """
    found = dict.fromkeys(file for _, file in adding.locate(names, kept.path, kept.corpus))
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(
                f"expected --yes, as nobody can be asked whether to remove {len(found):,} files"
            )
        for file in found:
            put(printable(str(file)), error=True)
        click.confirm(f"Remove {len(found):,} files?", abort=True, err=True)
    removed = adding.remove(names, kept.path, kept.corpus)
    if not as_json:
        for one in removed:
            put(printable(f"removed   {one.path}  (kept as {one.kept})"))
    row = {"removed": [one.to_dict() for one in removed]}
    _update(kept, not no_update, 1.0, row if as_json else None)


@options.command(
    click.argument("names", nargs=-1, metavar="PATH..."),
    _kept,
    _no_update,
    options.json,
)
def restore(
    names: tuple[str, ...],
    kept: Kept,
    no_update: bool,
    as_json: bool,
) -> None:
    """Put articles back that were removed; without PATH, list what is in the trash."""
    found = adding.restore(names, kept.path, kept.corpus) if names else kept.folder.removed()
    if not as_json:
        if not found:
            put(f"yinju: nothing to put back: the trash of {kept.path} is empty", error=True)
        for one in found:
            put(printable(f"restored  {one.path}" if names else f"{one.path}  ({one.kept})"))
    row = {"restored" if names else "removed": [one.to_dict() for one in found]}
    wanted = bool(names) and not no_update
    _update(kept, wanted, MAX_REMOVED, row if as_json else None)


def _update(kept: Kept, wanted: bool, max_removed: float, row: dict | None) -> None:
    """Brings the index up to date with its corpus and the folder, where that is wanted, and tells
    what it did: with ``row`` as JSON, else in words, and what is skipped now that was not before;
    where another process was faster, that all is up to date.
    """
    path, known, report = kept.path, skipped_before(kept.path), None
    if wanted:
        corpora = adding.all_corpora(path, kept.folder)
        with Progress() as progress:
            report = adding.bring_up(path, corpora, kept.model, progress, max_removed, _PATIENCE)
    if row is not None:
        put_json({"index": path, **row, "update": report and report.to_dict()})
    elif report:
        put_report(report, path, False, False, known)
    elif wanted:
        put_current(path, False)
