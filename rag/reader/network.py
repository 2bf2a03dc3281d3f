"""The reader's network, run with NumPy: scores of the spans of windows, and of "none" for each.

Static word vectors, an aligned attention to the question (Chen et al. 2017, DrQA), gated
convolutions with a second, contextual attention between them (Gehring et al. 2017; Yu et al. 2018,
QANet), scores of spans, and "none" in the same softmax (Clark & Gardner 2018).
``training/reader/network.py`` is the same in torch; a test holds the two together.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from rag.embed.static import StaticModel
from rag.errors import ModelError
from rag.reader.encode import Encoded

Net = TypeVar("Net")
TITLE, BODY, QUESTION = 20, 150, 40  # tokens of a title, of a text and of a question that are read
WIDTH = 96  # numbers for a token
# Of the convolutions; the second attention stands in the middle.
DILATIONS = (1, 2, 4, 1, 2, 4, 1, 1)
QUESTION_DILATIONS = (1, 2, 1)
RANK = 16  # of the product by which the ends of a span know each other
LONGEST_ANSWER = 24  # tokens
# Tokens, the most frequent ones, which have trained vectors besides the static ones.
FREQUENT = 6_000
FEATURES, ASKED_FEATURES = 6, 4  # of a token of the passage, and of one of the question
NEVER = -1e4
_APART = max(DILATIONS)  # rows of nothing between windows, as far as a convolution reaches
_EPSILON = 1e-5  # of the normalisations, as in torch


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What the network makes of one window.

    Attributes:
        spans: float32 (t, LONGEST_ANSWER), the score of the span from each token, by its length in
            tokens less one.
        none: the score of "none of them answers".
        matches: float32 (q,), for each token of the question the largest cosine to one of the
            window.
    """

    spans: np.ndarray
    none: float
    matches: np.ndarray


class Network:
    """The weights, as they are trained for an embedded model.

    Args:
        model: the embedded model.
        weights: arrays by name, as torch names them; and "median", of the lengths of the model's
            vectors.
    """

    def __init__(self, model: StaticModel, weights: dict[str, np.ndarray]):
        self._model = model
        self._w = laid_out(weights)

    def scores(self, question: Encoded, windows: Sequence[tuple[Encoded, int]]) -> list[Scores]:
        """The scores of some windows for a question.

        Args:
            question: its tokens; at most ``QUESTION`` are read.
            windows: for each the tokens of title and text, at least one, and how many of them are
                the title's.
        """
        if not windows or not len(question):
            nothing = np.zeros(len(question), np.float32)
            return [
                Scores(np.full((len(one), LONGEST_ANSWER), NEVER, np.float32), 0.0, nothing)
                for one, _ in windows
            ]
        question = question.part(0, QUESTION)
        lengths = np.array([len(one) for one, _ in windows])
        # There are rows of nothing before each window, and behind the last.
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

    def _linear(self, name: str, x: np.ndarray) -> np.ndarray:
        return x @ self._w[f"{name}.weight"].T + self._w[f"{name}.bias"]

    def _logs(self, lengths: np.ndarray) -> np.ndarray:
        """How much tokens say, by the lengths of their static vectors (t,)."""
        return np.log1p(lengths / self._w["median"])

    def _norm(self, name: str, x: np.ndarray) -> np.ndarray:
        x = x - x.mean(1, keepdims=True)
        x /= np.sqrt(np.einsum("ij,ij->i", x, x)[:, None] / x.shape[1] + _EPSILON)
        return x * self._w[f"{name}.weight"] + self._w[f"{name}.bias"]

    def _gated(
        self, name: str, x: np.ndarray, dilation: int, real: np.ndarray | None = None
    ) -> np.ndarray:
        """A gated convolution with its residual; rows that are not ``real`` (t, 1) are nothing."""
        inner = self._norm(f"{name}.norm", x)
        if real is not None:
            inner *= real
        wide = np.zeros((len(x), 3 * WIDTH), np.float32)
        wide[:, WIDTH : 2 * WIDTH] = inner
        if len(x) > dilation:
            wide[dilation:, :WIDTH] = inner[:-dilation]
            wide[:-dilation, 2 * WIDTH :] = inner[dilation:]
        both = wide @ self._w[f"{name}.convolution.weight"] + self._w[f"{name}.convolution.bias"]
        gated = both[:, :WIDTH] * _sigmoid(both[:, WIDTH:])
        return x + (gated if real is None else gated * real)

    def _own(self, tokens: Encoded, vectors: np.ndarray, of: np.ndarray) -> np.ndarray:
        """What each token is by itself.

        ``vectors`` are of the different tokens, ``of`` says which of them each token is.
        """
        after = np.append(tokens.gaps[1:], 0).astype(np.uint8)
        w, frequent = self._w, np.where(tokens.ids < FREQUENT, tokens.ids, FREQUENT)
        x = self._linear("project", vectors)[of]
        x += w["own.weight"][frequent]
        x += w["gap_before.weight"][tokens.gaps] + w["gap_after.weight"][after]
        x += w["shape.weight"][tokens.shapes]
        return np.maximum(x, 0, out=x)

    def _asked(self, question: Encoded) -> _Asked:
        vectors, lengths = self._model.token_vectors(question.ids)
        words = self._own(question, vectors, np.arange(len(question)))
        states = words
        for number, dilation in enumerate(QUESTION_DILATIONS):
            states = self._gated(f"asked.{number}", states, dilation)
        share = _softmax(self._linear("share", states)[:, 0])
        return _Asked(question, vectors, words, states, share, share @ states, self._logs(lengths))

    def _read(
        self, asked: _Asked, windows: Sequence[tuple[Encoded, int]], at: np.ndarray, rows: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """What the windows' tokens are, read beside the question.

        States of all tokens (rows, width), their matches and cosines to the question's tokens,
        which are the same, and which may answer.
        """
        ids = np.concatenate([one.ids for one, _ in windows])
        body = np.concatenate([np.arange(len(one)) >= body for one, body in windows])
        unique, of = np.unique(ids, return_inverse=True)
        vectors, lengths = self._model.token_vectors(unique)
        near = vectors @ asked.vectors.T
        equal = (unique[:, None] == asked.tokens.ids[None]).astype(np.float32)
        attention = _softmax(near * self._w["heat"])
        logs = asked.logs[None]
        said = [near, equal, near * logs, equal * logs]
        features = np.stack([*(one.max(1) for one in said), self._logs(lengths)], 1)[of]
        parts = np.split(of, np.cumsum([len(one) for one, _ in windows])[:-1])
        owns = [self._own(one, vectors, part) for (one, _), part in zip(windows, parts)]
        read = np.concatenate(owns)
        heard, told = (attention @ asked.words)[of], (attention @ asked.states)[of]
        inside = body[:, None].astype(np.float32)
        merged = np.concatenate([read, heard, read * heard, told, features, inside], 1)
        x = self._linear("merge", merged)
        x += self._linear("topic", np.concatenate([asked.topic, asked.states.max(0)]))
        states, real = np.zeros((rows, WIDTH), np.float32), np.zeros((rows, 1), np.float32)
        states[at], real[at] = x, 1.0
        half = len(DILATIONS) // 2
        for number, dilation in enumerate(DILATIONS[:half]):
            states = self._gated(f"below.{number}", states, dilation, real)
        cosine = np.full((rows, len(asked.states)), -1.0, np.float32)
        same = np.zeros((rows, len(asked.states)), np.float32)
        cosine[at], same[at] = near[of], equal[of]
        match = self._linear("key", states) @ self._linear("query", asked.states).T * WIDTH**-0.5
        context = _softmax(match + cosine * (self._w["heat"] / 2)) @ asked.states
        again = np.concatenate([states, context, states * context], 1)
        states = (states + self._linear("again", again)) * real
        for number, dilation in enumerate(DILATIONS[half:]):
            states = self._gated(f"above.{number}", states, dilation, real)
        answering = np.zeros(rows, bool)
        answering[at] = body
        return self._norm("last", states) * real, match, cosine, same, answering

    def _spans(self, h: np.ndarray, inside: np.ndarray) -> np.ndarray:
        """Scores of spans, float32 (rows, LONGEST_ANSWER)."""
        first, last = (
            np.where(inside, self._linear(name, h)[:, 0], NEVER) for name in ("start", "end")
        )
        left, right = self._linear("left", h), self._linear("right", h)
        out = np.full((len(h), LONGEST_ANSWER), NEVER, np.float32)
        # A span reaches over rows of nothing nowhere: windows are farther apart than their ends may
        # be, or "inside" says no.
        run = np.cumsum(~inside)
        for more in range(min(LONGEST_ANSWER, len(h))):
            count = len(h) - more
            one = np.einsum("ij,ij->i", left[:count], right[more:]) * RANK**-0.5
            one += first[:count] + last[more:] + self._w["length.weight"][more, 0]
            out[:count, more] = np.where(run[:count] == run[more:], np.maximum(one, NEVER), NEVER)
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
        """The scores of "none", float32 (windows,)."""
        told = []
        for a, b in borders.tolist():
            top = spans[a:b].ravel()
            likely = _softmax(top).reshape(b - a, -1).sum(1)
            reach = _softmax(match[a:b].T)
            maxima = [cosine[a:b].max(0), same[a:b].max(0), match[a:b].max(0) * 0.1]
            found = np.stack([*maxima, asked.logs], 1)
            sought = np.concatenate([asked.states, reach @ h[a:b], found], 1)
            missed = np.maximum(self._linear("missed", sought), 0)
            best = top.max()
            sums = np.array([best, best + np.log(np.exp(top - best).sum())], np.float32) * 0.1
            lacks = [missed.max(0), asked.share @ missed]
            told.append(np.concatenate([likely @ h[a:b], asked.topic, *lacks, h[a:b].max(0), sums]))
        hidden = np.maximum(self._linear("none_hidden", np.stack(told)), 0)
        return self._linear("none", hidden)[:, 0]


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A question inside the network.

    Attributes:
        tokens: its tokens.
        vectors: their static vectors (n, d).
        words: what each is by itself (n, width).
        states: in its context (n, width).
        share: what each weighs in the question as a whole (n,), summing to 1.
        topic: the question as a whole (width,).
        logs: how much each says (n,).
    """

    tokens: Encoded
    vectors: np.ndarray
    words: np.ndarray
    states: np.ndarray
    share: np.ndarray
    topic: np.ndarray
    logs: np.ndarray


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * np.tanh(0.5 * x) + 0.5


def _softmax(x: np.ndarray) -> np.ndarray:
    """Along the last axis."""
    x = np.exp(x - x.max(-1, keepdims=True))
    return x / x.sum(-1, keepdims=True)


def laid_out(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Weights as they are multiplied with: in float32, kernels (out, in, 3) as (3 in, out)."""
    out = {name: array.astype(np.float32) for name, array in weights.items()}
    for name in [name for name in out if name.endswith("convolution.weight")]:
        kernel = out[name].transpose(2, 1, 0)
        out[name] = np.ascontiguousarray(kernel.reshape(-1, kernel.shape[2]))
    return out


def loaded(build: Callable[[dict[str, np.ndarray]], Net], file: Path, of: str, maker: str) -> Net:
    """A network that is built of the arrays of a safetensors file.

    Args:
        build: makes it of the arrays, by name.
        file: where they are.
        of: whose weights they are, for the error.
        maker: the module that makes the file, for the error.

    Raises:
        ModelError: it cannot be read or built.
    """
    from safetensors.numpy import load_file

    try:
        return build(load_file(file))
    except Exception as error:
        raise ModelError(
            f"expected {file} with the weights of {of}, could not read it ({error}): "
            f"reinstall yinju, or make it with `python -m {maker}`"
        ) from error


@functools.lru_cache(maxsize=4)
def load_network(model: StaticModel, file: Path) -> Network:
    """The network from a file, for a model. Raises ModelError where it cannot be read."""
    return loaded(functools.partial(Network, model), file, "the reader", "training.reader")
