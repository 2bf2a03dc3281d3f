"""Splits articles into passages, the units that are embedded, searched and shown around a quote."""

from __future__ import annotations

from rag.corpus.article import Article, Passage
from rag.corpus.context import context
from rag.corpus.sentences import Span, clauses, sentences

SPLITTER: dict[str, int | str] = {
    "name": "sentences",
    "version": 2,  # raise it whenever the same text would be cut elsewhere or get another context
    # characters, like all lengths here; shorter only if the article is, or nothing else fits
    "min": 100,
    "target": 280,
    "max": 400,
    "merge": 480,  # a neighbour may grow to this length to take in a remainder under "min"
}
"""Settings of :func:`split`, for the manifest of an index. The same for all languages."""

_MIN, _TARGET, _MAX, _MERGE = (int(SPLITTER[key]) for key in ("min", "target", "max", "merge"))
_UNIT = 40  # characters; a shorter sentence, such as "他说。", stays with what follows it
_NO_BREAK = "。！？!?；;.…”’」』）)\"'"  # a paragraph that ends with one of these is not a heading

# Costs of a passage that is too short or too long, and of a border inside a paragraph or after a
# heading. They are added to the squared relative distance from the target length.
_COST_SHORT = 4.0
_COST_LONG = 2.0
_COST_INSIDE_PARAGRAPH = 0.15
_COST_AFTER_HEADING = 1.0


def split(article: Article) -> list[Passage]:
    """The passages of an article, in order, without overlap, covering all of its text but
    whitespace.

    Whole sentences are packed into passages of 100 to 400 characters, ideally 280. Borders at
    paragraph ends are preferred, and a heading stays with what follows it. A sentence of more than
    400 characters is cut between clauses, then at spaces, then anywhere. A passage has under 100
    characters only where the whole article has, or where its neighbours leave no room. It has 401
    to 480 only where such a remainder would be left otherwise. An article of whitespace has no
    passages.
    """
    units = _units(article.text)
    return [Passage(article.id, start, end) for start, end in _pack(units)]


def passage_text(article: Article, passage: Passage) -> str:
    """The text that is embedded and tokenised for a passage.

    It is the passage's context (:func:`rag.corpus.context.context`), a newline, and the passage.
    """
    body, context_lines = article.text[passage.start : passage.end], context(article, passage.start)
    return f"{context_lines}\n{body}" if context_lines else body


def body_start(article: Article, start: int) -> int:
    """The offset in :func:`passage_text` at which the passage itself begins.

    ``start`` is the offset of the passage in ``article.text``.
    """
    context_lines = context(article, start)
    return len(context_lines) + 1 if context_lines else 0


def _units(text: str) -> list[tuple[int, int, float]]:
    """The pieces that are never cut further: (start, end, cost of a border after the piece)."""
    spans: list[Span] = []
    for start, end in sentences(text):
        if end - start <= _MAX:
            spans.append((start, end))
        else:
            spans.extend(_cut(text, start, end))
    units: list[tuple[int, int, float]] = []
    for (start, end), (following, _) in zip(spans, [*spans[1:], (0, 0)]):
        if following and "\n" not in text[end:following]:
            cost = _COST_INSIDE_PARAGRAPH
        elif end - start < _UNIT and text[end - 1] not in _NO_BREAK:
            cost = _COST_AFTER_HEADING
        else:
            cost = 0.0
        if units:
            first, last, border = units[-1]
            rest = border == _COST_INSIDE_PARAGRAPH and end - start < _UNIT and cost == 0.0
            if end - first <= _MAX and (last - first < _UNIT or rest):
                units[-1] = (first, end, cost)
                continue
        units.append((start, end, cost))
    return units


def _cut(text: str, start: int, end: int) -> list[Span]:
    """Spans of at most the maximum length that make up a sentence that is too long."""
    out: list[Span] = []
    for first, last in clauses(text, start, end):
        if out and last - out[-1][0] <= _MAX:
            out[-1] = (out[-1][0], last)
            continue
        while last - first > _MAX:
            space = text.rfind(" ", first + _MIN, first + _MAX + 1)
            at = max(space, text.rfind("、", first + _MIN, first + _MAX) + 1)
            at = at if at > first else first + _MAX
            piece = text[first:at].rstrip()
            out.append((first, first + len(piece)))
            rest = text[at:last]
            first = at + len(rest) - len(rest.lstrip())
        out.append((first, last))
    return out


def _pack(units: list[tuple[int, int, float]]) -> list[Span]:
    """The cheapest way to join neighbouring units into passages, by dynamic programming."""
    count = len(units)
    best = [0.0] + [float("inf")] * count
    first_unit = [0] * (count + 1)
    starts = [unit[0] for unit in units]
    for stop in range(1, count + 1):
        _, end, border = units[stop - 1]
        border = border if stop < count else 0.0
        least, chosen = float("inf"), stop - 1
        for first in range(stop - 1, -1, -1):
            length = end - starts[first]
            if length > _MERGE and first < stop - 1:
                break
            off = (length - _TARGET) / _TARGET
            cost = best[first] + off * off
            if length < _MIN:
                cost += _COST_SHORT
            elif length > _MAX:
                cost += _COST_LONG
            if cost < least:
                least, chosen = cost, first
        best[stop], first_unit[stop] = least + border, chosen
    spans: list[Span] = []
    stop = count
    while stop:
        spans.append((starts[first_unit[stop]], units[stop - 1][1]))
        stop = first_unit[stop]
    return spans[::-1]
