"""From a name that somebody gives to the place that is meant, and back to a name that only this
place has.
"""

from __future__ import annotations

import functools
from difflib import SequenceMatcher, get_close_matches

from rag.corpus.gazetteer import (
    Place,
    all_places,
    by_code,
    contains,
    fold,
    is_latin,
    places_by_name,
)
from rag.corpus.places import find_places
from rag.errors import UsageError

_NEAR = 3  # names shown in place of one that is not known
_SHARED = 8  # places shown that share a name
# What may stand between the name of a place and of what it lies in.
_BETWEEN = frozenset(" ,，、·-/的")


def place_named(name: str) -> Place:
    """The place of a name: "四川", "Sichuan", "成都市", "Japan", "南京鼓楼区", "Nanshan District,
    Shenzhen", "510000", "JP".

    A name that several places share is settled as in a text: the place of the highest level, or the
    usual one.

    Raises:
        UsageError: no place is called so (near names are told), or several are (they are told).
    """
    wanted = fold(" ".join(name.split()))
    places = _known().get(wanted, ())
    if len(places) == 1:
        return places[0]
    if inner := _inmost(name):
        return inner
    if places:
        told = "、".join(map(full_name, places[:_SHARED])) + " …" * (len(places) > _SHARED)
        raise UsageError(
            f"expected the name of one place, got {name!r}, the name of {len(places)}: {told}"
        )
    close = get_close_matches(wanted, _known(), 10 * _NEAR, 0.5)
    near = sorted(close, key=lambda one: _far(one, wanted))[:_NEAR]
    meant = [(one, _known()[one][0]) for one in near]
    names = (place.en if is_latin(one) else full_name(place) for one, place in meant)
    told = "、".join(dict.fromkeys(names))
    raise UsageError(
        "expected a province, city or county of China or a country, in Chinese or English, got"
        f" {name!r}" + (f"; near it are {told}" if told else "")
    )


def full_name(place: Place) -> str:
    """A Chinese name that no other place has and :func:`place_named` takes: "四川省成都市武侯区",
    "日本".
    """
    codes = (f"{place.code[:2]}0000", f"{place.code[:4]}00", place.code)
    return "".join(dict.fromkeys(by_code()[code].name for code in codes if code in by_code()))


def _inmost(name: str) -> Place | None:
    """The place that a name of several parts means, each inside another ("南京鼓楼区")."""
    mentions = find_places(name)
    ends = [(0, 0), *((m.start, m.end) for m in mentions), (len(name), len(name))]
    between = "".join(name[a:b] for (_, a), (b, _) in zip(ends, ends[1:]))
    if not mentions or set(between.replace(" of ", " ")) - _BETWEEN:
        return None
    places = [mention.place for mention in mentions]
    inner = (place for place in places if all(contains(one, place) for one in places))
    return next(inner, None)


def _far(name: str, wanted: str) -> tuple[float, str]:
    """The order of names that are like another: the most like first, of those the highest level
    (its codes end in zeros).
    """
    return -SequenceMatcher(None, name, wanted).ratio(), _known()[name][0].code[::-1]


@functools.cache
def _known() -> dict[str, tuple[Place, ...]]:
    """Names, full names and codes, folded, with the places that they may mean."""
    out = {fold(name): places for name, places in places_by_name().items()}
    for place in all_places():
        out[fold(full_name(place))] = out[fold(place.code)] = (place,)
    return out
