"""``yinju build`` and ``yinju update``."""

from __future__ import annotations

import functools

import click

from rag import options
from rag.commands.report import put_current, put_report, with_progress


@options.command(
    options.corpus("Folder or file of articles: text, Markdown, HTML, JSON Lines.  [default: corpus]"),
    click.option("--sample", is_flag=True, help="Index the articles that come with Yinju."),
    options.index,
    options.model,
    click.option("--if-stale", is_flag=True, help="Only if the articles, the model or Yinju changed since."),
    click.option("--quiet", is_flag=True, help="No report; what was skipped is still told."),
    options.json,
)
def build(
    corpus: tuple[str, ...], sample: bool, path: str, model: str | None, if_stale: bool, quiet: bool, as_json: bool
) -> None:
    """Read articles and build an index of them.

    The new version takes the place of the old one in one step when it is complete and checked; the old one
    is kept for "yinju rollback".
    """
    from rag.library import Index, sample_corpus

    paths = [*corpus, *([str(sample_corpus())] if sample else [])] or ["corpus"]
    if if_stale and not Index.stale(path, paths, model):
        return None if quiet else put_current(path, as_json)
    report = with_progress(functools.partial(Index.build, paths, path, model))
    put_report(report, path, quiet, as_json)


@options.command(
    options.corpus("Folder or file of articles.  [default: what the index was built from]"), options.index, options.model, options.json
)
def update(corpus: tuple[str, ...], path: str, model: str | None, as_json: bool) -> None:
    """Bring an index up to date with its articles.

    Compares the content of all files; if nothing changed, nothing is done. If something did, all articles are
    read again and a whole new version is built; only the vectors that a transformer (--model) made for passages
    that did not change are taken over.
    """
    from rag.library import Index

    report = with_progress(functools.partial(Index.update, path, corpus or None, model))
    if report is None:
        put_current(path, as_json)
    else:
        put_report(report, path, False, as_json)
