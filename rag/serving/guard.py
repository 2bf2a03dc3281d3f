"""Checks every request before it reaches a route, those of the page and of Gradio included.

It refuses, in this order: websockets (nothing here uses them), host names that are not the
server's, routes that stay closed, requests that another site's page sends, bodies that are too
long, and requests without a login. It adds the security headers to all replies, and turns an
unexpected error into a message with a reference.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.serving.login import Authenticator
from rag.serving.origins import Hosts, is_foreign
from rag.serving.refusals import OPENAI_FOLDER, failure, form_of
from rag.serving.settings import Settings

BODY_LIMIT = 1_000_000
"""Most bytes in the body of a request; a longer one is answered with 413."""
UPLOAD_LIMIT = 50_000_000
"""The same for uploaded articles, on a server that accepts them."""

# Gradio's scripts are partly inline and build functions from the page's own templates, hence the
# 'unsafe' sources. The page may load nothing from any other address than its own.
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
# Gradio's routes that the page itself calls, below /gradio_api/. The others (files, proxy,
# recordings, monitoring) stay closed.
PAGE_ROUTES = tuple(
    "queue/join queue/data heartbeat/ startup-events cancel reset info theme.css".split()
)
UPLOAD_PATH = "/api/articles"
MCP_PATH = "/mcp"
OWN_ROUTES = ("/healthz", "/login", "/logout", "/docs", "/openapi.json", MCP_PATH)
PAGE_PATHS = ("/", "/config", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json")
OPEN_PATHS = (*PAGE_PATHS, *OWN_ROUTES)
STATIC_FOLDERS = ("/assets/", "/static/", "/svelte/", "/static-offline-docs/")
OPEN_FOLDERS = ("/api/", OPENAI_FOLDER, *STATIC_FOLDERS)
# Headers from which Gradio would make the addresses of its page, whoever sent them. They are
# removed from every request.
_DROPPED_HEADERS = (b"forwarded", b"x-gradio-server")


class Guard:
    """The ASGI middleware that does this; the outermost one except for uvicorn's own."""

    def __init__(
        self, app: ASGIApp, settings: Settings, authenticator: Authenticator | None
    ) -> None:
        """
        Args:
            app: the application to guard.
            settings: those of the server.
            authenticator: tells which user sends a request; None lets everybody in.
        """
        self._app, self._settings, self._authenticator = app, settings, authenticator
        self._hosts, self._root = Hosts.of(settings), settings.root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1008})
        scope = self._placed(scope)
        path, started = scope["path"].removeprefix(self._root), False

        async def send_guarded(event: Message) -> None:
            nonlocal started
            if event["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=event)
                headers.update(SECURITY_HEADERS)
                # Keeps answers and articles out of shared caches, even those of a proxy that caches
                # all it may.
                if not path.startswith(STATIC_FOLDERS):
                    headers.setdefault("cache-control", "private, no-cache")
            await send(event)

        try:
            if redirect := await self._checked(scope):
                await redirect(scope, receive, send_guarded)
            else:
                await self._app(scope, self._limited(scope, receive), send_guarded)
        except Exception as error:
            host = Headers(scope=scope).get("host", "")
            about = f"{scope['method']} {scope['path']} of {host}"
            status, body, headers = failure(error, about, form_of(path))
            if not started:
                await JSONResponse(body, status, headers)(scope, receive, send_guarded)

    def _placed(self, scope: Scope) -> Scope:
        """The request with its path below the root path, whether the reverse proxy cut the root
        path off or not, and without the headers that claim another address of the server.
        """
        root, path = self._root, scope["path"]
        if root and path != root and not path.startswith(root + "/"):
            path = root + path
        headers = [
            one
            for one in scope["headers"]
            if not one[0].startswith(b"x-forwarded-") and one[0] not in _DROPPED_HEADERS
        ]
        return {**scope, "path": path, "root_path": root, "headers": headers}

    async def _checked(self, scope: Scope) -> Response | None:
        """None for a request that may pass; a redirect to the login form for a reader who has to
        log in first. Raises HTTPException for any other request.

        Sets ``scope["user"]`` to the name of the user, None for nobody.
        """
        headers, method = Headers(scope=scope), scope["method"]
        path = scope["path"].removeprefix(self._root) or "/"
        if not self._hosts.has(headers.get("host", "")):
            raise HTTPException(
                400,
                "the server does not go by the name in the address; its administrator can add it"
                " with --allowed-host",
            )
        if not self._is_open(path):
            raise HTTPException(404, "there is nothing here, or it is not open")
        if is_foreign(method, headers):
            raise HTTPException(403, "another site's page may not ask here")
        if _declared_length(headers) > self._limit(path):
            raise too_long(self._limit(path))
        if self._authenticator is None or path == "/login":
            return None
        connection = HTTPConnection(scope)
        name = await self._authenticator.who(connection)
        scope["user"] = name
        if name is not None or path == "/healthz":
            return None
        if method in ("GET", "HEAD") and "text/html" in headers.get("accept", ""):
            query = scope["query_string"].decode("latin-1")
            following = quote(f"{path}?{query}" if query else path, safe="")
            return RedirectResponse(f"{self._root}/login?next={following}", 303)
        # This header makes a browser cover the page with its own login dialog, so only programs
        # get it.
        by_page = "sec-fetch-mode" in headers
        asked = {} if by_page else {"www-authenticate": 'Basic realm="Yinju", charset="UTF-8"'}
        message = (
            "log in first: at /login, or with a name and a password (Basic) or a token (Bearer)"
        )
        raise HTTPException(401, message, asked)

    def _is_open(self, path: str) -> bool:
        """Whether a path, given without the root path, is open."""
        head, found, rest = path.partition("/gradio_api/")
        if found:
            return not head and rest.startswith(PAGE_ROUTES)
        return path in OPEN_PATHS or path.startswith(OPEN_FOLDERS)

    def _limit(self, path: str) -> int:
        return UPLOAD_LIMIT if path == UPLOAD_PATH and self._settings.allow_upload else BODY_LIMIT

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """A ``receive`` that raises HTTPException 413 for a body that is longer than allowed but
        did not declare it.
        """
        seen, limit = 0, self._limit(scope["path"].removeprefix(self._root))

        async def receive_limited() -> Message:
            nonlocal seen
            event = await receive()
            seen += len(event.get("body", b""))
            if seen > limit:
                raise too_long(limit)
            return event

        return receive_limited


def too_long(limit: int) -> HTTPException:
    """The error for a body of more than ``limit`` bytes."""
    return HTTPException(413, f"a request may have {limit:,} bytes at most")


def _declared_length(headers: Headers) -> int:
    """The declared bytes of a body: 0 for none declared, too many for what is no number."""
    declared = headers.get("content-length", "0")
    return int(declared) if declared.isascii() and declared.isdigit() else UPLOAD_LIMIT + 1
