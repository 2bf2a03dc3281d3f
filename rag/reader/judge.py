"""Estimates the probability that the articles answer a question, and which names belong in a list.

Logistic regression on what was searched and read. ``training/reader/judge.py`` fits it to
answerable and unanswerable questions to small indexes and to one of 76,000 articles. Both sizes are
needed: the more articles are searched, the closer the best wrong passage comes to a right one.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import ModelError
from rag.question import ParsedQuestion
from rag.reader.missing import unnamed
from rag.search.match import graded

if TYPE_CHECKING:
    from rag.reader.findings import FoundValue, ReadPassage, Spot

JUDGE_FILE = Path(__file__).with_name("model") / "judge.json"
ANSWER_FEATURES = tuple(
    "bias worth share certain score covered abroad_covered covered_articles top_margin top_covered"
    " gap named unnamed articles length".split()
)
# Coverage of the question (0 to 1) below which a passage matches it only by chance.
_MIN_COVERAGE = 0.05
# Row features with another weight across languages: each appears also multiplied by "abroad".
_CROSSED_WITH_ABROAD = ("said", "said_below", "unsaid")
# Row features whose weight depends on the number of articles: each also multiplied by "articles".
_CROSSED_WITH_ARTICLES = ("margin", "alone", "below", "above", "gap", "window_below")
ROW_FEATURES = (
    *"bias worth margin alone alone_below below near above gap window window_below behind".split(),
    *"covered stories same first abroad said said_below unsaid".split(),
    *(f"{name}_abroad" for name in _CROSSED_WITH_ABROAD),
    "articles",
    *(f"articles_{name}" for name in _CROSSED_WITH_ARTICLES),
)
LIST_KINDS = ("places", "names")  # kinds of lists, each with weights of its own
PLACE_FEATURES = (
    *"bias reader unread support support_share unsupported stories".split(),
    *"articles articles_support".split(),
)
_LEAST_CHANCE = 1e-4  # that the reader is taken to give to a place, also if it did not find it
# Only names within these log-odds of the best count when looking for a gap.
MAX_LOG_ODDS_BEHIND = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """The fitted weights and thresholds. A "chance" is a probability, 0 to 1.

    Attributes:
        search: factor by which a passage's fused search score, minus the best one's, is added to
            the reader's log-odds.
        weights: weights of :data:`ANSWER_FEATURES`, float64 (f,).
        least: least chance for a question to be answered, by its language ("zh", "en").
        near: coverage of the question (0 to 1) from which a passage is about its subject.
        rows: weights of :data:`ROW_FEATURES`, float64 (r,), by kind of list (:data:`LIST_KINDS`).
        places: weights of :data:`PLACE_FEATURES`, float64 (p,).
        row: least chance of the best name for a list to be given, by kind of list, and as "placed"
            that of the best place by ``places``.
    """

    search: float
    weights: np.ndarray
    least: dict[str, float]
    near: float
    rows: dict[str, np.ndarray]
    places: np.ndarray
    row: dict[str, float]

    def chance(self, values: np.ndarray) -> float:
        """The probability, 0 to 1, that the articles answer; 0 if the passage matches by chance.

        Args:
            values: the features, float64 (f,), from :func:`features`.
        """
        if values[ANSWER_FEATURES.index("covered")] < _MIN_COVERAGE:
            return 0.0
        return float(_logistic(values @ self.weights))

    def answers(self, parsed: ParsedQuestion, chance: float) -> bool:
        """Whether the probability of an answer reaches the threshold of the question's language."""
        return chance >= self.least["zh" if parsed.lang == "zh" else "en"]

    def row_chances(self, values: np.ndarray, listed: str) -> np.ndarray:
        """The probability, 0 to 1, of each name to be a row of a list, float64 (n,).

        Args:
            values: the features (n, r) of the names, from :func:`row_features`.
            listed: the kind of list, one of :data:`LIST_KINDS`.
        """
        return _logistic(values @ self.rows[listed])

    def place_chances(self, values: np.ndarray) -> np.ndarray:
        """The probability, 0 to 1, of each place to be a row of a list of places, float64 (n,).

        Args:
            values: the features (n, p) of the places, from :func:`place_features`.
        """
        return _logistic(values @ self.places)


def _logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))


def features(
    parsed: ParsedQuestion,
    passages: Sequence[ReadPassage],
    values: Sequence[FoundValue],
    searched: int,
) -> np.ndarray:
    """The features for :meth:`Judge.chance`, float64 (f,), in the order of :data:`ANSWER_FEATURES`.

    Args:
        parsed: the question.
        passages: the passages read for it, in the order of search, best first.
        values: the values found, best first.
        searched: number of articles that were searched.
    """
    if not values:
        return np.zeros(len(ANSWER_FEATURES))
    best = values[0].spots[0]
    passage, top = best.passage, passages[0]
    covered = coverage(parsed, passage.reading.matches, passage.abroad)
    articles = np.log10(max(searched, 1))
    by_name = {
        "bias": 1.0,
        "worth": np.clip(values[0].worth, -8, 8),  # log-odds of the best value
        "share": values[0].share,  # its share of the odds of all values
        "certain": best.certainty,  # its share of the odds of all spans in its window
        "score": passage.score,
        "covered": covered,
        "abroad_covered": passage.abroad * covered,
        "covered_articles": articles * covered,
        "top_margin": np.clip(top.reading.margin, -8, 8),  # of the passage that search ranks first
        "top_covered": coverage(parsed, top.reading.matches, top.abroad),
        "gap": top.behind - passages[1].behind if len(passages) > 1 else 0.0,
        "named": bool(parsed.names),  # whether the question names anything
        "unnamed": len(unnamed(parsed, passage)),  # number of its names missing in the passage
        "articles": articles,
        "length": np.log(max(len(parsed.query.ids), 1)),
    }
    return np.array([float(by_name[name]) for name in ANSWER_FEATURES])


def listed_of(parsed: ParsedQuestion) -> str:
    """The kind of list that a question asks for, one of :data:`LIST_KINDS`."""
    return "places" if parsed.sought[0] == "places" else "names"


def row_features(
    parsed: ParsedQuestion,
    groups: Sequence[Sequence[Spot]],
    alone: Sequence[tuple[float, np.ndarray]],
    searched: int,
    search: float,
) -> np.ndarray:
    """The features for :meth:`Judge.row_chances`, in the order of :data:`ROW_FEATURES`.

    Args:
        parsed: the question.
        groups: for each name the spots that give it, best first.
        alone: for each name, the reader's log-odds when its sentence is read alone, and the matches
            of that sentence (:func:`rag.reader.reading.read_alone`).
        searched: number of articles that were searched.
        search: the weight of search scores, :attr:`Judge.search`.

    Returns:
        float64 (n, r), a row of features per name.
    """
    if not groups:
        return np.zeros((0, len(ROW_FEATURES)))
    bests = [spots[0] for spots in groups]
    worths = np.array([one.finding.margin + search * one.passage.behind for one in bests])
    top = int(np.argmax(worths))
    ranked = sorted(worths.tolist(), reverse=True)
    last, gap = widest_gap(ranked)
    above = worths >= ranked[last]
    margins = np.array([margin for margin, _ in alone])
    weights = _weights(parsed)
    weighed = [
        _weighed(weights, matches, best.passage.abroad) for best, (_, matches) in zip(bests, alone)
    ]
    sentence_coverage = np.array([_covered(*one) for one in weighed])
    by_name = {
        "worth": np.clip(worths, -8, 8),  # log-odds of the name's best spot
        "alone": np.clip(margins, -8, 8),  # of the sentence read alone
        "alone_below": np.maximum(margins - max(margins), -8),
        "below": np.maximum(worths - worths[top], -16),
        "near": np.exp(worths - worths[top]),  # its odds, relative to the best name's
        "above": above,  # above the widest gap between sorted worths
        "gap": gap * above,  # width of that gap, for names above it
        "first": np.arange(len(bests)) == top,
        "said": sentence_coverage,  # coverage of the question by the sentence alone
        "said_below": sentence_coverage - max(sentence_coverage),
        "unsaid": [_unmatched(*one) for one in weighed],  # most that one token leaves unmatched
        "articles": np.full(len(bests), np.log10(max(searched, 1))),
        "bias": np.ones(len(bests)),
    }
    each = [_of_name(parsed, spots, bests[top]) for spots in groups]
    by_name |= {name: [one[name] for one in each] for name in each[0]}
    arrays = {name: np.array(values, float) for name, values in by_name.items()}
    for name in _CROSSED_WITH_ABROAD:
        arrays[f"{name}_abroad"] = arrays["abroad"] * arrays[name]
    for name in _CROSSED_WITH_ARTICLES:
        arrays[f"articles_{name}"] = arrays["articles"] * arrays[name]
    return np.stack([arrays[name] for name in ROW_FEATURES], axis=1)


def place_features(
    reader: Sequence[float | None], support: Sequence[float], stories: Sequence[int], searched: int
) -> np.ndarray:
    """The features for :meth:`Judge.place_chances`, in the order of :data:`PLACE_FEATURES`.

    Args:
        reader: for each place the chance, 0 to 1, that the reader gives it, None if it has none.
        support: for each place the support, 0 to 1, of the best sentence about it; 0 for none.
        stories: for each place the number of articles with sentences that support it well.
        searched: number of articles that were searched.

    Returns:
        float64 (n, p), a row of features per place.
    """
    supports = np.array(support, float)
    chances = np.clip([one or 0.0 for one in reader], _LEAST_CHANCE, 1 - _LEAST_CHANCE)
    by_name = {
        "bias": np.ones(len(supports)),
        "reader": np.log(chances / (1 - chances)),
        "unread": np.array([one is None for one in reader], float),
        "support": supports,
        "support_share": supports / (supports.max(initial=0.0) or 1.0),
        "unsupported": supports == 0,
        "stories": np.log1p(stories),
        "articles": np.full(len(supports), np.log10(max(searched, 1))),
    }
    by_name["articles_support"] = by_name["articles"] * supports
    return np.stack([by_name[name] for name in PLACE_FEATURES], axis=1)


def _of_name(parsed: ParsedQuestion, spots: Sequence[Spot], top: Spot) -> dict[str, float]:
    """The features of one name that do not depend on the others.

    Args:
        parsed: the question.
        spots: the spots that give the name, best first.
        top: the best spot of all names.
    """
    best, passage, reading = spots[0], spots[0].passage, spots[0].passage.reading
    return {
        "margin": np.clip(best.finding.margin, -8, 8),  # the part of the worth from the reader
        "window": np.clip(reading.margin, -8, 8),
        "window_below": best.finding.margin - reading.findings[0].margin,
        "behind": passage.behind,
        "covered": coverage(parsed, reading.matches, passage.abroad),
        "stories": np.log(len({spot.passage.story for spot in spots})),
        "same": best.finding.window.row == top.finding.window.row,  # the best name's article
        "abroad": passage.abroad,
    }


def best_count(chances: Sequence[float]) -> int:
    """How many of the likeliest rows to give for the largest expected F1 of the list.

    F1 is approximated with expected counts: expected right rows among those given, and expected
    right rows among all names. Lewis, "Evaluating and optimizing autonomous text classification
    systems", SIGIR 1995.

    Args:
        chances: probability, 0 to 1, of each name to be a row, the largest first.
    """
    right = np.cumsum(chances)
    return int(np.argmax(2 * right / (np.arange(1, len(chances) + 1) + right[-1]))) + 1


def widest_gap(worths: Sequence[float]) -> tuple[int, float]:
    """The position in sorted log-odds behind which the widest gap lies, and its width.

    Args:
        worths: log-odds, the largest first. Gaps that begin more than ``MAX_LOG_ODDS_BEHIND``
            below the largest do not count; the width is at most ``MAX_LOG_ODDS_BEHIND``.
    """
    near = [worth for worth in worths if worth >= worths[0] - MAX_LOG_ODDS_BEHIND]
    beyond = worths[len(near)] if len(near) < len(worths) else near[-1] - 1
    gaps = -np.diff([*near, beyond])
    widest = int(gaps.argmax())
    return widest, float(min(gaps[widest], MAX_LOG_ODDS_BEHIND))


def coverage(parsed: ParsedQuestion, matches: np.ndarray, abroad: bool) -> float:
    """Share of the question's token weight that a window matches, 0 to 1.

    The places and times of the question do not count, since its articles were filtered by them.

    Args:
        parsed: the question.
        matches: largest cosine of each token of the question, as in
            :class:`rag.reader.reading.Reading`.
        abroad: whether the window is in another language than the question.
    """
    return _covered(*_weighed(_weights(parsed), matches, abroad))


def _covered(weights: np.ndarray, match: np.ndarray) -> float:
    return float(weights @ match) if weights.any() else 1.0


def _unmatched(weights: np.ndarray, match: np.ndarray) -> float:
    """The largest share of the question's weight that a single token leaves unmatched, 0 to 1."""
    return float((weights * (1 - match)).max(initial=0.0))


def _weights(parsed: ParsedQuestion) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the question's content tokens, float (n,), in two versions.

    The second is 0 also for places and times, which filtered the articles, and for idle words.
    """
    given = [*parsed.place_spans, *((one.start, one.end) for one in parsed.told), *parsed.idle]
    free = [all(b <= start or end <= a for a, b in given) for start, end in parsed.query.spans]
    weights = parsed.query.weights * parsed.query.content
    return weights, weights * free


def _weighed(
    weights: tuple[np.ndarray, np.ndarray], matches: np.ndarray, abroad: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Normalised weights of the tokens that the reader read, and their matches.

    Args:
        weights: both versions from :func:`_weights`; the first serves if the second is all 0.
        matches: largest cosine of each token of the question that was read.
        abroad: whether the passage is in another language than the question.

    Returns:
        Weights, float (n,), which sum to 1 or are all 0; and matches, float (n,), 0 to 1.
    """
    every, free = (one[: len(matches)] for one in weights)
    chosen = free if free.any() else every
    match = graded(matches[: len(chosen)], np.full(len(chosen), abroad))
    return chosen / (chosen.sum() or 1.0), match


@functools.lru_cache(maxsize=2)
def load_judge(file: Path = JUDGE_FILE) -> Judge:
    """Loads the fitted weights. Raises ModelError if they cannot be read."""
    try:
        fitted = json.loads(file.read_text("utf8"))
        weights = np.array([fitted["weights"][name] for name in ANSWER_FEATURES])
        rows = {
            listed: np.array([fitted["rows"][listed][name] for name in ROW_FEATURES])
            for listed in LIST_KINDS
        }
        return Judge(
            fitted["search"],
            weights,
            fitted["least"],
            fitted["near"],
            rows,
            np.array([fitted["places"][name] for name in PLACE_FEATURES]),
            fitted["row"],
        )
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            f"expected {file} with the weights of {', '.join(ANSWER_FEATURES)}, could not read it "
            f"({error}): "
            "reinstall yinju, or fit them with `python -m training.reader.judge`"
        ) from error
