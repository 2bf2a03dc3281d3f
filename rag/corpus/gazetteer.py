"""China's divisions down to the county, and countries: their codes, names and hierarchy.

The names are facts in ``data/*.tsv``.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from rag.corpus.tables import table

_LEVELS = {"country": 0, "province": 1, "city": 2, "county": 3}
# Suffixes of the names of county-level places, in Chinese and in English.
COUNTY_SUFFIXES = {"区": "District", "县": "County", "市": "City", "旗": "Banner"}


@dataclass(frozen=True, slots=True)
class Place:
    """A country or a division of China.

    Attributes:
        code: GB/T 2260 code of a division ("510000"), ISO 3166 code of a country ("JP").
        name: full Chinese name ("四川省").
        short: short Chinese name ("四川"); for a county-level place, its full name.
        en: English name, or "".
        level: "country", "province", "city" (prefectures and leagues too) or "county".
        province: short name of the province that it is or lies in, "" for a country.
    """

    code: str
    name: str
    short: str
    en: str
    level: str
    province: str


def contains(outer: Place, inner: Place) -> bool:
    """Whether ``inner`` is ``outer`` or lies in it, by the digits of their codes (GB/T 2260)."""
    if outer.code == "CN":
        return inner.code == "CN" or inner.level != "country"
    return inner.code.startswith(code_prefix(outer))


def code_prefix(place: Place) -> str:
    """The digits with which the codes of a place and of all divisions in it begin.

    For China it is only the country's own code.
    """
    return place.code[: {"province": 2, "city": 4}.get(place.level)]


def province_label(short: str, lang: str) -> str:
    """The label of a province or country: "四川" for "zh", "Sichuan 四川" for any other language.

    Args:
        short: short Chinese name, as in ``Place.short``.
        lang: language of the answer, "zh" or "en".
    Raises:
        KeyError: no province or country has the short name ``short``.
    """
    place = _provinces()[short]
    return short if lang == "zh" else f"{place.en} {short}"


@functools.cache
def _provinces() -> dict[str, Place]:
    """Provinces, then countries, by their short names."""
    return {p.short: p for p in all_places() if p.level in ("province", "country")}


@functools.cache
def all_places() -> tuple[Place, ...]:
    """The divisions of China in the order of their codes, then the countries."""
    divisions = [
        Place(code, name, short, en.split("|")[0], level, province)
        for code, level, name, short, en, province, _ in table("divisions.tsv")
    ]
    countries = (one[:3] for one in table("countries.tsv"))
    return (*divisions, *(Place(iso, name, name, en, "country", "") for iso, name, en in countries))


@functools.cache
def by_code() -> dict[str, Place]:
    """All places by their codes."""
    return {place.code: place for place in all_places()}


def _names() -> Iterator[tuple[str, Place]]:
    """Every name in the tables with its place: Chinese and English, full, short and other names."""
    for code, level, name, short, english, _, others in table("divisions.tsv"):
        place = by_code()[code]
        chinese_names = (name, short, *filter(None, others.split("|")))
        yield from ((one, place) for one in dict.fromkeys(chinese_names))
        for en in filter(None, english.split("|")):
            if level == "county":
                if name[-1] in COUNTY_SUFFIXES:
                    yield f"{en} {COUNTY_SUFFIXES[name[-1]]}", place
            else:
                yield en, place
                if level == "city":
                    yield f"{en} City", place
    for iso, name, en, official in table("countries.tsv"):
        yield from ((n, by_code()[iso]) for n in filter(None, (name, official, en)))
    for code, names in table("place_aliases.tsv"):
        yield from ((n, by_code()[code]) for n in names.split("|"))


@functools.cache
def places_by_name() -> dict[str, tuple[Place, ...]]:
    """Every name, as it is written, with the places that have it.

    Only places of the highest level among them count; the usual one is first.
    """
    by_name: dict[str, dict[str, Place]] = {}
    for name, place in _names():
        for form in _forms(name):
            by_name.setdefault(form, {})[place.code] = place
    for kind, name, *codes in table("place_exceptions.tsv"):
        if kind == "main":
            by_name[name] = {codes[0]: by_code()[codes[0]]} | by_name[name]
    return {name: _highest(tuple(places.values())) for name, places in by_name.items()}


def _highest(places: tuple[Place, ...]) -> tuple[Place, ...]:
    """The places of the highest level: 吉林 is the province, not the city."""
    top = min(_LEVELS[place.level] for place in places)
    return tuple(place for place in places if _LEVELS[place.level] == top)


def is_latin(name: str) -> bool:
    """Whether a name is written in Latin letters."""
    return name[0] < "\u2e80"


def _forms(name: str) -> set[str]:
    """The ways to write a name. A Latin name also comes without accents and with a curly
    apostrophe.

    Keyboards often lack the accents, as in Lüliang.
    """
    if not is_latin(name):
        return {name}
    letters = unicodedata.normalize("NFD", name)
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    return {name, plain, name.replace("'", "\u2019")}


def fold(text: str) -> str:
    """The text in lower case, simplified characters and half-width letters; its length is
    unchanged.
    """
    odd, plain = _folding()
    lower = text.lower()
    if len(lower) != len(text):  # İ and similar letters become two characters in lower case
        lower = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    return lower.translate(plain) if odd.search(lower) else lower


@functools.cache
def _folding() -> tuple[re.Pattern[str], dict[int, str]]:
    """A pattern of the characters that are replaced in lower-case text, and their replacements."""
    (old,), (new,) = table("traditional.tsv")
    plain = {ord(a): b for a, b in zip(old, new, strict=True)}
    plain.update((0xFF41 + i, chr(0x61 + i)) for i in range(26))
    return re.compile("[" + "".join(map(chr, plain)) + "]"), plain
