"""Sentences of the candidates as evidence: how much of the question each one supports.

A word of the question counts as matched by the best cosine to a word of the sentence, and to a
lesser degree by the sentence's surroundings (title, the sentences of its passage), since news names
its subject once. Words that every sentence matches tell nothing apart and weigh less.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import numpy as np

from rag.corpus import Article, body_start, sentences
from rag.embed.static import StaticModel
from rag.index import Snapshot
from rag.question.query import Query
from rag.search.candidates import Candidates
from rag.search.located import locate, passage_texts
from rag.search.match import graded

CONTEXT = (
    0.6  # what a match in the neighbouring sentences is worth beside one in the sentence itself
)
LEAD = 160  # characters within which the lead sentence is sought
JOINED = 0.45  # a word that translates two is at least as near to them together
# and one in the title or the lead: what an article is about holds for all of its sentences
TOPIC = 0.85


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
        behind: that score less the best one's, 0 or less.
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
    behind: float

    def inside(self, start: int, end: int) -> np.ndarray:
        """bool (t,): the tokens between two offsets."""
        return (self.spans[:, 0] >= start) & (self.spans[:, 1] <= end)

    def matched(self, start: int, end: int) -> np.ndarray:
        """float32 (n,): best match of each token of the question between two offsets."""
        first, last = self.spans[:, 0].searchsorted((start, end)).tolist()  # tokens stand in order
        part = self.match[:, first:last]
        if last > first and (over := self.spans[first:last, 1] > end).any():
            part = part[:, ~over]
        return (
            self.query.fold(part.max(axis=1))
            if part.shape[1]
            else np.zeros(len(self.query.ids), np.float32)
        )

    def touched(self, start: int, end: int) -> np.ndarray:
        """float32 (n,): best match of each token of the question to one that reaches into two
        offsets.
        """
        part = self.match[:, (self.spans[:, 0] < end) & (self.spans[:, 1] > start)]
        return (
            self.query.fold(part.max(axis=1))
            if part.shape[1]
            else np.zeros(len(self.query.ids), np.float32)
        )


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
    def text(self) -> str:
        """The sentence."""
        return self.view.article.text[self.start : self.end]

    @property
    def article(self) -> Article:
        """The article that it stands in."""
        return self.view.article

    @property
    def row(self) -> int:
        """The row of that article."""
        return self.view.row


def views(
    snapshot: Snapshot, query: Query, found: Candidates, places: np.ndarray
) -> list[MatchedPassage]:
    """The candidates at some positions of ``found``, read and matched."""
    if not len(places):
        return []
    low, high = float(found.score.min()), float(found.score.max())
    articles = snapshot.articles(found.articles[places].tolist())
    leads = {
        row: next(iter(sentences(a.text, 0, min(LEAD, len(a.text)))), (0, 0))
        for row, a in articles.items()
    }
    # The tokens of the lead are among those of the first passage.
    first = np.searchsorted(snapshot.passages["article_row"], list(articles)).tolist()
    numbers = found.rows[places].tolist()
    rows = list(dict.fromkeys([*numbers, *first]))
    bounds = dict(zip(rows, snapshot.passages[rows].tolist()))
    tokens = locate(snapshot, rows, passage_texts(bounds.values(), articles))
    match = _match(query, snapshot.model, tokens.ids)
    stretches = dict(zip(rows, zip(tokens.starts[:-1].tolist(), tokens.starts[1:].tolist())))
    heads = {}  # the matches of title and lead, where the first passage has them
    for (row, article), number in zip(articles.items(), first):
        (_, start, end), (begin, stop), lead = bounds[number], stretches[number], leads[row][1]
        until = (
            _until(tokens.spans[begin:stop], body_start(article, start) + lead - start)
            if lead <= end
            else None
        )
        if until is not None:
            heads[row] = match[:, begin : begin + until]
    topics = {
        row: _best(query, head)
        for row, head in (heads | _tokenized(query, snapshot.model, articles, leads, heads)).items()
    }
    out = []
    for place, number in zip(places.tolist(), numbers):
        (row, start, end), (begin, stop) = bounds[number], stretches[number]
        body = body_start(articles[row], start)
        begin += int(tokens.spans[begin:stop, 0].searchsorted(body))
        rank = (float(found.score[place]) - low) / (high - low) if high > low else 1.0
        out.append(
            MatchedPassage(
                articles[row],
                row,
                start,
                end,
                tokens.spans[begin:stop] + (start - body),
                query,
                match[:, begin:stop],
                topics[row],
                rank,
                float(found.score[place]) - high,
            )
        )
    return out


def _tokenized(
    query: Query,
    model: StaticModel,
    articles: dict[int, Article],
    leads: dict[int, tuple[int, int]],
    known: Container[int],
) -> dict[int, np.ndarray]:
    """The matches of the tokens of title and lead (n + p, t), of the articles where they are not
    known.
    """
    rows = [row for row in articles if row not in known]
    if not rows:
        return {}
    ids, offsets = model.encode_ids(
        [f"{articles[row].title}\n{articles[row].text[slice(*leads[row])]}" for row in rows]
    )
    ids, starts = model.with_parts(ids.astype(np.int64), offsets)
    match = _match(query, model, ids)
    return {
        row: match[:, begin:end]
        for row, begin, end in zip(rows, starts[:-1].tolist(), starts[1:].tolist())
    }


def _until(spans: np.ndarray, end: int) -> int | None:
    """How many tokens stand before an offset; None where it cuts through a word, which would be
    another one if it ended there.
    """
    count = int(spans[:, 0].searchsorted(end))
    ends = spans[:count, 1]
    if (ends > end).any() or count < len(spans) and spans[count, 0] == end and (ends == end).any():
        return None
    return count


def _best(query: Query, match: np.ndarray) -> np.ndarray:
    return (
        query.fold(match.max(axis=1))
        if match.shape[1] and len(query.ids)
        else np.zeros(len(query.ids), np.float32)
    )


def _match(query: Query, model: StaticModel, ids: np.ndarray) -> np.ndarray:
    """How well tokens (t,) match the rows of the question, float32 (n + p, t); a token that occurs
    often is compared once.
    """
    seen = np.zeros(model.size, bool)
    seen[ids] = True
    unique = np.flatnonzero(seen)
    vectors, cross = (
        model.token_vectors(unique)[0],
        query.latin[:, None] != model.latin[unique][None],
    )
    cosine = query.vectors @ vectors.T
    _joined(query, vectors, cosine, cross)
    return graded(cosine, cross)[:, (np.cumsum(seen) - 1)[ids]]


def _joined(query: Query, vectors: np.ndarray, cosine: np.ndarray, cross: np.ndarray) -> None:
    """Raises the cosines of two neighbouring English words of the question to a Chinese one that
    translates both.

    "Same day" is 同日, "interest rate" is 利率: nearer to the two together than to either.
    """
    content = np.flatnonzero(query.content[: len(query.ids)])
    for left in content[:-1].tolist():
        right = left + 1
        between = (
            query.text[query.spans[left][1] : query.spans[right][0]]
            if right < len(query.ids) and query.content[right]
            else "."
        )
        if between.strip() or not (query.latin[left] and query.latin[right]):
            continue
        both = query.vectors[left] + query.vectors[right]
        together = vectors @ (both / max(float(np.linalg.norm(both)), 1e-9))
        whole = cross[left] & (
            together > np.maximum(np.maximum(cosine[left], cosine[right]), JOINED)
        )
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
    of = np.repeat(np.arange(len(seen)), [len(one) for one in spans])
    if not len(of):
        return [], weigh(query, content, np.zeros((0, len(query.ids))))
    own = np.concatenate([_own(query, view, one) for view, one in zip(seen, spans) if one])
    around = np.maximum(own, TOPIC * np.stack([view.topic for view in seen])[of])
    for away in (-2, -1, 1):  # a sentence goes on from two before it, and one may go on from it
        here = (
            np.flatnonzero(of == np.roll(of, -away))
            if abs(away) < len(of)
            else np.zeros(0, np.int64)
        )
        here = here[(here + away >= 0) & (here + away < len(of))]
        around[here] = np.maximum(around[here], CONTEXT * own[here + away])
    weights = weigh(query, content, own)
    support = (around * weights).sum(axis=1)
    # What repeats the topic of its article is no better for it than what says something of it.
    new = (own * (1 - 0.7 * np.stack([view.topic for view in seen])[of]) * weights).sum(axis=1)
    score = support + 0.5 * new + 0.3 * np.array([view.rank for view in seen])[of]
    places = [(view, start, end) for view, one in zip(seen, spans) for start, end in one]
    out = [
        ScoredSentence(view, start, end, *rest)
        for (view, start, end), rest in zip(
            places, zip(own, around, support.tolist(), score.tolist())
        )
    ]
    out.sort(key=lambda e: (-e.score, e.view.row, e.start))
    return out, weights


def _own(query: Query, view: MatchedPassage, spans: list[tuple[int, int]]) -> np.ndarray:
    """:meth:`MatchedPassage.matched` of all sentences of a passage at once, float32 (s, n)."""
    borders = np.array(spans)
    of = (
        borders[:, 0].searchsorted(view.spans[:, 0], "right") - 1
    )  # the sentence that a token begins in
    inside = np.flatnonzero((of >= 0) & (view.spans[:, 1] <= borders[of, 1]))
    out = np.zeros((len(view.match), len(spans)), np.float32)
    if len(inside):
        of = of[inside]
        first = np.concatenate([[0], np.flatnonzero(np.diff(of)) + 1])
        match = view.match if len(inside) == len(view.spans) else view.match[:, inside]
        out[:, of[first]] = np.maximum.reduceat(match, first, axis=1)
    return query.fold(out).T
