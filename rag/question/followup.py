"""Questions that lean on the one before ("那浙江呢？", "And against?", "How much will it cost?"), and
what they ask in full.

A question leans when it is short and lacks a subject: when little is left of it without places,
times, the words that ask and those that only join. Any other question is taken as it stands: to
read too much into a whole question is worse than to complete too few.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.corpus import detect_lang
from rag.question.asides import asks_details, asks_more, of_publisher, reworded, row_asked_for
from rag.question.asking import is_bare
from rag.question.names import names_of
from rag.question.query import MAX_CHARACTERS
from rag.question.rephrase import Said, in_full
from rag.question.script import is_traditional, simplified, traditional
from rag.question.types import Earlier
from rag.question.whole import LEVELS, asks_below, taken_apart
from rag.question.wording import understand
from rag.question.words import words

LONGEST = 60  # characters of a question that may lean; a longer one says itself what it asks
TOPIC = {"zh": 12, "en": 4}  # characters or words of what follows "what about": no clause
# Characters or words besides those that ask, ahead of these and behind: "反对票有多少" has no subject,
# "质量月是什么时候" and "Who invented calculus" have one.
AHEAD, BEHIND = {"zh": 2, "en": 1}, {"zh": 3, "en": 1}
# Signs in place of what is known: places, times, words that ask, a pronoun. They are of the private
# use area, which no cleaned question holds.
P, T, A, R = "\ue000", "\ue001", "\ue002", "\ue003"
_AUX = words("auxiliary")
_LEAD = re.compile(
    r"(?:(?:那么|那(?!里|儿|边|些|个|次|年|天|时|种|家|位|场|届|本|份|达慕|不勒斯|英|曲)|还有|以及|另外|至于|然后"
    r"|请问|好的?|嗯|只看|只要|换成)[，,\s]*"
    r"|(?:and|but|so|then|also|or|ok|well|now|(?:what|how) about|(?:same|as) for)\b[, ]*)*", re.I,
)  # fmt: skip
_PRONOUN = re.compile(
    r"(?<![其吉维犹利无排])[他她它](?!国|乡|杀|山|州|汀|拉|克莫司|达拉非|莫昔芬)们?|其中|[那这](?:里|儿|边)"
    r"|\b(?:its?|they|them|their|he|him|his|she|her|(?<!are )(?<!is )(?<!was )(?<!were )there(?! (?:is|are|was|were))|(?:that|this|those|these)"
    r"(?= (?:is|are|was|were|has|in|on|at|for|happen|start|held)\b|$))\b(?!-)", re.I,
)  # fmt: skip
_JOINS = {
    "zh": re.compile(
        "[在于从对像的有是和与及跟、，,也都又各了过呢啊呀吧吗？?！!。.…\\s]|具体|分别|到底|究竟|大[概约]|[一总]共|主要|其[他它]"
        f"|(?<=[{P}{T}])[省市](?![\u4e00-\u9fff])|方面|地区|一带|境内|期间|情况|同样"
    ),
    "en": re.compile(
        rf"\b(?:{_AUX}|be|been|in|at|on|for|from|during|of|by|to|with|within|around|near|and|or|the"
        r"|any|ones?|only|just|also|too|as|well|else|more|exactly|instead|then|there|people|s)\b"
        r"|[^\w\ue000-\ue003]+", re.I,
    ),
}  # fmt: skip
# It rains; it takes an hour to ...; it is true that ...: nothing is meant by "it".
_NO_IT = re.compile(
    r"\b(?:it|that|this)\b.*?\b(?:rain\w*|snow\w*|to|that|who|whether|if|for|when|where|while|after"
    r"|before)\b|what (?:time|day|date|year|month)\b.*\b(?:is|was) (?:it|this|that)|\bit takes?\b",
    re.I,
)  # fmt: skip
_CLAUSE = re.compile(rf"\b(?:{_AUX}|{words('did_en')}|\w+ed|be|been|said|says)\b", re.I)


def complete(
    question: str, history: Sequence[tuple[str, Earlier]], sources: Sequence[str] = ()
) -> str:
    """The question in full, or "" where it is complete as it stands.

    Args:
        question: as asked, cleaned.
        history: earlier turns, oldest first; the last one alone is leaned on, as it was
            completed itself.
        sources: the publishers of the articles ("新华社的呢？").
    """
    if not history or len(question) > LONGEST:
        return ""
    before, answer = history[-1]
    before = answer.completed or before
    old = is_traditional(question + before)
    asked, before = (simplified(question), simplified(before)) if old else (question, before)
    if asks_more(asked) or asks_details(asked):
        full = before
    elif not (full := of_publisher(asked, before, sources) or row_asked_for(asked, before, answer)):
        said = leaning(reworded(asked, before, answer))
        full = in_full(said, before, answer) if said else ""
    return "" if len(full) > MAX_CHARACTERS else traditional(full) if old else full


def told_before(
    question: str, completed: str, history: Sequence[tuple[str, Earlier]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of the articles that are left out, and of those that alone are sought; () for neither.

    "还有呢" leaves out what the answers to the completed question cited, "详细说说" asks for these.
    """
    plain = simplified(question)
    details = asks_details(plain)
    if not completed or not (details or asks_more(plain)):
        return (), ()
    given = [one for asked, one in history if completed in (asked, one.completed)]
    cited = tuple(dict.fromkeys(c.article_id for one in given for c in one.citations))
    return ((), cited) if details else (cited, ())


def leaning(question: str) -> Said | None:
    """What a question says that leans on an earlier one; None for a whole question."""
    lead = _LEAD.match(question)[0]
    whole = taken_apart(question[len(lead) :])
    signs, ask = whole.body, whole.ask
    asks = [(ask.start, ask.end)] if ask else []
    for spans, sign in ((whole.groups, P), (whole.times, T), (asks, A)):
        for start, end in spans:
            signs = signs[:start] + sign * (end - start) + signs[end:]
    found = _PRONOUN.search(signs)
    start, end = found.span() if found and found[0] != "IT" else (0, 0)
    signs = signs[:start] + R * (end - start) + signs[end:]
    said = Said(whole, "zh" if detect_lang(question) == "zh" else "en", pronoun=(start, end))
    if end and _NO_IT.search(question):
        return None
    if not _left(signs, said.lang) and (R not in signs or ask and not _counts(said)):
        return _bare(said, signs, lead)
    if end:
        return _referring(said, signs, question)
    return _lacking(said, signs) if ask else _about(said, signs, lead, question)


def _left(signs: str, lang: str) -> list[str]:
    """Characters or words that say something of their own."""
    rest = re.sub(f"[{P}{T}{A}{R}]", " ", _JOINS[lang].sub(" ", signs)).split()
    return rest if lang == "en" else [*"".join(rest)]


def _counts(said: Said) -> bool:
    """Whether how long or how old something is, is asked: not of which and how many there are."""
    return said.whole.ask.kind == "number" and not is_bare(said.asks)


def _bare(said: Said, signs: str, lead: str) -> Said | None:
    """Nothing but places, times and words that ask."""
    whole, ask = said.whole, said.whole.ask
    links = re.search(rf"[是在于有]|\b(?:{_AUX})\b", signs, re.I)
    slots = whole.groups or whole.times
    places = [place for group in whole.places for place in group]
    if not ask:  # not "杭州在浙江吗？"
        return said if slots and not (links and len(places) > 1) else None
    if not slots or is_bare(said.asks) or R in signs:
        return replace(said, pronoun=(0, 0))
    if said.asks in ("怎么样", "怎样", "如何") and lead:  # "那浙江怎么样？"
        return replace(said, whole=replace(whole, ask=None))
    # "浙江在哪里？", "Where is Zhejiang?", "今天星期几？", "十堰什么省？" ask about the place or time.
    about = whole.groups and (links or said.asks[0] == "在") or links and said.lang == "en"
    about = about or ask.kind == "date" and whole.times
    level = whole.groups and ask.level in LEVELS and not asks_below(ask, places)
    return None if about or level else said


def _referring(said: Said, signs: str, question: str) -> Said | None:
    """A pronoun that nothing in the question can stand for."""
    (start, end), lang, body = said.pronoun, said.lang, said.whole.body
    ahead, behind = signs[:start], signs[end:]
    most = AHEAD[lang] if A in ahead and not _left(behind, lang) else 0  # "谁修建了它？"
    # "谁在他父亲去世后接管了公司？", "Did He Jun win?", "When it opened, ...": it is named besides.
    named = ahead.endswith("在") and A in ahead or re.match(r"[Hh]e [A-Z]|\w+.*[,，]", body[start:])
    if P in ahead or len(_left(ahead, lang)) > most or named:
        return None
    if not said.whole.ask and question.rstrip("？? ").endswith("呢") or (
        lang == "en" and not said.whole.ask and not ahead and not _CLAUSE.search(body)
    ):
        return replace(said, topic=behind.lstrip("的 "), pronoun=(0, 0))  # "它的造价呢？"
    return replace(said, tail=True)


def _about(said: Said, signs: str, lead: str, question: str) -> Said | None:
    """Another thing: "消防演练呢", "what about the museum", "and against"."""
    if said.lang == "zh":
        topic = re.sub(f"^[在于对]?[{P}{T}]*", "", signs).strip("的")
        fits = question.rstrip("？? ").endswith("呢") and len(topic) <= TOPIC["zh"]
        fits = fits and understand(said.whole.body).form != "whether"
        topic += "的" * signs.endswith("的")
    else:
        topic = re.sub(f"(?:,? ?(?:in|at|on|of|for)? ?[{P}{T}]+)+$", "", signs)
        short = question.endswith("?") and re.match("(?:the|an?|for|by|to|with) ", topic, re.I)
        fits = (lead or short) and len(topic.split()) <= TOPIC["en"]
        fits = fits and (" " not in topic or not _CLAUSE.search(topic))
    return replace(said, topic=topic) if fits and not re.search(f"[{P}{T},，]", topic) else None


def _lacking(said: Said, signs: str) -> Said | None:
    """Words that ask, and a verb or a noun at most: "什么时候通车的", "how many died", "by which road"."""
    ask, lang = said.whole.ask, said.lang
    ahead, behind = _left(signs[: ask.start], lang), _left(signs[ask.end :], lang)
    loose = ask.kind in ("what", "how") and len(ahead + behind) > (lang == "zh")
    # "谁是主席", "什么是质量月", "2月2日是什么节日", "Who is Batman"; but "花了多少钱", "奖金是多少"
    defines = rf"{A}(?:是|.*{A}的)|{T}是|{A} (?:is|are|was|were) (?:the |an? )?(?!\w+(?:ed|en|t)$)\w+$"
    figure = signs.endswith(A) and ask.kind in ("number", "person") and "有" not in signs
    noun = ask.kind == ("which" if lang == "en" else "number")
    fits = len(behind) <= BEHIND[lang] + noun and (not ahead or lang == "en" or figure or "了" in signs[: ask.start])
    fits = fits and len(ahead) <= AHEAD[lang] and (lang == "zh" or not (ahead and behind))
    fits = fits and P not in signs and not loose and not re.search(defines, signs)
    return replace(said, tail=True) if fits and not names_of(said.whole.body) else None
