"""Which passages of an index are worth a look for a question: the best of each side, by language.

The sides are dense, lexical and expansion (the passages that hold the words of the question or
their nearest neighbours in the vocabulary). A corpus that lies in several shards is asked shard by
shard, with the frequencies of the whole; the best of all shards together are those of one index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rag.index.snapshot import Snapshot
    from rag.index.vectors import Ranked

_MANY = 3  # a word that occurs in more than an eighth of the passages is a frequent one
_GROUPS = 16  # groups of passages, for each that is sought, of which the best are looked at first


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What is asked of an index.

    Attributes:
        dense: the question's vector (dim,).
        wordings: the features of the question in each of its wordings (uint64), ascending, each
            once; the best counts.
        expansion: for each word of the question what it weighs, the tokens near it, the nearest
            last, and their cosines; None for a search without this side.
        per_side: how many passages each side proposes for each language.
        allowed: bool (n_passages,); others are not considered.
        beside: passages that are scored in any case, ascending.
    """

    dense: np.ndarray
    wordings: tuple[np.ndarray, ...]
    expansion: tuple[tuple[float, np.ndarray, np.ndarray], ...] | None
    per_side: int
    allowed: np.ndarray | None = None
    beside: np.ndarray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CorpusStatistics:
    """What is known of the whole corpus, of which an index may be a part.

    Attributes:
        passages: how many there are.
        average: how many features one has on average.
        frequencies: for each wording the number of passages that hold each of its features, int64.
    """

    passages: int
    average: float
    frequencies: tuple[np.ndarray, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Proposals:
    """What an index proposes.

    Attributes:
        rows: passage numbers, ascending (m,).
        words: the lexical share of each: BM25 over what no passage could exceed (m,), float32.
        best: by language and side, the passages proposed and their scores.
        beside: passages that were asked for, among ``rows``.
    """

    rows: np.ndarray
    words: np.ndarray
    best: dict[tuple[str, int], Ranked]
    beside: np.ndarray


def propose(snapshot: Snapshot, wanted: Wanted, whole: CorpusStatistics) -> Proposals:
    """The passages of one index that its sides propose; ``whole`` is what is known of the corpus."""
    words = snapshot.shares(wanted.wordings, whole)
    sides = [words] if wanted.expansion is None else [words, _expansion(snapshot, wanted.expansion)]
    langs, best = snapshot.lang_codes[0], {}
    for number, lang in enumerate(langs):
        mask = wanted.allowed
        if len(langs) > 1:
            in_lang = snapshot.passage_langs == number
            mask = in_lang if mask is None else mask & in_lang
        best[lang, 0] = snapshot.dense(wanted.dense, wanted.per_side, mask)
        for side, scores in enumerate(sides, 1):
            allowed_scores = scores if mask is None else np.where(mask, scores, np.float32(0))
            found = _promising(allowed_scores, wanted.per_side)
            best[lang, side] = _top(found, scores[found], wanted.per_side)
    beside = np.zeros(0, np.int64) if wanted.beside is None else wanted.beside
    rows = np.unique(np.concatenate([beside, *(rows for rows, _ in best.values())]))
    rows = rows.astype(np.int64)
    return Proposals(rows, words[rows], best, beside)


def merged(parts: Sequence[tuple[int, Proposals]], per_side: int) -> Proposals:
    """What the shards of a corpus propose together: the best of each side.

    Args:
        parts: the first passage of each shard, ascending, and what it proposes.
        per_side: how many each side proposes for each language.
    """
    best: dict[tuple[str, int], Ranked] = {}
    for key in dict.fromkeys(key for _, part in parts for key in part.best):
        parts_of_key = [(part.best[key], first) for first, part in parts if key in part.best]
        rows = np.concatenate([rows + first for (rows, _), first in parts_of_key])
        scores = np.concatenate([scores for (_, scores), _ in parts_of_key])
        best[key] = _top(rows, scores, per_side)
    beside = np.concatenate([part.beside + first for first, part in parts])
    rows = np.unique(np.concatenate([beside, *(rows for rows, _ in best.values())]))
    rows = rows.astype(np.int64)
    every = np.concatenate([part.rows + first for first, part in parts])
    words = np.concatenate([part.words for _, part in parts])
    return Proposals(rows, words[np.searchsorted(every, rows)], best, beside)


def _expansion(
    snapshot: Snapshot, near: Sequence[tuple[float, np.ndarray, np.ndarray]]
) -> np.ndarray:
    """Late interaction with each word's nearest neighbours only, float32 (n_passages,)."""
    total, best = np.zeros((2, snapshot.n_passages), np.float32)
    for share, tokens, cosines in near:
        lists = [snapshot.holding(token) for token in tokens.tolist()]
        for rows, cosine in zip(lists, cosines):  # the nearest overwrites the others
            best[rows] = cosine
        # A passage that holds several of them is there several times, with the same sum. A word of
        # many passages is added to all sooner than to each.
        is_sparse = sum(map(len, lists)) <= len(total) >> _MANY
        at: np.ndarray | slice = np.concatenate(lists) if is_sparse else slice(None)
        some = best[at]
        total[at] += np.multiply(some, share, out=some)
        best[at] = 0
    return total


def _promising(scores: np.ndarray, count: int) -> np.ndarray:
    """The rows with a score above 0, less many that are not among the best ``count``."""
    groups, least = _GROUPS * count, np.float32(0)
    if len(scores) >= groups:
        tops = scores[: len(scores) // groups * groups].reshape(-1, groups).max(axis=0)
        # As many scores as there are groups with such a maximum reach it.
        least = np.partition(tops, -count)[-count]
    return np.flatnonzero(scores >= least if least > 0 else scores > 0)


def _top(rows: np.ndarray, scores: np.ndarray, count: int) -> Ranked:
    """The rows with the largest scores, at most ``count``; of equal scores the first rows."""
    if len(rows) > count:
        least = np.partition(scores, len(scores) - count)[len(scores) - count]
        above = np.flatnonzero(scores > least)
        level = np.flatnonzero(scores == least)[: count - len(above)]
        chosen = np.concatenate([above, level])
        rows, scores = rows[chosen], scores[chosen]
    return rows, scores
