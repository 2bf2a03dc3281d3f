"""Which places: every place that the matching evidence is about, one row each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rag.answer.evidence import CONTEXT, Evidence
from rag.answer.question import Asked
from rag.answer.subjects import Segment, lists, segments
from rag.corpus.places import PlaceMention, contains, find_places

# A segment answers when it supports this share of what the best one supports: the less that is, the nearer
# it must come, for where the best lacks a word of the question the others are near it for lack of it.
RELATIVE, STRICT = 0.80, 0.92
SURE = 0.8  # a best support from which the smaller share will do
CARRIED = 0.5  # a sentence that names no place itself must support this much by its own words
_LEVELS = {"province": ("province", "city", "county"), "any": ("province", "city", "county", "country"),
           "city": ("city", "county"), "country": ("country",)}


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """A place that evidence is about.

    Attributes:
        mention: where it is named, in the text or, where the text names none, in the title.
        evidence: the sentence.
        segment: the part of the sentence that is about it.
        support: 0 to 1, of that part.
    """

    mention: PlaceMention
    evidence: Evidence
    segment: Segment
    support: float


class Gazette:
    """The places of articles, found once for each."""

    def __init__(self) -> None:
        self._of: dict[int, list[PlaceMention]] = {}

    def mentions(self, evidence: Evidence) -> list[PlaceMention]:
        """All places named in the article of the evidence, in order."""
        row = evidence.view.row
        if row not in self._of:
            self._of[row] = find_places(evidence.view.article.text)
        return self._of[row]

    def title(self, evidence: Evidence) -> list[PlaceMention]:
        """The places named in the title."""
        return [m for m in find_places(evidence.view.article.title) if not m.part_of_name]

    def segments(self, evidence: Evidence) -> list[Segment]:
        """The segments of the sentence; one that names no place goes on about the sentence before it."""
        text, mentions = evidence.view.article.text, self.mentions(evidence)
        paragraph = text.rfind("\n", 0, evidence.start) + 1
        before = [m for m in mentions if paragraph <= m.start < evidence.start and not m.part_of_name]
        carried = lists(text, before)[-1] if before else tuple(self.title(evidence))
        return segments(text, evidence.start, evidence.end, mentions, carried)


def enumerate_places(found: list[Evidence], asked: Asked, weights: np.ndarray, gazette: Gazette) -> list[PlaceFound]:
    """The places that evidence is about, best supported first; :func:`shortlist` keeps those that answer.

    Args:
        found: evidence, best first.
        asked: what is wanted; its level decides which places count, its places restrict them.
        weights: of the question's tokens, as ``evidence.gather`` gave them.
        gazette: the places of the articles.
    """
    levels = _LEVELS[asked.level or "any"]
    out: list[PlaceFound] = []
    for evidence in found:
        if evidence.support <= 0:
            continue
        for segment in gazette.segments(evidence):
            own = np.maximum(evidence.view.matched(segment.start, segment.end), evidence.view.matched(*segment.opening))
            # What the rest of the sentence says may be about another place: it counts for less.
            around = np.maximum(evidence.view.topic, evidence.matched if segment.certain else evidence.own)
            support = float(weights @ np.maximum(own, CONTEXT * around * (own.max(initial=0) > 0)))
            strict = float(weights @ own)
            if strict < CARRIED and not segment.certain:
                continue
            abroad = all(m.place.level == "country" for m in segment.places)
            for mention in segment.places:
                if mention.place.level == "country" and (not abroad or mention.place.code == "CN"):
                    continue  # "中国四川", "在全国": the country of a division says nothing
                if mention.place.level in levels and _within(mention, asked):
                    out.append(PlaceFound(mention, evidence, segment, 0.3 * support + 0.7 * strict))
    # Of places that are supported alike, that of the better evidence comes first.
    out.sort(key=lambda place: (-round(place.support, 3), -place.evidence.score, place.evidence.view.row, place.mention.start))
    return out


def shortlist(found: list[PlaceFound]) -> list[PlaceFound]:
    """The places whose support comes near that of the best."""
    best = found[0].support
    share = min(STRICT, RELATIVE + 0.5 * max(0.0, SURE - best))
    return [place for place in found if place.support >= share * best]


def _within(mention: PlaceMention, asked: Asked) -> bool:
    """Whether a place is inside one of those that the question names ("哪些城市 ... 四川")."""
    if not asked.places:
        return True
    return any(mention.place.code != place.code and contains(place, mention.place) for place in asked.places)
