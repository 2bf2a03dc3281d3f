"""Takes the address that the server listens on, and runs an application there until the process is
told to stop.
"""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from rag.errors import ServerError
from rag.serving.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI


def listen(settings: Settings) -> socket.socket:
    """Returns a socket that listens on the address of the settings, so that starting the server
    later cannot fail because of the address.

    Raises ServerError if the port is taken, if the address does not belong to this machine, or if
    other machines can reach it and the settings have neither a password nor ``insecure``.
    """
    host, port = settings.host, settings.port
    if not (settings.local_only or settings.accounts or settings.insecure):
        raise ServerError(
            f"{host or 'every address'} can be reached from other machines, and there is no"
            " password: set one with --auth, leave --host out to serve this machine only, or add"
            " --insecure if that is what you want"
        )
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        bound = socket.socket(family, kind, protocol)
    except (OSError, OverflowError) as error:
        raise ServerError(
            f"cannot serve on {host} port {port}: {error}; choose another --host or --port"
        ) from error
    try:
        # After a restart the last connections of a port linger. With this option such a port counts
        # as free, but one that a program listens on does not.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(2048)
    except OSError as error:
        bound.close()
        raise ServerError(
            f"cannot serve on {host} port {port}: {error.strerror}; stop the program that uses it "
            f"or choose another port, for example --port {port + 1 if port < 65535 else 7861}"
        ) from error
    return bound


def run(
    app: FastAPI,
    bound: socket.socket,
    settings: Settings,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serves an application that :func:`rag.serving.routes.build_api` made.

    Args:
        app: the application; its service is closed at the end.
        bound: a socket of :func:`listen`.
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
