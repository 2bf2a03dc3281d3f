"""How likely it is that the articles answer, told from what was read and what was searched.

Logistic regression, fitted by ``training/reader/judge.py`` to questions asked of small indexes and
of one of 76,000 articles, answerable and not: among many articles the best of many wrong ones comes
nearer.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import ModelError
from rag.question import ParsedQuestion
from rag.question.script import has_chinese, is_traditional, simplified
from rag.search.match import graded

if TYPE_CHECKING:
    from rag.reader.findings import FoundValue, ReadPassage, Spot

FILE = Path(__file__).with_name("model") / "judge.json"
FEATURES = tuple(
    "bias worth share certain score covered abroad_covered covered_articles top_margin top_covered"
    " gap named unnamed articles length".split()
)
# Share of the question's weight below which a passage matches nothing but by chance.
NOTHING = 0.05
SAID = ("said", "said_below", "unsaid")  # what counts otherwise across languages
# What among few articles counts otherwise than among many: each also times "articles".
BY_ARTICLES = ("margin", "alone", "below", "above", "gap", "window_below")
ROW_FEATURES = (
    *"bias worth margin alone alone_below below near above gap window window_below behind".split(),
    *"covered stories same first abroad said said_below unsaid".split(),
    *(f"{name}_abroad" for name in SAID),
    "articles",
    *(f"articles_{name}" for name in BY_ARTICLES),
)
LISTED = ("places", "names")  # lists that are fitted apart
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")  # 2,780 is 2780
RANKED = 6.0  # log-odds below the best name under which no gap between names is looked for


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """Fitted weights.

    Attributes:
        search: what a passage's fused score, less the best one's, counts beside the reader's
            log-odds.
        weights: of :data:`FEATURES`, float64 (f,).
        least: by the language of the question ("zh", "en"), the chance (0 to 1) from which it is
            answered.
        near: share of the question's weight that a passage must match for its subject to be there.
        rows: weights of :data:`ROW_FEATURES`, float64 (r,), by what is listed (:data:`LISTED`).
        row: chance (0 to 1) of the best name from which there is a list, by what is listed.
    """

    search: float
    weights: np.ndarray
    least: dict[str, float]
    near: float
    rows: dict[str, np.ndarray]
    row: dict[str, float]

    def chance(self, told: np.ndarray) -> float:
        """That the articles answer, 0 to 1; 0 where the passage has nothing of what is asked."""
        if told[FEATURES.index("covered")] < NOTHING:
            return 0.0
        return float(_logistic(told @ self.weights))

    def answers(self, parsed: ParsedQuestion, chance: float) -> bool:
        """Whether a chance is enough for a question to be answered."""
        return chance >= self.least["zh" if parsed.lang == "zh" else "en"]

    def row_chances(self, told: np.ndarray, listed: str) -> np.ndarray:
        """That names (n, r) are rows of a list, float64 (n,), 0 to 1."""
        return _logistic(told @ self.rows[listed])


def _logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))


def features(
    parsed: ParsedQuestion,
    passages: Sequence[ReadPassage],
    values: Sequence[FoundValue],
    searched: int,
) -> np.ndarray:
    """What the chance is told from, float64 (f,), in the order of :data:`FEATURES`.

    Args:
        parsed: the question.
        passages: what was read for it, best first as search has them.
        values: what was found, best first.
        searched: number of articles that were searched.
    """
    if not values:
        return np.zeros(len(FEATURES))
    best = values[0].spots[0]
    passage, top = best.passage, passages[0]
    covered = coverage(parsed, passage.reading.matches, passage.abroad)
    articles = np.log10(max(searched, 1))
    told = {
        "bias": 1.0,
        "worth": np.clip(values[0].worth, -8, 8),  # log-odds of the best value
        "share": values[0].share,  # its part of all values
        "certain": best.certainty,  # of what its passage may answer
        "score": passage.score,
        "covered": covered,
        "abroad_covered": passage.abroad * covered,
        "covered_articles": articles * covered,
        "top_margin": np.clip(top.reading.margin, -8, 8),  # of the passage found best
        "top_covered": coverage(parsed, top.reading.matches, top.abroad),
        "gap": top.behind - passages[1].behind if len(passages) > 1 else 0.0,
        "named": bool(parsed.names),  # whether the question names anything
        "unnamed": len(unnamed(parsed, passage)),  # of its names, those not there
        "articles": articles,
        "length": np.log(max(len(parsed.query.ids), 1)),
    }
    return np.array([float(told[name]) for name in FEATURES])


def listed_of(parsed: ParsedQuestion) -> str:
    """Which of :data:`LISTED` a question asks for."""
    return "places" if parsed.sought[0] == "places" else "names"


def row_features(
    parsed: ParsedQuestion,
    groups: Sequence[Sequence[Spot]],
    alone: Sequence[tuple[float, np.ndarray]],
    searched: int,
    search: float,
) -> np.ndarray:
    """What it is told from that names are rows of a list.

    float64 (n, r), in the order of :data:`ROW_FEATURES`.

    Args:
        parsed: the question.
        groups: for each name the spots that give it, best first.
        alone: of each name, the reader's log-odds where the sentence is read alone, and how well
            it matches the tokens of the question.
        searched: number of articles that were searched.
        search: what a passage's fused score counts beside the reader's log-odds.
    """
    if not groups:
        return np.zeros((0, len(ROW_FEATURES)))
    bests = [spots[0] for spots in groups]
    worths = [one.finding.margin + search * one.passage.behind for one in bests]
    top = int(np.argmax(worths))
    last, gap = widest_gap(sorted(worths, reverse=True))
    least = sorted(worths, reverse=True)[last]
    margins = [margin for margin, _ in alone]
    weights = _weights(parsed)
    weighed = [
        _weighed(weights, matches, best.passage.abroad) for best, (_, matches) in zip(bests, alone)
    ]
    said = [_covered(*one) for one in weighed]
    out = []
    for number, (best, spots) in enumerate(zip(bests, groups)):
        passage, reading = best.passage, best.passage.reading
        told = {
            "bias": 1.0,
            "worth": np.clip(worths[number], -8, 8),  # log-odds of the name's best spot
            "margin": np.clip(best.finding.margin, -8, 8),  # the reader's part of them
            "alone": np.clip(margins[number], -8, 8),  # of the sentence read alone
            "alone_below": max(margins[number] - max(margins), -8),
            "below": max(worths[number] - worths[top], -16),
            "near": np.exp(worths[number] - worths[top]),  # its odds as a share of the best's
            "above": worths[number] >= least,  # above the widest gap in order of "worth"
            "gap": gap * (worths[number] >= least),  # its width, for those above
            "window": np.clip(reading.margin, -8, 8),
            "window_below": best.finding.margin - reading.findings[0].margin,
            "behind": passage.behind,
            "covered": coverage(parsed, reading.matches, passage.abroad),
            "stories": np.log(len({spot.passage.story for spot in spots})),
            "same": best.finding.window.row == bests[top].finding.window.row,  # in its article
            "first": number == top,
            "abroad": passage.abroad,
            "said": said[number],  # share of the question that the sentence matches
            "said_below": said[number] - max(said),
            "unsaid": _unmatched(*weighed[number]),  # the most that one word lacks
            "articles": np.log10(max(searched, 1)),
        }
        told |= {f"{name}_abroad": passage.abroad * told[name] for name in SAID}
        told |= {f"articles_{name}": told["articles"] * told[name] for name in BY_ARTICLES}
        out.append([float(told[name]) for name in ROW_FEATURES])
    return np.array(out)


def best_count(chances: Sequence[float]) -> int:
    """How many of the likeliest rows have the largest expected F1, as far as that is known.

    Lewis, "Evaluating and optimizing autonomous text classification systems", SIGIR 1995.

    Args:
        chances: that names are rows, 0 to 1, the largest first.
    """
    right = np.cumsum(chances)
    return int(np.argmax(2 * right / (np.arange(1, len(chances) + 1) + right[-1]))) + 1


def widest_gap(worths: Sequence[float]) -> tuple[int, float]:
    """The position behind which the widest gap lies, and its width.

    Args:
        worths: log-odds, the largest first. Gaps lower than ``RANKED`` below it do not count.
    """
    near = [worth for worth in worths if worth >= worths[0] - RANKED]
    beyond = worths[len(near)] if len(near) < len(worths) else near[-1] - 1
    gaps = -np.diff([*near, beyond])
    widest = int(gaps.argmax())
    return widest, float(min(gaps[widest], RANKED))


def coverage(parsed: ParsedQuestion, matches: np.ndarray, abroad: bool) -> float:
    """Share of the question's weight that a window matches, 0 to 1.

    The places and times that the question names are left out: its articles were chosen by them.
    """
    return _covered(*_weighed(_weights(parsed), matches, abroad))


def _covered(weights: np.ndarray, match: np.ndarray) -> float:
    return float(weights @ match) if weights.any() else 1.0


def _unmatched(weights: np.ndarray, match: np.ndarray) -> float:
    """The largest share of the question's weight that one token lacks a match for, 0 to 1."""
    return float((weights * (1 - match)).max(initial=0.0))


def _weights(parsed: ParsedQuestion) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the question's tokens, float (n,); and less what its articles were chosen by."""
    given = [*parsed.place_spans, *((one.start, one.end) for one in parsed.told), *parsed.idle]
    free = [all(b <= start or end <= a for a, b in given) for start, end in parsed.query.spans]
    weights = parsed.query.weights * parsed.query.content
    return weights, weights * free


def _weighed(
    weights: tuple[np.ndarray, np.ndarray], matches: np.ndarray, abroad: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the tokens that were read, float (n,), 1 together or all 0, and their matches.

    ``weights`` are what :func:`_weights` gives.
    """
    every, free = (one[: len(matches)] for one in weights)
    kept = free if free.any() else every
    match = graded(matches[: len(kept)], np.full(len(kept), abroad))
    return kept / (kept.sum() or 1.0), match


def unnamed(parsed: ParsedQuestion, passage: ReadPassage) -> tuple[str, ...]:
    """The names, titles and numbered things of the question that a passage has not.

    Neither its text, its title nor its date has them as the question writes them. Times that the
    articles were chosen by are left out: "last August" need not be written with its year.

    Across languages only their figures and what is in Chinese is looked for.
    """
    window = passage.reading.window
    article = window.article
    said = f"{article.title}\n{article.date}\n{article.text[window.start : window.end]}".casefold()
    said = _THOUSANDS.sub("", said)
    out = []
    for start, end in parsed.names:
        if any(one.start <= start and end <= one.end for one in parsed.told):
            continue
        words = _THOUSANDS.sub("", parsed.text[start:end].casefold().strip("《》“”\"'「」 "))
        if passage.abroad:
            words = "".join(c for c in words if c.isdigit() or has_chinese(c))
        if words and words not in said and not _in_other_script(words, said):
            out.append(words)
    return tuple(out)


def _in_other_script(words: str, text: str) -> bool:
    """Whether a text has some words in simplified for traditional characters, or the reverse."""
    return is_traditional(words + text) and simplified(words) in simplified(text)


@functools.lru_cache(maxsize=2)
def load_judge(file: Path = FILE) -> Judge:
    """The fitted weights. Raises ModelError where they cannot be read."""
    try:
        kept = json.loads(file.read_text("utf8"))
        weights = np.array([kept["weights"][name] for name in FEATURES])
        rows = {
            listed: np.array([kept["rows"][listed][name] for name in ROW_FEATURES])
            for listed in LISTED
        }
        return Judge(kept["search"], weights, kept["least"], kept["near"], rows, kept["row"])
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            f"expected {file} with the weights of {', '.join(FEATURES)}, could not read it "
            f"({error}): "
            "reinstall yinju, or fit them with `python -m training.reader.judge`"
        ) from error
