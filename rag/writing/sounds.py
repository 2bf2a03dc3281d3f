"""Chinese names by their sound: "Yan Zhengbin" is 闫正斌."""

from __future__ import annotations

import re

from rag.question.pinyin import readings

_HAN = re.compile(r"[\u4e00-\u9fff]+")


def spelled(text: str, word: str) -> bool:
    """Whether a Latin word of two letters or more is the pinyin of characters of a text."""
    letters = re.sub(r"[^a-z]", "", word.lower().replace("ü", "v"))
    return len(letters) > 1 and any(
        _reads(run[0], at, letters) for run in _HAN.finditer(text) for at in range(len(run[0]))
    )


def _reads(text: str, at: int, letters: str) -> bool:
    """Whether characters from ``at`` on are read as ``letters``."""
    if not letters:
        return True
    return at < len(text) and any(
        letters.startswith(form) and _reads(text, at + 1, letters[len(form) :])
        for sound in readings().get(text[at], ())
        for form in {sound, sound.replace("v", "u"), sound.replace("v", "yu")}
    )
