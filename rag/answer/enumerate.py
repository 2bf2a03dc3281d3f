"""Which places: every place that the matching evidence is about, one row each."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from rag.answer.evidence import CONTEXT, Evidence
from rag.answer.negation import asks_denial, denied
from rag.answer.question import Asked
from rag.answer.roles import AROUND, asks_for, role
from rag.answer.subjects import Segment, last_governing, lists, segments
from rag.corpus import clauses
from rag.corpus.places import Place, PlaceMention, contains, find_places
from rag.search.query import Query

# A segment answers when it supports this share of what the best one supports: the less that is, the nearer
# it must come, for where the best lacks a word of the question the others are near it for lack of it.
RELATIVE, STRICT = 0.80, 0.92
SURE = 0.8  # a best support from which the smaller share will do
DENIED = 0.5  # how well what is denied must match a word of the question
CARRIED = 0.5  # a sentence that names no place itself must support this much by its own words
# "从北京到上海", "from Xining to Chengdu": what stands between the ends of a way.
_WAY = re.compile(r"[市省]?(?:[至到]|[-—–]+)|[^,.?]{0,20}\bto (?:the )?", re.I)
_OR = frozenset({"或", "或者", "or"})
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
        carried = last_governing(text, lists(text, before)) or tuple(self.title(evidence))
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
    either = alternatives(found[0].view.query) if found else []
    denials, within = not asks_denial(asked.plain), _containers(asked)
    out: list[PlaceFound] = []
    for evidence in found:
        if evidence.support <= 0:
            continue
        for segment in gazette.segments(evidence):
            spans = [(segment.start, segment.end)]
            if denials:
                spans = _affirmed(evidence, segment, weights)
            own = np.maximum.reduce([evidence.view.matched(*span) for span in (segment.opening, *spans)])
            for one, other in either:
                own[[one, other]] = max(own[one], own[other])
            # What the rest of the sentence says may be about another place: it counts for less.
            around = np.maximum(evidence.view.topic, evidence.matched if segment.certain else evidence.own)
            support = float(weights @ np.maximum(own, CONTEXT * around * (own.max(initial=0) > 0)))
            strict = float(weights @ own)
            if not spans or strict < CARRIED and not segment.certain:
                continue
            for mention in _scenes(evidence.view.article.text, segment, asked):
                if mention.place.level in levels and _within(mention, within):
                    out.append(PlaceFound(mention, evidence, segment, 0.3 * support + 0.7 * strict))
    # Of places that are supported alike, that of the better evidence comes first.
    out.sort(key=lambda place: (-round(place.support, 3), -place.evidence.score, place.evidence.view.row, place.mention.start))
    return out


def shortlist(found: list[PlaceFound]) -> list[PlaceFound]:
    """The places whose support comes near that of the best."""
    best = found[0].support
    share = min(STRICT, RELATIVE + 0.5 * max(0.0, SURE - best))
    return [place for place in found if place.support >= share * best]


def alternatives(query: Query) -> list[tuple[int, int]]:
    """Pairs of a question's tokens of which one will do ("洪水或泥石流", "floods or landslides"): those around an "or"."""
    words = [query.text[a:b].casefold() for a, b in query.spans]
    joined = [at for at, word in enumerate(words) if word in _OR and 0 < at < len(words) - 1]
    return [(at - 1, at + 1) for at in joined if query.content[at - 1] and query.content[at + 1]]


def _affirmed(evidence: Evidence, segment: Segment, weights: np.ndarray) -> list[tuple[int, int]]:
    """The clauses of a segment, less those that deny what is asked for ("河南省没有举行演练")."""
    text, view = evidence.view.article.text, evidence.view
    hit = [span for span in denied(text, segment.start, segment.end) if (view.touched(*span)[weights > 0] >= DENIED).any()]
    if not hit:
        return [(segment.start, segment.end)]
    return [(a, b) for a, b in clauses(text, segment.start, segment.end) if not any(a <= start < b for start, _ in hit)]


def _scenes(text: str, segment: Segment, asked: Asked) -> list[PlaceMention]:
    """The places where what a segment tells happened, of all that it names.

    "来自四川的医生在河南": the one is where they came from, unless that is asked for, or there is no other.
    """
    runs = lists(text, segment.places)
    abroad = all(m.place.level == "country" for m in segment.places)
    aside = [run for run in runs if (name := role(text, run)) in AROUND and not asks_for(asked.plain, name)]
    elsewhere = any(m.place.code != "CN" for run in runs if run not in aside for m in run)
    out = []
    for run in runs:
        if run in aside and elsewhere:
            continue
        for mention in run:
            if mention.place.level == "country" and not abroad:
                continue  # "中国四川": the country of a division says nothing
            if mention.place.code == "CN" and not (segment.certain and any(m.place.code != "CN" for m in run)):
                continue  # "在全国"; "中国、法国和德国" is about it
            out.append(mention)
    return out


def _containers(asked: Asked) -> list[Place]:
    """The places of the question that what is sought may lie in: not those of the level that is sought, nor the ends of a way."""
    text, spans = asked.plain, asked.place_spans
    ends = set()
    for left, right in zip(spans, spans[1:]):
        if _WAY.fullmatch(text, left[1], right[0]):
            ends |= {left, right}
    broad = ("province", "city") if asked.level == "city" else () if asked.level in ("province", "country") else ("province", "city", "county")
    return [place for place, span in zip(asked.places, spans) if span not in ends and place.level in broad]


def _within(mention: PlaceMention, places: list[Place]) -> bool:
    """Whether a place is inside one of those that the question names ("哪些城市 ... 四川")."""
    return not places or any(mention.place.code != place.code and contains(place, mention.place) for place in places)
