"""The training data as rows, and texts as the makers of examples need them."""

from __future__ import annotations

import json
import lzma
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rag.corpus import sentences

LEAD = 60  # characters of a first sentence that stands for a title


@dataclass(frozen=True, slots=True)
class Text:
    """An article in sentences.

    Attributes:
        title: its title, or the beginning of its first sentence.
        text: the whole text.
        spans: (start, end) of the sentences.
        lang: "zh" or "en".
    """

    title: str
    text: str
    spans: tuple[tuple[int, int], ...]
    lang: str

    def sentence(self, number: int) -> str:
        """One sentence."""
        start, end = self.spans[number]
        return self.text[start:end]


def rows(file: Path, limit: int | None = None) -> Iterator[dict]:
    """The rows of a compressed JSON Lines file."""
    with lzma.open(file, "rt", encoding="utf8") as lines:
        yield from map(json.loads, islice(lines, limit))


def text_of(title: str, text: str, lang: str, most: int = 4000) -> Text | None:
    """An article as a :class:`Text`; None where it has no sentence."""
    text = text[:most]
    spans = tuple(span for span in sentences(text) if span[1] - span[0] >= 6)
    if not spans:
        return None
    lead = text[slice(*spans[0])][:LEAD]
    return Text(title.strip() or lead, text, spans, lang)


def stretch(
    rng: random.Random, spans: Sequence[tuple[int, int]], at: int, size: int
) -> tuple[int, int]:
    """Numbers of the first and behind the last of some sentences around one.

    Together they have about ``size`` characters.
    """
    first, last = at, at + 1
    while True:
        length = spans[last - 1][1] - spans[first][0]
        grown = [side for side in (-1, 1) if (first > 0 if side < 0 else last < len(spans))]
        if length >= size or not grown:
            return first, last
        side = rng.choice(grown)
        first, last = (first - 1, last) if side < 0 else (first, last + 1)


def spread(text: Text, numbers: Sequence[int]) -> str:
    """Some sentences of a text put together, as they follow each other."""
    out = ""
    for before, number in zip([None, *numbers[:-1]], numbers):
        start, end = text.spans[number]
        if before is not None and before == number - 1:
            out += text.text[text.spans[before][1] : start]
        elif out:
            out += " " if text.lang == "en" else ""
        out += text.text[start:end]
    return out


def size_of(rng: random.Random, lang: str) -> int:
    """A length in characters for a window, as the passages of an index have."""
    return rng.randint(80, 300) if lang != "en" else rng.randint(150, 620)


def occurrences(text: str, words: str) -> list[tuple[int, int]]:
    """Where some words stand in a text; figures only where they are not part of longer ones."""
    out, at = [], text.find(words)
    while at >= 0:
        end = at + len(words)
        cut = (
            words[0].isdigit()
            and at > 0
            and (text[at - 1].isdigit() or text[at - 1] in ".," and text[at - 2 : at - 1].isdigit())
        )
        cut = (
            cut
            or words[-1].isdigit()
            and end < len(text)
            and (text[end].isdigit() or text[end] in ".," and text[end + 1 : end + 2].isdigit())
        )
        latin = (
            words[0].isascii()
            and words[0].isalpha()
            and at > 0
            and text[at - 1].isalpha()
            and text[at - 1].isascii()
        )
        latin = (
            latin
            or words[-1].isascii()
            and words[-1].isalpha()
            and end < len(text)
            and text[end].isalpha()
            and text[end].isascii()
        )
        if not cut and not latin:
            out.append((at, end))
        at = text.find(words, end)
    return out
