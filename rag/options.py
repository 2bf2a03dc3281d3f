"""Options that several verbs of ``yinju`` share."""

from __future__ import annotations

import re
from collections.abc import Callable

import click


def _set_debug(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        ctx.obj["debug"] = True


debug = click.option(
    "--debug", is_flag=True, expose_value=False, is_eager=True, callback=_set_debug, help="Show the trace of an error."
)
index = click.option(
    "--index", "path", default="index", envvar="YINJU_INDEX", show_default=True, help="Folder of the index."
)
model = click.option(
    "--model", envvar="YINJU_MODEL", metavar="NAME_OR_PATH",
    help="A sentence-transformers model, by name or folder, instead of the embedded one; onnx: or onnx-int8: before "
    "it runs its ONNX file. An index is asked with the model that built it.",
)  # fmt: skip
rerank = click.option(
    "--rerank", envvar="YINJU_RERANK", metavar="NAME_OR_PATH",
    help="A cross-encoder or multi-vector model of sentence-transformers, by name or folder, that reads the best "
    "passages and orders them anew. Any index will do.",
)  # fmt: skip
json = click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")


def _hosts(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    hosts = tuple(one.replace("[", "").replace("]", "").lower() for one in given)
    if odd := next((one for one in hosts if not re.fullmatch(r"[^/@]+:\d+", one)), ""):
        raise click.BadParameter(f"expected HOST:PORT, as in wiki.example:8080, got {odd!r}")
    return hosts


allow = click.option(
    "--allow", multiple=True, metavar="HOST:PORT", callback=_hosts,
    help="Fetch from here too, though it is no public address or another port than 80 and 443. May be given several times.",
)  # fmt: skip


def _columns(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str] | None:
    pairs = [pair.partition("=") for one in given for pair in one.split(",")]
    if any(not (field.strip() and name.strip()) for field, _, name in pairs):
        raise click.BadParameter(f"expected FIELD=COLUMN, as in text=content,title=headline, got {', '.join(given)!r}")
    return {field.strip(): name.strip() for field, _, name in pairs} or None


columns = click.option(
    "--map", "columns", multiple=True, metavar="FIELD=COLUMN,…", callback=_columns,
    help="Which column of tables (CSV, JSON) holds text, title, date, source, url, lang or id, where its name does not tell; "
    "kept for updates.",
)  # fmt: skip


def yes(help: str) -> Callable:
    """``--yes``, with a help of the verb's own."""
    return click.option("--yes", "-y", is_flag=True, help=help)


def corpus(help: str) -> Callable:
    """``--corpus PATH``, any number of times, with a help of the verb's own."""
    return click.option("--corpus", multiple=True, metavar="PATH", help=help + " May be given several times.")


def command(*options: Callable) -> Callable:
    """A verb with the given options and those that all have."""

    def decorate(function: Callable) -> click.Command:
        for option in reversed((*options, debug)):
            function = option(function)
        return click.command()(function)

    return decorate
