"""Runs an application until the process is told to stop."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from rag.serving.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI


def run(
    app: FastAPI,
    bound: socket.socket,
    settings: Settings,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serves an application that :func:`rag.serving.routes.build_api` made.

    Args:
        app: the application; its service is closed at the end.
        bound: a socket of :func:`rag.serving.listen.listen`.
        settings: those of the server.
        on_ready: called with the server's address once the server answers.
    """
    import uvicorn

    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{name}:{bound.getsockname()[1]}"

    class Server(uvicorn.Server):
        async def startup(self, sockets=None):
            await super().startup(sockets=sockets)
            if on_ready and self.started:
                on_ready(address)

    # An open page keeps a connection open for ever, so a stop does not wait for it.
    config = uvicorn.Config(
        app,
        log_level="warning",
        proxy_headers=bool(settings.trust_proxy),
        forwarded_allow_ips=list(settings.trust_proxy),
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    # The objects made so far stay for ever. Once frozen, they are skipped by the garbage collector:
    # a full collection held up all requests for 0.2 s.
    gc.collect()
    gc.freeze()
    try:
        Server(config).run(sockets=[bound])
    finally:
        app.state.service.close()
