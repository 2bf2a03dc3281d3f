"""The rows of an answer with their citations: sentences, values, places."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np

from rag.answer.cite import cite, longest, quote_span
from rag.answer.compose import Sheet, group_places, place_row
from rag.answer.enumerate import Gazette, PlaceFound
from rag.answer.evidence import Evidence
from rag.answer.fold import Fold, differences
from rag.answer.pick import Picked
from rag.question.types import Asked
from rag.answer.reader import unexplained, verb_of
from rag.answer.types import Row
from rag.corpus import sentences
from rag.index import Snapshot
from rag.question.query import Query

QUOTES = 3  # sentences shown for a question without a value, and sources for one value or place
ENOUGH = 0.75  # sentences are quoted until the answer is among them with this chance
GAIN = 0.08  # and another sentence of an article when it supports this share of the question that the first does not
VERB = 3.0  # what the verb weighs in that whose object is sought
LIKELY = 0.25  # of the likeliest sentence's chance: what comes as near says it too
NEAR = 0.85  # of what the best quote about a place says: what says as much is quoted too
LEAST = 0.5  # of the support that a place is taken for: with less nothing is quoted for it


def folded(row: Row, query: Query, evidence: Evidence, sheet: Sheet, fold: Fold, picked: Sequence[Picked] = ()) -> Row:
    """The row with what says the same as the evidence of its first citation, as far as there is room for it; values picked are marked."""
    first = row.citations[0]
    twins, more = fold.sources(evidence, QUOTES - len(row.citations))
    marks = [[(one.start, one.end) for one in picked if one.evidence.view.row == twin.row] for twin in twins]
    also = [sheet.number(fold.cite(query, *one)) for one in zip(twins, [first] * len(twins), marks)]
    numbers = tuple(dict.fromkeys((*row.citations, *also)))
    return dataclasses.replace(row, citations=numbers, more=more, differing=differences(sheet.citations, numbers))


def sentences_of(query: Query, found: Sequence[Evidence], weights: np.ndarray, fold: Fold) -> list[Evidence]:
    """As many of the likeliest sentences as together hold the answer with a chance of ``ENOUGH``, and what completes the first.

    Nothing is said twice.
    """
    first, chance = found[0], 0.0
    chosen: list[Evidence] = []
    for one in found:
        said = any(fold.same(other, one) for other in chosen)
        if not said and (len(chosen) == QUOTES or chosen and not one.chance):
            break
        if not said:
            chosen.append(one)
        chance += one.chance
        if chance >= ENOUGH:
            break
    weights = weights * np.where(verb_of(query), VERB, 1.0)
    more = max((one for one in found if one.view.row == first.view.row), key=lambda one: weights @ np.maximum(one.own - first.own, 0))
    if weights @ np.maximum(more.own - first.own, 0) >= GAIN and len(chosen) < QUOTES and not any(fold.same(one, more) for one in chosen):
        chosen.append(more)
    if unexplained(query, chosen) and (after := _after(first, found)) and after not in chosen:
        chosen.insert(1, after)  # what repeats the question is explained by what follows it
    return chosen[:QUOTES]


def _after(one: Evidence, found: Sequence[Evidence]) -> Evidence | None:
    """The sentence behind another in its paragraph."""
    follows = [other for other in found if other.view.row == one.view.row and other.start >= one.end]
    after = min(follows, key=lambda other: other.start, default=None)
    return after if after and "\n" not in one.view.article.text[one.end : after.start] else None


def place_rows(
    snapshot: Snapshot, query: Query, asked: Asked, places: list[PlaceFound], weights: np.ndarray, gazette: Gazette, sheet: Sheet, fold: Fold,
    lang: str
) -> list[Row]:
    """A row for each place with the best quotes about it, of different stories first."""
    rows = []
    for group in group_places(places, asked.level).values():
        numbers = []
        group.sort(key=lambda p: (-round(p.said, 3), -p.support, p.evidence.view.row, p.mention.start))
        for place in _stories_first([p for p in group if p.said >= NEAR * group[0].said], fold):
            span, marks = _with_name(place, quote_span(place.evidence, (place.segment.start, place.segment.end), weights), gazette)
            number = sheet.number(cite(query, snapshot.model, place.evidence, span, marks))
            if number not in numbers:
                numbers.append(number)
            if len(numbers) == QUOTES:
                break
        rows.append(place_row(group, asked.level, lang, numbers))
    return rows


def _stories_first(places: list[PlaceFound], fold: Fold) -> list[PlaceFound]:
    """One place of each story, then the others; each part in its order."""
    told: set[int] = set()
    again = [fold.story(p.evidence.view.row) in told or told.add(fold.story(p.evidence.view.row)) for p in places]
    return [p for p, repeats in zip(places, again) if not repeats] + [p for p, repeats in zip(places, again) if repeats]


def _with_name(place: PlaceFound, span: tuple[int, int], gazette: Gazette) -> tuple[tuple[int, int], tuple[tuple[int, int], ...]]:
    """The quote, begun at the sentence that names its place if that stands close before; and the place marked in it."""
    mention, text = place.mention, place.evidence.view.article.text
    if not any(mention is named for named in gazette.mentions(place.evidence)):
        return span, ()  # named in the title, which is shown with the quote
    if mention.start < span[0]:
        begin = next((a for a, b in sentences(text, place.evidence.view.start, span[0]) if a <= mention.start < b), span[0])
        if span[1] - begin <= longest(place.evidence.view.article):
            span = begin, span[1]
    return span, ((mention.start, mention.end),)


def value_rows(snapshot: Snapshot, query: Query, picked: list[Picked], weights: np.ndarray, sheet: Sheet, fold: Fold) -> list[Row]:
    """The likeliest value with all that say the same, and others below it until the answer is among them with ``ENOUGH``."""
    chances = np.exp([one.score - picked[0].score for one in picked])
    chances /= chances.sum()
    groups: dict[object, list[int]] = {}
    for at, one in enumerate(picked):
        key = (one.value.head, one.value.kind) if one.value.head is not None else one.value.iso or one.value.text.casefold()
        groups.setdefault(key, []).append(at)
    rows: list[Row] = []
    quoted: list[Evidence] = []
    chance = 0.0
    for group, share in _weighed(groups.values(), [fold.story(one.evidence.view.row) for one in picked], chances):
        first = picked[group[0]]
        chance += share
        # Another figure of a sentence that is quoted already is passed over: the best one was chosen.
        if not any(one is first.evidence or fold.same(one, first.evidence) for one in quoted):
            numbers, said = [], []
            for at in group:
                one = picked[at]
                if len(said) == QUOTES or chances[at] < LIKELY * chances[group[0]] or any(fold.same(other, one.evidence) for other in said):
                    continue
                said.append(one.evidence)
                span = quote_span(one.evidence, (one.start, one.end), weights)
                numbers.append(sheet.number(cite(query, snapshot.model, one.evidence, span, ((one.start, one.end),))))
            quoted += said
            rows.append(folded(Row(first.value.text, citations=tuple(dict.fromkeys(numbers))), query, said[0], sheet, fold, picked))
        if chance >= ENOUGH or len(rows) == QUOTES:
            break
    return rows


def _weighed(groups: Iterable[list[int]], stories: Sequence[int], chances: np.ndarray) -> list[tuple[list[int], float]]:
    """Groups of values that say the same with their chances, likeliest first; a story that several articles tell counts once."""
    out = []
    for group in groups:
        best: dict[int, float] = {}
        for at in group:
            best[stories[at]] = max(best.get(stories[at], 0.0), float(chances[at]))
        out.append((group, sum(best.values())))
    total = sum(share for _, share in out)
    return sorted(((group, share / total) for group, share in out), key=lambda pair: -pair[1])
