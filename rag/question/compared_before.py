"""Which of two things that were asked about before has more: "哪个更长？", "Which one is
longer?".
"""

from __future__ import annotations

import re

from rag.question.types import Turns
from rag.question.whole import language, subject, taken_apart
from rag.question.words import words

_MOST_ZH, _MOST_EN = words("most_zh"), words("most_en")
_WHICH = re.compile(
    rf"(?:那么?)?(?:它们|[这那]?两[个座条家者种次场])?[中里]?(?:哪|谁)(?:一?[个座条家种次场位者项所届])?(?:是|会|比较)?"
    rf"(?P<zh>(?:更|最|比较)?(?:{_MOST_ZH})(?:[些点]|一[些点])?)[的呢啊]?[？?]?"
    rf"|(?:and |so |but )?which (?:one |of (?:them|the two) )?(?:is|was|has|had|cost|took|sold|made|won|sells|makes) "
    rf"(?P<en>(?:the )?(?:more \w+|(?:{_MOST_EN})\w*|better|worse|more))\??",
    re.I,
)
_COMPARE = re.compile(r"(?:请|帮我)?(?:比较|对比)(?:一下)?(.+)|(?:[Cc]ompare|[Cc]ontrast) (.+)")
_THESE = re.compile(
    r"(?:它们|他们|[这那]?(?:两|二)[个座条家者种次场款部].{0,4})|(?:them|both|the two|these two|those two)(?: \w+)?"
)
_JOINED = re.compile("[和与跟]| and | or ")
BACK = 4  # turns that are gone back for a second thing


def asks_which(question: str, history: Turns) -> str:
    """The question in full, with the two things that were asked about before; "" for another
    one.
    """
    found = _WHICH.fullmatch(question.strip())
    if not found:
        return ""
    lang = "zh" if found["zh"] else "en"
    both = _both(history, lang)
    if not both or lang == "zh":
        return both and f"{both}哪个{found['zh']}？"
    verb = re.search(r"\b(?:is|was|has|had|cost|took|sold|made|won|sells|makes)\b", question, re.I)
    said = verb[0].lower() if verb else "is"
    return f"Which {said} {found['en']}, {_JOINED.sub(' or ', both)}?"


def compares_both(question: str, history: Turns) -> str:
    """ "Compare the two" with what was asked about before; "" for another question."""
    found = _COMPARE.fullmatch(question.strip().rstrip("。.?？"))
    if not found or not _THESE.fullmatch(found[1] or found[2]):
        return ""
    lang = "zh" if found[1] else "en"
    both = _both(history, lang)
    return both and (f"比较{both}" if lang == "zh" else f"Compare {both}")


def _both(history: Turns, lang: str) -> str:
    """The two things that were asked about last, joined; "" for fewer."""
    things: list[str] = []
    for asked, answer in reversed(history[-BACK:]):
        whole = taken_apart(answer.completed or asked)
        beside = _COMPARE.match(whole.body)  # "Compare A and B"
        if language(whole.body) != lang and not answer.about:
            continue
        if beside:
            name = beside[1] or beside[2]
        else:  # a question about the corpus may have been in the other language
            name = answer.about or re.sub("(?:分别|各自?|都)+$", "", subject(whole, lang))
        if name and name not in things:
            things.insert(0, name)
        if len(things) == 2 or _JOINED.search(name):
            break
    both = ("和" if lang == "zh" else " and ").join(things)
    return both if _JOINED.search(both) else ""
