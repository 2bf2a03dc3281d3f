"""The assistant: answers from an index, and tells how they come about."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.library import Index, checked, is_date

if TYPE_CHECKING:
    from rag.answer import Answer, Event
    from rag.search.types import Filters

# Up to a mark that ends a clause, a reader's pause.
_PIECE = re.compile(r"[^，。；！？,;\n]*[，。；！？,;\n]+|[^，。；！？,;\n]+")


@dataclass(frozen=True, slots=True)
class Assistant:
    """Answers questions from an index, every statement with a verbatim quote, or refuses."""

    index: Index

    def ask(
        self, question: str, history: Sequence[tuple[str, Answer]] = (), filters: Filters | None = None, as_of: str = "",
        without: Sequence[str] = (),
    ) -> Answer:
        """The answer to one question.

        Args:
            question: Chinese or English; the answer speaks its language. A time, a place or a publisher in it restricts
                the articles: ``Answer.constraints``.
            history: earlier turns of the conversation, oldest first, as (question, answer): a question that leans on the
                last one ("and in Zhejiang?") is completed from it, and ``Answer.completed`` is what was understood.
            filters: restricts what the answer may rest on.
            as_of: the day that "last month" is told from, "YYYY-MM-DD"; "" for the date of the newest article.
            without: which of the question's constraints to lift: "date", "place", "source", or the words of single ones.

        Raises UsageError for an empty or overlong question, and for filters, a day or constraints that make no sense.
        """
        from rag.answer import answer

        return answer(**self._checked(question, history, filters, as_of, without))

    def turns(
        self, questions: Sequence[str], filters: Filters | None = None, as_of: str = "", known: Sequence[tuple[str, Answer]] = ()
    ) -> tuple[tuple[str, Answer], ...]:
        """Earlier questions, oldest first, as a ``history`` for :meth:`ask`: each answered after those before it. Raises as :meth:`ask`.

        The turns begin with those that are ``known`` already.
        """
        turns = list(known)
        for question in questions:
            turns.append((question, self.ask(question, turns, filters, as_of)))
        return tuple(turns)

    def stream(
        self, question: str, history: Sequence[tuple[str, Answer]] = (), filters: Filters | None = None, as_of: str = "",
        without: Sequence[str] = (),
    ) -> Generator[Event, None, None]:
        """The answer as it comes about: what is searched, what was found, the text in pieces, and the answer itself, last.

        The pieces are strings that joined are ``Answer.text``; the rest are :mod:`rag.answer.events`. Whoever closes the
        iterator ends the work after the stage it is in. Arguments and errors as for :meth:`ask`, at the first step.
        """
        from rag.answer import Answer, stages

        for event in stages(**self._checked(question, history, filters, as_of, without)):
            if isinstance(event, Answer):
                yield from _PIECE.findall(event.text)
            yield event

    async def aask(
        self,
        question: str,
        history: Sequence[tuple[str, Answer]] = (),
        filters: Filters | None = None,
        as_of: str = "",
        without: Sequence[str] = (),
    ) -> Answer:
        """As :meth:`ask`, in a thread; a task that is cancelled ends the work after the stage it is in.

        Several questions may be asked at once.
        """
        async for event in self.astream(question, history, filters, as_of, without):
            last = event
        return last  # type: ignore[return-value]  # the last event is the answer

    def astream(
        self,
        question: str,
        history: Sequence[tuple[str, Answer]] = (),
        filters: Filters | None = None,
        as_of: str = "",
        without: Sequence[str] = (),
    ) -> AsyncGenerator[Event, None]:
        """As :meth:`stream`, each stage in a thread; whoever cancels or closes it ends the work so, too."""
        from rag.asynchronous import stepped

        return stepped(self.stream(question, history, filters, as_of, without))

    def _checked(self, question: str, history: Sequence[tuple[str, Answer]], filters: Filters | None, as_of: str, without: Sequence[str]) -> dict:
        """The arguments of :func:`rag.answer.answer`. Raises UsageError."""
        if as_of and not is_date(as_of):
            raise UsageError(f"expected the day to ask from as YYYY-MM-DD, got {as_of!r}")
        if isinstance(without, str):
            raise UsageError(f"expected the constraints to lift as a tuple of names, got the one string {without!r}")
        if not all(isinstance(turn, Sequence) and len(turn) == 2 and hasattr(turn[1], "citations") for turn in history):
            raise UsageError("expected the history as pairs of a question and its Answer, got other turns: turns([...]) makes them of questions")
        index = self.index
        return {"snapshot": index.snapshot, "question": question, "filters": checked(filters), "history": history, "reranker": index.reranker,
                "as_of": as_of, "without": without}  # fmt: skip
