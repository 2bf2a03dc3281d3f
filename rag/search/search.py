"""From a question to hits: candidates, fused scores, highlights."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.corpus import body_start
from rag.embed import Reranker
from rag.index import Snapshot
from rag.question.query import Query, query_of
from rag.search.candidates import Candidates, candidates
from rag.search.highlight import highlights
from rag.search.located import locate, passage_texts
from rag.search.match import graded
from rag.search.rerank import RERANK_DEPTH, rerank
from rag.search.types import Filters, Fusion, Hit

_PARTS = ("dense", "lexical", "late", "phrase")


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first, and what they took.

    Attributes:
        hits: at most k.
        ms: milliseconds by step: "query", "candidates", "rerank" where there is a reranker, "hits",
            "total".
    """

    hits: tuple[Hit, ...]
    ms: dict[str, float]


def search(
    snapshot: Snapshot,
    question: str,
    k: int = 10,
    filters: Filters = Filters(),
    per_article: int = 1,
    fusion: Fusion = Fusion(),
    reranker: Reranker | None = None,
) -> SearchResult:
    """The passages that fit a question best, in either language.

    Args:
        snapshot: an open index.
        question: Chinese or English, at most 2,000 characters.
        k: number of hits, at least 1.
        filters: restrict the articles; applied before candidates are chosen.
        per_article: how many passages of one article may be among the hits. With 1, k hits are k
            articles.
        fusion: what each part of the score weighs.
        reranker: reads the best 30 passages, and what else would be a hit, and orders them anew.

    Raises:
        UsageError: the question is empty or too long.
        ModelError: the reranker fails.
    """
    began = time.perf_counter()
    query = query_of(snapshot, question)
    analysed = time.perf_counter()
    found = candidates(snapshot, query, filters, fusion=fusion)
    scored = time.perf_counter()
    order = np.argsort(-found.score, kind="stable")
    places = _some(order.tolist(), found.articles, k, per_article)
    steps = {"query": analysed - began, "candidates": scored - analysed}
    read: dict[int, float] = {}
    if reranker is not None:
        # All that may be a hit is read, or hits would be ordered by two kinds of score.
        wanted = list(dict.fromkeys([*order[:RERANK_DEPTH].tolist(), *places]))
        read = rerank(snapshot, query, found, wanted, reranker)
        places = _some(read, found.articles, k, per_article)
        steps["rerank"] = time.perf_counter() - scored
    listed = time.perf_counter()
    hits = hits_of(snapshot, query, found, places)
    hits = [_as_read(one, read.get(place)) for place, one in zip(places, hits)]
    ended = time.perf_counter()
    steps |= {"hits": ended - listed, "total": ended - began}
    return SearchResult(tuple(hits), {name: round(1000 * took, 3) for name, took in steps.items()})


def _some(order: Iterable[int], articles: np.ndarray, k: int, per_article: int) -> list[int]:
    """The first k positions with at most ``per_article`` of one article."""
    taken: dict[int, int] = {}
    out: list[int] = []
    for place in order:
        article = int(articles[place])
        if taken.get(article, 0) < per_article:
            taken[article] = taken.get(article, 0) + 1
            out.append(place)
            if len(out) == k:
                break
    return out


def _as_read(found: Hit, score: float | None) -> Hit:
    """The hit with the reranker's score, where it has one, as its score; the fused one stays among
    the parts.
    """
    if score is None:
        return found
    score = round(score, 6)
    parts = {**found.parts, "fused": found.score, "rerank": score}
    return dataclasses.replace(found, score=score, parts=parts)


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


def hits_of(
    snapshot: Snapshot, query: Query, found: Candidates, places: Sequence[int]
) -> list[Hit]:
    """The candidates at some positions of ``found`` as hits, with highlights."""
    rows = found.rows[list(places)].tolist()
    bounds = snapshot.passages[rows].tolist()
    articles = snapshot.articles(row for row, _, _ in bounds)
    tokens = locate(snapshot, rows, passage_texts(bounds, articles))
    stories = _stories(snapshot, list(articles))
    out = []
    for number, (place, (row, start, end)) in enumerate(zip(places, bounds)):
        article = articles[row]
        text = article.text[start:end]
        parts = {name: round(float(getattr(found, name)[place]), 4) for name in _PARTS}
        text_tokens = tokens.behind(number, body_start(article, start))
        out.append(
            Hit(
                article.id,
                article.title,
                article.date,
                article.source,
                article.url,
                article.lang,
                start,
                end,
                text,
                round(float(found.score[place]), 4),
                round(support(query, found.best[:, place], article.lang), 4),
                parts,
                highlights(query, snapshot.model, text, start, text_tokens),
                article.page(start),
                article.recognised(start),
                stories.get(row, ""),
            )
        )
    return out


def _stories(snapshot: Snapshot, rows: list[int]) -> dict[int, str]:
    """For each of some articles whose story another tells, too, the id of the first that does."""
    first = {row: int(snapshot.stories[row]) for row in rows if snapshot.retold[row]}
    wanted = list(dict.fromkeys(first.values()))
    ids = dict(zip(wanted, (one[0] for one in snapshot.listed(wanted, 0)), strict=True))
    return {row: ids[story] for row, story in first.items()}
