"""Words that deny, and words that say the opposite of each other."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from rag.writing.data import lines

_NO = re.compile(
    r"(?:尚未|从未|并未|未能|未曾|未获|并非|并不|没有|不再|不会|不能|不可|不得|不予|不是|不在|不曾|毫无|绝不|决不|无法|否认|拒绝|禁止|拒不"
    r"|(?<![前])未(?![来央婚成知遂])|没(?![收落有])|(?<![设除是])非(?![洲常法典遗物凡盈])"
    r"|(?<![大了差对])不(?![断仅同少足过久锈动论管但满幸良明到超低高多止料妨一如惜得等顾由法]|\S?不)"
    r"|无(?![人线论数锡偿疑形限缝缘条情私比息]))"
    r"|(?:\b(?:not|never|no|none|nobody|nothing|neither|nor|cannot|without|unable|hardly"
    r"|fail(?:s|ed|ing)?|refus(?:e|es|ed|ing)"
    r"|den(?:y|ies|ied|ying))\b(?! only| less| fewer| more than| later than)|n['’]t\b)",
    re.I,
)
_STOP = re.compile(r"[，,。；;！!？?：:\n]|\.(?:\s|$)")
_REACH_ZH, _REACH_EN = 6, 26  # characters behind a word that denies which it may deny


class Pole(NamedTuple):
    """``text[start:end]`` is a word of one side (1 or -1) of line ``pair``."""

    start: int
    end: int
    pair: int
    side: int


def denials(text: str) -> list[tuple[int, int, int]]:
    """Words that deny: start and end of each, and how far what it denies reaches."""
    out = []
    for match in _NO.finditer(text):
        reach = match.end() + (_REACH_EN if match[0].isascii() else _REACH_ZH)
        stop = _STOP.search(text, match.end(), reach)
        out.append((*match.span(), min(stop.start() if stop else reach, len(text))))
    return out


def poles(text: str) -> list[Pole]:
    """Words that have an opposite; one that is denied stands for the other side."""
    pattern, of = _words()
    denied = denials(text)
    out = []
    for match in pattern.finditer(text.lower()):
        turned = any(end <= match.start() < reach for _, end, reach in denied)
        for pair, side in of(match[0]):
            out.append(Pole(*match.span(), pair, -side if turned else side))
    return out


@functools.cache
def _words():
    """The pattern of all words, and what finds the lines and sides of one."""
    whole: dict[str, list[tuple[int, int]]] = {}
    stems: dict[str, list[tuple[int, int]]] = {}
    for number, line in enumerate(lines("opposites.txt")):
        for side, words in zip((1, -1), line.split(" | ")):
            for word in words.split():
                into = stems if word.endswith("*") else whole
                into.setdefault(word.rstrip("*").replace("-", " "), []).append((number, side))

    def of(found: str) -> list[tuple[int, int]]:
        if found in whole:
            return whole[found]
        return next((stems[found[:n]] for n in range(len(found), 1, -1) if found[:n] in stems), [])

    chinese = "|".join(sorted((w for w in whole if not w.isascii()), key=len, reverse=True))
    latin = "|".join(sorted((w for w in whole if w.isascii()), key=len, reverse=True))
    stem = "|".join(sorted(stems, key=len, reverse=True))
    return re.compile(rf"{chinese}|\b(?:{latin})\b|\b(?:{stem})[a-z]*\b"), of
