"""What somebody types into a search box: words, phrases in quotation marks, what is left out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.errors import UsageError
from rag.question.query import clean

_QUOTED = r'"([^"]+)"|“([^”]+)”|„([^“”]+)[“”]|「([^」]+)」|『([^』]+)』|«([^»]+)»'
# A minus joins words (COVID-19) unless it begins one.
_PART = re.compile(rf"(?<!\S)(?P<less>[-－−–])(?:{_QUOTED}|(\w\S*))|{_QUOTED}")


class OnlyLeftOut(UsageError):
    """A search says what not to find, and nothing else."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What is sought.

    Attributes:
        words: what stands outside of quotation marks, "" for nothing.
        phrases: what stood in quotation marks: an article must hold each as it is written.
        without: words and phrases behind a minus: an article must hold none of them.
    """

    words: str
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All that is to be found, as one question."""
        return " ".join(filter(None, (self.words, *self.phrases)))


def sought(raw: str) -> Sought:
    """The parts of a search such as ``bridge "opened to traffic" -toll``.

    Args:
        raw: at most 2,000 characters. Quotation marks may be straight, curly, 「」 or «».

    Raises OnlyLeftOut where nothing is to be found, UsageError where it is empty or too long.
    """
    text = clean(raw)
    phrases: list[str] = []
    without: list[str] = []
    for part in _PART.finditer(text):
        words = next(filter(None, part.groups()[1:]), "").strip()
        if words:
            (without if part["less"] else phrases).append(words)
    rest = " ".join(_PART.sub(" ", text).split())
    found = Sought(rest, tuple(dict.fromkeys(phrases)), tuple(dict.fromkeys(without)))
    if not found.text:
        raise OnlyLeftOut(f"expected words to search for, got only what is left out: {text}")
    return found
