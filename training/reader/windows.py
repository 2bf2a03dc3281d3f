"""Examples as the network takes them.

Token arrays of a question and of a window of the passage, with answer spans.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rag.embed.static import StaticModel
from rag.reader.encode import Encoded, encode, joined
from rag.reader.network import MAX_BODY_TOKENS, MAX_QUESTION_TOKENS, MAX_TITLE_TOKENS
from training.examples import Example


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """One question beside one window, as arrays.

    Attributes:
        question: the tokens of the question.
        passage: those of the title and, behind them, of the text.
        body: number of title tokens: where the text begins.
        spans: (first, last) token numbers of the answers, int64 (s, 2), counted from the title's
            first; s is 0 for none.
        several: as in :class:`training.examples.Example`.
        kind: as there.
    """

    question: Encoded
    passage: Encoded
    body: int
    spans: np.ndarray
    several: bool
    kind: str


def windows(
    model: StaticModel, examples: Sequence[Example], rng: np.random.Generator
) -> list[Window]:
    """The examples as windows; those whose answer the tokenizer does not see are left out.

    A text that is too long is cut to the tokens around an answer.
    """
    texts = [part for one in examples for part in (one.question, one.title, one.text)]
    found = encode(model, texts)
    out = []
    for one, question, title, text in zip(examples, found[::3], found[1::3], found[2::3]):
        spans = [_tokens(text, *span) for span in one.spans]
        if any(span is None for span in spans) or not len(question) or not len(text):
            continue
        begin = 0
        if len(text) > MAX_BODY_TOKENS:
            first, last = (
                spans[rng.integers(len(spans))] if spans else (rng.integers(len(text)),) * 2
            )
            low, high = max(0, last + 1 - MAX_BODY_TOKENS), min(first, len(text) - MAX_BODY_TOKENS)
            begin = int(rng.integers(min(low, high), max(low, high) + 1))
            spans = [
                span for span in spans if begin <= span[0] and span[1] < begin + MAX_BODY_TOKENS
            ]
            if one.spans and not spans:
                continue
            text = text.part(begin, begin + MAX_BODY_TOKENS)
        title = title.part(0, MAX_TITLE_TOKENS)
        moved = np.array(spans, np.int64).reshape(-1, 2) - begin + len(title)
        out.append(
            Window(
                question.part(0, MAX_QUESTION_TOKENS),
                joined(title, text),
                len(title),
                moved,
                one.several,
                one.kind,
            )
        )
    return out


def _tokens(text: Encoded, start: int, end: int) -> tuple[int, int] | None:
    """The first and the last token that a span of characters touches."""
    touched = np.flatnonzero((text.spans[:, 1] > start) & (text.spans[:, 0] < end))
    return (int(touched[0]), int(touched[-1])) if len(touched) else None


def batches(
    rows: Iterable[Window], size: int, rng: np.random.Generator, pool: int = 64
) -> Iterator[list[Window]]:
    """Batches of windows of about the same length, so that little of a batch is padding.

    The windows of ``pool`` batches are sorted at once.
    """
    held: list[Window] = []

    def emptied() -> Iterator[list[Window]]:
        order = sorted(range(len(held)), key=lambda at: len(held[at].passage))
        cut = [order[at : at + size] for at in range(0, len(order), size)]
        for number in rng.permutation(len(cut)):
            yield [held[at] for at in cut[number]]
        held.clear()

    for one in rows:
        held.append(one)
        if len(held) == size * pool:
            yield from emptied()
    yield from emptied()


def padded(batch: Sequence[Window]) -> dict[str, np.ndarray]:
    """A batch as arrays: of questions (b, n), of passages (b, t), and of gold spans (b, s, 2).

    Tokens are padded with id -1, and spans with -1.
    """
    out = {}
    for name in ("question", "passage"):
        rows = [getattr(one, name) for one in batch]
        length = max(max(map(len, rows)), 1)
        for field, kind in (("ids", np.int64), ("gaps", np.int64), ("shapes", np.int64)):
            array = np.full((len(batch), length), -1 if field == "ids" else 0, kind)
            for at, row in enumerate(rows):
                array[at, : len(row)] = getattr(row, field)
            out[f"{name}_{field}"] = array
    most = max(max(len(one.spans) for one in batch), 1)
    spans = np.full((len(batch), most, 2), -1, np.int64)
    for at, one in enumerate(batch):
        spans[at, : len(one.spans)] = one.spans
    out["spans"] = spans
    out["body"] = np.array([one.body for one in batch])
    out["several"] = np.array([one.several for one in batch])
    return out
