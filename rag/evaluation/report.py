"""Shows evaluations and measured answers as text for people."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from rag.evaluation.answers import Answers, GivenAnswer, Measure
from rag.evaluation.compare import Comparison
from rag.evaluation.consistency import BOTH_WORDINGS
from rag.evaluation.evaluate import Evaluation, Miss, Shown
from rag.evaluation.metrics import Figure, Group

_NAME = 28  # characters of a variant's name in a table
_SHOWN = 5  # ids that are named of questions without a relevant article in the index
_LINES = {
    "quoted": "a quote holds the answer",
    "first": "the first line holds it",
    "cited": "a right article is cited",
    "precision": "citations that are right",
    "refused": "refused, though answered there",
    "answered": "answered, though not there",
    "near_answered": "  near misses answered",
    "near_told": "  near misses told to be near",
    "marked": "written sentences marked",
    "characters": "characters quoted",
}


def report(comparison: Comparison) -> str:
    """One evaluation in full, or several as tables with their differences to the first; then the
    worst questions of each.
    """
    first = comparison.evaluations[0]
    blocks = [_single(first)] if len(comparison.evaluations) == 1 else [_several(comparison)]
    blocks += [_absent(evaluation) for evaluation in comparison.evaluations if evaluation.absent]
    for evaluation in comparison.evaluations:
        if evaluation.worst:
            blocks += [f"Worst of {evaluation.name}", *map(_miss, evaluation.worst)]
    return "\n\n".join(blocks)


def _single(evaluation: Evaluation) -> str:
    ordinary = [group for group in _distinct(evaluation.groups) if group.name != BOTH_WORDINGS]
    tables = [_figures("questions", ordinary)]
    if both := evaluation.group(BOTH_WORDINGS):
        tables.append(_figures("pairs", [both]))
    times = _latencies([(evaluation.name, evaluation.latency)], ".1f")
    return "\n\n".join([_about(evaluation), *tables, times])


def _latencies(runs: Sequence[tuple[str, dict[str, float]]], form: str) -> str:
    """The percentiles of the times of some runs: those of one run in a line, of several in a table.

    Args:
        runs: name and percentiles in milliseconds of each run.
        form: format specification of a time, such as ".1f".
    """
    if len(runs) == 1:
        return "milliseconds: " + ", ".join(f"{p} {ms:{form}}" for p, ms in runs[0][1].items())
    rows = [["milliseconds", *runs[0][1]]]
    for number, (name, times) in enumerate(runs, 1):
        rows.append([_named(number, name), *(f"{ms:{form}}" for ms in times.values())])
    return _table(rows)


def _figures(what: str, groups: Sequence[Group]) -> str:
    """A table with a row of means for each group, and below it a row of their intervals."""
    rows = [["", what, *groups[0].measures]]
    for group in groups:
        figures = list(group.figures.values())
        shown = (_share(figure.value) for figure in figures)
        rows.append([group.name, f"{len(group.keys):,}", *shown])
        if bounds := [one.bounds for one in figures if one.bounds]:
            rows.append(["  95 %", "", *(f"{_share(low)}-{_share(high)}" for low, high in bounds)])
    return _table(rows)


def _several(comparison: Comparison) -> str:
    evaluations = comparison.evaluations
    blocks = ["\n".join(f"[{number}] {_about(one)}" for number, one in enumerate(evaluations, 1))]
    groups = [group.name for evaluation in evaluations for group in _distinct(evaluation.groups)]
    blocks += [_table(_of_group(name, comparison)) for name in dict.fromkeys(groups)]
    blocks.append(_latencies([(one.name, one.latency) for one in evaluations], ".1f"))
    blocks.append("* The 95 % interval of the difference leaves 0 out.")
    return "\n\n".join(blocks)


def _of_group(name: str, comparison: Comparison) -> list[list[str]]:
    """The rows of a table for a group of questions: each evaluation, and how it differs from the
    first one.
    """
    rows: list[list[str]] = []
    for number, evaluation in enumerate(comparison.evaluations):
        group = evaluation.group(name)
        if group is None:
            continue
        if not rows:
            what = "pair" if name == BOTH_WORDINGS else "question"
            size = f"{len(group.keys):,} {what}{'s' * (len(group.keys) != 1)}"
            rows.append([f"{name}, {size}", *group.measures])
        figures = (_share(figure.value) for figure in group.figures.values())
        rows.append([_named(number + 1, evaluation.name), *figures])
        if number and (changes := comparison.differences(number).get(name)):
            differences = (_change(f.value) + "*" * f.is_real for f in changes.values())
            rows.append(["    to the first", *differences])
            if bounds := [one.bounds for one in changes.values() if one.bounds]:
                ends = (f"{_change(low)}/{_change(high)}" for low, high in bounds)
                rows.append(["    95 %", *ends])
    return rows


def _distinct(groups: Sequence[Group]) -> list[Group]:
    """The groups without those that have the same questions and values as a later one: "en" and
    "en > zh" are the same if all articles that answer English questions are Chinese.
    """
    first, *rest = groups
    contents = [(group.keys, group.values.tobytes()) for group in rest]
    return [first, *(group for n, group in enumerate(rest) if contents[n] not in contents[n + 1 :])]


def _named(number: int, name: str) -> str:
    """The number and name of a variant for a table, shortened; a list above the tables has the full
    name.
    """
    return f"[{number}] {name if len(name) <= _NAME else '…' + name[1 - _NAME :]}"


def _about(one: Evaluation) -> str:
    rerank = f", reranked by {one.reranker}" if one.reranker else ""
    held = f"{one.articles:,} articles, {one.passages:,} passages"
    return f"{one.name}: {held}, model {one.model}{rerank}"


def _absent(evaluation: Evaluation) -> str:
    names = ", ".join(question.id for question in evaluation.absent[:_SHOWN])
    more = ", …" if len(evaluation.absent) > _SHOWN else ""
    return (
        f"{evaluation.name}: none of the relevant articles of {len(evaluation.absent):,} questions"
        f" is in the index ({names}{more}); they count as not found."
    )


def _share(value: float) -> str:
    """A figure from 0 to 1 in the form that tables show: ".912"."""
    return f"{value:.3f}".removeprefix("0")


def _change(value: float) -> str:
    """A difference between two such figures, with its sign: "+.012"."""
    return f"{round(value, 3) + 0.0:+.3f}".replace("0.", ".", 1)


def _miss(miss: Miss) -> str:
    sought = ", ".join(miss.question.relevant) + f", not among the first {miss.depth}"
    wanted = _shown(miss.wanted) if miss.wanted else sought
    found = _shown(miss.first) if miss.first else "nothing"
    return f"{miss.question.id}: {miss.question.text}\n  wanted {wanted}\n  found  {found}"


def _shown(one: Shown) -> str:
    parts = ", ".join(f"{name} {value:.2f}" for name, value in one.parts.items())
    title = f" {one.title}" if one.title else ""
    scores = f"(score {one.score:.2f}: {parts})"
    return f"{one.rank}. {one.article_id}{title} {scores}\n            {one.text}"


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a text table. Columns are as wide as their widest cell; the first is aligned to the
    left, the others to the right.
    """
    columns = itertools.zip_longest(*rows, fillvalue="")
    widths = [max(map(len, column)) for column in columns]
    lines = []
    for first, *others in rows:
        cells = (cell.rjust(width) for cell, width in zip(others, widths[1:]))
        lines.append("  ".join([first.ljust(widths[0]), *cells]).rstrip())
    return "\n".join(lines)


def answers_report(runs: Sequence[Answers], worst: int = 0) -> str:
    """A table of all questions, one for each language if there are several, and wrong answers.

    ``worst`` is how many wrong answers of each run are shown: the first ones, in the order of the
    questions.
    """
    langs = sorted({one.known.question.lang for one in runs[0].said})
    blocks = ["\n".join(_answers_about(number, run) for number, run in enumerate(runs, 1))]
    for lang in ("", *(langs if len(langs) > 1 else ())):
        blocks.append(_answers_table(lang or "all", [run.group(lang) for run in runs]))
    blocks.append(_latencies([(run.name, run.latency()) for run in runs], ",.0f"))
    if len(runs) > 1:
        blocks.append("* The 95 % interval of the difference, on the same questions, leaves 0 out.")
    for run in runs:
        if wrong := [one for one in run.said if one.wrong][:worst]:
            title = f"Wrong in {run.name}, the first {len(wrong)}"
            blocks.append("\n\n".join([title, *map(_wrong, wrong)]))
    return "\n\n".join(blocks)


def _answers_about(number: int, run: Answers) -> str:
    absent = f"; of {run.absent:,} questions no article is in the index" if run.absent else ""
    return f"[{number}] {run.name}: {run.articles:,} articles, {len(run.said):,} questions{absent}"


def _answers_table(name: str, runs: Sequence[Answers]) -> str:
    """A table with a row for each measure: its mean, its interval and its difference to the first
    run, for each run.
    """
    measures = [run.measures() for run in runs]
    changes = [run.minus(runs[0]) for run in runs]
    head = [f"{name}, {len(runs[0].said):,} questions", "of"]
    for number in range(1, len(runs) + 1):
        head += [f"[{number}]", "95 %", *(["to [1]"] if number > 1 else [])]
    rows = [head]
    for key, line in _LINES.items():
        if not (there := [one[key].n for one in measures if key in one]):
            continue
        row = [line, f"{max(there):,}"]
        for number, one in enumerate(measures):
            row += _cells(key, one.get(key))
            row += [_difference(key, changes[number].get(key))] if number else []
        rows.append(row)
    return _table(rows)


def _cells(key: str, measure: Measure | None) -> list[str]:
    if not measure:
        return ["", ""]
    show = "{:.0f}".format if key == "characters" else _share
    ends = map(show, measure.figure.bounds or ())
    return [show(measure.figure.value), "-".join(ends)]


def _difference(key: str, figure: Figure | None) -> str:
    if not figure:
        return ""
    shown = f"{figure.value:+.0f}" if key == "characters" else _change(figure.value)
    return shown + "*" * figure.is_real


def _wrong(one: GivenAnswer) -> str:
    known = one.known
    wanted = " | ".join(known.answers) if known.answers else "a refusal"
    text = " ".join(one.answer.text.split())
    return f"{known.question.id}: {known.question.text}\n  wanted {wanted}\n  said   {text[:200]}"
