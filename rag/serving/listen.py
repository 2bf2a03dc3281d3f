"""Takes the address that the server listens on, before anything else is done."""

from __future__ import annotations

import socket

from rag.errors import ServerError
from rag.serving.settings import Settings


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
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
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
