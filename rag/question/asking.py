"""Finds the question words of a question: which they are, where they stand, what they ask for.

Completing a follow-up exchanges them, so it has to know them in both questions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.question.kinds import kind_of, patterns
from rag.question.words import amount, pattern
from rag.question.words import words as words_of


@dataclass(frozen=True, slots=True)
class Ask:
    """Question words: ``text[start:end]``.

    Attributes:
        start, end: their span, with the noun that belongs to them ("哪些省", "which hospitals").
        core: end of the part without the noun ("哪些", "which"); ``end`` if there is no noun.
        kind: one of ``rag.question.types.ASKED_KINDS``, or "why", "how", "what", or "which" without
            a noun.
        level: level of places, as in :class:`rag.question.types.Asked`.
    """

    start: int
    end: int
    core: int
    kind: str
    level: str = ""

    @property
    def adverb(self) -> bool:
        """Whether it asks when, where, why or how, so that the sentence is complete without it."""
        where = self.kind == "places" and self.level == "any" and self.core == self.end
        return where or self.kind in ("date", "why", "how")


ENTITY_KINDS = ("places", "person", "organisation", "document")
"""Kinds that ask for something that has a name."""


def asking(text: str) -> list[Ask]:
    """All question words of a question, in order and without overlap."""
    known = [
        (*match.span(), kind, level)
        for kind, level, asks in patterns()
        if kind != "text"
        for match in asks.finditer(text)
    ]
    found: list[Ask] = []
    # Of several kinds that begin at one place, the first in the list of kinds counts.
    for start, end, kind, level in sorted(known, key=lambda one: one[0]):
        one = _with_core(text, kind, level, start, end)
        if one is not None and outside_of((start, end), ((f.start, f.end) for f in found)):
            found.append(one)
    for kind in ("why", "how", "which", "what"):
        found += [
            Ask(*match.span(), match.end(), kind)
            for match in pattern(f"asks_{kind}").finditer(text)
            if outside_of(match.span(), ((f.start, f.end) for f in found))
        ]
    return sorted(found, key=lambda one: one.start)


def _with_core(text: str, kind: str, level: str, start: int, end: int) -> Ask | None:
    """The match of a kind's pattern as an :class:`Ask`; None if these are no question words."""
    if kind == "number" and (amount := pattern("amount_en").search(text, start, end)):
        end = amount.start()  # "what is the population of"
    words = text[start:end].rstrip()
    latin = ord(words[0]) < 0x2E80
    lower = words.lower()
    whole = lower.startswith(("how ", "what is", "what was", "what's"))
    if latin and not whole and set(lower.split()[1:-1]) - set(words_of("empty_en").split("|")):
        return None
    if kind == "number":
        if more := pattern("counted_en" if latin else "counted_zh").match(text, end):
            return Ask(start, more.end(), start + len(words) if latin else more.end(), kind, level)
        # "多少个省" asks for a figure, but with the level of places of "哪些省".
        if noun := pattern("counted_places").match(text, end):
            level = kind_of(("which" if latin else "哪") + noun[0]).level
            return Ask(start, noun.end(), start + len(words), kind, level)
    core = None if pattern("no_noun").match(words) else pattern("core").match(words)
    return Ask(start, start + len(words), start + (core.end() if core else len(words)), kind, level)


def number_of(text: str) -> int:
    """The number of things that a question asks for ("哪三个", "which two"); 0 if it names none.

    Args:
        text: a question in simplified characters.
    """
    found = pattern("how_many_things").search(text)
    return amount(found["zh"] or found["en"].casefold()) if found else 0


def is_bare(words: str) -> bool:
    """Whether question words have no noun, and so need that of the question before.

    Examples are "哪些", "有多少" and "which ones".
    """
    return bool(pattern("bare").fullmatch(words.strip()))


def outside_of(span: tuple[int, int], taken: Iterable[tuple[int, int]]) -> bool:
    """Whether a span overlaps none of the others."""
    return not any(start < span[1] and span[0] < end for start, end in taken)
