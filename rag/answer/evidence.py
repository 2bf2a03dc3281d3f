"""Scores the sentences of the candidates as evidence: how much of the question each one supports.

A token of the question is matched by its best cosine to a token of the sentence. Matches in the
title and in neighbouring sentences count less, since news names its subject once. Tokens that every
sentence matches do not tell sentences apart and weigh less.
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

# Value of a match beside one in the sentence itself: CONTEXT_MATCH_VALUE for a neighbouring
# sentence, _TOPIC_MATCH_VALUE for the title or the lead, since an article's topic holds for all of
# its sentences.
CONTEXT_MATCH_VALUE, _TOPIC_MATCH_VALUE = 0.6, 0.85
_MAX_LEAD_CHARACTERS = 160  # characters of a text in which its lead sentence is sought
# Least cosine of one word to the sum of two words that it translates.
_MIN_COSINE_OF_JOINED_WORDS = 0.45


@dataclass(frozen=True, slots=True, eq=False)
class MatchedPassage:
    """A passage with its tokens matched against the question.

    The question has n tokens and p parts of compounds, the passage t tokens.

    Attributes:
        article: the article; ``row`` is its row in the index.
        start, end: offsets of the passage in ``article.text``.
        spans: int (t, 2), offsets of the passage's tokens in ``article.text``.
        query: the question.
        match: float32 (n + p, t), 0 to 1: how well each token matches each row of
            ``query.vectors``.
        topic: float32 (n,), the best matches in the title and the lead sentence.
        rank: fused score of the passage, scaled from 0 (worst candidate) to 1 (best).
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
        """float32 (n,): the best match of each token of the question between two offsets."""
        inside = (self.spans[:, 0] < end) & (self.spans[:, 1] > start)
        return self.query.fold(self.match[:, inside].max(axis=1, initial=0))


@dataclass(frozen=True, slots=True, eq=False)
class ScoredSentence:
    """A sentence and how much of the question it supports.

    Attributes:
        view: the passage it stands in.
        start, end: offsets of the sentence in ``article.text``.
        own_matches: float32 (n,), matches within the sentence.
        matched: float32 (n,), matches of the sentence and its surroundings.
        support: 0 to 1, share of the question's weight that ``matched`` covers.
        score: the figure by which evidence is ranked.
    """

    view: MatchedPassage
    start: int
    end: int
    own_matches: np.ndarray
    matched: np.ndarray
    support: float
    score: float

    @property
    def article(self) -> Article:
        """The article that it stands in."""
        return self.view.article

    @property
    def row(self) -> int:
        """The row of that article in the index."""
        return self.view.row

    @property
    def sentence(self) -> Sentence:
        """The sentence with the bounds of its passage."""
        view = self.view
        return Sentence(view.article, view.row, self.start, self.end, view.start, view.end)


def lead_end(text: str) -> int:
    """Where the lead sentence of an article's text ends."""
    return next((end for _, end in sentences(text, 0, min(_MAX_LEAD_CHARACTERS, len(text)))), 0)


def views(
    snapshot: Snapshot, query: Query, found: Candidates, places: np.ndarray
) -> list[MatchedPassage]:
    """The candidates at the positions ``places`` of ``found``, matched against the question."""
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
    """float32 (n + p, t): how well each of some tokens (t,) matches each row of the question."""
    vectors = model.token_vectors(ids)[0]
    cross = query.latin[:, None] != model.latin[ids][None]
    cosine = query.vectors @ vectors.T
    _joined(query, vectors, cosine, cross)
    return graded(cosine, cross)


def _joined(query: Query, vectors: np.ndarray, cosine: np.ndarray, cross: np.ndarray) -> None:
    """Raises, in place, the cosines of two adjacent English words to a Chinese word for both.

    "Same day" is 同日, "interest rate" is 利率: the Chinese word is nearer to the sum of the two
    vectors than to either.
    """
    content = query.content & query.latin[: len(query.ids)]
    for left in np.flatnonzero(content[:-1] & content[1:]).tolist():
        right = left + 1
        if query.text[query.spans[left][1] : query.spans[right][0]].strip():
            continue
        both = query.vectors[left] + query.vectors[right]
        together = vectors @ (both / max(float(np.linalg.norm(both)), 1e-9))
        nearer = together > np.maximum(
            np.maximum(cosine[left], cosine[right]), _MIN_COSINE_OF_JOINED_WORDS
        )
        whole = cross[left] & nearer
        cosine[left, whole] = cosine[right, whole] = together[whole]


def weigh(query: Query, content: np.ndarray, matches: np.ndarray) -> np.ndarray:
    """float32 (n,): weights of the question's tokens, which sum to 1 over its content.

    Args:
        query: the question.
        content: bool (n,), the tokens that need support.
        matches: float (s, n), matches of all sentences: a token that most of them match weighs
            less.
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
    """All sentences of the passages as evidence, best first, and the weights (n,) of the tokens.

    Args:
        query: the question.
        seen: the passages.
        content: bool (n,), the tokens of the question that need support.
    """
    spans = [sentences(view.article.text, view.start, view.end) for view in seen]
    by_view = [[view.matched(*span) for span in some] for view, some in zip(seen, spans)]
    matches = [vector for vectors in by_view for vector in vectors]
    weights = weigh(query, content, np.array(matches))
    out = []
    for view, some, vectors in zip(seen, spans, by_view):
        for at, (start, end) in enumerate(some):
            # A sentence may continue the two before it, and the next one may continue it.
            near = np.maximum.reduce(vectors[max(0, at - 2) : at + 2])
            matched = np.maximum.reduce(
                [vectors[at], _TOPIC_MATCH_VALUE * view.topic, CONTEXT_MATCH_VALUE * near]
            )
            support = float(matched @ weights)
            # Repeating the article's topic is worth less than saying something beyond it.
            new = float((vectors[at] * (1 - 0.7 * view.topic)) @ weights)
            score = support + 0.5 * new + 0.3 * view.rank
            out.append(ScoredSentence(view, start, end, vectors[at], matched, support, score))
    out.sort(key=lambda one: (-one.score, one.view.row, one.start))
    return out, weights
