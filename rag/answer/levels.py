"""Places at the level that a question asks for: provinces, cities, counties, countries."""

from __future__ import annotations

from rag.corpus.gazetteer import Place
from rag.corpus.places import find_places

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
_OWN = ("city", "local", "county", "district", "country")  # whose rows are the places themselves


def row_place(place: Place, level: str) -> str:
    """What names of places that one row stands for have in common.

    It is their province, or for levels other than that the place itself; a country has no province.
    """
    return place.code if level in _OWN else place.province or place.code


def of_level(place: Place, level: str) -> bool:
    """Whether a place can answer a question for a level, see ``Asked.level``.

    Cities that are provinces of their own are cities, too.
    """
    if level == "city" and place.level == "province":
        return place.name.endswith(("市", "特别行政区"))
    return place.level in _LEVELS[level or "any"] and place.name.endswith(_ENDS.get(level, ""))


def is_own(level: str) -> bool:
    """Whether a row of a level below the province is the place itself."""
    return level in _OWN and level != "country"


def only_places(words: str) -> bool:
    """Whether words are names of places and nothing else: "湖北省宜昌市"."""
    at = 0
    for mention in find_places(words):
        if mention.start != at or mention.part_of_name:
            return False
        at = mention.end
    return at == len(words) > 0
