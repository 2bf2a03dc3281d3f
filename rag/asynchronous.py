"""Runs a slow iterator for code that must not block: each step runs in a thread."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncGenerator, Generator
from contextvars import copy_context
from typing import TypeVar

Item = TypeVar("Item")
_END = object()


async def stepped(items: Generator[Item, None, None]) -> AsyncGenerator[Item, None]:
    """Yields the items of a generator; each step runs in a thread of the running loop's default
    executor.

    Cancelling the waiting task or closing this generator takes effect at once. The step that runs
    cannot be interrupted; ``items`` is closed as soon as it ends. What ``items`` raises is raised
    here.
    """
    loop = asyncio.get_running_loop()
    step: asyncio.Future[object] | None = None
    try:
        while True:
            # Tracing finds the caller through its context, which threads do not inherit.
            following = functools.partial(next, items, _END)
            step = loop.run_in_executor(None, copy_context().run, following)
            await asyncio.wait([step])  # unlike "await step", does not pass on a cancellation
            item = step.result()
            if item is _END:
                return
            yield item  # type: ignore[misc]
    finally:
        if step is None or step.done():
            items.close()
        else:
            step.add_done_callback(lambda step: _end(step, items))


def _end(step: asyncio.Future[object], items: Generator[object, None, None]) -> None:
    """Closes a generator after its last step, when the caller has gone away. Drops what that step
    raised, as nobody is left to receive it.
    """
    if not step.cancelled():
        step.exception()
    items.close()
