"""Answers "which places" by what the reader finds and by what sentences are about, together.

Sentences are cut into segments, each governed by the place at the head of its clause
(:mod:`rag.answer.enumerate`). How well the segments about a place support the question, and the
chance that the reader gives it, are features of a fitted probability (:mod:`rag.reader.judge`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.answer.cite import Citations
from rag.answer.dated import FIT_NAMED_DATE, accepts, fit, in_time, of_year
from rag.answer.duplicates import Duplicates, stories_first
from rag.answer.enumerate import (
    PlaceFound,
    enumerate_places,
    mentions_in,
    places_of_title,
    segments_of,
)
from rag.answer.evidence import MatchedPassage, ScoredSentence, gather, views
from rag.answer.levels import row_place
from rag.answer.named import Named
from rag.answer.rows import name_rows, place_row
from rag.answer.sentence import longest, quote_span
from rag.answer.types import Row
from rag.corpus import sentences
from rag.corpus.captions import is_caption
from rag.corpus.gazetteer import Place, contains
from rag.index import Snapshot
from rag.question import ParsedQuestion, Query
from rag.question.asking import outside_of
from rag.reader.judge import Judge, best_count, place_features
from rag.search.candidates import Candidates

_MAX_QUOTES_OF_PLACE = 3  # most quotes of one place
# _MIN_SHARE_OF_BEST_SUPPORT is the share of the best support that a sentence needs to be quoted.
# _MIN_SHARE_OF_BEST_QUOTE is the share of the best quote's ``direct_support`` that a further quote
# of the same place needs. _MIN_SHARE_OF_STORY is the share of the best support that a sentence
# needs for its article to count as one about its place: with .5 the number of these tells less.
_MIN_SHARE_OF_BEST_SUPPORT, _MIN_SHARE_OF_BEST_QUOTE, _MIN_SHARE_OF_STORY = 0.5, 0.85, 0.75
# _ARTICLE_DATE_MATCH is the match, 0 to 1, of the question's words for a time where only the
# article's date is of that time. _RELATIVE_TIME_WEIGHT times the fit is added to the score for a
# time relative to the day of asking.
_ARTICLE_DATE_MATCH, _RELATIVE_TIME_WEIGHT = 0.8, 0.2
# A place is a row beside the likeliest ones if a sentence says of it all that is asked: its support
# reaches _SURE_SUPPORT and the share _MIN_SHARE_OF_SURE of the best in its language, and the reader
# gives it at least _MIN_SURE_CHANCE. Chosen on the tuned lists of benchmarks/enumeration.py: their
# recall rises from .70 to .72, at the same precision.
_SURE_SUPPORT, _MIN_SHARE_OF_SURE, _MIN_SURE_CHANCE = 0.8, 0.85, 0.02
# The probability is fitted to lists over 8 articles and more. Over fewer, only places count whose
# support comes near the best: it reaches a share of it that is _LENIENT_SHARE where the best one is
# at least _SURE_SUPPORT, and rises to at most _STRICT_SHARE as that falls. A best sentence that
# lacks a word of the question is close to all others that lack it.
_FEWEST_ARTICLES, _LENIENT_SHARE, _STRICT_SHARE = 8, 0.75, 0.92


@dataclass(frozen=True, slots=True, eq=False)
class PlaceCandidate:
    """A place that may be a row of a list, which stands for all places in it of the level sought.

    Attributes:
        place: the first place of the row.
        found: what segments of sentences say about it, the best quote first.
        names: the names of it that the reader found, best first.
        chance: the chance, 0 to 1, that the reader gives it; None if the reader did not find it.
    """

    place: Place
    found: Sequence[PlaceFound]
    names: Sequence[Named]
    chance: float | None

    @property
    def lang(self) -> str:
        """The language of the article with the best quote; "" for none."""
        return self.found[0].evidence.article.lang if self.found else ""

    @property
    def support(self) -> float:
        """The support, 0 to 1, of the best sentence about it; 0 if there is none."""
        return max((one.support for one in self.found), default=0.0)


def place_candidates(
    parsed: ParsedQuestion,
    found: Sequence[Sequence[PlaceFound]],
    rated: Sequence[tuple[Sequence[Named], float]],
) -> list[PlaceCandidate]:
    """The places that sentences are about, and those that the reader found.

    Args:
        parsed: the question.
        found: the places that sentences are about, as :func:`places_found` gives them.
        rated: names that the reader found, with their chances, each group of one place or of none.
    """
    level = parsed.sought[1]
    about = {row_place(group[0].mention.place, level): group for group in found}
    out = {
        key: PlaceCandidate(group[0].mention.place, group, (), None) for key, group in about.items()
    }
    for names, chance in rated:
        if place := names[0].place:
            group = about.get(row_place(place, level), ())
            first = group[0].mention.place if group else place
            out[row_place(place, level)] = PlaceCandidate(first, group, names, chance)
    return list(out.values())


def features_of_places(some: Sequence[PlaceCandidate], searched: int) -> np.ndarray:
    """The features that predict which places are rows: :func:`rag.reader.judge.place_features`.

    ``searched`` is the number of articles that were searched.
    """
    support = [one.support for one in some]
    least = _MIN_SHARE_OF_STORY * max(support, default=0.0)
    stories = [
        len({found.evidence.row for found in one.found if found.support >= least}) for one in some
    ]
    return place_features([one.chance for one in some], support, stories, searched)


def likely_places(
    parsed: ParsedQuestion, some: Sequence[PlaceCandidate], judge: Judge, searched: int
) -> list[PlaceCandidate]:
    """The places that are likely enough to be rows, in order of their codes; [] if none is."""
    if not some:
        return []
    best = max(one.support for one in some)
    if searched < _FEWEST_ARTICLES:
        share = min(_STRICT_SHARE, _LENIENT_SHARE + 0.5 * max(0.0, _SURE_SUPPORT - best))
        some = [one for one in some if one.support >= share * best]
    chances = judge.place_chances(features_of_places(some, searched))
    order = np.argsort(-chances, kind="stable")
    if chances[order[0]] < judge.row["placed"]:
        return []
    taken = [some[at] for at in order[: parsed.number or best_count(chances[order].tolist())]]
    if not parsed.number:
        # Words of two languages only nearly match: each language has a best sentence of its own.
        bests: dict[str, float] = {}
        for one in some:
            bests[one.lang] = max(one.support, bests.get(one.lang, 0.0))
        least = {
            lang: max(_SURE_SUPPORT, _MIN_SHARE_OF_SURE * high) for lang, high in bests.items()
        }
        sure = [one for one in some if one.support >= least[one.lang]]
        taken += [one for one in sure if (one.chance or 0) >= _MIN_SURE_CHANCE]
    return sorted(dict.fromkeys(taken), key=lambda one: one.place.code)


def place_rows(
    parsed: ParsedQuestion,
    some: Sequence[PlaceCandidate],
    cited: Citations,
    duplicates: Duplicates,
) -> list[Row]:
    """A row for each place, with the sentences about it or, if they say less, the reader's."""
    best = max((one.support for one in some), default=0.0)
    rows = []
    for one in some:
        quoted = [f for f in one.found if f.support >= _MIN_SHARE_OF_BEST_SUPPORT * best]
        if quoted or not one.names:
            numbers = place_quotes(quoted or one.found, cited, duplicates)
            places = [found.mention.place for found in quoted or one.found]
            rows.append(place_row(parsed, places, numbers))
        else:
            rows += name_rows(parsed, [one.names], cited, duplicates)
    return rows


def places_found(
    snapshot: Snapshot, parsed: ParsedQuestion, found: Candidates, order: np.ndarray
) -> list[list[PlaceFound]]:
    """The places that some passages are about, grouped by the place that one row stands for.

    The best quote of each group comes first. Captions are left out.

    Args:
        snapshot: the index.
        parsed: the question.
        found: the candidates.
        order: positions in ``found`` of the passages to look at, best first.
    """
    query = parsed.query
    seen = views(snapshot, query, found, order)
    evidence, shares = gather(query, seen, _content(query, parsed, seen))
    evidence = [one for one in _timely(evidence, shares, parsed) if _about(one, parsed)]
    # The evidence has passed the check of its time: it need not repeat the time with every place.
    timeless = shares * _outside(query, *((one.start, one.end) for one in parsed.told))
    asked = replace(parsed, level=parsed.sought[1])
    groups: dict[str, list[PlaceFound]] = {}
    for one in enumerate_places(
        evidence, asked, timeless / timeless.sum() if timeless.any() else shares
    ):
        if not is_caption(one.evidence.article.text, one.evidence.start):
            groups.setdefault(row_place(one.mention.place, asked.level), []).append(one)
    for group in groups.values():
        group.sort(
            key=lambda one: (
                -round(one.direct_support, 3),
                -one.support,
                one.evidence.row,
                one.mention.start,
            )
        )
    return list(groups.values())


def place_quotes(
    group: Sequence[PlaceFound], cited: Citations, duplicates: Duplicates
) -> tuple[int, ...]:
    """Numbers of the citations of the best quotes about a place, different stories first."""
    near = [
        one
        for one in group
        if one.direct_support >= _MIN_SHARE_OF_BEST_QUOTE * group[0].direct_support
    ]
    numbers: dict[int, None] = {}
    for one in stories_first(near, lambda one: duplicates.story(one.evidence.row)):
        sentence = one.evidence.sentence
        span, marks = _with_name(one, quote_span(sentence, (one.segment.start, one.segment.end)))
        numbers[cited.cite(sentence, span, marks)] = None
        if len(numbers) == _MAX_QUOTES_OF_PLACE:
            break
    return tuple(numbers)


def _with_name(
    one: PlaceFound, span: tuple[int, int]
) -> tuple[tuple[int, int], tuple[tuple[int, int], ...]]:
    """The span to quote, and the place's name in it as a mark.

    The quote begins at the sentence that names the place if that fits into the length of a quote.
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

    Places are checked separately. So is a year that no candidate writes out, since an article may
    be of that year by its date.
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
    """bool (n,): the tokens of the question that overlap none of the spans."""
    return np.array([outside_of(span, spans) for span in query.spans], bool)


def _about(evidence: ScoredSentence, parsed: ParsedQuestion) -> bool:
    """Whether evidence is about the places, periods and years that the question names."""
    return (
        all(_of_place(evidence, place) for place in parsed.places)
        and all(of_year(evidence.sentence, year) for year in parsed.years)
        and all(accepts(evidence.sentence, one, True) for one in parsed.told)
    )


def _of_place(evidence: ScoredSentence, place: Place) -> bool:
    """Whether the sentence names a place that lies in ``place``, or else is governed by one.

    The title decides if neither the sentence nor its segments have a place.
    """
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
    """The evidence in order of score, with credit for fitting the periods that the question names.

    A sentence that fits a period counts as if it had the question's words for it.
    """
    if not parsed.told:
        return evidence
    out = [_credited(one, shares, parsed) for one in evidence]
    return sorted(out, key=lambda one: (-one.score, one.row, one.start))


def _credited(
    evidence: ScoredSentence, shares: np.ndarray, parsed: ParsedQuestion
) -> ScoredSentence:
    """The evidence with its fit to the question's periods added to its matches and its score."""
    own_matches, matched, bonus = evidence.own_matches.copy(), evidence.matched.copy(), 0.0
    for one in parsed.told:
        fits = fit(evidence.sentence, one)
        if one.kind == "relative":  # "上个月": articles use other words for it
            bonus += _RELATIVE_TIME_WEIGHT * fits
            continue
        of_time = np.array(
            [one.start < end and start < one.end for start, end in parsed.query.spans], bool
        )
        matched[of_time] = np.maximum(
            matched[of_time], _ARTICLE_DATE_MATCH * in_time(evidence.article, one)
        )
        # For a range, the sentence that states both of its ends is best, and matching words finds
        # it.
        if one.kind != "range":
            matched[of_time] = np.maximum(matched[of_time], fits)
            own_matches[of_time] = np.maximum(own_matches[of_time], fits == FIT_NAMED_DATE)
    support = float(shares @ matched)
    gain = 0.5 * float(
        shares @ ((own_matches - evidence.own_matches) * (1 - 0.7 * evidence.view.topic))
    )
    return replace(
        evidence,
        own_matches=own_matches,
        matched=matched,
        support=support,
        score=evidence.score + support - evidence.support + gain + bonus,
    )
