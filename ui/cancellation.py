"""Answers that are under way, by the browser tab that waits for them, so that a reader can stop
them.

Gradio could cancel them itself, but a question that is sent while it does is lost.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

END_SECONDS = 5.0
"""Time that whoever clears a conversation waits for its answer to end."""


class Halts:
    """What is under way in each tab."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Of each answer, what is set when nobody wants it any more, and when it has ended.
        self._tabs: dict[str, list[tuple[threading.Event, threading.Event]]] = {}

    @contextmanager
    def answering(self, tab: str) -> Iterator[threading.Event]:
        """Gives what is set when the reader no longer wants the answer that is made inside."""
        one = halted, ended = threading.Event(), threading.Event()
        with self._lock:
            self._tabs.setdefault(tab, []).append(one)
        try:
            yield halted
        finally:
            ended.set()
            with self._lock:
                self._tabs[tab].remove(one)
                if not self._tabs[tab]:
                    del self._tabs[tab]

    def halt(self, tab: str, wait: float = 0) -> None:
        """Have the answers of a tab end, and wait at most that many seconds until they have."""
        with self._lock:
            under_way = tuple(self._tabs.get(tab, ()))
        for halted, _ in under_way:
            halted.set()
        for _, ended in under_way:
            ended.wait(wait)
