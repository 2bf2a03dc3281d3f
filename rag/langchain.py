"""Yinju in LangChain: a retriever, and the assistant as a chat model and as a tool.

    from rag.langchain import YinjuAssistant, YinjuRetriever

    retriever = YinjuRetriever(index_path="index", k=5)
    chain = {"context": retriever, "question": RunnablePassthrough()} | prompt | model

    message = YinjuAssistant(index_path="index").invoke("哪些省举行了防汛演练？")
    print(message.text, message.response_metadata["citations"])

``invoke``, ``stream``, ``batch`` and their asynchronous forms work as for every runnable. Threads
may share an index.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterator, Sequence
from contextlib import aclosing, closing
from inspect import signature
from threading import Lock
from typing import Any, Literal

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable
from langchain_core.tools import StructuredTool, ToolException
from pydantic import ConfigDict, Field, InstanceOf, PrivateAttr, model_validator

from rag.answer.events import Event
from rag.answer.types import Answer
from rag.assistant import Assistant
from rag.asynchronous import stepped
from rag.errors import UsageError
from rag.library import MAX_HITS, Index
from rag.narrowing import Narrowing, names
from rag.passages import metadata, place
from rag.search.types import Filters, Hit

MAX_EARLIER_MESSAGES = 12
"""Most earlier questions of a conversation that are used; a follow-up refers to the last one."""


# What a caller may give with a question.
_HOW = signature(Assistant.stream).parameters.keys() - {"self", "question", "history"}


def _either(name: str, opened: object, index_path: str | None) -> None:
    """Raises ValueError if both or neither of two arguments are given."""
    if (opened is None) == (index_path is None):
        given = "neither" if opened is None else "both"
        raise ValueError(f"expected either {name} or index_path, got {given}")


class YinjuRetriever(BaseRetriever):
    """Finds the passages that fit a question, in Chinese and English articles alike.

    Each document holds a passage word for word; see :func:`document` for its metadata.

    Attributes:
        index: an open index; give either this or
        index_path: the folder of an index, opened at the first question.
        model: the embedding model that ``index_path`` was built with; None for the embedded one.
        rerank: a cross-encoder or multi-vector model that reranks the best passages of
            ``index_path``; None for none.
        k: most documents per question, 1 to 1,000.
        filters: range of dates, publishers, languages, places; None for all articles.

    The first question raises what ``Index.open`` raises. An unusable question raises UsageError.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index | None = None
    index_path: str | None = None
    model: str | None = None
    rerank: str | None = None
    k: int = Field(default=10, ge=1, le=MAX_HITS)
    filters: Filters | None = None

    _opening: Any = PrivateAttr(default_factory=Lock)

    @model_validator(mode="after")
    def _one_index(self) -> YinjuRetriever:
        _either("index", self.index, self.index_path)
        return self

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        return [document(hit) for hit in self._opened().search(query, self.k, self.filters)]

    def _opened(self) -> Index:
        with self._opening:  # a batch asks from several threads
            if self.index is None:
                assert self.index_path is not None  # the validator has checked this
                self.index = Index.open(self.index_path, self.model, self.rerank)
            return self.index


def document(hit: Hit) -> Document:
    """A hit as a document of LangChain.

    ``page_content`` is the passage, ``article.text[start:end]``. ``Document.id`` and
    ``metadata["id"]`` say where the passage stands, "article_id:start-end". The rest of
    ``metadata`` is that of :func:`rag.passages.metadata`.
    """
    return Document(
        id=place(hit), page_content=hit.text, metadata={"id": place(hit), **metadata(hit)}
    )


class YinjuAssistant(BaseChatModel):
    """The assistant in the form of a chat model.

    It takes a question, a prompt or messages. The last message of a user is the question. The user
    messages before it (at most ``MAX_EARLIER_MESSAGES``) are earlier questions that it may refer to
    ("and in Zhejiang?"); they are answered again from this index. System and assistant messages are
    not read: only the articles answer.

    The reply is an AIMessage with the answer's text. Its ``response_metadata`` is
    ``Answer.to_dict()``: ``citations`` (the [1], [2] of the text, with offsets), ``refused``,
    ``grade``, ``nearest`` and so on. In a stream the last chunk has it.

    Attributes:
        assistant: the assistant that answers; give either this or
        index_path: the folder of an index, opened at the first question.
        filters: range of dates, publishers, languages, places; None for all articles.
        as_of: the day from which "last month" is counted, "YYYY-MM-DD"; "" for the date of the
            newest article.

    ``filters``, ``as_of`` and ``without`` (see :meth:`rag.assistant.Assistant.ask`) may also be
    given with a question: ``invoke(question, filters=...)``, or ``bind(filters=...)`` in a chain.

    The first question raises what ``Index.open`` raises. An unusable question raises UsageError.
    """

    assistant: InstanceOf[Assistant] | None = Field(default=None, exclude=True, repr=False)
    index_path: str | None = None
    filters: Filters | None = None
    as_of: str = ""
    cache: Literal[False] = False  # an answer must come from the index as it is now

    _opening: Any = PrivateAttr(default_factory=Lock)

    @model_validator(mode="after")
    def _one_assistant(self) -> YinjuAssistant:
        _either("assistant", self.assistant, self.index_path)
        return self

    @property
    def _llm_type(self) -> str:
        return "yinju"

    def _generate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **how: Any
    ) -> ChatResult:
        with closing(self._events(messages, **how)) as events:
            *_, last = events
        return _result(last)

    def _stream(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **how: Any
    ) -> Iterator[ChatGenerationChunk]:
        with closing(self._events(messages, **how)) as events:
            yield from (_chunk(event) for event in events if isinstance(event, str | Answer))

    async def _agenerate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **how: Any
    ) -> ChatResult:
        async with aclosing(stepped(self._events(messages, **how))) as events:
            async for event in events:
                last = event
        return _result(last)

    def _events(self, messages: Sequence[BaseMessage], **how: Any) -> Generator[Event, None, None]:
        """Yields the stages of the answer to the last user message."""
        asked = [message.text for message in messages if isinstance(message, HumanMessage)]
        if not asked:
            raise UsageError(
                "expected a message of a user with a question, got "
                f"{len(messages)} messages and none of a user"
            )
        if unknown := how.keys() - _HOW:
            raise UsageError(
                f"expected {', '.join(sorted(_HOW))} beside the question, got "
                + ", ".join(sorted(unknown))
            )
        how = {"filters": self.filters, "as_of": self.as_of, **how}
        assistant = self._opened()
        turns = assistant.turns(asked[-1 - MAX_EARLIER_MESSAGES : -1], how["filters"], how["as_of"])
        yield from assistant.stream(asked[-1], turns, **how)

    def _opened(self) -> Assistant:
        with self._opening:
            if self.assistant is None:
                self.assistant = Assistant(Index.open(self.index_path or ""))
            return self.assistant

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Runnable[LanguageModelInput, AIMessage]:
        """Raises UsageError: the assistant calls no tools."""
        raise UsageError(
            f"expected a language model to call {len(tools)} tools, got Yinju's assistant, which "
            "answers itself: give the agent another model, and as_tool() of this one as a tool"
        )

    def as_tool(  # type: ignore[override]  # the arguments of the tool are fixed
        self, *, name: str = "ask_articles", description: str = ""
    ) -> StructuredTool:
        """A tool for agents that answers a question, within given filters, with quotes.

        The model reads the answer with its numbered quotes. The tool message's ``artifact`` holds
        the citations as dicts, an empty list in a refusal. For a question or filters that make no
        sense the model gets the error message. It cannot widen the ``filters`` of this object.

        Args:
            name: name of the tool.
            description: description of the tool for the model; "" for a general one, which says
                nothing about your articles.
        """

        def ask(question: str, **limits: Any) -> tuple[str, list[dict]]:
            try:
                return _tool_output(
                    self._opened().ask(question, (), self._within(limits), self.as_of)
                )
            except UsageError as error:
                raise ToolException(str(error)) from error

        async def aask(question: str, **limits: Any) -> tuple[str, list[dict]]:
            try:
                asked = self._opened().aask(question, (), self._within(limits), self.as_of)
                return _tool_output(await asked)
            except UsageError as error:
                raise ToolException(str(error)) from error

        return StructuredTool.from_function(
            ask,
            aask,
            name,
            description or _DESCRIPTION,
            args_schema=ToolInput,
            response_format="content_and_artifact",
            handle_tool_error=True,
        )

    def _within(self, limits: dict[str, Any]) -> Filters:
        """The filters that a model asks for; those that this object sets replace them."""
        given = dataclasses.asdict(self.filters or Filters())
        fixed = {name: value for name, value in given.items() if value}
        return dataclasses.replace(Narrowing(**limits).filters(), **fixed)


_DESCRIPTION = (
    "Answers a question from a collection of news articles in Chinese and English, with quotes "
    "word for word, or says that the articles do not answer it. Quote and cite nothing else."
)


class ToolInput(Narrowing):
    """What a model may give to the tool."""

    question: str = Field(
        description="One question in Chinese or English, complete without the conversation."
    )
    langs: list[Literal["zh", "en"]] = names(  # type: ignore[assignment]  # narrower than inherited
        "Only articles of these languages."
    )


_NAMED = ("title", "source", "date")


def _result(answer: Event) -> ChatResult:
    assert isinstance(answer, Answer)  # the last event of a stream is the answer
    message = AIMessage(content=answer.text, response_metadata=answer.to_dict())
    return ChatResult(generations=[ChatGeneration(message=message)])


def _chunk(event: str | Answer) -> ChatGenerationChunk:
    if isinstance(event, str):
        return ChatGenerationChunk(message=AIMessageChunk(content=event))
    return ChatGenerationChunk(
        message=AIMessageChunk(content="", response_metadata=event.to_dict(), chunk_position="last")
    )


def _tool_output(answer: Answer) -> tuple[str, list[dict]]:
    """The text that a model reads (the answer and its quotes), and the citations for the
    program."""
    citations = answer.to_dict()["citations"]
    quotes = []
    for number, one in enumerate(citations, 1):
        source = ", ".join(filter(None, map(one.get, _NAMED))) or one["article_id"]
        quotes.append(f"[{number}] {source}: {one['quote']}")
    return "\n".join([answer.text, *([""] if quotes else []), *quotes]), citations
