"""Recognises talk, that is messages which do not ask the articles anything.

Examples are greetings, thanks, "who are you" and "write a poem".
"""

from __future__ import annotations

import re

import numpy as np

from rag.corpus.places import find_places
from rag.embed.static import StaticModel
from rag.index import Snapshot
from rag.question.message import MESSAGE_KINDS, chances, reduced
from rag.question.names import names_of
from rag.question.script import has_chinese
from rag.question.types import TALK_KINDS
from rag.question.words import pattern

_MAX_TALK_CHARACTERS = 100  # longest talk in characters; a longer message has some content
# Least probability for a message to count as talk. Chosen between .3 and .5 on benchmarks/talk.tsv,
# its held-out sets, and real questions that the weights were not trained on. With .35, and .6 for
# long messages, 3 of 2,000 questions count as talk, and 7 of 1,200 that news does not answer. With
# .3 and .4 it is 10 of these, and 1 % more messages are recognised.
_MIN_PROBABILITY = 0.35
# Long is a message of more English words plus pairs of Chinese characters; its least probability.
_LONG_MESSAGE_WORDS, _MIN_PROBABILITY_IF_LONG = 5, 0.6
# Least probabilities for messages that are more likely to be questions:
# those that an article contains word for word;
MIN_PROBABILITY_IF_PASTED = 0.97
# those that may be follow-ups of the question before: "Shenzhen?";
MIN_PROBABILITY_IF_FOLLOW_UP = 0.9
# those that name a place or person: "Berlin mayor?", "How old is Li Na?".
_MIN_PROBABILITY_IF_NAMED = 0.7
_MIN_PASTED_CHARACTERS = 8  # shortest message, in characters, that is looked up in the articles
_MAX_ARTICLES_COMPARED = 50  # number of articles, at most, in which it is looked up


def talk_of(text: str, model: StaticModel, least: float = _MIN_PROBABILITY) -> str:
    """Returns which of ``TALK_KINDS`` a cleaned message is, or "" for a question.

    Args:
        text: the message.
        model: the embedded model.
        least: the least probability of talk, 0 to 1; long messages and those with names need more.
    """
    if len(text) > _MAX_TALK_CHARACTERS or re.search(
        "《[^》]+》", text
    ):  # 《你好，李焕英》票房多少？
        return ""
    message = reduced(text)
    if not message:
        return "other"  # only punctuation
    places = find_places(text)
    if any(one.end - one.start == len(text.strip(" ?？")) for one in places):  # "Zhuhai?"
        return ""
    # If the last clause is a question, so is the message: "谢谢，那四川呢？".
    last = pattern("last_clause").search(text)
    if last and last.start() and not talk_of(last[0], model, least):
        return ""
    chance = chances(message, model)[1 : len(TALK_KINDS) + 1]
    if len(re.findall(r"[A-Za-z']+", text)) + sum(map(has_chinese, text)) / 2 > _LONG_MESSAGE_WORDS:
        least = max(least, _MIN_PROBABILITY_IF_LONG)
    if least < _MIN_PROBABILITY_IF_NAMED and (places or names_of(text)):
        least = _MIN_PROBABILITY_IF_NAMED
    return MESSAGE_KINDS[1 + int(chance.argmax())] if chance.sum() >= least else ""


def is_pasted(text: str, snapshot: Snapshot) -> bool:
    """Whether an article contains a message word for word, as when a user pastes a piece of it.

    The words at both ends may be cut, so the articles are found by the words between them.

    Args:
        text: the message, cleaned.
        snapshot: the index.
    """
    if len(text) < _MIN_PASTED_CHARACTERS:
        return False
    words = text.split()
    between = " ".join(words[1:-1] or words[:1])
    between = between if len(words) > 1 else pattern("cut_ends").sub("", text)
    passages = snapshot.holding_words(between)
    rows = np.unique(snapshot.passages.article_row[passages])[:_MAX_ARTICLES_COMPARED].tolist()
    message = _plain(text)
    articles = snapshot.articles(rows).values()
    return any(message in _plain(f"{one.title} {one.text}") for one in articles)


def _plain(text: str) -> str:
    """The text without differences of case and white space."""
    return " ".join(text.casefold().split())
