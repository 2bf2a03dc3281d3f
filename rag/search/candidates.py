"""Passages worth a look, each with the parts of its score.

Where the corpus is small every passage is scored. Beyond that three sides each propose passages,
per language (where a corpus holds several, those of the question's own language would otherwise
crowd out the others): dense, lexical, and expansion: the passages that hold the words of the
question or their nearest neighbours in the vocabulary, which are translations, each word counted
once. The last is late interaction cut down to what an inverted index can give.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from rag.index import Snapshot
from rag.index.proposals import Wanted
from rag.question.query import Query
from rag.search.filters import allowed_articles
from rag.search.late import all_passages, best_cosines, tokens_of
from rag.search.types import Filters, Fusion

PROPOSALS_PER_SIDE = 200  # proposals of each side and language
# Passages in which phrases are looked for: below the best of these the others are too far behind
# for a phrase to help.
_PHRASE_DEPTH = 64
# Between languages a match counts up to this and no further: in an article that gives a name in
# both languages the untranslated one would match perfectly, and outweigh all the other words of a
# better article.
_MAX_CROSS_LANGUAGE_MATCH = 0.6
# And the lexical share of an article in another language counts for this: a name, a figure.
_CROSS_LANGUAGE_LEXICAL_WEIGHT = 1 / 3
# Words of one language match exactly, those of another only nearly, so that the best passages of
# another language have lower scores: times the slope and less the shift they are as likely the
# right ones as those of the question's own language with the same score. Fitted to 7,000 training
# questions over 32,000 articles of both languages they are 2.55 and .77 (listwise softmax); with
# .9, fewer questions lose the version in their own language where a corpus has both
# (docs/architecture.md).
CROSS_LANGUAGE_SLOPE, CROSS_LANGUAGE_SHIFT = 2.5, 0.9


@dataclass(frozen=True, slots=True)
class Candidates:
    """Scored passages; arrays run in parallel, in the order of the passages.

    Attributes:
        rows: passage numbers (m,).
        articles: article row of each (m,).
        best: float32 (n, m), the best cosine of each token of the question in each passage.
        dense, late, lexical: the parts of the score (m,): cosine; weighted mean of ``best``; share
            of the largest BM25 that a passage could reach for this question, so that a stray name
            or number counts for little where the other words can match nothing.
        phrase: share of the question's neighbouring words that are neighbours in the passage too
            (m,), of the best.
        score: the parts fused (m,), comparable between languages.
    """

    rows: np.ndarray
    articles: np.ndarray
    best: np.ndarray
    dense: np.ndarray
    late: np.ndarray
    lexical: np.ndarray
    phrase: np.ndarray
    score: np.ndarray


def candidates(
    snapshot: Snapshot,
    query: Query,
    filters: Filters | np.ndarray = Filters(),
    per_side: int = PROPOSALS_PER_SIDE,
    fusion: Fusion = Fusion(),
    beside: np.ndarray | None = None,
) -> Candidates:
    """The passages that may answer the question, with their scores.

    Args:
        snapshot: the index.
        query: the question.
        filters: passages of other articles are not considered at all; or the articles themselves,
            bool (n_articles,).
        per_side: how many the dense and the lexical side propose for each language, in a large
            corpus.
        fusion: what each part of the score weighs.
        beside: numbers of passages that are scored beside those proposed, in a large corpus.
    """
    of_article = snapshot.passages.article_row
    keep = filters if isinstance(filters, np.ndarray) else allowed_articles(snapshot, filters)
    allowed = None if keep.all() else keep[of_article]
    pool = all_passages(snapshot)
    if pool is None:
        wanted = _wanted(snapshot, query, per_side, fusion.expansion)
        found = snapshot.propose(replace(wanted, allowed=allowed, beside=beside))
        rows, ids, starts = tokens_of(snapshot, found.rows)
        best = best_cosines(snapshot.model, query, ids, starts)
        words = found.words[found.rows.searchsorted(rows)]
    else:
        inside = slice(None) if allowed is None else allowed[pool.rows]
        best, rows = pool.best(query)[:, inside], pool.rows[inside]
        words = snapshot.lexical(*_texts(query))[rows]
    articles = of_article[rows]
    cross = foreign(snapshot, query.lang)[articles]
    counted = _counted(best, cross)
    late = query.weights @ counted
    dense = snapshot.vectors(rows) @ query.dense
    lexical = words * np.where(cross, _CROSS_LANGUAGE_LEXICAL_WEIGHT, 1.0).astype(np.float32)
    together = _of_article(query.weights, counted, articles)
    score = fusion.dense * dense + fusion.late * late + fusion.lexical * lexical
    score += fusion.article * together
    side_by_side = np.zeros(len(rows), np.float32)
    if fusion.phrase:
        side_by_side = phrases(snapshot, query, rows, score)
    score = score + fusion.phrase * side_by_side
    if fusion.balanced:
        score = np.where(cross, CROSS_LANGUAGE_SLOPE * score - CROSS_LANGUAGE_SHIFT, score)
    return Candidates(
        rows, articles, best, dense, late, lexical, side_by_side, score.astype(np.float32)
    )


def _wanted(snapshot: Snapshot, query: Query, per_side: int, with_expansion: bool) -> Wanted:
    """What the search asks of the index."""
    wordings = tuple(map(snapshot.features_of, _texts(query)))
    near = tuple(_expansion(snapshot, query)) if with_expansion else None
    return Wanted(query.dense, wordings, near, per_side)


def _texts(query: Query) -> list[str]:
    """A question in its own words, and in others where there are some."""
    return [query.text, query.other] if query.other else [query.text]


def _expansion(snapshot: Snapshot, query: Query) -> Iterator[tuple[float, np.ndarray, np.ndarray]]:
    """For each word of the question its weight, its nearest neighbours, the nearest last, and their
    cosines.
    """
    rows_of = np.bincount(query.whole, minlength=len(query.ids))
    shares = query.weights[query.whole] / rows_of[query.whole]
    asked = np.flatnonzero(query.row_content)
    if not len(asked):
        return
    words = query.row_ids[asked]
    near = [snapshot.model.neighbours(word)[::-1] for word in words.tolist()]
    # One product for all words is far faster than one for each.
    cosines = snapshot.model.between(words, np.concatenate(near))
    ends = np.cumsum([len(tokens) for tokens in near])
    for number, (row, tokens, end) in enumerate(zip(asked.tolist(), near, ends.tolist())):
        yield shares[row], tokens, cosines[number, end - len(tokens) : end]


def foreign(snapshot: Snapshot, lang: str) -> np.ndarray:
    """bool (n_articles,): the articles of another language."""
    names, of_article = snapshot.lang_codes
    return np.array([name != lang for name in names], bool)[of_article]


def _counted(best: np.ndarray, cross: np.ndarray) -> np.ndarray:
    """Best cosines (n, m) as they count in the score, given which passages are of another language
    (m,).
    """
    if not cross.any():
        return best
    return np.where(cross, np.minimum(best, _MAX_CROSS_LANGUAGE_MATCH), best)


def _of_article(weights: np.ndarray, best: np.ndarray, articles: np.ndarray) -> np.ndarray:
    """Late interaction with all passages of an article together, for each of its passages."""
    if not len(articles):
        return np.zeros(0, np.float32)
    first = np.flatnonzero(np.r_[True, articles[1:] != articles[:-1]])
    together = weights @ np.maximum.reduceat(best, first, axis=1)
    return np.repeat(together, np.diff(np.r_[first, len(articles)]))


def phrases(snapshot: Snapshot, query: Query, rows: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Share (0 to 1) of the question's neighbouring tokens, by weight, that are neighbours in a
    passage too.

    Sequential dependence, ordered pairs only (Metzler & Croft 2005, "A Markov random field model
    for term dependencies").

    Args:
        snapshot: the index.
        query: the question.
        rows: passage numbers (m,).
        score: what the passages score without (m,); all but the best ``_PHRASE_DEPTH`` get 0.

    Returns:
        float32 (m,).
    """
    out = np.zeros(len(rows), np.float32)
    ids = query.ids.astype(np.int64)
    worth = query.weights[:-1] + query.weights[1:]
    total = float(worth.sum())
    if len(ids) < 2 or not total:
        return out
    size = snapshot.model.size
    pairs, number = np.unique(ids[:-1] * size + ids[1:], return_inverse=True)
    shares = np.bincount(number, worth) / total
    top = (
        np.argpartition(-score, _PHRASE_DEPTH)[:_PHRASE_DEPTH]
        if len(score) > _PHRASE_DEPTH
        else np.arange(len(score))
    )
    tokens = snapshot.tokens(rows[top].tolist())
    ids = np.concatenate([*tokens, [0]])
    found = ids[:-1] * size + ids[1:]
    owner = np.repeat(np.arange(len(tokens)), [len(one) for one in tokens])
    at = np.minimum(pairs.searchsorted(found), len(pairs) - 1)
    inside = np.append(owner[1:] == owner[:-1], False)[: len(found)] & (pairs[at] == found)
    present = np.zeros((len(tokens), len(pairs)), bool)
    present[owner[inside], at[inside]] = True
    out[top] = (present * shares).sum(axis=1)
    return out
