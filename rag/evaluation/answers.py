"""Asks assistants questions whose answers are known, and measures what they say.

Shares of questions have Wilson's interval (1927), which holds for few questions too; other means
that of the bootstrap over questions.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from rag.answer.types import Answer, Citation
from rag.errors import UsageError
from rag.evaluation.evaluate import Progress, langs_of, no_articles
from rag.evaluation.known import Known, holds, is_value
from rag.evaluation.metrics import Figure, means, percentiles

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.library import Index

SHARES = ("quoted", "first", "cited", "refused", "answered", "near_answered", "near_told")
"""Measures that are 0 or 1 for a question, see :func:`judge`."""
MEANS = ("precision", "marked", "characters")
"""Measures that are a number for an answer."""


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What an assistant said to a question.

    Attributes:
        known: the question and its answers.
        answer: what was said.
        values: the measures that apply, by name, see :func:`judge`.
        ms: wall time in milliseconds.
    """

    known: Known
    answer: Answer
    values: dict[str, float]
    ms: float

    @property
    def wrong(self) -> bool:
        """Whether it was answered though it cannot be, or no quote holds the answer."""
        return self.values.get("quoted") == 0 or self.values.get("answered") == 1


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure over the questions to which it applies.

    Attributes:
        figure: its mean with the 95% interval.
        n: number of these questions.
    """

    figure: Figure
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """How well an assistant answers.

    Attributes:
        name: what the assistant is called.
        articles: number of articles that it answers from.
        said: what it said to each question, in their order.
        absent: how many questions name articles of which the index has none.
    """

    name: str
    articles: int
    said: tuple[GivenAnswer, ...]
    absent: int = 0

    def group(self, lang: str = "") -> Answers:
        """The same for the questions of one language; "" for all."""
        said = (one for one in self.said if not lang or one.known.question.lang == lang)
        return Answers(self.name, self.articles, tuple(said), self.absent)

    def measures(self) -> dict[str, Measure]:
        """Each measure that applies to any of the questions."""
        found = {}
        for name in (*SHARES, *MEANS):
            values = [one.values[name] for one in self.said if name in one.values]
            if values:
                figure = _share(values) if name in SHARES else means(np.array(values)[:, None])[0]
                found[name] = Measure(figure, len(values))
        return found

    def minus(self, first: Answers) -> dict[str, Figure]:
        """Mean differences to a run of the same questions, where the measure applies in both."""
        found = {}
        for name in (*SHARES, *MEANS):
            pairs = [(a.values, b.values) for a, b in zip(self.said, first.said, strict=True)]
            changes = [a[name] - b[name] for a, b in pairs if name in a and name in b]
            if changes:
                found[name] = means(np.array(changes)[:, None])[0]
        return found

    def latency(self) -> dict[str, float]:
        """Milliseconds that half and 95% of the answers took at most."""
        return percentiles([one.ms for one in self.said], (50, 95), 1)


def evaluate_answers(
    assistants: Mapping[str, Assistant], known: Sequence[Known], progress: Progress | None = None
) -> tuple[Answers, ...]:
    """Ask each assistant all questions.

    Args:
        assistants: by the name under which they are shown; for a comparison the first is what the
            others are compared with.
        known: at least one question; see :func:`rag.evaluation.read_known`.
        progress: called with (done, total, phase).

    Raises UsageError where there is no question or no assistant, or an index has none of the
    articles that the questions name.
    """
    if not known or not assistants:
        raise UsageError("expected at least one question and one assistant, got none")
    done = []
    for name, assistant in assistants.items():
        absent = _absent(assistant.index, known)
        assistant.ask(known[0].question.text)  # what it loads would count as its time
        said = []
        for number, one in enumerate(known, 1):
            began = time.perf_counter()
            answer = assistant.ask(one.question.text)
            ms = 1000 * (time.perf_counter() - began)
            said.append(GivenAnswer(one, answer, judge(answer, one), ms))
            if progress:
                progress(number, len(known), name)
        done.append(Answers(name, assistant.index.n_articles, tuple(said), absent))
    return tuple(done)


def judge(answer: Answer, known: Known) -> dict[str, float]:
    """The measures of one answer, those that apply to it.

    Of a question that the articles answer:
        quoted: 1 where one of its answers stands in a quote; 0 in a refusal, too.
        first: 1 where one stands in the first line of the text, or the value there says the same.
        cited: 1 where an article is cited that is known to answer.
        refused: 1 where it is refused.
        precision: share of the citations whose quote holds an answer or whose article is known to
            answer; only of what is not refused.
    Of a question that they do not answer:
        answered: 1 where it is answered all the same.
        near_answered: the same, where they are about its subject.
        near_told: 1 where the refusal says that they are; only of refusals of these.
    Of any answer that is not refused:
        characters: length of its quotes, each place counted once.
        marked: share of the sentences that a language model wrote whose words the quotes do not
            bear out; only where one wrote.
    """
    values: dict[str, float] = {}
    if known.answers:
        right = [_is_right(citation, known) for citation in answer.citations]
        values["quoted"] = float(any(_has_answer(one, known) for one in answer.citations))
        values["first"] = float(not answer.refused and _first(answer, known))
        values["refused"] = float(answer.refused)
        if known.question.relevant:
            values["cited"] = float(
                any(c.article_id in known.question.relevant for c in answer.citations)
            )
        if right:
            values["precision"] = sum(right) / len(right)
    else:
        values["answered"] = float(not answer.refused)
        if known.near:
            values["near_answered"] = values["answered"]
            if answer.refused:
                values["near_told"] = float(answer.grade == "near")
    if not answer.refused:
        places = {(one.article_id, one.start, one.end) for one in answer.citations}
        values["characters"] = float(sum(end - start for _, start, end in places))
        if (written := getattr(answer, "written", None)) and written.sentences:
            marked = [not sentence.supported for sentence in written.sentences]
            values["marked"] = sum(marked) / len(marked)
    return values


def _has_answer(citation: Citation, known: Known) -> bool:
    """Whether the quote holds an answer, or a value is marked in it that says the same."""
    marked = (citation.quote[a - citation.start : b - citation.start] for a, b in citation.marks)
    return holds(citation.quote, known.answers) or any(
        is_value(text, known.answers, citation.date) for text in marked
    )


def _is_right(citation: Citation, known: Known) -> bool:
    return citation.article_id in known.question.relevant or _has_answer(citation, known)


def _first(answer: Answer, known: Known) -> bool:
    line = answer.text.partition("\n")[0]
    if holds(line, known.answers):
        return True
    label = answer.rows[0].label if answer.rows else ""
    date = answer.citations[answer.rows[0].citations[0] - 1].date if label else ""
    return bool(label) and label in line and is_value(label, known.answers, date)


def _share(values: Sequence[float]) -> Figure:
    from scipy.stats import binomtest

    found = binomtest(int(sum(values)), len(values)).proportion_ci(method="wilson")
    return Figure(sum(values) / len(values), float(found.low), float(found.high))


def _absent(index: Index, known: Sequence[Known]) -> int:
    """How many questions name only articles that the index lacks. Raises UsageError for all."""
    named = [one.question.relevant for one in known if one.question.relevant]
    there = langs_of(index, (article for articles in named for article in articles))
    absent = sum(there.keys().isdisjoint(articles) for articles in named)
    if named and absent == len(named):
        raise no_articles(index, next(iter(named[0])))
    return absent


def answers_dict(runs: Sequence[Answers]) -> dict:
    """Plain dicts, lists, strings and numbers: what ``yinju eval --answers --json`` writes."""
    rows = [_run_dict(run) for run in runs]
    for row, run in zip(rows[1:], runs[1:]):
        changes = run.minus(runs[0])
        row["difference"] = {name: figure.as_difference() for name, figure in changes.items()}
    return {"assistants": rows}


def _run_dict(run: Answers) -> dict:
    langs = sorted({one.known.question.lang for one in run.said})
    groups = {"all": run, **({lang: run.group(lang) for lang in langs} if len(langs) > 1 else {})}
    return {
        "name": run.name,
        "articles": run.articles,
        "questions": len(run.said),
        "absent": run.absent,
        "groups": {name: _group_dict(group) for name, group in groups.items()},
        "results": [
            {
                "id": one.known.question.id,
                "file": one.known.question.file,
                "wrong": one.wrong,
                "text": one.answer.text,
                "grade": one.answer.grade,
                **one.values,
                "ms": round(one.ms, 1),
            }
            for one in run.said
        ],
    }


def _group_dict(group: Answers) -> dict:
    measures = {name: {"n": one.n, **asdict(one.figure)} for name, one in group.measures().items()}
    return {"n": len(group.said), **measures, "ms": group.latency()}
