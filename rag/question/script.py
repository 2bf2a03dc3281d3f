"""Traditional and simplified characters: which ones a question is written in, and each as the
other.

OpenCC is loaded when a question holds a character that only traditional script has, and not before.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from rag.question.words import pattern

if TYPE_CHECKING:
    from opencc import OpenCC

# the language of a frame in traditional characters; Answer has "zh" and ``traditional``
HANT = "zh-Hant"


HAN_RUN = re.compile("[\u4e00-\u9fff]+")  # Chinese characters side by side


def has_chinese(text: str) -> bool:
    """Whether a text holds a Chinese character."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def is_english(text: str) -> bool:
    """Whether a question is in English, be it with a Chinese name: "How old is 全红婵?"."""
    return pattern("begins_english").search(text) is not None


def is_traditional(text: str) -> bool:
    """Whether a text holds a character that is written otherwise in simplified script; what both
    share decides nothing.
    """
    doubtful = "".join(filter(_only_traditional, dict.fromkeys(text)))
    return bool(doubtful) and simplified(doubtful) != doubtful


def simplified(text: str) -> str:
    """The text in simplified characters, each at its place; for finding words in it, not for
    showing.
    """
    converter = _converter("t2s")
    whole = converter.convert(text)
    return whole if len(whole) == len(text) else "".join(map(converter.convert, text))


def in_simplified(text: str) -> str:
    """A text in traditional characters in simplified ones, any other as it is."""
    return simplified(text) if is_traditional(text) else text


def traditional(text: str) -> str:
    """A text of ours in traditional characters as Taiwan writes them. Quotes are never
    converted.
    """
    return _converter("s2tw").convert(text)


def in_script(text: str, lang: str) -> str:
    """A Chinese text of ours as it is for "zh", in traditional characters for :data:`HANT`."""
    return traditional(text) if lang == HANT else text


@functools.lru_cache(maxsize=4096)
def _only_traditional(character: str) -> bool:
    """A guess that costs nothing: the old character sets hold one script each (rare names too,
    hence a guess).
    """
    return not _in(character, "gb2312") and _in(character, "big5")


def _in(character: str, charset: str) -> bool:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


@functools.cache
def _converter(name: str) -> OpenCC:
    from opencc import OpenCC

    return OpenCC(name)
