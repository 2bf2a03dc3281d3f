"""Questions about the corpus itself: how many articles, from when to when, which about a thing.

A message is one where ``data/corpus.txt`` knows the whole of it, but for the times that it names
and what the articles are to be about. "How many people died?" asks the articles, not about them.
"""

from __future__ import annotations

import re
from datetime import date

from rag.question.messages import folded, lines
from rag.question.periods import find_periods
from rag.question.script import has_chinese
from rag.question.types import About

_FILE = "corpus.txt"
# Characters of a message: the examples have up to 60, and a thing that articles are about 30.
LONGEST, LONGEST_SUBJECT = 100, 40
# What every such question has one of; where none is, no line is compiled.
_CUES = re.compile(
    "文章|报[道导纸社]|新闻|消息|稿件?|文档|资料|媒体|来源|通讯社|出处|时间|日期|发生|大事|要闻|动态|进展|资讯|头条|新[增加鲜]"
    r"|上次|\b(?:articles?|reports?|stories|items|pieces|documents?|news|coverage|texts?|published"
    r"|publish\w*|sources?|outlets?|newspapers?|papers|media|agencies|languages?|latest|newest|new"
    r"|added|happen\w*|took place|occurred|went on|going on|headlines|corpus|index|collection"
    r"|archive|library|database|mentioned|anything|events|written|reported)\b"
)
# A time leaves with the words that tie it to its sentence.
_TIED = (
    re.compile(r"(?:\b(?:in|on|during|from|of|for|since|within|over|dated|at|the) )+$|[在于从自]$"),
    re.compile(r"\s*(?:以来|期间|之间|当中|里面|[里中间内]|(?=的?))"),
)
_ASKS = re.compile(
    r"什么|哪|谁|多少|几[个篇家]|怎么|为何|吗$|[,，;；?？]|\b(?:what|which|who|whom|whose|when|where|why|how)\b"
)
_NOTHING = frozenset(
    "它 他 她 这 那 此 这个 那个 这件事 那件事 其 我 你 这里 那里 你这里 里面 所有 全部 库里 it this that them these those him her me you there".split()
)
_AROUND = " \"'“”‘’「」.。!！?？…"


def about_corpus(plain: str, today: date | None) -> About | None:
    """What a question asks about the corpus; None for a question to the articles.

    Args:
        plain: the cleaned question, in simplified characters.
        today: the day that its times are told from.
    """
    if len(plain) > LONGEST or not _CUES.search(plain.lower()):
        return None
    rest, dated = _without_times(plain, today)
    said = " ".join(folded(rest).rstrip(_AROUND).split())
    chinese = has_chinese(said)
    said = re.sub(r"\s*[，,、。；;：:]\s*", "", said) if chinese else said.replace(",", "")
    for line in lines(_FILE, "zh" if chinese else "en"):
        if not (found := line.match(said)) or line.kind == "dated" and not dated:
            continue
        named = next(filter(None, found.groups()), "")  # the only groups are those of {x}
        subject = named.strip(_AROUND).removeprefix("the ")
        if not named or _is_subject(subject):
            kind = "list" if line.kind in ("dated", "latest") and dated else line.kind
            return About(kind, _as_written(subject, plain))
    return None


def _without_times(plain: str, today: date | None) -> tuple[str, bool]:
    """The question without the times that it names, and whether there is one."""
    rest, found = plain, find_periods(plain, today)
    for one in reversed(found):
        before = rest[: one.start]
        tied = _TIED[0].search(before.lower())
        behind = _TIED[1].sub("", rest[one.end :], count=1)
        rest = f"{before[: tied.start()] if tied else before}{behind}"
    return rest, bool(found)


def _is_subject(words: str) -> bool:
    """Whether words can be what articles are about: neither a question nor a pronoun."""
    return 0 < len(words) <= LONGEST_SUBJECT and words not in _NOTHING and not _ASKS.search(words)


def _as_written(words: str, plain: str) -> str:
    """Words as the question writes them, in capitals perhaps."""
    at = plain.lower().find(words)
    return plain[at : at + len(words)] if at >= 0 else words
