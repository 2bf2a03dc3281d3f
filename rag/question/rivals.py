"""Tells apart rivals: things that are named alike, of which the question means only one.

Examples are the second and the third prize, the mayor and the deputy mayor, the men's and the
women's race. Their words are nearly the same, so that the reader confuses them.
"""

from __future__ import annotations

import re

from rag.question.words import ordinal, pattern

# Other words for ranks in a contest, which are patterns by name. The first has too many to list.
_PLACED = {"silver": 2, "bronze": 3}


def asks_difference(question: str) -> bool:
    """Whether a question for a figure may ask by how much something changed or differs."""
    return bool(pattern("difference").search(question))


def asks_earlier(question: str) -> bool:
    """Whether a question asks for the value of something before a change."""
    return bool(pattern("earlier").search(question))


def things_of(question: str) -> tuple[str, ...]:
    """The nouns that an answer may end with, taken from a Chinese question, longest first.

    "哪座大桥" and "……的大桥是哪座" are answered by a name like 青石大桥. It is not known where the
    noun begins or ends in the question, so several are returned; () for other questions.
    """
    found = pattern("thing").search(question)
    if not found:
        return ()
    if words := found["behind"]:
        return tuple(words[:end] for end in range(len(words), 0, -1))
    words = found["before"].rpartition("的")[2]
    return tuple(words[at:] for at in range(max(len(words) - 1, 1)))


def tells_of_another(question: str, text: str) -> bool:
    """Whether a text tells only of rivals of what a question means, by one of four rules.

    Args:
        question: a question in simplified characters.
        text: a passage in the same language.
    """
    rules = (_another_rank, _another_part, _another_office, _other_sex)
    return any(rule(question, text) for rule in rules)


def _another_rank(question: str, text: str) -> bool:
    """Whether the question has a rank that the text lacks, while the text has other ranks."""
    for name in ("rank", "prize"):
        if found := pattern(name).search(question):
            asked = _number(found)
            ranks = {_number(one) for one in pattern(name).finditer(text)}
            if name == "rank":
                ranks |= {n for words, n in _PLACED.items() if pattern(words).search(text)}
            if asked != 1 or name == "prize":  # the first rank has too many other names
                return bool(ranks) and asked not in ranks
    return False


def _another_part(question: str, text: str) -> bool:
    """Whether the question means a numbered part, such as the third phase, that the text lacks,
    while the text has another one of its kind.
    """
    for asked in pattern("part").finditer(question):
        found = [one for one in pattern("part").finditer(text) if one["kind"] == asked["kind"]]
        numbers = {ordinal(one["number"]) for one in found}
        if numbers and ordinal(asked["number"]) not in numbers:
            return True
    return False


def _number(found: re.Match[str]) -> int:
    """The number of the rank that a pattern found."""
    return ordinal(next(filter(None, found.groups())))


def _another_office(question: str, text: str) -> bool:
    """Whether the question means a deputy and the text has only the main office, or vice versa."""
    for asked in pattern("titled").finditer(question):
        office = asked["office"].casefold()
        titles = [m for m in pattern("titled").finditer(text) if m["office"].casefold() == office]
        if titles and all(bool(one["deputy"]) != bool(asked["deputy"]) for one in titles):
            return True
    return False


def _other_sex(question: str, text: str) -> bool:
    """Whether the question means the men's contest and the text only the women's, or vice versa."""
    in_question, in_text = (
        [bool(pattern(sex).search(words)) for sex in ("of_men", "of_women")]
        for words in (question, text)
    )
    return in_question[0] != in_question[1] and in_text == in_question[::-1]
