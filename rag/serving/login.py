"""Who asks: a login form and a signed cookie for readers, Basic and Bearer for programs."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import logging
import os
from importlib import resources
from math import ceil

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response

from rag.extras import extra
from rag.serving.backoff import Backoff
from rag.serving.passwords import LONGEST, Accounts

log = logging.getLogger("rag.server")

LASTS_SECONDS = 14 * 24 * 3_600
"""Time after which one has to log in again."""
AT_ONCE = 2
"""Passwords checked at once: each takes 16 MB and a processor."""


class Wait(Exception):
    """Too many wrong passwords.

    Attributes:
        seconds: to wait, at least 1.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = ceil(seconds)
        super().__init__(f"too many wrong passwords: try again in {self.seconds} s")


class Authenticator:
    """Lets in who knows a password; safe to use from many requests."""

    def __init__(self, accounts: Accounts, backoff: Backoff | None = None) -> None:
        with extra():
            from itsdangerous import BadSignature, URLSafeTimedSerializer

        self._accounts, self._backoff, self._forged = accounts, backoff or Backoff(), BadSignature
        self._signer = URLSafeTimedSerializer(
            accounts.secret, salt="login", signer_kwargs={"digest_method": hashlib.sha256}
        )
        # Servers on one host share its cookies, whatever their ports: each has one of its own.
        self.cookie = f"yinju-{hashlib.sha256(accounts.secret).hexdigest()[:8]}"
        self._key = os.urandom(32)
        self._right: dict[str, bytes] = {}
        self._checking = asyncio.Semaphore(AT_ONCE)

    async def who(self, connection: HTTPConnection) -> str | None:
        """The name under which a request comes, or None. Raises HTTPException 429 where too many
        passwords were wrong.
        """
        if name := self._signed(connection.cookies.get(self.cookie, "")):
            return name
        try:
            name, colon, password = _credentials(connection).partition(":")
        except (binascii.Error, UnicodeError, ValueError):
            return None
        if not colon:
            return self._signed(name)
        try:
            return name if await self.opens(name, password, client_of(connection)) else None
        except Wait as error:
            raise HTTPException(429, str(error), {"retry-after": str(error.seconds)}) from error

    async def opens(self, name: str, password: str, client: str) -> bool:
        """Whether this is the password of that name. Raises Wait where this client, or all for this
        name, guessed too often.
        """
        name, password = name[:LONGEST], password[: LONGEST + 1]
        known = hmac.digest(
            self._key, f"{name}\0{password}".encode("utf-8", "surrogatepass"), "sha256"
        )
        if seconds := self._backoff.wait(client, name):
            raise Wait(seconds)
        # To check a password takes long on purpose; a program sends its own with every request.
        if hmac.compare_digest(self._right.get(name, b""), known):
            return True
        async with self._checking:
            # Those who tried at the same time have failed meanwhile.
            if seconds := self._backoff.wait(client, name):
                raise Wait(seconds)
            if await asyncio.to_thread(self._accounts.holds, name, password):
                self._right[name] = known
                self._backoff.came_in(client, name)
                return True
            self._backoff.failed(client, name)
        log.warning("wrong password for %r from %s", name, client)
        return False

    def ticket(self, name: str) -> str:
        """What shows for :data:`LASTS_SECONDS` that its bearer came in under that name; void once
        any password changes.
        """
        return self._signer.dumps(name)

    def _signed(self, ticket: str) -> str | None:
        try:
            name = self._signer.loads(ticket, max_age=LASTS_SECONDS) if ticket else None
        except self._forged:
            return None
        return name if name in self._accounts.hashes else None


def _credentials(connection: HTTPConnection) -> str:
    """``name:password`` of Basic; a token or ``name:password`` of Bearer, all that clients with a
    field for an "API key" send; "" for none.

    A token has no colon. Raises ValueError for what cannot be read.
    """
    scheme, _, given = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip().encode("latin-1").decode("utf-8")
    if scheme.lower() != "basic":
        return ""
    told = base64.b64decode(given.strip(), validate=True).decode("utf-8")
    return told if ":" in told else ""


def client_of(connection: HTTPConnection) -> str:
    """The address that a request comes from."""
    return connection.client.host if connection.client else ""


def set_cookie(response: Response, connection: HTTPConnection, name: str, ticket: str) -> None:
    """Have the browser keep a ticket, out of reach of scripts and other sites' requests; "" takes
    it away.
    """
    response.set_cookie(
        name,
        ticket,
        max_age=LASTS_SECONDS if ticket else 0,
        path=connection.scope.get("root_path") or "/",
        secure=connection.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def login_page(
    root: str, following: str, name: str = "", problem: tuple[str, ...] = ("", ""), inside: str = ""
) -> str:
    """The form in Chinese and English at once: who reads it is not known yet.

    Args:
        root: where the server is shown, "/news" or "".
        following: address to go to then.
        name: typed before.
        problem: what is wrong, in both languages.
        inside: the name under which one is logged in, to log out; "" for the form to log in.
    """
    from jinja2 import Template

    page = resources.files("rag.serving").joinpath("login.html").read_text("utf-8")
    return Template(page, autoescape=True).render(
        root=root, following=following, name=name, problem=problem, inside=inside
    )
