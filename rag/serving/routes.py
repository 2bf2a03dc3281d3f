"""The JSON interface, and the application that contains it. :mod:`rag.ui.app` mounts the page
behind these routes.
"""

from __future__ import annotations

import functools
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Body, FastAPI, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from rag.answer.types import Answer
from rag.library import Index
from rag.search.browse import Listing, Statistics
from rag.serving.batch import add_batch
from rag.serving.clippings import add_clippings
from rag.serving.described import describe
from rag.serving.entrance import add_entrance
from rag.serving.events import EVENT_STREAM_MEDIA_TYPE, event_stream
from rag.serving.guard import Guard
from rag.serving.ingest_routes import add_ingest
from rag.serving.login import Authenticator
from rag.serving.mcp_routes import add_mcp
from rag.serving.models import (
    REFUSAL_RESPONSES,
    Asking,
    AskRequest,
    Browsed,
    Checking,
    Health,
    Responses,
    Searched,
    SearchReply,
    Suggested,
    TextSpan,
    WholeArticle,
)
from rag.serving.openai_routes import add_openai
from rag.serving.query_service import QueryService
from rag.serving.refusals import explain
from rag.serving.settings import Settings
from rag.writing.check import Verdict, check

_STREAMED: Responses = {200: {"content": {EVENT_STREAM_MEDIA_TYPE: {"schema": {"type": "string"}}}}}


def build_api(index: Index, settings: Settings = Settings()) -> FastAPI:
    """Builds the guarded application with Yinju's own routes and OpenAI's. Its
    :class:`QueryService` is ``app.state.service``.

    Args:
        index: an open index.
        settings: those of the server.

    Errors are ``{"error": message, "reference": number}``: 400 for an unusable request, 401 if the
    client has to log in first, 403 for a request of another site's page, 404 for what does not
    exist, 413 for a body over :data:`rag.serving.guard.BODY_LIMIT`, 429 after wrong passwords, 503
    if too many requests are waiting, 500 for an unexpected error.
    """
    from fastapi_offline import FastAPIOffline

    from rag import __version__

    app = FastAPIOffline(
        title="Yinju",
        version=__version__,
        docs_url="/docs",
        redoc_url=None,
        swagger_ui_oauth2_redirect_url="/docs/oauth2-redirect",
        description=(
            "Answers from news articles, quoted word for word. Errors are `{error, reference}`."
        ),
    )
    app.state.service = service = QueryService(index, settings)
    authenticator = Authenticator(settings.accounts) if settings.accounts else None
    _add_health(app, service)
    _add_answers(app, service)
    _add_search(app, service)
    _add_articles(app, service)
    add_batch(app, service)
    add_clippings(app, service)
    add_openai(app, service)
    add_mcp(app, service)
    if service.ingest_queue:
        add_ingest(app, service.ingest_queue)
    add_entrance(app, authenticator)
    _add_unknown(app)
    explain(app)
    describe(app, authenticator is not None)
    app.add_middleware(Guard, settings=settings, authenticator=authenticator)
    return app


def _add_health(app: FastAPI, service: QueryService) -> None:
    # Not a coroutine, so FastAPI runs it in a thread outside the service's pool: it replies even
    # when all threads of the pool are taken.
    @app.get("/healthz", response_model_exclude_none=True, tags=["server"])
    def healthz(request: Request) -> Health:
        """Whether the server answers, and from what. Without a log-in it only tells the status."""
        service.refresh()
        health = Health(status="degraded" if service.problem else "ok")
        if not service.settings.accounts or request.scope.get("user"):
            health.articles, health.index_version = service.index.n_articles, service.index.version
            health.problem = service.problem or None
            health.overdue = [one.name for one in service.overdue()] or None
        return health


def _add_answers(app: FastAPI, service: QueryService) -> None:
    async def answer(request: Request, asked: AskRequest | Asking) -> Answer | Response:
        how = asked.how()
        if EVENT_STREAM_MEDIA_TYPE in request.headers.get("accept", ""):
            return await event_stream(service, asked.question, **how)

        def answered() -> Answer:
            found = service.answer(asked.question, **how)
            return service.with_columns(found, asked.columns) if asked.columns else found

        return await service.pool.done(answered)

    described: dict[str, Any] = {
        "response_model": Answer,
        "responses": REFUSAL_RESPONSES | _STREAMED,
        "tags": ["questions"],
    }

    @app.post("/api/ask", **described)
    async def ask(request: Request, asking: Annotated[Asking, Body()]):
        """The answer to a question, with its sources.

        With `Accept: text/event-stream` it is told stage by stage: `searching` (articles), `found`
        (passages, articles), `writing` (a language model is at it: its name, sentences so far; now
        and then), `text` (a piece of the answer's text, again and again) and last `answer`, which
        is what comes without; or `error`.
        """
        return await answer(request, asking)

    @app.get("/api/ask", **described)
    async def ask_by_address(request: Request, asked: Annotated[AskRequest, Query()]):
        """As POST, for the address bar."""
        return await answer(request, asked)

    @app.post("/api/suggest", responses=REFUSAL_RESPONSES, tags=["questions"])
    async def suggest(asking: Annotated[Asking, Body()]) -> Suggested:
        """Questions to go on with after this one, which are known to be answered; each is to be
        asked with it at the end of its `history`.
        """
        work = functools.partial(service.follow, asking.question, **asking.how())
        return Suggested(suggestions=list(await service.pool.done(work)))


def _add_search(app: FastAPI, service: QueryService) -> None:
    @app.get(
        "/api/search",
        responses=REFUSAL_RESPONSES,
        response_model_exclude_none=True,
        tags=["questions"],
    )
    async def search(asked: Annotated[Searched, Query()]) -> SearchReply:
        """The passages that fit a question best; with `facets` all articles that hold the words.

        With `facets`, words in quotation marks must stand as they are written, and `-word` leaves
        out what holds the word.
        """
        question, k, filters = asked.question, asked.k, asked.filters()
        if not asked.facets:
            hits = await service.pool.done(lambda: service.search(question, k, filters))
            return SearchReply(question=question, hits=hits)
        found = await service.pool.done(lambda: service.sift(question, filters, asked.start, k))
        return SearchReply(
            question=question,
            hits=list(found.hits),
            total=found.total,
            start=found.start,
            nearest=found.nearest,
            facets=found.facets,
        )

    @app.post("/api/check", responses=REFUSAL_RESPONSES, tags=["checks"])
    async def check_sentence(checking: Annotated[Checking, Body()]) -> Verdict:
        """Whether some evidence says a sentence. The articles are not looked at."""
        return await service.pool.done(lambda: check(checking.sentence, checking.evidence))


def _add_articles(app: FastAPI, service: QueryService) -> None:
    @app.get("/api/corpus", responses=REFUSAL_RESPONSES, tags=["articles"])
    async def corpus() -> Statistics:
        """What there is, in figures, and what could not be read."""
        return await service.pool.done(lambda: service.live().statistics())

    @app.get("/api/articles", responses=REFUSAL_RESPONSES, tags=["articles"])
    async def articles(asked: Annotated[Browsed, Query()]) -> Listing:
        """A page of the list of articles."""
        given = (asked.words, asked.filters(), asked.order, asked.start, asked.count)
        return await service.pool.done(lambda: service.live().browse(*given))

    @app.get("/api/articles/{article_id:path}", responses=REFUSAL_RESPONSES, tags=["articles"])
    async def article(article_id: str) -> WholeArticle:
        """A whole article. An id may hold anything: percent-encode it all, slashes too."""
        found = await service.pool.done(lambda: service.whole_article(article_id))
        if found is None:
            raise HTTPException(404, f"no article has the id {article_id!r}")
        whole, passages = found
        fields = {key: value for key, value in asdict(whole).items() if key != "path"}
        spans = [TextSpan(start=start, end=end) for start, end in passages]
        return WholeArticle(**fields, passages=spans)


def _add_unknown(app: FastAPI) -> None:
    @app.api_route("/api/{rest:path}", methods=["GET", "POST"], include_in_schema=False)
    def unknown(rest: str) -> None:
        raise HTTPException(404, f"there is no /api/{rest}; see /docs")
