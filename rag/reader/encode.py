"""Encodes texts for the reader: token ids, the gap before each token, and its character shape."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.embed.static import StaticModel

# Classes of the gap between two tokens, weakest first; the strongest character in the gap decides.
# They tell the reader of punctuation, which the tokenizer drops.
GAPS = tuple("nothing space letter close open colon enumeration comma stop line".split())
_GAP_CHARACTERS = {
    "space": " \t\u00a0\u3000",
    "close": "”’」』》〉）)]】",
    "open": "“‘「『《〈（([【\"'",
    "colon": "：:—-–",
    "enumeration": "、/&",
    "comma": "，,",
    "stop": "。.！!？?；;…",
    "line": "\n\r\v\f\u2028\u2029",
}
# Classes of how a token is written, by its first character; "capitals" if the second is upper, too.
SHAPES = ("other", "han", "lower", "upper", "digit", "han_numeral", "capitals")
_SHAPE_CHARACTERS = {
    "digit": "0123456789０１２３４５６７８９",
    "han_numeral": "零〇一二三四五六七八九十百千万亿两几萬億兩幾",
}


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A text as the reader sees it, in parallel arrays with an entry per token.

    Attributes:
        ids: token ids, int64 (t,).
        spans: start and end of each token in the text, int64 (t, 2).
        gaps: class of the gap before each token, an index into ``GAPS``, uint8 (t,).
        shapes: class of how each token is written, an index into ``SHAPES``, uint8 (t,).
    """

    ids: np.ndarray
    spans: np.ndarray
    gaps: np.ndarray
    shapes: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def part(self, start: int, end: int) -> Encoded:
        """The tokens from position ``start`` up to, without, ``end``."""
        inside = slice(start, end)
        return Encoded(self.ids[inside], self.spans[inside], self.gaps[inside], self.shapes[inside])


def joined(*parts: Encoded) -> Encoded:
    """Concatenates encoded texts; spans keep referring to the original texts."""
    arrays = ((one.ids, one.spans, one.gaps, one.shapes) for one in parts)
    return Encoded(*(np.concatenate(same) for same in zip(*arrays)))


def encode(model: StaticModel, texts: Sequence[str]) -> list[Encoded]:
    """Tokenizes and encodes each text."""
    found = model.located(list(texts))
    return [described(ids, spans, text) for (ids, spans), text in zip(found, texts)]


def described(ids: np.ndarray, spans: np.ndarray, text: str) -> Encoded:
    """Encodes tokens of which the ids and the spans in a text are known already.

    The first token counts as the beginning of a line.
    """
    if not len(ids):
        return Encoded(ids, spans, np.zeros(0, np.uint8), np.zeros(0, np.uint8))
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    gap_of, shape_of = _tables()
    codes = np.minimum(codes, len(gap_of) - 1)
    classes, shapes = gap_of[codes], shape_of[codes]
    starts, ends = spans[:, 0], spans[:, 1]
    # Only characters outside of all tokens count for the gaps.
    inside = np.zeros(len(text) + 1, np.int64)
    np.add.at(inside, np.minimum(starts, len(text)), 1)
    np.add.at(inside, np.minimum(ends, len(text)), -1)
    free = np.where(inside.cumsum()[:-1] > 0, 0, classes)
    before = np.concatenate([[0], ends[:-1]])
    borders = np.stack([before, np.maximum(starts, before)], axis=1).ravel()
    padded = np.append(free, 0)
    gaps = np.maximum.reduceat(padded, borders)[::2]
    gaps[borders[::2] == borders[1::2]] = 0
    gaps[0] = max(gaps[0], GAPS.index("line"))
    first = shapes[np.minimum(starts, len(text) - 1)]
    second = shapes[np.minimum(starts + 1, len(text) - 1)]
    upper = SHAPES.index("upper")
    capitals = (first == upper) & (second == upper) & (ends - starts > 1)
    first = np.where(capitals, SHAPES.index("capitals"), first)
    return Encoded(ids.astype(np.int64), spans, gaps.astype(np.uint8), first.astype(np.uint8))


@functools.cache
def _tables() -> tuple[np.ndarray, np.ndarray]:
    """The gap class and the shape class of each character of the basic plane, uint8 (65536,)."""
    gaps = np.full(65536, GAPS.index("letter"), np.uint8)
    for name, characters in _GAP_CHARACTERS.items():
        gaps[[ord(character) for character in characters]] = GAPS.index(name)
    shapes = np.zeros(65536, np.uint8)
    shapes[0x3400:0xA000] = SHAPES.index("han")
    for name, characters in _SHAPE_CHARACTERS.items():
        shapes[[ord(character) for character in characters]] = SHAPES.index(name)
    for code in range(0x250):
        character = chr(code)
        if character.isalpha():
            shapes[code] = SHAPES.index("upper" if character.isupper() else "lower")
    return gaps, shapes
