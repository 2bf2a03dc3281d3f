"""Which places: every place that the matching evidence is about, one row each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np

from rag.answer.asked_places import containers, is_within, named_codes
from rag.answer.evidence import CONTEXT, LEAD, ScoredSentence
from rag.answer.levels import of_level
from rag.answer.negation import asks_denial, denied
from rag.answer.roles import AROUND, asks_for, role
from rag.answer.subjects import Segment, governing, last_governing, lists, segments
from rag.corpus import clauses, sentences
from rag.corpus.gazetteer import Place, contains
from rag.corpus.places import PlaceMention, find_places
from rag.question.query import Query
from rag.question.types import Asked

# A segment answers when it supports this share of what the best one supports: the less that is, the
# nearer it must come, for where the best lacks a word of the question the others are near it for
# lack of it.
RELATIVE, STRICT = 0.75, 0.92
LEAST_SUPPORT = 0.25  # with less a place answers nothing, be it the best
SURE = 0.8  # a best support from which the smaller share will do
DENIED = 0.5  # how well what is denied must match a word of the question
HEAD = 1.5  # what the last word of the content weighs where quotes are chosen
CARRIED = 0.5  # a sentence that names no place itself must support this much by its own words
TOLD, LITTLE = (
    0.5,
    0.2,
)  # what the topic says counts by this; the least that it may leave for the segment to say
LACK, UNSURE, RANK = (
    0.3,
    0.1,
    0.1,
)  # cost of the word most missed, of a place named only before the sentence, of the last passage
NAMED = 0.9  # how well evidence must match the countries that the question names
HOPELESS = 0.55  # of the best supported place: sentences that cannot come near this are not read
APART, BESIDE, HOPEFUL = (
    0.5,
    5,
    0.6,
)  # cost of neighbours that are apart, by more tokens than this; support, of the best, from which it is looked at
BACK = (
    400  # characters before an English sentence in which the place is sought that it goes on about
)
_OR = frozenset({"或", "或者", "or"})
# A name of several provinces together that goes on like this is that of a region: "粤港澳大湾区",
# "京津冀协同发展".
_REGION = re.compile("大湾区|经济[圈带区]|城市群|都市圈|协同|一体化|地区双城|双城")
_LOCATIVE = re.compile(
    r"^(?:\W|and |but )*(?:in|at|on|to|from|across|throughout|through) (?:which|what)\b", re.I
)
_NATION = re.compile("全国|全境")  # "英国全国": no second country


class Supported(Protocol):
    """What answers a question as far as it is supported, 0 to 1."""

    @property
    def support(self) -> float: ...


One = TypeVar("One", bound=Supported)


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
    said: float = 0.0


class PlaceCache:
    """The places of articles, found once for each."""

    def __init__(self) -> None:
        self._of: dict[int, list[PlaceMention]] = {}
        self._heads: dict[int, list[Place]] = {}

    def mentions(self, evidence: ScoredSentence) -> list[PlaceMention]:
        """All places named in the article of the evidence, in order."""
        row = evidence.view.row
        if row not in self._of:
            self._of[row] = find_places(evidence.view.article.text)
        return self._of[row]

    def title(self, evidence: ScoredSentence) -> list[PlaceMention]:
        """The places named in the title."""
        return [m for m in find_places(evidence.view.article.title) if not m.part_of_name]

    def at_home(self, evidence: ScoredSentence, place: Place) -> bool:
        """Whether the title and lead may tell of a place: they name it, or what it lies in or what
        lies in it, or no place at all.
        """
        row = evidence.view.row
        if row not in self._heads:
            text = evidence.view.article.text
            end = next((b for _, b in sentences(text, 0, min(LEAD, len(text)))), 0)
            lead = [m for m in self.mentions(evidence) if m.start < end and not m.part_of_name]
            self._heads[row] = [
                m.place for run in governing(text, lists(text, lead)) for m in run
            ] + [m.place for m in self.title(evidence)]
        return not self._heads[row] or any(
            contains(other, place) or contains(place, other) for other in self._heads[row]
        )

    def segments(self, evidence: ScoredSentence) -> list[Segment]:
        """The segments of the sentence; one that names no place goes on about the sentence before
        it.
        """
        text, mentions = evidence.view.article.text, self.mentions(evidence)
        paragraph = text.rfind("\n", 0, evidence.start) + 1
        if evidence.view.article.lang == "en":  # whose paragraphs run on
            paragraph = max(paragraph, evidence.start - BACK)
        before = [
            m for m in mentions if paragraph <= m.start < evidence.start and not m.part_of_name
        ]
        carried = last_governing(text, lists(text, before)) or tuple(self.title(evidence))
        return segments(text, evidence.start, evidence.end, mentions, carried)


def enumerate_places(
    found: list[ScoredSentence], asked: Asked, weights: np.ndarray, place_cache: PlaceCache
) -> list[PlaceFound]:
    """The places that evidence is about, best supported first; :func:`shortlist` keeps those that
    answer.

    Args:
        found: evidence, best first.
        asked: what is wanted; its level decides which places count, its places restrict them.
        weights: of the question's tokens, as ``evidence.gather`` gave them.
        place_cache: the places of the articles.
    """
    found, weights = naming(found, asked, weights)
    either, heads = alternatives(found[0].view.query) if found else [], headed(weights)
    affirms, within, named = not asks_denial(asked.plain), containers(asked), named_codes(asked)
    out: list[PlaceFound] = []
    best = 0.0
    for evidence in found:
        if evidence.support <= 0 or not either and _at_most(evidence, weights) < HOPELESS * best:
            continue
        for segment in place_cache.segments(evidence):
            spans = [(segment.start, segment.end)]
            if affirms:
                spans = _affirmed(evidence, segment, weights)
            own = np.maximum.reduce(
                [evidence.view.matched(*span) for span in (segment.opening, *spans)]
            )
            for one, other in either:
                own[[one, other]] = max(own[one], own[other])
            # What the rest of the sentence says may be about another place: it counts for less.
            around = np.maximum(
                evidence.view.topic, evidence.matched if segment.certain else evidence.own
            )
            support = float(weights @ np.maximum(own, CONTEXT * around * (own.max(initial=0) > 0)))
            strict = float(weights @ own)
            if not spans or strict < CARRIED and not segment.certain:
                continue
            support = 0.3 * support + 0.7 * strict
            scenes = [
                m
                for m in _scenes(evidence.view.article.text, segment, asked, named)
                if of_level(m.place, asked.level)
            ]
            told = (
                _told(own, evidence, weights)
                if any(place_cache.at_home(evidence, m.place) for m in scenes)
                else own
            )
            lack = float((weights * (1 - told)).max(initial=0))
            support += (
                TOLD * float(weights @ (told - own))
                - LACK * lack
                - UNSURE * (not segment.certain)
                - RANK * (1 - evidence.view.rank)
            )
            out += [
                PlaceFound(
                    mention, evidence, segment, min(1.0, max(0.0, support)), float(heads @ own)
                )
                for mention in scenes
                if mention.place.code not in named and is_within(mention, within)
            ]
            best = max(best, out[-1].support if out else 0.0)
    out = [place for place in _apart(out, weights) if place.support >= LEAST_SUPPORT]
    # Of places that are supported alike, that of the better evidence comes first.
    out.sort(
        key=lambda place: (
            -round(place.support, 3),
            -place.evidence.score,
            place.evidence.view.row,
            place.mention.start,
        )
    )
    return out


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


def headed(weights: np.ndarray) -> np.ndarray:
    """Weights (n,) in which the last word of the content counts more, summing to 1.

    "Elevator safety drills", "电梯安全演练": the head of a noun phrase stands at its end in both
    languages, and what only has to do with elevators and safety shows no drill.
    """
    out = weights.copy()
    out[np.flatnonzero(weights > 0)[-1:]] *= HEAD
    return out / max(float(out.sum()), 1e-9)


def _apart(found: list[PlaceFound], weights: np.ndarray) -> list[PlaceFound]:
    """Places with less support where words that are neighbours in the question are far apart in the
    segment.

    "The same day" is not said by "the same team ... on 20 September". Only those that have a chance
    are looked at.
    """
    enough = HOPEFUL * max((place.support for place in found), default=0.0)
    content = np.flatnonzero(weights > 0)
    if len(content) < 2:
        return found
    left, right = content[:-1], content[1:]
    share = (weights[left] + weights[right]) / float((weights[left] + weights[right]).sum())
    loss: dict[int, float] = {}
    out = []
    for place in found:
        if place.support >= enough:
            if id(place.segment) not in loss:
                view, segment = place.evidence.view, place.segment
                match = view.query.fold(
                    view.match[
                        :,
                        slice(
                            *view.spans[:, 0].searchsorted((segment.start, segment.end)).tolist()
                        ),
                    ]
                )
                near = match.copy()
                for step in range(1, 1 + BESIDE):
                    near[:, step:] = np.maximum(near[:, step:], match[:, :-step])
                    near[:, :-step] = np.maximum(near[:, :-step], match[:, step:])
                best = match.max(axis=1, initial=0)
                beside = np.minimum(match[left], near[right]).max(axis=1, initial=0)
                loss[id(place.segment)] = float(
                    share @ (np.minimum(best[left], best[right]) - beside)
                )
            place = replace(
                place, support=max(0.0, place.support - APART * loss[id(place.segment)])
            )
        out.append(place)
    return out


def _at_most(evidence: ScoredSentence, weights: np.ndarray) -> float:
    """What no part of a sentence can be supported by more than."""
    matched = np.maximum(evidence.own, evidence.matched)
    return (
        0.7 * float(weights @ evidence.own)
        + 0.3 * float(weights @ matched)
        + TOLD * float(weights @ evidence.view.topic)
    )


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


def shortlist(found: list[One]) -> list[One]:
    """Those of some places or names, best first, whose support comes near that of the best."""
    best = found[0].support
    share = min(STRICT, RELATIVE + 0.5 * max(0.0, SURE - best))
    return [one for one in found if one.support >= share * best]


def alternatives(query: Query) -> list[tuple[int, int]]:
    """Pairs of a question's tokens of which one will do ("洪水或泥石流", "floods or landslides"):
    those around an "or".
    """
    words = [query.text[a:b].casefold() for a, b in query.spans]
    joined = [at for at, word in enumerate(words) if word in _OR and 0 < at < len(words) - 1]
    return [(at - 1, at + 1) for at in joined if query.content[at - 1] and query.content[at + 1]]


def _affirmed(
    evidence: ScoredSentence, segment: Segment, weights: np.ndarray
) -> list[tuple[int, int]]:
    """The clauses of a segment, less those that deny what is asked for ("河南省没有举行演练")."""
    hit = denials(evidence, segment.start, segment.end, weights)
    if not hit:
        return [(segment.start, segment.end)]
    parts = clauses(evidence.view.article.text, segment.start, segment.end)
    return [(a, b) for a, b in parts if not any(a <= start < b for start, _ in hit)]


def denials(
    evidence: ScoredSentence, start: int, end: int, weights: np.ndarray
) -> list[tuple[int, int]]:
    """What is denied between two offsets and matches a word of the question."""
    view = evidence.view
    return [
        span
        for span in denied(view.article.text, start, end)
        if (view.matched(*span)[weights > 0] >= DENIED).any()
    ]


def _scenes(text: str, segment: Segment, asked: Asked, named: set[str]) -> list[PlaceMention]:
    """The places where what a segment tells happened, of all that it names.

    "来自四川的医生在河南": the one is where they came from, unless that is asked for, or there is
    no other. "湖南组团前往新加坡、 坦桑尼亚": asked for countries, it is not the one that acts, nor
    is it where the question names that one.
    """
    runs = lists(text, segment.places)
    if not any(
        of_level(m.place, asked.level) and m.place.code not in named for m in segment.places
    ):
        runs = lists(text, segment.others)
    # "管道在重庆开工，途经四川、湖北": asked what it passes, it is that.
    if sought := [
        run for run in lists(text, segment.others) if asks_for(asked.plain, role(text, run))
    ]:
        runs = sought
    abroad = all(m.place.level == "country" for run in runs for m in run)
    aside = [
        run
        for run in runs
        if (name := role(text, run)) in AROUND and not asks_for(asked.plain, name)
    ]
    if _LOCATIVE.search(asked.plain):  # "in which countries": not "India's oil firm"
        runs = [run for run in runs if text[run[-1].end : run[-1].end + 2] not in ("'s", "’s")]
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
            if (
                mention.end - mention.start == 1
                and _REGION.match(text, run[-1].end)
                or _NATION.match(text, mention.start)
            ):
                continue
            out.append(mention)
    return out
