"""Whether the evidence answers the question, or only resembles it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rag.answer.dated import Calendar, of_year
from rag.answer.enumerate import Gazette
from rag.answer.evidence import Evidence
from rag.answer.fitted import fitted
from rag.question.types import Asked
from rag.corpus.places import Place, contains
from rag.embed.static import StaticModel
from rag.question.query import Query

UNMATCHED = 0.55  # a word counts as not found below this match
FOUND, SURE = 0.5, 0.8  # and as found, and found for sure, from these on
FILE = "refusal.json"  # in the model's folder: what the weights are fitted to
FEATURES = ("answers", "support", "passage", "found", "worst", "rank", "short", "english_question", "english_article", "cross", "constant")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether evidence will do.

    Attributes:
        accepted: it supports the question.
        missing: spans of the question that found no support.
    """

    accepted: bool
    missing: tuple[tuple[int, int], ...]


class Rule(NamedTuple):
    """Weights of features, as ``training/calibrate.py`` fitted them to a model.

    Attributes:
        read: of :data:`FEATURES`, for evidence that was read for what it answers, float32 (f,).
        unread: of all but the first of them, for other evidence: where all places or names are sought, float32 (f - 1,).
    """

    read: np.ndarray
    unread: np.ndarray


SETTLED = Rule(np.zeros(len(FEATURES), np.float32), np.zeros(len(FEATURES) - 1, np.float32))
"""Accepts whatever comes near: for what has been judged already."""


def rule_of(model: StaticModel) -> Rule:
    """The rule of a model. Raises ModelError for none."""
    return Rule(fitted(model, FILE, FEATURES, "training.calibrate"), fitted(model, FILE, FEATURES[1:], "training.calibrate", "unread"))


def features(query: Query, asked: Asked, weights: np.ndarray, evidence: Evidence, also: Sequence[Evidence] = ()) -> np.ndarray:
    """What tells whether evidence will do, float32 (f,), in the order of :data:`FEATURES`; arguments as for :func:`judge`.

    What it answers (left out where it was not read); the share of the question's weight that the evidence matches, and
    that its passage does; the share of its words that are found at all, and the weight of the one most missed; the rank of
    the passage; how few words there are, for the fewer the question has, the more of them must be supported; the languages.
    """
    view, matched = evidence.view, _matched(evidence, also)
    content = weights > 0
    # A place that fits is a word that is supported, and so is a time that is no word of the article's.
    words = int(content.sum()) + len(asked.places) + sum(one.kind == "relative" for one in asked.told)
    english, foreign = query.lang != "zh", view.article.lang != "zh"
    read = [one.answers for one in (evidence, *also) if one.answers is not None]
    return np.array([
        *([max(read)] if read else ()), float(weights @ matched), float(weights @ view.matched(view.start, view.end)),
        float((matched[content] > FOUND).mean()) if content.any() else 0.0, float((weights * (1 - matched)).max(initial=0)),
        view.rank, max(words, 1) ** -0.5, english, foreign, english != foreign, 1.0], np.float32)  # fmt: skip


def judge(query: Query, asked: Asked, weights: np.ndarray, evidence: Evidence, rule: Rule, also: Sequence[Evidence] = ()) -> Verdict:
    """Judges evidence for a question, by logistic regression.

    Args:
        query, asked, weights: the question, what it asks for, and the weights of its tokens (n,).
        evidence: the best sentence; it is about the places that the question names.
        rule: see :func:`rule_of`.
        also: other sentences about the same thing; what they match counts too.
    """
    matched = _matched(evidence, also)
    absent = (weights > 0.05) & (matched < UNMATCHED)
    # A word that is all there is must be found for sure: no other bears out that it is meant.
    alone = np.count_nonzero(weights) == 1 and float(matched[weights > 0][0]) < SURE
    told = features(query, asked, weights, evidence, also)
    accepted = not alone and float(told @ (rule.read if len(told) == len(rule.read) else rule.unread)) >= 0
    return Verdict(accepted, _merged([query.spans[i] for i in np.flatnonzero(absent)], query.text))


def supports(evidence: Evidence, span: tuple[int, int]) -> bool:
    """Whether a sentence has by its own words what stands between two offsets of the question."""
    query = evidence.view.query
    inside = [at for at, (start, end) in enumerate(query.spans) if span[0] <= start and end <= span[1] and query.content[at]]
    return bool(inside) and all(evidence.own[at] >= UNMATCHED for at in inside)


def _matched(evidence: Evidence, also: Sequence[Evidence]) -> np.ndarray:
    return np.maximum.reduce([evidence.matched, *(e.matched for e in also)])


def about(evidence: Evidence, asked: Asked, gazette: Gazette, calendar: Calendar) -> bool:
    """Whether evidence is about the places, periods and years that the question names."""
    return (all(of_place(evidence, place, gazette) for place in asked.places) and all(of_year(evidence, year) for year in asked.years)
            and all(calendar.accepts(evidence, one, asked.kind == "places") for one in asked.told))


def of_place(evidence: Evidence, place: Place, gazette: Gazette) -> bool:
    """Whether a place is named in the sentence, or governs it."""
    named = [m for m in gazette.mentions(evidence) if evidence.start <= m.start < evidence.end]
    governing = named or [m for s in gazette.segments(evidence) for m in s.places] or gazette.title(evidence)
    return any(contains(place, m.place) for m in governing)


def _merged(spans: list[tuple[int, int]], text: str) -> tuple[tuple[int, int], ...]:
    """Neighbouring spans as one."""
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and not text[out[-1][1] : start].strip():
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return tuple(out)
