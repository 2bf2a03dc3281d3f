"""What kind of thing a name looks like, and whether it is called as the question calls it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.question.words import words

_TITLE = re.compile(r"《.+》|“.+”|「.+」|\".+\"")
_BODY = re.compile(
    rf"(?:{words('body')}|[党团队社台馆厂店院所署会]|中心|法庭|联盟)$"
    rf"|\b(?:{words('body_en')}|inc|ltd|corp(?:oration)?)\.?$",
    re.I,
)
_PERSON = re.compile(
    rf"[{words('surnames')}](?:[\u4e00-\u9fff]{{1,2}}|某{{1,2}})|[\u4e00-\u9fff]+·[\u4e00-\u9fff·]+"
)


def kind_of_name(name: str) -> str:
    """What a name looks like: "document", "organisation", "person"; "" where that is not seen."""
    if _TITLE.fullmatch(name):
        return "document"
    if _BODY.search(name):
        return "organisation"
    return "person" if _PERSON.fullmatch(name) else ""


def is_called(name: str, nouns: Sequence[str]) -> bool:
    """Whether a name ends as the question calls the things; in English it need only have the word.

    Args:
        name: of a row ("四川大学", "Peking University").
        nouns: of the question, as ``ParsedQuestion.called``.
    """
    for noun in nouns:
        if noun.isascii():
            stem = re.sub(r"(?:ies|es|s|y)$", "", noun)
            if len(stem) > 2 and stem in name.casefold():
                return True
        elif name.endswith(noun):
            return True
    return False
