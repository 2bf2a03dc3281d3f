"""Pinned quotes as a file with footnotes: ``POST /api/clippings``."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Body, FastAPI
from pydantic import BaseModel, Field
from starlette.responses import Response

from rag.clippings import Clipping, as_docx, as_markdown
from rag.serving.models import REFUSED, Responses
from rag.serving.query_service import QueryService

CLIPPINGS_LIMIT = 200
"""Quotes of one request."""
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TEXT, _LINE = 20_000, 2_000


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
_RESPONSES: Responses = {200: {"content": {DOCX: _FILE}}, **REFUSED}


def add_clippings(app: FastAPI, service: QueryService) -> None:
    """Adds ``POST /api/clippings``."""

    @app.post("/api/clippings", response_model=Footnoted, responses=_RESPONSES, tags=["articles"])
    def clippings(asked: Annotated[Clippings, Body()]) -> Footnoted | Response:
        """Quotes with their sources in footnotes, as Markdown or as a Word file. What the index
        does not have at its place any more is marked.
        """
        made = [_checked(service, one) for one in asked.clippings]
        if asked.form == "docx":
            return Response(
                as_docx(made, asked.lang),
                media_type=DOCX,
                headers={"content-disposition": 'attachment; filename="yinju.docx"'},
            )
        return Footnoted(markdown=as_markdown(made, asked.lang))


def _checked(service: QueryService, one: Pinned) -> Clipping:
    article = service.article(one.article_id)
    same = article is not None and article.text[one.start :].startswith(one.quote)
    # What the index says of the article counts.
    of = article if article and same else one
    return Clipping(one.quote, of.title, of.date, of.source, of.url, of.lang, one.question, same)
