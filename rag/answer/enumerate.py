"""Which places: every place that the matching evidence is about, one row each."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.answer.evidence import CONTEXT, ScoredSentence
from rag.answer.levels import of_level
from rag.answer.roles import AROUND, asks_for, role
from rag.answer.subjects import Segment, last_governing, lists, segments
from rag.corpus.gazetteer import Place, contains
from rag.corpus.places import PlaceMention, find_places
from rag.question.query import Query
from rag.question.types import Asked

# A segment answers when it supports this share of what the best one supports: the less that is, the
# nearer it must come, for where the best lacks a word of the question the others are near it for
# lack of it.
RELATIVE, STRICT = 0.75, 0.92
SURE = 0.8  # a best support from which the smaller share will do
# What the topic says counts by this; the least that it may leave for the segment to say.
TOLD, LITTLE = 0.5, 0.2
# Cost of the word most missed, of a place named only before the sentence, of the last passage.
LACK, UNSURE, RANK = 0.3, 0.1, 0.1
HEAD = 1.5  # times that the last word of the content counts where quotes are chosen
NAMED = 0.9  # how well evidence must match the countries that the question names
# Cost of neighbours that are apart, by more tokens than this.
APART, BESIDE = 0.5, 5
# Characters before an English sentence in which the place is sought that it goes on about.
BACK = 400
_OR = frozenset({"或", "或者", "or"})
# A name of several provinces together that goes on like this is that of a region: "粤港澳大湾区",
# "京津冀协同发展".
_REGION = re.compile("大湾区|经济[圈带区]|城市群|都市圈|协同|一体化|地区双城|双城")


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """A place that evidence is about.

    Attributes:
        mention: where it is named, in the text or, where the text names none, in the title.
        evidence: the sentence.
        segment: the part of the sentence that is about it.
        support: 0 to 1, of that part.
        said: 0 to 1, what that part says by its own words; by this it is quoted.
    """

    mention: PlaceMention
    evidence: ScoredSentence
    segment: Segment
    support: float
    said: float


@functools.lru_cache(maxsize=256)
def mentions_in(text: str) -> tuple[PlaceMention, ...]:
    """All places named in the text of an article, in order; found once for all its sentences."""
    return tuple(find_places(text))


def places_of_title(evidence: ScoredSentence) -> tuple[PlaceMention, ...]:
    """The places named in the title of the article of some evidence."""
    return tuple(m for m in find_places(evidence.article.title) if not m.part_of_name)


def segments_of(evidence: ScoredSentence) -> list[Segment]:
    """The segments of a sentence; one that names no place goes on about the sentence before it."""
    text, start = evidence.article.text, evidence.start
    mentions = mentions_in(text)
    paragraph = text.rfind("\n", 0, start) + 1
    if evidence.article.lang == "en":  # whose paragraphs run on
        paragraph = max(paragraph, start - BACK)
    before = [m for m in mentions if paragraph <= m.start < start and not m.part_of_name]
    carried = last_governing(text, lists(text, before)) or places_of_title(evidence)
    return segments(text, start, evidence.end, list(mentions), carried)


def enumerate_places(
    found: list[ScoredSentence], asked: Asked, weights: np.ndarray
) -> list[PlaceFound]:
    """The places that evidence is about, best supported first; :func:`shortlist` keeps those that
    answer.

    Args:
        found: evidence, best first.
        asked: what is wanted; its level decides which places count, its places restrict them.
        weights: of the question's tokens, as ``evidence.gather`` gave them.
    """
    found, weights = naming(found, asked, weights)
    either = alternatives(found[0].view.query) if found else []
    within, named = _containers(asked), _named_codes(asked)
    out: list[PlaceFound] = []
    for evidence in found:
        for segment in segments_of(evidence):
            scenes = [
                mention
                for mention in _scenes(evidence.article.text, segment, asked, named)
                if of_level(mention.place, asked.level)
                and mention.place.code not in named
                and (not within or any(_lies_in(mention.place, other) for other in within))
            ]
            if scenes:
                support, said = _supported(evidence, segment, weights, either)
                out += [PlaceFound(one, evidence, segment, support, said) for one in scenes]
    # Of places that are supported alike, that of the better evidence comes first.
    out.sort(
        key=lambda place: (
            -round(place.support, 3),
            -place.evidence.score,
            place.evidence.row,
            place.mention.start,
        )
    )
    return out


def _containers(asked: Asked) -> list[Place]:
    """The places of the question that what is sought may lie in: those above the level sought."""
    broad = {
        "city": ("province",),
        **dict.fromkeys(("local", "county", "district"), ("province", "city")),
        "any": ("province", "city", "county"),
    }.get(asked.level, ())
    return [place for place in asked.places if place.level in broad]


def _lies_in(place: Place, other: Place) -> bool:
    return place.code != other.code and contains(other, place)


def _named_codes(asked: Asked) -> set[str]:
    """Codes of the places that the question names itself and so does not ask for ("which countries
    withdrew from Iraq").
    """
    if asked.level == "country":
        return {m.place.code for m in find_places(asked.plain)}
    return {place.code for place in asked.places}


def _supported(
    evidence: ScoredSentence,
    segment: Segment,
    weights: np.ndarray,
    either: Sequence[tuple[int, int]],
) -> tuple[float, float]:
    """How far a segment supports the question, 0 to 1, and how far by its own words, of which the
    head of the question counts most.
    """
    view = evidence.view
    own = np.maximum(view.matched(*segment.opening), view.matched(segment.start, segment.end))
    for one, other in either:
        own[[one, other]] = max(own[one], own[other])
    said = float(weights @ own)
    # What the rest of the sentence says may be about another place: it counts for less.
    around = np.maximum(view.topic, evidence.matched if segment.certain else evidence.own)
    support = float(weights @ np.maximum(own, CONTEXT * around * (own.max(initial=0) > 0)))
    told = _told(own, evidence, weights)
    support = 0.3 * support + 0.7 * said + TOLD * float(weights @ (told - own))
    support -= LACK * float((weights * (1 - told)).max(initial=0))
    support -= UNSURE * (not segment.certain) + RANK * (1 - view.rank)
    support -= APART * _scattered(evidence, segment, weights)
    return min(1.0, max(0.0, support)), float(_headed(weights) @ own)


def _headed(weights: np.ndarray) -> np.ndarray:
    """Weights (n,) in which the last word of the content counts more, summing to 1.

    "Elevator safety drills", "电梯安全演练": the head of a noun phrase stands at its end in both
    languages, and what only has to do with elevators and safety shows no drill.
    """
    out = weights.copy()
    out[np.flatnonzero(weights > 0)[-1:]] *= HEAD
    return out / max(float(out.sum()), 1e-9)


def naming(
    found: list[ScoredSentence], asked: Asked, weights: np.ndarray
) -> tuple[list[ScoredSentence], np.ndarray]:
    """Evidence that names the countries which the question names, and weights in which they count
    no more.

    "Which countries withdrew from Iraq": what tells of Iraq and nothing else that is asked for is
    none the nearer for it. As it was where nothing names them, or nothing else is asked for.
    """
    spans = (
        [(m.start, m.end) for m in find_places(asked.plain) if m.place.level == "country"]
        if asked.level == "country"
        else []
    )
    if not (spans and found):
        return found, weights
    said = np.array(
        [any(a < end and start < b for start, end in spans) for a, b in found[0].view.query.spans],
        bool,
    )
    of_them, rest = weights * said, weights * ~said
    fitting = [one for one in found if float(of_them @ one.matched) >= NAMED * float(of_them.sum())]
    return (fitting, rest / float(rest.sum())) if fitting and rest.any() else (found, weights)


def _scattered(evidence: ScoredSentence, segment: Segment, weights: np.ndarray) -> float:
    """How far apart in a segment the words are that are neighbours in the question, 0 to 1.

    "The same day" is not said by "the same team ... on 20 September".
    """
    content = np.flatnonzero(weights > 0)
    if len(content) < 2:
        return 0.0
    view, left, right = evidence.view, content[:-1], content[1:]
    first, last = view.spans[:, 0].searchsorted((segment.start, segment.end)).tolist()
    match = view.query.fold(view.match[:, first:last])
    near = match.copy()
    for step in range(1, 1 + BESIDE):
        near[:, step:] = np.maximum(near[:, step:], match[:, :-step])
        near[:, :-step] = np.maximum(near[:, :-step], match[:, step:])
    best = match.max(axis=1, initial=0)
    beside = np.minimum(match[left], near[right]).max(axis=1, initial=0)
    share = weights[left] + weights[right]
    return float(share @ (np.minimum(best[left], best[right]) - beside)) / float(share.sum())


def _told(own: np.ndarray, evidence: ScoredSentence, weights: np.ndarray) -> np.ndarray:
    """The matches of a segment (n,), with what the topic of the article says for it as far as the
    segment says the rest itself.

    Of a piece about lessons from space "in Shandong a classroom was set up" need not say so again;
    "the bureau in Hebei mended its pumps" in a piece about drills says nothing of them. It never
    says more than the segment: one that says little may be about anything in its article.
    """
    topic = evidence.view.topic
    more, rest = np.maximum(topic - own, 0), weights * (1 - topic)
    said = float(rest @ own) / max(float(rest.sum()), LITTLE)
    return own + more * said * min(1.0, float(weights @ own) / max(float(weights @ more), 1e-9))


def shortlist(found: list[PlaceFound]) -> list[PlaceFound]:
    """Those of some places, best first, whose support comes near that of the best."""
    best = found[0].support if found else 0.0
    share = min(STRICT, RELATIVE + 0.5 * max(0.0, SURE - best))
    return [one for one in found if one.support >= share * best]


def alternatives(query: Query) -> list[tuple[int, int]]:
    """Pairs of a question's tokens of which one will do ("洪水或泥石流", "floods or landslides"):
    those around an "or".
    """
    words = [query.text[a:b].casefold() for a, b in query.spans]
    joined = [at for at, word in enumerate(words) if word in _OR and 0 < at < len(words) - 1]
    return [(at - 1, at + 1) for at in joined if query.content[at - 1] and query.content[at + 1]]


def _scenes(text: str, segment: Segment, asked: Asked, named: set[str]) -> list[PlaceMention]:
    """The places where what a segment tells happened, of all that it names.

    "来自四川的医生在河南": the one is where they came from, unless that is asked for, or there is
    no other. "湖南组团前往新加坡、 坦桑尼亚": asked for countries, it is not the one that acts, nor
    is it where the question names that one.
    """
    runs, others = lists(text, segment.places), lists(text, segment.others)
    if not any(
        of_level(m.place, asked.level) and m.place.code not in named for m in segment.places
    ):
        runs = others
    # "管道在重庆开工，途经四川、湖北": asked what it passes, it is that.
    runs = [run for run in others if asks_for(asked.plain, role(text, run))] or runs
    abroad = all(m.place.level == "country" for run in runs for m in run)
    aside = [
        run
        for run in runs
        if (name := role(text, run)) in AROUND and not asks_for(asked.plain, name)
    ]
    elsewhere = any(m.place.code != "CN" for run in runs if run not in aside for m in run)
    out = []
    for run in runs:
        if run in aside and elsewhere:
            continue
        for mention in run:
            if mention.place.level == "country" and not abroad:
                continue  # "中国四川": the country of a division says nothing
            if mention.place.code == "CN" and not (
                segment.certain and any(m.place.code != "CN" for m in run)
            ):
                continue  # "在全国"; "中国、法国和德国" is about it
            if mention.end - mention.start > 1 or not _REGION.match(text, run[-1].end):
                out.append(mention)
    return out
