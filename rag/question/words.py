"""The words that are known, from ``data/words.txt``: alternatives of patterns, by name."""

from __future__ import annotations

import functools
import re
from importlib import resources


@functools.cache
def _words() -> dict[str, str]:
    text = resources.files("rag.question").joinpath("data", "words.txt").read_text("utf8")
    return dict(re.findall(r"^(\w+) = (.+)$", text.replace("\n|", "|"), re.M))


def words(name: str) -> str:
    """The alternatives of a name, with "|" between them. Raises KeyError for a name that is none.
    """
    return _words()[name]
