"""``yinju serve``."""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable

import click

from rag import options
from rag.errors import UsageError


@options.command(
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on; 0.0.0.0 for all of this machine."),
    click.option("--port", default=7860, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."),
    options.index,
    options.corpus("Folder or file of articles: index them first if they changed."),
    options.model,
    options.rerank,
    options.llm,
    click.option("--llm-switch", is_flag=True, help="Readers may switch the language model off and on."),
    click.option(
        "--auth", envvar="YINJU_AUTH", metavar="NAME:PASSWORD|FILE",
        help="Who may come in: a name and a password, or a file of lines that --hash-password makes. Others on this machine see a "
        "password on the command line; they do not see the environment variable YINJU_AUTH.",
    ),  # fmt: skip
    click.option("--hash-password", "hashed", metavar="NAME", help="Ask for a password, write the line of NAME for the file of --auth, and end."),
    click.option("--insecure", is_flag=True, help="Allow a --host that other machines reach without a password."),
    click.option("--allow-upload", is_flag=True, help="Readers may add articles."),
    click.option("--allow-url", is_flag=True, help="With --allow-upload: readers may name an address that the server fetches an article from."),
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
    click.option("--open", "browse", is_flag=True, help="Open the page in the browser."),
)
def serve(
    path: str, corpus: tuple[str, ...], model: str | None, rerank: str | None, auth: str | None, hashed: str | None, browse: bool, **given
) -> None:
    """Serve the chat page and the JSON interface (described at /docs).

    \b
    yinju serve --index ~/news-index
    yinju serve --hash-password editor >> accounts.txt
    yinju serve --host 0.0.0.0 --auth accounts.txt
    """
    from rag.commands.report import put_report, with_progress
    from rag.serving.listen import listen
    from rag.serving.passwords import hash_password, read_accounts
    from rag.serving.settings import checked
    from rag.terminal import put

    if hashed is not None:
        return put(read_line(hashed, hash_password(_password())))
    settings = checked(accounts=read_accounts(auth) if auth else None, **given)
    # A taken port shows now and not after minutes of building.
    listen(settings).close()

    from rag.library import Index

    if corpus and (reason := Index.stale(path, corpus, model)):
        put(f"yinju: building the index ({reason})", error=True)
        put_report(with_progress(functools.partial(Index.build, corpus, path, model)), path, False, False)

    from rag.ui.app import serve as serve_page

    _log()
    serve_page(Index.open(path, model, rerank), settings, _ready(browse, settings))


def _log() -> None:
    """Refusals and errors on standard error, each with its time and the reference that the reader was given."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING)
    logging.getLogger("rag").setLevel(logging.INFO)


def _ready(browse: bool, settings) -> Callable[[str], None]:
    def ready(address: str) -> None:
        from rag.terminal import put

        put(f"Yinju is ready at {address} (Ctrl-C stops it)")
        if not (settings.local_only or settings.accounts):
            put("yinju: other machines can reach the page, and there is no password", error=True)
        if browse:
            click.launch(address)

    return ready


def _password() -> str:
    """Typed twice without being shown, or a line of standard input."""
    if sys.stdin.isatty():
        return click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return sys.stdin.readline().rstrip("\r\n")


def read_line(name: str, hashed: str) -> str:
    """The line of a file of accounts. Raises UsageError for a name that cannot stand in it."""
    if ":" in name or not name.strip() or name != name.strip() or not name.isprintable() or name.startswith("#"):
        raise UsageError(f"expected a name without a colon, spaces around it or # before it, got {name!r}")
    return f"{name}:{hashed}"
