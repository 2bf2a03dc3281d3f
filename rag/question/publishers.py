"""The publisher that a question refers to ("据新华社报道", "according to Reuters"), if the corpus
has it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.corpus.gazetteer import places_by_name
from rag.question.words import lines, pattern

# A publisher is meant where its reporting is; a body that only shares the name with one is not.
_CUES = ("reported_zh", "reports_zh", "reported_en", "reports_en")


def may_name_publisher(question: str) -> bool:
    """Whether a question refers to some report at all; cheap, so that the publishers are looked up
    only then.
    """
    return any(pattern(cue).search(question) for cue in _CUES)


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher in a question.

    Attributes:
        start, end: where the question names it.
        phrase: span of all that only refers to it ("据新华社报道").
        sources: its names among the sources of the articles.
    """

    start: int
    end: int
    phrase: tuple[int, int]
    sources: tuple[str, ...]


def find_publisher(question: str, sources: Iterable[str]) -> Publisher | None:
    """The publisher whose reports a question asks about; None where there is none, or the corpus
    has nothing of it.

    It may be named short ("Xinhua" for "Xinhua News Agency"), and in the other language where it
    is well known.
    """
    sources = sorted({source for source in sources if source})
    for cue in _CUES:
        for match in pattern(cue).finditer(question):
            start, name = match.start("name"), match["name"]
            for end in _ends(name):
                if found := tuple(source for source in sources if _is_of(source, name[:end])):
                    shown = start + end
                    chinese = max(match[0][0], name[0]) >= "\u2e80"
                    last = max(shown, match.end()) if chinese else shown
                    return Publisher(start, shown, (match.start(), last), found)
    return None


def known_publisher(name: str, sources: Iterable[str]) -> bool:
    """Whether a name is that of a publisher: one that is well known, or one of ``sources``."""
    said = name.casefold().removeprefix("the ")
    known = any(said in names for names in _publishers())
    return known or bool(sources_named(name, sources))


def sources_named(name: str, sources: Iterable[str]) -> tuple[str, ...]:
    """Those of some sources that are the publisher of a name."""
    said = name.casefold().removeprefix("the ")
    return tuple(source for source in sources if source and _is_of(source, said))


def _ends(name: str) -> list[int]:
    """Where the name may end, the longest first: Chinese as it is, English behind any of its
    words.
    """
    if name[0] >= "\u2e80":
        return [len(name)]
    return [match.end() for match in re.finditer(r"[^\s]+(?=\s|$)", name)][::-1]


def _is_of(source: str, name: str) -> bool:
    """Whether a source is the publisher of a name."""
    said, source = name.casefold(), source.casefold()
    others = (other for names in _publishers() if said in names for other in names)
    return _begins(source, said) or any(_begins(source, other) for other in others)


def _begins(source: str, name: str) -> bool:
    source = source.removeprefix("the ")
    if len(name) < 2 or not source.startswith(name):
        return False
    rest = source[len(name) :]
    if name[-1] < "\u2e80":
        return not rest[:1].isalnum()
    return (
        pattern("rest_of_publisher").fullmatch(rest) is not None or rest in places_by_name()
    )  # 中新网广东


@functools.cache
def _publishers() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(line.casefold().split("|")) for line in lines("publishers.tsv"))
