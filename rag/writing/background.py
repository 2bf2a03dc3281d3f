"""Reads a model's stream in the background, so that it ends at once at a deadline or on closing."""

from __future__ import annotations

import asyncio
import functools
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

TICK_SECONDS = 0.25  # seconds without a part after which a None is yielded
_END = object()  # marks the end of the stream in the queue


@dataclass(frozen=True, slots=True)
class StreamPart:
    """A part of what a model sends.

    Attributes:
        text: the text written, without the model's thoughts; may be "".
        tokens: total tokens of the request, which one part reports; 0 in all others.
        finish: the finish reason, in the server's words; "" if the stream goes on.
    """

    text: str
    tokens: int
    finish: str


def parts(
    model: BaseChatModel, messages: Sequence[BaseMessage], deadline: float
) -> Generator[StreamPart | None, None, None]:
    """Yields the parts that a model sends, and None every ``TICK_SECONDS`` while nothing arrives.

    Closing the generator closes the connection to the model.

    Args:
        model: a chat model of LangChain.
        messages: the messages of the request.
        deadline: the end of waiting, by the clock of :func:`time.monotonic`.

    Raises TimeoutError at the deadline, and any exception of the model's client.
    """
    queue: SimpleQueue = SimpleQueue()
    unwanted = threading.Event()
    reading = asyncio.run_coroutine_threadsafe(_read(model, messages, queue, unwanted), _loop())
    try:
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                one = queue.get(timeout=min(TICK_SECONDS, left))
            except Empty:
                yield None
                continue
            if one is _END:
                return
            if isinstance(one, Exception):
                raise one
            yield one
    finally:
        unwanted.set()
        reading.cancel()


async def _read(
    model: BaseChatModel,
    messages: Sequence[BaseMessage],
    queue: SimpleQueue,
    unwanted: threading.Event,
) -> None:
    """Puts the parts of a stream into ``queue``, then the error if any, then ``_END``.

    Once ``unwanted`` is set, the parts are dropped and the stream is cancelled.
    """
    try:
        # astream is an async generator, although it is annotated as an iterator.
        async with aclosing(model.astream(list(messages))) as stream:  # type: ignore[type-var]
            async for chunk in stream:
                if unwanted.is_set():
                    # A client that has just received a chunk can miss the cancellation. Leaving
                    # the loop here, and not while it waits, would keep its connection open.
                    if task := asyncio.current_task():
                        task.cancel()
                else:
                    queue.put(_part(chunk))
    except Exception as error:
        queue.put(error)
    finally:
        queue.put(_END)


def _part(chunk) -> StreamPart:
    """Converts a chunk of LangChain's; providers name the finish reason differently."""
    usage = getattr(chunk, "usage_metadata", None) or {}
    about = getattr(chunk, "response_metadata", None) or {}
    finish = about.get("finish_reason") or about.get("stop_reason") or about.get("done_reason")
    return StreamPart(str(chunk.text), int(usage.get("total_tokens") or 0), str(finish or ""))


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    """Starts the event loop of all models, in its own thread until the process ends."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="yinju-llm", daemon=True).start()
    return loop
