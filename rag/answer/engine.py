"""The default answer engine: verbatim evidence and no language model.

parse the question -> candidates -> read -> one value, a list, a count or a comparison
    -> quotes, or a refusal
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rag.answer.arranged import arranged
from rag.answer.begin import is_credit
from rag.answer.cite import Citations, verify
from rag.answer.compare import extreme, measured
from rag.answer.compose import lifted_text, refusal_text, text_of
from rag.answer.dated import accepts, of_year
from rag.answer.duplicates import Duplicates
from rag.answer.events import Found, Searching
from rag.answer.listed import is_list, is_place_list, is_stated, quotes_title
from rag.answer.lists import (
    DOUBT,
    LIKELY,
    Named,
    chance_of,
    is_compared,
    likely,
    rated_groups,
)
from rag.answer.own import own_answer
from rag.answer.places import most_supported, place_groups, place_quotes
from rag.answer.ranked_anew import ranked_anew
from rag.answer.reading_chosen import is_surer
from rag.answer.refused import nearest_of
from rag.answer.rows import measured_rows, name_rows, place_row, value_rows
from rag.answer.run_on import apart
from rag.answer.sentence import of_place, sentence_of
from rag.answer.texts import phrase
from rag.answer.types import Answer, Citation, Row
from rag.corpus.captions import is_caption
from rag.embed import Reranker
from rag.errors import UsageError
from rag.index import Snapshot
from rag.question import ParsedQuestion
from rag.question.parsing import lifted, parse, read_otherwise
from rag.question.query import Query, analyse
from rag.reader.findings import (
    READ,
    READ_ALL,
    SPANS,
    SPANS_ALL,
    Findings,
    ReadPassage,
    findings_of,
    order_of,
    passages_of,
)
from rag.reader.judge import Judge, load_judge
from rag.reader.reading import Finding
from rag.search.candidates import Candidates, candidates
from rag.search.filters import allowed_articles
from rag.search.fuse import fused
from rag.search.late import all_passages
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
        history: earlier turns, oldest first, as (question, answer): a question that leans on the
            last one is completed from it (:mod:`rag.question.followup`).
        reranker: ranks the best passages anew, except for lists, which are answered from all that
            match.
        as_of: the day that "last month" is told from; "" for the date of the newest article.
        without: constraints of the question that are lifted: kinds, or their words
            (:mod:`rag.question.constraints`).

    Raises:
        UsageError: the question is empty or too long, or ``without`` names no constraint.
        ModelError: the reranker fails.
    """
    told = stages(snapshot, question, filters, history, reranker, as_of, without)
    return next(stage for stage in told if isinstance(stage, Answer))


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
    """As :func:`answer`, told stage by stage, the answer last.

    Closing the iterator ends the work after the stage it is in. ``also`` are other wordings of the
    question that are searched beside it. They choose passages that are read for the question, and
    change nothing else: not what is asked, what restricts it, or when it is refused.
    """
    began = time.perf_counter()
    parsed = parse(snapshot, question, history, as_of, without)
    passing = allowed_articles(snapshot, filters) & ~_told(snapshot, parsed.seen)
    if parsed.only:
        passing &= _told(snapshot, parsed.only)
    if own := own_answer(snapshot, parsed, passing):
        yield dataclasses.replace(
            own,
            question=parsed.asked,
            completed=parsed.completed,
            left_out=len(parsed.seen),
            ms=round((time.perf_counter() - began) * 1000, 2),
        )
        return
    others = tuple(analyse(text, snapshot.model, snapshot.embedder) for text in also)
    work = _Work(snapshot, load_judge(), reranker, others)

    def under(*freed: str) -> Generator[Searching | Found, None, Answer]:
        now = lifted(snapshot, parsed, as_of, (*without, *freed)) if freed else parsed
        return work.answered(now, passing)

    given = yield from under()
    if parsed.second:  # the reading that the reader is surer of is answered
        first, sure = parsed, work.chance
        parsed, work.scored = read_otherwise(snapshot, first, as_of, without), None
        other = yield from under()
        if is_surer(snapshot, first, given, sure, other, work.chance):
            given = other
        else:
            parsed, work.scored = first, None
    if given.refused and given.constraints:
        kinds = []
        for kind in dict.fromkeys(one.kind for one in given.constraints):
            freed = yield from under(kind)
            kinds += [] if freed.refused else [kind]
        given = dataclasses.replace(given, answered_without=tuple(kinds))
        empty = bool(passing.any()) and not given.searched
        given = dataclasses.replace(given, text=given.text + lifted_text(given, empty=empty))
    if count := len(parsed.seen):
        given = dataclasses.replace(
            given,
            left_out=count,
            text=f"{given.text}\n{phrase('left_out', parsed.frame, n=count)}",
        )
    yield dataclasses.replace(
        given,
        question=parsed.asked,
        completed=parsed.completed,
        also=tuple(also),
        ms=round((time.perf_counter() - began) * 1000, 2),
    )


def _told(snapshot: Snapshot, articles: Sequence[str]) -> np.ndarray:
    """bool (n_articles,): some articles, and those that tell the same stories."""
    rows = []
    for name in articles:
        with contextlib.suppress(UsageError):  # of an index that was another one then
            rows.append(snapshot.article_row(name))
    return np.isin(snapshot.columns.story, snapshot.columns.story[rows])


@dataclass(slots=True, eq=False)
class _Work:
    """One question's work.

    A refusal tries to lift the question's restrictions one by one: what stays the same is done
    once.

    Attributes:
        snapshot, judge, reranker: what it works with.
        others: other wordings of the question, which are searched, too.
        scored: the candidates among all articles, where every passage is scored.
        chance: 0 to 1, that the articles answer the question that was worked on last.
    """

    snapshot: Snapshot
    judge: Judge
    reranker: Reranker | None
    others: Sequence[Query] = ()
    scored: Candidates | None = None
    chance: float = 0.0

    def answered(
        self, parsed: ParsedQuestion, passing: np.ndarray
    ) -> Generator[Searching | Found, None, Answer]:
        """The answer from those of some articles that the question's own constraints let pass."""
        allowed = passing & parsed.allowed
        searched = int(allowed.sum())
        yield Searching(searched)
        listed = is_list(parsed)
        most, spans = (READ_ALL, SPANS_ALL) if listed else (READ, SPANS)
        found, order = self._sought(parsed, passing, allowed, most)
        yield Found(len(order), len(np.unique(found.articles[order])))
        cited = Citations(parsed.query, self.snapshot.model)
        if not searched:  # what is nearest is then told of the other articles
            order = order_of(found, passing, READ)
        passages = passages_of(self.snapshot, parsed, found, order, spans)
        if not searched:
            return self._composed(parsed, passages, [], cited, searched, False)
        findings, passages = self._found(parsed, found, order, passages, searched)
        model, judge = self.snapshot.model, self.judge
        rated = rated_groups(model, parsed, findings, judge, searched) if listed else []
        stated = is_stated(parsed, findings)
        rows: list[Row] = []
        if is_place_list(parsed) and not stated:
            rows = self._placed(parsed, found, order, allowed, cited, rated)
            stated = is_stated(parsed, findings, len(rows))
        if rows and not stated:
            return self._composed(parsed, [], rows, cited, searched, True)
        rows, cited = [], Citations(parsed.query, self.snapshot.model)
        best = [sentence_of(f) for p in passages for f in p.reading.findings[:1]]
        duplicates = Duplicates(self.snapshot, allowed, best)
        whole = bool(parsed.only) or quotes_title(parsed, passages)
        answers = whole or judge.answers(parsed, findings.chance)
        if listed and not stated and (answers or is_compared(parsed)):
            rows = self._listed(parsed, rated, cited, duplicates)
        listed = bool(rows)
        may = stated or not is_list(parsed) or parsed.form == "all" and parsed.kind != "places"
        if answers and may and not rows:
            rows = value_rows(parsed, findings, cited, duplicates)
        return self._composed(parsed, passages, rows, cited, searched, listed)

    def _found(
        self,
        parsed: ParsedQuestion,
        found: Candidates,
        order: np.ndarray,
        passages: list[ReadPassage],
        searched: int,
    ) -> tuple[Findings, list[ReadPassage]]:
        """What was found in the passages, which a reranker has ordered anew where there is one."""
        listed = is_list(parsed)
        passages = apart(parsed.asked, passages)
        accept = lambda finding: self._fits(parsed, finding, listed)
        findings = findings_of(parsed, passages, searched, self.judge, accept)
        answers = self.judge.answers(parsed, findings.chance)
        self.chance = findings.chance
        settled = listed or parsed.kind == "places"  # places are answered from all that match
        if self.reranker is None or settled or not answers:
            return findings, passages
        # It orders evidence; that some of it answers was settled without it, as the judge is
        # fitted.
        passages = ranked_anew(self.snapshot, self.reranker, parsed, found, order, passages)
        values = findings_of(parsed, passages, searched, self.judge, accept).values
        return dataclasses.replace(findings, values=values), passages

    def _placed(
        self,
        parsed: ParsedQuestion,
        found: Candidates,
        order: np.ndarray,
        allowed: np.ndarray,
        cited: Citations,
        rated: Sequence[tuple[list[Named], float]],
    ) -> list[Row]:
        """A row for each place that the passages are about and the reader does not doubt.

        None where nothing answers, or where the reader finds other places.
        """
        groups = place_groups(self.snapshot, parsed, found, order)
        chances = [chance_of(parsed, rated, group[0].mention.place) for group in groups]
        likeliest = max((chance for _, chance in rated), default=0.0)
        answers = self.judge.answers(parsed, self.chance)
        if not answers and likeliest < self.judge.row["places"]:
            return []
        if max(chances, default=0.0) < LIKELY:
            return []
        told = [
            [one for one in group if not is_caption(one.evidence.article.text, one.evidence.start)]
            for group, chance in zip(groups, chances)
            if chance >= DOUBT
        ]
        told = most_supported(list(filter(None, told)), parsed.number)
        duplicates = Duplicates(self.snapshot, allowed, [])
        return [
            place_row(
                parsed,
                [one.mention.place for one in group],
                place_quotes(group, cited, duplicates),
            )
            for group in told
        ]

    def _sought(
        self, parsed: ParsedQuestion, passing: np.ndarray, allowed: np.ndarray, most: int
    ) -> tuple[Candidates, np.ndarray]:
        """Candidates, and the positions of those that are read, best first."""
        # Where every passage is scored anyway that is done once, whatever is lifted later.
        found = None
        if not allowed.any() or all_passages(self.snapshot) is not None:
            found = self.scored = self.scored or candidates(self.snapshot, parsed.query, passing)
        if not self.others or not allowed.any():
            found = found or candidates(self.snapshot, parsed.query, allowed)
            return found, order_of(found, allowed, most)
        lists = [self._ranked(query, allowed, most) for query in self.others]
        beside = np.unique(np.concatenate(lists))
        found = found or candidates(self.snapshot, parsed.query, allowed, beside=beside)
        own = order_of(found, allowed, len(found.rows))
        return found, fused(own, [np.searchsorted(found.rows, rows) for rows in lists], most)

    def _ranked(self, query: Query, allowed: np.ndarray, most: int) -> np.ndarray:
        """Numbers of the passages that another wording finds, best first."""
        found = candidates(self.snapshot, query, allowed)
        return found.rows[order_of(found, allowed, most)]

    def _fits(self, parsed: ParsedQuestion, finding: Finding, listed: bool) -> bool:
        """Whether a finding is no caption or credit, and of the places, periods and years named."""
        text = finding.window.article.text
        if is_caption(text, finding.start) or is_credit(text, finding.start, finding.end):
            return False
        if not (parsed.told or parsed.years or parsed.places):
            return True
        sentence = sentence_of(finding)
        return (
            all(of_place(sentence, place) for place in parsed.places)
            and all(of_year(sentence, year) for year in parsed.years)
            and all(accepts(sentence, one, listed) for one in parsed.told)
        )

    def _listed(
        self,
        parsed: ParsedQuestion,
        rated: Sequence[tuple[list[Named], float]],
        cited: Citations,
        duplicates: Duplicates,
    ) -> list[Row]:
        """A row for each name that is likely enough."""
        groups = likely(parsed, rated, self.judge)
        if groups and is_compared(parsed):
            return measured_rows(parsed, extreme(parsed, measured(parsed, groups)), cited)
        return name_rows(parsed, groups, cited, duplicates)

    def _composed(
        self,
        parsed: ParsedQuestion,
        passages: Sequence[ReadPassage],
        rows: list[Row],
        cited: Citations,
        searched: int,
        listed: bool,
    ) -> Answer:
        """The answer with its text; a refusal where there is no row."""
        snapshot, lang = self.snapshot, parsed.frame
        count = len(rows) if listed and parsed.form == "count" else None
        rows = arranged(snapshot, parsed, rows, cited, listed)
        citations = tuple(cited.all) if rows else ()
        for citation in citations:
            verify(citation, snapshot.article_by_id(citation.article_id))
        matched = len({citation.article_id for citation in citations})
        kind = parsed.sought[0] if listed else parsed.kind
        if kind == "places" and not any(row.place for row in rows):
            kind = "text" if rows else parsed.kind
        nearest: tuple[Citation, ...] = ()
        missing: tuple[str, ...] = ()
        grade = "answered"
        if rows:
            text = text_of(rows, citations, lang, matched, searched, listed, count)
        else:
            nearest, missing, grade = nearest_of(snapshot, self.judge, parsed, passages)
            text = refusal_text(grade, missing, nearest, lang)
        places = (
            tuple(dict.fromkeys(row.place for row in rows if row.place)) if kind == "places" else ()
        )
        return Answer(
            parsed.text,
            "en" if lang == "en" else "zh",
            kind,
            text,
            not rows,
            places,
            tuple(rows),
            citations,
            nearest,
            missing,
            searched,
            matched,
            0.0,
            snapshot.version,
            parsed.constraints,
            parsed.as_of,
            traditional=lang == "zh-Hant",
            grade=grade,
        )
