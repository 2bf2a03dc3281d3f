"""``yinju ask`` and ``yinju search``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from typing import IO, TYPE_CHECKING

import click

from rag import options
from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.writing.models import Llm

# What may be the name of an option; anything else with a hyphen in front, as -5, is a word of the
# question.
_OPTION = re.compile(r"--?(?:[A-Za-z][\w-]*(?:=.*)?)?", re.DOTALL)
_SHIELD = "\0"  # which no argument of a process can hold


class _Asking(click.Command):
    """A command whose question may begin with a hyphen."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        valued = {
            name
            for one in self.params
            if isinstance(one, click.Option) and not one.is_flag
            for name in one.opts
        }
        before = ["", *args]
        shielded = [
            (
                _SHIELD + one
                if one.startswith("-") and not _OPTION.fullmatch(one) and last not in valued
                else one
            )
            for last, one in zip(before, args)
        ]
        left = super().parse_args(ctx, shielded)
        ctx.params["question"] = tuple(one.removeprefix(_SHIELD) for one in ctx.params["question"])
        return left


_asking = (
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
    options.index,
    options.model,
    options.rerank,
    options.on,
    options.replicas,
    options.json,
    options.narrowed,
)


@options.command(
    *_asking,
    options.llm,
    click.option(
        "--after",
        multiple=True,
        metavar="QUESTION",
        help=(
            'The question asked before, that "and in Zhejiang?" leans on. May be given several'
            " times."
        ),
    ),
    click.option(
        "--as-of",
        metavar="YYYY-MM-DD",
        default="",
        help='The day that "last month" is told from.  [default: of the newest article]',
    ),
    click.option(
        "--column",
        "columns",
        multiple=True,
        type=click.Choice(["when", "how_many", "who"]),
        help="A further column of an answer that is a list. May be given several times.",
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
    question: tuple[str, ...],
    file: IO[bytes] | None,
    path: str,
    model: str | None,
    rerank: str | None,
    on: str | None,
    replicas: int,
    as_json: bool,
    llm: Llm | None,
    after: tuple[str, ...],
    as_of: str,
    columns: tuple[str, ...],
    free: bool,
    **filters,
) -> None:
    """Answer QUESTION with quotes, or refuse.

    A time, a place or a publisher in QUESTION ("last month", "四川", "据新华社报道") restricts the
    articles; what was understood is shown.
    """
    from rag.answer.types import CONSTRAINTS, Answer
    from rag.assistant import Assistant
    from rag.terminal import put_answer

    index, chosen = _open(question, file, (path, model, rerank, on, replicas), filters)
    assistant = Assistant(index, llm)
    turns = assistant.turns(after, chosen, as_of)

    def one(text: str) -> Answer:
        answer = assistant.ask(text, turns, chosen, as_of, CONSTRAINTS if free else ())
        return assistant.with_columns(answer, columns)

    _each(question, file, as_json, one, Answer.to_dict, put_answer)


@options.command(
    *_asking,
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
def search(
    question: tuple[str, ...],
    file: IO[bytes] | None,
    path: str,
    model: str | None,
    rerank: str | None,
    on: str | None,
    replicas: int,
    as_json: bool,
    k: int,
    facets: bool,
    **filters,
) -> None:
    """Find the passages that fit QUESTION best.

    Where QUESTION begins with a minus, "--" stands before it: yinju search --facets -- bridge -toll
    """
    from rag.terminal import put, put_hits, put_sifted

    index, chosen = _open(question, file, (path, model, rerank, on, replicas), filters)

    models = {
        "model": index.snapshot.embedder.identity.name,
        "rerank": index.reranker and index.reranker.name,
    }

    def row(found) -> dict:
        return {
            **models,
            "hits": [asdict(hit) for hit in found.hits],
            "ms": found.ms["total"],
            "steps_ms": found.ms,
        }

    if facets:
        from rag.search.sift import MAX_PAGE

        return _each(
            question,
            file,
            as_json,
            lambda text: index.sift(text, chosen, 0, min(k, MAX_PAGE)),
            asdict,
            put_sifted,
        )

    def show(found) -> None:
        put_hits(found.hits)
        if not found.hits:
            put("yinju: no passage found" + (" within these filters" if chosen else ""), error=True)

    _each(question, file, as_json, lambda text: index.find(text, k, chosen), row, show)


def _open(
    question: tuple[str, ...],
    file: IO[bytes] | None,
    opening: tuple,
    filters: dict,
):
    """The open index and the filters; what can be refused without opening anything is refused
    first.
    """
    from rag.filtering import checked
    from rag.library import Index
    from rag.search.types import Filters

    if bool(question) == (file is not None):
        raise UsageError(
            'expected a question ("...") or --questions FILE, got '
            + ("both" if file else "neither")
        )
    chosen = checked(Filters(**filters))
    return Index.open(*opening), chosen


def _each(
    question: tuple[str, ...],
    file: IO[bytes] | None,
    as_json: bool,
    one: Callable,
    row: Callable,
    show: Callable,
) -> None:
    """Ask the one question, or those of the file, and write what comes back."""
    from rag.terminal import put_json, questions

    if file is None:
        found = one(" ".join(question))
        if as_json:
            put_json(row(found))
        else:
            show(found)
        return
    for number, name, text in questions(file):
        try:
            found = one(text)
        except UsageError as error:
            raise UsageError(f"{file.name}, line {number}: {error}") from error
        put_json({"id": name, **row(found)})
