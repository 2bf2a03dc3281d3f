"""The command ``yinju eval``, which runs this package."""

from __future__ import annotations

import click

from rag import options
from rag.corpus.article import Skipped
from rag.errors import UsageError
from rag.terminal import Progress, printable, put, put_json, put_skipped
from rag.writing.models import Llm


@click.command("eval")
@options.index
@options.corpus(
    "Build the index to be asked in a temporary folder from these articles. A folder in BEIR's"
    " layout will do."
)
@options.model
@options.rerank
@options.llm
@click.option(
    "--questions",
    "files",
    multiple=True,
    metavar="FILE",
    help=(
        'Measure the search: JSON Lines of {"id", "question", "relevant": [ids of articles]}, or a'
        " folder in BEIR's layout. May be given several times: for other languages, or other kinds"
        " of questions."
    ),
)
@options.several(
    "--answers",
    "answered",
    metavar="FILE",
    help=(
        'Measure the answers: JSON Lines of {"id", "question", "answers": [wordings, any will do]'
        ' or null where the articles do not answer it, "relevant": [ids of articles]}; "relevant"'
        " may be missing."
    ),
)
@click.option(
    "--k",
    "-k",
    default=10,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="How many articles count.",
)
@click.option(
    "--worst",
    default=0,
    metavar="N",
    type=click.IntRange(0),
    help="Show the N questions that went worst.",
)
@options.several(
    "--compare",
    "variants",
    metavar="VARIANT",
    help=(
        "Evaluate this too, and show whether the difference is real: the folder of another index,"
        " or what else to change, as model=NAME_OR_PATH, rerank=NAME_OR_PATH, index=DIR, dense=,"
        " late=, article=, lexical=, phrase= (weights, or off), balanced=off, expansion=off, between"
        " commas."
    ),
)
@options.json
@options.debug
@click.pass_context
def eval(
    ctx: click.Context,
    path: str,
    corpus: tuple[str, ...],
    model: str | None,
    rerank: str | None,
    files: tuple[str, ...],
    llm: Llm | None,
    answered: tuple[str, ...],
    k: int,
    worst: int,
    variants: tuple[str, ...],
    as_json: bool,
) -> None:
    """Measure how well an index answers questions whose articles, or whose answers, are known.

    \b
    yinju eval --index ~/news-index --questions questions.jsonl
    yinju eval --questions zh.jsonl --questions en.jsonl --worst 5
    yinju eval --questions q.jsonl --compare model=~/models/e5 --compare lexical=off
    yinju eval --questions q.jsonl --compare rerank=~/models/reranker
    yinju eval --corpus scifact --questions scifact --compare model=~/models/e5
    yinju eval --index ~/news-index --answers answers.jsonl --worst 5
    """
    from rag.evaluation import Variant, read_variant

    if bool(files) == bool(answered):
        raise UsageError(
            "expected --questions FILE or --answers FILE, got " + ("both" if files else "neither")
        )
    named = ctx.get_parameter_source("path") is click.core.ParameterSource.COMMANDLINE
    build = bool(corpus) and not named
    name = "the embedded model" if build and not model else f"model={model}" if build else path
    first = Variant(name, "" if build else path, model or "", rerank or "")
    chosen = [first, *(read_variant(text, first) for text in variants)]
    if files:
        _search(chosen, files, k, corpus, worst, as_json)
    else:
        _answers(chosen, llm, answered, corpus, worst, as_json)


def _search(
    chosen: list, files: tuple[str, ...], k: int, corpus: tuple[str, ...], worst: int, as_json: bool
) -> None:
    from rag.evaluation import compare, read_questions
    from rag.evaluation.report import report

    questions = read_questions(files)
    with Progress() as progress:
        done = compare(chosen, questions, k, corpus, worst, progress)
    put_skipped(done.skipped)
    if as_json:
        put_json(done.to_dict())
    else:
        put(printable(report(done)))


def _answers(
    chosen: list,
    llm: Llm | None,
    files: tuple[str, ...],
    corpus: tuple[str, ...],
    worst: int,
    as_json: bool,
) -> None:
    from rag.assistant import Assistant
    from rag.evaluation import answers_dict, evaluate_answers, read_known
    from rag.evaluation.compare import opened
    from rag.evaluation.report import answers_report
    from rag.search.types import Fusion

    if odd := next((variant.name for variant in chosen if variant.fusion != Fusion()), ""):
        raise UsageError(
            f"expected --compare with another index, model or reranker for answers, got {odd!r}:"
            " weights are for --questions"
        )
    known, runs = read_known(files), {}
    skipped: list[Skipped] = []
    with Progress() as progress:
        for number, index in opened(chosen, corpus, skipped, progress):
            name = chosen[number].name
            assistants = {name: Assistant(index)}
            if llm:
                assistants[f"{name}, {llm.name}"] = Assistant(index, llm)
            runs[number] = evaluate_answers(assistants, known, progress)
    put_skipped(tuple(skipped))
    done = [run for number in range(len(chosen)) for run in runs[number]]
    if as_json:
        put_json(answers_dict(done))
    else:
        put(printable(answers_report(done, worst)))
