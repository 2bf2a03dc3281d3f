"""What was answered earlier in a conversation, so that it is not answered again with every further
question.

Chat clients send the whole conversation each time, and only its questions: without this the tenth
question would cost ten.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from cachetools import LRUCache

from rag.answer.types import Answer
from rag.assistant import Assistant
from rag.search.types import Filters

CONVERSATIONS = 256
"""Conversations remembered; an answer takes some tens of kilobytes at most."""

Turn = tuple[str, Answer]


class Turns:
    """The turns of the conversations asked last; safe to use from many threads."""

    def __init__(self) -> None:
        self._known: LRUCache = LRUCache(CONVERSATIONS)
        self._lock = threading.Lock()

    def of(
        self, assistant: Assistant, questions: Sequence[str], filters: Filters | None, as_of: str
    ) -> tuple[Turn, ...]:
        """As :meth:`rag.assistant.Assistant.turns`, of which those that are known are not answered
        again."""
        turns: tuple[Turn, ...] = ()
        with self._lock:
            for end in range(len(questions), 0, -1):
                if known := self._known.get(_key(assistant, questions[:end], filters, as_of)):
                    turns = known
                    break
        turns = assistant.turns(questions[len(turns) :], filters, as_of, turns)
        if questions:
            self.keep(assistant, turns, filters, as_of)
        return turns

    def keep(
        self, assistant: Assistant, turns: tuple[Turn, ...], filters: Filters | None, as_of: str
    ) -> None:
        """Remember a conversation up to its last answer."""
        with self._lock:
            self._known[_key(assistant, [question for question, _ in turns], filters, as_of)] = (
                turns
            )


def _key(
    assistant: Assistant, questions: Sequence[str], filters: Filters | None, as_of: str
) -> tuple:
    return assistant.index.version, tuple(questions), filters or None, as_of
