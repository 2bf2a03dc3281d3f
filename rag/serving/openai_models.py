"""The requests and replies of the OpenAI-compatible routes: those parts of OpenAI's chat
completions that have a meaning here."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.answer.types import Answer
from rag.narrowing import Narrowing, names
from rag.serving.models import AS_OF_DESCRIPTION, WITHOUT_DESCRIPTION

MODEL_NAME = "yinju"


class MessagePart(BaseModel):
    """A piece of a message; only text is read."""

    type: str
    text: str = ""


class Message(BaseModel):
    """A message of the conversation. Only what the user wrote is read."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[MessagePart] | None = None

    def words(self) -> str:
        """The text of the message; if it has several pieces, each stands on its own line."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text").strip()
        return (self.content or "").strip()


class StreamOptions(BaseModel):
    """How a stream is told."""

    include_usage: bool = Field(False, description="A last chunk with the tokens spent.")


class ChatRequest(BaseModel):
    """The body of ``POST /v1/chat/completions``. Other settings of OpenAI's (temperature, tools,
    ...) are let pass and change nothing."""

    model_config = ConfigDict(extra="ignore")

    model: str = Field(MODEL_NAME, description="As GET /v1/models names it.")
    messages: list[Message] = Field(
        min_length=1,
        max_length=1_000,
        description="The conversation; its last message of the user is the question.",
    )
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = Field(None, description="There is one answer to a question.")
    filters: Narrowing = Field(
        default_factory=Narrowing, description="Yinju's own: which articles may answer."
    )
    as_of: str = Field("", description=AS_OF_DESCRIPTION)
    without: list[str] = names(WITHOUT_DESCRIPTION)


class UrlCitation(BaseModel):
    """Where the article is that stands behind a ``[1]`` of the text:
    ``content[start_index:end_index]``, in characters."""

    start_index: int
    end_index: int
    url: str
    title: str


class Annotation(BaseModel):
    """Of a text: a citation whose article has an address."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class ReplyMessage(BaseModel):
    """The answer: its text, then how the question was understood, then the sources with their
    quotes."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[Annotation]


class Choice(BaseModel):
    """The only choice."""

    index: int = 0
    message: ReplyMessage
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class Usage(BaseModel):
    """Tokens that a language model behind the server was sent and wrote, in all: they are not told
    apart. 0 where none was asked."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


class ChatCompletion(BaseModel):
    """A reply at once. ``yinju`` is the answer with all that is known of it, as ``/api/ask`` gives
    it."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int = Field(description="Seconds since 1970.")
    model: str = MODEL_NAME
    system_fingerprint: str = Field(description="The version of the index.")
    choices: list[Choice]
    usage: Usage
    yinju: Answer


class Model(BaseModel):
    """What can be asked."""

    id: str = MODEL_NAME
    object: Literal["model"] = "model"
    created: int = Field(description="When the index was built, in seconds since 1970.")
    owned_by: str = "yinju"


class Models(BaseModel):
    """All that can be asked."""

    object: Literal["list"] = "list"
    data: list[Model]


class OpenAIError(BaseModel):
    """What is wrong, in OpenAI's form."""

    message: str
    type: str
    param: str | None
    code: str | None
    reference: str = Field(description="Stands in the server's log, too.")


class OpenAIRefusal(BaseModel):
    """Any reply but 2xx."""

    error: OpenAIError
