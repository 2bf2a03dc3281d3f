"""The command ``yinju``: each verb is one call of the library. Results go to standard output, all else to error.

Exit codes: 0 done, 2 unusable arguments, others as ``rag.errors`` says, 130 interrupted, 141 nobody reads the
output any more, 70 a fault of Yinju's own.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from typing import IO

import click

from rag import __version__
from rag.errors import UsageError, YinjuError
from rag.options import corpus as _corpus
from rag.options import debug as _debug
from rag.options import index as _index
from rag.options import json as _json
from rag.options import model as _model
from rag.options import rerank as _rerank

# Verbs with a module of their own, which is loaded when they are called for.
_ELSEWHERE = {"eval": "rag.evaluation.command"}
INTERRUPTED, BROKEN_PIPE, INTERNAL = 130, 141, 70


def main(args: list[str] | None = None) -> None:
    """Run the command line with ``args`` (those of the process for None), and exit."""
    sys.exit(run(args))


def run(args: list[str] | None = None) -> int:
    """As :func:`main`, but returns the exit code."""
    state = {"debug": False}
    try:
        return cli.main(args, prog_name="yinju", standalone_mode=False, obj=state) or 0
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "yinju"
        return _fail(f"{error.format_message()} (see {command} --help)", error.exit_code, state)
    except click.ClickException as error:
        return _fail(error.format_message(), error.exit_code, state)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except YinjuError as error:
        return _fail(str(error), error.exit_code, state)
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        return _fail(f"{named}{error.strerror or error}", 1, state)
    except Exception as error:
        hint = "this is a fault of Yinju; --debug shows where"
        return _fail(f"{type(error).__name__}: {error} ({hint})", INTERNAL, state)


def _fail(message: str, code: int, state: dict) -> int:
    from rag.terminal import printable, put

    if state["debug"]:
        import traceback

        traceback.print_exc()
    put(printable("yinju: " + " ".join(message.split())), error=True)
    return code


class _Group(click.Group):
    """Ends quietly where the reader of the output or the user has had enough; loads some verbs late."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self.commands, *_ELSEWHERE})

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return import_module(_ELSEWHERE[name]).command if name in _ELSEWHERE else super().get_command(ctx, name)

    def invoke(self, ctx: click.Context) -> object:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            # What is still in the buffer would fail again when Python flushes it at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(BROKEN_PIPE)


def _command(*options: Callable) -> Callable:
    """A verb of ``yinju`` with the given options and those that all have."""

    def decorate(function: Callable) -> click.Command:
        for option in reversed((*options, _debug)):
            function = option(function)
        return cli.command()(function)

    return decorate


@click.group(
    cls=_Group,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="yinju", message="%(prog)s %(version)s")
@_debug
def cli() -> None:
    """Ask news articles in Chinese or English; every answer is quoted word for word."""


@_command(
    _corpus("Folder or file of articles: text, Markdown, HTML, JSON Lines.  [default: corpus]"),
    click.option("--sample", is_flag=True, help="Index the articles that come with Yinju."),
    _index,
    _model,
    click.option("--if-stale", is_flag=True, help="Only if the articles, the model or Yinju changed since."),
    click.option("--quiet", is_flag=True, help="No report; what was skipped is still told."),
    _json,
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
        return None if quiet else _put_current(path, as_json)
    report = _with_progress(functools.partial(Index.build, paths, path, model))
    _put_report(report, path, quiet, as_json)


@_command(
    _corpus("Folder or file of articles.  [default: what the index was built from]"), _index, _model, _json
)
def update(corpus: tuple[str, ...], path: str, model: str | None, as_json: bool) -> None:
    """Bring an index up to date with its articles.

    Compares the content of all files; if nothing changed, nothing is done. If something did, all articles are
    read again and a whole new version is built; only the vectors that a transformer (--model) made for passages
    that did not change are taken over.
    """
    from rag.library import Index

    report = _with_progress(functools.partial(Index.update, path, corpus or None, model))
    if report is None:
        _put_current(path, as_json)
    else:
        _put_report(report, path, False, as_json)


def _with_progress(work: Callable) -> object:
    from rag.terminal import Progress

    with Progress() as progress:
        return work(progress=progress)


def _put_report(report, path: str, quiet: bool, as_json: bool) -> None:
    from rag.terminal import put, put_json, put_skipped, size

    put_skipped(report.skipped)
    if as_json:
        put_json({"index": path, "built": True, **report.to_dict()})
    elif not quiet:
        skipped = f", {len(report.skipped):,} skipped" if report.skipped else ""
        reused = f", {report.reused:,} vectors taken over" if report.reused else ""
        repeats = f" ({report.repeats:,} repeat the story of another)" if report.repeats else ""
        put(
            f"{path}: {report.articles:,} articles{repeats}, {report.passages:,} passages{reused}{skipped}, "
            f"{size(report.bytes)} in {report.seconds:.1f} s (version {report.version})"
        )


def _put_current(path: str, as_json: bool) -> None:
    from rag.library import Index
    from rag.terminal import put, put_json

    live = Index.status(path).live
    if as_json:
        put_json({"index": path, "built": False, "version": live.name})
    else:
        put(f"{path}: up to date, {live.counts.articles:,} articles (version {live.name})")


_asking = (
    click.argument("question", nargs=-1),
    click.option(
        "--questions", "file", type=click.File("rb"), metavar="FILE",
        help='Many questions: JSON Lines of {"id", "question"}, "-" for standard input; one line of JSON comes '
        "out per question, as soon as it is done.",
    ),
    _index,
    _model,
    _rerank,
    _json,
    click.option("--from", "date_from", metavar="YYYY-MM-DD", default="", help="Only articles of this day or later."),
    click.option("--to", "date_to", metavar="YYYY-MM-DD", default="", help="Only articles of this day or earlier."),
    click.option("--source", "sources", multiple=True, help="Only this publisher. May be given several times."),
    click.option(
        "--place", "places", multiple=True,
        help="Only articles that name this place or one inside it, in Chinese or English. May be given several times.",
    ),
    click.option("--lang", "langs", multiple=True, help="Only this language (zh, en). May be given several times."),
)  # fmt: skip


@_command(
    *_asking,
    click.option("--after", multiple=True, metavar="QUESTION", help='The question asked before, that "and in Zhejiang?" leans on. May be given several times.'),
    click.option("--as-of", metavar="YYYY-MM-DD", default="", help='The day that "last month" is told from.  [default: of the newest article]'),
    click.option("--no-constraints", "free", is_flag=True, help="Do not restrict the articles to the time, place and publisher in QUESTION."),
)
def ask(
    question: tuple[str, ...], file: IO[bytes] | None, path: str, model: str | None, rerank: str | None, as_json: bool,
    after: tuple[str, ...], as_of: str, free: bool, **filters
) -> None:  # fmt: skip
    """Answer QUESTION with quotes, or refuse.

    A time, a place or a publisher in QUESTION ("last month", "四川", "据新华社报道") restricts the articles; what was
    understood is shown.
    """
    from rag.answer.types import CONSTRAINTS, Answer
    from rag.library import Assistant
    from rag.terminal import put_answer

    index, chosen = _open(question, file, path, model, rerank, filters)
    assistant = Assistant(index)
    turns = assistant.turns(after, chosen, as_of)

    def one(text: str) -> Answer:
        return assistant.ask(text, turns, chosen, as_of, CONSTRAINTS if free else ())

    _each(question, file, as_json, one, Answer.to_dict, put_answer)


@_command(
    *_asking,
    click.option("--k", "-k", default=10, show_default=True, type=click.IntRange(1, 1000), help="Passages at most."),
)
def search(
    question: tuple[str, ...], file: IO[bytes] | None, path: str, model: str | None, rerank: str | None, as_json: bool,
    k: int, **filters
) -> None:  # fmt: skip
    """Find the passages that fit QUESTION best."""
    from rag.terminal import put, put_hits

    index, chosen = _open(question, file, path, model, rerank, filters)

    models = {"model": index.snapshot.embedder.identity.name, "rerank": index.reranker and index.reranker.name}

    def row(found) -> dict:
        return {**models, "hits": [asdict(hit) for hit in found.hits], "ms": found.ms["total"], "steps_ms": found.ms}

    def show(found) -> None:
        put_hits(found.hits)
        if not found.hits:
            put("yinju: no passage found" + (" within these filters" if chosen else ""), error=True)

    _each(question, file, as_json, lambda text: index.find(text, k, chosen), row, show)


def _open(
    question: tuple[str, ...], file: IO[bytes] | None, path: str, model: str | None, rerank: str | None, filters: dict
):
    """The open index and the filters; what can be refused without opening anything is refused first."""
    from rag.library import Index, checked
    from rag.search.types import Filters

    if bool(question) == (file is not None):
        raise UsageError('expected a question ("...") or --questions FILE, got ' + ("both" if file else "neither"))
    chosen = checked(Filters(**filters))
    return Index.open(path, model, rerank), chosen


def _each(
    question: tuple[str, ...], file: IO[bytes] | None, as_json: bool, one: Callable, row: Callable, show: Callable
) -> None:
    """Ask the one question, or those of the file, and write what comes back."""
    from rag.terminal import put_json, questions

    if file is None:
        found = one(" ".join(question))
        return put_json(row(found)) if as_json else show(found)
    for number, name, text in questions(file):
        try:
            found = one(text)
        except UsageError as error:
            raise UsageError(f"{file.name}, line {number}: {error}") from error
        put_json({"id": name, **row(found)})


@_command(
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on."),
    click.option("--port", default=7860, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."),
    _index,
    _corpus("Folder or file of articles: index them first if they changed."),
    _model,
    _rerank,
    click.option("--insecure", is_flag=True, help="Allow a --host that other machines reach; there is no password."),
    click.option("--open", "browse", is_flag=True, help="Open the page in the browser."),
)
def serve(
    host: str, port: int, path: str, corpus: tuple[str, ...], model: str | None, rerank: str | None, insecure: bool,
    browse: bool
) -> None:  # fmt: skip
    """Serve the chat page and the JSON interface."""
    from rag.server import listen
    from rag.terminal import put

    # A taken port shows now and not after minutes of building.
    listen(host, port, insecure).close()

    from rag.library import Index

    if corpus and (reason := Index.stale(path, corpus, model)):
        put(f"yinju: building the index ({reason})", error=True)
        _put_report(_with_progress(functools.partial(Index.build, corpus, path, model)), path, False, False)

    from rag.ui.app import serve as serve_page

    def ready(address: str) -> None:
        put(f"Yinju is ready at {address} (Ctrl-C stops it)")
        if browse:
            click.launch(address)

    serve_page(Index.open(path, model, rerank), host, port, insecure, ready)


@_command(_index, _json)
def status(path: str, as_json: bool) -> None:
    """Show the versions of an index and what they hold."""
    from rag.library import Index
    from rag.terminal import put, put_json, put_skipped, size

    told = Index.status(path)
    if as_json:
        return put_json(told.to_dict())
    for version in told.versions:
        live = "live  " if version.live else "      "
        if version.problem:
            put(f"{live}{version.name}  {version.problem}")
        else:
            counts = version.counts
            put(
                f"{live}{version.name}  {counts.articles:,} articles, {counts.passages:,} passages, "
                f"{size(version.bytes)}, model {version.model.name}"
            )
    put_skipped(told.live.skipped)


@_command(_index, _json)
def verify(path: str, as_json: bool) -> None:
    """Check every byte of an index for damage."""
    from rag.library import Index
    from rag.terminal import put, put_json, size

    told = Index.verify(path)
    if as_json:
        return put_json({"index": path, **told.to_dict()})
    put(f"{path}: whole, {told.files} files, {size(told.bytes)} (version {told.version})")


@_command(_index, _json)
def rollback(path: str, as_json: bool) -> None:
    """Go back to the version before the live one."""
    from rag.library import Index
    from rag.terminal import put, put_json

    version = Index.rollback(path)
    if as_json:
        return put_json({"index": path, "version": version})
    put(f"{path}: version {version} is live")


if __name__ == "__main__":
    main()
