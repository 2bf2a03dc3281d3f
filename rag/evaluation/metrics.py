"""Measures of a ranking per question, and their means with intervals.

The measures are those of trec_eval, through pytrec_eval (Van Gysel & de Rijke 2018). The intervals
are percentile intervals of the bootstrap over questions (Efron 1979; for retrieval: Sakai 2006).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from rag.errors import UsageError
from rag.extras import extra

RESAMPLES, SEED = 2_000, 20_240_601
_BATCH = 4_000_000  # values that the bootstrap draws at once, to limit memory


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over questions, with its 95% interval.

    Attributes:
        value: the mean.
        low, high: ends of the interval; None for a bootstrap over fewer than two questions.
    """

    value: float
    low: float | None
    high: float | None

    def as_difference(self) -> dict:
        """The figure as plain values, with "real": whether the difference is more than chance."""
        return {**asdict(self), "real": self.is_real}

    @property
    def is_real(self) -> bool:
        """For a difference: whether the interval excludes 0."""
        return self.bounds is not None and (self.bounds[0] > 0 or self.bounds[1] < 0)

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Both ends of the interval; None if there is none."""
        return None if self.low is None or self.high is None else (self.low, self.high)


@dataclass(frozen=True, eq=False)
class Group:
    """The measures of a group of questions.

    Attributes:
        name: "all", a language of questions ("en"), languages of questions and of articles ("en >
            zh"), or "both wordings".
        measures: names of the columns of ``values``.
        keys: identify the rows of ``values``; groups with the same keys in the same order can be
            compared row by row.
        values: float (n, m), each measure of each question, 0 to 1.
    """

    name: str
    measures: tuple[str, ...]
    keys: tuple[object, ...]
    values: np.ndarray

    @functools.cached_property
    def figures(self) -> dict[str, Figure]:
        """The mean of each measure, by name."""
        return dict(zip(self.measures, means(self.values)))

    def minus(self, other: Group) -> dict[str, Figure]:
        """The mean difference of each measure to another run of the same questions, with the
        interval of the paired differences; {} if the questions or the measures are not the same.
        """
        if (self.keys, self.measures) != (other.keys, other.measures):
            return {}
        return dict(zip(self.measures, means(self.values - other.values)))


def means(values: np.ndarray) -> list[Figure]:
    """The mean of each column, with its 95% percentile interval from a bootstrap over rows, whose
    seed is fixed.

    Args:
        values: float (n, m), n at least 1; whole rows are drawn.
    """
    from scipy.stats import bootstrap

    mean = values.mean(axis=0)
    if len(values) < 2:
        return [Figure(float(value), None, None) for value in mean]
    drawn = bootstrap(
        (values,),
        np.mean,
        axis=0,
        vectorized=True,
        n_resamples=RESAMPLES,
        method="percentile",
        batch=max(1, _BATCH // values.size),
        random_state=np.random.default_rng(SEED),
    ).confidence_interval
    return [
        Figure(float(v), float(a), float(b))
        for v, a, b in zip(mean, np.atleast_1d(drawn.low), np.atleast_1d(drawn.high))
    ]


def measures(k: int) -> tuple[str, ...]:
    """The names of the columns of :func:`measured`: hit at 1, at 5 and at k, the others at k."""
    return (*(f"hit@{depth}" for depth in _depths(k)), f"recall@{k}", f"mrr@{k}", f"ndcg@{k}")


def measured(
    found: Sequence[Sequence[object]], relevant: Sequence[Mapping[Any, int]], k: int
) -> np.ndarray:
    """Each measure of each question: float (n, m), with the columns of :func:`measures`.

    Args:
        found: for each question the articles found, best first, without repetition; the first k
            count.
        relevant: for each question the relevant articles with their grades, from 1; without any,
            every measure is 0.
        k: depth of the ranking, 1 or more.

    Raises:
        UsageError: pytrec_eval is not installed.
    """
    successes = [f"success_{depth}" for depth in _depths(k)]
    columns = [*successes, f"recall_{k}", "recip_rank", f"ndcg_cut_{k}"]
    # trec_eval sorts by score, so the score is the negative rank. It has no cutoff for the
    # reciprocal rank, so the list is cut at k here.
    judged, run = {}, {}
    for number, (row, wanted) in enumerate(zip(found, relevant, strict=True)):
        if len(row) and wanted:
            judged[str(number)] = {str(article): grade for article, grade in wanted.items()}
            run[str(number)] = {str(a): float(-place) for place, a in enumerate(row[:k])}
    values = evaluator_class()(judged, set(columns)).evaluate(run) if run else {}
    out = np.zeros((len(found), len(columns)))
    for name, row in values.items():
        out[int(name)] = [row[column] for column in columns]
    return out


def percentiles(ms: Sequence[float], shares: Sequence[int], digits: int) -> dict[str, float]:
    """Percentiles of times in milliseconds, rounded to some ``digits``: {"p50": 2.3, ...}."""
    times = np.percentile(ms, shares)
    return {f"p{share}": round(float(one), digits) for share, one in zip(shares, times)}


def _depths(k: int) -> list[int]:
    return sorted({1, min(5, k), k})


def evaluator_class() -> type:
    """The evaluator class of pytrec_eval. Raises UsageError if that is not installed."""
    try:
        with extra():
            from pytrec_eval import RelevanceEvaluator
    except UsageError as error:
        raise UsageError(
            f"{error}; Linux on ARM has no ready-made build of it: pip install"
            " pytrec-eval-terrier, with a C compiler, makes one"
        ) from error
    return RelevanceEvaluator
