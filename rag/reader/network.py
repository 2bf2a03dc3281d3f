"""The reader's network, run with NumPy: scores of all spans of a window, and of "none".

It has static word vectors, aligned attention to the question (Chen et al. 2017, DrQA), gated
convolutions with a second, contextual attention between them (Gehring et al. 2017; Yu et al. 2018,
QANet), and scores of spans, with "none" in the same softmax (Clark & Gardner 2018).
``training/reader/network.py`` is the same network in torch; a test checks that both agree.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.embed.static import StaticModel
from rag.reader.encode import Encoded
from rag.reader.layers import Layers, loaded, softmax

# Tokens read, at most, of a title, a text and a question.
MAX_TITLE_TOKENS, MAX_BODY_TOKENS, MAX_QUESTION_TOKENS = 20, 150, 40
STATE_SIZE = 96  # dimensions of a token's state
# Dilations of the convolutions over a window; the second attention comes after the first half.
WINDOW_DILATIONS = (1, 2, 4, 1, 2, 4, 1, 1)
QUESTION_DILATIONS = (1, 2, 1)
SPAN_SCORE_RANK = 16  # rank of the bilinear score of the first and the last token of a span
LONGEST_ANSWER = 24  # tokens
# Number of features of a window's token, and of a question's.
TOKEN_FEATURES, QUESTION_TOKEN_FEATURES = 6, 4
_MASKED = -1e4  # score of a span that cannot answer
# Padding rows between windows: as many as a convolution reaches over.
_APART = max(WINDOW_DILATIONS)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The scores of one window, all before the softmax.

    Attributes:
        spans: float32 (t, LONGEST_ANSWER), the score of each span by its first token and its length
            in tokens minus one.
        none: the score of "no span of this window answers".
        matches: float32 (q,), for each token of the question its largest cosine to a token of the
            window.
    """

    spans: np.ndarray
    none: float
    matches: np.ndarray


class Network(Layers):
    """The network with its weights, which are trained for one embedded model.

    Args:
        model: the embedded model.
        weights: arrays under the names that torch gives them, and "median", the median length of
            the model's vectors.
    """

    def __init__(self, model: StaticModel, weights: dict[str, np.ndarray]):
        self._model = model
        super().__init__(weights)

    def scores(self, question: Encoded, windows: Sequence[tuple[Encoded, int]]) -> list[Scores]:
        """Scores some windows for a question.

        Args:
            question: the encoded question; at most ``MAX_QUESTION_TOKENS`` of its tokens are read.
            windows: for each window its tokens (title, then text; at least one), and the number of
                title tokens.
        """
        if not windows or not len(question):
            nothing = np.zeros(len(question), np.float32)
            return [
                Scores(np.full((len(one), LONGEST_ANSWER), _MASKED, np.float32), 0.0, nothing)
                for one, _ in windows
            ]
        question = question.part(0, MAX_QUESTION_TOKENS)
        lengths = np.array([len(one) for one, _ in windows])
        # All windows are laid out in one array, with padding before each and behind the last.
        starts = np.cumsum(lengths + _APART) - lengths
        at = np.concatenate([start + np.arange(length) for start, length in zip(starts, lengths)])
        rows = int(lengths.sum() + _APART * (len(windows) + 1))
        borders = np.stack([starts, starts + lengths], 1)
        asked = self._asked(question)
        h, match, cosine, same, inside = self._read(asked, windows, at, rows)
        spans = self._spans(h, inside)
        none = self._none(asked, h, match, cosine, same, spans, borders)
        return [
            Scores(spans[a:b], float(score), cosine[a:b].max(0))
            for (a, b), score in zip(borders.tolist(), none)
        ]

    def _logs(self, lengths: np.ndarray) -> np.ndarray:
        """A feature of how informative tokens are, from the lengths of their vectors (t,)."""
        return np.log1p(lengths / self.weights["median"])

    def _without_context(self, tokens: Encoded, projected: np.ndarray) -> np.ndarray:
        """States of tokens without context: vectors plus embeddings of token, gaps and shape.

        Args:
            tokens: the encoded text.
            projected: the static vectors of its tokens, projected to (t, width).
        """
        after = np.append(tokens.gaps[1:], 0).astype(np.uint8)
        w = self.weights
        x = projected + w["own.weight"][np.minimum(tokens.ids, len(w["own.weight"]) - 1)]
        x += w["gap_before.weight"][tokens.gaps] + w["gap_after.weight"][after]
        x += w["shape.weight"][tokens.shapes]
        return np.maximum(x, 0, out=x)

    def _asked(self, question: Encoded) -> _Asked:
        """Encodes the question: states of its tokens, and their weighted mean as its topic."""
        vectors, lengths = self._model.token_vectors(question.ids)
        words = self._without_context(question, self.linear("project", vectors))
        states = words
        for number, dilation in enumerate(QUESTION_DILATIONS):
            states = self.gated(f"asked.{number}", states, dilation)
        share = softmax(self.linear("share", states)[:, 0])
        return _Asked(question, vectors, words, states, share, share @ states, self._logs(lengths))

    def _read(
        self, asked: _Asked, windows: Sequence[tuple[Encoded, int]], at: np.ndarray, rows: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Computes the states of the windows' tokens in the light of the question.

        Args:
            asked: the encoded question, of q tokens.
            windows: as in :meth:`scores`.
            at: the row of each token in the array of all windows.
            rows: number of rows of that array, padding included.

        Returns:
            States (rows, width); scores of the second attention (rows, q); cosines to the tokens of
            the question (rows, q); 1 where both are the same token, else 0 (rows, q); and bool
            (rows,), the tokens of texts, which alone may answer.
        """
        ids = np.concatenate([one.ids for one, _ in windows])
        body = np.concatenate([np.arange(len(one)) >= body for one, body in windows])
        unique, of = np.unique(ids, return_inverse=True)
        vectors, lengths = self._model.token_vectors(unique)
        near = vectors @ asked.vectors.T
        equal = (unique[:, None] == asked.tokens.ids[None]).astype(np.float32)
        attention = softmax(near * self.weights["heat"])
        logs = asked.logs[None]
        similarities = [near, equal, near * logs, equal * logs]
        features = np.stack([*(one.max(1) for one in similarities), self._logs(lengths)], 1)[of]
        ends = np.cumsum([len(one) for one, _ in windows])
        parts = np.split(self.linear("project", vectors)[of], ends[:-1])
        read = np.concatenate(
            [self._without_context(one, part) for (one, _), part in zip(windows, parts)]
        )
        heard, heard_in_context = (attention @ asked.words)[of], (attention @ asked.states)[of]
        inside = body[:, None].astype(np.float32)
        merged = np.concatenate([read, heard, read * heard, heard_in_context, features, inside], 1)
        x = self.linear("merge", merged)
        x += self.linear("topic", np.concatenate([asked.topic, asked.states.max(0)]))
        states, real = (
            np.zeros((rows, STATE_SIZE), np.float32),
            np.zeros((rows, 1), np.float32),
        )
        states[at], real[at] = x, 1.0
        half = len(WINDOW_DILATIONS) // 2
        for number, dilation in enumerate(WINDOW_DILATIONS[:half]):
            states = self.gated(f"below.{number}", states, dilation, real)
        cosine = np.full((rows, len(asked.states)), -1.0, np.float32)
        same = np.zeros((rows, len(asked.states)), np.float32)
        cosine[at], same[at] = near[of], equal[of]
        match = self.linear("key", states) @ self.linear("query", asked.states).T * STATE_SIZE**-0.5
        context = softmax(match + cosine * (self.weights["heat"] / 2)) @ asked.states
        again = np.concatenate([states, context, states * context], 1)
        states = (states + self.linear("again", again)) * real
        for number, dilation in enumerate(WINDOW_DILATIONS[half:]):
            states = self.gated(f"above.{number}", states, dilation, real)
        answering = np.zeros(rows, bool)
        answering[at] = body
        return self.norm("last", states) * real, match, cosine, same, answering

    def _spans(self, h: np.ndarray, inside: np.ndarray) -> np.ndarray:
        """Scores of all spans, float32 (rows, LONGEST_ANSWER).

        Args:
            h: states (rows, width).
            inside: bool (rows,), the tokens that may answer.
        """
        first, last = (
            np.where(inside, self.linear(name, h)[:, 0], _MASKED) for name in ("start", "end")
        )
        left, right = self.linear("left", h), self.linear("right", h)
        out = np.full((len(h), LONGEST_ANSWER), _MASKED, np.float32)
        # "run" changes at every row that is not inside, so that no span crosses titles or padding.
        run = np.cumsum(~inside)
        for more in range(min(LONGEST_ANSWER, len(h))):
            count = len(h) - more
            one = np.einsum("ij,ij->i", left[:count], right[more:]) * SPAN_SCORE_RANK**-0.5
            one += first[:count] + last[more:] + self.weights["length.weight"][more, 0]
            out[:count, more] = np.where(
                run[:count] == run[more:], np.maximum(one, _MASKED), _MASKED
            )
        return out

    def _none(
        self,
        asked: _Asked,
        h: np.ndarray,
        match: np.ndarray,
        cosine: np.ndarray,
        same: np.ndarray,
        spans: np.ndarray,
        borders: np.ndarray,
    ) -> np.ndarray:
        """The scores of "none", float32 (windows,).

        They depend on the likely spans, on the topic, and on what the window lacks of each token of
        the question. ``borders`` are the first row of each window and the row behind its last; the
        other arguments are what :meth:`_asked`, :meth:`_read` and :meth:`_spans` return.
        """
        inputs = []
        for a, b in borders.tolist():
            top = spans[a:b].ravel()
            likely = softmax(top).reshape(b - a, -1).sum(1)
            reach = softmax(match[a:b].T)
            maxima = [cosine[a:b].max(0), same[a:b].max(0), match[a:b].max(0) * 0.1]
            found = np.stack([*maxima, asked.logs], 1)
            sought = np.concatenate([asked.states, reach @ h[a:b], found], 1)
            missed = np.maximum(self.linear("missed", sought), 0)
            best = top.max()
            sums = np.array([best, best + np.log(np.exp(top - best).sum())], np.float32) * 0.1
            lacks = [missed.max(0), asked.share @ missed]
            inputs.append(
                np.concatenate([likely @ h[a:b], asked.topic, *lacks, h[a:b].max(0), sums])
            )
        hidden = np.maximum(self.linear("none_hidden", np.stack(inputs)), 0)
        return self.linear("none", hidden)[:, 0]


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """The encoded question inside the network.

    Attributes:
        tokens: its tokens.
        vectors: their static vectors (n, d).
        words: their states without context (n, width).
        states: their states in context (n, width).
        share: attention weight of each token in ``topic`` (n,), summing to 1.
        topic: the question as a whole (width,).
        logs: how informative each token is (n,), from the length of its static vector.
    """

    tokens: Encoded
    vectors: np.ndarray
    words: np.ndarray
    states: np.ndarray
    share: np.ndarray
    topic: np.ndarray
    logs: np.ndarray


@functools.lru_cache(maxsize=4)
def load_network(model: StaticModel, file: Path) -> Network:
    """Loads the network for a model from a file. Raises ModelError if it cannot be read."""
    return loaded(functools.partial(Network, model), file, "the reader", "training.reader")
