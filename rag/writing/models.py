"""Which language model writes, and how it is opened: by name, through LangChain."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.errors import ModelError, UsageError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.rate_limiters import BaseRateLimiter

TOKENS = 4_000  # of one request, prompt and answer together, at most
ANSWER_TOKENS = 600  # of them for the answer
HELP_TOKENS = 120  # for other wordings of a question
SECONDS = 60.0
KEY = "YINJU_LLM_KEY"
EXTRAS = ("openai", "ollama", "anthropic")
_NAME = re.compile(r"([a-z][a-z0-9_]*):(\S+)")
_SECRET = re.compile("key|token(?!s)|secret|password|auth|header|credential", re.I)


@dataclass(frozen=True, slots=True)
class Llm:
    """A language model and what it may take; keys come from the environment and are not in here.

    Attributes:
        name: PROVIDER:MODEL as LangChain's ``init_chat_model`` takes it, "openai:gpt-5-mini".
        url: where it is served, "http://127.0.0.1:8080/v1"; "" for the provider's own address.
        seconds: time for a whole answer, after which the evidence alone is shown.
        per_minute: requests a minute at most; 0 for any number.
        options: further arguments of the model, as (("reasoning_effort", "none"),).
        help: whether it is first asked for other wordings of the question, which are searched, too
            (:mod:`rag.writing.help`).

    Raises UsageError for a name, an address or an option that cannot be used.
    """

    name: str
    url: str = ""
    seconds: float = SECONDS
    per_minute: float = 0.0
    options: tuple[tuple[str, object], ...] = ()
    help: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise UsageError(
                f"expected a model as PROVIDER:MODEL, as ollama:qwen3:4b, got {self.name!r}"
            )
        if self.url:
            _check_address(self.url)
        if not self.seconds > 0 or self.per_minute < 0:
            raise UsageError(
                "expected a time limit of more than 0 s and no fewer than 0 requests a minute, "
                f"got {self.seconds:g} s and {self.per_minute:g}"
            )
        for name, _ in self.options:
            if _SECRET.search(name):
                raise UsageError(
                    f"expected keys in the environment (that of the provider, or {KEY}), got the "
                    f"option {name!r}"
                )

    @property
    def provider(self) -> str:
        """The part of the name before the colon."""
        return self.name.partition(":")[0]


def _check_address(url: str) -> None:
    """Raises UsageError for what is no plain address; it is not repeated, for it may hold a key."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        usable = usable and not (parts.username or parts.password or parts.query or parts.fragment)
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(
            "expected the model's address as http://HOST:PORT/v1, without a name, a password or a "
            f"key in it (keys come from the environment, as {KEY}), got another one"
        )


@dataclass(frozen=True, slots=True)
class ModelWriter:
    """A language model that is ready to write.

    Attributes:
        model: LangChain's chat model.
        name: what is shown of it.
        seconds: time for a whole answer.
        finishes: whether its stream says that it has come to its end, so that one which does not
            was broken off.
    """

    model: BaseChatModel
    name: str
    seconds: float = SECONDS
    finishes: bool = False


def writer_of(llm: str | Llm | BaseChatModel) -> ModelWriter:
    """A writer from a name, from settings, or around a chat model of LangChain.

    Raises UsageError for a name that cannot be used, ModelError where the model's package or key
    is missing.
    """
    if isinstance(llm, str):
        llm = Llm(llm)
    if isinstance(llm, Llm):
        return _opened(llm)
    shown = getattr(llm, "model_name", "") or getattr(llm, "model", "") or type(llm).__name__
    return ModelWriter(llm, str(shown))


def helper_of(llm: str | Llm | BaseChatModel | None) -> ModelWriter | None:
    """The model of which other wordings are asked; None where that is off. Raises as writer_of."""
    return _opened(llm, HELP_TOKENS) if isinstance(llm, Llm) and llm.help else None


@functools.lru_cache(16)
def _opened(llm: Llm, tokens: int = ANSWER_TOKENS) -> ModelWriter:
    package = f"langchain_{llm.provider}"
    if llm.provider in EXTRAS and importlib.util.find_spec(package) is None:
        raise ModelError(
            f"expected the package {package.replace('_', '-')} for {llm.name}, but it is not "
            f"installed: pip install 'yinju[{llm.provider}]'"
        )
    from langchain.chat_models import init_chat_model

    failed = ""
    try:
        model = init_chat_model(llm.name, **_arguments(llm, tokens))
        return ModelWriter(model, llm.name, llm.seconds, llm.provider in EXTRAS)
    except ImportError as error:
        failed = f"{error.name or 'a package'} is not installed: pip install langchain-PROVIDER"
    except Exception as error:
        # Messages of foreign libraries may repeat what they were given.
        failed = f"{type(error).__name__}; see docs/llm.md for names and options"
        if re.search("api[_ ]key", str(error), re.I):
            failed = "no key: set it in the environment"
    raise ModelError(f"expected to open the language model {llm.name}, but got {failed}")


def _arguments(llm: Llm, tokens: int) -> dict[str, Any]:
    """What :func:`init_chat_model` is given; providers name the same things differently."""
    if llm.provider == "ollama":
        given: dict[str, Any] = {"num_predict": tokens, "num_ctx": 2 * TOKENS, "temperature": 0}
        given["client_kwargs"] = {"timeout": llm.seconds}
    else:
        given = {"max_retries": 1, "timeout": llm.seconds, "max_tokens": tokens}
    if llm.url:
        given |= {"base_url": llm.url, "temperature": 0}
    if llm.provider == "openai":
        given["stream_usage"] = True
        if llm.url:
            # Servers other than OpenAI's know this name of it only.
            given["extra_body"] = {"max_tokens": given.pop("max_tokens")}
    key = os.environ.get(KEY, "")
    if llm.provider == "openai" and llm.url and not os.environ.get("OPENAI_API_KEY"):
        key = key or "none"  # a server on this machine asks for none, but its client does
    if key and llm.provider != "ollama":
        given["api_key"] = key
    if llm.per_minute:
        given["rate_limiter"] = _limiter(llm)
    return given | dict(llm.options)


@functools.lru_cache(8)
def _limiter(llm: Llm) -> BaseRateLimiter:
    """One for all requests of a model, whatever they ask for."""
    from langchain_core.rate_limiters import InMemoryRateLimiter

    limiter = InMemoryRateLimiter(
        requests_per_second=llm.per_minute / 60, check_every_n_seconds=0.05
    )
    limiter.available_tokens = 1.0  # the first request need not wait
    return limiter
