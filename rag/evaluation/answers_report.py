"""Shows measured answers as text for people."""

from __future__ import annotations

from collections.abc import Sequence

from rag.evaluation.answers import Answers, GivenAnswer, Measure
from rag.evaluation.metrics import Figure
from rag.evaluation.report import change, latencies, share, table

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


def answers_report(runs: Sequence[Answers], worst: int = 0) -> str:
    """A table of all questions, one for each language if there are several, and wrong answers.

    ``worst`` is how many wrong answers of each run are shown: the first ones, in the order of the
    questions.
    """
    langs = sorted({one.known.question.lang for one in runs[0].said})
    blocks = ["\n".join(_about(number, run) for number, run in enumerate(runs, 1))]
    for lang in ("", *(langs if len(langs) > 1 else ())):
        blocks.append(_table(lang or "all", [run.group(lang) for run in runs]))
    blocks.append(latencies([(run.name, run.latency()) for run in runs], ",.0f"))
    if len(runs) > 1:
        blocks.append("* The 95 % interval of the difference, on the same questions, leaves 0 out.")
    for run in runs:
        if wrong := [one for one in run.said if one.wrong][:worst]:
            title = f"Wrong in {run.name}, the first {len(wrong)}"
            blocks.append("\n\n".join([title, *map(_wrong, wrong)]))
    return "\n\n".join(blocks)


def _about(number: int, run: Answers) -> str:
    absent = f"; of {run.absent:,} questions no article is in the index" if run.absent else ""
    return f"[{number}] {run.name}: {run.articles:,} articles, {len(run.said):,} questions{absent}"


def _table(name: str, runs: Sequence[Answers]) -> str:
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
    return table(rows)


def _cells(key: str, measure: Measure | None) -> list[str]:
    if not measure:
        return ["", ""]
    show = "{:.0f}".format if key == "characters" else share
    ends = map(show, measure.figure.bounds or ())
    return [show(measure.figure.value), "-".join(ends)]


def _difference(key: str, figure: Figure | None) -> str:
    if not figure:
        return ""
    shown = f"{figure.value:+.0f}" if key == "characters" else change(figure.value)
    return shown + "*" * figure.is_real


def _wrong(one: GivenAnswer) -> str:
    known = one.known
    wanted = " | ".join(known.answers) if known.answers else "a refusal"
    text = " ".join(one.answer.text.split())
    return f"{known.question.id}: {known.question.text}\n  wanted {wanted}\n  said   {text[:200]}"
