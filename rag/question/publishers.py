"""The publisher that a question refers to ("据新华社报道", "according to Reuters"), if the corpus
has it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.corpus.gazetteer import places_by_name
from rag.question.words import lines

_NAME = r"(?P<name>[^\s，。、；：？?！!“”《》的]{2,24}?|[A-Z][\w.&'-]*(?: [A-Z&][\w.&'-]*){1,5})"
_REPORT = r"(?:的?(?:哪些|哪篇|什么|一篇|有关)?(?:报道|报导|消息|新闻稿|新闻(?!报|客|网|社)|文章|讯|电(?!视|力|网|台))|刊登|刊发|刊载|登载)"
# A publisher is meant where its reporting is; a body that only shares the name with one is not.
_CUES = (
    re.compile(rf"(?:根?据|按照?|来自|引自|摘自)\s?{_NAME}{_REPORT}"),
    re.compile(rf"(?:^|[，。、；：\s]){_NAME}{_REPORT}"),
    re.compile(
        r"\b(?:according to|reported by|quoted by|published (?:by|in)|as reported in"
        r"|carried by|in (?:a|an|the) report (?:by|of|from))(?: the"
        r"| a)? "
        r"(?P<name>[^\s,?!;:][^,?!;:]{1,60})",
        re.I,
    ),
    re.compile(
        r"\b(?:did|does|do|has"
        r"|have) (?:the )?(?P<name>[A-Z][\w.'&-]*(?: [A-Z&][\w.'&-]*){0,5}) (?:report|publish|write"
        r"|carry)\b"
    ),
)
# What a name may be short of: "央视" is 央视新闻客户端, but "四川" is not 四川日报.
_REST = re.compile(r"(?:新闻|客户端|网|频道|官网|官微|微信|微博|公众号|[-—·_|（(\s].*)*", re.S)


def may_name_publisher(question: str) -> bool:
    """Whether a question refers to some report at all; cheap, so that the publishers are looked up
    only then.
    """
    return any(cue.search(question) for cue in _CUES)


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
        for match in cue.finditer(question):
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
    return known or any(_is_of(source, name) for source in sources if source)


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
    return _REST.fullmatch(rest) is not None or rest in places_by_name()  # 中新网广东


@functools.cache
def _publishers() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(line.casefold().split("|")) for line in lines("publishers.tsv"))
