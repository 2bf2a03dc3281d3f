"""Classifies what kind of thing a question asks for.

The kinds are places, figures, dates, persons, organisations, documents, and text for all else.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from rag.question.types import Span
from rag.question.words import filled, lines, pattern, words


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
