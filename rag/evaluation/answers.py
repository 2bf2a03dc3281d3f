"""Asks assistants questions whose answers are known, and measures what they answer.

The 95% interval of a share of questions is Wilson's (1927), which holds for few questions, too.
That of any other mean is a bootstrap interval over questions.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from rag.answer.types import Answer, Citation
from rag.assistant import Assistant
from rag.errors import UsageError
from rag.evaluation.evaluate import Progress, langs_of, no_articles
from rag.evaluation.known import Known, holds, is_value
from rag.evaluation.metrics import Figure, means, percentiles
from rag.library import Index

_SHARE_MEASURES = ("quoted", "first", "cited", "refused", "answered", "near_answered", "near_told")
"""Measures that are 0 or 1 for a question, see :func:`judge`."""
_MEAN_MEASURES = ("precision", "marked", "characters")
"""Measures that are some other number for an answer, see :func:`judge`."""


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An assistant's answer to a question, with its measures.

    Attributes:
        known: the question and its known answers.
        answer: what the assistant answered.
        values: the measures that apply, by name; see :func:`judge`.
        ms: wall time in milliseconds.
    """

    known: Known
    answer: Answer
    values: dict[str, float]
    ms: float

    @property
    def wrong(self) -> bool:
        """Whether no quote holds a known answer, or an unanswerable question was answered."""
        return self.values.get("quoted") == 0 or self.values.get("answered") == 1


@dataclass(frozen=True, slots=True)
class Measure:
    """The mean of a measure over the questions to which it applies.

    Attributes:
        figure: the mean with its 95% interval.
        n: number of these questions.
    """

    figure: Figure
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """The answers of an assistant to all questions, with their measures.

    Attributes:
        name: name of the assistant.
        articles: number of articles in its index.
        said: its answers, in the order of the questions.
        absent: number of questions that name relevant articles of which the index has none.
    """

    name: str
    articles: int
    said: tuple[GivenAnswer, ...]
    absent: int = 0

    def group(self, lang: str = "") -> Answers:
        """The answers to the questions of one language; all for ""."""
        answers = (one for one in self.said if not lang or one.known.question.lang == lang)
        return Answers(self.name, self.articles, tuple(answers), self.absent)

    def measures(self) -> dict[str, Measure]:
        """The mean of each measure that applies to at least one question, by name."""
        found = {}
        for name in (*_SHARE_MEASURES, *_MEAN_MEASURES):
            values = [one.values[name] for one in self.said if name in one.values]
            if values:
                figure = _share(values) if name in _SHARE_MEASURES else _mean(values)
                found[name] = Measure(figure, len(values))
        return found

    def minus(self, first: Answers) -> dict[str, Figure]:
        """The mean difference of each measure to a run (``first``) of the same questions, over the
        questions to which the measure applies in both.
        """
        found = {}
        for name in (*_SHARE_MEASURES, *_MEAN_MEASURES):
            pairs = [(a.values, b.values) for a, b in zip(self.said, first.said, strict=True)]
            changes = [a[name] - b[name] for a, b in pairs if name in a and name in b]
            if changes:
                found[name] = _mean(changes)
        return found

    def latency(self) -> dict[str, float]:
        """The 50th and 95th percentile of the times of answers, in milliseconds."""
        return percentiles([one.ms for one in self.said], (50, 95), 1)


def evaluate_answers(
    assistants: Mapping[str, Assistant], known: Sequence[Known], progress: Progress | None = None
) -> tuple[Answers, ...]:
    """Ask each assistant all questions, and measure the answers.

    Args:
        assistants: assistants by the name under which they are shown. A comparison compares the
            others with the first.
        known: at least one question; see :func:`rag.evaluation.read_known`.
        progress: called with (done, total, phase).

    Returns:
        One item for each assistant, in their order.

    Raises UsageError if there is no question or no assistant, or if an index has none of the
    articles that the questions name.
    """
    if not known or not assistants:
        raise UsageError("expected at least one question and one assistant, got none")
    done = []
    for name, assistant in assistants.items():
        absent = _absent(assistant.index, known)
        assistant.ask(known[0].question.text)  # so that loading of models is not measured
        answers = []
        for number, one in enumerate(known, 1):
            began = time.perf_counter()
            answer = assistant.ask(one.question.text)
            ms = 1000 * (time.perf_counter() - began)
            answers.append(GivenAnswer(one, answer, judge(answer, one), ms))
            if progress:
                progress(number, len(known), name)
        done.append(Answers(name, assistant.index.n_articles, tuple(answers), absent))
    return tuple(done)


def judge(answer: Answer, known: Known) -> dict[str, float]:
    """The measures that apply to one answer, by name.

    If the articles answer the question ("known" means stated in the file of questions):
        quoted: 1 if a quote holds one of the known answers, else 0; 0 for a refusal, too.
        first: 1 if the first line of the text holds one, or shows a value that means the same.
        cited: 1 if an article is cited that is known to answer; only where such are known.
        refused: 1 if the assistant refuses to answer.
        precision: share of the citations whose quote holds a known answer or whose article is known
            to answer; only for answers with citations.
    If the articles do not answer the question:
        answered: 1 if it is answered all the same.
        near_answered: the same, but only for questions whose subject the articles are about.
        near_told: 1 if a refusal of such a question says that they are; only for these refusals.
    For any answer that is not refused:
        characters: length of its quotes; a passage that is quoted twice counts once.
        marked: share of the sentences written by a language model whose words the quotes do not
            support; only where a model wrote some.
    """
    values: dict[str, float] = {}
    if known.answers:
        relevant, cited = known.question.relevant, answer.citations
        right = [one.article_id in relevant or _has_answer(one, known) for one in cited]
        values["quoted"] = float(any(_has_answer(one, known) for one in cited))
        values["first"] = float(not answer.refused and _first(answer, known))
        values["refused"] = float(answer.refused)
        if relevant:
            values["cited"] = float(any(one.article_id in relevant for one in cited))
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
    """Whether the quote holds a known answer, or a value marked in it means the same."""
    if holds(citation.quote, known.answers):
        return True
    marked = (citation.quote[a - citation.start : b - citation.start] for a, b in citation.marks)
    return any(is_value(text, known.answers, citation.date) for text in marked)


def _first(answer: Answer, known: Known) -> bool:
    line = answer.text.partition("\n")[0]
    if holds(line, known.answers):
        return True
    label = answer.rows[0].label if answer.rows else ""
    date = answer.citations[answer.rows[0].citations[0] - 1].date if label else ""
    return bool(label) and label in line and is_value(label, known.answers, date)


def _mean(values: Sequence[float]) -> Figure:
    return means(np.array(values)[:, None])[0]


def _share(values: Sequence[float]) -> Figure:
    from scipy.stats import binomtest

    found = binomtest(int(sum(values)), len(values)).proportion_ci(method="wilson")
    return Figure(sum(values) / len(values), float(found.low), float(found.high))


def _absent(index: Index, known: Sequence[Known]) -> int:
    """The number of questions that name only articles that the index lacks. Raises UsageError if
    these are all questions that name articles.
    """
    named = [one.question.relevant for one in known if one.question.relevant]
    there = langs_of(index, (article for articles in named for article in articles))
    absent = sum(there.keys().isdisjoint(articles) for articles in named)
    if named and absent == len(named):
        raise no_articles(index, next(iter(named[0])))
    return absent


def answers_dict(runs: Sequence[Answers]) -> dict:
    """The runs as plain dicts, lists, strings and numbers: what ``yinju eval --answers --json``
    writes. All but the first have their differences to the first.
    """
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
