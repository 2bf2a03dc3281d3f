"""Quotes: how much of a sentence is shown, and the check that it is verbatim."""

from __future__ import annotations

import hashlib

import numpy as np

from rag.answer.evidence import Evidence
from rag.answer.types import Citation
from rag.corpus import Article, clauses
from rag.embed.static import StaticModel
from rag.errors import IndexCorrupt
from rag.search.highlight import highlights
from rag.question.query import Query

LONGEST = {"zh": 170, "en": 340}  # a sentence up to this is quoted whole; characters, by language


def longest(article: Article) -> int:
    """How many characters of an article are quoted at once, by its language."""
    return LONGEST["zh" if article.lang in ("zh", "ja") else "en"]


def quote_span(evidence: Evidence, keep: tuple[int, int], weights: np.ndarray) -> tuple[int, int]:
    """The part of a sentence to quote: all of it, or where it is long the clauses that bear the answer.

    Args:
        evidence: the sentence.
        keep: what must be in the quote (offsets), such as the value.
        weights: of the question's tokens; neighbouring clauses that support more are added first.
    """
    limit = longest(evidence.view.article)
    if evidence.end - evidence.start <= limit:
        return evidence.start, evidence.end
    parts = clauses(evidence.view.article.text, evidence.start, evidence.end)
    worth = [float(weights @ evidence.view.matched(*part)) for part in parts]
    inside = [i for i, (a, b) in enumerate(parts) if a < keep[1] and b > keep[0]] or [int(np.argmax(worth))]
    first, last = inside[0], inside[-1]
    while first > 0 or last < len(parts) - 1:
        before = worth[first - 1] if first > 0 and parts[last][1] - parts[first - 1][0] <= limit else -1.0
        after = worth[last + 1] if last < len(parts) - 1 and parts[last + 1][1] - parts[first][0] <= limit else -1.0
        if max(before, after) < 0:
            break
        # What comes first names the subject: on a tie it is the better company.
        if before >= after:
            first -= 1
        else:
            last += 1
    return parts[first][0], parts[last][1]


def best_clause(evidence: Evidence, weights: np.ndarray) -> tuple[int, int]:
    """The clause of a sentence that supports the question most."""
    parts = clauses(evidence.view.article.text, evidence.start, evidence.end) or [(evidence.start, evidence.end)]
    return max(parts, key=lambda part: float(weights @ evidence.view.matched(*part)))


def cite(query: Query, model: StaticModel, evidence: Evidence, span: tuple[int, int], marks: tuple[tuple[int, int], ...] = ()) -> Citation:
    """A citation of a span of the article that the evidence stands in."""
    article, (start, end) = evidence.view.article, span
    quote = article.text[start:end]
    return Citation(identity(article.id, start, quote), article.id, start, end, quote, article.title, article.date, article.source,
                    article.url, article.lang, evidence.view.start, evidence.view.end,
                    tuple(sorted({m for m in marks if start <= m[0] and m[1] <= end})), highlights(query, model, quote, start), article.page(start))


def cite_best(query: Query, model: StaticModel, evidence: Evidence, weights: np.ndarray) -> Citation:
    """A citation of a sentence, or where it is long of what surrounds its best clause."""
    return cite(query, model, evidence, quote_span(evidence, best_clause(evidence, weights), weights))


def identity(article_id: str, start: int, quote: str) -> str:
    """Ten hex digits that name a quote for good."""
    return hashlib.sha256(f"{article_id}\0{start}\0{quote}".encode()).hexdigest()[:10]


def verify(citation: Citation, article: Article) -> None:
    """Raises IndexCorrupt unless the quote is what stands in the article, to the character."""
    if article.text[citation.start : citation.end] != citation.quote or not citation.quote:
        raise IndexCorrupt(f"expected {article.id} to hold the quote at {citation.start}, but it holds another text: "
                           "run `yinju verify`, then `yinju rollback` or `yinju build`")
