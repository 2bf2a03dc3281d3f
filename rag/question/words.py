"""The words that are known, from ``data/words.txt``: alternatives of patterns, by name; and words
of one language in the other.
"""

from __future__ import annotations

import functools
import re
from importlib import resources

from rag.corpus.date_grammar import number
from rag.corpus.places import find_places


def lines(name: str) -> list[str]:
    """The lines of a file of ``data``, remarks and empty ones left out."""
    text = resources.files("rag.question").joinpath("data", name).read_text("utf8")
    return [line for line in text.splitlines() if line and line[0] != "#"]


@functools.cache
def _words() -> dict[str, str]:
    known: dict[str, str] = {}
    for line in "\n".join(lines("words.txt")).replace("\n|", "|").splitlines():
        name, _, alternatives = line.partition(" = ")
        known[name] = filled(alternatives, known)
    return known


def filled(text: str, known: dict[str, str] | None = None) -> str:
    """A text with the alternatives of a name in place of each ``{name}``."""
    return re.sub(r"\{([a-z_]+)\}", lambda found: (known or _words())[found[1]], text)


def words(name: str) -> str:
    """The alternatives of a name, with "|" between them. Raises KeyError for a name that is
    none.
    """
    return _words()[name]


@functools.cache
def pattern(name: str) -> re.Pattern[str]:
    """The pattern of a name's alternatives, whatever their case. Raises as :func:`words`."""
    return re.compile(words(name), re.I)


def ordinal(word: str) -> int:
    """The number that an ordinal says: "second", "二", "2"; 0 for 特, the prize before the first."""
    known = words("ordinals").split("|")
    word = word.casefold().replace("特", "0")
    return known.index(word) + 1 if word in known else number(word) or 0


def in_other(said: str, said_in: str, lang: str) -> str:
    """Places, times or words that ask in another language, "zh" or "en"; else as they are."""
    if said_in == lang:
        return said
    places = [mention.place for mention in find_places(said)]
    named = [one.short if lang == "zh" else one.en or one.short for one in places]
    pairs = [pair.split("=")[:: 1 if lang == "en" else -1] for pair in words("both").split("|")]
    year = re.sub(r"^(?:in )?(\d{4})\s?年?$", r"\1年" if lang == "zh" else r"\1", said)
    return ("和" if lang == "zh" else " and ").join(named) or dict(pairs).get(said.lower(), year)
