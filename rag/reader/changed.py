"""Tells apart the figures of a change: the value before it, the value after it, the difference.

They stand side by side in similar words, so that the reader confuses one with another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.corpus import sentences
from rag.question.rivals import asks_difference, asks_earlier
from rag.reader.value import Value

_BY = re.compile(
    r"(?:[快慢多少高低长短大小早晚重轻]了|增[加长]了?|上[涨升调]了?|下[降跌调]了?|减少了?|提高了?"
    r"|扩大了?|缩短了?|延长了?|同比|环比|\b(?:up|down|rose|fell|grew|dropped|increased|decreased"
    r"|an? (?:rise|fall|increase|decrease|drop) of)(?: by)? )(?:约|近|about |nearly )?$",
    re.I,
)
_THAN = re.compile(
    r"(?: [a-z]+)? (?:more|less|fewer|higher|lower|faster|slower|longer|shorter) than\b", re.I
)
_FROM = re.compile(
    r"(?:(?:由|从)(?:原来|原先|过去|此前|去年|上年)?的?|原来的|原先的"
    r"|\b(?:(?:up|down|rose|fell|grew|raised|increased|cut|reduced|extended|expanded)"
    r"(?: [a-z]+){0,3} from|compared with|instead of) )(?:约|近|about |nearly )?$",
    re.I,
)
_FROM_HERE = re.compile(r"[^，。；,.;]{0,6}?(?:[增升涨降减扩变改]|提高|延长|缩短)|[^，。；]{0,3}$")


def unasked(question: str, text: str, figures: Sequence[Value]) -> list[tuple[int, int]]:
    """Finds the figures of changes in a text that a question for a figure does not ask for.

    These are differences, unless the question asks for a difference. For a question about the time
    before a change they are also all other figures of a sentence that gives a value from before it.

    Args:
        question: the question in simplified characters.
        text: the text of a window.
        figures: the figures in the text, in order.

    Returns:
        The (start, end) offsets of these figures in the text.
    """
    earlier = asks_earlier(question)
    if not earlier and asks_difference(question):
        return []
    out: list[tuple[int, int]] = []
    for start, end in sentences(text):
        spans = [(one.start, one.end) for one in figures if start <= one.start < end]
        by = [span for span in spans if _is_difference(text, *span)]
        before = [span for span in spans if span not in by and _is_before(text, *span)]
        out += by
        if earlier and before:
            out += [span for span in spans if span not in by and span not in before]
    return out


def _is_difference(text: str, start: int, end: int) -> bool:
    return bool(_BY.search(text[max(0, start - 24) : start]) or _THAN.match(text, end))


def _is_before(text: str, start: int, end: int) -> bool:
    found = _FROM.search(text[max(0, start - 40) : start])
    return found is not None and (found[0].isascii() or bool(_FROM_HERE.match(text, end)))
