"""The assistant: answers from an index, and tells how they come about."""

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

# Up to a mark that ends a clause, a reader's pause.
_PIECE = re.compile(r"[^，。；！？,;\n]*[，。；！？,;\n]+|[^，。；！？,;\n]+")


@dataclass(frozen=True, slots=True)
class Assistant:
    """Answers questions from an index, every statement with a verbatim quote, or refuses.

    Attributes:
        index: what is asked.
        llm: a language model that writes the answers from the quotes, each of its sentences checked
            against them: a name ("ollama:qwen3:4b"), :class:`rag.writing.models.Llm`, or a chat
            model of LangChain; None for the quotes alone.
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
            question: Chinese or English; the answer speaks its language. A time, a place or a
                publisher in it restricts the articles: ``Answer.constraints``.
            history: earlier turns of the conversation, oldest first, as (question, answer): a
                question that leans on the last one ("and in Zhejiang?") is completed from it, and
                ``Answer.completed`` is what was understood.
            filters: restricts what the answer may rest on.
            as_of: the day that "last month" is told from, "YYYY-MM-DD"; "" for the date of the
                newest article.
            without: which of the question's constraints to lift: "date", "place", "source", or the
                words of single ones.
            write: whether the language model writes, where there is one. It is never asked for
                refusals and talk.

        Raises UsageError for an empty or overlong question, and for filters, a day or constraints
        that make no sense; where a language model is to write, UsageError and ModelError for one
        that cannot be opened. What it does wrong raises nothing.
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
        """Earlier questions, oldest first, as a ``history`` for :meth:`ask`: each answered after
        those before it. Raises as :meth:`ask`.

        The turns begin with those that are ``known`` already.
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
        """The answer as it comes about: what is searched, what was found, the text in pieces, and
        the answer itself, last.

        The pieces are strings that joined are ``Answer.text``; the rest are
        :mod:`rag.answer.events`. Whoever closes the iterator ends the work after the stage it is
        in. Arguments and errors as for :meth:`ask`, at the first step.
        """
        from rag.answer import Answer

        given = self._checked(question, history, filters, as_of, without)
        if write and self.llm is not None:
            yield from self._assisted(given)
            return
        for event in self._stages(given):
            if isinstance(event, Answer):
                yield from _PIECE.findall(event.text)
            yield event

    def _assisted(self, given: dict[str, Any]) -> Generator[Event, None, None]:
        """The answer for which the language model is asked: for other wordings, where that is on,
        and to write.
        """
        from rag.answer import Answer

        help = yield from self._helped(given)
        for event in self._stages(given, also=help.wordings):
            if isinstance(event, Answer):
                answer = dataclasses.replace(event, ms=round(event.ms + help.seconds * 1000, 2))
                yield from self._written(answer, help)
            else:
                yield event

    def _stages(self, given: dict[str, Any], **more: Any) -> Generator[Event, None, None]:
        """The stages of an answer; where parts of the index cannot be reached meanwhile they begin
        again without these, and the answer says so.
        """
        from rag.answer import Answer, stages
        from rag.answer.texts import phrase

        while True:
            snapshot = given["snapshot"]
            try:
                for event in stages(**given, **more):
                    asked, of = snapshot.parts
                    if isinstance(event, Answer) and asked < of:
                        said = phrase("parts", event.lang, asked=asked, of=of)
                        said = f"{event.text}\n{said}"
                        event = dataclasses.replace(event, text=said, parts=(asked, of))
                    yield event
                return
            except ShardGone as gone:
                self.index.leave_out(snapshot, gone)
                given["snapshot"] = self.index.snapshot

    def _helped(self, given: dict[str, Any]) -> Generator[Event, None, Help]:
        """Other wordings of a question to the articles, where the model is asked for them."""
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

    def _written(self, answer: Answer, help: Help) -> Generator[Event, None, None]:
        """An answer as the language model writes it; as it is where the model is not to write."""
        from rag.answer import Evidence
        from rag.writing.models import writer_of
        from rag.writing.written import is_written, write

        if self.llm is not None and is_written(answer):
            yield Evidence(answer)
            yield from write(writer_of(self.llm), answer, help)
        else:
            yield from _PIECE.findall(answer.text)
            yield answer

    def suggestions(
        self,
        question: str,
        answer: Answer,
        history: Sequence[tuple[str, Answer]] = (),
        filters: Filters | None = None,
        as_of: str = "",
    ) -> tuple[str, ...]:
        """At most three questions to go on with, in the asker's language, each asked beforehand and
        found to be answered.

        Args:
            question, answer: the turn to go on from; to ask a suggestion, put it at the end of the
                history.
            history: the turns before it. The rest, and the errors, are as for :meth:`ask`. It takes
                as long as some answers.
        """
        from rag.answer.suggest import suggestions

        given = self._checked(question, history, filters, as_of, ())
        snapshot, limits = given["snapshot"], given["filters"]
        return suggestions(snapshot, question, answer, history, limits, as_of)

    def with_columns(self, answer: Answer, columns: Sequence[str]) -> Answer:
        """An answer of :meth:`ask` with further columns, where it is a list: "when", "how_many",
        "who", as far as the quotes say.

        Raises UsageError for a column that there is not.
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
        """As :meth:`ask`, in a thread; a task that is cancelled ends the work after the stage it is
        in.

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
        """As :meth:`stream`, each stage in a thread; whoever cancels or closes it ends the work so,
        too.
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
        """The arguments of :func:`rag.answer.answer`. Raises UsageError."""
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
