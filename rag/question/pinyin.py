"""Finds the characters of Chinese names that an English question spells in pinyin.

"Chen Jining" is 陈吉宁 if articles mention him, and "Jishishan" is the county 积石山.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.corpus.gazetteer import all_places, places_by_name
from rag.corpus.places import find_places
from rag.question.asking import outside_of
from rag.question.same import put
from rag.question.script import simplified
from rag.question.words import lines, pattern, words

if TYPE_CHECKING:
    from rag.embed.static import StaticModel
    from rag.index import Snapshot

_MOST = 3  # number of names in a question, at most, that are looked up
_CANDIDATES, _LOOKED_INTO = 6, 32  # most homophonous names compared, and passages read for each
# A word is English if one of its nearest Chinese tokens, of this number, has at least this cosine.
# Checked on 40 words: "die" and "made" are English, "yi" and "ming" are not.
_TRANSLATED, _TRANSLATIONS = 0.55, 5


@functools.cache
def surnames(only_sure: bool = False) -> dict[str, str]:
    """Chinese family names of one or two characters, each with its pinyin.

    ``only_sure`` leaves out names that often are the beginning or the end of other words.
    """
    table: dict[str, str] = {}
    files = ("surnames.txt",) if only_sure else ("surnames.txt", "surnames_more.txt")
    for part in " ".join(line for file in files for line in lines(file)).split():
        written, _, read = part.partition(":")  # the pinyin is given where it is unusual
        for name in [written] if read or len(written) == 2 else written:
            table[name] = read or "".join(readings()[character][0] for character in name)
    return table


@functools.cache
def characters() -> dict[str, tuple[str, str]]:
    """The characters of each toneless pinyin syllable ("v" is ü).

    The first string has those usually read so, the second those usually read otherwise.
    """
    table = {}
    for line in lines("readings.txt"):
        reading, _, read = line.partition(" ")
        first, _, other = read.partition(";")
        table[reading] = first, other
    return table


@functools.cache
def readings() -> dict[str, tuple[str, ...]]:
    """The pinyin syllables of each character, the usual one first."""
    table: dict[str, tuple[str, ...]] = {}
    for of in (0, 1):
        for reading, read in characters().items():
            for character in read[of]:
                table[character] = (*table.get(character, ()), reading)
    return table


def is_pinyin(word: str) -> bool:
    """Whether a word could be one to three syllables of pinyin."""
    return any(_syllables(re.sub("['’-]", "", word.lower())))


def _syllables(letters: str, most: int = 3) -> Iterator[tuple[str, ...]]:
    """Yields all ways to split letters into at most ``most`` pinyin syllables."""
    if not letters:
        yield ()
    elif most:
        for end in range(1, min(6, len(letters)) + 1):
            if letters[:end] in characters():
                for rest in _syllables(letters[end:], most - 1):
                    yield letters[:end], *rest


@functools.cache
def _counties() -> dict[str, str]:
    """Chinese names of counties and districts by English name, if no other place shares that."""
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
    """The characters that an English county name spells, and the full Chinese name.

    "jishishan" spells 积石山 of 积石山保安族东乡族撒拉族自治县. None if it names no county.

    Args:
        word: the English name in lower case.
    """
    name = _counties().get(word, "")
    end = _reads(name, 0, word)
    return (name[:end], name) if end > 1 else None


def spelled(text: str, word: str) -> list[tuple[int, int]]:
    """The spans of a text of which a Latin word, of two letters or more, is the pinyin."""
    letters = re.sub(r"[^a-z]", "", word.lower().replace("ü", "v"))
    if len(letters) < 2:
        return []
    spans = ((start, _reads(text, start, letters)) for start in range(len(text)))
    return [(start, end) for start, end in spans if end]


def _reads(text: str, at: int, letters: str) -> int:
    """The end of the characters from ``at`` that are read as all ``letters``; 0 for none."""
    if not letters:
        return at
    for sound in readings().get(text[at : at + 1], ()):
        for form in {sound, sound.replace("v", "u"), sound.replace("v", "yu")}:
            if letters.startswith(form) and (end := _reads(text, at + 1, letters[len(form) :])):
                return end
    return 0


def in_characters(snapshot: Snapshot, text: str) -> tuple[str, str, tuple[str, ...]]:
    """Puts the Chinese names of persons and counties in an English question into characters, as
    most articles write them.

    Returns:
        The question with these names ("Who is 韩旭?"); a name stays in Latin letters if no passage
        has it in characters, or at least as many passages have it in Latin letters. The same with
        a Latin letter for each of their characters (:func:`masked`). And the names of three
        syllables or more that no passage has, in either script.
    """
    names, missing = [], []
    for family, given, start, end in reversed(_spelled(text)[:_MOST]):
        if family:
            name, persons, count = _most_written(snapshot, family, given)
            if not persons and _is_english(snapshot.model, given):  # no name: "Did He Name It?"
                continue
        elif _is_english(snapshot.model, given):  # "Boxing" is a county, too
            continue
        else:
            name, count = _county(snapshot, given)
        latin = len(snapshot.holding_words(text[start:end]))
        if not (count or latin or given in characters()):  # "He Run" may be no name
            missing.append(text[start:end])
        if count > latin:
            names.append((start, end, name))
    return put(text, names), masked(text, names), tuple(missing)


def masked(text: str, names: Sequence[tuple[int, int, str]]) -> str:
    """A text with a Latin letter for each character of some names ("Who is XX?"), each given as
    (start, end, name). Patterns of English words apply to it, and offsets agree with those of the
    text with the names.
    """
    return put(text, [(start, end, "X" * len(name)) for start, end, name in names])


def _county(snapshot: Snapshot, word: str) -> tuple[str, int]:
    """The Chinese name of a county as articles write it, and the number of passages that have it.

    A name of two characters may be a common word, like 和平 ("peace"), so the full name with 县 or
    区 is looked up first.
    """
    short, full = county(word) or ("", "")
    of_full = len(snapshot.holding_words(full)) if len(short) == 2 else 0
    return (full, of_full) if of_full else (short, len(snapshot.holding_words(short)))


def _spelled(text: str) -> list[tuple[str, str, int, int]]:
    """Possible Chinese names in an English text, in order: family name, given name, start, end.

    A person's name has exactly two capitalised words, so "Tong Ren Tang" is none. For a county the
    family name is "". Both names are in lower case.
    """
    places = [(m.start, m.end) for m in find_places(text)]
    out = []
    for match in pattern("name_of_two_words").finditer(text):
        family, given = match["family"].lower(), match["given"].lower()
        inside = any(a <= match.start() and match.end() <= b for a, b in places)
        known = family in surnames().values() and is_pinyin(given)
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
    """Whether a word is English: it has a near Chinese translation, but none that it spells."""
    ids, _ = model.spans(word)
    if len(ids) != 1:
        return False
    others = np.flatnonzero(~model.latin)
    cosines = model.between(ids, others)[0]
    near = [model.piece(int(others[at])) for at in np.argsort(-cosines)[:_TRANSLATIONS]]
    spells = any(word in readings().get(one[:1], ()) for one in near)
    return cosines.max() >= _TRANSLATED and not spells


def _most_written(snapshot: Snapshot, family: str, given: str) -> tuple[str, int, int]:
    """Picks, of the names spelled alike, the one that most passages have as a person's name.

    Returns:
        The name, "" for none; in how many of the passages read it is a person's name; and how many
        passages contain its characters.
    """
    names = [name for name, read in surnames().items() if read == family]
    counted = [
        (len(snapshot.holding_words(name)), name)
        for syllables in _syllables(re.sub(r"['’-]", "", given), 2)
        for name in _written(snapshot, names, syllables)
    ]
    counted.sort(key=lambda one: -one[0])
    candidates = [
        (*_occurrences(snapshot, name), count, name) for count, name in counted[:_CANDIDATES]
    ]
    # Common words like "周期" are spelled like names, and occur in far more passages than these.
    candidates = [one for one in candidates if one[0] or one[1] and len(one[3]) > 2]
    persons, _, count, name = max(candidates, key=lambda one: one[:3], default=(0, 0, 0, ""))
    return name, persons, count


def _occurrences(snapshot: Snapshot, name: str) -> tuple[int, int]:
    """Of some passages, how many have a name as a person's name, and how many have it at all."""
    rows = snapshot.holding_words(name)[:_LOOKED_INTO]
    texts = [simplified(text) for text in snapshot.passage_texts(rows)]
    name = simplified(name)
    title = f"{words('person')}|{words('of_person')}"
    person = re.compile(f"(?:{title}){name}|{name}(?:{words('said')})")
    return sum(bool(person.search(text)) for text in texts), sum(name in text for text in texts)


def _written(snapshot: Snapshot, names: Sequence[str], syllables: Sequence[str]) -> list[str]:
    """Full names that occur in passages: family names, followed by characters for the syllables.

    Args:
        snapshot: the index.
        names: the family names in characters.
        syllables: the pinyin syllables of the given name.
    """
    prefixes = list(names)
    for syllable in syllables:
        first, other = characters()[syllable]
        for read in (first, other):  # unusual readings only if the usual ones find nothing
            longer = map("".join, itertools.product(prefixes, read))
            if existing := [name for name in longer if len(snapshot.holding_words(name))]:
                break
        prefixes = existing
    return prefixes
