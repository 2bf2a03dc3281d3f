"""The words of a question that ask, where they stand and how: what a follow-up brings along, and
what it takes the place of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.corpus.date_grammar import NUMBER_WORDS, number
from rag.question.kinds import AMOUNTS, patterns


@dataclass(frozen=True, slots=True)
class Ask:
    """Words that ask: ``text[start:end]``.

    Attributes:
        start, end: where they stand, with the noun that belongs to them ("哪些省", "which
            hospitals").
        core: end of the part that only asks ("哪些", "which"); ``end`` where there is no noun.
        kind: one of ``rag.question.types.KINDS``, or "why", "how", "which" (and nothing more),
            "what".
        level: of places, as in :class:`rag.question.kinds.Asked`.
    """

    start: int
    end: int
    core: int
    kind: str
    level: str = ""

    @property
    def adverb(self) -> bool:
        """Whether it asks when, where, why or how: not for a part that the sentence could not do
        without.
        """
        where = self.kind == "places" and self.level == "any" and self.core == self.end
        return where or self.kind in ("date", "why", "how")


_C = "[个家名位项条所台部种份次届座只件本支篇场档款首艘辆天年]"
_PLAIN = [
    (
        "why",
        re.compile(
            r"(?<![称译作定名分视化变改列誉成评选封任授设划订判冠])为(?:什么|何|啥)|為什麼|\bwhy\b"
            r"|\bhow come\b",
            re.I,
        ),
    ),
    (
        "how",
        re.compile(
            r"怎么样?|怎样|如何|\bhow\b(?! (?:many|much|large|big|long|tall|old|far|high|often"
            r"|deep|wide|fast|heavy|about|come)\b)",
            re.I,
        ),
    ),
    ("which", re.compile(rf"哪(?:些|几{_C}?|{_C})|\b(?:which|what) ones?\b|\bwhich\b", re.I)),
    ("what", re.compile(r"什么样?的?|啥|\bwhat\b(?! about\b)", re.I)),
]
_CORE = re.compile(
    rf"(?:哪(?:些|几|[一二两三四五六七八九十\d]+)?{_C}?|什么|多少(?:{_C}|人)?|几{_C}?|(?:which|what|how"
    r" many"
    rf"|how much)\b)",
    re.I,
)
_NO_NOUN = re.compile(
    "什么(?:时候|时间|时刻|地方)|哪[里儿]|哪(?:一|几)?[年月日天]|多少$|几[年月日号点]"
)
_COUNTED = re.compile(r" (?:people|persons|times)\b", re.I)
_MEASURE = re.compile(
    "(?<=多少)[艘辆架栋间幢棵株匹层吨亩元块头户口倍岁公千万亿](?=[\u4e00-\u9fff])"
)
# "多少个省" asks for places as "哪些省" does: of one of them is asked whether it is among them.
_COUNTED_PLACES = re.compile(
    r"(?:个(?=省|城|市|县|国))?(?:(?P<province>省份|省(?!级|会))|(?P<city>城市|地级市|市(?!民|场)|县)"
    r"|(?P<country>国家))"
    r"| (?:(?P<province_en>provinces)|(?P<city_en>cities|towns)|(?P<country_en>countries))\b",
    re.I,
)
# Between "which" and its noun only such words ask no more than they do alone.
_EMPTY = frozenset("which what other of the these those all many more first last else".split())
_BARE = re.compile(
    rf"有?(?:哪(?:些|几)?{_C}?|多少{_C}?|几{_C}?)|which(?: ones?)?|what ones?|how (?:many|much)",
    re.I,
)


_NUMBERED = re.compile(
    r"哪(?P<zh>[两二三四五六七八九十]{1,3}|\d{1,2})(?:大|(?!学|[余多几\d]|分之)[\u4e00-\u9fff])"
    r"|\b(?:which|what|list|name|give)(?: me)?(?: of)?(?: the)? "
    rf"(?P<en>{'|'.join(NUMBER_WORDS[1:10])}|\d{{1,2}})\b(?! (?:[kKcmMG]?[mgWG]|percent|years?|days?)\b)",
    re.I,
)

THINGS = ("places", "person", "organisation", "document")
"""Kinds that ask for something that has a name."""


def asking(text: str) -> list[Ask]:
    """All words of a question that ask, in order and without overlap."""
    known = [
        (*match.span(), kind, level)
        for kind, level, pattern in patterns()
        if kind != "text"
        for match in pattern.finditer(text)
    ]
    found: list[Ask] = []
    # of several at one place the first in the list of kinds
    for start, end, kind, level in sorted(known, key=lambda one: one[0]):
        one = _with_core(text, kind, level, start, end)
        if one is not None and outside_of((start, end), ((f.start, f.end) for f in found)):
            found.append(one)
    for kind, pattern in _PLAIN:
        found += [
            Ask(*match.span(), match.end(), kind)
            for match in pattern.finditer(text)
            if outside_of(match.span(), ((f.start, f.end) for f in found))
        ]
    return sorted(found, key=lambda one: one.start)


def _with_core(text: str, kind: str, level: str, start: int, end: int) -> Ask | None:
    if kind == "number" and (amount := AMOUNTS.search(text, start, end)):
        end = amount.start()  # "what is the population of"
    words = text[start:end].rstrip()
    latin = ord(words[0]) < 0x2E80
    lower = words.lower()
    whole = lower.startswith(("how ", "what is", "what was", "what's"))
    if latin and not whole and set(lower.split()[1:-1]) - _EMPTY:
        return None
    if more := (_COUNTED if latin else _MEASURE).match(text, end) if kind == "number" else None:
        end = more.end()
        return Ask(start, end, start + len(words) if latin else end, kind, level)
    if kind == "number" and (noun := _COUNTED_PLACES.match(text, end)):
        level = next(name for name, said in noun.groupdict().items() if said)
        return Ask(start, noun.end(), start + len(words), kind, level.removesuffix("_en"))
    core = None if _NO_NOUN.match(words) else _CORE.match(words)
    return Ask(start, start + len(words), start + (core.end() if core else len(words)), kind, level)


def number_of(text: str) -> int:
    """How many things a question says that it asks for ("哪三个", "which two"); 0 where it does not.

    Args:
        text: a question in simplified characters.
    """
    found = _NUMBERED.search(text)
    if not found:
        return 0
    if said := found["zh"]:
        return number(said.replace("两", "二")) or 0
    said = found["en"].casefold()
    return int(said) if said.isdigit() else NUMBER_WORDS.index(said) + 1


def is_bare(words: str) -> bool:
    """Whether words that ask have no noun, and so ask for some of what was asked about: "哪些",
    "有多少", "which ones".
    """
    return bool(_BARE.fullmatch(words.strip()))


def outside_of(span: tuple[int, int], taken: Iterable[tuple[int, int]]) -> bool:
    """Whether a span touches none of the others."""
    return not any(start < span[1] and span[0] < end for start, end in taken)
