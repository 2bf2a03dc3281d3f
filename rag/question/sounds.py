"""Names by their sound: Chinese names in pinyin, foreign ones as Chinese writes them.

"Yan Zhengbin" is 闫正斌 exactly; "Steinmeier" and 施泰因迈尔 are alike as far as their consonants
go.
"""

from __future__ import annotations

import functools
import re
from difflib import SequenceMatcher

from rag.question.pinyin import readings
from rag.question.words import lines

_HAN = re.compile(r"[\u4e00-\u9fff]+")
FOREIGN = "".join(lines("foreign.txt"))
_RUN = re.compile(rf"[{FOREIGN}]{{2,10}}(?:·[{FOREIGN}]{{1,8}})*")
_CLASSES = (
    (r"^y(?=[aeou])|^w(?=u)", ""),
    (r"sch|sh|zh|ch|th(?=[^aeiouy])|ts|tz|dz", "S"),
    (r"th", "T"),
    (r"ph", "F"),
    (r"ck|qu", "K"),
    (r"wh", "F"),
    (r"ng|n", "N"),
    (r"c(?=[eiy])", "S"),
    (r"g(?=[eiy])", "J"),
    (r"[szjxq]", "S"),
    (r"[bp]", "P"),
    (r"[dt]", "T"),
    (r"[gkc]", "K"),
    (r"h", "H"),
    (r"[fvw]", "F"),
    (r"[lr]", "L"),
    (r"m", "M"),
)
_SYLLABLE_S = re.compile(r"^(?:zh|ch|sh|[jqxzcs])")
ALIKE = 0.66
"""Likeness from which a name may be taken for one written in the other script."""
LEAST = 4  # letters of a Latin name that is compared by its sound


def spelled(text: str, word: str) -> list[tuple[int, int]]:
    """Where a Latin word of two letters or more is the pinyin of characters of a text."""
    letters = re.sub(r"[^a-z]", "", word.lower().replace("ü", "v"))
    return [span for span in _readings(text, letters)] if len(letters) > 1 else []


def _readings(text: str, letters: str) -> list[tuple[int, int]]:
    found = []
    for run in _HAN.finditer(text):
        for start in range(run.start(), run.end()):
            if end := _reads(text, start, run.end(), letters):
                found.append((start, end))
    return found


def _reads(text: str, at: int, limit: int, letters: str) -> int:
    """Where the characters from ``at`` end that are read as ``letters``, or 0."""
    if not letters:
        return at
    if at == limit:
        return 0
    for sound in readings().get(text[at], ()):
        for form in {sound, sound.replace("v", "u"), sound.replace("v", "yu")}:
            if letters.startswith(form) and (
                end := _reads(text, at + 1, limit, letters[len(form) :])
            ):
                return end
    return 0


def sounding(text: str, word: str) -> tuple[float, tuple[int, int]]:
    """The likeness (0 to 1) of a Latin name to what sounds most like it in a text, and where."""
    bones = skeleton(word)
    best, span = 0.0, (0, 0)
    if len(re.sub(r"[^A-Za-z]", "", word)) < LEAST or len(bones) < 2:
        return best, span
    for start, end, other in _foreign(text):
        alike = likeness(bones, other)
        if alike > best:
            best, span = alike, (start, end)
    return best, span


def bones_of(name: str) -> str:
    """The classes of the consonants of a Chinese name, as :func:`skeleton` has those of a word."""
    return "".join(_bone(character) for character in name)


def likeness(a: str, b: str) -> float:
    """How much two names are alike (0 to 1) of which the classes of consonants are given."""
    alike = SequenceMatcher(None, a, b, autojunk=False).ratio()
    return alike if a[:1] == b[:1] else 0.85 * alike


@functools.lru_cache(maxsize=64)
def _foreign(text: str) -> list[tuple[int, int, str]]:
    """The stretches of a text that may be foreign names, with the skeleton of each."""
    out = []
    for run in _RUN.finditer(text):
        for start in range(run.start(), run.end() - 1):
            for end in range(start + 2, min(run.end(), start + 8) + 1):
                if "·" in text[start:end]:
                    break
                out.append((start, end, bones_of(text[start:end])))
    return [(start, end, bones) for start, end, bones in out if len(bones) > 1]


@functools.lru_cache(maxsize=1 << 12)
def _bone(character: str) -> str:
    """What a syllable adds to a skeleton: its first consonant, and an N that ends it."""
    sound = readings().get(character, ("",))[0]
    if sound in ("er", "e"):
        return "L" if sound == "er" else ""
    first = "S" if _SYLLABLE_S.match(sound) else skeleton(sound[:1])
    return first + ("N" if sound[-1:] in "ng" and len(sound) > 1 and sound[-1] in "ng" else "")


@functools.lru_cache(maxsize=1 << 12)
def skeleton(word: str) -> str:
    """The classes of the consonants of a word, doubled ones once."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    out, at = "", 0
    while at < len(letters):
        for pattern, name in _CLASSES:
            match = re.compile(pattern).match(letters, at)
            if match and match.end() > at:
                out += "" if out[-1:] == name else name
                at = match.end()
                break
        else:
            at += 1
    return out.replace("J", "S")
