"""Remembers the earlier answers of a conversation, so that they are not made again for every
further question.

Chat clients send all earlier questions with each question, but without the answers. Without this
memory the tenth question would cost as much as ten.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from cachetools import LRUCache

from rag.answer.types import Answer
from rag.assistant import Assistant
from rag.search.types import Filters

_MAX_CONVERSATIONS = 256
"""Most conversations that are remembered; an answer takes some tens of kilobytes at most."""

Turn = tuple[str, Answer]


class Turns:
    """The turns (question and answer) of the conversations used last; safe to use from many
    threads."""

    def __init__(self) -> None:
        self._known: LRUCache = LRUCache(_MAX_CONVERSATIONS)
        self._lock = threading.Lock()

    def of(
        self, assistant: Assistant, questions: Sequence[str], filters: Filters | None, as_of: str
    ) -> tuple[Turn, ...]:
        """The turns of earlier questions, as :meth:`rag.assistant.Assistant.turns` makes them, but
        without answering again the longest run of first questions that is remembered."""
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
        """Remembers a conversation up to its last answer."""
        with self._lock:
            self._known[_key(assistant, [question for question, _ in turns], filters, as_of)] = (
                turns
            )


def _key(
    assistant: Assistant, questions: Sequence[str], filters: Filters | None, as_of: str
) -> tuple:
    """All that the answers of a conversation depend on."""
    return assistant.index.version, tuple(questions), filters or None, as_of
