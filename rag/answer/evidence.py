"""Sentences of the candidates as evidence: how much of the question each one supports.

A word of the question counts as matched by the best cosine to a word of the sentence, and to a lesser
degree by the sentence's surroundings (title, the sentences of its passage), since news names its subject
once. Words that every sentence matches tell nothing apart and weigh less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rag.corpus import Article, sentences
from rag.index import Snapshot
from rag.search.candidates import Candidates
from rag.search.match import graded
from rag.search.query import Query

CONTEXT = 0.6  # what a match in the neighbouring sentences is worth beside one in the sentence itself
LEAD = 160  # characters within which the lead sentence is sought
TOPIC = 0.85  # and one in the title or the lead: what an article is about holds for all of its sentences


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A passage with its tokens matched against the question.

    Attributes:
        article: the article; ``row`` its row.
        start, end: the passage in ``article.text``.
        spans: int (t, 2), offsets of the tokens in ``article.text``.
        query: the question.
        match: float32 (n + p, t), 0 to 1: how well each token matches each row of ``query.vectors``.
        topic: float32 (n,), the same for the title and the lead sentence together.
        rank: fused score of the passage, 0 (worst candidate) to 1 (best).
    """

    article: Article
    row: int
    start: int
    end: int
    spans: np.ndarray
    query: Query
    match: np.ndarray
    topic: np.ndarray
    rank: float

    def inside(self, start: int, end: int) -> np.ndarray:
        """bool (t,): the tokens between two offsets."""
        return (self.spans[:, 0] >= start) & (self.spans[:, 1] <= end)

    def touched(self, start: int, end: int) -> np.ndarray:
        """float32 (n,): best match of each token of the question to one that reaches into two offsets."""
        part = self.match[:, (self.spans[:, 0] < end) & (self.spans[:, 1] > start)]
        return self.query.fold(part.max(axis=1)) if part.shape[1] else np.zeros(len(self.query.ids), np.float32)

    def matched(self, start: int, end: int) -> np.ndarray:
        """float32 (n,): best match of each token of the question between two offsets."""
        part = self.match[:, self.inside(start, end)]
        return self.query.fold(part.max(axis=1)) if part.shape[1] else np.zeros(len(self.query.ids), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A sentence and what it supports.

    Attributes:
        view: the passage it stands in.
        start, end: the sentence in ``article.text``.
        own: float32 (n,), matches within the sentence; ``matched`` with its surroundings.
        support: 0 to 1, share of the question's content that ``matched`` covers.
        score: by which evidence is ranked.
    """

    view: View
    start: int
    end: int
    own: np.ndarray
    matched: np.ndarray
    support: float
    score: float

    @property
    def text(self) -> str:
        return self.view.article.text[self.start : self.end]


def views(snapshot: Snapshot, query: Query, found: Candidates, places: np.ndarray) -> list[View]:
    """The candidates at some positions of ``found``, read and matched."""
    if not len(places):
        return []
    model = snapshot.model
    low, high = float(found.score.min()), float(found.score.max())
    articles = {row: snapshot.article(row) for row in dict.fromkeys(found.articles[places].tolist())}
    passages = [snapshot.passages[row] for row in found.rows[places].tolist()]
    texts = [articles[int(p.article_row)].text[p.start : p.end] for p in passages]
    leads = {row: next(iter(sentences(a.text, 0, min(LEAD, len(a.text)))), (0, 0)) for row, a in articles.items()}
    located = model.fine_spans([*texts, *(f"{a.title}\n{a.text[slice(*leads[row])]}" for row, a in articles.items())])
    topics = {row: _whole(query, model, ids) for row, (ids, _) in zip(articles, located[len(texts) :])}
    out = []
    for place, passage, (ids, spans) in zip(places.tolist(), passages, located):
        row, start = int(passage.article_row), int(passage.start)
        rank = (float(found.score[place]) - low) / (high - low) if high > low else 1.0
        out.append(View(articles[row], row, start, int(passage.end), spans + start, query, _match(query, model, ids), topics[row], rank))
    return out


def _whole(query: Query, model, ids: np.ndarray) -> np.ndarray:
    if not len(ids) or not len(query.ids):
        return np.zeros(len(query.ids), np.float32)
    return query.fold(_match(query, model, ids).max(axis=1))


def _match(query: Query, model, ids: np.ndarray) -> np.ndarray:
    cross = query.latin[:, None] != model.latin[ids][None]
    return graded(query.vectors @ model.token_vectors(ids)[0].T, cross)


def weigh(query: Query, content: np.ndarray, matches: np.ndarray) -> np.ndarray:
    """Weights of the question's tokens, summing to 1 over its content.

    Args:
        query: the question.
        content: bool (n,), the tokens that need support.
        matches: (s, n), the matches of all sentences, from which common words are told.
    """
    weights = np.where(content, query.weights, 0).astype(np.float32)
    if len(matches) > 1:
        frequency = matches.sum(axis=0)
        rarity = np.log(1 + len(matches) / (frequency + 0.5)) / np.log(1 + len(matches) / 0.5)
        weights = weights * (0.2 + 0.8 * rarity)
    total = weights.sum()
    return weights / total if total > 0 else weights


def gather(query: Query, seen: list[View], content: np.ndarray) -> tuple[list[Evidence], np.ndarray]:
    """All sentences of the passages as evidence, best first, and the weights of the question's tokens."""
    raw = []
    for view in seen:
        spans = sentences(view.article.text, view.start, view.end)
        own = [view.matched(*span) for span in spans]
        for number, span in enumerate(spans):
            near = [own[i] for i in (number - 2, number - 1, number + 1) if 0 <= i < len(own)]
            around = np.maximum.reduce([own[number], TOPIC * view.topic, *(CONTEXT * one for one in near)])
            raw.append((view, span, own[number], around))
    if not raw:
        return [], weigh(query, content, np.zeros((0, len(query.ids))))
    weights = weigh(query, content, np.stack([own for _, _, own, _ in raw]))
    out = [Evidence(view, *span, own, matched, float(weights @ matched),
                    # What repeats the topic of its article is no better for it than what says something of it.
                    float(weights @ matched + 0.5 * weights @ (own * (1 - 0.7 * view.topic)) + 0.3 * view.rank))
           for view, span, own, matched in raw]
    out.sort(key=lambda e: (-e.score, e.view.row, e.start))
    return out, weights
