"""A model's stream, read in the background: a deadline and a reader's stop end it at once."""

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

TICK_SECONDS = 0.25
_END = object()


@dataclass(frozen=True, slots=True)
class StreamPart:
    """A part of what a model sends.

    Attributes:
        text: what was written, without what the model thought to itself; may be "".
        tokens: of the request, told once; 0 where this part does not tell.
        finish: why it ended, in the server's words; "" where it goes on.
    """

    text: str
    tokens: int
    finish: str


def parts(
    model: BaseChatModel, messages: Sequence[BaseMessage], deadline: float
) -> Generator[StreamPart | None, None, None]:
    """What a model sends, part by part; None now and then while nothing comes.

    To close this closes the connection to the model.

    Args:
        model: a chat model of LangChain.
        messages: what it is asked.
        deadline: by :func:`time.monotonic`.

    Raises TimeoutError at the deadline, and what the model's client raises.
    """
    told: SimpleQueue = SimpleQueue()
    unwanted = threading.Event()
    reading = asyncio.run_coroutine_threadsafe(_read(model, messages, told, unwanted), _loop())
    try:
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                one = told.get(timeout=min(TICK_SECONDS, left))
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
    told: SimpleQueue,
    unwanted: threading.Event,
) -> None:
    """Tells the parts of a stream, or the error that ended it, and last its end."""
    try:
        # It is an async generator, whatever its annotation says.
        async with aclosing(model.astream(list(messages))) as stream:  # type: ignore[type-var]
            async for chunk in stream:
                if unwanted.is_set():
                    # A client that has just got a chunk can miss that it is cancelled, and one
                    # that is left here, instead of while it waits, keeps its connection.
                    if task := asyncio.current_task():
                        task.cancel()
                else:
                    told.put(_part(chunk))
    except Exception as error:
        told.put(error)
    finally:
        told.put(_END)


def _part(chunk) -> StreamPart:
    usage = getattr(chunk, "usage_metadata", None) or {}
    about = getattr(chunk, "response_metadata", None) or {}
    finish = about.get("finish_reason") or about.get("stop_reason") or about.get("done_reason")
    return StreamPart(str(chunk.text), int(usage.get("total_tokens") or 0), str(finish or ""))


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    """One event loop for all models, in a thread of its own, until the process ends."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="yinju-llm", daemon=True).start()
    return loop
