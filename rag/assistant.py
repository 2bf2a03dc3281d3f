"""The assistant: answers questions from an index, and reports each stage on the way."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import AsyncGenerator, Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.errors import ShardGone, UsageError
from rag.filtering import checked, is_date
from rag.library import Index

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from rag.answer import Answer, Event
    from rag.search.types import Filters
    from rag.writing.help import Help
    from rag.writing.models import Llm

# A piece of streamed text: up to punctuation that ends a clause, where a reader pauses.
_PIECE = re.compile(r"[^，。；！？,;\n]*[，。；！？,;\n]+|[^，。；！？,;\n]+")


@dataclass(frozen=True, slots=True)
class Assistant:
    """Answers questions from an index, every statement with a verbatim quote, or refuses.

    Attributes:
        index: the index to answer from.
        llm: a language model that writes the answers from the quotes; each of its sentences is
            checked against the quotes. A name ("ollama:qwen3:4b"), :class:`rag.writing.models.Llm`,
            or a chat model of LangChain; None for the quotes alone.
    """

    index: Index
    llm: str | Llm | BaseChatModel | None = None

    def ask(
        self,
        question: str,
        history: Sequence[tuple[str, Answer]] = (),
        filters: Filters | None = None,
        as_of: str = "",
        without: Sequence[str] = (),
        write: bool = True,
    ) -> Answer:
        """The answer to one question.

        Args:
            question: Chinese or English; the answer is in its language. A time, a place or a
                publisher in the question restricts the articles; ``Answer.constraints`` has these
                constraints.
            history: earlier turns of the conversation, oldest first, as (question, answer). A
                follow-up question ("and in Zhejiang?") is completed from the last turn;
                ``Answer.completed`` is the completed question.
            filters: restrict the articles that the answer may rest on.
            as_of: the day from which "last month" is counted, "YYYY-MM-DD"; "" for the date of the
                newest article.
            without: which of the question's constraints to lift: "date", "place", "source", or the
                words of single ones.
            write: whether the language model, if there is one, writes the answer. It never writes
                refusals and small talk.

        Raises UsageError for an empty or overlong question, and for filters, a day or constraints
        that make no sense. If a language model is to write, raises UsageError or ModelError if it
        cannot be opened; failures of the model while it writes raise nothing.
        """
        from rag.answer import Answer

        *_, last = self.stream(question, history, filters, as_of, without, write)
        assert isinstance(last, Answer)
        return last

    def turns(
        self,
        questions: Sequence[str],
        filters: Filters | None = None,
        as_of: str = "",
        known: Sequence[tuple[str, Answer]] = (),
    ) -> tuple[tuple[str, Answer], ...]:
        """Makes a ``history`` for :meth:`ask` from earlier questions, oldest first: answers each of
        them after those before it. Raises as :meth:`ask`.

        ``known`` are turns before these questions, which are taken over as they are.
        """
        turns = list(known)
        for question in questions:
            turns.append((question, self.ask(question, turns, filters, as_of, write=False)))
        return tuple(turns)

    def stream(
        self,
        question: str,
        history: Sequence[tuple[str, Answer]] = (),
        filters: Filters | None = None,
        as_of: str = "",
        without: Sequence[str] = (),
        write: bool = True,
    ) -> Generator[Event, None, None]:
        """Yields the stages of an answer: what is searched, what was found, the text in pieces, and
        last the answer itself.

        The pieces are strings, which joined give ``Answer.text``; the other stages are
        :mod:`rag.answer.events`. Closing the iterator ends the work after its present stage. The
        arguments and errors are as for :meth:`ask`; errors are raised at the first step.
        """
        from rag.answer import Answer

        given = self._checked(question, history, filters, as_of, without)
        if write and self.llm is not None:
            yield from self._assisted(self.llm, given)
            return
        for event in self._stages(given):
            if isinstance(event, Answer):
                yield from _PIECE.findall(event.text)
            yield event

    def _assisted(
        self, llm: str | Llm | BaseChatModel, given: dict[str, Any]
    ) -> Generator[Event, None, None]:
        """The stages of an answer with the language model, which proposes other wordings of the
        question, if that is switched on, and writes the answer, if it may write it.
        """
        from rag.answer import Answer, Evidence
        from rag.writing.models import writer_of
        from rag.writing.written import is_written, write

        help = yield from self._helped(given)
        for event in self._stages(given, also=help.wordings):
            if not isinstance(event, Answer):
                yield event
                continue
            answer = dataclasses.replace(event, ms=round(event.ms + help.seconds * 1000, 2))
            if is_written(answer):
                yield Evidence(answer)
                yield from write(writer_of(llm), answer, help)
            else:
                yield from _PIECE.findall(answer.text)
                yield answer

    def _stages(self, given: dict[str, Any], **more: Any) -> Generator[Event, None, None]:
        """The stages of an answer. If shards of the index become unreachable meanwhile, the stages
        begin again without these shards, and the answer says so.
        """
        from rag.answer import Answer, stages
        from rag.answer.texts import phrase

        while True:
            snapshot = given["snapshot"]
            try:
                for event in stages(**given, **more):
                    asked, of = snapshot.parts
                    if isinstance(event, Answer) and asked < of:
                        note = phrase("parts", event.lang, asked=asked, of=of)
                        text = f"{event.text}\n{note}"
                        event = dataclasses.replace(event, text=text, parts=(asked, of))
                    yield event
                return
            except ShardGone as error:
                self.index.leave_out(snapshot, error)
                given["snapshot"] = self.index.snapshot

    def _helped(self, given: dict[str, Any]) -> Generator[Event, None, Help]:
        """Returns other wordings of the question that the language model proposes; none if that is
        switched off, and none for small talk and questions about the corpus itself.
        """
        from rag.question.parsing import parse
        from rag.writing.help import Help, proposed
        from rag.writing.models import helper_of

        if (model := helper_of(self.llm)) is None:
            return Help()
        asked = (given[name] for name in ("snapshot", "question", "history", "as_of", "without"))
        parsed = parse(*asked)
        if parsed.talk or parsed.about:
            return Help()
        return (yield from proposed(model, parsed.text, "en" if parsed.frame == "en" else "zh"))

    def suggestions(
        self,
        question: str,
        answer: Answer,
        history: Sequence[tuple[str, Answer]] = (),
        filters: Filters | None = None,
        as_of: str = "",
    ) -> tuple[str, ...]:
        """At most three questions to go on with, in the asker's language. Each of them was tried
        and found to be answered, so this takes as long as several answers.

        Args:
            question, answer: the turn to go on from; to ask a suggestion, put this turn at the end
                of the history.
            history: the turns before it. The other arguments and the errors are as for :meth:`ask`.
        """
        from rag.answer.suggest import suggestions

        given = self._checked(question, history, filters, as_of, ())
        snapshot, limits = given["snapshot"], given["filters"]
        return suggestions(snapshot, question, answer, history, limits, as_of)

    def with_columns(self, answer: Answer, columns: Sequence[str]) -> Answer:
        """An answer of :meth:`ask` with further columns, if it is a list: "when", "how_many",
        "who", filled as far as the quotes say it.

        Raises UsageError for an unknown column.
        """
        from rag.answer.columns import with_columns

        return with_columns(self.index.snapshot, answer, columns) if columns else answer

    async def aask(
        self,
        question: str,
        history: Sequence[tuple[str, Answer]] = (),
        filters: Filters | None = None,
        as_of: str = "",
        without: Sequence[str] = (),
        write: bool = True,
    ) -> Answer:
        """Does the same as :meth:`ask`, in a thread. Cancelling the task ends the work after its
        present stage.

        Several questions may be asked at once.
        """
        async for event in self.astream(question, history, filters, as_of, without, write):
            last = event
        return last  # type: ignore[return-value]  # the last event is the answer

    def astream(
        self,
        question: str,
        history: Sequence[tuple[str, Answer]] = (),
        filters: Filters | None = None,
        as_of: str = "",
        without: Sequence[str] = (),
        write: bool = True,
    ) -> AsyncGenerator[Event, None]:
        """Does the same as :meth:`stream`, each stage in a thread. Cancelling or closing it ends
        the work after its present stage.
        """
        from rag.asynchronous import stepped

        return stepped(self.stream(question, history, filters, as_of, without, write))

    def _checked(
        self,
        question: str,
        history: Sequence[tuple[str, Answer]],
        filters: Filters | None,
        as_of: str,
        without: Sequence[str],
    ) -> dict:
        """Checks the arguments, and returns them as :func:`rag.answer.stages` takes them. Raises
        UsageError.
        """
        if as_of and not is_date(as_of):
            raise UsageError(f"expected the day to ask from as YYYY-MM-DD, got {as_of!r}")
        if isinstance(without, str):
            raise UsageError(
                "expected the constraints to lift as a tuple of names, got the one string"
                f" {without!r}"
            )
        for turn in history:
            pair = isinstance(turn, Sequence) and len(turn) == 2
            if not pair or not hasattr(turn[1], "citations"):
                raise UsageError(
                    "expected the history as pairs of a question and its Answer, got other turns:"
                    " turns([...]) makes them of questions"
                )
        how = {"filters": checked(filters), "as_of": as_of, "without": without}
        asked = {"snapshot": self.index.snapshot, "question": question, "history": history}
        return {**asked, **how, "reranker": self.index.reranker}
