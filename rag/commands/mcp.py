"""``yinju mcp``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from rag import options
from rag.commands.serve import announcer, log

if TYPE_CHECKING:
    from rag.library import Index
    from rag.writing.models import Llm


@options.command(
    options.opened_here,
    options.llm,
    click.option(
        "--http",
        is_flag=True,
        help="Over HTTP at /mcp, not over standard input and output; with the JSON interface.",
    ),
    *options.server,
)
def mcp(
    opened: Callable[[], Index],
    llm: Llm | None,
    http: bool,
    auth: str | None,
    **given,
) -> None:
    """Answer agents by the Model Context Protocol: tools ask, search, read_article, list_articles,
    corpus_info.

    \b
    yinju mcp --index ~/news-index
    yinju mcp --index ~/news-index --http --port 8000

    Without --http an agent starts this command itself, and speaks to it over its standard input and
    output; --host, --port and passwords are of no use then. "yinju serve" answers at /mcp, too.
    """
    from rag.serving.mcp_routes import server_of
    from rag.serving.passwords import read_accounts
    from rag.serving.query_service import QueryService
    from rag.serving.routes import build_api
    from rag.serving.run import listen, run
    from rag.serving.settings import checked

    settings = checked(accounts=read_accounts(auth) if auth and http else None, llm=llm, **given)
    log()
    if not http:
        service = QueryService(opened(), settings)
        try:
            return server_of(service).run("stdio")
        finally:
            service.close()
    with listen(settings) as bound:
        app = build_api(opened(), settings)
        server_of(app.state.service)  # says at once where the SDK is not installed
        run(app, bound, settings, announcer(settings, path="/mcp"))
