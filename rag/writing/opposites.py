"""Words that deny, and words that say the opposite of each other."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from rag.writing.data import lines

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
# What ends or refuses something says in a way that it is not.
_ENDS = re.compile(
    r"[停禁拒缺免废撤否脱难失少误罚]|取消|终止|解除|除外|推迟|结束|否认|避免|防止|"
    r"\b(?:stop|ban|bar|prohibit|forbid|forbade|refus|reject|den[iy]|miss|absent|lack|fail|without"
    r"|cancel|lift|end|clos|halt|suspend|avoid|prevent|except|scrap|remov|quit|withdr|postpon|delay"
    r"|little|rule[sd]? out|call\w* off|abandon|unsafe|substandard|unqualif|faulty|defect|unsuccess"
    r"|disapprov|disagree|insuff)",
    re.I,
)
_TURNING = re.compile(
    r"暂停|停止|终止|中止|取消|不再|禁止|\b(?:stop|suspend|ceas|halt)\w*", re.I
)  # "stopped opening" is closed
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
        reach = _REACH_EN if match[0].isascii() else _REACH_ZH
        out.append((*match.span(), _clause_end(text, match.end(), reach)))
    return out


def denies(text: str) -> bool:
    """Whether a text has a word that denies, ends or refuses something."""
    return _NO.search(text) is not None or _ENDS.search(text) is not None


def poles(text: str) -> list[Pole]:
    """Words that have an opposite; one that is denied stands for the other side."""
    pattern, of, steady = _words()
    denied = [
        (at, _clause_end(text, at, 2 * _REACH_ZH))
        for at in (
            *(end for _, end, _ in denials(text)),
            *(m.end() for m in _TURNING.finditer(text)),
        )
    ]
    out = []
    for match in pattern.finditer(text.lower()):
        turned = any(end <= match.start() < reach for end, reach in denied)
        for pair, side in of(match[0]):
            side = -side if turned and pair not in steady else side
            out.append(Pole(match.start(), match.end(), pair, side))
    return out


def _clause_end(text: str, at: int, far: int) -> int:
    """Where the clause ends that goes on at ``at``; at most ``far`` characters on."""
    stop = _STOP.search(text, at, at + far)
    return min(stop.start() if stop else at + far, len(text))


@functools.cache
def _words():
    """The pattern of all words, what finds the lines and sides of one, and the steady lines."""
    whole: dict[str, list[tuple[int, int]]] = {}
    stems: dict[str, list[tuple[int, int]]] = {}
    steady = set()
    for number, line in enumerate(lines("opposites.txt")):
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

    chinese = "|".join(sorted((w for w in whole if not w.isascii()), key=len, reverse=True))
    latin = "|".join(sorted((w for w in whole if w.isascii()), key=len, reverse=True))
    stem = "|".join(sorted(stems, key=len, reverse=True))
    return re.compile(rf"{chinese}|\b(?:{latin})\b|\b(?:{stem})[a-z]*\b"), of, steady
