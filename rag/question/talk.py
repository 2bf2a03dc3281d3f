"""Messages that are no question to the articles: greetings, thanks, "who are you", "write a
poem".
"""

from __future__ import annotations

import re

from rag.embed.static import StaticModel
from rag.question.message import KINDS, chances, reduced
from rag.question.types import TALK

LONGEST = 100  # characters of a message; what is longer says something
# The least probability of talk. Of .3 to .5 chosen on benchmarks/talk.tsv and on real questions; of
# 2,000 that the weights were not made from .3 % have it.
LEAST = 0.3
SURE = 0.9  # of what could be a question that leans on one before: "Shenzhen?"
_TITLE = re.compile(r"《[^》]+》")  # "《你好，李焕英》票房多少？"


def talk_of(text: str, model: StaticModel, least: float = LEAST) -> str:
    """Which of ``TALK`` a cleaned message is, or "" for a question.

    Args:
        text: the message.
        model: the embedded model.
        least: the least probability of talk, 0 to 1.
    """
    if len(text) > LONGEST or _TITLE.search(text):
        return ""
    said = reduced(text)
    if not said:
        return "other"  # nothing but marks
    chance = chances(said, model)[1 : len(TALK) + 1]
    return KINDS[1 + int(chance.argmax())] if chance.sum() >= least else ""
