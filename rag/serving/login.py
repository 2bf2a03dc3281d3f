"""Tells which user sends a request: readers use a login form, which gives them a signed cookie;
programs use Basic or Bearer authentication.
"""

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
from rag.serving.passwords import MAX_CREDENTIAL_CHARACTERS, Accounts

log = logging.getLogger("rag.server")

TICKET_SECONDS = 14 * 24 * 3_600
"""Seconds after which a user has to log in again."""
_MAX_CONCURRENT_CHECKS = 2
"""Passwords that are checked at the same time: each check takes 16 MB and a processor."""


class Wait(Exception):
    """Too many wrong passwords were tried.

    Attributes:
        seconds: how long to wait before the next try, at least 1.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = ceil(seconds)
        super().__init__(f"too many wrong passwords: try again in {self.seconds} s")


class Authenticator:
    """Checks passwords and tickets (signed proofs of an earlier login); safe to use from many
    requests at once.
    """

    def __init__(self, accounts: Accounts) -> None:
        with extra():
            from itsdangerous import BadSignature, URLSafeTimedSerializer

        self._accounts, self._backoff, self._forged = accounts, Backoff(), BadSignature
        self._signer = URLSafeTimedSerializer(
            accounts.secret, salt="login", signer_kwargs={"digest_method": hashlib.sha256}
        )
        # A browser sends the cookies of a host to all of its ports. So that several servers can run
        # on one host, each gives its cookie another name.
        self.cookie = f"yinju-{hashlib.sha256(accounts.secret).hexdigest()[:8]}"
        self._key = os.urandom(32)
        self._right: dict[str, bytes] = {}
        self._checking = asyncio.Semaphore(_MAX_CONCURRENT_CHECKS)

    async def who(self, connection: HTTPConnection) -> str | None:
        """Returns the name of the user who sends a request, or None if it has no valid login.
        Raises HTTPException 429 after too many wrong passwords.
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
        """Whether this is the password of that name. Raises Wait if this client, or all clients
        together for this name, tried too many wrong passwords.
        """
        name, password = name[:MAX_CREDENTIAL_CHARACTERS], password[: MAX_CREDENTIAL_CHARACTERS + 1]
        typed = f"{name}\0{password}".encode("utf-8", "surrogatepass")
        known = hmac.digest(self._key, typed, "sha256")
        if seconds := self._backoff.wait(client, name):
            raise Wait(seconds)
        # Checking a password is slow on purpose, and a program sends its password with every
        # request. So a keyed hash of the last right one is kept, which is fast to compare.
        if hmac.compare_digest(self._right.get(name, b""), known):
            return True
        async with self._checking:
            # Other tries may have failed while this one waited for the semaphore.
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
        """A signed ticket that proves for :data:`TICKET_SECONDS` that its bearer logged in under
        that name. All tickets become void when any password changes.
        """
        return self._signer.dumps(name)

    def _signed(self, ticket: str) -> str | None:
        """The name in a ticket; None if it is forged or too old, or the account is gone."""
        try:
            name = self._signer.loads(ticket, max_age=TICKET_SECONDS) if ticket else None
        except self._forged:
            return None
        return name if name in self._accounts.hashes else None


def _credentials(connection: HTTPConnection) -> str:
    """The credentials in the Authorization header; "" for none.

    Basic gives ``name:password``. Bearer gives a token or, for clients that only have a field for
    an "API key", ``name:password``. A token has no colon. Raises ValueError for a header that
    cannot be read.
    """
    scheme, _, given = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip().encode("latin-1").decode("utf-8")
    if scheme.lower() != "basic":
        return ""
    credentials = base64.b64decode(given.strip(), validate=True).decode("utf-8")
    return credentials if ":" in credentials else ""


def client_of(connection: HTTPConnection) -> str:
    """The address that a request comes from."""
    return connection.client.host if connection.client else ""


def set_cookie(response: Response, connection: HTTPConnection, name: str, ticket: str) -> None:
    """Makes the browser keep a ticket in a cookie that scripts cannot read and that requests of
    other sites do not carry. The ticket "" deletes the cookie.
    """
    response.set_cookie(
        name,
        ticket,
        max_age=TICKET_SECONDS if ticket else 0,
        path=connection.scope.get("root_path") or "/",
        secure=connection.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def login_page(
    root: str, following: str, name: str = "", problem: tuple[str, ...] = ("", ""), inside: str = ""
) -> str:
    """The HTML of the login page, in Chinese and English at once since the reader is not known yet.

    Args:
        root: the root path of the server, such as "/news", or "".
        following: address to go to after the login.
        name: user name that was typed before.
        problem: what is wrong, in Chinese and in English.
        inside: name of the user who is logged in, to show a button to log out; "" to show the form.
    """
    from jinja2 import Template

    page = resources.files("rag.serving").joinpath("login.html").read_text("utf-8")
    return Template(page, autoescape=True).render(
        root=root, following=following, name=name, problem=problem, inside=inside
    )
