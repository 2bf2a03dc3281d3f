"""Yinju as a model behind OpenAI's chat interface, for any front end and client that speaks it
(docs/openai.md).

This module passes on the assistant's answers unchanged; it only puts them into OpenAI's form.
"""

from __future__ import annotations

import functools
import json
import re
import secrets
import time
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from rag.answer.events import Event
from rag.answer.types import Answer
from rag.errors import UsageError
from rag.plain import notes
from rag.serving.events import EVENT_STREAM_MEDIA_TYPE, streamed
from rag.serving.models import HISTORY_LIMIT, Responses
from rag.serving.openai_models import (
    MODEL_NAME,
    Annotation,
    ChatCompletion,
    ChatRequest,
    Choice,
    Model,
    Models,
    OpenAIRefusal,
    ReplyMessage,
    UrlCitation,
    Usage,
)
from rag.serving.query_service import How, QueryService
from rag.serving.refusals import failure, openai_form

_REFUSED: Responses = {"default": {"model": OpenAIRefusal, "description": "Refused or failed."}}
_CHUNKS = {"type": "string", "description": "chat.completion.chunk events, then [DONE]."}
_STREAMED: Responses = {200: {"content": {EVENT_STREAM_MEDIA_TYPE: {"schema": _CHUNKS}}}}
_NUMBER = re.compile(r"\[(\d+)\]")


def add_openai(app: FastAPI, service: QueryService) -> None:
    """Adds ``/v1/chat/completions`` and ``/v1/models``."""

    @app.post(
        "/v1/chat/completions",
        response_model=ChatCompletion,
        responses=_REFUSED | _STREAMED,
        tags=["OpenAI"],
    )
    async def chat_completions(request: ChatRequest):
        """The answer to the last message of the user; a follow-up is understood from those before
        it.

        Other messages are not read. With `stream` the text comes in pieces, and its annotations
        with the last of them.
        """
        _known(request.model)
        question, before = _conversation(request)
        filters = request.filters.filters()
        how = How(filters=filters, as_of=request.as_of, without=request.without, before=before)
        if request.stream:
            chunks = _Chunks(bool(request.stream_options and request.stream_options.include_usage))
            about = "events of /v1/chat/completions"
            failed = lambda error: _line(failure(error, about, openai_form)[1])
            events = service.pool.stream(lambda: service.events(question, **how))
            return await streamed(events, chunks.encode, failed)
        work = functools.partial(service.answer, question, **how)
        return completion(await service.pool.done(work))

    _add_models(app, service)

    @app.api_route("/v1/{rest:path}", methods=["GET", "POST"], include_in_schema=False)
    def unknown(rest: str) -> None:
        raise HTTPException(
            404, f"there is no /v1/{rest}: expected /v1/chat/completions or /v1/models; see /docs"
        )


def _add_models(app: FastAPI, service: QueryService) -> None:
    @app.get("/v1/models", responses=_REFUSED, tags=["OpenAI"])
    async def models() -> Models:
        """The one model that there is."""
        return Models(data=[_model(service)])

    @app.get("/v1/models/{model}", responses=_REFUSED, tags=["OpenAI"])
    async def model(model: str) -> Model:
        """The one model that there is, by its name."""
        _known(model)
        return _model(service)


def completion(answer: Answer) -> ChatCompletion:
    """The whole reply to a request that is not streamed."""
    reply = GrowingReply(answer.text)
    reply.end(answer)
    message = ReplyMessage(content=reply.text, annotations=url_annotations(reply.text, answer))
    return ChatCompletion(
        id=_id(),
        created=int(time.time()),
        system_fingerprint=answer.index_version,
        choices=[Choice(message=message)],
        usage=usage(answer),
        yinju=answer,
    )


class GrowingReply:
    """The text of a reply as it grows. Front ends render it as Markdown, where two spaces before a
    line break keep it a line break.

    Attributes:
        answered: the pieces of the answer's text so far.
        text: the whole reply so far, as the front end gets it.
    """

    def __init__(self, text: str = "") -> None:
        self.answered, self.text = "", ""
        self.add(text)

    def add(self, piece: str) -> str:
        """Adds a piece of the answer's text, and returns what to send of it."""
        self.answered += piece
        return self._show(piece)

    def end(self, answer: Answer) -> str:
        """Adds the end of the reply, and returns what to send of it: the rest of the answer's text
        and the notes below it. If the answer does not begin with the pieces so far, its whole text
        follows them."""
        rest = answer.text.removeprefix(self.answered)
        if not answer.text.startswith(self.answered):
            rest = f"\n\n{answer.text}"
        below = notes(answer)
        return self._show(f"{rest}\n\n{below}" if below else rest)

    def _show(self, text: str) -> str:
        shown = text.replace("\n", "  \n")
        self.text += shown
        return shown


def url_annotations(text: str, answer: Answer) -> list[Annotation]:
    """For every citation whose article has an address: the address, and where its mark, such as
    [1], first stands in ``text``. Front ends list these as sources."""
    found: dict[int, Annotation] = {}
    for mark in _NUMBER.finditer(text):
        number, (start, end) = int(mark[1]), mark.span()
        if number in found or not 1 <= number <= len(answer.citations):
            continue
        cited = answer.citations[number - 1]
        title = cited.title or cited.article_id
        if cited.url:
            there = UrlCitation(start_index=start, end_index=end, url=cited.url, title=title)
            found[number] = Annotation(url_citation=there)
    return list(found.values())


def usage(answer: Answer) -> Usage:
    """The tokens of the language model for an answer; ``Answer.written`` knows only their total."""
    return Usage(total_tokens=answer.written.tokens if answer.written else 0)


class _Chunks:
    """Turns the events of one answer into chunks of OpenAI's form."""

    def __init__(self, with_usage: bool) -> None:
        self._with_usage, self._reply, self._begun = with_usage, GrowingReply(), False
        self._head: dict[str, Any] = {"id": _id(), "object": "chat.completion.chunk"}
        self._head |= {"created": int(time.time()), "model": MODEL_NAME}

    def encode(self, event: Event) -> bytes:
        """The bytes to send for an event; b"" for one that has no text, unless it is the first."""
        first = b"" if self._begun else self._chunk({"role": "assistant", "content": ""})
        self._begun = True
        if isinstance(event, str):
            return first + self._chunk({"content": self._reply.add(event)})
        if not isinstance(event, Answer):
            return first
        last: dict[str, Any] = {"content": self._reply.end(event)}
        if marks := url_annotations(self._reply.text, event):
            last["annotations"] = [mark.model_dump() for mark in marks]
        chunks = first + self._chunk(last) + self._chunk({}, "stop")
        if self._with_usage:
            chunks += self._line(choices=[], usage=usage(event).model_dump())
        return chunks + b"data: [DONE]\n\n"

    def _chunk(self, delta: dict[str, Any], finished: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finished, "logprobs": None}
        return self._line(choices=[choice])

    def _line(self, **more: Any) -> bytes:
        return _line({**self._head, **more})


def _conversation(request: ChatRequest) -> tuple[str, list[str]]:
    """The last question of the user, and those of the questions before it that are used. Raises
    UsageError if the user asks nothing."""
    asked = [message.words() for message in request.messages if message.role == "user"]
    *before, question = [*filter(None, asked)] or [""]
    if not question:
        raise UsageError("expected a message of the role user with text in it, got none")
    # Old questions are dropped half a limit at a time, not one by one. So a long conversation most
    # often begins with the same question as last time, and its answers are still remembered.
    half = HISTORY_LIMIT // 2
    return question, before[max(0, len(before) // half - 1) * half :]


def _known(model: str) -> None:
    """Raises HTTPException 404 for the name of any other model."""
    if model != MODEL_NAME:
        raise HTTPException(
            404, f"expected the model {MODEL_NAME!r}, got {model!r}: there is no other here"
        )


def _model(service: QueryService) -> Model:
    created = datetime.fromisoformat(service.index.snapshot.manifest.created)
    return Model(created=int(created.timestamp()))


def _id() -> str:
    return f"chatcmpl-{secrets.token_hex(12)}"


def _line(data: dict) -> bytes:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
