"""Chinese names as English spells them: "Chen Jining" is 陈吉宁 where articles tell of him."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from rag.corpus.places import find_places

if TYPE_CHECKING:
    from rag.index import Snapshot

# Two words with a capital, the second of one or two syllables: "Wang Yi", "Quan Hongchan".
_NAME = re.compile(
    r"\b(?P<family>[A-Z][a-z]{1,5})(?= (?P<given>[A-Z][a-z]+(?:['’-](?!s\b)[a-z]+)?)\b)"
)
_MOST = 3  # names of a question that are looked for
_STANDING = "X"  # stands for each character of a name where the words around it are understood


def _lines(name: str) -> list[str]:
    text = resources.files("rag.question").joinpath("data", name).read_text("utf8")
    return [line for line in text.splitlines() if line and line[0] != "#"]


@functools.cache
def family_names() -> dict[str, str]:
    """Chinese family names, of one character and of two, and how pinyin spells each."""
    table = {}
    for part in " ".join(_lines("surnames.txt")).split():
        name, _, read = part.partition(":")
        for one in [name] if read or len(name) == 2 else name:
            table[one] = read or "".join(readings()[character][0] for character in one)
    return table


@functools.cache
def characters() -> dict[str, tuple[str, str]]:
    """By a reading without tone ("v" is ü): the characters read so, and those mostly read
    otherwise.
    """
    table = {}
    for line in _lines("readings.txt"):
        reading, _, read = line.partition(" ")
        first, _, other = read.partition(";")
        table[reading] = first, other
    return table


@functools.cache
def readings() -> dict[str, tuple[str, ...]]:
    """By a character its readings, the usual one first."""
    table: dict[str, tuple[str, ...]] = {}
    for of in (0, 1):
        for reading, read in characters().items():
            for character in read[of]:
                table[character] = (*table.get(character, ()), reading)
    return table


def is_pinyin(word: str) -> bool:
    """Whether a word could be one to three syllables of pinyin."""
    letters = re.sub("['’-]", "", word.lower())
    return any(1 <= len(syllables) <= 3 for syllables in _syllables(letters))


def _syllables(letters: str) -> Iterator[tuple[str, ...]]:
    """The ways in which letters are read as syllables."""
    if not letters:
        yield ()
    for end in range(1, min(6, len(letters)) + 1):
        if letters[:end] in characters():
            for rest in _syllables(letters[end:]):
                yield letters[:end], *rest


class Spelled(NamedTuple):
    """An English question with its Chinese names as most articles write them.

    Attributes:
        text: the question with these names ("Who is 韩旭?"). A name that no passage has stays as it
            is, and so does one that more passages write in Latin letters.
        plain: the same with Latin letters in their place, as many ("Who is XX?"): what is
            understood of English words is understood of these.
        missing: names of three syllables or more that no passage has, in either script.
    """

    text: str
    plain: str
    missing: tuple[str, ...]


def in_characters(snapshot: Snapshot, text: str) -> Spelled:
    """An English question in words of Chinese articles, as far as the names of persons go."""
    said = masked = text
    missing = []
    places = [(m.start, m.end) for m in find_places(text)]
    found = [
        (match["family"].lower(), match["given"].lower(), match.start(), match.end("given"))
        for match in _NAME.finditer(text)
    ]
    for family, given, start, end in reversed(found[:_MOST]):
        if any(a <= start and end <= b for a, b in places):
            continue
        if family not in family_names().values() or not is_pinyin(given):
            continue
        name, many = _most_written(snapshot, family, given)
        latin = len(snapshot.holding_words(text[start:end]))
        if not (many or latin or given in characters()):  # "He Run" may be no name
            missing.append(text[start:end])
        if many > latin:
            said = f"{said[:start]}{name}{said[end:]}"
            masked = f"{masked[:start]}{_STANDING * len(name)}{masked[end:]}"
    return Spelled(said, masked, tuple(missing))


def _most_written(snapshot: Snapshot, family: str, given: str) -> tuple[str, int]:
    """The name that most passages have of those that are read so, and how many have it."""
    names = [name for name, read in family_names().items() if read == family]
    counted = [
        (len(snapshot.holding_words(name)), name)
        for syllables in _syllables(re.sub(r"['’-]", "", given))
        if len(syllables) < 3
        for name in _written(snapshot, names, syllables)
    ]
    many, name = max(counted, key=lambda one: one[0], default=(0, ""))
    return name, many


def _written(snapshot: Snapshot, names: Sequence[str], syllables: Sequence[str]) -> list[str]:
    """The names with the given ones behind them whose pairs of characters passages have."""
    kept = list(names)
    for syllable in syllables:
        first, other = characters()[syllable]
        for read in (first, other):  # read otherwise only where nothing else is found
            longer = map("".join, itertools.product(kept, read))
            if held := [name for name in longer if len(snapshot.holding_words(name))]:
                break
        kept = held
    return kept
