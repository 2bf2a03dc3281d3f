"""Places by the level that a question asks for: provinces, cities, counties, countries."""

from __future__ import annotations

from rag.corpus.gazetteer import Place
from rag.corpus.places import PlaceMention, find_places

_LEVELS = {
    "province": ("province", "city", "county"),
    "any": ("province", "city", "county", "country"),
    "city": ("city", "county"),
    "local": ("county",),
    "county": ("county",),
    "district": ("county",),
    "country": ("country",),
}
# The gazetteer has districts at the level of counties: the ends of their names tell them apart.
_ENDS = {"county": ("县", "旗", "市"), "district": ("区",)}


def is_own(level: str) -> bool:
    """Whether a row stands for the place itself at this level, and not for its province."""
    return level in ("city", "local", "county", "district")


def row_place(place: Place, level: str) -> str:
    """The key shared by all places for which one row stands.

    It is the place's own code if :func:`is_own`, else the name of its province, or the code of a
    country, which has no province.
    """
    return place.code if is_own(level) else place.province or place.code


def of_level(place: Place, level: str) -> bool:
    """Whether a place can answer a question for a level; ``Asked.level`` lists the levels.

    Cities that rank as provinces, such as Beijing, are cities, too.
    """
    if level == "city" and place.level == "province":
        return place.name.endswith(("市", "特别行政区"))
    return place.level in _LEVELS[level or "any"] and place.name.endswith(_ENDS.get(level, ""))


def leading_places(words: str) -> list[PlaceMention]:
    """The places that words begin with, one directly after another.

    Of "湖北省宜昌市" these are both; of "瑞典斯德哥尔摩" only the first is known.
    """
    out: list[PlaceMention] = []
    for mention in find_places(words):
        if mention.start != (out[-1].end if out else 0) or mention.part_of_name:
            break
        out.append(mention)
    return out


def only_places(words: str) -> bool:
    """Whether words consist of names of places and nothing else."""
    places = leading_places(words)
    return bool(places) and places[-1].end == len(words)
