"""An earlier question with another place, time, subject or words that ask, put in where the old
ones stood.

The result is for the reader, who sees how he was understood, and for the search: it has the
right content words, place, time and kind. Where grammar would need more than replacing words,
what was asked about stands first and the new words that ask behind it ("四川举办了演练，有多少人？", "Held
the drill: how many people?").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.corpus import detect_lang
from rag.corpus.places import Place, find_places
from rag.question import rephrase_en, rephrase_zh
from rag.question.asking import asking
from rag.question.types import Earlier
from rag.question.whole import taken_apart

_EDITS = {"zh": rephrase_zh, "en": rephrase_en}
# The same words in both languages, by kind, or by level for places; a noun of its own ("which
# hospitals") is not translated.
_ASKS = {
    "date": ("什么时候", "when"), "person": ("谁", "who"), "number": ("多少", "how many"), "why":
    ("为什么", "why"), "how": ("如何", "how"), "which": ("哪些", "which"), "what": ("什么", "what"), "any":
    ("在哪里", "where"), "country": ("哪些国家", "which countries"), "province":
    ("哪些省", "which provinces"), "city": ("哪些城市", "which cities"),
}  # fmt: skip
_YEAR = re.compile(r"(?:in )?([12]\d{3})\s?年?", re.I)
_TIMES_OF = (("今年", "this year"), ("去年", "last year"), ("上个月", "last month"), ("上月", "last month"),
             ("本月", "this month"), ("这个月", "this month"), ("上周", "last week"), ("本周", "this week"),
             ("昨天", "yesterday"), ("今天", "today"), ("去年夏天", "last summer"),
             ("上半年", "the first half of the year"), ("上周末", "last weekend"),
             ("春节期间", "during Spring Festival"), ("国庆假期", "over the National Day holiday"))
_TIMES = {zh: en for zh, en in _TIMES_OF} | {en: zh for zh, en in reversed(_TIMES_OF)}
_PERSON = ("he", "him", "his", "she", "her", "他", "她")
_THERE = ("there", "那里", "那儿", "那边", "这里", "这儿")
_GROUP = ("they", "them", "their", "他们", "她们", "它们")
_THING = ("it", "its", "它", "它们")


@dataclass(frozen=True, slots=True)
class Said:
    """What a question says that leans on an earlier one; "" for what it does not say.

    Attributes:
        question, lang: the question, and "zh" or "en".
        place, places: the words that name places, and those places.
        time: the words that name a time.
        asks: the words that ask.
        topic: what takes the place of what was asked about ("那消防演练呢").
        parallel: the topic counts only if it ends as something in the earlier question does
            ("and fire drills?").
        pronoun: where a pronoun stands for something earlier; (0, 0) for none.
        dropped: whether it leaves out what it says something of ("什么时候通车的").
        tail: the words of the question that go behind what was asked about, where they say more
            than the above.
    """

    question: str
    lang: str
    place: str = ""
    places: tuple[Place, ...] = ()
    time: str = ""
    asks: str = ""
    topic: str = ""
    parallel: bool = False
    pronoun: tuple[int, int] = (0, 0)
    dropped: bool = False
    tail: str = ""


def in_full(said: Said, before: str) -> str:
    """The earlier question with what is said put in; "" where it does not fit."""
    lang = "zh" if detect_lang(before) == "zh" else "en"
    edit, text, same = _EDITS[lang], before, said.lang == lang
    if any(said.pronoun) and said.tail:
        return edit.behind(text, said.tail)
    if said.topic:
        text = edit.topic(text, said.topic, said.parallel)
    if text and said.places:
        text = edit.place(text, said.place if same else _named(said.places, lang), said.places,
                          bool(said.asks))
    if text and said.time:
        text = edit.time(text, said.time if same else _timed(said.time, lang))
    if said.tail:
        return edit.behind(text, said.tail)
    if text and said.asks:
        text = edit.ask(text, said.asks if same else _asked(said.asks, lang))
    return text


def _named(places: tuple[Place, ...], lang: str) -> str:
    return ("和" if lang == "zh" else " and ").join(
        dict.fromkeys(one.short if lang == "zh" else one.en or one.short for one in places))


def _timed(words: str, lang: str) -> str:
    if year := _YEAR.fullmatch(words):
        return f"{year[1]}年" if lang == "zh" else year[1]
    if words.lower().removeprefix("in ") in _TIMES:
        return _TIMES[words.lower().removeprefix("in ")]
    return f"{words} " if lang == "zh" else words


def _asked(words: str, lang: str) -> str:
    first = asking(words)[0]
    if words.lower() in ("多少人", "how many people"):
        return "多少人" if lang == "zh" else "how many people"
    known = _ASKS.get(first.level or first.kind)
    return known[lang == "en"] if known and (first.core == first.end
                                             or first.kind in ("places", "date")) else words


def stand_in(said: Said, before: str, answer: Earlier) -> str:
    """The question with what its pronoun stands for, or "" where it has none or that is not
    certain.
    """
    if said.dropped:
        about = _subject(before)
        return about and f"{about}{said.tail}"
    (start, end), text = said.pronoun, said.question
    word = text[start:end].lower()
    name = _antecedent(word, before, answer) if word else ""
    if not name:
        return ""
    if said.lang == "en":
        if word in ("its", "his", "their") or word == "her" and re.match(r" \w+", text[end:]):
            name += "'s"
        name = f"in {name}" if word == "there" else name
        text = f"{text[:start]}{name}{text[end:]}"
        return text[0].upper() + text[1:]
    return f"{text[:start]}{name}{text[end:]}"


def _antecedent(word: str, before: str, answer: Earlier) -> str:
    """What a pronoun stands for: the one that the answer named, else what the question before was
    about.
    """
    labels = list(dict.fromkeys(row.label for row in answer.rows if row.label))
    lang = "zh" if ord(word[0]) > 0x2E80 else "en"
    if word in _THERE:
        if answer.kind == "places" and len(labels) == 1:
            return _named(tuple(m.place for m in find_places(labels[0]))[:1], lang)
        places = {place for group in taken_apart(before).places for place in group}
        return _named(tuple(places), lang) if len(places) == 1 else ""
    for words, kinds in ((_PERSON, ("person", )), (_THING, ("organisation", "document")),
                         (_GROUP, ("organisation", ))):
        if word in words:
            return labels[0] if answer.kind in kinds and len(labels) == 1 else _subject(before)
    return ""


def _subject(before: str) -> str:
    return _EDITS["zh" if detect_lang(before) == "zh" else "en"].subject(taken_apart(before))
