"""An iterator whose steps take long, for code that must not wait: each step runs in a thread."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncGenerator, Generator
from contextvars import copy_context
from typing import TypeVar

Item = TypeVar("Item")
_END = object()


async def stepped(items: Generator[Item, None, None]) -> AsyncGenerator[Item, None]:
    """The items of a generator, each made in a thread of the running loop's default executor.

    Whoever cancels the task that waits, or closes this generator, goes on at once; the step that
    runs cannot be interrupted, and ``items`` is closed as soon as it ends. What ``items`` raises is
    raised here.
    """
    loop = asyncio.get_running_loop()
    step: asyncio.Future[object] | None = None
    try:
        while True:
            # Tracing finds the caller through its context, which threads do not inherit.
            following = functools.partial(next, items, _END)
            step = loop.run_in_executor(None, copy_context().run, following)
            await asyncio.wait([step])  # unlike await step, leaves it be where this is cancelled
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
    """After the last step of somebody who went away: there is nobody to tell what it raised."""
    if not step.cancelled():
        step.exception()
    items.close()
