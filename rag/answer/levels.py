"""Places at the level that a question asks for: provinces, cities, counties, countries."""

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
# Of the places below a city some are districts.
_ENDS = {"county": ("县", "旗", "市"), "district": ("区",)}


def is_own(level: str) -> bool:
    """Whether a row of places of a level is the place itself, and not the province it lies in."""
    return level in ("city", "local", "county", "district")


def row_place(place: Place, level: str) -> str:
    """What names of places that one row stands for have in common.

    It is their province, or for levels other than that the place itself; a country has no province.
    """
    return place.code if is_own(level) else place.province or place.code


def of_level(place: Place, level: str) -> bool:
    """Whether a place can answer a question for a level, see ``Asked.level``.

    Cities that are provinces of their own are cities, too.
    """
    if level == "city" and place.level == "province":
        return place.name.endswith(("市", "特别行政区"))
    return place.level in _LEVELS[level or "any"] and place.name.endswith(_ENDS.get(level, ""))


def leading_places(words: str) -> list[PlaceMention]:
    """The places that words begin with, side by side: "湖北省宜昌市", of "瑞典斯德哥尔摩" the first."""
    out: list[PlaceMention] = []
    for mention in find_places(words):
        if mention.start != (out[-1].end if out else 0) or mention.part_of_name:
            break
        out.append(mention)
    return out


def only_places(words: str) -> bool:
    """Whether words are names of places and nothing else."""
    places = leading_places(words)
    return bool(places) and places[-1].end == len(words)
