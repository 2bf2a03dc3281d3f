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

LONGEST_LEANING = 30  # characters of a question that may leave out what articles are to be about
# Characters of a message, and of a thing that articles are about.
LONGEST, LONGEST_SUBJECT = 150, 60
# The least probability of a question about the corpus.
LEAST = 0.5
TIME = " 0 "  # stands for a time in a message that is told apart
_TIED = re.compile(r"(?:\b(?:in|on|during|from|of|for|within|over|dated|at|the) )+$|[在于从自]$")
_BEHIND = re.compile(r"\s*(?:以来|期间|之间|当中|里面|[里中间内]|(?=的?))")
_ASKS = re.compile(
    r"什么|哪|谁|多少|几[个篇家]|怎么|为何|吗$|[;；?？]|\b(?:what|which|who|whom|whose|when|where|why|how)\b"
)
_NOTHING = frozenset(
    "它 他 她 这 那 此 这个 那个 这件事 那件事 这些 那些 其 我 你 it this that these those them him"
    " her me you there".split()
)
_AROUND = " \"'“”‘’「」.,，、:：。!！?？…"
NAMING = "新大中年天地"  # they ask, and begin or end names as often: 新能源, 恒大
_SHORT = re.compile(r"\b(what|who|how|where|when)['’]s\b", re.I)
# Such words in front, or behind, ask for it whatever follows; the rest is told by probability.
_TOLD = {
    "summary": re.compile(
        r"(?:请|帮我|能不能|麻烦)*(?:总结|概括|概述|归纳|梳理|综述|简述)(?!大?会|报告|经验)|.*(?:来龙去脉|前因后果)[吗吧呢]?$"
        r"|(?:please |can you |could you )*(?:summari[sz]e|sum up|recap)\b",
        re.I,
    ),
    "compare": re.compile(
        r"(?:请|帮我|能不能|麻烦)*(?:比较|对比)(?=.*[和与跟、及])|(?:please |can you |could you"
        r" )*(?:compare|contrast)\b(?=.* (?:and|with|to) )",
        re.I,
    ),
    # "图书馆有哪些报道"
    "list": re.compile(
        r"(?!.* 0 |最近|近[期来]|最新|现在|这里)[^，。？?]{2,12}有哪些(?:相关)?(?:报道|新闻|文章)[吗呢]?[？?]?$"
    ),
}
_ABOUT = re.compile(
    r"(?:关于|有关|提到|提及|涉及|讲到|写到)[了过]?|\b(?:about|on|of|regarding|concerning|mention(?:s|ed|ing)?)"
    r" (?:the |an? )?",
    re.I,
)
# "四川的呢", "And Sichuan?": the same about another thing.
_OTHER = re.compile(
    r"(?:那么?|关于|提到)*(?P<zh>[^，。\s]{2,16}?)(?:的|方面)?呢"
    r"|(?:and|but|what about|how about)(?: in| about)? (?P<en>[^,]{2,30})",
    re.I,
)
_PAIR = re.compile(r"\s*(?:以及|和|与|跟|及|、|\b(?:and|with|to|versus|vs\.?|or)\b)\s*", re.I)
_SHARED_HEAD = re.compile(r".*\b(?:in|of|by|at|on|for|from|between) (?:the )?", re.I)


def about_corpus(plain: str, today: date | None, model: StaticModel) -> About | None:
    """What a question asks about the corpus; None for a question to the articles.

    Args:
        plain: the cleaned question, in simplified characters.
        today: the day that its times are told from.
        model: the embedded model.
    """
    if len(plain) > LONGEST:
        return None
    rest, dated = without_times(_SHORT.sub(r"\1 is", plain), today)
    if not (said := reduced(rest)):
        return None
    chance = chances(said, model)[len(TALK) + 1 :]
    asks = next((kind for kind, pattern in _TOLD.items() if pattern.match(rest)), "")
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
    other = _OTHER.fullmatch(words)
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
        tied = _TIED.search(rest[: one.start].lower())
        before = rest[: tied.start() if tied else one.start]
        rest = f"{before}{TIME}{_BEHIND.sub('', rest[one.end :], count=1)}"
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
    if tie := _ABOUT.search(rest):
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
    said = words.lower()
    return len(words) <= LONGEST_SUBJECT and said not in _NOTHING and not _ASKS.search(said)


def _pair(subject: str) -> tuple[str, str] | None:
    """Both sides of a comparison, each in full: "四川和浙江的演练", "floods in Hebei and
    Beijing".
    """
    parts = [part for part in _PAIR.split(subject, maxsplit=1) if part]
    if len(parts) != 2:
        return None
    one, other = parts
    if "的" in other and "的" not in one:
        one += other[other.index("的") :]
    elif (head := _SHARED_HEAD.match(one)) and not _SHARED_HEAD.match(other):
        other = head[0] + other
    return one, other
