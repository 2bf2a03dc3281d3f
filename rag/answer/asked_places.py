"""The places that a question names itself: what is sought lies in them, or is none of them."""

from __future__ import annotations

import re

from rag.corpus.gazetteer import Place, contains
from rag.corpus.places import PlaceMention, find_places
from rag.question.types import Asked

# "从北京到上海", "from Xining to Chengdu": what stands between the ends of a way.
_WAY = re.compile(r"[市省]?(?:[至到]|[-—–]+)|[^,.?]{0,20}\bto (?:the )?", re.I)


def _ends(asked: Asked) -> set[tuple[int, int]]:
    """Where the question names the ends of a way ("from Xining to Chengdu")."""
    spans = asked.place_spans
    return {
        span
        for left, right in zip(spans, spans[1:])
        if _WAY.fullmatch(asked.plain, left[1], right[0])
        for span in (left, right)
    }


def containers(asked: Asked) -> list[Place]:
    """The places of the question that what is sought may lie in: not those of the level that is
    sought, nor the ends of a way.
    """
    ends = _ends(asked)
    broad = {
        "city": ("province",),
        **dict.fromkeys(("local", "county", "district"), ("province", "city")),
        "any": ("province", "city", "county"),
    }.get(asked.level, ())
    return [
        place
        for place, span in zip(asked.places, asked.place_spans)
        if span not in ends and place.level in broad
    ]


def named_codes(asked: Asked) -> set[str]:
    """Codes of the places that the question names itself and so does not ask for ("which countries
    withdrew from Iraq").
    """
    if asked.level == "country":
        return {m.place.code for m in find_places(asked.plain)}
    ends = _ends(asked)
    return {place.code for place, span in zip(asked.places, asked.place_spans) if span not in ends}


def is_within(mention: PlaceMention, places: list[Place]) -> bool:
    """Whether a place is inside one of those that the question names ("哪些城市 ... 四川")."""
    return not places or any(
        mention.place.code != place.code and contains(place, mention.place) for place in places
    )
