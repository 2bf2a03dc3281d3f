"""Compares names by sound: Chinese names with pinyin, foreign names with their transcriptions.

"Yan Zhengbin" is exactly the pinyin of 闫正斌. "Steinmeier" and 施泰因迈尔 are compared by their
skeletons: a letter for the class of each consonant, without the vowels.
"""

from __future__ import annotations

import functools
import re
from difflib import SequenceMatcher

from rag.question.pinyin import readings
from rag.question.words import lines

_HAN = re.compile(r"[\u4e00-\u9fff]+")
TRANSCRIPTION_CHARACTERS = "".join(lines("foreign.txt"))
_RUN = re.compile(rf"[{TRANSCRIPTION_CHARACTERS}]{{2,10}}(?:·[{TRANSCRIPTION_CHARACTERS}]{{1,8}})*")
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
MIN_SOUND_SIMILARITY = 0.66
"""Least likeness (0 to 1) for two names in different scripts to count as the same."""
_MIN_LATIN_LETTERS = 4  # shortest Latin name, in letters, that is compared by sound


def spelled(text: str, word: str) -> list[tuple[int, int]]:
    """The spans of a text of which a Latin word, of two letters or more, is the pinyin."""
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
    """The end of the characters from ``at`` that are read as all ``letters``; 0 for none."""
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
    """The likeness (0 to 1) of a Latin name to the Chinese words most like it, and their span."""
    bones = skeleton(word)
    best, span = 0.0, (0, 0)
    if len(re.sub(r"[^A-Za-z]", "", word)) < _MIN_LATIN_LETTERS or len(bones) < 2:
        return best, span
    for start, end, other in _foreign(text):
        alike = likeness(bones, other)
        if alike > best:
            best, span = alike, (start, end)
    return best, span


def bones_of(name: str) -> str:
    """The skeleton of a Chinese name, comparable with :func:`skeleton` of a Latin one."""
    return "".join(_bone(character) for character in name)


def likeness(a: str, b: str) -> float:
    """The likeness (0 to 1) of two skeletons; those that begin differently are penalised."""
    alike = SequenceMatcher(None, a, b, autojunk=False).ratio()
    return alike if a[:1] == b[:1] else 0.85 * alike


@functools.lru_cache(maxsize=64)
def _foreign(text: str) -> list[tuple[int, int, str]]:
    """Start, end and skeleton of each stretch of a text that may be a transcribed foreign name."""
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
    """What a character adds to a skeleton: the class of its first consonant, and a final N."""
    sound = readings().get(character, ("",))[0]
    if sound in ("er", "e"):
        return "L" if sound == "er" else ""
    first = "S" if _SYLLABLE_S.match(sound) else skeleton(sound[:1])
    return first + ("N" if sound[-1:] in "ng" and len(sound) > 1 and sound[-1] in "ng" else "")


@functools.lru_cache(maxsize=1 << 12)
def skeleton(word: str) -> str:
    """The consonant classes of a Latin word, in order; repeated ones count once."""
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
