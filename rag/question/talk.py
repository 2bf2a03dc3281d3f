"""Messages that are no question to the articles: greetings, thanks, "who are you", "write a
poem".
"""

from __future__ import annotations

import re

import numpy as np

from rag.corpus.places import find_places
from rag.embed.static import StaticModel
from rag.index import Snapshot
from rag.question.message import KINDS, chances, reduced
from rag.question.names import names_of
from rag.question.script import has_chinese
from rag.question.types import TALK
from rag.question.words import pattern

LONGEST = 100  # characters of a message; what is longer says something
# The least probability of talk, and of a long message; of .2 to .5, chosen on benchmarks/talk.tsv,
# its held-out sets and real questions: 4 of 2,000 real ones that the weights were not made from
# have it (12 with .2 and .3, which recognise .5 % more messages).
LEAST = 0.3
LONG, LEAST_LONG = 5, 0.4  # English words, or pairs of Chinese characters
CERTAIN = 0.97  # of what an article says word for word, too
SURE = 0.9  # of what could be a question that leans on one before: "Shenzhen?"
PLACED = 0.7  # of what names something: "Berlin mayor?", "How old is Li Na?"
PASTED = 8  # characters of a message from which it is looked for in the articles
COMPARED = 50  # articles, at most, in which it is


def talk_of(text: str, model: StaticModel, least: float = LEAST) -> str:
    """Which of ``TALK`` a cleaned message is, or "" for a question.

    Args:
        text: the message.
        model: the embedded model.
        least: the least probability of talk, 0 to 1.
    """
    if len(text) > LONGEST or re.search("《[^》]+》", text):  # "《你好，李焕英》票房多少？"
        return ""
    said = reduced(text)
    if not said:
        return "other"  # nothing but marks
    places = find_places(text)
    if any(one.end - one.start == len(text.strip(" ?？")) for one in places):  # "Zhuhai?"
        return ""
    # "谢谢，那四川呢？" asks, whatever stands before it.
    last = pattern("last_clause").search(text)
    if last and last.start() and not talk_of(last[0], model, least):
        return ""
    chance = chances(said, model)[1 : len(TALK) + 1]
    if len(re.findall(r"[A-Za-z']+", text)) + sum(map(has_chinese, text)) / 2 > LONG:
        least = max(least, LEAST_LONG)
    if least < PLACED and (places or names_of(text)):
        least = PLACED
    return KINDS[1 + int(chance.argmax())] if chance.sum() >= least else ""


def is_pasted(text: str, snapshot: Snapshot) -> bool:
    """Whether an article holds a message word for word: a piece of it, that may be cut in a word.

    Args:
        text: the message, cleaned.
        snapshot: the index.
    """
    if len(text) < PASTED:
        return False
    words = text.split()
    whole = (
        " ".join(words[1:-1] or words[:1]) if len(words) > 1 else pattern("cut_ends").sub("", text)
    )
    passages = snapshot.holding_words(whole)
    rows = np.unique(snapshot.passages.article_row[passages])[:COMPARED].tolist()
    said = _plain(text)
    articles = snapshot.articles(rows).values()
    return any(said in _plain(f"{one.title} {one.text}") for one in articles)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
