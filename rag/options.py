"""Options of the command line that several verbs of ``yinju`` share."""

from __future__ import annotations

import functools
import json as json_format
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.library import Index
    from rag.search.types import Filters
    from rag.writing.models import Llm


def several(*names: str, help: str, **more) -> Callable:
    """An option that may be given several times; its help says so."""
    return click.option(*names, multiple=True, help=f"{help} May be given several times.", **more)


def applied(options: Sequence[Callable], function: Callable) -> Callable:
    """The verb ``function`` with options added, in their order."""
    for option in reversed(options):
        function = option(function)
    return function


def gathered(name: str, make: Callable, *options: Callable) -> Callable[[Callable], Callable]:
    """A decorator that adds options to a verb and passes their values to ``make``; the verb gets
    only the result, as the argument ``name``.
    """
    of = [parameter.name for parameter in click.command()(applied(options, lambda: None)).params]

    def decorate(function: Callable) -> Callable:
        @functools.wraps(function)
        def with_value(*args, **given):
            made = make(**{key: given.pop(key) for key in of})
            return function(*args, **{name: made}, **given)

        return applied(options, with_value)

    return decorate


def _set_debug(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        ctx.obj["debug"] = True


debug = click.option(
    "--debug",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_set_debug,
    help="Show the trace of an error.",
)
index = click.option(
    "--index",
    "path",
    default="index",
    envvar="YINJU_INDEX",
    show_default=True,
    help="Folder of the index.",
)
model = click.option(
    "--model",
    envvar="YINJU_MODEL",
    metavar="NAME_OR_PATH",
    help=(
        "A sentence-transformers model, by name or folder, instead of the embedded one; onnx: or"
        " onnx-int8: before it runs its ONNX file. An index is asked with the model that built it."
    ),
)
rerank = click.option(
    "--rerank",
    envvar="YINJU_RERANK",
    metavar="NAME_OR_PATH",
    help=(
        "A cross-encoder or multi-vector model of sentence-transformers, by name or folder, that"
        " reads the best passages and orders them anew. Any index will do."
    ),
)


def _llm(
    llm: str | None,
    llm_url: str | None,
    llm_timeout: float | None,
    llm_rate: float,
    llm_option: tuple[str, ...],
    llm_help: bool,
) -> Llm | None:
    """The language model that the options name, or None. Raises UsageError."""
    from rag.writing.models import DEFAULT_TIMEOUT_SECONDS, Llm

    if not llm:
        if llm_url or llm_option or llm_help:
            raise UsageError(
                "expected --llm PROVIDER:MODEL with the other options of --llm, got them alone"
            )
        return None
    pairs = [one.partition("=") for one in llm_option]
    if odd := next((name for name, sign, _ in pairs if not (name and sign)), None):
        raise UsageError(f"expected --llm-option NAME=VALUE, as reasoning_effort=none, got {odd!r}")
    options = tuple((name, _value(value)) for name, _, value in pairs)
    return Llm(
        llm, llm_url or "", llm_timeout or DEFAULT_TIMEOUT_SECONDS, llm_rate, options, llm_help
    )


def _value(text: str) -> object:
    """The value of a text that is a number or boolean in JSON; any other text as it is."""
    try:
        value = json_format.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, int | float | bool) else text


llm = gathered(
    "llm",
    _llm,
    click.option(
        "--llm",
        envvar="YINJU_LLM",
        metavar="PROVIDER:MODEL",
        help=(
            "A language model that writes the answers from the quotes, each of its sentences"
            " checked against them: ollama:qwen3:4b, openai:..., anthropic:... (docs/llm.md). Keys"
            " come from the environment."
        ),
    ),
    click.option(
        "--llm-url",
        envvar="YINJU_LLM_URL",
        metavar="URL",
        help="Where the language model is served, as http://127.0.0.1:8080/v1.",
    ),
    click.option(
        "--llm-timeout",
        envvar="YINJU_LLM_TIMEOUT",
        metavar="SECONDS",
        type=click.FloatRange(0, min_open=True),
        help=(
            "Time that it has for an answer, after which the quotes alone are shown.  [default: 60]"
        ),
    ),
    click.option(
        "--llm-rate",
        default=0.0,
        metavar="NUMBER",
        type=click.FloatRange(0),
        help="Requests a minute at most.  [default: any number]",
    ),
    several(
        "--llm-option",
        metavar="NAME=VALUE",
        help="A further argument of the model, as reasoning_effort=none.",
    ),
    click.option(
        "--llm-help",
        is_flag=True,
        envvar="YINJU_LLM_HELP",
        help=(
            "Ask the model first for a translation and a rewording of the question, which are"
            " searched beside it and shown."
        ),
    ),
)


"""``--llm`` and its further options; the verb gets one argument ``llm``, a
:class:`rag.writing.models.Llm` or None.
"""
json = click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")


def _hosts(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    hosts = tuple(one.replace("[", "").replace("]", "").lower() for one in given)
    if odd := next((one for one in hosts if not re.fullmatch(r"[^/@]+:\d+", one)), ""):
        raise click.BadParameter(f"expected HOST:PORT, as in wiki.example:8080, got {odd!r}")
    return hosts


allow = several(
    "--allow",
    metavar="HOST:PORT",
    callback=_hosts,
    help="Fetch from here too, though it is no public address or another port than 80 and 443.",
)


def _columns(
    _: click.Context, __: click.Parameter, given: tuple[str, ...]
) -> dict[str, str] | None:
    pairs = [pair.partition("=") for one in given for pair in one.split(",")]
    if any(not (field.strip() and name.strip()) for field, _, name in pairs):
        raise click.BadParameter(
            f"expected FIELD=COLUMN, as in text=content,title=headline, got {', '.join(given)!r}"
        )
    return {field.strip(): name.strip() for field, _, name in pairs} or None


columns = click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="FIELD=COLUMN,…",
    callback=_columns,
    help=(
        "Which column of tables (CSV, JSON) holds text, title, date, source, url, lang or id, where"
        " its name does not tell; kept for updates."
    ),
)


def _filters(**given) -> Filters:
    from rag.filtering import checked
    from rag.search.types import Filters

    return checked(Filters(**given))


narrowed = gathered(
    "filters",
    _filters,
    click.option(
        "--from",
        "date_from",
        metavar="YYYY-MM-DD",
        default="",
        help="Only articles of this day or later.",
    ),
    click.option(
        "--to",
        "date_to",
        metavar="YYYY-MM-DD",
        default="",
        help="Only articles of this day or earlier.",
    ),
    several("--source", "sources", help="Only this publisher."),
    several(
        "--place",
        "places",
        help="Only articles that name this place or one inside it, in Chinese or English.",
    ),
    several("--lang", "langs", help="Only this language (zh, en)."),
)
"""The options that restrict the articles; the verb gets one argument ``filters``, a
:class:`rag.search.types.Filters`.
"""


as_of = click.option(
    "--as-of",
    metavar="YYYY-MM-DD",
    default="",
    help='The day that "last month" is told from.  [default: of the newest article]',
)
server = (
    click.option(
        "--host",
        default="127.0.0.1",
        show_default=True,
        help="Address to serve on; 0.0.0.0 for all of this machine.",
    ),
    click.option(
        "--port",
        default=7860,
        show_default=True,
        type=click.IntRange(0, 65535),
        help="0 takes a free one.",
    ),
    click.option(
        "--auth",
        envvar="YINJU_AUTH",
        metavar="NAME:PASSWORD|FILE",
        help=(
            "Who may come in: a name and a password, or a file of lines that --hash-password makes."
            " Others on this machine see a password on the command line; they do not see the"
            " environment variable YINJU_AUTH."
        ),
    ),
    click.option(
        "--insecure",
        is_flag=True,
        help="Allow a --host that other machines reach without a password.",
    ),
    click.option(
        "--root-path",
        default="",
        metavar="PATH",
        help='Where a reverse proxy shows the server, as "/news".',
    ),
    several(
        "--trust-proxy",
        metavar="ADDRESS",
        help="Believe what this reverse proxy (address or network) says of who asks.",
    ),
    several(
        "--allowed-host",
        "allowed_hosts",
        metavar="NAME",
        help="A further name of the server in the address bar.",
    ),
    click.option(
        "--processes",
        default=1,
        show_default=True,
        type=click.IntRange(1, 64),
        help=(
            "Processes that answer. Each takes some hundred MB of memory; more than there are"
            " processors gain nothing."
        ),
    ),
    as_of,
)
"""The options of a server, for :class:`rag.serving.settings.Settings`: its address, who may use it,
and how many processes answer.
"""


shards = click.option(
    "--shards",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help=(
        "Build N indexes of about equal size, each of a run of the files, that are read as one; 0"
        " builds one."
    ),
)


on = click.option(
    "--on",
    metavar="ray[://HOST:PORT]",
    help=(
        "Do it on a cluster of Ray, with an index in shards: the one that RAY_ADDRESS names, or one"
        " started on this machine; or that of a Ray client server."
    ),
)
replicas = click.option(
    "--replicas",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    metavar="N",
    help="With --on: hold each shard on N nodes.",
)


def _opened(**given) -> Callable[[], Index]:
    from rag.library import Index

    return functools.partial(Index.open, **given)


opened = gathered("opened", _opened, index, model, rerank, on, replicas)
"""The options of an index; the verb gets one argument ``opened``, a function that opens it."""
opened_here = gathered("opened", _opened, index, model, rerank)
"""The same for a verb that opens the index in this process only, not on a cluster."""


def yes(help: str) -> Callable:
    """``--yes``, with the verb's own help text."""
    return click.option("--yes", "-y", is_flag=True, help=help)


def corpus(help: str) -> Callable:
    """``--corpus PATH``, any number of times, with the verb's own help text."""
    return several("--corpus", metavar="PATH", help=help)


def command(*options: Callable, cls: type[click.Command] = click.Command) -> Callable:
    """A decorator that makes a verb with the given options and those that all verbs have."""

    def decorate(function: Callable) -> click.Command:
        return click.command(cls=cls)(applied((*options, debug), function))

    return decorate
