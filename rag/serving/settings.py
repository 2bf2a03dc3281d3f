"""The settings of a server, which its administrator decides."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace

from rag.errors import UsageError
from rag.serving.passwords import Accounts
from rag.writing.models import Llm

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
_SEGMENT = re.compile(r"[A-Za-z0-9._-]*[A-Za-z0-9][A-Za-z0-9._-]*")  # not "." or ".."
WILDCARD_HOSTS = ("", "0.0.0.0", "::")
"""Addresses that mean all addresses of this machine."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of ``yinju serve``; docs/serving.md says more about each.

    Attributes:
        host, port: address to serve on; port 0 takes any free one.
        accounts: who may log in; None lets everybody in.
        insecure: allow an address that other machines can reach although there is no password.
        allow_upload: readers may add articles.
        allow_url: readers may make the server fetch an article from an address. Only together with
            ``allow_upload``.
        root_path: the path under which a reverse proxy shows the server, such as "/news"; "" for
            the root.
        as_of: the day from which "last month" is counted, "YYYY-MM-DD"; "" for the date of the
            newest article.
        trust_proxy: addresses and networks of reverse proxies whose X-Forwarded-For and
            X-Forwarded-Proto headers are believed.
        processes: number of processes that answer, at least 1; with 1 the server's own process
            answers, in threads.
        allowed_hosts: further names of this server, as they stand in the address bar.
        llm: the language model that writes the answers; None for none.
        llm_switch: readers may switch the language model off and on. Only together with ``llm``.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    accounts: Accounts | None = None
    insecure: bool = False
    allow_upload: bool = False
    allow_url: bool = False
    root_path: str = ""
    as_of: str = ""
    trust_proxy: tuple[str, ...] = ()
    processes: int = 1
    allowed_hosts: tuple[str, ...] = ()
    llm: Llm | None = None
    llm_switch: bool = False

    @property
    def local_only(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK_HOSTS


def checked(**given) -> Settings:
    """Makes settings of options, with a normalized root path. Raises UsageError for values and
    combinations that make no sense.
    """
    from rag.filtering import is_date

    settings = Settings(**given)
    root = settings.root_path.strip("/")
    if root and not all(_SEGMENT.fullmatch(part) for part in root.split("/")):
        raise UsageError(
            "expected --root-path as a path of letters and digits, as /news, got"
            f" {settings.root_path!r}"
        )
    if settings.as_of and not is_date(settings.as_of):
        raise UsageError(f"expected --as-of as YYYY-MM-DD, got {settings.as_of!r}")
    if settings.allow_url and not settings.allow_upload:
        raise UsageError(
            "expected --allow-upload with --allow-url: an article that is fetched is added like any"
            " other"
        )
    if settings.llm_switch and not settings.llm:
        raise UsageError(
            "expected --llm PROVIDER:MODEL with --llm-switch: there is no language model to"
            " switch off"
        )
    if settings.llm:
        from rag.writing.models import writer_of

        writer_of(settings.llm)  # fails here, not at the first question, if something is missing
    _check_names(settings)
    return replace(settings, root_path=f"/{root}" if root else "")


def _check_names(settings: Settings) -> None:
    """Raises UsageError for a proxy that is no address or network, and a host that is no name."""
    from rag.serving.origins import host_of

    for proxy in settings.trust_proxy:
        try:
            ipaddress.ip_network(proxy)
        except ValueError as error:
            raise UsageError(
                "expected --trust-proxy as an address or network, as 127.0.0.1 or 10.0.0.0/8, got"
                f" {proxy!r}"
            ) from error
    for host in settings.allowed_hosts:
        if not host or host_of(host) != host.lower().strip("[]").rstrip("."):
            raise UsageError(
                "expected --allowed-host as a name or address without a port, as news.example.org,"
                f" got {host!r}"
            )
