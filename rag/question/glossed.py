"""Replaces names in English questions by those that Chinese articles use.

"Doksuri" becomes 杜苏芮 if an article glosses it as “杜苏芮”（DOKSURI）, and "NATO" becomes 北约. A
gloss is a name in Latin letters in brackets behind the Chinese name. Which characters before the
brackets are the name is told by its sound: "Steinmeier" and 施泰因迈尔 are compared by their
skeletons, a letter for the class of each consonant, without the vowels.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from rag.corpus.places import find_places
from rag.question.asking import outside_of
from rag.question.pinyin import masked, readings
from rag.question.same import known_names, put
from rag.question.script import has_chinese
from rag.question.words import lines

if TYPE_CHECKING:
    import numpy as np

    from rag.index import Snapshot

_CAPITALS = re.compile(
    r"[A-Z][\w’-]*\w(?: (?:(?:al|bin|da|de|del|der|di|du|la|of|the|van|von) )?[A-Z][\w’-]*\w){0,3}"
)
_GLOSS = re.compile(
    r"(?P<name>[\u4e00-\u9fff·]{2,24})(?P<quoted>[”’》」]?)\s?[（(]"
    r"(?:[^（）()]{0,8}[：:，,]\s?)?(?P<latin>[A-Za-z][^（）(),，;；]{1,40})[^（）()]{0,40}[)）]"
)
_WORD = re.compile(r"(?<![\w’-])[A-Z][\w’-]*")
_QUOTED = re.compile(r"[“‘《「]([^“‘《「]+)$")
_LOOKED_INTO = 64  # number of passages with a name, at most, that are searched for a gloss
# A known name is replaced if at least this many times as many passages write it in characters as in
# Latin letters. In the news of 2023, "EU", "NATO" and "WHO" reach 6 to 170, "AI", "CPI" and "IMF"
# less than 2.
_OFTEN = 2
_MOST = 4  # number of names in a question, at most, that are replaced
TRANSCRIPTION_CHARACTERS = "".join(lines("foreign.txt"))
_MIN_SOUND_SIMILARITY = 0.66  # least likeness (0 to 1) at which two names count as the same
# The letters of each class of consonants, with its name in skeletons; the first that fits counts.
_CLASSES = {
    r"^y(?=[aeou])|^w(?=u)": "",
    r"sch|sh|zh|ch|th(?=[^aeiouy])|ts|tz|dz": "S",
    r"th": "T",
    r"ph": "F",
    r"ck|qu": "K",
    r"wh": "F",
    r"ng|n": "N",
    r"c(?=[eiy])": "S",
    r"g(?=[eiy])": "J",
    r"[szjxq]": "S",
    r"[bp]": "P",
    r"[dt]": "T",
    r"[gkc]": "K",
    r"h": "H",
    r"[fvw]": "F",
    r"[lr]": "L",
    r"m": "M",
}
_CONSONANT = re.compile("|".join(f"({letters})" for letters in _CLASSES))


def in_chinese(snapshot: Snapshot, text: str, plain: str) -> tuple[str, str]:
    """Puts Chinese names into an English question: foreign names, and abbreviations like "NATO".

    A name is replaced only if just Chinese articles have its Latin form and most of them write it
    in characters.

    Args:
        snapshot: the index.
        text: the question.
        plain: the question as :func:`rag.question.pinyin.masked` returns it.

    Returns:
        Both texts with the names replaced. For a foreign name the most frequent gloss counts,
        provided that it is quoted or sounds like the Latin name.
    """
    names = sorted(_names(snapshot, plain))[:_MOST]
    return put(text, names), masked(plain, names)


def _names(snapshot: Snapshot, text: str) -> Iterator[tuple[int, int, str]]:
    """Yields start and end of names in an English text, and the name that Chinese articles use."""
    places = [(one.start, one.end) for one in find_places(text)]
    for (start, end), ways in known_names(snapshot, text):
        if text[start].isupper() and outside_of((start, end), places):
            rows = snapshot.holding_words(text[start:end])
            counts = {way: len(snapshot.holding_words(way)) for way in ways if has_chinese(way)}
            name = max(counts, key=lambda way: counts[way], default="")
            often = name and counts[name] >= max(_OFTEN * len(rows), 1)
            if often and _all_chinese(snapshot, rows):
                yield start, end, name
    for match in _CAPITALS.finditer(text):
        start, end = match.span()
        if not outside_of((start, end), places):
            continue
        # In "Typhoon Doksuri" only "Doksuri" needs a gloss: the vectors know "Typhoon", and known
        # words match across languages without one. They are single tokens.
        words = list(_WORD.finditer(match[0]))
        known = [len(snapshot.model.spans(word[0])[0]) == 1 for word in words]
        for number, word in enumerate(words):
            if all(known[number:]):
                break
            if name := _gloss_of(snapshot, match[0][word.start() :]):
                yield start + word.start(), end, name
                break
            if not known[number]:
                break


def _all_chinese(snapshot: Snapshot, rows: np.ndarray) -> bool:
    """Whether all of some passages are from Chinese articles; true for none."""
    langs, codes = snapshot.lang_codes[0], snapshot.passage_langs[rows]
    return all(langs[code] == "zh" for code in set(codes.tolist()))


def _gloss_of(snapshot: Snapshot, latin: str) -> str:
    """The Chinese name that most glosses give for a Latin one; "" for none.

    Also "" if fewer passages have the Chinese name than the Latin one, or if an article in another
    language has the Latin one.
    """
    rows = snapshot.holding_words(latin)
    if not _all_chinese(snapshot, rows):  # before any text is read
        return ""
    texts = snapshot.passage_texts(rows[:_LOOKED_INTO])
    found = Counter(name for text in texts for name in _glosses(text, latin))
    name = found.most_common(1)[0][0] if found else ""
    return name if name and len(snapshot.holding_words(name)) >= len(rows) else ""


def _glosses(text: str, latin: str) -> Iterator[str]:
    """Yields Chinese names that a text glosses with a Latin name, or a longer one ending in it."""
    words = re.compile(rf"(?:.*\W)?{re.escape(latin)}", re.I)
    for match in _GLOSS.finditer(text):
        if not words.fullmatch(match["latin"].strip()):
            continue
        before = text[: match.end("name")]
        quoted = _QUOTED.search(before) if match["quoted"] else None
        if name := quoted[1] if quoted else _sounding(match["name"], latin):
            yield name


def _sounding(written: str, latin: str) -> str:
    """The end of the Chinese text before a gloss that sounds most like the Latin name; "" for none.

    Where the Chinese name begins is not marked, so each possible beginning is compared.
    """
    sought = {_skeleton(latin), _skeleton(latin.split()[-1])}
    vowel = any(word[0] in "AEIOU" for word in (latin, latin.split()[-1]))
    best, found = _MIN_SOUND_SIMILARITY, ""
    for start in range(len(written) - 2, max(-1, len(written) - 13), -1):
        name = written[start:]
        alike = max(_likeness(one, _bones_of(name)) for one in sought)
        # Only consonants are compared, so 尔特曼 scores as high for "Altman" as 奥尔特曼; a name
        # with an initial vowel therefore takes in such a character.
        begins = (
            vowel
            and alike == best
            and not _bones_of(name[0])
            and name[0] in TRANSCRIPTION_CHARACTERS
        )
        if name[0] != "·" and (alike > best or begins):
            best, found = alike, name
    return found


def _likeness(a: str, b: str) -> float:
    """The likeness (0 to 1) of two skeletons; those that begin differently are penalised."""
    alike = SequenceMatcher(None, a, b, autojunk=False).ratio()
    return alike if a[:1] == b[:1] else 0.85 * alike


def _bones_of(name: str) -> str:
    """The skeleton of a Chinese name, comparable with :func:`_skeleton` of a Latin one."""
    return "".join(map(_bone, name))


@functools.lru_cache(maxsize=1 << 12)
def _bone(character: str) -> str:
    """What a character adds to a skeleton: the class of its first consonant, and a final N."""
    sound = readings().get(character, ("",))[0]
    if sound in ("er", "e"):
        return "L" if sound == "er" else ""
    first = "S" if re.match("[zcs]h|[jqxzcs]", sound) else _skeleton(sound[:1])
    return first + "N" * sound[1:].endswith(("n", "g"))


@functools.lru_cache(maxsize=1 << 12)
def _skeleton(word: str) -> str:
    """The consonant classes of a Latin word, in order; repeated ones count once."""
    names, bones = list(_CLASSES.values()), ""
    for match in _CONSONANT.finditer(re.sub("[^a-z]", "", word.lower())):
        name = names[(match.lastindex or 1) - 1]
        bones += "" if bones.endswith(name) else name
    return bones.replace("J", "S")
