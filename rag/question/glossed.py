"""Names in English questions as Chinese articles write them: "Doksuri" is 杜苏芮 where one glosses it
“杜苏芮”（DOKSURI）, "NATO" is 北约.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.corpus.places import find_places
from rag.question.asking import outside_of
from rag.question.pinyin import STANDING
from rag.question.same import known_names
from rag.question.script import has_chinese
from rag.question.sounds import ALIKE, FOREIGN, bones_of, likeness, skeleton

if TYPE_CHECKING:
    import numpy as np

    from rag.embed.static import StaticModel
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
_LOOKED_INTO = 64  # passages with a name that are looked into for a gloss
# Times as often as in Latin letters that a known name is in characters, to be put so: in the news of
# 2023 "EU", "NATO" and "WHO" are 6 to 170 times, "AI", "CPI" and "IMF" less than twice.
_OFTEN = 2
_MOST = 4  # names of a question that are looked for


def in_chinese(snapshot: Snapshot, text: str, plain: str) -> tuple[str, str]:
    """An English question with the names in characters that only Chinese articles have, most of
    them in characters: foreign names, and abbreviations such as "NATO".

    Args:
        snapshot: the index.
        text: the question.
        plain: the same with Latin letters for what stands in characters in it, as many.

    Returns:
        Both with the names put in. A foreign name is taken as most articles write it that gloss it
        in brackets, where the two sound alike.
    """
    last = len(plain)
    for start, end, name in sorted(_names(snapshot, plain), reverse=True)[-_MOST:]:
        if end <= last:
            last = start
            text = f"{text[:start]}{name}{text[end:]}"
            plain = f"{plain[:start]}{STANDING * len(name)}{plain[end:]}"
    return text, plain


def _names(snapshot: Snapshot, text: str) -> Iterator[tuple[int, int, str]]:
    """Where names stand in an English text, and what Chinese articles write for each."""
    places = [(one.start, one.end) for one in find_places(text)]
    for (start, end), ways in known_names(snapshot, text):
        if text[start].isupper() and outside_of((start, end), places):
            rows = snapshot.holding_words(text[start:end])
            chinese = filter(has_chinese, ways)
            name = max(chinese, key=lambda way: _held(snapshot, way), default="")
            often = name and _held(snapshot, name) >= max(_OFTEN * len(rows), 1)
            if often and _all_chinese(snapshot, rows):
                yield start, end, name
    for match in _CAPITALS.finditer(text):
        start, end = match.span()
        if not outside_of((start, end), places):
            continue
        # "Typhoon Doksuri" without the words before it that the vectors know; those that they know
        # are understood of themselves.
        words = [(at.start(), _is_known(snapshot.model, at[0])) for at in _WORD.finditer(match[0])]
        for number, (at, known) in enumerate(words):
            if all(one for _, one in words[number:]):
                break
            if name := _gloss_of(snapshot, match[0][at:]):
                yield start + at, end, name
                break
            if not known:
                break


def _is_known(model: StaticModel, word: str) -> bool:
    """Whether the vectors have a word as one piece, as they have English words and usual names."""
    return len(model.spans(word)[0]) == 1


def _all_chinese(snapshot: Snapshot, rows: np.ndarray) -> bool:
    """Whether some passages are all of Chinese articles."""
    langs, codes = snapshot.lang_codes[0], snapshot.passage_langs[rows]
    return all(langs[code] == "zh" for code in set(codes.tolist()))


def _held(snapshot: Snapshot, words: str) -> int:
    return len(snapshot.holding_words(words))


def _gloss_of(snapshot: Snapshot, latin: str) -> str:
    """The Chinese name that most glosses of a Latin one give; "" where fewer passages have it, or an
    article of another language has the Latin one.
    """
    rows = snapshot.holding_words(latin)
    if not _all_chinese(snapshot, rows):  # before any text is read
        return ""
    texts = snapshot.passage_texts(rows[:_LOOKED_INTO])
    found = Counter(name for text in texts for name in _glosses(text, latin))
    name = found.most_common(1)[0][0] if found else ""
    return name if name and _held(snapshot, name) >= len(rows) else ""


def _glosses(text: str, latin: str) -> Iterator[str]:
    """The Chinese names that a text glosses with a Latin one, or with a longer one ending in it."""
    words = re.compile(rf"(?:.*\W)?{re.escape(latin)}", re.I)
    for match in _GLOSS.finditer(text):
        if not words.fullmatch(match["latin"].strip()):
            continue
        before = text[: match.end("name")]
        quoted = _QUOTED.search(before) if match["quoted"] else None
        if name := quoted[1] if quoted else _sounding(match["name"], latin):
            yield name


def _sounding(written: str, latin: str) -> str:
    """The end of what is written before a gloss that sounds most like it; "" where none does."""
    sought = {skeleton(latin), skeleton(latin.split()[-1])}
    vowel = any(word[0] in "AEIOU" for word in (latin, latin.split()[-1]))
    best, found = ALIKE, ""
    for start in range(len(written) - 2, max(-1, len(written) - 13), -1):
        name = written[start:]
        alike = max(likeness(one, bones_of(name)) for one in sought)
        # A vowel is no part of what is compared: 奥尔特曼 is as like to "Altman" as 尔特曼.
        begins = vowel and alike == best and not bones_of(name[0]) and name[0] in FOREIGN
        if name[0] != "·" and (alike > best or begins):
            best, found = alike, name
    return found
