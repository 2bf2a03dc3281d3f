"""Questions about the corpus itself: how many articles, from when to when, which on a subject.

:mod:`rag.question.message` classifies what is asked. The subject of the articles is what is left of
the question without its times and without the question words at both ends. "How many people died?"
is a question to the articles, not about them.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from rag.embed.static import StaticModel
from rag.question.message import asking_tokens, chances, reduced
from rag.question.periods import find_periods
from rag.question.script import has_chinese, simplified
from rag.question.types import CORPUS_KINDS, TALK_KINDS, CorpusQuestion
from rag.question.words import pattern

if TYPE_CHECKING:
    from rag.answer.types import Answer

_MAX_FOLLOW_UP_CHARACTERS = 30  # longest follow-up, in characters, that may leave out the subject
# Longest message about the corpus, and longest subject in it, in characters.
_MAX_MESSAGE_CHARACTERS, _MAX_SUBJECT_CHARACTERS = 150, 60
# Least probability, all kinds together, for a message to count as a question about the corpus.
_MIN_PROBABILITY = 0.5
TIME_MASK = " 0 "  # replaces each time in a message before it is classified
_AROUND = " \"'“”‘’「」.,，、:：。!！?？…"
# Kinds that a pattern of words recognises with certainty; the others go by probability.
_TOLD = ("summary", "compare", "list")
# Occur in question words, but as often begin or end names: 新能源, 恒大.
_NAME_CHARACTERS = "新大中年天地"


def about_corpus(plain: str, today: date | None, model: StaticModel) -> CorpusQuestion | None:
    """Returns what a question asks about the corpus; None for a question to the articles.

    Args:
        plain: the cleaned question in simplified characters.
        today: the day to which relative times ("last month") refer.
        model: the embedded model.
    """
    if len(plain) > _MAX_MESSAGE_CHARACTERS:
        return None
    rest, dated = without_times(pattern("short_is").sub(r"\1 is", plain), today)
    if not (message := reduced(rest)):
        return None
    chance = chances(message, model)[len(TALK_KINDS) + 1 :]
    asks = next((kind for kind in _TOLD if pattern(f"told_{kind}").match(rest)), "")
    if not asks and chance.sum() < _MIN_PROBABILITY:
        return None
    asks = asks or (*CORPUS_KINDS, "dated")[int(chance.argmax())]
    subject = _subject(rest.replace(TIME_MASK, " "), model)
    if not _is_subject(subject) or asks == "dated" and not dated:
        return None
    if asks == "compare":
        pair = _pair(subject)
        return CorpusQuestion(asks, *pair) if pair else None
    if asks == "summary" and not (subject or dated):
        return None
    # "New since yesterday" lists what was published since then: an index keeps no older versions
    # to compare with.
    asks = "list" if dated and asks in ("dated", "latest", "new") else asks
    return CorpusQuestion(asks, subject)


def of_the_same(
    question: str, asked: str, before: Answer, today: date | None, model: StaticModel
) -> str:
    """Completes a short follow-up to a question about the corpus; "" for any other question.

    Examples are "The latest?", "From when to when?" and "四川的呢？".

    Args:
        question: the follow-up.
        asked: the question before, as it was typed.
        before: the answer to it.
        today: the day to which relative times refer.
        model: the embedded model.
    """
    if before.kind != "corpus" or len(question) > _MAX_FOLLOW_UP_CHARACTERS:
        return ""
    words, subject = question.rstrip("?？。. "), before.about
    other = pattern("other_subject").fullmatch(words)
    if other and subject in (whole := before.completed or asked):
        topic = other["zh"] or other["en"]
        full = whole.replace(subject, topic)
        found = about_corpus(simplified(full), today, model)
        if subject and found and found.subject == simplified(topic):
            return full
    if has_chinese(question):
        words = words.removesuffix("呢").removesuffix("的")
        about = f"关于{subject}的" if subject else "文章"
        ways = [f"{about}{words}？", f"{about}{words}报道？"]
    else:
        ways = [f"{words} about {subject}?" if subject else f"{words} are the articles?"]
    for full in ways:
        found = about_corpus(simplified(full), today, model)
        if found and found.subject == simplified(subject):
            return full
    return ""


def without_times(plain: str, today: date | None) -> tuple[str, bool]:
    """The question with ``TIME_MASK`` in place of each time, and whether it names any.

    The prepositions before a time ("in", 在) and the words behind it (以来) go with it.
    """
    rest, found = plain, find_periods(plain, today)
    for one in reversed(found):
        tied = pattern("tied_to_time").search(rest[: one.start])
        before = rest[: tied.start() if tied else one.start]
        rest = f"{before}{TIME_MASK}{pattern('behind_time').sub('', rest[one.end :], count=1)}"
    return rest, bool(found)


def _subject(rest: str, model: StaticModel) -> str:
    """The subject: what is left when question words are stripped from both ends; "" for nothing.

    A character of ``_NAME_CHARACTERS`` next to a word that stays is kept, and so are capitalised
    words. Where only question words precede "about", every word behind it may begin the subject.
    """
    asking = asking_tokens()
    ids, spans = model.spans(rest.lower())
    asks = [
        token in asking and not (start > 0 and rest[start].isupper() and not rest.isupper())
        for token, (start, _) in zip(ids.tolist(), spans.tolist())
    ]
    names = [rest[start:end] in _NAME_CHARACTERS for start, end in spans.tolist()]
    left, right, first = 0, len(asks), -1
    if tie := pattern("about").search(rest):
        first = int(np.searchsorted(spans[:, 0], tie.end()))
    while left < right and left != first and asks[left]:
        if names[left] and left + 1 < right and not asks[left + 1]:
            break
        left += 1
    while right > left and asks[right - 1]:
        if names[right - 1] and right - 2 >= left and not asks[right - 2]:
            break
        right -= 1
    if left >= right:
        return ""
    named = re.sub(r"\s+", " ", rest[spans[left][0] : spans[right - 1][1]]).strip(_AROUND)
    return named.removeprefix("the ") if len(named) > 1 else ""  # not the 新 left of 新消息


def _is_subject(words: str) -> bool:
    """Whether words can be a subject: not too long, no pronoun and no question; "" can be."""
    asks = pattern("no_subject").fullmatch(words) or pattern("subject_asks").search(words)
    return len(words) <= _MAX_SUBJECT_CHARACTERS and not asks


def _pair(subject: str) -> tuple[str, str] | None:
    """Both sides of a comparison, each with the words that they share; None if there are not two.

    "四川和浙江的演练" gives 四川的演练 and 浙江的演练; "floods in Hebei and Beijing" likewise.
    """
    parts = [part for part in pattern("pair").split(subject, maxsplit=1) if part]
    if len(parts) != 2:
        return None
    one, other = parts
    if "的" in other and "的" not in one:
        one += other[other.index("的") :]
    elif (head := pattern("shared_head").match(one)) and not pattern("shared_head").match(other):
        other = head[0] + other
    return one, other
