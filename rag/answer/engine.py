"""The default answer engine: verbatim evidence and no language model.

parse the question -> candidates -> read -> one value, a list, a count or a comparison
    -> quotes, or a refusal
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Generator, Iterator, Sequence

import numpy as np

from rag.answer.compose import lifted_text
from rag.answer.events import Found, Searching
from rag.answer.own import own_answer
from rag.answer.reading_chosen import is_surer
from rag.answer.texts import phrase
from rag.answer.types import Answer
from rag.answer.work import QuestionWork
from rag.embed import Reranker
from rag.errors import UsageError
from rag.index import Snapshot
from rag.question import ParsedQuestion
from rag.question.parsing import lifted, parse, read_otherwise
from rag.question.query import analyse
from rag.reader.judge import load_judge
from rag.search.filters import allowed_articles
from rag.search.types import Filters


def answer(
    snapshot: Snapshot,
    question: str,
    filters: Filters = Filters(),
    history: Sequence[tuple[str, Answer]] = (),
    reranker: Reranker | None = None,
    as_of: str = "",
    without: Sequence[str] = (),
) -> Answer:
    """The answer to a question, from the evidence in an index.

    Args:
        snapshot: an open index.
        question: Chinese or English, at most 2,000 characters.
        filters: restrict the articles.
        history: earlier turns, oldest first, as (question, answer). A follow-up question is
            completed from the last one (:mod:`rag.question.followup`).
        reranker: reorders the best passages, except for lists, which are answered from all that
            match.
        as_of: the day to which "last month" is relative; "" for the date of the newest article.
        without: constraints of the question to lift: their kinds, or their words
            (:mod:`rag.question.constraints`).

    Raises:
        UsageError: the question is empty or too long, or ``without`` names no constraint.
        ModelError: the reranker fails.
    """
    progress = stages(snapshot, question, filters, history, reranker, as_of, without)
    return next(stage for stage in progress if isinstance(stage, Answer))


def stages(
    snapshot: Snapshot,
    question: str,
    filters: Filters = Filters(),
    history: Sequence[tuple[str, Answer]] = (),
    reranker: Reranker | None = None,
    as_of: str = "",
    without: Sequence[str] = (),
    also: Sequence[str] = (),
) -> Iterator[Searching | Found | Answer]:
    """Yields the stages of :func:`answer`, its result last; closing it ends the work after a stage.

    ``also`` are other wordings to search beside the question. They help to choose the passages that
    are read, and change nothing else: not what is asked, its constraints, or when it is refused.
    """
    began = time.perf_counter()
    parsed = parse(snapshot, question, history, as_of, without)
    passing = allowed_articles(snapshot, filters) & ~_of_same_stories(snapshot, parsed.seen)
    if parsed.only:
        passing &= _of_same_stories(snapshot, parsed.only)
    if given := own_answer(snapshot, parsed, passing):
        also = ()
    else:
        others = tuple(analyse(text, snapshot.model, snapshot.embedder) for text in also)
        work = QuestionWork(snapshot, load_judge(), reranker, others)
        parsed, given = yield from _surer(work, parsed, passing, as_of, without)
        if given.refused and given.constraints:
            given = yield from _freed(work, parsed, given, passing, as_of, without)
        if count := len(parsed.seen):
            text = f"{given.text}\n{phrase('left_out', parsed.frame, n=count)}"
            given = dataclasses.replace(given, text=text)
    yield dataclasses.replace(
        given,
        question=parsed.asked,
        completed=parsed.completed,
        left_out=len(parsed.seen),
        also=tuple(also),
        ms=round((time.perf_counter() - began) * 1000, 2),
    )


def _surer(
    work: QuestionWork,
    parsed: ParsedQuestion,
    passing: np.ndarray,
    as_of: str,
    without: Sequence[str],
) -> Generator[Searching | Found, None, tuple[ParsedQuestion, Answer]]:
    """The reading of the question that is answered, and its answer.

    If the question can be read in two ways, both are worked on, and the one counts of which the
    reader is surer.
    """
    given = yield from work.answered(parsed, passing)
    if not parsed.second:
        return parsed, given
    sure, scored = work.chance, work.scored
    second, work.scored = read_otherwise(work.snapshot, parsed, as_of, without), None
    other = yield from work.answered(second, passing)
    if is_surer(work.snapshot, parsed, given, sure, other, work.chance):
        return second, other
    work.scored = scored
    return parsed, given


def _freed(
    work: QuestionWork,
    parsed: ParsedQuestion,
    refused: Answer,
    passing: np.ndarray,
    as_of: str,
    without: Sequence[str],
) -> Generator[Searching | Found, None, Answer]:
    """The refusal, with the kinds of its constraints without which the question is answered."""
    kinds = []
    for kind in dict.fromkeys(one.kind for one in refused.constraints):
        free = lifted(work.snapshot, parsed, as_of, (*without, kind))
        other = yield from work.answered(free, passing)
        kinds += [] if other.refused else [kind]
    given = dataclasses.replace(refused, answered_without=tuple(kinds))
    empty = bool(passing.any()) and not given.searched
    return dataclasses.replace(given, text=given.text + lifted_text(given, empty=empty))


def _of_same_stories(snapshot: Snapshot, articles: Sequence[str]) -> np.ndarray:
    """bool (n_articles,): the articles with these ids, and those that tell the same stories."""
    rows = []
    for name in articles:
        with contextlib.suppress(UsageError):  # the index may have lost the article
            rows.append(snapshot.article_row(name))
    return np.isin(snapshot.columns.story, snapshot.columns.story[rows])
