"""Finds the publisher that a question refers to, if the corpus has it.

Examples are "据新华社报道" and "according to Reuters".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.corpus.gazetteer import places_by_name
from rag.question.words import lines, pattern

# A publisher is meant only next to words about reporting; else its name may be another body's.
_CUES = ("reported_zh", "reports_zh", "reported_en", "reports_en")


def may_name_publisher(question: str) -> bool:
    """Whether a question refers to a report at all, a cheap check before looking up publishers."""
    return any(pattern(cue).search(question) for cue in _CUES)


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher named in a question.

    Attributes:
        start, end: span of its name in the question.
        phrase: span of the whole phrase that refers to it ("据新华社报道").
        sources: its names among the sources of the articles.
    """

    start: int
    end: int
    phrase: tuple[int, int]
    sources: tuple[str, ...]


def find_publisher(question: str, sources: Iterable[str]) -> Publisher | None:
    """Returns the publisher whose reports a question asks about, if the corpus has any; else None.

    Its name may be short ("Xinhua" for "Xinhua News Agency"), and that of a well-known publisher
    may be in the other language.
    """
    sources = sorted({source for source in sources if source})
    for cue in _CUES:
        for match in pattern(cue).finditer(question):
            start, name = match.start("name"), match["name"]
            ends = [len(name)]
            if name[0] < "\u2e80":  # an English name may end behind each word; the longest counts
                ends = [one.end() for one in re.finditer(r"\S+", name)][::-1]
            for end in ends:
                if found := tuple(source for source in sources if _is_of(source, name[:end])):
                    shown = start + end
                    chinese = max(match[0][0], name[0]) >= "\u2e80"
                    last = max(shown, match.end()) if chinese else shown
                    return Publisher(start, shown, (match.start(), last), found)
    return None


def known_publisher(name: str, sources: Iterable[str]) -> bool:
    """Whether a name belongs to a publisher: a well-known one, or one of ``sources``."""
    folded = name.casefold().removeprefix("the ")
    known = any(folded in names for names in _publishers())
    return known or bool(sources_named(name, sources))


def sources_named(name: str, sources: Iterable[str]) -> tuple[str, ...]:
    """The sources that belong to the publisher of a name."""
    folded = name.casefold().removeprefix("the ")
    return tuple(source for source in sources if source and _is_of(source, folded))


def _is_of(source: str, name: str) -> bool:
    """Whether a source is the publisher of a name, under this name or another known one."""
    folded, source = name.casefold(), source.casefold()
    others = (other for names in _publishers() if folded in names for other in names)
    return _begins(source, folded) or any(_begins(source, other) for other in others)


def _begins(source: str, name: str) -> bool:
    """Whether a source is called by a name, or by it and an addition (a place in 中新网广东)."""
    source = source.removeprefix("the ")
    if len(name) < 2 or not source.startswith(name):
        return False
    rest = source[len(name) :]
    if name[-1] < "\u2e80":
        return not rest[:1].isalnum()
    return bool(pattern("rest_of_publisher").fullmatch(rest)) or rest in places_by_name()


@functools.cache
def _publishers() -> tuple[tuple[str, ...], ...]:
    """The well-known publishers, each with all its names in lower case."""
    return tuple(tuple(line.casefold().split("|")) for line in lines("publishers.tsv"))
