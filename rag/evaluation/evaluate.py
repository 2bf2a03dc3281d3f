"""Measures the search of an index: asks it all questions and judges what it finds."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from rag.errors import UsageError
from rag.evaluation.consistency import consistency
from rag.evaluation.metrics import Group, evaluator_class, measured, measures, percentiles
from rag.evaluation.questions import Question
from rag.library import Index
from rag.search.types import Fusion, Hit

Progress = Callable[[int, int | None, str], None]
_MIN_SEARCH_DEPTH = 100  # rank down to which a relevant article is looked for
_BEGINNING = 120  # characters at the beginning of a passage that are shown


@dataclass(frozen=True, slots=True)
class Result:
    """What was found for a question.

    Attributes:
        question: the question.
        found: ids of the articles found, best first.
        rank: rank of the first relevant article, from 1; None if none is among ``found``.
        ms: milliseconds that the search took, as it reports them.
    """

    question: Question
    found: tuple[str, ...]
    rank: int | None
    ms: float


@dataclass(frozen=True, slots=True)
class Shown:
    """An article among the results, as a report shows it.

    Attributes:
        article_id, title: id and title of the article.
        rank: its rank, from 1.
        text: beginning of its best passage.
        score: fused score of that passage.
        parts: the scores from which that one was fused, by name.
    """

    article_id: str
    title: str
    rank: int
    text: str
    score: float
    parts: dict[str, float]


@dataclass(frozen=True, slots=True)
class Miss:
    """A question whose relevant article did not come first.

    Attributes:
        question: the question.
        rank: rank of its first relevant article, from 1; None if none is among the first ``depth``.
        first: the article that came first; None if nothing was found.
        wanted: the relevant article at ``rank``; None if there is none.
        depth: how many of the articles found were looked at.
    """

    question: Question
    rank: int | None
    first: Shown | None
    wanted: Shown | None
    depth: int


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """How well the search of an index answers questions.

    Attributes:
        name: name of what was evaluated.
        articles, passages: number of each in the index.
        model: name of its embedding model.
        reranker: name of the model that reorders the best passages; "" for none.
        k: how many of the articles found count.
        groups: figures of groups of questions: "all" first, then by language, then "both wordings"
            if questions have several.
        latency: 50th, 95th and 99th percentile of the times of searches in milliseconds, as "p50"
            and so on. A first search, which loads models and files, is not counted.
        results: one per question, in their order.
        absent: questions without any relevant article in the index; they count as not found.
        worst: the questions that went worst, if these were requested.
    """

    name: str
    articles: int
    passages: int
    model: str
    reranker: str
    k: int
    groups: tuple[Group, ...]
    latency: dict[str, float]
    results: tuple[Result, ...]
    absent: tuple[Question, ...]
    worst: tuple[Miss, ...]

    def group(self, name: str) -> Group | None:
        """The group with a name; None if there is none."""
        return next((group for group in self.groups if group.name == name), None)

    def to_dict(self) -> dict:
        """The evaluation as plain dicts, lists, strings and numbers, without single results."""
        return {
            "name": self.name,
            "articles": self.articles,
            "passages": self.passages,
            "model": self.model,
            "rerank": self.reranker,
            "questions": len(self.results),
            "k": self.k,
            "groups": {
                group.name: {
                    "n": len(group.keys),
                    **{name: asdict(f) for name, f in group.figures.items()},
                }
                for group in self.groups
            },
            "ms": self.latency,
            "absent": [{"id": question.id, "file": question.file} for question in self.absent],
            "worst": [asdict(miss) for miss in self.worst],
        }


def evaluate(
    index: Index,
    questions: Sequence[Question],
    k: int = 10,
    fusion: Fusion | None = None,
    worst: int = 0,
    name: str = "",
    progress: Progress | None = None,
) -> Evaluation:
    """Ask an index all questions and measure what it finds.

    Args:
        index: an open index.
        questions: at least one; see :func:`rag.evaluation.read_questions`.
        k: how many of the articles found count, 1 to 1,000.
        fusion: weights of the parts of the score; None for the usual ones.
        worst: how many of the worst questions to report.
        name: name of the evaluation; the path of the index if "".
        progress: called with (done, total, phase).

    Raises:
        UsageError: k is out of range, there is no question, the index has none of the relevant
            articles, or pytrec_eval is not installed.
    """
    if not questions:
        raise UsageError("expected at least one question, got none")
    evaluator_class()  # fails now rather than after all searches if pytrec_eval is missing
    langs = langs_of(index, (name for question in questions for name in question.relevant))
    relevant = [{name: q.relevant[name] for name in q.relevant if name in langs} for q in questions]
    absent = tuple(question for question, wanted in zip(questions, relevant) if not wanted)
    if len(absent) == len(questions):
        raise no_articles(index, next(iter(questions[0].relevant)))
    results: list[Result] = []
    for result in _asked(index, questions, k, fusion):
        results.append(result)
        if progress:
            progress(len(results), len(questions), name or "questions")
    found = [result.found for result in results]
    groups = _groups(questions, found, relevant, langs, k)
    both = consistency(questions, found, langs, k)
    present = [result for result, wanted in zip(results, relevant) if wanted]
    return Evaluation(
        name or str(index.path),
        index.n_articles,
        index.n_passages,
        index.snapshot.manifest.model.name,
        index.reranker.name if index.reranker else "",
        k,
        (*groups, *([both] if both else [])),
        percentiles([result.ms for result in results], (50, 95, 99), 3),
        tuple(results),
        absent,
        _worst_of(index, present, worst, k, fusion) if worst else (),
    )


def _asked(
    index: Index, questions: Sequence[Question], k: int, fusion: Fusion | None
) -> Iterator[Result]:
    """Yields the result of each question."""
    # A first search, which loads models and files, is not measured.
    index.find(questions[0].text, k, fusion=fusion)
    for question in questions:
        hits = index.find(question.text, k, fusion=fusion)
        found = tuple(hit.article_id for hit in hits.hits)
        rank = next((place for place, one in enumerate(found, 1) if one in question.relevant), None)
        yield Result(question, found, rank, hits.ms["total"])


def langs_of(index: Index, articles: Iterable[str]) -> dict[str, str]:
    """The language of each of these articles (ids), without those that the index lacks."""
    langs: dict[str, str] = {}
    for name in dict.fromkeys(articles):
        with contextlib.suppress(UsageError):
            langs[name] = str(index.snapshot.columns.lang[index.snapshot.article_row(name)])
    return langs


def no_articles(index: Index, first: str) -> UsageError:
    """The error for questions that name only articles that the index lacks.

    ``first`` is the id of one of these articles, as an example.
    """
    return UsageError(
        f"expected questions about the articles of {index.path}, but it has none of their relevant"
        f" articles (the first is {first!r}; ids in the index look like"
        f" {index.snapshot.article(0).id!r}): name the ids as `yinju search --json` shows them"
    )


def _groups(
    questions: Sequence[Question],
    found: Sequence[Sequence[str]],
    relevant: Sequence[Mapping[str, int]],
    lang_of: Mapping[str, str],
    k: int,
) -> list[Group]:
    """The groups of questions: all; those of each language if there are several; and, if any
    question has relevant articles in another language, one for each pair of these languages
    ("en > zh"), in which only the relevant articles of that language count.
    """

    def group(name: str, lang: str | None, wanted: Sequence[Mapping[str, int]]) -> Group:
        members = [n for n, q in enumerate(questions) if lang in (None, q.lang)]
        if wanted is not relevant:
            members = [n for n in members if wanted[n]]
        keys = tuple(questions[n].key for n in members)
        values = measured([found[n] for n in members], [wanted[n] for n in members], k)
        return Group(name, measures(k), keys, values)

    out = [group("all", None, relevant)]
    langs = sorted({question.lang for question in questions})
    if len(langs) > 1:
        out += [group(lang, lang, relevant) for lang in langs]
    ways = {(q.lang, lang_of[name]) for q, wanted in zip(questions, relevant) for name in wanted}
    if any(one != other for one, other in ways):
        for lang, other in sorted(ways):
            only = [
                {name: grade for name, grade in wanted.items() if lang_of[name] == other}
                for wanted in relevant
            ]
            out.append(group(f"{lang} > {other}", lang, only))
    return out


def _worst_of(
    index: Index, results: Sequence[Result], count: int, k: int, fusion: Fusion | None
) -> tuple[Miss, ...]:
    """The ``count`` questions whose first relevant article ranks lowest, the worst first. Questions
    with a relevant article at rank 1 are left out.
    """
    depth = max(k, _MIN_SEARCH_DEPTH)
    misses = [_miss(index, one.question, depth, fusion) for one in results if one.rank != 1]
    misses.sort(key=lambda miss: -(miss.rank or math.inf))
    return tuple(misses[:count])


def _miss(index: Index, question: Question, depth: int, fusion: Fusion | None) -> Miss:
    hits = index.find(question.text, depth, fusion=fusion).hits
    places = (place for place, hit in enumerate(hits, 1) if hit.article_id in question.relevant)
    rank = next(places, None)
    first = _shown(hits[0], 1) if hits else None
    wanted = _shown(hits[rank - 1], rank) if rank else None
    return Miss(question, rank, first, wanted, depth)


def _shown(hit: Hit, rank: int) -> Shown:
    text = " ".join(hit.text.split())[:_BEGINNING]
    return Shown(hit.article_id, hit.title, rank, text, hit.score, dict(hit.parts))
