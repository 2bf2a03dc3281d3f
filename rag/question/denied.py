"""What a question denies, and what it leaves out: "which did not", "除了四川"."""

from __future__ import annotations

import re

from rag.question.types import Span
from rag.question.words import pattern


def denies(text: str) -> bool:
    """Whether what was not done, or was called off, is asked for."""
    return bool(pattern("denies").search(re.sub("《[^》]*》|“[^”]*”", "", text)))


def exceptions(text: str) -> tuple[list[Span], list[Span]]:
    """What is not sought: the spans of the names alone, and those of all the words that say so."""
    names, phrases = [], []
    for found in pattern("except").finditer(text):
        group = next(name for name, said in found.groupdict().items() if said)
        low, high = found.span(group)
        if pattern("asks_any").search(text, low, high):
            continue  # "除了哪些部位"
        cuts = [
            low,
            *(at for one in pattern("joined_names").finditer(text, low, high) for at in one.span()),
            high,
        ]
        for a, b in zip(cuts[::2], cuts[1::2]):
            name = text[a:b].rstrip(" ?？")
            if name.strip():
                names.append((a + len(name) - len(name.lstrip()), a + len(name)))
        phrases.append(found.span())
    return names, phrases
