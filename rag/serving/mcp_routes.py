"""MCP over HTTP ("streamable HTTP") at ``/mcp``, behind the same guard, passwords and pool as
everything else.

There are no MCP sessions: every request is complete in itself. So clients do not notice a restart
of the server, and no state accumulates.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from rag.errors import UsageError
from rag.extras import extra
from rag.serving.guard import BODY_LIMIT, MCP_PATH

if TYPE_CHECKING:
    from fastapi import FastAPI
    from mcp.server import MCPServer
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from rag.serving.query_service import QueryService

log = logging.getLogger("rag.server")


def server_of(service: QueryService) -> MCPServer:
    """Builds the MCP server of a service, see :func:`rag.serving.mcp_server.build_server`.

    Raises:
        UsageError: the SDK is not installed.
    """
    with extra():
        from rag.serving.mcp_server import build_server
    return build_server(service)


class Endpoint:
    """The ASGI application of the route. It loads the SDK at the first request, as that takes a
    second and some memory."""

    def __init__(self, service: QueryService) -> None:
        self._service = service
        self._manager: StreamableHTTPSessionManager | None = None
        self._problem = "MCP could not be started; the server's log has it"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            # Without sessions there is nothing to listen to (GET) and nothing to end (DELETE).
            raise HTTPException(405, "expected POST: there are no sessions here", {"allow": "POST"})
        self._wanted.set()
        await self._settled.wait()
        if self._manager is None:
            raise HTTPException(503, self._problem)
        await self._manager.handle_request(scope, receive, send)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """The context in which the endpoint answers requests."""
        # The first request sets _wanted; _settled is set when the SDK runs or has failed to start.
        self._wanted, self._settled = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(self._run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def _run(self) -> None:
        """Starts the SDK at the first request, and keeps it running until this is cancelled."""
        await self._wanted.wait()
        try:
            manager = await asyncio.to_thread(self._made)
            async with manager.run():
                self._manager = manager
                self._settled.set()
                await asyncio.Event().wait()
        except UsageError as error:
            self._problem = str(error)
        except Exception:
            log.exception("MCP could not be started")
        finally:
            self._manager = None
            self._settled.set()

    def _made(self) -> StreamableHTTPSessionManager:
        server = server_of(self._service)
        from mcp.server.transport_security import TransportSecuritySettings

        # The guard has already checked host names, origins and lengths.
        let_all_in = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        server.streamable_http_app(
            stateless_http=True, transport_security=let_all_in, max_request_body_size=BODY_LIMIT
        )
        return server.session_manager


def add_mcp(app: FastAPI, service: QueryService) -> None:
    """Adds ``POST /mcp``."""
    endpoint, before = Endpoint(service), app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(running: FastAPI) -> AsyncIterator[Any]:
        async with endpoint.open(), before(running) as state:
            yield state

    app.router.lifespan_context = lifespan
    app.router.routes.append(Route(MCP_PATH, endpoint, include_in_schema=False))
