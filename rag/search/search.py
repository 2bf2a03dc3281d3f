"""From a question to hits: candidates, fused scores, highlights."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from rag.index import Snapshot
from rag.search.candidates import Candidates, balanced, candidates
from rag.search.highlight import highlights
from rag.search.match import graded
from rag.search.query import Query, analyse
from rag.search.types import Filters, Fusion, Hit

@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first, and what they took.

    Attributes:
        hits: at most k.
        ms: milliseconds by step: "query", "candidates", "hits", "total".
    """

    hits: tuple[Hit, ...]
    ms: dict[str, float]


def search(
    snapshot: Snapshot, question: str, k: int = 10, filters: Filters = Filters(), per_article: int = 1, fusion: Fusion = Fusion()
) -> SearchResult:
    """The passages that fit a question best, in either language.

    Args:
        snapshot: an open index.
        question: Chinese or English, at most 2,000 characters.
        k: number of hits, at least 1.
        filters: restrict the articles; applied before candidates are chosen.
        per_article: how many passages of one article may be among the hits. With 1, k hits are k articles.
        fusion: what each part of the score weighs.

    Raises:
        UsageError: the question is empty or too long.
    """
    began = time.perf_counter()
    query = analyse(question, snapshot.model, snapshot.embedder)
    analysed = time.perf_counter()
    found = candidates(snapshot, query, filters, fusion=fusion)
    scored = time.perf_counter()
    langs = snapshot.columns.lang[found.articles].astype(str)
    score = balanced(found.score, langs, found.articles) if fusion.balanced else found.score
    order = np.argsort(-score, kind="stable")
    taken: dict[int, int] = {}
    hits: list[Hit] = []
    for place in order.tolist():
        article = int(found.articles[place])
        if taken.get(article, 0) < per_article:
            taken[article] = taken.get(article, 0) + 1
            hits.append(hit(snapshot, query, found, place))
            if len(hits) == k:
                break
    ended = time.perf_counter()
    steps = {"query": analysed - began, "candidates": scored - analysed, "hits": ended - scored, "total": ended - began}
    return SearchResult(tuple(hits), {name: round(seconds * 1000, 3) for name, seconds in steps.items()})


def support(query: Query, best: np.ndarray, lang: str) -> float:
    """Share (0 to 1) of the weight of the question's content words that a passage matches.

    Args:
        query: the question.
        best: (n,) best cosine of each token of the question in the passage.
        lang: language of the passage.
    """
    weights = query.weights * query.content
    total = weights.sum()
    if not total:
        return 0.0
    return float(weights @ graded(best, query.latin[: len(best)] == (lang == "zh")) / total)


def hit(snapshot: Snapshot, query: Query, found: Candidates, place: int) -> Hit:
    """The candidate at a position of ``found`` as a hit, with highlights."""
    passage = snapshot.passages[int(found.rows[place])]
    article = snapshot.article(int(passage.article_row))
    start, end = int(passage.start), int(passage.end)
    text = article.text[start:end]
    parts = {name: round(float(getattr(found, name)[place]), 4) for name in ("dense", "lexical", "late")}
    return Hit(article.id, article.title, article.date, article.source, article.url, article.lang, start, end, text,
               round(float(found.score[place]), 4), round(support(query, found.best[:, place], article.lang), 4),
               parts, highlights(query, snapshot.model, text, start))
