"""Figures of a change: what was before it, what is after it, and by how much.

They stand beside each other in the same words, so that the reader takes one for the other.
"""

from __future__ import annotations

import re

from rag.corpus import sentences
from rag.reader.values import find_numbers

# What asks for a difference: then a figure may be one.
_ASKS_CHANGE = re.compile(
    r"[增涨升降跌减差比]|[快慢多少高低长短大小早晚重轻]了|变化|提[高前]|下滑|扩大|缩[短小]|延长"
    r"|\b(?:by|more|less|fewer|than|r[io]s[ei]n?g?|fall\w*|fell|gr[oe]w\w*|drop\w*|increas\w+"
    r"|decreas\w+|up|down|chang\w+|faster|slower|higher|lower|longer|shorter|difference|raised?)\b",
    re.I,
)
_BY = re.compile(
    r"(?:[快慢多少高低长短大小早晚重轻]了|增[加长]了?|上[涨升调]了?|下[降跌调]了?|减少了?|提高了?"
    r"|扩大了?|缩短了?|延长了?|同比|环比|\b(?:up|down|rose|fell|grew|dropped|increased|decreased"
    r"|an? (?:rise|fall|increase|decrease|drop) of)(?: by)? )(?:约|近|about |nearly )?$",
    re.I,
)
_THAN = re.compile(
    r"(?: [a-z]+)? (?:more|less|fewer|higher|lower|faster|slower|longer|shorter) than\b", re.I
)
_ASKS_BEFORE = re.compile(
    r"之前|以前|此前|原来|原先|[\u4e00-\u9fff]{2}前(?=[有是的共为，]|多少|几|$)"
    r"|\b(?:before|previously|formerly|originally|used to)\b",
    re.I,
)
_FROM = re.compile(
    r"(?:(?:由|从)(?:原来|原先|过去|此前|去年|上年)?的?|原来的|原先的"
    r"|\b(?:(?:up|down|rose|fell|grew|raised|increased|cut|reduced|extended|expanded)"
    r"(?: [a-z]+){0,3} from|compared with|instead of) )(?:约|近|about |nearly )?$",
    re.I,
)
_FROM_HERE = re.compile(r"[^，。；,.;]{0,6}?(?:[增升涨降减扩变改]|提高|延长|缩短)|[^，。；]{0,3}$")


def unasked(question: str, text: str) -> list[tuple[int, int]]:
    """The figures of changes in a text that a question for a figure does not mean.

    They are differences where none is asked for, and what is after a change where what was before
    it is asked for.

    Args:
        question: the question, in simplified characters.
        text: a window of an article.

    Returns:
        Offsets in the text.
    """
    earlier, change = bool(_ASKS_BEFORE.search(question)), bool(_ASKS_CHANGE.search(question))
    if change and not earlier:
        return []
    out: list[tuple[int, int]] = []
    for start, end in sentences(text):
        figures = [(start + v.start, start + v.end) for v in find_numbers(text[start:end])]
        by = [span for span in figures if _is_difference(text, *span)]
        before = [span for span in figures if span not in by and _is_before(text, *span)]
        out += by
        if earlier and before:
            out += [span for span in figures if span not in by and span not in before]
    return out


def _is_difference(text: str, start: int, end: int) -> bool:
    return bool(_BY.search(text[max(0, start - 24) : start]) or _THAN.match(text, end))


def _is_before(text: str, start: int, end: int) -> bool:
    found = _FROM.search(text[max(0, start - 40) : start])
    return bool(found) and bool(found[0].isascii() or _FROM_HERE.match(text, end))
