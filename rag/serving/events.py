"""An answer as server-sent events, stage by stage."""

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

MEDIA_TYPE = "text/event-stream"
PING_SECONDS = 15.0
"""Proxies close a connection on which nothing moves."""
# A proxy that gathers a reply before it passes it on would turn the stages into one.
UNBUFFERED = {"cache-control": "no-store", "x-accel-buffering": "no"}


async def event_stream(
    service: QueryService, question: str, **how: Unpack[How]
) -> StreamingResponse:
    """The reply to a question, begun when its turn has come. A reader who hangs up ends the work
    after the stage it is in.

    Raises what :meth:`QueryService.ask` raises before the first event; later errors are an event
    ``error``.
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
    """A reply that tells events as they come, and that it lives where none comes for a while.

    Args:
        events: at least one; what is raised before the first is raised here.
        encode: an event on the wire, b"" for one that is not told.
        failed: what is told last of an error after the first event.
    """
    first = await anext(events)

    async def told() -> AsyncIterator[bytes]:
        async with aclosing(events):
            yield encode(first)
            try:
                async for event in _kept_alive(events):
                    yield encode(event) if event is not None else b": ping\n\n"
            except Exception as error:
                yield failed(error)

    return StreamingResponse(told(), media_type=MEDIA_TYPE, headers=UNBUFFERED)


async def _kept_alive(events: AsyncIterator[Event]) -> AsyncIterator[Event | None]:
    """The events, with None where none comes for a while."""
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
    """One event on the wire: its name is that of its class in lower case, or "text"."""
    if isinstance(event, str):
        return _event("text", {"text": event})
    data = event.to_dict() if isinstance(event, Answer) else asdict(event)
    return _event(type(event).__name__.lower(), data)


def _event(name: str, data: dict) -> bytes:
    # JSON has no line breaks of its own, so one line of data is enough.
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
