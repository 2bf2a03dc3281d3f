"""The address that is served on, taken before anything else is done."""

from __future__ import annotations

import socket

from rag.errors import ServerError
from rag.serving.settings import Settings


def listen(settings: Settings) -> socket.socket:
    """A socket bound to the address of the settings, so that a server started later cannot fail on
    it.

    Raises ServerError where the port is taken, the address is not one of this machine, or the
    address can be reached from other machines and there is neither a password nor ``insecure``.
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
        # A port whose last connections linger after a restart is free, one that is listened on is
        # not.
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
