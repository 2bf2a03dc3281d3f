"""What a question compares: the most, the least, more or less than a bound, and of what."""

from __future__ import annotations

import re

from rag.question.asking import Ask
from rag.question.kinds import Kind
from rag.question.types import Bound, Span
from rag.question.words import words

# ---- the most and the least

_MOST = re.compile(
    rf"最(?P<zh>{words('most_zh')})"
    r"|居首|第一(?=[？?]|$)|[居排列占](?:全[国省球])?首位|榜首|头名|垫底|末位|倒数第一|最后一名"
    r"|(?<!at )(?<!at the )(?<!do )(?<!does )(?<!did )(?<!by )(?<!that )(?<!in )(?<!for )"
    r"\b(?P<quantity>most|least|fewest)\b(?! of\b| recent)"
    rf"|\b(?P<en>{words('most_en')})est\b",
    re.I,
)
_LEAST = re.compile(words("least"), re.I)
_TO_ASK = re.compile(
    r"(?:的[^，。]{0,8}?)?(?:是|为|叫|属于?|来自|有|[，,：:])?\s*|[^，。的]{1,6}(?:出现在|属于)"
)
_SAID = re.compile(r"的(?=[？?]|$)|[^\w\s]|$|[了是在呢于得过吗]")
_SHOWN = re.compile(rf"\b(?:{words('shown_by')})(?: by far)?(?: (?:the|its|their|it))? *$", re.I)
_ADJECTIVE = re.compile(rf" (?!\w+s\b)(?!\w+ (?:{words('behind_noun_en')})\b)\w+ \w+")


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
            to_ask = _TO_ASK.fullmatch(text, found.end(), ask.start)
            said = bool(to_ask) and not (ask.kind == "places" and ask.adverb)
        elif found["zh"]:  # not "谁修了最长的桥", "最高等级勋章"
            said = found["zh"] in "多少" or bool(_SAID.match(text, found.end()))
        elif found["en"] or found["quantity"] and _ADJECTIVE.match(text, found.end()):
            said = bool(_SHOWN.search(before))  # not "Who built the longest bridge?"
        else:
            said = True
        if said and not re.search(r"\bone of (?:\w+ )?$", before):
            return ("least" if _LEAST.search(found[0]) else "most"), found.span()
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
# Named groups say on which side of the value it lies; those that begin with "to" take the value in.
_BOUND = re.compile(
    r"(?:超过|超出|多于|高于|大于|长于|重于|突破|逾|超|(?P<to_1>不少于|不低于|不下于?|至少|起码|最少)"
    r"|(?P<low_1>低于|少于|小于|短于|不足|不到|不满|未达到?|没到)|(?P<to_low_1>不超过|不多于|不高于|至多|最多))"
    rf"了?\s?(?P<zh>{_ZH}|(?<=过|于)[\u4e00-\u9fff]{{2,6}}(?=的|[？?]|$))"
    rf"|(?P<zh2>{_ZH})[及或]?(?:(?P<to_2>[以之]上)|(?P<to_low_2>[以之][下内]))"
    r"|(?<![对相利百环同无之])比(?![赛例如分利较亚重喻基特尔])(?P<zh3>[^，。比最]{2,12}?)(?:还要?|更)?"
    r"(?:[多高大长快重贵深远强]|(?P<low_2>[少低小短慢轻]))(?=[的了出得，？?]|$)"
    r"|\b(?:more than|over|above|exceed(?:s|ed|ing)?|upwards of|(?:surpass|top)(?:es|s|ed)|beyond"
    r"|(?:great|high|larg|bigg|long|heavi|old|deep)er than"
    r"|(?P<to_3>at least|no (?:fewer|less) than|not less than|a minimum of)"
    r"|(?P<low_3>(?:less|fewer) than|under|below|(?:low|small|short|light|young|cheap)er than)"
    r"|(?P<to_low_3>at most|no more than|not more than|up to))"
    rf"(?: (?:the|in|that of))? (?P<en>(?i:{_EN})|(?<=than )(?:in |the )?{NAME})"
    rf"|\b(?P<en2>{_EN})(?: [a-z]+)? or (?:(?P<to_4>more|over|above|higher)"
    r"|(?P<to_low_4>less|fewer|below|under|lower))"
    r"|\b(?:more|higher|bigger|larger|greater|(?P<low_4>fewer|less|lower|smaller))"
    rf"(?: [a-z]+){{1,4}}? than(?: in| the)? (?P<en3>(?i:{_EN})|{NAME})"
)


def bound_of(text: str) -> tuple[Bound | None, Span]:
    """What a quantity is compared with, a figure or a name, and the span of all that compares."""
    for found in _BOUND.finditer(text):
        said = {name for name, words in found.groupdict().items() if words}
        (group,) = said & {"zh", "zh2", "zh3", "en", "en2", "en3"}
        value, start = found[group].rstrip("., "), found.start(group)
        if not re.match(r"[12]\d{3}(?:年|$)", value):  # "over 2022"
            more = not any("low" in name for name in said)
            inclusive = any(name.startswith("to") for name in said)
            return Bound(start, start + len(value), value, more, inclusive), found.span()
    return None, (0, 0)


# ---- the quantity

_LINK = "the|got|get|is|are|was|were|be|in|of|by|with|had|has|have|recorded|saw|reported"
_LEFT = re.compile(
    rf"(?:全国|全球|世界上?|[省市县]份?|[都的里有是在个家座]|\W|(?:{_LINK}|did|does|do|s)\b)+", re.I
)
_RIGHT = re.compile(rf"(?:[的得是了有在]|[做说下]得|\W|\b(?:{_LINK}|rose|fell|exceed\w*))+$", re.I)
_SIZE = re.compile("(?:long|short|tall|old|young|deep|wid|narrow|fast|slow|rich|poor)est", re.I)
_WHEN = re.compile(r"(?=[\d今去上本])(?:在|于)?[^，]*?(?:[年月日季度]|[中里内])(?=[^，])")
_VERB = re.compile(r"[了过着]|[卖出举办查产]+$")
_VERB_EN = re.compile(rf"\b(?:{words('did_en')})\b", re.I)
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
    for lead in (_WHEN, _LEFT):
        if found := lead.match(text, begin, start):
            begin = found.end()
    latin = text[start:end].isascii()
    head = text[begin:start]
    verb = (_VERB_EN if latin else _VERB).search(head)
    if latin and _SIZE.match(text, start):
        return start, end
    bare = _RIGHT.sub("", head)
    verb = verb or re.search(r"\bha(?:ve|s|d)\b", head[len(bare) :])  # "states have"
    head = bare
    if head and not verb and len(head) <= (40 if latin else 14):
        return begin, begin + len(head)
    if found := (_NOUN_EN if latin else _NOUN).match(text, end):
        return found.span("noun")
    return (begin, begin + len(head)) if head else (start, end)
