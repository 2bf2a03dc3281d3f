"""Reads from a question alone, without an index, what it asks for.

This includes what it negates or excepts, and what its answer must be about.
"""

from __future__ import annotations

import re

from rag.corpus.places import PlaceMention, find_places
from rag.question.asking import asking, begin_of, kind_of, number_of
from rag.question.forms import bound_of, counted, form_of
from rag.question.names import names_of, years_in
from rag.question.script import in_simplified
from rag.question.types import Asked, Span
from rag.question.words import pattern, words

EVENT_AFTER = re.compile(words("event_after"))
"""What follows a place name that is part of the name of an event."""


def understand(text: str) -> Asked:
    """Returns what a cleaned question asks for; constraints, which need an index, come later.

    Args:
        text: the question, in simplified or traditional characters.
    """
    text = in_simplified(text)
    kind, begin = kind_of(text), begin_of(text)
    asks = [ask for ask in asking(text) if ask.start >= begin]
    things, bound = counted(text, kind), bound_of(text)
    form = form_of(text, kind, asks, any(things), bound)
    excepted, phrases = exceptions(text)
    besides = (*excepted, *([(bound.start, bound.end)] if bound else ()))
    named = [m for m in find_places(text) if not any(a <= m.start < b for a, b in besides)]
    mentions = [m for m in named if m.place.level != "country" and not _in_name(text, m)]
    abroad = [m.place for m in named if m.place.level == "country" and m.place.code != "CN"]
    if form not in ("more", "less", "count"):
        bound = None
    return Asked(
        plain=text,
        kind=kind.kind,
        level=kind.level,
        several=kind.several,
        where=kind.where,
        idle=(*kind.idle, *phrases),
        form=form,
        counted=things,
        number=number_of(text),
        bound=bound,
        negated=denies(text),
        excepted=tuple(excepted),
        names=tuple(names_of(text, excepted)),
        places=tuple(m.place for m in mentions),
        place_spans=tuple((m.start, m.end) for m in mentions),
        countries=tuple(abroad),  # most articles are about China anyway
        years=tuple(dict.fromkeys(text[start:end] for start, end in years_in(text))),
    )


def _in_name(text: str, mention: PlaceMention) -> bool:
    """Whether a place is only a part of another name, such as that of an event."""
    return mention.part_of_name or EVENT_AFTER.match(text, mention.end) is not None


def denies(text: str) -> bool:
    """Whether a question asks for what was not done, denied or called off."""
    return bool(pattern("denies").search(pattern("title").sub("", text)))


def exceptions(text: str) -> tuple[list[Span], list[Span]]:
    """What a question excepts: the spans of the names alone, and of the phrases with them.

    In "除了四川" the name is "四川".
    """
    names, phrases = [], []
    for found in pattern("except").finditer(text):
        group = next(name for name, matched in found.groupdict().items() if matched)
        low, high = found.span(group)
        if pattern("asks_any").search(text, low, high):
            continue  # "除了哪些部位" asks for the exceptions
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
