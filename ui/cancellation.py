"""Answers that are under way, by the browser tab that waits for them, so that a reader can stop
them.

Gradio could cancel them itself, but a question that is sent while it does is lost.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

END_SECONDS = 5.0
"""Time that whoever clears a conversation waits for its answer to end."""


@dataclass(frozen=True, eq=False, slots=True)
class _UnderWay:
    halted: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)


class Halts:
    """What is under way in each tab."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tabs: dict[str, list[_UnderWay]] = {}

    @contextmanager
    def answering(self, tab: str) -> Iterator[threading.Event]:
        """Gives what is set when the reader no longer wants the answer that is made inside."""
        one = _UnderWay()
        with self._lock:
            self._tabs.setdefault(tab, []).append(one)
        try:
            yield one.halted
        finally:
            one.ended.set()
            with self._lock:
                self._tabs[tab].remove(one)
                if not self._tabs[tab]:
                    del self._tabs[tab]

    def halt(self, tab: str, wait: float = 0) -> None:
        """Have the answers of a tab end, and wait at most that many seconds until they have."""
        with self._lock:
            under_way = tuple(self._tabs.get(tab, ()))
        for one in under_way:
            one.halted.set()
        for one in under_way:
            one.ended.wait(wait)
