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


server = (
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on; 0.0.0.0 for all of this machine."),
    click.option("--port", default=7860, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."),
    click.option(
        "--auth", envvar="YINJU_AUTH", metavar="NAME:PASSWORD|FILE",
        help="Who may come in: a name and a password, or a file of lines that --hash-password makes. Others on this machine see a "
        "password on the command line; they do not see the environment variable YINJU_AUTH.",
    ),  # fmt: skip
    click.option("--insecure", is_flag=True, help="Allow a --host that other machines reach without a password."),
    click.option("--root-path", default="", metavar="PATH", help='Where a reverse proxy shows the server, as "/news".'),
    click.option(
        "--trust-proxy", multiple=True, metavar="ADDRESS",
        help="Believe what this reverse proxy (address or network) says of who asks. May be given several times."
    ),
    click.option(
        "--allowed-host", "allowed_hosts", multiple=True, metavar="NAME",
        help="A further name of the server in the address bar. May be given several times."
    ),
    click.option(
        "--processes", default=1, show_default=True, type=click.IntRange(1, 64),
        help="Processes that answer. Each takes some hundred MB of memory; more than there are processors gain nothing.",
    ),  # fmt: skip
    click.option("--as-of", metavar="YYYY-MM-DD", default="", help='The day that "last month" is told from.  [default: of the newest article]'),
)
"""Where a server is, who may ask it, and how many answer: :class:`rag.serving.settings.Settings`."""


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
