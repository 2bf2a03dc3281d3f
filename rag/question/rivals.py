"""Things of which a question means one and an article may tell another: the second and the third,
the mayor and the deputy mayor, the men's and the women's race.

The words of both are nearly the same, so that the reader takes one for the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_ZH = "一二三四五六七八九十"
_RANKS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
# What else says a place in a contest; the first has too many names to be told by them.
_PLACED = {2: "亚军|银牌|银奖", 3: "季军|铜牌|铜奖"}
_PLACED_EN = {2: r"2nd|runners?[- ]up|silver", 3: r"3rd|bronze"}
_RANK = re.compile(rf"第(?P<n>[{_ZH}]|\d{{1,2}})名")
_PRIZE = re.compile(r"(?P<n>[特一二三四五])等奖")
_ORDINAL = rf"(?P<n>{'|'.join(_RANKS)})"
_RANK_EN = re.compile(
    rf"\b(?:finish(?:ed|es|ing)?|came|comes?|ranked|placed|took|won) (?:in )?{_ORDINAL}\b"
    rf"|\b{_ORDINAL.replace('<n>', '<m>')}[ -](?:place|prize)\b",
    re.I,
)
_OFFICE = re.compile(
    r"(?P<deputy>副)?(?P<office>[省市县区镇乡村州部局厅处科校院馆社会队站所]长|主席|主任|书记|总统"
    r"|总理|首相|经理|总裁|总监|主编|馆员|教授|检察长|董事长)"
)
_OFFICE_EN = re.compile(
    r"\b(?P<deputy>(?:deputy|vice|assistant|acting)[- ])?(?P<office>mayor|governor|president"
    r"|premier|prime minister|minister|director|chair(?:man|woman|person)?|manager|head(?:master"
    r"|mistress|teacher)?|secretary|principal|editor|speaker|chief|commissioner|chancellor|coach)\b",
    re.I,
)
_SEXES = (
    (re.compile(r"男(?=[子单双团篮排足])"), re.compile(r"女(?=[子单双团篮排足])")),
    (re.compile(r"\bmen['’]s\b", re.I), re.compile(r"\bwomen['’]s\b", re.I)),
)
# Some of these stand in words that ask for no difference, too; then nothing is taken to be one.
_DIFFERENCE = re.compile(
    r"[增涨升降跌减差比]|[快慢多少高低长短大小早晚重轻]了|变化|提[高前]|下滑|扩大|缩[短小]|延长"
    r"|\b(?:by|more|less|fewer|than|r[io]s[ei]n?g?|fall\w*|fell|gr[oe]w\w*|drop\w*|increas\w+"
    r"|decreas\w+|up|down|chang\w+|faster|slower|higher|lower|longer|shorter|difference|raised?)\b",
    re.I,
)
_EARLIER = re.compile(
    r"之前|以前|此前|原来|原先|[\u4e00-\u9fff]{2}前(?=[有是的共为，]|多少|几|$)"
    r"|\b(?:before|previously|formerly|originally|used to)\b",
    re.I,
)
_THING = re.compile(
    r"哪一?[座条所艘架栋幢列辆支枚](?P<behind>[\u4e00-\u9fff]{1,4})"
    r"|(?P<before>[\u4e00-\u9fff]{2,4})是哪一?[座条所艘架栋幢列辆支枚]?[？?\s]*$"
)


def asks_difference(question: str) -> bool:
    """Whether a question for a figure may ask by how much something changed."""
    return bool(_DIFFERENCE.search(question))


def asks_earlier(question: str) -> bool:
    """Whether a question asks how something was before a change."""
    return bool(_EARLIER.search(question))


def things_of(question: str) -> tuple[str, ...]:
    """What the name of the thing may end with that a Chinese question asks for, longest first.

    "哪座大桥", "……的大桥是哪座": 青石大桥. Where the noun ends is not known.
    """
    found = _THING.search(question)
    if not found:
        return ()
    if words := found["behind"]:
        return tuple(words[:end] for end in range(len(words), 0, -1))
    words = found["before"].rpartition("的")[2]
    return tuple(words[at:] for at in range(max(len(words) - 1, 1)))


def tells_of_another(question: str, text: str) -> bool:
    """Whether a text tells only of others than the one that a question means.

    Args:
        question: a question.
        text: a passage in the same language.
    """
    return any(rule(question, text) for rule in _RULES)


def _another_rank(question: str, text: str) -> bool:
    """The question has a rank that the text does not have, though it has another."""
    for pattern, others in ((_RANK, _PLACED), (_RANK_EN, _PLACED_EN), (_PRIZE, {})):
        found = pattern.search(question)
        if not found:
            continue
        asked = _number(found)
        told = {_number(one) for one in pattern.finditer(text)}
        told |= {n for n, words in others.items() if re.search(words, text, re.I)}
        if asked > 1 or pattern is _PRIZE:  # the first has many names
            return bool(told) and asked not in told
    return False


def _number(found: re.Match[str]) -> int:
    said = found.groupdict()
    words = (said["n"] or said.get("m") or "").casefold()
    if words in _RANKS:
        return _RANKS.index(words) + 1
    return int(words) if words.isdigit() else _ZH.find(words) + 1  # 特: 0


def _another_office(question: str, text: str) -> bool:
    """The question means the deputy and the text has the other alone, or the other way round."""
    for pattern in (_OFFICE, _OFFICE_EN):
        for asked in pattern.finditer(question):
            office = asked["office"].casefold()
            told = [m for m in pattern.finditer(text) if m["office"].casefold() == office]
            if told and all(bool(one["deputy"]) != bool(asked["deputy"]) for one in told):
                return True
    return False


def _other_sex(question: str, text: str) -> bool:
    """The question means the men's contest and the text has the women's alone, or the reverse."""
    for pair in _SEXES:
        asked = [bool(pattern.search(question)) for pattern in pair]
        told = [bool(pattern.search(text)) for pattern in pair]
        if any(asked) and not all(asked) and told == [not one for one in asked]:
            return True
    return False


_RULES: tuple[Callable[[str, str], bool], ...] = (_another_rank, _another_office, _other_sex)
