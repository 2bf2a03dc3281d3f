"""Pinned quotes as a file with footnotes: ``POST /api/clippings``."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Body, FastAPI
from pydantic import BaseModel, Field
from starlette.responses import Response

from rag.clippings import Clipping, as_docx, as_markdown
from rag.serving.models import REFUSAL_RESPONSES, Responses
from rag.serving.query_service import QueryService

CLIPPINGS_LIMIT = 200
"""Most quotes in one request."""
_DOCX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TEXT, _LINE = 20_000, 2_000  # most characters of a quote; of its title, address and the like


class Pinned(BaseModel):
    """A quote as citations have it; other fields of a citation may come along."""

    article_id: str = Field(max_length=_LINE)
    start: int = Field(ge=0)
    quote: str = Field(min_length=1, max_length=_TEXT)
    title: str = Field("", max_length=_LINE)
    date: str = Field("", max_length=100)
    source: str = Field("", max_length=_LINE)
    url: str = Field("", max_length=_LINE)
    lang: str = Field("", max_length=20)
    question: str = Field("", max_length=_LINE, description="Stands above it.")


class Clippings(BaseModel):
    """The body of ``POST /api/clippings``."""

    clippings: list[Pinned] = Field(
        min_length=1,
        max_length=CLIPPINGS_LIMIT,
        description="In the order in which they shall stand.",
    )
    form: Literal["markdown", "docx"] = "markdown"
    lang: Literal["zh", "en"] = Field("en", description="Of the heading and of remarks.")


class Footnoted(BaseModel):
    """The reply to ``form`` "markdown"; to "docx" it is the file itself."""

    markdown: str


_FILE = {"schema": {"type": "string", "format": "binary"}}
_RESPONSES: Responses = {200: {"content": {_DOCX_MEDIA_TYPE: _FILE}}, **REFUSAL_RESPONSES}


def add_clippings(app: FastAPI, service: QueryService) -> None:
    """Adds ``POST /api/clippings``."""

    @app.post("/api/clippings", response_model=Footnoted, responses=_RESPONSES, tags=["articles"])
    def clippings(asked: Annotated[Clippings, Body()]) -> Footnoted | Response:
        """Quotes with their sources in footnotes, as Markdown or as a Word file. What the index
        does not have at its place any more is marked.
        """
        made = [_checked(service, one) for one in asked.clippings]
        if asked.form == "docx":
            named = {"content-disposition": 'attachment; filename="yinju.docx"'}
            return Response(as_docx(made, asked.lang), 200, named, _DOCX_MEDIA_TYPE)
        return Footnoted(markdown=as_markdown(made, asked.lang))


def _checked(service: QueryService, one: Pinned) -> Clipping:
    """The clipping of a pinned quote, checked if the index still has the quote at its place."""
    article = service.article(one.article_id)
    same = article is not None and article.text[one.start :].startswith(one.quote)
    # Where the index confirms the quote, its metadata replaces that which the client sent.
    of = article if article and same else one
    return Clipping(one.quote, of.title, of.date, of.source, of.url, of.lang, one.question, same)
