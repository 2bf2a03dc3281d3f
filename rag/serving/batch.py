"""Many questions in one request, answered one after another. Each of them queues separately, so
questions of other clients are answered in between."""

from __future__ import annotations

import functools
import json
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request
from pydantic import BaseModel, Field
from starlette.responses import StreamingResponse

from rag.answer.types import Answer
from rag.narrowing import Narrowing, names
from rag.serving.events import UNBUFFERED_HEADERS
from rag.serving.models import (
    AS_OF_DESCRIPTION,
    HISTORY_LIMIT,
    REFUSAL_RESPONSES,
    WITHOUT_DESCRIPTION,
    Refusal,
    Responses,
)
from rag.serving.query_service import How, QueryService
from rag.serving.refusals import failure

BATCH_LIMIT = 100
"""Most questions in one request."""
_NDJSON_MEDIA_TYPE = "application/x-ndjson"


class BatchQuestion(BaseModel):
    """One question of a batch."""

    id: str = Field(
        "", max_length=200, description="Comes back with the answer; its place from 1 unless told."
    )
    question: str
    history: list[str] = names("Earlier questions, oldest first.", HISTORY_LIMIT)


class Batch(BaseModel):
    """The body of ``POST /api/batch``; filters and the rest are those of all its questions."""

    questions: list[BatchQuestion] = Field(min_length=1, max_length=BATCH_LIMIT)
    filters: Narrowing = Field(default_factory=Narrowing)
    as_of: str = Field("", description=AS_OF_DESCRIPTION)
    without: list[str] = names(WITHOUT_DESCRIPTION)


class BatchAnswer(BaseModel):
    """What became of one question: an answer, or why there is none."""

    id: str
    answer: Answer | None = None
    error: Refusal | None = Field(
        None, description="As the question alone would have been refused; the others are answered."
    )


class BatchAnswers(BaseModel):
    """In the order of the questions."""

    answers: list[BatchAnswer]


_LINE = {"type": "string", "description": "One answer a line, as soon as it is there."}
_RESPONSES: Responses = {
    200: {"content": {_NDJSON_MEDIA_TYPE: {"schema": _LINE}}},
    **REFUSAL_RESPONSES,
}


def add_batch(app: FastAPI, service: QueryService) -> None:
    """Adds ``POST /api/batch``."""

    @app.post("/api/batch", response_model=BatchAnswers, responses=_RESPONSES, tags=["questions"])
    async def batch(request: Request, batch: Batch):
        """The answers to up to 100 questions. Who hangs up ends the work after the question it is
        at.

        With `Accept: application/x-ndjson` each comes on a line of its own as soon as it is there.
        """
        if _NDJSON_MEDIA_TYPE in request.headers.get("accept", ""):
            lines = _lines(service, batch)
            return StreamingResponse(lines, 200, UNBUFFERED_HEADERS, _NDJSON_MEDIA_TYPE)
        answers = []
        async for one in _answers(service, batch):
            answers.append(one)
            if await request.is_disconnected():
                break
        return BatchAnswers(answers=answers)


async def _answers(service: QueryService, batch: Batch) -> AsyncIterator[BatchAnswer]:
    """Yields the outcome of each question in order. An error concerns its own question only."""
    filters, as_of, without = batch.filters.filters(), batch.as_of, batch.without
    for number, one in enumerate(batch.questions, 1):
        how = How(filters=filters, as_of=as_of, without=without, before=one.history)
        work = functools.partial(service.answer, one.question, **how)
        outcome = BatchAnswer(id=one.id or str(number))
        try:
            # Each question enters the queue only when the one before is answered, so that a batch
            # does not keep other clients waiting.
            outcome.answer = await service.pool.done(work)
        except Exception as error:
            outcome.error = Refusal(**failure(error, "question of /api/batch")[1])
        yield outcome


async def _lines(service: QueryService, batch: Batch) -> AsyncIterator[bytes]:
    """Yields the same as lines of JSON."""
    async for one in _answers(service, batch):
        yield json.dumps(one.model_dump(mode="json"), ensure_ascii=False).encode() + b"\n"
