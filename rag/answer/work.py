"""The work on one question: what is sought, read, and made into rows with citations.

candidates -> read -> one value, a list, a count or a comparison -> quotes, or a refusal
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np

from rag.answer.arranged import arranged
from rag.answer.begin import is_credit
from rag.answer.cite import Citations, verify
from rag.answer.compare import extreme, measured
from rag.answer.compose import refusal_text, text_of
from rag.answer.dated import accepts, in_clause_of_another_time, of_year
from rag.answer.duplicates import Duplicates
from rag.answer.enumerations import enumeration
from rag.answer.events import Found, Searching
from rag.answer.listed import is_list, is_place_list, is_stated, quotes_title
from rag.answer.lists import chosen_among, grouped, is_compared, likely, rated_groups
from rag.answer.named import Named
from rag.answer.places import likely_places, place_candidates, place_rows, places_found
from rag.answer.ranked_anew import ranked_anew
from rag.answer.refused import nearest_of
from rag.answer.rows import measured_rows, name_rows, value_rows
from rag.answer.run_on import apart
from rag.answer.sentence import of_place, sentence_of
from rag.answer.types import Answer, Citation, Row
from rag.corpus.captions import is_caption
from rag.embed import Reranker
from rag.index import Snapshot
from rag.question import ParsedQuestion
from rag.question.query import Query
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
from rag.reader.judge import Judge
from rag.reader.reading import Finding
from rag.search.candidates import Candidates, candidates
from rag.search.fuse import fused
from rag.search.late import all_passages


@dataclass(slots=True, eq=False)
class QuestionWork:
    """The work on one question, repeated without each of its constraints if it is refused.

    What does not depend on the constraints is computed once.

    Attributes:
        snapshot, judge, reranker: what it works with.
        others: other wordings of the question, which are searched, too.
        scored: the candidates among all articles, if every passage is scored.
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
        """The answer from those ``passing`` articles that meet the question's own constraints."""
        allowed = passing & parsed.allowed
        searched = int(allowed.sum())
        yield Searching(searched)
        listed = is_list(parsed)
        most, spans = (READ_ALL, SPANS_ALL) if listed else (READ, SPANS)
        found, order = self._sought(parsed, passing, allowed, most)
        yield Found(len(order), len(np.unique(found.articles[order])))
        cited = Citations(parsed.query, self.snapshot.model)
        if not searched:  # the nearest quotes then come from other articles
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
        cited = Citations(parsed.query, self.snapshot.model)
        rows, listed = self._rows(parsed, findings, passages, rated, cited, allowed, stated)
        return self._composed(parsed, passages, rows, cited, searched, listed)

    def _rows(
        self,
        parsed: ParsedQuestion,
        findings: Findings,
        passages: Sequence[ReadPassage],
        rated: Sequence[tuple[list[Named], float]],
        cited: Citations,
        allowed: np.ndarray,
        stated: bool,
    ) -> tuple[list[Row], bool]:
        """The rows of what the reader found, [] if nothing answers; and whether they are a list."""
        best = [sentence_of(f) for p in passages for f in p.reading.findings[:1]]
        duplicates = Duplicates(self.snapshot, allowed, best)
        whole = bool(parsed.only) or quotes_title(parsed, passages)
        answers = whole or self.judge.answers(parsed, findings.chance)
        choices = chosen_among(parsed, findings)
        if is_list(parsed) and not stated and (answers or is_compared(parsed)):
            if rows := self._listed(parsed, findings, choices, rated, cited, duplicates):
                return rows, True
        # Counts, comparisons and lists of all places are answered by rows, or not at all; unless
        # the question gives the names that it compares.
        only_rows = not choices and (
            parsed.form not in ("one", "all") or parsed.form == "all" and parsed.kind == "places"
        )
        if not answers or is_list(parsed) and only_rows and not stated:
            return [], False
        if names := enumeration(parsed, self.snapshot.model, findings):
            return name_rows(parsed, grouped(parsed, names), cited, duplicates), True
        return value_rows(parsed, findings, cited, duplicates), False

    def _found(
        self,
        parsed: ParsedQuestion,
        found: Candidates,
        order: np.ndarray,
        passages: list[ReadPassage],
        searched: int,
    ) -> tuple[Findings, list[ReadPassage]]:
        """The findings in the passages, and the passages, reordered if there is a reranker."""
        listed = is_list(parsed)
        passages = apart(parsed.asked, passages)
        accept = lambda finding: self._fits(parsed, finding, listed)
        findings = findings_of(parsed, passages, searched, self.judge, accept)
        answers = self.judge.answers(parsed, findings.chance)
        self.chance = findings.chance
        settled = listed or parsed.kind == "places"  # place questions need all matches
        if self.reranker is None or settled or not answers:
            return findings, passages
        # The judge was fitted without a reranker, so whether there is an answer is decided before.
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
        """A row for each place that is likely enough to answer; none if the articles do not."""
        likeliest = max((chance for _, chance in rated), default=0.0)
        if not self.judge.answers(parsed, self.chance) and likeliest < self.judge.row["places"]:
            return []
        about = places_found(self.snapshot, parsed, found, order)
        some = place_candidates(parsed, about, rated)
        some = likely_places(parsed, some, self.judge, int(allowed.sum()))
        return place_rows(parsed, some, cited, Duplicates(self.snapshot, allowed, []))

    def _sought(
        self, parsed: ParsedQuestion, passing: np.ndarray, allowed: np.ndarray, most: int
    ) -> tuple[Candidates, np.ndarray]:
        """The candidates, and the positions of those to read, best first, at most ``most``."""
        # If every passage is scored anyway, that is done once, whatever is lifted later.
        found = None
        if not allowed.any() or all_passages(self.snapshot) is not None:
            found = self.scored = self.scored or candidates(self.snapshot, parsed.query, passing)
        if not self.others or not allowed.any():
            found = found or candidates(self.snapshot, parsed.query, allowed)
            return found, order_of(found, allowed, most)
        lists = [self._ranked(query, allowed, most) for query in self.others]
        beside = np.unique(np.concatenate(lists))
        found = found or candidates(self.snapshot, parsed.query, allowed, beside=beside)
        ranking = order_of(found, allowed, len(found.rows))
        return found, fused(ranking, [np.searchsorted(found.rows, rows) for rows in lists], most)

    def _ranked(self, query: Query, allowed: np.ndarray, most: int) -> np.ndarray:
        """Passage numbers that another wording finds, best first, at most ``most``."""
        found = candidates(self.snapshot, query, allowed)
        return found.rows[order_of(found, allowed, most)]

    def _fits(self, parsed: ParsedQuestion, finding: Finding, listed: bool) -> bool:
        """Whether a finding is no caption or credit, and fits the question's places and times."""
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
            and not any(
                in_clause_of_another_time(sentence, finding.start, one) for one in parsed.told
            )
        )

    def _listed(
        self,
        parsed: ParsedQuestion,
        findings: Findings,
        choices: Sequence[Sequence[Named]],
        rated: Sequence[tuple[list[Named], float]],
        cited: Citations,
        duplicates: Duplicates,
    ) -> list[Row]:
        """A row for each name that is likely enough, or that wins the comparison."""
        names = likely(parsed, rated, self.judge)
        if not is_compared(parsed):
            return name_rows(parsed, names, cited, duplicates)
        others = choices or ([] if names else likely(parsed, rated, self.judge, findings.chance))
        found = measured(parsed, others or names)
        if others and len(found) < 2:  # there is nothing to compare with
            return []
        return measured_rows(parsed, extreme(parsed, found), cited)

    def _composed(
        self,
        parsed: ParsedQuestion,
        passages: Sequence[ReadPassage],
        rows: list[Row],
        cited: Citations,
        searched: int,
        listed: bool,
    ) -> Answer:
        """The answer with its text and checked citations; a refusal if there are no rows."""
        snapshot, lang = self.snapshot, parsed.frame
        count = len(rows) if listed and parsed.form == "count" else None
        rows = arranged(snapshot, parsed, rows, cited, listed)
        citations = tuple(cited.all) if rows else ()
        for citation in citations:
            verify(citation, snapshot.article_by_id(citation.article_id))
        matched = len({citation.article_id for citation in citations})
        kind, places = _kind_of(parsed, rows, listed)
        nearest: tuple[Citation, ...] = ()
        missing: tuple[str, ...] = ()
        grade = "answered"
        if rows:
            text = text_of(rows, citations, parsed, matched, searched, listed, count)
        else:
            nearest, missing, grade = nearest_of(snapshot, self.judge, parsed, passages)
            text = refusal_text(grade, missing, nearest, lang)
        return Answer(
            question=parsed.text,
            lang="en" if lang == "en" else "zh",
            kind=kind,
            text=text,
            refused=not rows,
            places=places,
            rows=tuple(rows),
            citations=citations,
            nearest=nearest,
            missing=missing,
            searched=searched,
            matched=matched,
            index_version=snapshot.version,
            constraints=parsed.constraints,
            as_of=parsed.as_of,
            traditional=lang == "zh-Hant",
            grade=grade,
        )


def _kind_of(
    parsed: ParsedQuestion, rows: Sequence[Row], listed: bool
) -> tuple[str, tuple[str, ...]]:
    """The kind of an answer, one of ``KINDS``, and the places that its rows name, each once."""
    kind = parsed.sought[0] if listed else parsed.kind
    places = tuple(dict.fromkeys(row.place for row in rows if row.place))
    if kind == "places" and not places:
        kind = "text" if rows else parsed.kind
    return kind, places if kind == "places" else ()
