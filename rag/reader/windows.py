"""Turns passages of an index into windows, the pieces of text that the reader reads at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.corpus import Article, body_start, sentences
from rag.embed.spans import token_spans
from rag.index import Snapshot
from rag.reader.encode import GAPS, Encoded, described, encode, joined
from rag.reader.network import MAX_BODY_TOKENS, MAX_TITLE_TOKENS
from rag.search.located import passage_texts

# Characters of the first sentence that replace the title of an article without one.
_MAX_LEAD_CHARACTERS = 60
_STOP = GAPS.index("stop")


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """A passage, or a part of a long one, with the title of its article.

    Attributes:
        article: the article.
        row: the row of the article in the index.
        candidate: position of the passage in the list given to :func:`windows_of`; all parts of
            one passage share it.
        start, end: offsets of the whole passage in ``article.text``.
        tokens: the tokens of the title, followed by those of the text. The spans of the text
            tokens are offsets in ``article.text``.
        body: number of title tokens, which is where the text tokens begin.
    """

    article: Article
    row: int
    candidate: int
    start: int
    end: int
    tokens: Encoded
    body: int


def windows_of(snapshot: Snapshot, rows: Sequence[int]) -> list[Window]:
    """The windows of some passages, in the order of the passages.

    A passage of more than ``MAX_BODY_TOKENS`` gives several windows.

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
        title = titles.get(number) or whole.part(0, min(first, MAX_TITLE_TOKENS))
        moved = Encoded(whole.ids, whole.spans + (start - body), whole.gaps, whole.shapes)
        for a, b in _pieces(whole.gaps, first, len(whole)):
            tokens = joined(title, moved.part(a, b))
            out.append(Window(article, row, number, start, end, tokens, len(title)))
    return out


def _titles(
    snapshot: Snapshot, bounds: list[tuple[int, int, int]], articles: dict[int, Article]
) -> dict[int, Encoded]:
    """Substitute titles for passages of articles without a title: the article's first sentence.

    The passage at the beginning of an article gets none, since it contains that sentence itself.

    Returns:
        The tokens of the substitute title, at most ``MAX_TITLE_TOKENS``, by position in ``bounds``.
    """
    numbers = [n for n, (row, start, _) in enumerate(bounds) if start and not articles[row].title]
    leads = {}
    for row in {bounds[n][0] for n in numbers}:
        text = articles[row].text
        first = next(iter(sentences(text, 0, min(len(text), 4 * _MAX_LEAD_CHARACTERS))), (0, 0))
        leads[row] = text[slice(*first)][:_MAX_LEAD_CHARACTERS]
    found = dict(zip(leads, encode(snapshot.model, list(leads.values()))))
    return {n: found[bounds[n][0]].part(0, MAX_TITLE_TOKENS) for n in numbers}


def _pieces(gaps: np.ndarray, first: int, end: int) -> list[tuple[int, int]]:
    """Splits tokens ``first`` to ``end`` into parts, at sentence ends if any.

    A part has up to ``MAX_BODY_TOKENS``; none but the last is shorter than a third of that.
    """
    out = []
    while end - first > MAX_BODY_TOKENS:
        stops = np.flatnonzero(
            gaps[first + MAX_BODY_TOKENS // 3 : first + MAX_BODY_TOKENS + 1] >= _STOP
        )
        cut = (
            first + MAX_BODY_TOKENS // 3 + int(stops[-1]) if len(stops) else first + MAX_BODY_TOKENS
        )
        out.append((first, cut))
        first = cut
    return [*out, (first, end)] if end > first else out
