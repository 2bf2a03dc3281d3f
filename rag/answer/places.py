"""Which places: found by rule, since on lists of places in ``quality_month.dev`` the rules are
still surer than the reader, which confirms them.

Sentences are cut into segments, each governed by the place at the head of its clause
(:mod:`rag.answer.enumerate`); every segment that comes near the best is a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rag.answer.cite import Citations
from rag.answer.dated import NAMED, accepts, fit, in_time, of_year
from rag.answer.duplicates import Duplicates, stories_first
from rag.answer.enumerate import (
    PlaceFound,
    enumerate_places,
    mentions_in,
    places_of_title,
    segments_of,
    shortlist,
)
from rag.answer.evidence import MatchedPassage, ScoredSentence, gather, views
from rag.answer.levels import row_place
from rag.answer.sentence import longest, quote_span
from rag.corpus import sentences
from rag.corpus.gazetteer import Place, contains
from rag.index import Snapshot
from rag.question import ParsedQuestion, Query
from rag.question.asking import outside_of
from rag.search.candidates import Candidates

QUOTES = 3  # quotes of one place
# Of the support of the best place, and of what its best quote says: what is quoted for a place.
LEAST, NEAR = 0.5, 0.85
# A match carried over by the article's time; what a fit adds for a time told from the day of
# asking.
CARRIED, DATED = 0.8, 0.2


def place_groups(
    snapshot: Snapshot, parsed: ParsedQuestion, found: Candidates, order: np.ndarray
) -> list[list[PlaceFound]]:
    """The places that the passages at some positions of ``found`` are about, by what one row stands
    for; in order of code, the best quoted first.

    Args:
        snapshot, parsed, found, order: the index, the question, the candidates, those that are gone
            through, best first.
    """
    query = parsed.query
    seen = views(snapshot, query, found, order)
    evidence, shares = gather(query, seen, _content(query, parsed, seen))
    evidence = [one for one in _timely(evidence, shares, parsed) if _about(one, parsed)]
    # When it was is settled by now: an article need not say it again with every place.
    timeless = shares * _outside(query, *((one.start, one.end) for one in parsed.told))
    asked = replace(parsed, level=parsed.sought[1])
    places = enumerate_places(
        evidence, asked, timeless / timeless.sum() if timeless.any() else shares
    )
    codes = {one.mention.place.code for one in shortlist(places)}
    groups: dict[str, list[PlaceFound]] = {}
    for one in sorted(places, key=lambda one: one.mention.place.code):
        place = one.mention.place
        if place.code in codes and one.support >= LEAST * places[0].support:
            groups.setdefault(row_place(place, asked.level), []).append(one)
    for group in groups.values():
        group.sort(
            key=lambda one: (-round(one.said, 3), -one.support, one.evidence.row, one.mention.start)
        )
    return list(groups.values())


def most_supported(groups: list[list[PlaceFound]], number: int) -> list[list[PlaceFound]]:
    """As many of the places as the question says there are, all for 0, in their order."""
    if not number:
        return groups
    best = sorted(groups, key=lambda group: -max(one.support for one in group))[:number]
    return [group for group in groups if group in best]


def place_quotes(
    group: Sequence[PlaceFound], cited: Citations, duplicates: Duplicates
) -> tuple[int, ...]:
    """Numbers of the best quotes about a place, of different stories first."""
    near = [one for one in group if one.said >= NEAR * group[0].said]
    numbers: dict[int, None] = {}
    for one in stories_first(near, lambda one: duplicates.story(one.evidence.row)):
        sentence = one.evidence.sentence
        span, marks = _with_name(one, quote_span(sentence, (one.segment.start, one.segment.end)))
        numbers[cited.cite(sentence, span, marks)] = None
        if len(numbers) == QUOTES:
            break
    return tuple(numbers)


def _with_name(
    one: PlaceFound, span: tuple[int, int]
) -> tuple[tuple[int, int], tuple[tuple[int, int], ...]]:
    """The quote, begun at the sentence that names its place if that stands close before; and the
    place marked in it.
    """
    mention, article = one.mention, one.evidence.article
    if mention not in mentions_in(article.text):
        return span, ()  # named in the title, which is shown with the quote
    if mention.start < span[0]:
        before = sentences(article.text, one.evidence.view.start, span[0])
        begin = next((a for a, b in before if a <= mention.start < b), span[0])
        if span[1] - begin <= longest(article):
            span = begin, span[1]
    return span, ((mention.start, mention.end),)


def _content(query: Query, parsed: ParsedQuestion, seen: Sequence[MatchedPassage]) -> np.ndarray:
    """bool (n,): the tokens that evidence must support.

    Places are checked on their own, and so is a year that no candidate writes out (an article may
    be of that year by its date).
    """
    unsaid = [
        year
        for year in parsed.years
        if not any(year in v.article.text[v.start : v.end] for v in seen)
    ]
    years = [(query.text.find(year), query.text.find(year) + 4) for year in unsaid]
    for mask in (
        query.content & _outside(query, *parsed.idle, *parsed.place_spans, *years),
        query.content & _outside(query, *parsed.idle),
        query.content,
    ):
        if mask.any():
            return mask
    return query.weights > 0


def _outside(query: Query, *spans: tuple[int, int]) -> np.ndarray:
    """bool (n,): the tokens of the question that touch none of the spans."""
    return np.array([outside_of(span, spans) for span in query.spans], bool)


def _about(evidence: ScoredSentence, parsed: ParsedQuestion) -> bool:
    """Whether evidence is about the places, periods and years that the question names."""
    return (
        all(_of_place(evidence, place) for place in parsed.places)
        and all(of_year(evidence.sentence, year) for year in parsed.years)
        and all(accepts(evidence.sentence, one, True) for one in parsed.told)
    )


def _of_place(evidence: ScoredSentence, place: Place) -> bool:
    """Whether a place is named in the sentence, or governs it."""
    mentions = mentions_in(evidence.article.text)
    governing = (
        [m for m in mentions if evidence.start <= m.start < evidence.end]
        or [m for segment in segments_of(evidence) for m in segment.places]
        or places_of_title(evidence)
    )
    return any(contains(place, m.place) for m in governing)


def _timely(
    evidence: list[ScoredSentence], shares: np.ndarray, parsed: ParsedQuestion
) -> list[ScoredSentence]:
    """Evidence that fits the periods which the question names, as if it named them in its words; in
    the order of its score.
    """
    if not parsed.told:
        return evidence
    out = [_credited(one, shares, parsed) for one in evidence]
    return sorted(out, key=lambda one: (-one.score, one.row, one.start))


def _credited(
    evidence: ScoredSentence, shares: np.ndarray, parsed: ParsedQuestion
) -> ScoredSentence:
    own, matched, bonus = evidence.own.copy(), evidence.matched.copy(), 0.0
    for one in parsed.told:
        fits = fit(evidence.sentence, one)
        if one.kind == "relative":  # 上个月: articles say it in other words
            bonus += DATED * fits
            continue
        said = np.array(
            [one.start < end and start < one.end for start, end in parsed.query.spans], bool
        )
        matched[said] = np.maximum(matched[said], CARRIED * in_time(evidence.article, one))
        # Of a range the sentence that gives both of its ends says most: the words tell it best.
        if one.kind != "range":
            matched[said] = np.maximum(matched[said], fits)
            own[said] = np.maximum(own[said], fits == NAMED)
    support = float(shares @ matched)
    gain = 0.5 * float(shares @ ((own - evidence.own) * (1 - 0.7 * evidence.view.topic)))
    return replace(
        evidence,
        own=own,
        matched=matched,
        support=support,
        score=evidence.score + support - evidence.support + gain + bonus,
    )
