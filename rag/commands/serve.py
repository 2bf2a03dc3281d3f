"""``yinju serve``."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from rag import options
from rag.commands.report import put_report
from rag.errors import UsageError
from rag.library import Index
from rag.terminal import Progress, put

if TYPE_CHECKING:
    from rag.serving.settings import Settings


@options.command(
    options.index,
    options.corpus("Folder or file of articles: index them first if they changed."),
    options.model,
    options.rerank,
    options.on,
    options.replicas,
    options.llm,
    click.option(
        "--llm-switch", is_flag=True, help="Readers may switch the language model off and on."
    ),
    click.option(
        "--hash-password",
        "hashed",
        metavar="NAME",
        help="Ask for a password, write the line of NAME for the file of --auth, and end.",
    ),
    click.option("--allow-upload", is_flag=True, help="Readers may add articles."),
    click.option(
        "--allow-url",
        is_flag=True,
        help=(
            "With --allow-upload: readers may name an address that the server fetches an article"
            " from."
        ),
    ),
    *options.server,
    click.option("--open", "browse", is_flag=True, help="Open the page in the browser."),
)
def serve(
    path: str,
    corpus: tuple[str, ...],
    model: str | None,
    rerank: str | None,
    on: str | None,
    replicas: int,
    auth: str | None,
    hashed: str | None,
    browse: bool,
    **given,
) -> None:
    """Serve the chat page and the JSON interface (described at /docs).

    \b
    yinju serve --index ~/news-index
    yinju serve --hash-password editor >> accounts.txt
    yinju serve --host 0.0.0.0 --auth accounts.txt
    """
    from rag.serving.passwords import hash_password, read_accounts
    from rag.serving.run import listen
    from rag.serving.settings import checked

    if hashed is not None:
        return put(read_line(hashed, hash_password(_password())))
    settings = checked(accounts=read_accounts(auth) if auth else None, **given)
    # A taken port shows now and not after minutes of building.
    listen(settings).close()

    if corpus and (reason := Index.stale(path, corpus, model)):
        put(f"yinju: building the index ({reason})", error=True)
        from rag.index.shards import lies_in_shards

        shards = lies_in_shards(path)
        with Progress() as progress:
            report = Index.build(corpus, path, model, progress, shards=shards, on=on)
        put_report(report, path, False, False)

    from rag.ui.app import serve as serve_page

    log()
    serve_page(Index.open(path, model, rerank, on, replicas), settings, announcer(settings, browse))


def log() -> None:
    """Refusals and errors on standard error, each with its time and the reference that the reader
    was given.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING)
    logging.getLogger("rag").setLevel(logging.INFO)


def announcer(settings: Settings, browse: bool = False, path: str = "") -> Callable[[str], None]:
    """What says where a server is, once it is there: with ``path`` below its address, and in the
    browser where ``browse``.
    """

    def ready(address: str) -> None:
        put(f"Yinju is ready at {address}{path} (Ctrl-C stops it)")
        if not (settings.local_only or settings.accounts):
            put("yinju: other machines can reach the server, and there is no password", error=True)
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
    usable = name.strip() and name == name.strip() and name.isprintable()
    if not usable or ":" in name or name.startswith("#"):
        raise UsageError(
            f"expected a name without a colon, spaces around it or # before it, got {name!r}"
        )
    return f"{name}:{hashed}"
