"""By which name a request came, and from whose page: what a browser is made to do on behalf of
strangers is refused.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from rag.serving.settings import EVERYWHERE, LOOPBACK, Settings

_AUTHORITY = re.compile(
    r"(?:\[([0-9a-f:.]+)\]|([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)\.?)(?::(\d{1,5}))?", re.IGNORECASE
)
SAFE = ("GET", "HEAD", "OPTIONS")


def host_of(authority: str) -> str:
    """The host of "host", "host:port" or "[::1]:port" in lower case, without brackets; "" where
    there is none.
    """
    found = _AUTHORITY.fullmatch(authority)
    if not found or int(found[3] or 0) > 65535:
        return ""
    if found[1] is None:
        return found[2].lower()
    return found[1].lower() if _is_address(found[1]) else ""


class Hosts:
    """The names that a server goes by.

    A page elsewhere can have its own name lead to this machine (DNS rebinding) and would then read
    along as the server's own page; it comes under its own name, though. Where every address of the
    machine is served, a bare address is let in, too: to lead there, a page needs a name.
    (Starlette's TrustedHostMiddleware knows names only.)
    """

    def __init__(self, names: Iterable[str], any_address: bool = False) -> None:
        self._names = {name.lower().strip("[]").rstrip(".") for name in names if name}
        self._any_address = any_address

    @classmethod
    def of(cls, settings: Settings) -> Hosts:
        """Loopback names, the host that is served on, the machine's own name, and those of
        ``--allowed-host``.
        """
        everywhere = settings.host in EVERYWHERE
        own = (socket.gethostname(),) if everywhere else (settings.host,)
        return cls((*LOOPBACK, *own, *settings.allowed_hosts), everywhere)

    def has(self, authority: str) -> bool:
        """Whether a ``Host`` header is one of these."""
        host = host_of(authority)
        return bool(host) and (host in self._names or self._any_address and _is_address(host))


def is_foreign(method: str, headers: Headers) -> bool:
    """Whether another site's page has a browser send this request, other than by a link that is
    followed.

    By Fetch Metadata (W3C), which browsers send over HTTPS and to this machine; else by ``Origin``.
    Programs send neither.
    """
    site = headers.get("sec-fetch-site", "")
    if site:
        followed = headers.get("sec-fetch-mode") == "navigate" and method in SAFE
        return site not in ("same-origin", "none") and not followed
    origin = headers.get("origin")
    if origin is None or method in SAFE:
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
