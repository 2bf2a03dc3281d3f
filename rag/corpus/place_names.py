"""Resolves a name to the place that it means, and gives a place a name that no other place has."""

from __future__ import annotations

import functools
from difflib import SequenceMatcher, get_close_matches

from rag.corpus import gazetteer
from rag.corpus.gazetteer import Place, fold, is_latin
from rag.corpus.places import find_places
from rag.errors import UsageError

_NEAR = 3  # similar names shown for a name that is not known
_SHARED = 8  # places shown that share a name
# What may stand between the name of a place and the name of the region around it.
_BETWEEN = frozenset(" ,，、·-/的")


def place_named(name: str) -> Place:
    """The place of a name: "四川", "Sichuan", "成都市", "Japan", "南京鼓楼区", "Nanshan District,
    Shenzhen", "510000", "JP".

    If several places share a name, it is resolved as in a text: the place of the highest level, or
    the usual one.

    Raises:
        UsageError: no place has this name (the message lists similar names), or several have (the
            message lists them).
    """
    wanted = fold(" ".join(name.split()))
    places = _known().get(wanted, ())
    if len(places) == 1:
        return places[0]
    if inner := _inmost(name):
        return inner
    if places:
        homonyms = "、".join(map(full_name, places[:_SHARED])) + " …" * (len(places) > _SHARED)
        raise UsageError(
            f"expected the name of one place, got {name!r}, the name of {len(places)}: {homonyms}"
        )
    close = get_close_matches(wanted, _known(), 10 * _NEAR, 0.5)
    near = sorted(close, key=lambda one: _far(one, wanted))[:_NEAR]
    meant = [(one, _known()[one][0]) for one in near]
    names = (place.en if is_latin(one) else full_name(place) for one, place in meant)
    suggestions = "、".join(dict.fromkeys(names))
    raise UsageError(
        "expected a province, city or county of China or a country, in Chinese or English, got"
        f" {name!r}" + (f"; near it are {suggestions}" if suggestions else "")
    )


def full_name(place: Place) -> str:
    """A Chinese name that only this place has, and that :func:`place_named` accepts:
    "四川省成都市武侯区", "日本".
    """
    codes = (f"{place.code[:2]}0000", f"{place.code[:4]}00", place.code)
    places = filter(None, map(gazetteer.by_code().get, codes))
    return "".join(dict.fromkeys(one.name for one in places))


def _inmost(name: str) -> Place | None:
    """The innermost place of a name with several parts, each inside another ("南京鼓楼区"); else
    None.
    """
    mentions = find_places(name)
    ends = [(0, 0), *((m.start, m.end) for m in mentions), (len(name), len(name))]
    between = "".join(name[a:b] for (_, a), (b, _) in zip(ends, ends[1:]))
    if not mentions or set(between.replace(" of ", " ")) - _BETWEEN:
        return None
    places = [mention.place for mention in mentions]
    inner = (place for place in places if all(gazetteer.contains(one, place) for one in places))
    return next(inner, None)


def _far(name: str, wanted: str) -> tuple[float, str]:
    """Sort key for names similar to ``wanted``: the most similar first, then the highest level.

    Codes of high levels end in zeros, so reversed codes sort by level.
    """
    return -SequenceMatcher(None, name, wanted).ratio(), _known()[name][0].code[::-1]


@functools.cache
def _known() -> dict[str, tuple[Place, ...]]:
    """Names, full names and codes, folded, with the places that they may mean."""
    out = {fold(name): places for name, places in gazetteer.places_by_name().items()}
    for place in gazetteer.all_places():
        out[fold(full_name(place))] = out[fold(place.code)] = (place,)
    return out
