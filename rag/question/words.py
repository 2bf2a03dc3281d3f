"""Named regular expressions from ``data/words.txt``, and words of one language in the other.

A line of that file gives a name and the alternatives of its pattern, separated by "|"; ``{name}``
inserts the alternatives of an earlier name.
"""

from __future__ import annotations

import functools
import re

from rag.corpus import tables
from rag.corpus.date_grammar import NUMBER_WORDS, number
from rag.corpus.places import find_places


def lines(name: str) -> list[str]:
    """The lines of a file in ``rag/question/data``, without comments and empty lines."""
    return tables.lines("rag.question", name)


@functools.cache
def _words() -> dict[str, str]:
    """The alternatives of every name, with references filled in."""
    known: dict[str, str] = {}
    for line in "\n".join(lines("words.txt")).replace("\n|", "|").splitlines():
        name, _, alternatives = line.partition(" = ")
        known[name] = filled(alternatives, known)
    return known


def filled(text: str, known: dict[str, str] | None = None) -> str:
    """Replaces each ``{name}`` in a text by the alternatives of that name."""
    return re.sub(r"\{([a-z_]+)\}", lambda found: (known or _words())[found[1]], text)


def words(name: str) -> str:
    """The alternatives of a name, separated by "|". Raises KeyError for an unknown name."""
    return _words()[name]


@functools.cache
def pattern(name: str) -> re.Pattern[str]:
    """The compiled pattern of a name, ignoring case. Raises as :func:`words`."""
    return re.compile(words(name), re.I)


def amount(word: str) -> int:
    """The number that a word means: 2 for "two", "两", "二" and "2"; 0 for ""."""
    if word in NUMBER_WORDS:
        return NUMBER_WORDS.index(word) + 1
    return number(word.replace("两", "二")) or 0 if word else 0


def ordinal(word: str) -> int:
    """The number of an ordinal: 2 for "second", "二", "2"; 0 for 特, the prize above the first."""
    known = words("ordinals").split("|")
    word = word.casefold().replace("特", "0")
    return known.index(word) + 1 if word in known else number(word) or 0


def in_other(text: str, text_lang: str, lang: str) -> str:
    """Translates places, years or question words; any other words are returned as they are.

    Args:
        text: the words.
        text_lang: their language, "zh" or "en".
        lang: the language to translate to, "zh" or "en".
    """
    if text_lang == lang:
        return text
    places = [mention.place for mention in find_places(text)]
    named = [one.short if lang == "zh" else one.en or one.short for one in places]
    pairs = [pair.split("=")[:: 1 if lang == "en" else -1] for pair in words("both").split("|")]
    year = re.sub(r"^(?:in )?(\d{4})\s?年?$", r"\1年" if lang == "zh" else r"\1", text)
    return ("和" if lang == "zh" else " and ").join(named) or dict(pairs).get(text.lower(), year)
