"""``yinju serve``."""

from __future__ import annotations

import functools

import click

from rag import options


@options.command(
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on."),
    click.option("--port", default=7860, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."),
    options.index,
    options.corpus("Folder or file of articles: index them first if they changed."),
    options.model,
    options.rerank,
    click.option("--insecure", is_flag=True, help="Allow a --host that other machines reach; there is no password."),
    click.option("--open", "browse", is_flag=True, help="Open the page in the browser."),
)
def serve(
    host: str, port: int, path: str, corpus: tuple[str, ...], model: str | None, rerank: str | None, insecure: bool,
    browse: bool
) -> None:  # fmt: skip
    """Serve the chat page and the JSON interface."""
    from rag.commands.report import put_report, with_progress
    from rag.server import listen
    from rag.terminal import put

    # A taken port shows now and not after minutes of building.
    listen(host, port, insecure).close()

    from rag.library import Index

    if corpus and (reason := Index.stale(path, corpus, model)):
        put(f"yinju: building the index ({reason})", error=True)
        put_report(with_progress(functools.partial(Index.build, corpus, path, model)), path, False, False)

    from rag.ui.app import serve as serve_page

    def ready(address: str) -> None:
        put(f"Yinju is ready at {address} (Ctrl-C stops it)")
        if browse:
            click.launch(address)

    serve_page(Index.open(path, model, rerank), host, port, insecure, ready)
