"""Completes questions that compare two things of earlier turns: "哪个更长？", "Compare the two"."""

from __future__ import annotations

import re

from rag.question.types import Turns
from rag.question.whole import language, subject, taken_apart
from rag.question.words import pattern

_MAX_TURNS_BACK = 4  # number of earlier turns, at most, in which the two things are looked for


def asks_which(question: str, history: Turns) -> str:
    """Completes "哪个更长？" or "Which one is longer?" with the two things; "" for others."""
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
    """Completes "Compare the two" with the two things; "" for other questions."""
    found = pattern("compare").fullmatch(question.strip().rstrip("。.?？"))
    if not found or not pattern("these_two").fullmatch(found[1] or found[2]):
        return ""
    lang = "zh" if found[1] else "en"
    both = _both(history, lang)
    return both and (f"比较{both}" if lang == "zh" else f"Compare {both}")


def _both(history: Turns, lang: str) -> str:
    """The two things that were asked about last, joined by "and" or 和; "" for fewer than two."""
    things: list[str] = []
    for asked, answer in reversed(history[-_MAX_TURNS_BACK:]):
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
