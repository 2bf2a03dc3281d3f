"""The words that are known, from ``data/words.txt``: alternatives of patterns, by name; and words
of one language in the other.
"""

from __future__ import annotations

import functools
import re
from importlib import resources

from rag.corpus.places import find_places


def lines(name: str) -> list[str]:
    """The lines of a file of ``data``, remarks and empty ones left out."""
    text = resources.files("rag.question").joinpath("data", name).read_text("utf8")
    return [line for line in text.splitlines() if line and line[0] != "#"]


@functools.cache
def _words() -> dict[str, str]:
    text = resources.files("rag.question").joinpath("data", "words.txt").read_text("utf8")
    return dict(re.findall(r"^(\w+) = (.+)$", text.replace("\n|", "|"), re.M))


def words(name: str) -> str:
    """The alternatives of a name, with "|" between them. Raises KeyError for a name that is
    none.
    """
    return _words()[name]


def in_other(said: str, said_in: str, lang: str) -> str:
    """Places, times or words that ask in another language, "zh" or "en"; else as they are."""
    if said_in == lang:
        return said
    places = [mention.place for mention in find_places(said)]
    named = [one.short if lang == "zh" else one.en or one.short for one in places]
    pairs = [pair.split("=")[:: 1 if lang == "en" else -1] for pair in words("both").split("|")]
    year = re.sub(r"^(?:in )?(\d{4})\s?年?$", r"\1年" if lang == "zh" else r"\1", said)
    return ("和" if lang == "zh" else " and ").join(named) or dict(pairs).get(said.lower(), year)
