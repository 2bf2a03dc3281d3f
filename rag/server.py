"""The server's own routes: questions, searches and articles as JSON, and the guard around every route.

The page is mounted behind these routes by :mod:`rag.ui.app`; programs use ``/api``.
"""

from __future__ import annotations

import logging
import secrets
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from rag.answer.events import Event
from rag.answer.types import Answer
from rag.corpus.article import Article
from rag.errors import ServerError, UsageError, YinjuError
from rag.library import Assistant, Index
from rag.search.types import Filters, Hit

log = logging.getLogger("rag.server")

LOOPBACK = ("127.0.0.1", "localhost", "::1")
BODY_LIMIT = 1_000_000
"""Bytes of a request's body; a longer one is answered with 413."""
HISTORY_LIMIT = 12
"""Earlier questions of a request, each answered in turn; the last one decides what a follow-up means."""
SEARCHES_AT_ONCE = 8
"""Further searches wait: they share the processor, so more at once would only all be slower."""

# Gradio's scripts are partly inline and build functions from the page's own templates; every other
# address than the page's own is refused.
CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}
# What the page itself calls. Gradio's other routes (upload, files, proxy, recordings) stay shut.
PAGE_ROUTES = ("queue/join", "queue/data", "heartbeat/", "startup-events", "cancel", "reset", "info", "theme.css")


class Desk:
    """One index, asked by the page and by programs at once; a rebuilt index is taken up by itself."""

    def __init__(self, index: Index):
        self.index = index
        self._assistant = Assistant(index)
        self._slots = threading.BoundedSemaphore(SEARCHES_AT_ONCE)
        self._reloading = threading.Lock()

    def refresh(self) -> None:
        """Take up the index version that is live now; where it cannot be opened, the old one stays."""
        # Who finds the lock held need not wait: its holder is about to bring the new version.
        if not self._reloading.acquire(blocking=False):
            return
        try:
            self.index.reload()
        except YinjuError as error:
            log.error("the new index version cannot be opened, so the old one stays in use: %s", error)
        finally:
            self._reloading.release()

    def ask(
        self, question: str, filters: Filters | None = None, as_of: str = "", without: Sequence[str] = (), before: Sequence[str] = ()
    ) -> Answer:
        """The answer to one question, after those ``before`` it. Raises UsageError for a question that cannot be used."""
        self.refresh()
        with self._slots:
            turns = self._assistant.turns(before, filters, as_of)
            return self._assistant.ask(question, turns, filters, as_of, without)

    def stream(
        self, question: str, history: Sequence[tuple[str, Answer]] = (), filters: Filters | None = None, as_of: str = "",
        without: Sequence[str] = (),
    ) -> Iterator[Event]:
        """The answer stage by stage, see :meth:`rag.library.Assistant.stream`. Raises as :meth:`ask`."""
        self.refresh()
        with self._slots:
            yield from self._assistant.stream(question, history, filters, as_of, without)

    def search(self, question: str, k: int, filters: Filters) -> list[Hit]:
        """The best ``k`` passages. Raises as :meth:`ask`."""
        self.refresh()
        with self._slots:
            return self.index.search(question, k=k, filters=filters)

    def article(self, article_id: str) -> Article | None:
        """An article as the live index has it; None where it has none of that id."""
        try:
            return self.index.article(article_id)
        except UsageError:
            return None


class Narrowing(BaseModel):
    """Filters of a request; see :class:`rag.search.types.Filters`."""

    date_from: str = ""
    date_to: str = ""
    sources: list[str] = Field(default_factory=list, max_length=100)
    langs: list[str] = Field(default_factory=list, max_length=100)
    places: list[str] = Field(default_factory=list, max_length=100)

    def filters(self) -> Filters:
        return Filters(self.date_from, self.date_to, tuple(self.sources), tuple(self.langs), tuple(self.places))


class Lifting(BaseModel):
    """How a question is taken: after which ones, and under which of its constraints; see :meth:`rag.library.Assistant.ask`."""

    as_of: str = ""
    without: list[str] = Field(default_factory=list, max_length=100)
    history: list[str] = Field(default_factory=list, max_length=HISTORY_LIMIT, description="Earlier questions, oldest first.")


class Asked(Narrowing, Lifting):
    """What follows the ``?`` of ``/api/ask``."""

    question: str


class Searched(Narrowing):
    """What follows the ``?`` of ``/api/search``."""

    question: str
    k: int = Field(10, ge=1, le=100)


class Asking(Lifting):
    """The body of ``POST /api/ask``."""

    question: str
    filters: Narrowing = Field(default_factory=Narrowing)


def build_api(index: Index, local_only: bool = True) -> FastAPI:
    """The application with Yinju's own routes; its :class:`Desk` is ``app.state.desk``.

    Args:
        index: an open index.
        local_only: refuse requests that name another host than this machine (a web page elsewhere could
            otherwise point its own name at 127.0.0.1 and read along).

    Errors are ``{"error": message}``: 400 for an unusable request, 404 for what is not there, 413 for a
    body over :data:`BODY_LIMIT`, 500 with a reference number whose trace is in the log.
    """
    from rag import __version__

    # The interactive documentation pages load scripts from elsewhere; the schema itself is served.
    app = FastAPI(title="Yinju", version=__version__, docs_url=None, redoc_url=None)
    app.state.desk = Desk(index)
    _add_routes(app, app.state.desk)
    for error, answer in (
        (UsageError, _unusable),
        (RequestValidationError, _unusable),
        (HTTPException, _refused),
    ):
        app.add_exception_handler(error, answer)
    if local_only:
        hosts = [f"[{name}]" if ":" in name else name for name in LOOPBACK]
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    app.add_middleware(Guard)
    return app


def _add_routes(app: FastAPI, desk: Desk) -> None:
    """Plain functions, so FastAPI runs them in threads and a search holds up nobody."""

    @app.get("/healthz")
    def healthz() -> dict:
        desk.refresh()
        return {"status": "ok", "articles": desk.index.n_articles, "index_version": desk.index.version}

    @app.post("/api/ask")
    def ask(asking: Asking) -> dict:
        return desk.ask(asking.question, asking.filters.filters(), asking.as_of, asking.without, asking.history).to_dict()

    @app.get("/api/ask")
    def ask_by_address(asked: Annotated[Asked, Query()]) -> dict:
        return desk.ask(asked.question, asked.filters(), asked.as_of, asked.without, asked.history).to_dict()

    @app.get("/api/search")
    def search(asked: Annotated[Searched, Query()]) -> dict:
        hits = desk.search(asked.question, asked.k, asked.filters())
        return {"question": asked.question, "hits": [asdict(hit) for hit in hits]}

    @app.get("/api/articles/{article_id:path}")
    def article(article_id: str) -> dict:
        desk.refresh()
        found = desk.article(article_id)
        if found is None:
            raise HTTPException(404, f"no article has the id {article_id!r}")
        return {key: value for key, value in asdict(found).items() if key != "path"}

    @app.api_route("/api/{rest:path}", methods=["GET", "POST"], include_in_schema=False)
    def unknown(rest: str) -> None:
        raise HTTPException(404, f"there is no /api/{rest}; see /openapi.json")


def _unusable(request: Request, error: Exception) -> JSONResponse:
    message = str(error)
    if isinstance(error, RequestValidationError):
        problems = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        message = "; ".join(problems)
    return JSONResponse({"error": message}, 400)


def _refused(request: Request, error: HTTPException) -> JSONResponse:
    return JSONResponse({"error": str(error.detail)}, error.status_code, error.headers)


class Guard:
    """Around every route, the page's included: shut routes, a limit on bodies, headers, and the last resort."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_guarded(event):
            nonlocal started
            if event["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=event).update(SECURITY_HEADERS)
            await send(event)

        async def refuse(status: int, message: str):
            await JSONResponse({"error": message}, status)(scope, receive, send_guarded)

        if _is_shut(scope["path"]):
            await refuse(404, "this route is not open")
            return
        if _declared_length(scope) > BODY_LIMIT:
            await refuse(413, f"a request may have {BODY_LIMIT:,} bytes at most")
            return
        try:
            await self.app(scope, _limited(receive), send_guarded)
        except Exception as error:
            if isinstance(error, HTTPException):
                status, message = error.status_code, str(error.detail)
            else:
                reference = secrets.token_hex(4)
                log.exception("reference %s: %s %s", reference, scope["method"], scope["path"])
                status, message = 500, f"something went wrong; the server's log has it under {reference}"
            if not started:
                await refuse(status, message)


def _is_shut(path: str) -> bool:
    head, found, rest = path.partition("/gradio_api/")
    return bool(found) and not rest.startswith(PAGE_ROUTES)


def _declared_length(scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else BODY_LIMIT + 1
    return 0


def _limited(receive):
    """``receive`` that stops a body which is longer than allowed and did not say so."""
    seen = 0

    async def receive_limited():
        nonlocal seen
        event = await receive()
        seen += len(event.get("body", b""))
        if seen > BODY_LIMIT:
            raise HTTPException(413, f"a request may have {BODY_LIMIT:,} bytes at most")
        return event

    return receive_limited


def listen(host: str, port: int, insecure: bool = False) -> socket.socket:
    """A socket bound to ``host`` and ``port``, so that a server started later cannot fail on it.

    Raises ServerError where the port is taken, the address is not one of this machine, or the address
    can be reached from other machines and ``insecure`` is False: the page asks for no password.
    """
    if host not in LOOPBACK and not insecure:
        raise ServerError(
            f"{host} can be reached from other machines, and the page asks for no password; "
            "leave --host out to serve this machine only, or add --insecure if that is what you want"
        )
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
    except (OSError, OverflowError) as error:
        raise ServerError(f"cannot serve on {host} port {port}: {error}; choose another --host or --port") from error
    try:
        # A port whose last connections linger after a restart is free, one that is listened on is not.
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
