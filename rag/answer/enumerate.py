"""The answers to "which places": every place that the matching evidence is about, one row each."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.answer.evidence import CONTEXT_MATCH_VALUE, ScoredSentence
from rag.answer.levels import of_level
from rag.answer.roles import INDIRECT_ROLES, asks_for, role
from rag.answer.subjects import Segment, last_governing, lists, segments
from rag.corpus.gazetteer import Place, contains
from rag.corpus.places import PlaceMention, find_places
from rag.question.query import Query
from rag.question.types import Asked

# _TOPIC_WEIGHT weighs what the article's topic adds to a segment. _MIN_WEIGHT_BEYOND_TOPIC is the
# least weight of the words beyond the topic that :func:`_raised_by_topic` reckons with.
_TOPIC_WEIGHT, _MIN_WEIGHT_BEYOND_TOPIC = 0.5, 0.2
# Subtracted from the support: _MISSING_WORD_PENALTY for the word most missed (times its weight),
# _CARRIED_PLACE_PENALTY where the place is named only before the sentence, _LAST_RANK_PENALTY for
# the passage that search ranked last.
_MISSING_WORD_PENALTY, _CARRIED_PLACE_PENALTY, _LAST_RANK_PENALTY = 0.3, 0.1, 0.1
_HEAD_WORD_FACTOR = 1.5  # factor on the weight of the last content word when quotes are chosen
_MIN_COUNTRY_MATCH = 0.9  # share of the weight of the question's countries that evidence must match
# _SCATTERED_PENALTY is subtracted from the support where neighbouring words of the question stand
# more than _MAX_TOKENS_APART tokens apart in the segment.
_SCATTERED_PENALTY, _MAX_TOKENS_APART = 0.5, 5
# Characters before an English sentence that are searched for the place it goes on about.
_ENGLISH_LOOKBACK_CHARACTERS = 400
_OR = frozenset({"或", "或者", "or"})
# One-letter names of provinces followed by one of these name a region, not the provinces:
# "粤港澳大湾区", "京津冀协同发展".
_REGION = re.compile("大湾区|经济[圈带区]|城市群|都市圈|协同|一体化|地区双城|双城")


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """A place that a segment of a sentence is about.

    Attributes:
        mention: where the place is named, in the text or, where the text names none, in the title.
        evidence: the sentence.
        segment: the part of the sentence that is about the place.
        support: 0 to 1, how far the segment supports the question, its topic included.
        direct_support: 0 to 1, how far the segment's own words do; quotes are chosen by this.
    """

    mention: PlaceMention
    evidence: ScoredSentence
    segment: Segment
    support: float
    direct_support: float


@functools.lru_cache(maxsize=256)
def mentions_in(text: str) -> tuple[PlaceMention, ...]:
    """All places named in an article's text, in order; cached for its many sentences."""
    return tuple(find_places(text))


def places_of_title(evidence: ScoredSentence) -> tuple[PlaceMention, ...]:
    """The places named in the title of the article that holds some evidence."""
    return tuple(m for m in find_places(evidence.article.title) if not m.part_of_name)


def segments_of(evidence: ScoredSentence) -> list[Segment]:
    """The segments of a sentence, each with the places that it is about.

    A sentence that names no place takes the last places named before it in its paragraph, else
    those of the title.
    """
    text, start = evidence.article.text, evidence.start
    mentions = mentions_in(text)
    paragraph = text.rfind("\n", 0, start) + 1
    if evidence.article.lang == "en":  # English paragraphs run on
        paragraph = max(paragraph, start - _ENGLISH_LOOKBACK_CHARACTERS)
    before = [m for m in mentions if paragraph <= m.start < start and not m.part_of_name]
    carried = last_governing(text, lists(text, before)) or places_of_title(evidence)
    return segments(text, start, evidence.end, list(mentions), carried)


def enumerate_places(
    found: list[ScoredSentence], asked: Asked, weights: np.ndarray
) -> list[PlaceFound]:
    """The places that the evidence is about, best supported first.

    Args:
        found: evidence, best first.
        asked: what is sought. Its level decides which places count, its places restrict them.
        weights: float (n,), weights of the question's tokens, from
            :func:`rag.answer.evidence.gather`.
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
                support, direct = _supported(evidence, segment, weights, either)
                out += [PlaceFound(one, evidence, segment, support, direct) for one in scenes]
    # Among places with equal support, the one from the better evidence comes first.
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
    """The places of the question that contain what is sought: those above the level sought."""
    broad = {
        "city": ("province",),
        **dict.fromkeys(("local", "county", "district"), ("province", "city")),
        "any": ("province", "city", "county"),
    }.get(asked.level, ())
    return [place for place in asked.places if place.level in broad]


def _lies_in(place: Place, other: Place) -> bool:
    return place.code != other.code and contains(other, place)


def _named_codes(asked: Asked) -> set[str]:
    """Codes of the places that the question itself names and so does not ask for.

    "Which countries withdrew from Iraq" does not ask for Iraq.
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
    """How far a segment supports the question, and how far its own words do, both 0 to 1.

    For the second figure the last content word of the question counts more (:func:`_headed`).

    Args:
        evidence: the sentence.
        segment: the part of it to score.
        weights: float (n,), weights of the question's tokens.
        either: pairs of tokens of which one suffices, from :func:`alternatives`.
    """
    view = evidence.view
    matches = np.maximum(view.matched(*segment.opening), view.matched(segment.start, segment.end))
    for one, other in either:
        matches[[one, other]] = max(matches[one], matches[other])
    direct = float(weights @ matches)
    # The rest of the sentence may be about another place, so it counts for less.
    context = np.maximum(view.topic, evidence.matched if segment.certain else evidence.own_matches)
    support = float(
        weights @ np.maximum(matches, CONTEXT_MATCH_VALUE * context * (matches.max(initial=0) > 0))
    )
    raised = _raised_by_topic(matches, evidence, weights)
    support = 0.3 * support + 0.7 * direct + _TOPIC_WEIGHT * float(weights @ (raised - matches))
    support -= _MISSING_WORD_PENALTY * float((weights * (1 - raised)).max(initial=0))
    support -= _CARRIED_PLACE_PENALTY * (not segment.certain) + _LAST_RANK_PENALTY * (1 - view.rank)
    support -= _SCATTERED_PENALTY * _scattered(evidence, segment, weights)
    return min(1.0, max(0.0, support)), float(_headed(weights) @ matches)


def _headed(weights: np.ndarray) -> np.ndarray:
    """The weights (n,) with more on the last content word, summing to 1.

    "Elevator safety drills", "电梯安全演练": the head of a noun phrase stands at its end in both
    languages. A text that only has to do with elevators and safety is about no drill.
    """
    out = weights.copy()
    out[np.flatnonzero(weights > 0)[-1:]] *= _HEAD_WORD_FACTOR
    return out / max(float(out.sum()), 1e-9)


def naming(
    found: list[ScoredSentence], asked: Asked, weights: np.ndarray
) -> tuple[list[ScoredSentence], np.ndarray]:
    """The evidence that names the question's countries, and weights (n,) without those countries.

    In "which countries withdrew from Iraq" every answer must name Iraq, but a sentence about Iraq
    that says nothing else of what is asked is no better for it. Only questions for countries are
    treated so. Evidence and weights are returned unchanged if the question names no country, no
    evidence names it, or nothing else is asked for.
    """
    spans = (
        [(m.start, m.end) for m in find_places(asked.plain) if m.place.level == "country"]
        if asked.level == "country"
        else []
    )
    if not (spans and found):
        return found, weights
    is_country = np.array(
        [any(a < end and start < b for start, end in spans) for a, b in found[0].view.query.spans],
        bool,
    )
    of_them, rest = weights * is_country, weights * ~is_country
    fitting = [
        one
        for one in found
        if float(of_them @ one.matched) >= _MIN_COUNTRY_MATCH * float(of_them.sum())
    ]
    return (fitting, rest / float(rest.sum())) if fitting and rest.any() else (found, weights)


def _scattered(evidence: ScoredSentence, segment: Segment, weights: np.ndarray) -> float:
    """How far apart words stand in a segment that are neighbours in the question, 0 to 1.

    "The same team ... on 20 September" does not say "the same day".
    """
    content = np.flatnonzero(weights > 0)
    if len(content) < 2:
        return 0.0
    view, left, right = evidence.view, content[:-1], content[1:]
    first, last = view.spans[:, 0].searchsorted((segment.start, segment.end)).tolist()
    match = view.query.fold(view.match[:, first:last])
    near = match.copy()
    for step in range(1, 1 + _MAX_TOKENS_APART):
        near[:, step:] = np.maximum(near[:, step:], match[:, :-step])
        near[:, :-step] = np.maximum(near[:, :-step], match[:, step:])
    best = match.max(axis=1, initial=0)
    beside = np.minimum(match[left], near[right]).max(axis=1, initial=0)
    share = weights[left] + weights[right]
    return float(share @ (np.minimum(best[left], best[right]) - beside)) / float(share.sum())


def _raised_by_topic(
    matches: np.ndarray, evidence: ScoredSentence, weights: np.ndarray
) -> np.ndarray:
    """The segment's matches (n,), raised by the topic of its article.

    The topic counts as far as the segment itself says the rest of the question. In an article about
    lessons from space, "in Shandong a classroom was set up" need not repeat the topic; in an
    article about drills, "the bureau in Hebei mended its pumps" says nothing of drills. The topic
    never adds more than the segment says itself: a segment that says little may be about anything.
    """
    topic = evidence.view.topic
    more, rest = np.maximum(topic - matches, 0), weights * (1 - topic)
    share_of_rest = float(rest @ matches) / max(float(rest.sum()), _MIN_WEIGHT_BEYOND_TOPIC)
    return matches + more * share_of_rest * min(
        1.0, float(weights @ matches) / max(float(weights @ more), 1e-9)
    )


def alternatives(query: Query) -> list[tuple[int, int]]:
    """Pairs of a question's tokens around an "or", of which one suffices.

    "洪水或泥石流", "floods or landslides".
    """
    words = [query.text[a:b].casefold() for a, b in query.spans]
    joined = [at for at, word in enumerate(words) if word in _OR and 0 < at < len(words) - 1]
    return [(at - 1, at + 1) for at in joined if query.content[at - 1] and query.content[at + 1]]


def _scenes(text: str, segment: Segment, asked: Asked, named: set[str]) -> list[PlaceMention]:
    """The places where the event that a segment tells of happened, among all that it names.

    "来自四川的医生在河南": Sichuan is only where the doctors come from, and is left out unless the
    question asks for origins or the segment names no other place. "湖南组团前往新加坡、坦桑尼亚":
    if countries are asked for, or the question names Hunan, the answer is not the acting place but
    the others.

    Args:
        text: the article's text.
        segment: a part of one of its sentences.
        asked: what is sought.
        named: codes of the places that the question itself names.
    """
    runs, others = lists(text, segment.places), lists(text, segment.others)
    if not any(
        of_level(m.place, asked.level) and m.place.code not in named for m in segment.places
    ):
        runs = others
    # "管道在重庆开工，途经四川、湖北": a question for what it passes is answered by the latter.
    runs = [run for run in others if asks_for(asked.plain, role(text, run))] or runs
    abroad = all(m.place.level == "country" for run in runs for m in run)
    aside = [
        run
        for run in runs
        if (name := role(text, run)) in INDIRECT_ROLES and not asks_for(asked.plain, name)
    ]
    elsewhere = any(m.place.code != "CN" for run in runs if run not in aside for m in run)
    out = []
    for run in runs:
        if run in aside and elsewhere:
            continue
        for mention in run:
            if mention.place.level == "country" and not abroad:
                continue  # in "中国四川" the country adds nothing
            if mention.place.code == "CN" and not (
                segment.certain and any(m.place.code != "CN" for m in run)
            ):
                continue  # "在全国" means no place, "中国、法国和德国" does
            if mention.end - mention.start > 1 or not _REGION.match(text, run[-1].end):
                out.append(mention)
    return out
