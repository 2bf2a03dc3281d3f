"""``yinju ask`` and ``yinju search``."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import click

from rag import options
from rag.assistant import Assistant
from rag.errors import UsageError
from rag.terminal import put, put_answer, put_each, put_hits, put_json, put_sifted

if TYPE_CHECKING:
    from rag.library import Index
    from rag.search.search import SearchResult
    from rag.search.types import Filters
    from rag.writing.models import Llm

# What may be the name of an option; anything else with a hyphen in front, as -5, is a word of the
# question.
_OPTION = re.compile(r"--?(?:[A-Za-z][\w-]*(?:=.*)?)?", re.DOTALL)
_SHIELD = "\0"  # which no argument of a process can hold


class _Asking(click.Command):
    """A command whose question may begin with a hyphen."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = [one for one in self.params if isinstance(one, click.Option)]
        valued = {name for one in options if not one.is_flag for name in one.opts}
        shielded = list(args)
        for at, (last, one) in enumerate(zip(["", *args], args)):
            if one.startswith("-") and not _OPTION.fullmatch(one) and last not in valued:
                shielded[at] = _SHIELD + one
        left = super().parse_args(ctx, shielded)
        ctx.params["question"] = tuple(one.removeprefix(_SHIELD) for one in ctx.params["question"])
        return left


_ASKING = (
    click.argument("question", nargs=-1),
    click.option(
        "--questions",
        "file",
        type=click.File("rb"),
        metavar="FILE",
        help=(
            'Many questions: JSON Lines of {"id", "question"}, "-" for standard input; one line of'
            " JSON comes out per question, as soon as it is done."
        ),
    ),
    options.opened,
    options.json,
    options.narrowed,
)


class _How(NamedTuple):
    """How a verb answers one question, and how it writes what comes back."""

    one: Callable[[str], Any]
    row: Callable[[Any], dict]
    show: Callable[[Any], None]


def _asking(verb: Callable[..., _How]) -> Callable[..., None]:
    """A verb with all that ``ask`` and ``search`` share: it is given what opens the index, and the
    filters.
    """

    @functools.wraps(verb)
    def asked(
        question: tuple[str, ...], file: IO[bytes] | None, as_json: bool, **arguments: Any
    ) -> None:
        # What can be refused without opening anything is refused first.
        if bool(question) == (file is not None):
            given = "both" if file else "neither"
            raise UsageError(f'expected a question ("...") or --questions FILE, got {given}')
        how = verb(**arguments)
        if file is not None:
            fits = lambda row: type(row.get("question")) is str
            made = lambda row: how.row(how.one(row["question"]))
            put_each(file, '{"id": …, "question": "…"}', fits, made)
            return
        found = how.one(" ".join(question))
        if as_json:
            put_json(how.row(found))
        else:
            how.show(found)

    return options.applied(_ASKING, asked)


@options.command(
    _asking,
    options.llm,
    options.several(
        "--after",
        metavar="QUESTION",
        help='The question asked before, that "and in Zhejiang?" leans on.',
    ),
    options.as_of,
    options.several(
        "--column",
        "columns",
        type=click.Choice(["when", "how_many", "who"]),
        help="A further column of an answer that is a list.",
    ),
    click.option(
        "--no-constraints",
        "free",
        is_flag=True,
        help="Do not restrict the articles to the time, place and publisher in QUESTION.",
    ),
    cls=_Asking,
)
def ask(
    opened: Callable[[], Index],
    filters: Filters,
    llm: Llm | None,
    after: tuple[str, ...],
    as_of: str,
    columns: tuple[str, ...],
    free: bool,
) -> _How:
    """Answer QUESTION with quotes, or refuse.

    A time, a place or a publisher in QUESTION ("last month", "四川", "据新华社报道") restricts the
    articles; what was understood is shown.
    """
    from rag.answer.types import CONSTRAINTS, Answer

    assistant = Assistant(opened(), llm)
    turns = assistant.turns(after, filters, as_of)

    def one(text: str) -> Answer:
        answer = assistant.ask(text, turns, filters, as_of, CONSTRAINTS if free else ())
        return assistant.with_columns(answer, columns)

    return _How(one, Answer.to_dict, put_answer)


@options.command(
    _asking,
    click.option(
        "--k",
        "-k",
        default=10,
        show_default=True,
        type=click.IntRange(1, 1000),
        help="Passages at most.",
    ),
    click.option(
        "--facets",
        is_flag=True,
        help=(
            "All articles that hold the words: their number, by month, publisher, place and"
            ' language too, and the first K. "a phrase" must stand as it is written, -word leaves'
            " out."
        ),
    ),
    cls=_Asking,
)
def search(opened: Callable[[], Index], filters: Filters, k: int, facets: bool) -> _How:
    """Find the passages that fit QUESTION best.

    Where QUESTION begins with a minus, "--" stands before it: yinju search --facets -- bridge -toll
    """
    index = opened()
    if facets:
        from rag.search.sift import MAX_HITS_PER_PAGE

        count = min(k, MAX_HITS_PER_PAGE)
        return _How(lambda text: index.sift(text, filters, 0, count), asdict, put_sifted)
    reranker = index.reranker and index.reranker.name
    models = {"model": index.snapshot.embedder.identity.name, "rerank": reranker}

    def row(found: SearchResult) -> dict:
        hits = [asdict(hit) for hit in found.hits]
        return {**models, "hits": hits, "ms": found.ms["total"], "steps_ms": found.ms}

    def show(found: SearchResult) -> None:
        put_hits(found.hits)
        if not found.hits:
            within = " within these filters" if filters else ""
            put(f"yinju: no passage found{within}", error=True)

    return _How(lambda text: index.find(text, k, filters), row, show)
