"""Finds the question words of a question: which they are, where they stand, what they ask for.

They ask for places, figures, dates, persons, organisations or documents, or for text: all else.
:func:`kind_of` says what a question asks for as a whole. Completing a follow-up exchanges the
question words, so it has to know them in both questions (:func:`asking`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from rag.question.types import Span
from rag.question.words import amount, filled, lines, pattern, words


@functools.cache
def patterns() -> list[tuple[str, str, re.Pattern[str]]]:
    """Kind, level and pattern of the question words for it, from ``data/kinds.tsv``.

    Patterns for "list the ..." come first.
    """
    listed, asked = [], []
    for line in lines("kinds.tsv"):
        row = filled(line).split("\t")
        kind, level, which, last, english, other = ("" if one == "-" else one for one in row)
        ways = [
            rf"(?:{words('which_zh')}|什么)(?:{which})" if which else "",
            rf"(?:{last}){words('has_which')}" if last else "",
            rf"{words('which_en')}(?:{english})\b" if english else "",
            other,
        ]
        asked.append((kind, level, re.compile("|".join(filter(None, ways)), re.I)))
        if last:
            listed.append((kind, level, re.compile(words("asked_to_list").replace("NOUN", last))))
    return listed + asked


class Kind(NamedTuple):
    """What a question asks for: fields of :class:`rag.question.types.Asked`, and where its question
    words end.
    """

    kind: str
    level: str
    idle: tuple[Span, ...]
    end: int
    several: bool
    where: bool


def kind_of(text: str) -> Kind:
    """Classifies a question in simplified characters; the first question words in it decide."""
    begin = begin_of(text)
    matches = ((kind, level, asks.search(text, begin)) for kind, level, asks in patterns())
    found = [(kind, level, match) for kind, level, match in matches if match]
    kind, level, match = min(found, key=lambda one: one[2].start(), default=("text", "", None))
    idle: tuple[Span, ...] = ()
    behind = match.end() if match and kind != "text" else 0
    if match and kind != "text":
        start, end = match.span()
        if kind == "number" and (named := pattern("amount_en").search(match[0])):
            end = start + named.start()
        # In "Which hospitals" and "什么规划" the noun narrows the search, so it is not idle; in
        # "which companies" it hardly does.
        telling = pattern("telling_end").search(match[0])
        if telling and kind in ("organisation", "document"):
            end = start + telling.start()
        end += text.startswith("钱", end)  # "多少钱" is answered by "4,200 yuan"
        idle = ((start, end), *([match.span("noun")] if match.groupdict().get("noun") else ()))
    asks_of = text[slice(*idle[0])] if idle else ""
    several = bool(idle and pattern("several").search(text[idle[0][0] : behind]))
    where = kind == "places" and level == "any" and bool(pattern("where").search(asks_of))
    for verbs in ("happens", "befalls")[: 1 + (kind == "places")]:
        idle += tuple(verb.span() for verb in pattern(verbs).finditer(text))
    return Kind(kind, level, idle, behind, several, where)


def begin_of(text: str) -> int:
    """Offset where the main clause begins, behind a clause like "When the fire broke out,"."""
    before = pattern("clause_before").match(text)
    return before.end() if before else 0


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
    if kind == "number" and (named := pattern("amount_en").search(text, start, end)):
        end = named.start()  # "what is the population of"
    asked = text[start:end].rstrip()
    latin = ord(asked[0]) < 0x2E80
    lower = asked.lower()
    whole = lower.startswith(("how ", "what is", "what was", "what's"))
    if latin and not whole and set(lower.split()[1:-1]) - set(words("empty_en").split("|")):
        return None
    if kind == "number":
        if more := pattern("counted_en" if latin else "counted_zh").match(text, end):
            return Ask(start, more.end(), start + len(asked) if latin else more.end(), kind, level)
        # "多少个省" asks for a figure, but with the level of places of "哪些省".
        if noun := pattern("counted_places").match(text, end):
            level = kind_of(("which" if latin else "哪") + noun[0]).level
            return Ask(start, noun.end(), start + len(asked), kind, level)
    core = None if pattern("no_noun").match(asked) else pattern("core").match(asked)
    return Ask(start, start + len(asked), start + (core.end() if core else len(asked)), kind, level)


def number_of(text: str) -> int:
    """The number of things that a question asks for ("哪三个", "which two"); 0 if it names none.

    Args:
        text: a question in simplified characters.
    """
    found = pattern("how_many_things").search(text)
    return amount(found["zh"] or found["en"].casefold()) if found else 0


def is_bare(asks: str) -> bool:
    """Whether question words have no noun, and so need that of the question before.

    Examples are "哪些", "有多少" and "which ones".
    """
    return bool(pattern("bare").fullmatch(asks.strip()))


def outside_of(span: tuple[int, int], taken: Iterable[tuple[int, int]]) -> bool:
    """Whether a span overlaps none of the others."""
    return not any(start < span[1] and span[0] < end for start, end in taken)
