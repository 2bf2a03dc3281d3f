"""Finds words that deny, and words that have an opposite ("rose", 下降)."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from rag.corpus.tables import lines

# Words that deny what follows; the lookarounds exclude longer words in which they deny nothing.
_NO = re.compile(
    r"(?:尚未|从未|并未|未能|未曾|未获|并非|并不|没有|不再|不会|不能|不可|不得(?!不)|不予|不是|不在|不曾|毫无|绝不|决不|无法|否认|拒绝|禁止|拒不"
    r"|(?<![前])未(?![来央婚成知遂])|(?<!沉)(?<!淹)没(?![收落有])|(?<![设除是])非(?![洲常法典遗物凡盈])"
    r"|(?<![大了差对])不(?![断仅同少足过久锈动论管但满幸良明到超低高多止料妨一如惜得等顾由法]|\S?不)"
    r"|无(?![人线论数锡偿疑形限缝缘条情私比息]))"
    r"|(?:\b(?:not|never|no|none|nobody|nothing|neither|nor|cannot|without|unable|hardly"
    r"|fail(?:s|ed|ing)?|refus(?:e|es|ed|ing)"
    r"|den(?:y|ies|ied|ying))\b(?! only| less| fewer| more than| later than)|n['’]t\b)",
    re.I,
)
# A word that ends or refuses something also says that it is not so.
_ENDS = re.compile(
    r"[停禁拒缺免废撤否脱难失少误罚]|取消|终止|解除|除外|推迟|结束|否认|避免|防止|"
    r"\b(?:stop|ban|bar|prohibit|forbid|forbade|refus|reject|den[iy]|miss|absent|lack|fail|without"
    r"|cancel|lift|end|clos|halt|suspend|avoid|prevent|except|scrap|remov|quit|withdr|postpon|delay"
    r"|little|rule[sd]? out|call\w* off|abandon|unsafe|substandard|unqualif|faulty|defect|unsuccess"
    r"|disapprov|disagree|insuff)",
    re.I,
)
# Words that turn the next word into its opposite: "stopped opening" means closed.
_TURNING = re.compile(r"暂停|停止|终止|中止|取消|不再|禁止|\b(?:stop|suspend|ceas|halt)\w*", re.I)
_STOP = re.compile(r"[，,。；;！!？?：:\n]|\.(?:\s|$)")
_REACH_ZH, _REACH_EN = 6, 26  # characters after a denial that it may deny


class Pole(NamedTuple):
    """A word that has an opposite, found in a text.

    Attributes:
        start, end: character offsets.
        pair: number of the entry in ``data/opposites.txt`` that lists the word.
        side: 1 or -1, the side of that entry on which the word stands; opposites differ in sign.
    """

    start: int
    end: int
    pair: int
    side: int


def denials(text: str) -> list[tuple[int, int, int]]:
    """Returns (start, end, reach) of each word that denies; it denies ``text[end:reach]``."""
    out = []
    for match in _NO.finditer(text):
        reach = _REACH_EN if match[0].isascii() else _REACH_ZH
        out.append((*match.span(), _clause_end(text, match.end(), reach)))
    return out


def denies(text: str) -> bool:
    """Whether a text contains a word that denies, ends or refuses something."""
    return _NO.search(text) is not None or _ENDS.search(text) is not None


def poles(text: str) -> list[Pole]:
    """Returns the words that have an opposite; a denied word counts on the other side.

    In a steady entry (marked "=" in the list) a denied word keeps its side: "not exported" does not
    mean imported.
    """
    pattern, of, steady = _words()
    ends = [m.end() for words in (_NO, _TURNING) for m in words.finditer(text)]
    denied = [(end, _clause_end(text, end, 2 * _REACH_ZH)) for end in ends]
    out = []
    for match in pattern.finditer(text.lower()):
        turned = any(end <= match.start() < reach for end, reach in denied)
        for pair, side in of(match[0]):
            side = -side if turned and pair not in steady else side
            out.append(Pole(match.start(), match.end(), pair, side))
    return out


def _clause_end(text: str, at: int, far: int) -> int:
    """Returns where the clause around ``at`` ends, at most ``at + far``."""
    stop = _STOP.search(text, at, at + far)
    return min(stop.start() if stop else at + far, len(text))


@functools.cache
def _words():
    """Reads the list of opposites.

    Returns:
        A pattern that finds all its words in lower-case text; a function from a found word to its
        (entry number, side) pairs; and the numbers of the steady entries, in which the denial of
        one side is not the other side.
    """
    whole: dict[str, list[tuple[int, int]]] = {}
    stems: dict[str, list[tuple[int, int]]] = {}
    steady = set()
    for number, line in enumerate(lines("rag.writing", "opposites.txt")):
        if line.startswith("= "):
            steady.add(number)
        for side, words in zip((1, -1), line.removeprefix("= ").split(" | "), strict=True):
            for word in words.split():
                into = stems if word.endswith("*") else whole
                into.setdefault(word.rstrip("*").replace("-", " "), []).append((number, side))

    def of(found: str) -> list[tuple[int, int]]:
        if found in whole:
            return whole[found]
        return next((stems[found[:n]] for n in range(len(found), 1, -1) if found[:n] in stems), [])

    longest_first = sorted(whole, key=len, reverse=True)
    chinese = "|".join(word for word in longest_first if not word.isascii())
    latin = "|".join(word for word in longest_first if word.isascii())
    stem = "|".join(sorted(stems, key=len, reverse=True))
    return re.compile(rf"{chinese}|\b(?:{latin})\b|\b(?:{stem})[a-z]*\b"), of, steady
