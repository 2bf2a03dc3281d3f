"""Things of which a question means one and an article may tell another: the second and the third,
the mayor and the deputy mayor, the men's and the women's race.

The words of both are nearly the same, so that the reader takes one for the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.question.words import ordinal, pattern

# What else says a place in a contest; the first has too many names to be told by them.
_PLACED = {"silver": 2, "bronze": 3}


def asks_difference(question: str) -> bool:
    """Whether a question for a figure may ask by how much something changed."""
    return bool(pattern("difference").search(question))


def asks_earlier(question: str) -> bool:
    """Whether a question asks how something was before a change."""
    return bool(pattern("earlier").search(question))


def things_of(question: str) -> tuple[str, ...]:
    """What the name of the thing may end with that a Chinese question asks for, longest first.

    "哪座大桥", "……的大桥是哪座": 青石大桥. Where the noun ends is not known.
    """
    found = pattern("thing").search(question)
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
    for name in ("rank", "prize"):
        if found := pattern(name).search(question):
            asked = _number(found)
            told = {_number(one) for one in pattern(name).finditer(text)}
            if name == "rank":
                told |= {n for words, n in _PLACED.items() if pattern(words).search(text)}
            if asked != 1 or name == "prize":  # the first has many names
                return bool(told) and asked not in told
    return False


def _number(found: re.Match[str]) -> int:
    return ordinal(next(filter(None, found.groups())))


def _another_office(question: str, text: str) -> bool:
    """The question means the deputy and the text has the other alone, or the other way round."""
    for asked in pattern("titled").finditer(question):
        office = asked["office"].casefold()
        told = [m for m in pattern("titled").finditer(text) if m["office"].casefold() == office]
        if told and all(bool(one["deputy"]) != bool(asked["deputy"]) for one in told):
            return True
    return False


def _other_sex(question: str, text: str) -> bool:
    """The question means the men's contest and the text has the women's alone, or the reverse."""
    asked, told = (
        [bool(pattern(sex).search(words)) for sex in ("of_men", "of_women")]
        for words in (question, text)
    )
    return asked[0] != asked[1] and told == asked[::-1]


_RULES: tuple[Callable[[str, str], bool], ...] = (_another_rank, _another_office, _other_sex)
