"""Which articles mention a thing, and which are about it in other words or the other language."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rag.corpus.place_names import place_named
from rag.errors import UsageError
from rag.index import Snapshot
from rag.index.named import naming_places
from rag.question.publishers import sources_named
from rag.question.query import Query, analyse
from rag.search.candidates import Candidates, candidates
from rag.search.match import graded

# Share of the weight of a thing's words that a passage must match to be about it. Of the things
# asked about in benchmarks/corpus_questions.jsonl of the dozen articles of
# tests/shared/small_news.py, .7 and .8 find the same articles and .6 a wrong one more; .8 leaves
# room for larger corpora, on which it was not measured.
_MIN_WEIGHT_SHARE = 0.8
# Articles whose text is compared word by word; where more hold all words, they count as they are.
_MAX_ARTICLES_COMPARED = 500


@dataclass(frozen=True, slots=True, eq=False)
class Mentions:
    """Articles by what they have to do with a thing.

    Attributes:
        named: bool (n_articles,): they hold its words, name the place, or are of the publisher.
        near: bool (n_articles,): they are about it in other words, or in the other language.
    """

    named: np.ndarray
    near: np.ndarray


def mentions(snapshot: Snapshot, thing: str, allowed: np.ndarray) -> Mentions:
    """The articles among those allowed that mention a thing: words, a place or a publisher."""
    none = np.zeros(snapshot.n_articles, bool)
    names, of_article = snapshot.source_codes
    if known := sources_named(thing, names):
        return Mentions(np.isin(names, known)[of_article] & allowed, none)
    try:
        return Mentions(naming_places(snapshot, [place_named(thing)]) & allowed, none)
    except UsageError:  # no place, or several of one name
        named = holding(snapshot, thing) & allowed
    return Mentions(named, about(snapshot, thing, allowed) & ~named)


def holding(snapshot: Snapshot, thing: str) -> np.ndarray:
    """bool (n_articles,): the articles in which the words stand side by side, in either number."""
    keep = np.zeros(snapshot.n_articles, bool)
    forms = {thing, thing.removesuffix("s"), f"{thing}s"} if thing[-1:].isascii() else {thing}
    for form in forms:
        passages = snapshot.holding_words(form)
        rows = np.unique(snapshot.passages.article_row[passages]).tolist()
        if len(rows) <= _MAX_ARTICLES_COMPARED:
            normalized = snapshot.model.normalize(form)
            rows = [
                row
                for row, article in snapshot.articles(rows).items()
                if normalized in snapshot.model.normalize(f"{article.title}\n{article.text}")
            ]
        keep[rows] = True
    return keep


def about(snapshot: Snapshot, thing: str, allowed: np.ndarray) -> np.ndarray:
    """bool (n_articles,): the articles with a passage that matches nearly all that is said."""
    keep = np.zeros(snapshot.n_articles, bool)
    query = analyse(thing, snapshot.model, snapshot.embedder)
    if not query.content.any() or not allowed.any():
        return keep
    found = candidates(snapshot, query, allowed)
    keep[found.articles[shares(snapshot, query, found) >= _MIN_WEIGHT_SHARE]] = True
    return keep & allowed


def shares(snapshot: Snapshot, query: Query, found: Candidates) -> np.ndarray:
    """float32 (m,): the share of a thing's weight that each passage found for it matches, 0 to
    1.
    """
    weights = query.weights * query.content
    chinese = np.array([lang == "zh" for lang in snapshot.lang_codes[0]], bool)
    cross = chinese[snapshot.lang_codes[1][found.articles]] == query.latin[: len(weights), None]
    return weights @ graded(found.best[: len(weights)], cross) / max(weights.sum(), 1e-9)
