"""Which places: the first edition's way, until the reader lists them as well.

Sentences are cut into segments, each governed by the place at the head of its clause
(:mod:`rag.answer.enumerate`); every segment that comes near the best is a row. On the ten lists of
places in ``quality_month.dev`` it is still surer than the reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rag.answer.cite import Citations
from rag.answer.dated import NAMED, Calendar, in_time, of_year
from rag.answer.duplicates import Duplicates, stories_first
from rag.answer.enumerate import PlaceCache, PlaceFound, enumerate_places, shortlist
from rag.answer.evidence import MatchedPassage, ScoredSentence, gather, views
from rag.answer.levels import row_place
from rag.answer.lists import excepted_place
from rag.answer.sentence import Sentence, longest, quote_span
from rag.corpus import sentences
from rag.corpus.gazetteer import Place, contains
from rag.index import Snapshot
from rag.question import ParsedQuestion, Query
from rag.question.asking import outside_of
from rag.search.candidates import Candidates

QUOTES = 3  # quotes of one place
FOUND, SURE = 0.5, 0.8  # match from which a word counts as found, and as found for sure
# Of the support of the best place: evidence about places shown that may bear out all of them.
ALSO = 0.75
# Of the support of a place, and of what its best quote says: what is quoted for it.
LEAST, NEAR = 0.5, 0.85
# A match carried over by the article's time; what a fit adds for a time told from the day of
# asking.
CARRIED, DATED = 0.8, 0.2


def place_groups(
    snapshot: Snapshot,
    parsed: ParsedQuestion,
    found: Candidates,
    order: np.ndarray,
    weights: dict[str, float],
    calendar: Calendar,
    place_cache: PlaceCache,
) -> list[list[PlaceFound]]:
    """The places that the passages at some positions of ``found`` are about, by what one row stands
    for; [] for a refusal.

    Args:
        snapshot, parsed, found, order: the index, the question, the candidates, those that are gone
            through, best first.
        weights: of the logistic regression that tells whether the best of them answer
            (``Judge.places``).
        calendar, place_cache: the dates and places of the articles.
    """
    query = parsed.query
    seen = views(snapshot, query, found, order)
    evidence, shares = gather(query, seen, _content(query, parsed, seen))
    evidence = [
        one
        for one in _timely(evidence, shares, parsed, calendar)
        if _about(one, parsed, place_cache, calendar)
    ]
    # When it was is settled by now: an article need not say it again with every place.
    timeless = shares * _outside(query, *((one.start, one.end) for one in parsed.told))
    asked = replace(parsed, level=parsed.sought[1])
    places = enumerate_places(
        evidence, asked, timeless / timeless.sum() if timeless.any() else shares, place_cache
    )
    places = [one for one in places if not excepted_place(parsed, one.mention.place)]
    if not places:
        return []
    kept = shortlist(places)
    if not _accepted(parsed, shares, kept, places, weights):
        return []
    codes = {one.mention.place.code for one in kept}
    told = [
        one
        for one in places
        if one.mention.place.code in codes and one.support >= LEAST * places[0].support
    ]
    return _grouped(told, asked.level)


def most_supported(groups: list[list[PlaceFound]], number: int) -> list[list[PlaceFound]]:
    """As many of the places as the question says there are, all for 0, in their order."""
    if not number:
        return groups
    best = sorted(groups, key=lambda group: -max(one.support for one in group))[:number]
    return [group for group in groups if group in best]


def _grouped(places: Sequence[PlaceFound], level: str) -> list[list[PlaceFound]]:
    """Places as :func:`row_place` puts them together; in order of code, the best quoted first."""
    groups: dict[str, list[PlaceFound]] = {}
    for one in sorted(places, key=lambda one: one.mention.place.code):
        place = one.mention.place
        groups.setdefault(row_place(place, level), []).append(one)
    for group in groups.values():
        group.sort(
            key=lambda one: (-round(one.said, 3), -one.support, one.evidence.row, one.mention.start)
        )
    return list(groups.values())


def place_quotes(
    group: Sequence[PlaceFound], cited: Citations, duplicates: Duplicates, place_cache: PlaceCache
) -> tuple[int, ...]:
    """Numbers of the best quotes about a place, of different stories first."""
    near = [one for one in group if one.said >= NEAR * group[0].said]
    numbers: dict[int, None] = {}
    for one in stories_first(near, lambda one: duplicates.story(one.evidence.row)):
        evidence = one.evidence
        sentence = Sentence(
            evidence.article,
            evidence.row,
            evidence.start,
            evidence.end,
            evidence.view.start,
            evidence.view.end,
        )
        span, marks = _with_name(
            one, quote_span(sentence, (one.segment.start, one.segment.end)), place_cache
        )
        numbers[cited.cite(sentence, span, marks)] = None
        if len(numbers) == QUOTES:
            break
    return tuple(numbers)


def _with_name(
    one: PlaceFound, span: tuple[int, int], place_cache: PlaceCache
) -> tuple[tuple[int, int], tuple[tuple[int, int], ...]]:
    """The quote, begun at the sentence that names its place if that stands close before; and the
    place marked in it.
    """
    mention, article = one.mention, one.evidence.article
    if mention not in place_cache.mentions(one.evidence):
        return span, ()  # named in the title, which is shown with the quote
    if mention.start < span[0]:
        before = sentences(article.text, one.evidence.view.start, span[0])
        begin = next((a for a, b in before if a <= mention.start < b), span[0])
        if span[1] - begin <= longest(article):
            span = begin, span[1]
    return span, ((mention.start, mention.end),)


def _accepted(
    parsed: ParsedQuestion,
    shares: np.ndarray,
    kept: list[PlaceFound],
    places: list[PlaceFound],
    weights: dict[str, float],
) -> bool:
    """Whether the first passages about the places kept will do.

    A place, or places in one list, are judged by all that their article says of them: news spreads
    a story over sentences.
    """
    codes = {one.mention.place.code for one in kept}
    leading = {
        id(p.segment): p
        for p in reversed(places)
        if p.support >= ALSO * places[0].support and p.mention.place.code in codes
    }
    for first in list(leading.values())[::-1][:QUOTES]:
        listed = {p.mention.place.code for p in places if p.segment is first.segment}
        same = [
            p.evidence
            for p in places
            if p.mention.place.code in listed and p.evidence.row == first.evidence.row
        ]
        if _judged(parsed, shares, first.evidence, same, weights):
            return True
    return False


def _judged(
    parsed: ParsedQuestion,
    shares: np.ndarray,
    evidence: ScoredSentence,
    also: Sequence[ScoredSentence],
    weights: dict[str, float],
) -> bool:
    """Whether a sentence answers, by logistic regression on how much of the question it and its
    passage match.
    """
    view, query = evidence.view, parsed.query
    matched = np.maximum.reduce([evidence.matched, *(one.matched for one in also)])
    content = shares > 0
    # A word that is all there is must be found for sure: no other bears out that it is meant.
    if np.count_nonzero(content) == 1 and float(matched[content][0]) < SURE:
        return False
    words = (
        int(content.sum()) + len(parsed.places) + sum(one.kind == "relative" for one in parsed.told)
    )
    english, foreign = query.lang != "zh", view.article.lang != "zh"
    told = {
        "support": float(shares @ matched),
        "passage": float(shares @ view.matched(view.start, view.end)),
        "found": float((matched[content] > FOUND).mean()) if content.any() else 0.0,
        "worst": float((shares * (1 - matched)).max(initial=0)),
        "rank": view.rank,
        "short": max(words, 1) ** -0.5,
        "english_question": english,
        "english_article": foreign,
        "cross": english != foreign,
        "constant": 1.0,
    }
    return sum(weights[name] * value for name, value in told.items()) >= 0


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


def _about(
    evidence: ScoredSentence, parsed: ParsedQuestion, place_cache: PlaceCache, calendar: Calendar
) -> bool:
    """Whether evidence is about the places, periods and years that the question names."""
    return (
        all(_of_place(evidence, place, place_cache) for place in parsed.places)
        and all(of_year(evidence, year) for year in parsed.years)
        and all(calendar.accepts(evidence, one, True) for one in parsed.told)
    )


def _of_place(evidence: ScoredSentence, place: Place, place_cache: PlaceCache) -> bool:
    """Whether a place is named in the sentence, or governs it."""
    named = [m for m in place_cache.mentions(evidence) if evidence.start <= m.start < evidence.end]
    governing = (
        named
        or [m for s in place_cache.segments(evidence) for m in s.places]
        or place_cache.title(evidence)
    )
    return any(contains(place, m.place) for m in governing)


def _timely(
    evidence: list[ScoredSentence], shares: np.ndarray, parsed: ParsedQuestion, calendar: Calendar
) -> list[ScoredSentence]:
    """Evidence that fits the periods which the question names, as if it named them in its words; in
    the order of its score.
    """
    if not parsed.told:
        return evidence
    out = [_credited(one, shares, parsed, calendar) for one in evidence]
    return sorted(out, key=lambda one: (-one.score, one.row, one.start))


def _credited(
    evidence: ScoredSentence, shares: np.ndarray, parsed: ParsedQuestion, calendar: Calendar
) -> ScoredSentence:
    own, matched, bonus = evidence.own.copy(), evidence.matched.copy(), 0.0
    for one in parsed.told:
        fit = calendar.fit(evidence, one)
        if one.kind == "relative":  # 上个月: articles say it in other words
            bonus += DATED * fit
            continue
        said = np.array(
            [one.start < end and start < one.end for start, end in parsed.query.spans], bool
        )
        matched[said] = np.maximum(matched[said], CARRIED * in_time(evidence.article, one))
        # Of a range the sentence that gives both of its ends says most: the words tell it best.
        if one.kind != "range":
            matched[said] = np.maximum(matched[said], fit)
            own[said] = np.maximum(own[said], fit == NAMED)
    support = float(shares @ matched)
    gain = 0.5 * float(shares @ ((own - evidence.own) * (1 - 0.7 * evidence.view.topic)))
    return replace(
        evidence,
        own=own,
        matched=matched,
        support=support,
        score=evidence.score + support - evidence.support + gain + bonus,
    )
