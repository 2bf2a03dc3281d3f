"""How likely it is that the best value answers, told from what was read and what was searched.

Logistic regression, fitted by ``training/reader/judge.py`` to questions asked of small indexes and of one of 68,000
articles, answerable and not: among many articles the best of many wrong ones comes nearer.
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
from rag.search.match import graded

if TYPE_CHECKING:
    from rag.reader.findings import Passage, Spot, Value

FILE = Path(__file__).with_name("model") / "judge.json"
FEATURES = (
    "bias",
    "worth",
    "margin",
    "lead",
    "share",
    "behind",
    "score",
    "stories",
    "covered",
    "least",
    "unnamed",
    "windows",
    "articles",
    "english",
    "abroad",
    "abroad_margin",
    "abroad_covered",
    "length",
)
NOTHING = 0.05  # share of the question's weight below which a passage matches nothing but by chance
ROW_FEATURES = (
    "bias",
    "worth",
    "margin",
    "below",
    "window",
    "window_below",
    "behind",
    "covered",
    "stories",
    "same",
    "first",
    "abroad",
    "articles",
)


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """Fitted weights.

    Attributes:
        search: what a passage's fused score, less the best one's, counts beside the reader's log-odds.
        weights: of :data:`FEATURES`, float64 (f,).
        least: by the language of the question ("zh", "en"), the chance (0 to 1) from which it is answered.
        near: share of the question's weight that a passage must match for its subject to be there.
        rows: weights of :data:`ROW_FEATURES`, float64 (r,).
        row: chance (0 to 1) from which a name is a row of a list.
        places: weights for lists of places, by name (:mod:`rag.answer.places`).
    """

    search: float
    weights: np.ndarray
    least: dict[str, float]
    near: float
    rows: np.ndarray
    row: float
    places: dict[str, float]

    def chance(self, told: np.ndarray) -> float:
        """That the best value answers, 0 to 1; 0 where its passage has nothing of what is asked about."""
        if told[FEATURES.index("covered")] < NOTHING:
            return 0.0
        return float(_logistic(told @ self.weights))

    def answers(self, parsed: ParsedQuestion, chance: float) -> bool:
        """Whether a chance is enough for a question to be answered."""
        return chance >= self.least["zh" if parsed.lang == "zh" else "en"]

    def row_chances(self, told: np.ndarray) -> np.ndarray:
        """That names (n, r) are rows of a list, float64 (n,), 0 to 1."""
        return _logistic(told @ self.rows)


def _logistic(x):
    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))


def features(
    parsed: ParsedQuestion, passages: Sequence[Passage], values: Sequence[Value], searched: int
) -> np.ndarray:
    """What the chance is told from, float64 (f,), in the order of :data:`FEATURES`.

    Args:
        parsed: the question.
        passages: what was read for it.
        values: what was found, best first.
        searched: number of articles that were searched.
    """
    if not values:
        return np.zeros(len(FEATURES))
    best = values[0].spots[0]
    second = values[1].worth if len(values) > 1 else best.worth - 10
    passage, reading = best.passage, best.passage.reading
    covered, least = coverage(parsed, reading.matches, passage.abroad)
    abroad, english = float(passage.abroad), float(parsed.lang != "zh")
    clipped = float(np.clip(best.finding.margin, -8, 8))
    told = {
        "bias": 1.0,
        "worth": float(np.clip(values[0].worth, -8, 8)),
        "margin": clipped,
        "lead": min(values[0].worth - second, 8.0),
        "share": values[0].share,
        "behind": passage.behind,
        "score": passage.score,
        "stories": np.log(len({spot.passage.story for spot in values[0].spots})),
        "covered": covered,
        "least": least,
        "unnamed": float(len(unnamed(parsed, passage))),
        "windows": float(np.clip(max(p.reading.margin for p in passages), -8, 8)),
        "articles": np.log10(max(searched, 1)),
        "english": english,
        "abroad": abroad,
        "abroad_margin": abroad * clipped,
        "abroad_covered": abroad * covered,
        "length": np.log(max(len(parsed.query.ids), 1)),
    }
    return np.array([told[name] for name in FEATURES])


def row_features(
    parsed: ParsedQuestion, groups: Sequence[Sequence[Spot]], searched: int
) -> np.ndarray:
    """What it is told from that names are rows of a list, float64 (n, r), in the order of :data:`ROW_FEATURES`.

    Args:
        parsed: the question.
        groups: for each name the spots that give it, best first; the names in order of worth.
        searched: number of articles that were searched.
    """
    out = []
    for spots in groups:
        best, top = spots[0], groups[0][0]
        passage, reading = best.passage, best.passage.reading
        covered, _ = coverage(parsed, reading.matches, passage.abroad)
        told = {
            "bias": 1.0,
            "worth": float(np.clip(best.worth, -8, 8)),
            "margin": float(np.clip(best.finding.margin, -8, 8)),
            "below": best.worth - top.worth,
            "window": float(np.clip(reading.margin, -8, 8)),
            "window_below": best.finding.margin - reading.findings[0].margin,
            "behind": passage.behind,
            "covered": covered,
            "stories": np.log(len({spot.passage.story for spot in spots})),
            "same": float(best.finding.window.row == top.finding.window.row),
            "first": float(best is top),
            "abroad": float(passage.abroad),
            "articles": np.log10(max(searched, 1)),
        }
        out.append([told[name] for name in ROW_FEATURES])
    return np.array(out).reshape(len(groups), len(ROW_FEATURES))


def coverage(parsed: ParsedQuestion, matches: np.ndarray, abroad: bool) -> tuple[float, float]:
    """Share of the question's weight that a window matches, and the match of the weighty word that it matches least.

    Both are 0 to 1. The places and times that the question names are left out: its articles were chosen by them.
    """
    count = min(len(matches), len(parsed.query.ids))
    given = [*parsed.place_spans, *((one.start, one.end) for one in parsed.told), *parsed.idle]
    free = [
        all(b <= start or end <= a for a, b in given) for start, end in parsed.query.spans[:count]
    ]
    weights = parsed.query.weights[:count] * parsed.query.content[:count]
    if (weights * free).any():
        weights = weights * free
    if not weights.any():
        return 1.0, 1.0
    match = graded(matches[:count], np.full(count, abroad))
    heavy = weights >= 0.5 * weights.max()
    return float(weights @ match / weights.sum()), float(match[heavy].min())


def unnamed(parsed: ParsedQuestion, passage: Passage) -> tuple[str, ...]:
    """The names, titles and numbered things of the question that neither the passage, its title nor its date has, as it writes them.

    Across languages only their figures are looked for.
    """
    window = passage.reading.window
    article = window.article
    said = f"{article.title}\n{article.date}\n{article.text[window.start : window.end]}".casefold()
    out = []
    for start, end in parsed.names:
        words = parsed.text[start:end].casefold().strip("《》“”\"'「」 ")
        if passage.abroad:
            words = "".join(c for c in words if c.isdigit())
        if words and words not in said:
            out.append(words)
    return tuple(out)


@functools.lru_cache(maxsize=2)
def load_judge(file: Path = FILE) -> Judge:
    """The fitted weights. Raises ModelError where they cannot be read."""
    try:
        kept = json.loads(file.read_text("utf8"))
        weights = np.array([kept["weights"][name] for name in FEATURES])
        rows = np.array([kept["rows"][name] for name in ROW_FEATURES])
        return Judge(
            kept["search"], weights, kept["least"], kept["near"], rows, kept["row"], kept["places"]
        )
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            f"expected {file} with the weights of {', '.join(FEATURES)}, could not read it ({error}): "
            "reinstall yinju, or fit them with `python -m training.reader.judge`"
        ) from error
