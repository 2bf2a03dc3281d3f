"""Logging in and out: a login form for readers, tokens for programs."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import FastAPI, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from rag.serving.login import TICKET_SECONDS, Authenticator, Wait, client_of, login_page, set_cookie
from rag.serving.models import Refusal, Token

# A path of this server. A browser would follow "//host" and "/\host" to another server.
_HERE = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*")
_WRONG: tuple[str, ...] = ("用户名或密码不对。", "The user name or the password is wrong.")
_WAIT = ("错误次数太多，请 {} 秒后再试。", "Too many wrong passwords: try again in {} s.")


def add_entrance(app: FastAPI, authenticator: Authenticator | None) -> None:
    """Adds ``/login``, ``/logout`` and ``/api/token``. On a server without passwords it adds only
    ``/login``, which redirects to the page.
    """
    if authenticator is None:

        @app.get("/login", include_in_schema=False)
        def nothing_to_do(request: Request) -> Response:
            return RedirectResponse(_root(request) + "/", 303)

    else:
        _add_form(app, authenticator)
        _add_token(app, authenticator)


def _add_form(app: FastAPI, authenticator: Authenticator) -> None:
    @app.get("/login", include_in_schema=False)
    async def form(request: Request) -> Response:
        inside = await authenticator.who(request) or ""
        return _page(
            login_page(_root(request), _here(request.query_params.get("next", "")), inside=inside)
        )

    @app.post("/login", include_in_schema=False)
    async def log_in(
        request: Request,
        name: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        following: Annotated[str, Form(alias="next")] = "",
    ) -> Response:
        following, status, problem = _here(following), 401, _WRONG
        headers: dict[str, str] = {}
        try:
            if await authenticator.opens(name, password, client_of(request)):
                reply = RedirectResponse(_root(request) + following, 303)
                set_cookie(reply, request, authenticator.cookie, authenticator.ticket(name))
                return reply
        except Wait as error:
            status, headers = 429, {"retry-after": str(error.seconds)}
            problem = tuple(one.format(error.seconds) for one in _WAIT)
        return _page(login_page(_root(request), following, name, problem), status, headers)

    @app.post("/logout", include_in_schema=False)
    def log_out(request: Request) -> Response:
        reply = RedirectResponse(_root(request) + "/login", 303)
        set_cookie(reply, request, authenticator.cookie, "")
        return reply


def _add_token(app: FastAPI, authenticator: Authenticator) -> None:
    @app.post("/api/token", responses={"default": {"model": Refusal}}, tags=["server"])
    def token(request: Request) -> Token:
        """A token for programs, so that they need not send a password with every request. Ask for
        it with Basic.
        """
        if not request.headers.get("authorization", "").lower().startswith("basic "):
            raise HTTPException(403, "a token is given for a name and a password (Basic) only")
        return Token(token=authenticator.ticket(request.scope["user"]), seconds=TICKET_SECONDS)


def _page(html: str, status: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    return HTMLResponse(html, status, {"cache-control": "no-store", **(headers or {})})


def _root(request: Request) -> str:
    return request.scope.get("root_path") or ""


def _here(address: str) -> str:
    """The address to go on to after the login: the given one if it is a path of this server, else
    that of the page.
    """
    return address if _HERE.fullmatch(address) else "/"
