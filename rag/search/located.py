"""Where the tokens of passages stand in their texts, from the token ids that the index holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rag.corpus import Article, Passage, passage_text
from rag.embed.spans import token_spans
from rag.index import Snapshot


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """The tokens of some texts, one text after the other, the parts of each compound behind it.

    Attributes:
        ids: token ids (t,).
        spans: int64 (t, 2), start and end of each in its text.
        starts: where the tokens of each text begin, and the end of the last (m + 1,).
    """

    ids: np.ndarray
    spans: np.ndarray
    starts: np.ndarray

    def behind(self, number: int, offset: int) -> tuple[np.ndarray, np.ndarray]:
        """The tokens of one text from an offset on, and their spans counted from there."""
        begin, end = self.starts[number : number + 2].tolist()
        begin += int(self.spans[begin:end, 0].searchsorted(offset))
        return self.ids[begin:end], self.spans[begin:end] - offset


def passage_texts(
    bounds: Iterable[tuple[int, int, int]], articles: Mapping[int, Article]
) -> list[str]:
    """What was embedded and tokenized of passages, given as (article row, start, end), from their
    articles by row.
    """
    return [
        passage_text(articles[row], Passage(articles[row].id, start, end))
        for row, start, end in bounds
    ]


def locate(snapshot: Snapshot, rows: Sequence[int], texts: Sequence[str]) -> Located:
    """The tokens of passages, as ``StaticModel.fine_spans`` gives them.

    Args:
        snapshot: the index.
        rows: passage numbers.
        texts: what was tokenized of each (:func:`passage_texts`).
    """
    model = snapshot.model
    found = token_spans(model, snapshot.tokens(rows), texts)
    starts = np.cumsum([0, *(len(ids) for ids, _ in found)])
    if not starts[-1]:
        return Located(np.zeros(0, np.int64), np.zeros((0, 2), np.int64), starts)
    ids, spans = map(np.concatenate, zip(*found))
    return Located(*model.refined(ids, spans, starts))
