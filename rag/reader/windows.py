"""Passages of an index as windows: what the reader reads at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.corpus import Article, body_start, sentences
from rag.embed.spans import token_spans
from rag.index import Snapshot
from rag.reader.encode import GAPS, Encoded, described, encode, joined
from rag.reader.network import BODY, TITLE
from rag.search.located import passage_texts

LEAD = 60  # characters of the first sentence that stand for a title where there is none
_STOP = GAPS.index("stop")


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """A passage, or a part of a long one, with the title of its article.

    Attributes:
        article: the article; ``row`` its row.
        candidate: which of the passages asked for it is, or is a part of.
        start, end: of the passage, in ``article.text``.
        tokens: those of the title and, behind them, of the text; the spans of the latter are
            offsets in ``article.text``.
        body: number of title tokens.
    """

    article: Article
    row: int
    candidate: int
    start: int
    end: int
    tokens: Encoded
    body: int


def windows_of(snapshot: Snapshot, rows: Sequence[int]) -> list[Window]:
    """The windows of some passages, in their order.

    Args:
        snapshot: the index.
        rows: passage numbers.
    """
    rows = list(rows)
    if not rows:
        return []
    bounds = snapshot.passages[rows].tolist()
    articles = snapshot.articles([row for row, _, _ in bounds])
    texts = passage_texts(bounds, articles)
    titles = _titles(snapshot, bounds, articles)
    out = []
    for number, ((row, start, end), (ids, spans), text) in enumerate(
        zip(bounds, token_spans(snapshot.model, snapshot.tokens(rows), texts), texts)
    ):
        article, body = articles[row], body_start(articles[row], start)
        whole = described(ids, spans, text)
        first = int(np.searchsorted(spans[:, 0], body))
        title = titles.get(number) or whole.part(0, min(first, TITLE))
        moved = Encoded(whole.ids, whole.spans + (start - body), whole.gaps, whole.shapes)
        for a, b in _pieces(whole.gaps, first, len(whole)):
            tokens = joined(title, moved.part(a, b))
            out.append(Window(article, row, number, start, end, tokens, len(title)))
    return out


def _titles(
    snapshot: Snapshot, bounds: list[tuple[int, int, int]], articles: dict[int, Article]
) -> dict[int, Encoded]:
    """By passage, the first sentence for a title, for articles without one.

    There is none beside the passage that begins with it.
    """
    numbers = [n for n, (row, start, _) in enumerate(bounds) if start and not articles[row].title]
    leads = {}
    for row in {bounds[n][0] for n in numbers}:
        text = articles[row].text
        first = next(iter(sentences(text, 0, min(len(text), 4 * LEAD))), (0, 0))
        leads[row] = text[slice(*first)][:LEAD]
    found = dict(zip(leads, encode(snapshot.model, list(leads.values()))))
    return {n: found[bounds[n][0]].part(0, TITLE) for n in numbers}


def _pieces(gaps: np.ndarray, first: int, end: int) -> list[tuple[int, int]]:
    """Parts of at most ``BODY`` tokens that end where sentences do, where that can be."""
    out = []
    while end - first > BODY:
        stops = np.flatnonzero(gaps[first + BODY // 3 : first + BODY + 1] >= _STOP)
        cut = first + BODY // 3 + int(stops[-1]) if len(stops) else first + BODY
        out.append((first, cut))
        first = cut
    return [*out, (first, end)] if end > first else out
