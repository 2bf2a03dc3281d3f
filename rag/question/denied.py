"""What a question denies, and what it leaves out: "which did not", "除了四川"."""

from __future__ import annotations

import re

from rag.question.compared import NAME
from rag.question.types import Span
from rag.question.words import pattern, words

_EXCEPT = re.compile(
    r"(?<![解清拆开免消扫根铲删去排废革剔撤破切扣戒])除(?:"
    r"[了去开却](?P<zh>[^，。？?]{1,30}?)(?:[以之而]外|[外，,]|的话|(?=还|都|的其[他它]))"
    r"|(?P<zh1>[^，。？?]{1,30}?)(?:[以之而]外|外(?=[，,还的])))"
    r"|(?:不算上?|不含|不包括|不计|撇开|抛开)(?P<zh2>[^，。？?]{1,20}?)(?:在内|[，,]|的话|$)"
    r"|(?:^|(?<=[，,在]))(?P<zh3>[^，。？?在除有不]{2,10}?)[以之]外(?=[，,]?(?:还|哪|有哪|的))"
    rf"|\b(?i:{words('except_en')})(?: in)?(?: the)? "
    rf"(?P<en>(?:{NAME}(?:(?:,? and|,| or) (?:the )?(?={NAME}))? ?)+"
    rf"|(?:(?!(?:{words('auxiliary')}|which|what|who|where|when|how|that|to|as)\b)"
    r"[^\s,?]+ ?){1,4})"
)


def denies(text: str) -> bool:
    """Whether what was not done, or was called off, is asked for."""
    return bool(pattern("denies").search(re.sub("《[^》]*》|“[^”]*”", "", text)))


def exceptions(text: str) -> tuple[list[Span], list[Span]]:
    """What is not sought: the spans of the names alone, and those of all the words that say so."""
    names, phrases = [], []
    for found in _EXCEPT.finditer(text):
        group = next(name for name, said in found.groupdict().items() if said)
        low, high = found.span(group)
        if pattern("asks_any").search(text, low, high):
            continue  # "除了哪些部位"
        cuts = [
            low,
            *(at for one in pattern("joined_names").finditer(text, low, high) for at in one.span()),
            high,
        ]
        for a, b in zip(cuts[::2], cuts[1::2]):
            name = text[a:b].rstrip(" ?？")
            if name.strip():
                names.append((a + len(name) - len(name.lstrip()), a + len(name)))
        phrases.append(found.span())
    return names, phrases
