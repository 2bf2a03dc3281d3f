"""Tells by which host name a request came and which site's page sent it, so that the guard can
refuse requests that a stranger's page makes a browser send.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from rag.serving.settings import LOOPBACK_HOSTS, WILDCARD_HOSTS, Settings

_AUTHORITY = re.compile(
    r"(?:\[([0-9a-f:.]+)\]|([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)\.?)(?::(\d{1,5}))?", re.IGNORECASE
)
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def host_of(authority: str) -> str:
    """The host in "host", "host:port" or "[::1]:port", in lower case and without brackets; "" if
    the text is none of these.
    """
    found = _AUTHORITY.fullmatch(authority)
    if not found or int(found[3] or 0) > 65535:
        return ""
    if found[1] is None:
        return found[2].lower()
    return found[1].lower() if _is_address(found[1]) else ""


class Hosts:
    """The host names that a server accepts.

    A page elsewhere can make its own name resolve to this machine (DNS rebinding). The browser
    would then let it read replies as if it were the server's own page. But such a request carries
    that page's name as its host, so it is refused. A server that listens on every address of the
    machine also accepts any bare IP address as the host, because DNS rebinding needs a name.
    (Starlette's TrustedHostMiddleware knows names only.)
    """

    def __init__(self, names: Iterable[str], any_address: bool = False) -> None:
        self._names = {name.lower().strip("[]").rstrip(".") for name in names if name}
        self._any_address = any_address

    @classmethod
    def of(cls, settings: Settings) -> Hosts:
        """The loopback names, the names of ``--allowed-host``, and the host that the server listens
        on or, if it listens on every address, the machine's own name.
        """
        everywhere = settings.host in WILDCARD_HOSTS
        server_names = (socket.gethostname(),) if everywhere else (settings.host,)
        return cls((*LOOPBACK_HOSTS, *server_names, *settings.allowed_hosts), everywhere)

    def has(self, authority: str) -> bool:
        """Whether a ``Host`` header names a host that is accepted."""
        host = host_of(authority)
        return bool(host) and (host in self._names or self._any_address and _is_address(host))


def is_foreign(method: str, headers: Headers) -> bool:
    """Whether another site's page makes a browser send this request, other than by a link that the
    reader follows.

    Decided by Fetch Metadata (W3C), which browsers send over HTTPS and to their own machine, or
    else by ``Origin``. Programs send neither.
    """
    site = headers.get("sec-fetch-site", "")
    if site:
        followed = headers.get("sec-fetch-mode") == "navigate" and method in _SAFE_METHODS
        return site not in ("same-origin", "none") and not followed
    origin = headers.get("origin")
    if origin is None or method in _SAFE_METHODS:
        return False
    try:
        return urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
    except ValueError:
        return True


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
