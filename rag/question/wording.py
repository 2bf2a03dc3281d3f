"""What the words of a question say on their own: what is asked for, what is denied or left out, and
what its answer must be about.
"""

from __future__ import annotations

import re

from rag.corpus.gazetteer import Place
from rag.corpus.places import PlaceMention, find_places
from rag.question.asking import asking, number_of
from rag.question.compared import bound_of, measure_of
from rag.question.forms import counted, form_of
from rag.question.kinds import begin_of, kind_of
from rag.question.names import names_of, years_in
from rag.question.script import in_simplified
from rag.question.types import Asked, Span
from rag.question.words import pattern, words

EVENT_AFTER = re.compile(words("event_after"))
"""What follows the name of a place where both name an event."""


def understand(text: str) -> Asked:
    """What a cleaned question asks for, in either script; without the limits that take an index to
    find.
    """
    text = in_simplified(text)
    kind, begin = kind_of(text), begin_of(text)
    asks = [ask for ask in asking(text) if ask.start >= begin]
    things, (bound, compared) = counted(text, kind), bound_of(text)
    form, words = form_of(text, kind, asks, any(things), bound)
    excepted, phrases = exceptions(text)
    besides = (*excepted, *([(bound.start, bound.end)] if bound else ()))
    named = [m for m in find_places(text) if not any(a <= m.start < b for a, b in besides)]
    mentions = [m for m in named if not _aside(text, m)]
    measure = (0, 0)
    if form in ("most", "least"):
        measure = measure_of(text, *words, asks[0].end)
    elif bound and form in ("more", "less", "count"):
        measure = measure_of(text, *compared, asks[0].end if asks else 0)
    if form not in ("more", "less", "count"):
        bound = None
    return Asked(
        plain=text,
        **kind._asdict() | {"idle": (*kind.idle, *phrases)},
        form=form,
        counted=things,
        number=number_of(text),
        bound=bound,
        measure=measure,
        negated=denies(text),
        excepted=tuple(excepted),
        names=tuple(names_of(text, excepted)),
        places=tuple(m.place for m in mentions),
        place_spans=tuple((m.start, m.end) for m in mentions),
        countries=tuple(m.place for m in named if _is_abroad(m.place)),
        years=tuple(dict.fromkeys(text[start:end] for start, end in years_in(text))),
    )


def _is_abroad(place: Place) -> bool:
    """Whether a place is a country but for China, of which most articles tell."""
    return place.level == "country" and place.code != "CN"


def _aside(text: str, mention: PlaceMention) -> bool:
    """Whether a place is a country or only part of a name: nothing need be about it."""
    return (
        mention.part_of_name
        or mention.place.level == "country"
        or bool(EVENT_AFTER.match(text, mention.end))
    )


def denies(text: str) -> bool:
    """Whether what was not done, or was called off, is asked for."""
    return bool(pattern("denies").search(pattern("title").sub("", text)))


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
