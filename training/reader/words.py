"""Words and their neighbours: of the other language, and near ones that mean something else."""

from __future__ import annotations

import random
import re

import numpy as np

from rag.embed.static import StaticModel
from rag.reader.encode import encode

ALIKE = 0.5  # cosine from which a word of the other language may stand for one
OTHER = (0.30, 0.62)  # cosines of words that are of a kind, but do not say the same
KEPT = (
    0.15  # share of the words that stay as they are when a question is put into the other language
)

_ASKING = {
    "什么时候": "when",
    "何时": "when",
    "哪年": "what year",
    "哪一年": "which year",
    "什么时间": "when",
    "谁": "who",
    "哪里": "where",
    "哪儿": "where",
    "何处": "where",
    "什么地方": "where",
    "为什么": "why",
    "为何": "why",
    "怎么": "how",
    "如何": "how",
    "怎样": "how",
    "多少": "how many",
    "几": "how many",
    "多大": "how large",
    "多长": "how long",
    "多高": "how high",
    "什么": "what",
    "哪些": "which",
    "哪个": "which",
    "哪": "which",
    "多久": "how long",
    "是否": "whether",
}
_LONGEST_FIRST = re.compile("|".join(sorted(_ASKING, key=len, reverse=True)))
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


class Words:
    """Neighbours of tokens, worked out once.

    Args:
        model: the static model, whose vectors put words of both languages beside each other.
        most: how many tokens, the most frequent, have neighbours.
    """

    def __init__(self, model: StaticModel, most: int = 40_000):
        self.model = model
        vectors, weights = model.token_vectors(np.arange(model.size))
        self.weights = weights
        self.latin = model.latin
        pieces = [model.piece(token) for token in range(model.size)]
        self.pieces = [piece.replace("▁", "") for piece in pieces]
        han = np.array(
            [bool(piece) and all("\u4e00" <= c <= "\u9fff" for c in piece) for piece in pieces]
        )
        word = np.array(
            [piece.startswith("▁") and len(piece) > 2 and piece[1:].isalpha() for piece in pieces]
        )
        rng = np.arange(model.size) < most
        self.sides = {"zh": np.flatnonzero(han), "en": np.flatnonzero(word)}
        self._abroad: dict[int, list[int]] = {}
        self._near: dict[int, list[int]] = {}
        for here, there in (("zh", "en"), ("en", "zh")):
            mine = self.sides[here][rng[self.sides[here]]]
            for at in range(0, len(mine), 4096):
                block = vectors[mine[at : at + 4096]]
                self._keep(
                    self._abroad,
                    mine[at : at + 4096],
                    block @ vectors[self.sides[there]].T,
                    self.sides[there],
                    ALIKE,
                    2.0,
                    3,
                )
                self._keep(
                    self._near, mine[at : at + 4096], block @ vectors[mine].T, mine, *OTHER, 12
                )

    @staticmethod
    def _keep(
        into: dict[int, list[int]],
        tokens: np.ndarray,
        cosines: np.ndarray,
        others: np.ndarray,
        low: float,
        high: float,
        count: int,
    ) -> None:
        cosines[(cosines < low) | (cosines > high)] = -1
        top = np.argpartition(-cosines, count, axis=1)[:, :count]
        for token, row, line in zip(tokens.tolist(), top, cosines):
            into[token] = [int(others[at]) for at in row[np.argsort(-line[row])] if line[at] > 0]

    def abroad(self, rng: random.Random, question: str) -> str:
        """A question put into the other language word by word, in its own order.

        A part of the words stays.
        """
        ((ids, spans),) = self.model.located([question])
        out, at, words = [], 0, _LONGEST_FIRST
        taken = [(m.start(), m.end(), _ASKING[m.group()]) for m in words.finditer(question)]
        for token, (start, end) in zip(ids.tolist(), spans.tolist()):
            inside = next(((a, b, w) for a, b, w in taken if a < end and start < b), None)
            if inside:
                if inside[0] >= at:
                    out.append(inside[2])
                    at = inside[1]
                continue
            if start < at:
                continue
            others = self._abroad.get(token)
            if others and rng.random() > KEPT:
                out.append(self.pieces[others[0] if rng.random() < 0.75 else rng.choice(others)])
            elif (
                not others
                and not self.latin[token]
                and rng.random() < 0.3
                and not question[start:end].isdigit()
            ):
                # Words without a counterpart are often such as the other language does without.
                pass
            else:
                out.append(question[start:end])
            at = end
        return " ".join(out) + "?"

    def exchanged(self, rng: random.Random, question: str, passage: str) -> str | None:
        """The question with a figure or word that the passage has replaced by a near one.

        The passage does not have the near one. None where there is no such word.
        """
        figures = [m for m in _FIGURE.finditer(question) if m.group() in passage]
        if figures and rng.random() < 0.7:
            one = rng.choice(figures)
            for _ in range(5):
                other = self._other_figure(rng, one.group())
                if other not in passage:
                    return question[: one.start()] + other + question[one.end() :]
        ((ids, spans),) = self.model.located([question])
        fit = [
            (token, start, end)
            for token, (start, end) in zip(ids.tolist(), spans.tolist())
            if self._near.get(token)
            and self.weights[token] > 0.8
            and question[start:end] in passage
            and not _LONGEST_FIRST.search(question[start:end])
        ]
        rng.shuffle(fit)
        for token, start, end in fit:
            others = [
                o
                for o in self._near[token]
                if self.pieces[o] not in passage and len(self.pieces[o]) >= min(2, end - start)
            ]
            if others:
                return question[:start] + self.pieces[rng.choice(others)] + question[end:]
        return None

    @staticmethod
    def _other_figure(rng: random.Random, figure: str) -> str:
        if figure.isdigit():
            value = int(figure)
            near = (
                value + rng.choice((-3, -2, -1, 1, 2, 3, 5, 10))
                if value > 3
                else value + rng.randint(1, 4)
            )
            return str(max(near, 1))
        digits = [c for c in figure]
        at = rng.choice([n for n, c in enumerate(digits) if c.isdigit()])
        digits[at] = str((int(digits[at]) + rng.randint(1, 8)) % 10 or 1)
        return "".join(digits)

    def tokens(self, texts: list[str]):
        """The texts as the reader sees them."""
        return encode(self.model, texts)
