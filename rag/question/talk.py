"""Messages that are no question to the articles: greetings, thanks, "who are you", "write a poem".

A message is talk where each of its parts between marks is, from the first to the last character,
one that ``data/talk.txt`` knows; "《你好，李焕英》票房多少？" and "谢谢，那四川呢？" are questions. The examples
that the file was made from, and those that it is tested on, are in ``benchmarks/talk.jsonl``.
"""

from __future__ import annotations

import re

from rag.question.messages import folded, lines
from rag.question.script import has_chinese

# What a message may be; of several parts the kind that stands first here is answered.
# ``other`` is work that is not done here: translating, writing, sums, opinions.
TALK = (
    "who", "can", "add", "other", "complaint", "bye", "thanks", "praise", "stop", "hello", "ok"
)  # fmt: skip
# Characters of a message. The longest example has 34; what is longer mostly says something.
LONGEST = 60
_FILE = "talk.txt"
# A mark between two parts; not the point in a number, nor the signs of a sum.
_MARKS = re.compile(r"[,，、。!！?？;；:：~～…\"“”]+|\.(?!\d)")


def talk_of(text: str) -> str:
    """Which of ``TALK`` a cleaned message is, or "" for a question."""
    if len(text) > LONGEST:
        return ""
    said = folded(text)
    parts = [" ".join(part.split()) for part in _MARKS.split(said)]
    kinds = [_kind(part) for part in parts if part]
    if all(kinds):
        return min(kinds, key=TALK.index) if kinds else "other"
    return _kind(" ".join(filter(None, parts)))  # "你好引据 - 你是谁", "thanks so much, for that"


def _kind(part: str) -> str:
    """What one part of a message is; "" for none of ``TALK``."""
    chinese = has_chinese(part)
    part = part.replace(" ", "") if chinese else part
    known = lines(_FILE, "zh" if chinese else "en")
    return next((line.kind for line in known if line.match(part)), "")
