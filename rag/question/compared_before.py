"""Which of two things that were asked about before has more: "哪个更长？", "Which one is
longer?".
"""

from __future__ import annotations

import re

from rag.question.types import Turns
from rag.question.whole import language, subject, taken_apart
from rag.question.words import pattern

BACK = 4  # turns that are gone back for a second thing


def asks_which(question: str, history: Turns) -> str:
    """The question in full, with the two things that were asked about before; "" for another
    one.
    """
    found = pattern("which_of_two").fullmatch(question.strip())
    if not found:
        return ""
    lang = "zh" if found["zh"] else "en"
    both = _both(history, lang)
    if not both or lang == "zh":
        return both and f"{both}哪个{found['zh']}？"
    return (
        f"Which {found['verb'].lower()} {found['en']}, {pattern('two_joined').sub(' or ', both)}?"
    )


def compares_both(question: str, history: Turns) -> str:
    """ "Compare the two" with what was asked about before; "" for another question."""
    found = pattern("compare").fullmatch(question.strip().rstrip("。.?？"))
    if not found or not pattern("these_two").fullmatch(found[1] or found[2]):
        return ""
    lang = "zh" if found[1] else "en"
    both = _both(history, lang)
    return both and (f"比较{both}" if lang == "zh" else f"Compare {both}")


def _both(history: Turns, lang: str) -> str:
    """The two things that were asked about last, joined; "" for fewer."""
    things: list[str] = []
    for asked, answer in reversed(history[-BACK:]):
        whole = taken_apart(answer.completed or asked)
        beside = pattern("compare").match(whole.body)  # "Compare A and B"
        if language(whole.body) != lang and not answer.about:
            continue
        if beside:
            name = beside[1] or beside[2]
        else:  # a question about the corpus may have been in the other language
            name = answer.about or re.sub("(?:分别|各自?|都)+$", "", subject(whole, lang))
        if name and name not in things:
            things.insert(0, name)
        if len(things) == 2 or pattern("two_joined").search(name):
            break
    both = ("和" if lang == "zh" else " and ").join(things)
    return both if pattern("two_joined").search(both) else ""
