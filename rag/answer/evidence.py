"""Sentences of the candidates as evidence: how much of the question each one supports.

A word of the question counts as matched by the best cosine to a word of the sentence, and to a
lesser degree by the sentence's surroundings (title, the sentences of its passage), since news names
its subject once. Words that every sentence matches tell nothing apart and weigh less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rag.answer.sentence import Sentence
from rag.corpus import Article, Passage, passage_text, sentences
from rag.embed.static import StaticModel
from rag.index import Snapshot
from rag.question.query import Query
from rag.search.candidates import Candidates
from rag.search.match import graded

# What a match in the neighbouring sentences is worth beside one in the sentence itself, and one in
# the title or the lead: what an article is about holds for all of its sentences.
CONTEXT, TOPIC = 0.6, 0.85
LEAD = 160  # characters within which the lead sentence is sought
JOINED = 0.45  # a word that translates two is at least as near to them together


@dataclass(frozen=True, slots=True, eq=False)
class MatchedPassage:
    """A passage with its tokens matched against the question.

    Attributes:
        article: the article; ``row`` its row.
        start, end: the passage in ``article.text``.
        spans: int (t, 2), offsets of the tokens in ``article.text``.
        query: the question.
        match: float32 (n + p, t), 0 to 1: how well each token matches each row of
            ``query.vectors``.
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

    def matched(self, start: int, end: int) -> np.ndarray:
        """float32 (n,): best match of each token of the question between two offsets."""
        inside = (self.spans[:, 0] < end) & (self.spans[:, 1] > start)
        return self.query.fold(self.match[:, inside].max(axis=1, initial=0))


@dataclass(frozen=True, slots=True, eq=False)
class ScoredSentence:
    """A sentence and what it supports.

    Attributes:
        view: the passage it stands in.
        start, end: the sentence in ``article.text``.
        own: float32 (n,), matches within the sentence; ``matched`` with its surroundings.
        support: 0 to 1, share of the question's content that ``matched`` covers.
        score: by which evidence is ranked.
    """

    view: MatchedPassage
    start: int
    end: int
    own: np.ndarray
    matched: np.ndarray
    support: float
    score: float

    @property
    def article(self) -> Article:
        """The article that it stands in."""
        return self.view.article

    @property
    def row(self) -> int:
        """The row of that article."""
        return self.view.row

    @property
    def sentence(self) -> Sentence:
        """The sentence in its passage."""
        view = self.view
        return Sentence(view.article, view.row, self.start, self.end, view.start, view.end)


def lead_end(text: str) -> int:
    """Where the lead sentence of an article's text ends."""
    return next((end for _, end in sentences(text, 0, min(LEAD, len(text)))), 0)


def views(
    snapshot: Snapshot, query: Query, found: Candidates, places: np.ndarray
) -> list[MatchedPassage]:
    """The candidates at some positions of ``found``, read and matched."""
    if not len(places):
        return []
    low, high = float(found.score.min()), float(found.score.max())
    bounds = snapshot.passages[found.rows[places].tolist()].tolist()
    articles = snapshot.articles([row for row, _, _ in bounds])
    heads = [passage_text(one, Passage(one.id, 0, lead_end(one.text))) for one in articles.values()]
    texts = [articles[row].text[start:end] for row, start, end in bounds]
    tokens = snapshot.model.fine_spans([*heads, *texts])
    matches = [_match(query, snapshot.model, ids) for ids, _ in tokens]
    topics = {
        row: query.fold(match.max(axis=1, initial=0)) for row, match in zip(articles, matches)
    }
    out = []
    for place, (row, start, end), (_, spans), match in zip(
        places.tolist(), bounds, tokens[len(heads) :], matches[len(heads) :]
    ):
        rank = (float(found.score[place]) - low) / (high - low) if high > low else 1.0
        out.append(
            MatchedPassage(
                articles[row], row, start, end, spans + start, query, match, topics[row], rank
            )
        )
    return out


def _match(query: Query, model: StaticModel, ids: np.ndarray) -> np.ndarray:
    """How well tokens (t,) match the rows of the question, float32 (n + p, t)."""
    vectors = model.token_vectors(ids)[0]
    cross = query.latin[:, None] != model.latin[ids][None]
    cosine = query.vectors @ vectors.T
    _joined(query, vectors, cosine, cross)
    return graded(cosine, cross)


def _joined(query: Query, vectors: np.ndarray, cosine: np.ndarray, cross: np.ndarray) -> None:
    """Raises the cosines of two neighbouring English words of the question to a Chinese one that
    translates both.

    "Same day" is 同日, "interest rate" is 利率: nearer to the two together than to either.
    """
    content = query.content & query.latin[: len(query.ids)]
    for left in np.flatnonzero(content[:-1] & content[1:]).tolist():
        right = left + 1
        if query.text[query.spans[left][1] : query.spans[right][0]].strip():
            continue
        both = query.vectors[left] + query.vectors[right]
        together = vectors @ (both / max(float(np.linalg.norm(both)), 1e-9))
        nearer = together > np.maximum(np.maximum(cosine[left], cosine[right]), JOINED)
        whole = cross[left] & nearer
        cosine[left, whole] = cosine[right, whole] = together[whole]


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


def gather(
    query: Query, seen: list[MatchedPassage], content: np.ndarray
) -> tuple[list[ScoredSentence], np.ndarray]:
    """All sentences of the passages as evidence, best first, and the weights of the question's
    tokens.
    """
    spans = [sentences(view.article.text, view.start, view.end) for view in seen]
    owns = [[view.matched(*span) for span in some] for view, some in zip(seen, spans)]
    matches = [own for some in owns for own in some]
    weights = weigh(query, content, np.array(matches))
    out = []
    for view, some, own in zip(seen, spans, owns):
        for at, (start, end) in enumerate(some):
            # A sentence goes on from two before it, and one may go on from it.
            near = np.maximum.reduce(own[max(0, at - 2) : at + 2])
            matched = np.maximum.reduce([own[at], TOPIC * view.topic, CONTEXT * near])
            support = float(matched @ weights)
            # What repeats the topic of its article is no better for it than what says something.
            new = float((own[at] * (1 - 0.7 * view.topic)) @ weights)
            score = support + 0.5 * new + 0.3 * view.rank
            out.append(ScoredSentence(view, start, end, own[at], matched, support, score))
    out.sort(key=lambda one: (-one.score, one.view.row, one.start))
    return out, weights
