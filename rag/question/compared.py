"""What a question compares: the most, the least, more or less than a bound, and of what."""

from __future__ import annotations

import re

from rag.question.asking import Ask
from rag.question.kinds import Kind
from rag.question.types import Bound, Span
from rag.question.words import pattern, words

# ---- the most and the least

_MOST = re.compile(
    rf"最(?P<zh>{words('most_zh')})"
    r"|居首|第一(?=[？?]|$)|[居排列占](?:全[国省球])?首位|榜首|头名|垫底|末位|倒数第一|最后一名"
    r"|(?<!at )(?<!at the )(?<!do )(?<!does )(?<!did )(?<!by )(?<!that )(?<!in )(?<!for )"
    r"\b(?P<quantity>most|least|fewest)\b(?! of\b| recent)"
    rf"|\b(?P<en>{words('most_en')})est\b",
    re.I,
)


def extreme(text: str, kind: Kind, ask: Ask | None) -> tuple[str, Span]:
    """ "most" or "least" and the words that say so; "" for none, or if they only describe a thing.

    Args:
        text: the question in simplified characters.
        kind: what is sought.
        ask: the first words that ask, or None.
    """
    if ask is None or kind.kind == "number" or ask.kind in ("why", "how"):
        return "", (0, 0)
    if ask.kind == "date" and not re.match("哪|which|what", text[ask.start :], re.I):
        return "", (0, 0)
    for found in _MOST.finditer(text):
        before = text[: found.start()]
        if found.start() < ask.start:  # not "最长的桥在哪里"
            to_ask = pattern("to_ask").fullmatch(text, found.end(), ask.start)
            said = bool(to_ask) and not (ask.kind == "places" and ask.adverb)
        elif found["zh"]:  # not "谁修了最长的桥", "最高等级勋章"
            said = found["zh"] in "多少" or bool(pattern("said_most").match(text, found.end()))
        elif found["en"] or found["quantity"] and pattern("adjective_en").match(text, found.end()):
            said = bool(pattern("shown").search(before))  # not "Who built the longest bridge?"
        else:
            said = True
        if said and not re.search(r"\bone of (?:\w+ )?$", before):
            return ("least" if pattern("least").search(found[0]) else "most"), found.span()
    return "", (0, 0)


# ---- more or less than

_ZH = (
    rf"(?:\d[\d,.]*|[一二两三四五六七八九十百千半]+)\s?[十百千万亿]*[余多]?(?:{words('unit_zh')})?"
)
_EN = (
    rf"(?:(?:US|HK)?[$€£¥])?(?:\d[\d,.]*\d|\d|{words('number_en')})"
    r"(?:[ -](?:hundred|thousand|million|billion|trillion|bn|m)\b)?"
    rf"(?:\s?(?:{words('unit_en')})(?!\w))?"
)
NAME = r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*"
_BOUND = re.compile(
    rf"(?:{words('bound_zh')})了?\s?(?P<zh>{_ZH}|(?<=过|于)[\u4e00-\u9fff]{{2,6}}(?=的|[？?]|$))"
    rf"|(?P<zh2>{_ZH})[及或]?[以之][上下内]"
    r"|(?<![对相利百环同无之])比(?![赛例如分利较亚重喻基特尔])(?P<zh3>[^，。比最]{2,12}?)(?:还要?|更)?"
    r"[多高大长快重贵深远强少低小短慢轻](?=[的了出得，？?]|$)"
    rf"|\b(?:{words('bound_en')})(?: (?:the|in|that of))?"
    rf" (?P<en>(?i:{_EN})|(?<=than )(?:in |the )?{NAME})"
    rf"|\b(?P<en2>{_EN})(?: [a-z]+)? or (?:more|over|above|higher|less|fewer|below|under|lower)"
    r"|\b(?:more|higher|bigger|larger|greater|fewer|less|lower|smaller)(?: [a-z]+){1,4}? than"
    rf"(?: in| the)? (?P<en3>(?i:{_EN})|{NAME})"
)


def bound_of(text: str) -> tuple[Bound | None, Span]:
    """What a quantity is compared with, a figure or a name, and the span of all that compares."""
    for found in _BOUND.finditer(text):
        group = next(name for name, words in found.groupdict().items() if words)
        value, start = found[group].rstrip("., "), found.start(group)
        if not re.match(r"[12]\d{3}(?:年|$)", value):  # "over 2022"
            said = text[found.start() : start] + text[found.end(group) : found.end()]
            less, inclusive = (pattern(way).search(said) for way in ("below", "inclusive"))
            return Bound(start, start + len(value), value, not less, bool(inclusive)), found.span()
    return None, (0, 0)


# ---- the quantity

_NOUN = re.compile(r"的?(?P<noun>[^\W\d的是在，。？?]{1,8})")
_NOUN_EN = re.compile(
    rf"(?: of)? (?P<noun>(?: ?(?!(?:{words('behind_noun_en')})\b)[\w’'-]+){{1,4}})"
)


def measure_of(text: str, start: int, end: int, after: int) -> Span:
    """The span of the quantity that ``text[start:end]`` compares: a noun before it, else behind it.

    Args:
        text: the question in simplified characters.
        start, end: of the words that compare.
        after: where the words that ask end.
    """
    commas = (text.rfind(mark, 0, start) + 1 for mark in "，,：:")
    begin = max(after if after <= start else 0, *commas)
    for lead in ("when_before", "left_of_measure"):
        if found := pattern(lead).match(text, begin, start):
            begin = found.end()
    latin = text[start:end].isascii()
    head = text[begin:start]
    verb = pattern("did" if latin else "done_zh").search(head)
    if latin and pattern("size").match(text, start):
        return start, end
    bare = pattern("right_of_measure").sub("", head)
    verb = verb or re.search(r"\bha(?:ve|s|d)\b", head[len(bare) :])  # "states have"
    head = bare
    if head and not verb and len(head) <= (40 if latin else 14):
        return begin, begin + len(head)
    if found := (_NOUN_EN if latin else _NOUN).match(text, end):
        return found.span("noun")
    return (begin, begin + len(head)) if head else (start, end)
