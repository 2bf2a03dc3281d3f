"""Detects simplified and traditional Chinese characters, and converts one to the other.

OpenCC is loaded only when a question may contain traditional characters.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from rag.question.words import pattern

if TYPE_CHECKING:
    from opencc import OpenCC

# Language code of an answer in traditional characters; ``Answer`` has "zh" and ``traditional``.
HANT = "zh-Hant"


HAN_RUN = re.compile("[\u4e00-\u9fff]+")  # Chinese characters side by side


def has_chinese(text: str) -> bool:
    """Whether a text contains a Chinese character."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def is_english(text: str) -> bool:
    """Whether a question is in English, possibly with a Chinese name: "How old is 全红婵?"."""
    return pattern("begins_english").search(text) is not None


def is_traditional(text: str) -> bool:
    """Whether a text has a character that simplified script writes differently."""
    doubtful = "".join(filter(_only_traditional, dict.fromkeys(text)))
    return bool(doubtful) and simplified(doubtful) != doubtful


def simplified(text: str) -> str:
    """Converts a text to simplified characters at the same offsets; for matching, not display."""
    converter = _converter("t2s")
    whole = converter.convert(text)
    return whole if len(whole) == len(text) else "".join(map(converter.convert, text))


def in_simplified(text: str) -> str:
    """Converts a text with traditional characters to simplified ones; others stay as they are."""
    return simplified(text) if is_traditional(text) else text


def traditional(text: str) -> str:
    """Converts words of an answer to traditional characters as used in Taiwan.

    Quotes from articles are verbatim and must never be converted.
    """
    return _converter("s2tw").convert(text)


def in_script(text: str, lang: str) -> str:
    """A Chinese text of an answer, in traditional characters if ``lang`` is :data:`HANT`."""
    return traditional(text) if lang == HANT else text


@functools.lru_cache(maxsize=4096)
def _only_traditional(character: str) -> bool:
    """Whether a character is probably traditional: a cheap guess that needs no OpenCC.

    Big5 has traditional and GB 2312 simplified characters. Rare characters are in Big5 alone, too,
    so the result is only a guess.
    """
    return not character.encode("gb2312", "ignore") and bool(character.encode("big5", "ignore"))


@functools.cache
def _converter(name: str) -> OpenCC:
    from opencc import OpenCC

    return OpenCC(name)
