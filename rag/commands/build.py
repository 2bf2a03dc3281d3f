"""``yinju build`` and ``yinju update``."""

from __future__ import annotations

import os

import click

from rag import options
from rag.adding import corpora, corpus_folder
from rag.commands.add import told
from rag.commands.report import MAX_REMOVED, put_current, put_report
from rag.library import Index, sample_corpus
from rag.terminal import Progress


@options.command(
    options.corpus(
        "Folder or file of articles, in any of the formats of docs/corpus.md.  [default: corpus]"
    ),
    click.option("--sample", is_flag=True, help="Index the articles that come with Yinju."),
    options.index,
    options.model,
    options.columns,
    options.shards,
    options.on,
    click.option(
        "--if-stale", is_flag=True, help="Only if the articles, the model or Yinju changed since."
    ),
    click.option("--quiet", is_flag=True, help="No report; what was skipped is still told."),
    options.json,
)
def build(
    corpus: tuple[str, ...],
    sample: bool,
    path: str,
    model: str | None,
    columns: dict[str, str] | None,
    shards: int,
    on: str | None,
    if_stale: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Read articles and build an index of them.

    The new version takes the place of the old one in one step when it is complete and checked; the
    old one is kept for "yinju rollback".
    """

    paths = [*corpus, *([str(sample_corpus())] if sample else [])] or ["corpus"]
    if if_stale and not Index.stale(path, paths, model, columns, shards):
        return None if quiet else put_current(path, as_json)
    with Progress() as progress:
        report = Index.build(paths, path, model, progress, columns=columns, shards=shards, on=on)
    put_report(report, path, quiet, as_json)


@options.command(
    options.corpus("Folder or file of articles.  [default: what the index was built from]"),
    options.index,
    options.model,
    options.yes("Do it even if more than a fifth of the articles are gone from the corpus."),
    click.option(
        "--fetch", is_flag=True, help="First ask for the articles again that came from the web."
    ),
    options.allow,
    options.on,
    options.json,
)
def update(
    corpus: tuple[str, ...],
    path: str,
    model: str | None,
    yes: bool,
    fetch: bool,
    allow: tuple[str, ...],
    on: str | None,
    as_json: bool,
) -> None:
    """Bring an index up to date with its articles.

    Compares the content of all files; if nothing changed, nothing is done. If more than a fifth of
    the articles are gone, the folder may be the wrong one: then it is refused without --yes.
    """

    if fetch:
        refreshed(path, corpus, allow, as_json)
    with Progress() as progress:
        most = 1.0 if yes else MAX_REMOVED
        report = Index.update(path, corpus or None, model, progress, most, on)
    if report is None:
        put_current(path, as_json)
    else:
        put_report(report, path, False, as_json)


def refreshed(path: str, corpus: tuple[str, ...], allow: tuple[str, ...], as_json: bool) -> None:
    """Asks for all pages of the corpus folders again, and says what became of them."""
    from rag.corpus.fetch import Fetcher
    from rag.corpus.web import refresh

    fetcher = Fetcher(allow=allow)
    for folder in corpus or corpora(path):
        if os.path.isdir(folder):
            told(refresh(corpus_folder(path, folder), fetcher), folder, quiet=as_json)
