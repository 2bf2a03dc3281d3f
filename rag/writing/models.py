"""Opens the language model that writes answers, by its name, through LangChain."""

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

MAX_REQUEST_TOKENS = 4_000  # at most, of one request, prompt and answer together
ANSWER_TOKENS = 600  # of these, for the answer
HELP_TOKENS = 120  # for other wordings of a question
DEFAULT_TIMEOUT_SECONDS = 60.0  # default time limit of an answer
API_KEY_VARIABLE = "YINJU_LLM_KEY"  # environment variable with the API key for any provider
_EXTRA_PROVIDERS = ("openai", "ollama", "anthropic")  # providers that are extras of this package
_NAME = re.compile(r"([a-z][a-z0-9_]*):(\S+)")
# Names of options that may hold a secret.
_SECRET = re.compile("key|token(?!s)|secret|password|auth|header|credential", re.I)


@dataclass(frozen=True, slots=True)
class Llm:
    """The settings of a language model. Keys are not among them: they come from the environment.

    Attributes:
        name: PROVIDER:MODEL for LangChain's ``init_chat_model``, as "openai:gpt-5-mini".
        url: address of the server, as "http://127.0.0.1:8080/v1"; "" for the provider's own.
        seconds: time limit of a whole answer, after which the evidence alone is shown.
        per_minute: maximum requests per minute; 0 for no limit.
        options: further arguments of the model, as (("reasoning_effort", "none"),).
        help: whether the model is first asked for other wordings of the question, which are
            searched as well (:mod:`rag.writing.help`).

    Raises UsageError for an invalid name, address, limit or option.
    """

    name: str
    url: str = ""
    seconds: float = DEFAULT_TIMEOUT_SECONDS
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
                    "expected keys in the environment (that of the provider, or "
                    f"{API_KEY_VARIABLE}), got the option {name!r}"
                )

    @property
    def provider(self) -> str:
        """The part of the name before the colon."""
        return self.name.partition(":")[0]


def _check_address(url: str) -> None:
    """Raises UsageError for an invalid address; the message omits it, as it may hold a key."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        usable = usable and not (parts.username or parts.password or parts.query or parts.fragment)
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(
            "expected the model's address as http://HOST:PORT/v1, without a name, a password or a "
            f"key in it (keys come from the environment, as {API_KEY_VARIABLE}), got another one"
        )


@dataclass(frozen=True, slots=True)
class ModelWriter:
    """A language model that is ready to write.

    Attributes:
        model: the chat model of LangChain.
        name: the name that users see.
        seconds: time limit of a whole answer.
        finishes: whether its stream ends with a finish reason, so that a stream without one must
            have broken off.
    """

    model: BaseChatModel
    name: str
    seconds: float = DEFAULT_TIMEOUT_SECONDS
    finishes: bool = False


def writer_of(llm: str | Llm | BaseChatModel) -> ModelWriter:
    """Returns a writer for a model's name, for settings, or for a chat model of LangChain.

    Raises UsageError for an invalid name, ModelError if the model's package or key is missing.
    """
    if isinstance(llm, str):
        llm = Llm(llm)
    if isinstance(llm, Llm):
        return _opened(llm)
    shown = getattr(llm, "model_name", "") or getattr(llm, "model", "") or type(llm).__name__
    return ModelWriter(llm, str(shown))


def helper_of(llm: str | Llm | BaseChatModel | None) -> ModelWriter | None:
    """Returns the writer that proposes wordings, None if that is off. Raises as writer_of."""
    return _opened(llm, HELP_TOKENS) if isinstance(llm, Llm) and llm.help else None


@functools.lru_cache(16)
def _opened(llm: Llm, tokens: int = ANSWER_TOKENS) -> ModelWriter:
    """Opens a model whose answers have at most ``tokens`` tokens."""
    package = f"langchain_{llm.provider}"
    if llm.provider in _EXTRA_PROVIDERS and importlib.util.find_spec(package) is None:
        raise ModelError(
            f"expected the package {package.replace('_', '-')} for {llm.name}, but it is not "
            f"installed: pip install 'yinju[{llm.provider}]'"
        )
    from langchain.chat_models import init_chat_model

    failed = ""
    try:
        model = init_chat_model(llm.name, **_arguments(llm, tokens))
        return ModelWriter(model, llm.name, llm.seconds, llm.provider in _EXTRA_PROVIDERS)
    except ImportError as error:
        failed = f"{error.name or 'a package'} is not installed: pip install langchain-PROVIDER"
    except Exception as error:
        # The message is not shown: libraries may repeat their arguments in it, and so a key.
        failed = f"{type(error).__name__}; see docs/llm.md for names and options"
        if re.search("api[_ ]key", str(error), re.I):
            failed = "no key: set it in the environment"
    raise ModelError(f"expected to open the language model {llm.name}, but got {failed}")


def _arguments(llm: Llm, tokens: int) -> dict[str, Any]:
    """Returns the arguments of ``init_chat_model``, whose names differ between providers."""
    if llm.provider == "ollama":
        given: dict[str, Any] = {"num_predict": tokens, "num_ctx": 2 * MAX_REQUEST_TOKENS}
        given |= {"temperature": 0, "client_kwargs": {"timeout": llm.seconds}}
    else:
        given = {"max_retries": 1, "timeout": llm.seconds, "max_tokens": tokens}
    if llm.url:
        given |= {"base_url": llm.url, "temperature": 0}
    if llm.provider == "openai":
        given["stream_usage"] = True
        if llm.url:
            # Servers other than OpenAI's know the limit only by this name.
            given["extra_body"] = {"max_tokens": given.pop("max_tokens")}
    key = os.environ.get(API_KEY_VARIABLE, "")
    if llm.provider == "openai" and llm.url and not os.environ.get("OPENAI_API_KEY"):
        key = key or "none"  # a local server needs no key, but its client insists on one
    if key and llm.provider != "ollama":
        given["api_key"] = key
    if llm.per_minute:
        given["rate_limiter"] = _limiter(llm)
    return given | dict(llm.options)


@functools.lru_cache(8)
def _limiter(llm: Llm) -> BaseRateLimiter:
    """Returns the rate limiter that all requests to a model share, for answers and for wordings."""
    from langchain_core.rate_limiters import InMemoryRateLimiter

    per_second = llm.per_minute / 60
    limiter = InMemoryRateLimiter(requests_per_second=per_second, check_every_n_seconds=0.05)
    limiter.available_tokens = 1.0  # the first request need not wait
    return limiter
