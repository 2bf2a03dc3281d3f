"""Chinese names as English spells them: "Chen Jining" is 陈吉宁 where articles tell of him, and
"Jishishan" the county 积石山.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rag.corpus.gazetteer import all_places, places_by_name
from rag.corpus.places import find_places
from rag.question.asking import outside_of
from rag.question.script import simplified
from rag.question.words import lines, pattern, words

if TYPE_CHECKING:
    from rag.embed.static import StaticModel
    from rag.index import Snapshot

LONGEST = 18  # letters of three syllables
_MOST = 3  # names of a question that are looked for
_CANDIDATES, _LOOKED_INTO = 6, 32  # names read alike that are compared, and passages of each
# A word with a translation of at least this cosine among so many is English: on 40 words "die" and
# "made" are, "yi" and "ming" are none.
_TRANSLATED, _TRANSLATIONS = 0.55, 5
STANDING = "X"  # stands for each character of a name where the words around it are understood


@functools.cache
def surnames(only_sure: bool = False) -> dict[str, str]:
    """Chinese family names, of one character and of two, each with how it is read, or "" where it
    is read as usual.

    ``only_sure`` leaves out those that often are the end or the beginning of other words.
    """
    table: dict[str, str] = {}
    files = ("surnames.txt",) if only_sure else ("surnames.txt", "surnames_more.txt")
    for part in " ".join(line for file in files for line in lines(file)).split():
        name, _, read = part.partition(":")
        table |= dict.fromkeys([name] if read or len(name) == 2 else name, read)
    return table


@functools.cache
def family_names() -> dict[str, str]:
    """Chinese family names, and how pinyin spells each."""
    return {
        name: read or "".join(readings()[character][0] for character in name)
        for name, read in surnames().items()
    }


@functools.cache
def characters() -> dict[str, tuple[str, str]]:
    """By a reading without tone ("v" is ü): the characters read so, and those mostly read
    otherwise.
    """
    table = {}
    for line in lines("readings.txt"):
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
    return len(word) <= LONGEST and any(_syllables(re.sub("['’-]", "", word.lower())))


def _syllables(letters: str, most: int = 3) -> Iterator[tuple[str, ...]]:
    """The ways in which letters are read as syllables, of which there are at most ``most``."""
    if not letters:
        yield ()
    elif most:
        for end in range(1, min(6, len(letters)) + 1):
            if letters[:end] in characters():
                for rest in _syllables(letters[end:], most - 1):
                    yield letters[:end], *rest


@functools.cache
def _counties() -> dict[str, str]:
    """Chinese names of counties and districts, by the English names that no other place has."""
    higher = {name.lower() for name, of in places_by_name().items() if of[0].level != "county"}
    table: dict[str, list[str]] = {}
    for place in all_places():
        if place.level == "county":
            table.setdefault(place.en.lower(), []).append(place.name)
    return {
        word: names[0]
        for word, names in table.items()
        if len(names) == 1 and word and word not in higher
    }


def county(word: str) -> tuple[str, str] | None:
    """What an English name of a county spells, and the Chinese name; None where it is none.

    "jishishan" is 积石山, of 积石山保安族东乡族撒拉族自治县.
    """
    name = _counties().get(word, "")
    spelled = (name[:size] for size in range(2, 6) if _spells(word, name[:size]))
    return next(((short, name) for short in spelled), None)


def _spells(word: str, name: str) -> bool:
    """Whether a word of Latin letters spells a name."""
    left = {word}
    for character in name:
        starts = readings().get(character, ())
        left = {one[len(read) :] for one in left for read in starts if one.startswith(read)}
    return "" in left


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
    """An English question in words of Chinese articles, as far as the names of persons and
    counties go.
    """
    said = masked = text
    missing = []
    for family, given, start, end in reversed(_spelled(text)[:_MOST]):
        if family:
            name, persons, many = _most_written(snapshot, family, given)
            if not persons and _is_english(snapshot.model, given):  # "Did He Name It?"
                continue
        elif _is_english(snapshot.model, given):  # "Boxing"
            continue
        else:
            name, many = _county(snapshot, given)
        latin = len(snapshot.holding_words(text[start:end]))
        if not (many or latin or given in characters()):  # "He Run" may be no name
            missing.append(text[start:end])
        if many > latin:
            said = f"{said[:start]}{name}{said[end:]}"
            masked = f"{masked[:start]}{STANDING * len(name)}{masked[end:]}"
    return Spelled(said, masked, tuple(missing))


def _county(snapshot: Snapshot, word: str) -> tuple[str, int]:
    """The name of a county as most articles write it, and how many passages have that.

    One of two characters may be a word, as 和平 is: it is sought with 县 or 区 behind it first.
    """
    short, full = county(word) or ("", "")
    of_full = len(snapshot.holding_words(full)) if len(short) == 2 else 0
    return (full, of_full) if of_full else (short, len(snapshot.holding_words(short)))


def _spelled(text: str) -> list[tuple[str, str, int, int]]:
    """What may be Chinese names in a text, in order: family name, given name, start and end.

    Those of persons are two words with a capital, no more, so that "Tong Ren Tang" is none; of a
    county there is no family name.
    """
    places = [(m.start, m.end) for m in find_places(text)]
    out = []
    for match in pattern("name_of_two_words").finditer(text):
        family, given = match["family"].lower(), match["given"].lower()
        inside = any(a <= match.start() and match.end() <= b for a, b in places)
        known = family in family_names().values() and is_pinyin(given)
        before = re.search("([A-Z][a-z]+) $", text[: match.start()])
        alone = before is None or not is_pinyin(before[1])
        if known and alone and not inside:
            out.append((family, given, *match.span()))
    taken = [*places, *(one[2:] for one in out)]
    for match in re.finditer(r"\b[A-Z][a-z]{5,}\b", text):
        if county(match[0].lower()) and outside_of(match.span(), taken):
            out.append(("", match[0].lower(), *match.span()))
    return sorted(out, key=lambda one: one[2])


def _is_english(model: StaticModel, word: str) -> bool:
    """Whether the vectors know translations of a word, none of which is read as it."""
    ids, _ = model.spans(word)
    if len(ids) != 1:
        return False
    others = np.flatnonzero(~model.latin)
    cosines = model.between(ids, others)[0]
    near = [model.piece(int(others[at])) for at in np.argsort(-cosines)[:_TRANSLATIONS]]
    return cosines.max() >= _TRANSLATED and not any(
        word in readings().get(one[:1], ()) for one in near
    )


def _most_written(snapshot: Snapshot, family: str, given: str) -> tuple[str, int, int]:
    """The name of those read so that most passages have as a person's.

    And in how many, of some that were looked into, it is one, and how many have its characters.
    """
    names = [name for name, read in family_names().items() if read == family]
    counted = [
        (len(snapshot.holding_words(name)), name)
        for syllables in _syllables(re.sub(r"['’-]", "", given), 2)
        for name in _written(snapshot, names, syllables)
    ]
    counted.sort(key=lambda one: -one[0])
    told = [(*_told_of(snapshot, name), many, name) for many, name in counted[:_CANDIDATES]]
    # "周期" is read as a name is, too, and stands in far more passages.
    told = [one for one in told if one[0] or one[1] and len(one[3]) > 2]
    persons, _, many, name = max(told, key=lambda one: one[:3], default=(0, 0, 0, ""))
    return name, persons, many


def _told_of(snapshot: Snapshot, name: str) -> tuple[int, int]:
    """In how many passages, of some that have its characters, a name is a person's, and stands."""
    rows = snapshot.holding_words(name)[:_LOOKED_INTO]
    texts = [simplified(text) for text in snapshot.passage_texts(rows)]
    name = simplified(name)
    person = re.compile(
        f"(?:{words('person')}|{words('of_person')}){name}|{name}(?:{words('said')})"
    )
    return sum(bool(person.search(text)) for text in texts), sum(name in text for text in texts)


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
