"""Connects to public addresses only.

The name is resolved, every address is checked, and the connection goes to a checked address. The
check is made where the socket is opened, so redirects pass through it too. The name is not resolved
again, so it is of no use if it points elsewhere a moment later (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import httpcore

from rag.errors import FetchError

Resolve = Callable[[str, int], list[str]]
"""Returns the addresses of a name, for a port; raises OSError where there are none."""

_WEB_PORTS = (80, 443)
CONNECT_SECONDS = 10.0
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
# RFC 6052: prefix by which IPv6-only networks reach IPv4 addresses
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Public by their number, but answered inside a network: Azure's own services, 6to4 relays (RFC
# 7526).
_INSIDE = (ipaddress.ip_network("168.63.129.16/32"), ipaddress.ip_network("192.88.99.0/24"))


def is_public(address: str) -> bool:
    """Whether anybody on the internet may reach an IP address; False for what is not an address.

    Not public are private, loopback, link-local (169.254.169.254), shared, reserved, multicast and
    unspecified addresses. IPv6 addresses that stand for IPv4 ones (mapped, compatible, 6to4,
    Teredo) are not public either. For NAT64, the IPv4 address inside decides.
    """
    try:
        ip: IPv4Address | IPv6Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip in _NAT64:
            return is_public(str(IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip not in _GLOBAL_UNICAST or ip.sixtofour or ip.teredo or ip.scope_id:
            return False
    elif any(ip in network for network in _INSIDE):
        return False
    return ip.is_global and not ip.is_multicast


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name in the order of the system, without duplicates."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


class PublicBackend(httpcore.NetworkBackend):
    """The network backend by which an httpcore pool opens its sockets.

    All reading and writing ends at the deadline.

    Args:
        deadline: in the time of ``time.monotonic()``, in seconds.
        allow: "host:port" or "address:port" that may be connected to although the address is not
            public or the port is not 80 or 443.
        resolve: see :data:`Resolve`.
    """

    def __init__(
        self, deadline: float, allow: Collection[str] = (), resolve: Resolve = resolve
    ) -> None:
        self._deadline, self._allow, self._resolve = deadline, frozenset(allow), resolve
        self._open = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A stream to the first address of the host that can be connected to.

        Raises FetchError for what must not be connected to, and httpcore's errors for what cannot
        be.
        """
        failed: Exception | None = None
        for address in self._checked(host, port):
            try:
                seconds = min(CONNECT_SECONDS, _left(self._deadline))
                stream = self._open.connect_tcp(
                    address, port, seconds, local_address, socket_options
                )
                return _Timed(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore.ConnectError("no address")

    def _checked(self, host: str, port: int) -> list[str]:
        """The addresses of a host. Raises FetchError for other ports than 80 and 443, and if any
        address is not public: the name of a public site has no such address.
        """
        named = f"{host}:{port}" in self._allow
        addresses = self._within(lambda: self._resolve(host, port))
        for address in addresses:
            if named or f"{address}:{port}" in self._allow:
                continue
            if not is_public(address):
                seen = f"{host} is {address}" if host != address else f"got {host}"
                raise FetchError(
                    f"expected a public address, but {seen}: --allow {host}:{port} if you trust it"
                )
            if port not in _WEB_PORTS:
                raise FetchError(
                    f"expected port 80 or 443, got {port}: --allow {host}:{port} if you trust it"
                )
        return addresses

    def _within(self, work: Callable[[], list[str]]) -> list[str]:
        """The result of ``work`` before the deadline. The system's resolver has no timeout of
        its own.
        """
        found: list[list[str] | Exception] = []

        def run() -> None:
            try:
                found.append(work())
            except (OSError, UnicodeError) as error:
                found.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(min(CONNECT_SECONDS, _left(self._deadline)))
        if not found:
            raise httpcore.ConnectTimeout("the name was not resolved in time")
        if isinstance(found[0], Exception):
            if getattr(found[0], "errno", None) == socket.EAI_AGAIN:
                raise httpcore.ConnectError("the name cannot be resolved now") from found[0]
            raise FetchError(
                "expected the name of a site, but it is not known: check the address, or the"
                " network"
            ) from found[0]
        return found[0]


class _Timed(httpcore.NetworkStream):
    """A stream that ends at a deadline, however slowly the other side sends."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        seconds = min(CONNECT_SECONDS, _left(self._deadline))
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, seconds), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    """Seconds until the deadline. Raises ReadTimeout where it has passed."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time is over")
    return left
