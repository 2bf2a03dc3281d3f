"""Keeps track of the answers under way in each browser tab, so that a reader can stop them.

Gradio could cancel them itself, but it would lose a question that is sent meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

END_SECONDS = 5.0
"""Maximum time to wait for an answer to end when its conversation is cleared."""


class Halts:
    """The answers that are under way in each tab."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Two events per answer: the reader has stopped it, and it has ended.
        self._tabs: dict[str, list[tuple[threading.Event, threading.Event]]] = {}

    @contextmanager
    def answering(self, tab: str) -> Iterator[threading.Event]:
        """Context in which an answer is made; its value is set when the reader stops the answer."""
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
        """Stops the answers of a tab, and waits for the end of each at most ``wait`` seconds."""
        with self._lock:
            under_way = tuple(self._tabs.get(tab, ()))
        for halted, _ in under_way:
            halted.set()
        for _, ended in under_way:
            ended.wait(wait)
