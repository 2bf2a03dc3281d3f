"""Sends an answer as server-sent events, stage by stage."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import asdict
from typing import Unpack

from starlette.responses import StreamingResponse

from rag.answer.events import Event
from rag.answer.types import Answer
from rag.serving.query_service import How, QueryService
from rag.serving.refusals import failure

EVENT_STREAM_MEDIA_TYPE = "text/event-stream"
PING_SECONDS = 15.0
"""Seconds without an event after which a ping is sent: proxies close idle connections."""
# A proxy that buffers a reply until it is complete would deliver all stages at once.
UNBUFFERED_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


async def event_stream(
    service: QueryService, question: str, **how: Unpack[How]
) -> StreamingResponse:
    """The reply that streams the answer to a question. It begins when the turn of the question has
    come. A reader who disconnects ends the work after the stage it is in.

    Raises what :meth:`QueryService.ask` raises, if that happens before the first event; a later
    error is sent as an event ``error``.
    """
    events = service.pool.stream(lambda: service.events(question, **how))
    return await streamed(
        events, encoded, lambda error: _event("error", failure(error, "events of /api/ask")[1])
    )


async def streamed(
    events: AsyncGenerator[Event, None],
    encode: Callable[[Event], bytes],
    failed: Callable[[Exception], bytes],
) -> StreamingResponse:
    """The reply that sends events as they come, and a ping when none comes for a while.

    Args:
        events: at least one event; an error that is raised before the first one is raised here.
        encode: gives the bytes to send for an event, b"" for one that is not sent.
        failed: gives the bytes to send last for an error that is raised after the first event.
    """
    first = await anext(events)

    async def body() -> AsyncIterator[bytes]:
        async with aclosing(events):
            yield encode(first)
            try:
                async for event in _kept_alive(events):
                    yield encode(event) if event is not None else b": ping\n\n"
            except Exception as error:
                yield failed(error)

    return StreamingResponse(body(), media_type=EVENT_STREAM_MEDIA_TYPE, headers=UNBUFFERED_HEADERS)


async def _kept_alive(events: AsyncIterator[Event]) -> AsyncIterator[Event | None]:
    """Yields the events, and None whenever none has come for :data:`PING_SECONDS`."""
    waiting = asyncio.ensure_future(anext(events, None))
    try:
        while True:
            done, _ = await asyncio.wait({waiting}, timeout=PING_SECONDS)
            if not done:
                yield None
            elif (event := waiting.result()) is None:
                return
            else:
                yield event
                waiting = asyncio.ensure_future(anext(events, None))
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


def encoded(event: Event) -> bytes:
    """The bytes of one event. Its name is that of its class in lower case, or "text" for a
    string.
    """
    if isinstance(event, str):
        return _event("text", {"text": event})
    data = event.to_dict() if isinstance(event, Answer) else asdict(event)
    return _event(type(event).__name__.lower(), data)


def _event(name: str, data: dict) -> bytes:
    # JSON has no line breaks of its own, so one line of data is enough.
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
