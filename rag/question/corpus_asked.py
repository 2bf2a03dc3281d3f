"""Questions about the corpus itself: how many articles, from when to when, which about a thing.

What is asked is told by :mod:`rag.question.message`; what the articles are to be about is what is
left of the question when the times and, at its ends, the words that ask are taken away.
"How many people died?" asks the articles, not about them.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np

from rag.embed.static import StaticModel
from rag.question.message import asking_tokens, chances, reduced
from rag.question.periods import find_periods
from rag.question.script import has_chinese, simplified
from rag.question.types import CORPUS, TALK, About, Earlier
from rag.question.words import pattern

LONGEST_LEANING = 30  # characters of a question that may leave out what articles are to be about
# Characters of a message, and of a thing that articles are about.
LONGEST, LONGEST_SUBJECT = 150, 60
# The least probability of a question about the corpus.
LEAST = 0.5
TIME = " 0 "  # stands for a time in a message that is told apart
_AROUND = " \"'“”‘’「」.,，、:：。!！?？…"
# Such words in front, or behind, ask for it whatever follows; the rest is told by probability.
_TOLD = ("summary", "compare", "list")
NAMING = "新大中年天地"  # they ask, and begin or end names as often: 新能源, 恒大


def about_corpus(plain: str, today: date | None, model: StaticModel) -> About | None:
    """What a question asks about the corpus; None for a question to the articles.

    Args:
        plain: the cleaned question, in simplified characters.
        today: the day that its times are told from.
        model: the embedded model.
    """
    if len(plain) > LONGEST:
        return None
    rest, dated = without_times(pattern("short_is").sub(r"\1 is", plain), today)
    if not (said := reduced(rest)):
        return None
    chance = chances(said, model)[len(TALK) + 1 :]
    asks = next((kind for kind in _TOLD if pattern(f"told_{kind}").match(rest)), "")
    if not asks and chance.sum() < LEAST:
        return None
    asks = asks or (*CORPUS, "dated")[int(chance.argmax())]
    subject = _subject(rest.replace(TIME, " "), model)
    if not _is_subject(subject) or asks == "dated" and not dated:
        return None
    if asks == "compare":
        pair = _pair(subject)
        return About(asks, *pair) if pair else None
    if asks == "summary" and not (subject or dated):
        return None
    # What came in since yesterday is what was published since then: an index keeps no older
    # versions.
    asks = "list" if dated and asks in ("dated", "latest", "new") else asks
    return About(asks, subject)


def of_the_same(
    question: str, asked: str, before: Earlier, today: date | None, model: StaticModel
) -> str:
    """A short question in full that asks about the corpus after another one did, as it was
    ``asked``: "The latest?", "From when to when?", "四川的呢？"; "" for any other.
    """
    if before.kind != "corpus" or len(question) > LONGEST_LEANING:
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
    """The question with ``TIME`` for the times that it names, and whether there is one."""
    rest, found = plain, find_periods(plain, today)
    for one in reversed(found):
        tied = pattern("tied_to_time").search(rest[: one.start])
        before = rest[: tied.start() if tied else one.start]
        rest = f"{before}{TIME}{pattern('behind_time').sub('', rest[one.end :], count=1)}"
    return rest, bool(found)


def _subject(rest: str, model: StaticModel) -> str:
    """What is left when the words that ask are taken off both ends.

    Characters of ``NAMING`` stay beside a word that is kept. Behind "about", where only such words
    stand before it, all words may be of the subject; so may words with a capital inside.
    """
    asking = asking_tokens()
    ids, spans = model.spans(rest.lower())
    asks = [
        token in asking and not (start > 0 and rest[start].isupper() and not rest.isupper())
        for token, (start, _) in zip(ids.tolist(), spans.tolist())
    ]
    names = [rest[start:end] in NAMING for start, end in spans.tolist()]
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
    return named.removeprefix("the ") if len(named) > 1 else ""  # "新", of 新消息


def _is_subject(words: str) -> bool:
    """Whether words can be what articles are about: neither a question nor a pronoun; none may
    be.
    """
    asks = pattern("no_subject").fullmatch(words) or pattern("subject_asks").search(words)
    return len(words) <= LONGEST_SUBJECT and not asks


def _pair(subject: str) -> tuple[str, str] | None:
    """Both sides of a comparison, each in full: "四川和浙江的演练", "floods in Hebei and
    Beijing".
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
