"""Recognises and completes questions that lean on the one before: "那浙江呢？", "And against?".

A question "leans" if it is incomplete without the turns before it; otherwise it is "whole".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.question.asides import asks_details, asks_more, of_publisher, of_two, others_than
from rag.question.asides import quote_asked_for, reworded, row_asked_for
from rag.question.asking import Ask, is_bare
from rag.question.names import names_of
from rag.question.query import MAX_CHARACTERS
from rag.question.rephrase import LeaningQuestion, in_full
from rag.question.script import is_traditional, simplified, traditional
from rag.question.types import Turns
from rag.question.whole import AUX, LEVELS, asks_below, language, taken_apart
from rag.question.wording import understand
from rag.question.words import pattern

Names = Sequence[str]  # of publishers
# Longest question, in characters, that may lean; longer ones are whole.
_MAX_LEANING_CHARACTERS = 60
# All sizes below are in characters for Chinese, in words for English.
# Longest topic behind "what about"; anything longer is a clause.
_MAX_TOPIC_SIZE = {"zh": 12, "en": 4}
# Longest question that can be read as whole and as without subject.
_MAX_AMBIGUOUS_SIZE = {"zh": 12, "en": 7}
# Most content before and behind the question words in a question that lacks its subject, such as
# "花了多少钱", unlike "质量月是什么时候".
_MAX_AHEAD, _MAX_BEHIND = {"zh": 2, "en": 1}, {"zh": 3, "en": 1}
# Signs that mask places, times, question words and a pronoun. Being of the private use area, they
# occur in no question.
_PLACE, _TIME, _ASK, _PRONOUN = "\ue000", "\ue001", "\ue002", "\ue003"


def otherwise(question: str, completed: str, history: Turns, sources: Names = ()) -> str:
    """The second possible reading of a question, besides that of :func:`complete`; "" for none.

    A thing that it names may replace a similar one of the question before, or be an aspect of what
    that was about. A pronoun may stand for what was asked about, or for the answer. A short
    question without a name may be whole, or lack its subject ("票价是多少？").

    Args:
        question: the question as typed.
        completed: its first reading, as :func:`complete` returns it.
        history: the turns before, oldest first.
        sources: names of the publishers in the corpus.
    """
    full = complete(question, history, sources, second=True)
    return "" if full in (question, completed) else full


def complete(question: str, history: Turns, sources: Names = (), second: bool = False) -> str:
    """Completes a question from the last turn; "" for a whole question.

    Args:
        question: the question as typed.
        history: the turns before, oldest first; of the last its completed question counts.
        sources: names of the publishers in the corpus.
        second: whether to return the second reading, as for :func:`otherwise`.
    """
    if not history or len(question) > _MAX_LEANING_CHARACTERS:
        return ""
    before, answer = history[-1]
    before = answer.completed or before
    old = is_traditional(question + before)
    asked, before = (simplified(question), simplified(before)) if old else (question, before)
    again = asks_more(asked) or asks_details(asked) or quote_asked_for(asked, answer)
    full = before if again else of_two(asked, history)
    full = full or of_publisher(asked, before, sources) or row_asked_for(asked, before, answer)
    full = full or others_than(asked, before)
    if full:
        full = "" if second else full
    else:
        before = answer.about or before  # of "总结山火的报道" the subject counts, the fire
        asked = reworded(asked, before, answer)
        follow_up = leaning(asked)
        if second and follow_up and re.search("[的地]呢?[？?]?$", asked):
            follow_up = None  # "反对的呢" has one reading: it replaces something of the same kind
        elif second and not follow_up:
            follow_up, second = _may_lack(asked), False
        full = in_full(follow_up, before, answer, second) if follow_up else ""
    return "" if len(full) > MAX_CHARACTERS else traditional(full) if old else full


def _may_lack(question: str) -> LeaningQuestion | None:
    """Reads a short question without names as one that lacks its subject; None if it cannot."""
    whole, lang = taken_apart(question), language(question)
    size = len(whole.body if lang == "zh" else whole.body.split())
    named = whole.groups or whole.times or names_of(whole.body)
    if not whole.ask or named or size > _MAX_AMBIGUOUS_SIZE[lang]:
        return None
    empty_it = pattern("empty_it").search(question)
    return None if empty_it else LeaningQuestion(whole, lang, tail=True)


def leaning(question: str) -> LeaningQuestion | None:
    """Takes apart a question that leans on an earlier one; None for a whole question.

    Places, times, question words and a pronoun are masked by signs, and the rest decides: whether
    it is empty, has a pronoun, lacks a subject, or names a new topic.
    """
    led = pattern("leads").match(question)
    lead = led[0] if led else ""
    whole = taken_apart(question[len(lead) :])
    signs, ask = whole.body, whole.ask
    for sign, spans in zip((_PLACE, _TIME, _ASK), (whole.groups, whole.times, whole.asked)):
        for start, end in spans:
            signs = signs[:start] + sign * (end - start) + signs[end:]
    found = pattern("stands_in").search(signs)
    start, end = found.span() if found and found[0] != "IT" else (0, 0)
    signs = signs[:start] + _PRONOUN * (end - start) + signs[end:]
    follow_up = LeaningQuestion(whole, language(question), pronoun=(start, end))
    if end and pattern("empty_it").search(question):
        return None
    # A pronoun with "how long" or "how old" refers to a single thing; with "which", to several.
    counts = ask and ask.kind == "number" and not is_bare(whole.asks)
    if not _left(signs, follow_up.lang) and (not end or ask and not counts):
        return _bare(follow_up, signs, lead)
    about = "呢" if question.rstrip("？? ").endswith("呢") else lead or "?" * question.endswith("?")
    if end:
        return _referring(follow_up, signs, about)
    return _lacking(follow_up, signs, ask) if ask else _about(follow_up, signs, about)


def _left(signs: str, lang: str) -> list[str]:  # content words; in Chinese, characters
    left = pattern("no_content").sub(" ", signs).split()
    return left if lang == "en" else list("".join(left))


def _bare(follow_up: LeaningQuestion, signs: str, lead: str) -> LeaningQuestion | None:
    """Handles a question of nothing but places, times and question words; None if it is whole.

    Args:
        follow_up: the question taken apart.
        signs: its text, masked by signs.
        lead: the words that lead over from the turn before ("那").
    """
    whole, ask = follow_up.whole, follow_up.whole.ask
    links, places = re.search(rf"[是在于有]|\b({AUX})\b", signs, re.I), sum(whole.places, ())
    if not ask:  # not "杭州在浙江吗？"
        return follow_up if (places or whole.times) and not (links and len(places) > 1) else None
    if not (places or whole.times) or is_bare(whole.asks) or _PRONOUN in signs:
        return replace(follow_up, pronoun=(0, 0))
    if whole.asks in ("怎么样", "怎样", "如何") and lead:  # "那浙江怎么样？"
        return replace(follow_up, whole=replace(whole, ask=None))
    # Questions about the place or time itself are whole: "浙江在哪里？", "Where is Zhejiang?",
    # "今天星期几？", "十堰什么省？".
    level = ask.level in LEVELS and not asks_below(ask, places)
    about = places and (links or whole.asks[0] == "在" or level) or links and follow_up.lang == "en"
    return None if about or ask.kind == "date" and whole.times else follow_up


def _referring(follow_up: LeaningQuestion, signs: str, about: str) -> LeaningQuestion | None:
    """Handles a question with a pronoun; None if the pronoun may refer to something within it.

    ``about`` is "呢", "?" or the words that lead over: how the question asks about a mere topic.
    """
    (start, end), lang = follow_up.pronoun, follow_up.lang
    body, ask = follow_up.whole.body, follow_up.whole.ask
    ahead, behind = signs[:start], signs[end:]
    most = _MAX_AHEAD[lang] if _ASK in ahead and not _left(behind, lang) else 0  # "谁修建了它？"
    # The referent is in the question, or "He" is a name: "谁在他父亲去世后接管了公司？", "Did He
    # Jun win?", "When it opened, ...".
    of_clause = ahead.endswith("在") and _ASK in ahead
    named = of_clause or re.match(r"[Hh]e [A-Z]|\w+.*[,，]", body[start:])
    if _PLACE in ahead or len(_left(ahead, lang)) > most or named:
        return None
    mere_topic = lang == "en" and not ahead and not pattern("clause_en").search(body)
    if ask or re.search(f"[{_PLACE}{_TIME}]", behind) or not (about == "呢" or mere_topic):
        return replace(follow_up, tail=True)
    its = re.match("its|his|their|her ", body[start:], re.I)
    is_aspect = behind.startswith("的") or its is not None  # "它的造价呢？"
    return replace(follow_up, topic=behind.strip(), pronoun=(0, 0), is_aspect=is_aspect)


def _about(follow_up: LeaningQuestion, signs: str, about: str) -> LeaningQuestion | None:
    """Handles a question that only names another topic; None if it does more.

    Examples are "消防演练呢", "what about the museum", "and against" and "The cost?".
    """
    ends = f"^[在于对]?[{_PLACE}{_TIME}]+的?|(?:,? ?(?:in|at|on|of|for)? ?[{_PLACE}{_TIME}]+)+$"
    body = follow_up.whole.body
    topic = re.sub(r"^on (?=\w+day$)", "", re.sub(ends, "", signs).strip(), flags=re.I)
    if follow_up.lang == "zh":
        fits, size = about == "呢" and understand(body).form != "whether", len(topic)
    else:
        alone = re.sub("^on ", "", body, flags=re.I) == topic and " " not in topic
        short = alone or bool(re.match("(the|an?|for|by|to|with) ", topic, re.I))
        fits, size = short and about == "?" or about not in "?", len(topic.split())
        bare_topic = topic.removeprefix("the ")  # "the injured" is no clause
        fits = fits and not (" " in bare_topic and pattern("clause_en").search(bare_topic))
        topic = topic if " " in topic or about != "?" else topic.lower()  # "Shops?"
    fits = fits and size <= _MAX_TOPIC_SIZE[follow_up.lang]
    named = re.search(f"[{_PLACE}{_TIME},，]", topic)
    return replace(follow_up, topic=topic) if fits and not named else None


def _lacking(follow_up: LeaningQuestion, signs: str, ask: Ask) -> LeaningQuestion | None:
    """Handles question words with hardly more than a verb or a noun, and so without a subject.

    Examples are "什么时候通车的", "how many died" and "by which road"; None if more is said.
    """
    zh = follow_up.lang == "zh"
    ahead, behind = (_left(one, follow_up.lang) for one in (signs[: ask.start], signs[ask.end :]))
    figure = signs.endswith(_ASK) and ask.kind in ("number", "person") and "有" not in signs
    fits = not ahead or (figure or "了" in signs[: ask.start] if zh else not behind)
    more = ask.kind == ("number" if zh else "which")
    fits = fits and len(behind) <= _MAX_BEHIND[follow_up.lang] + more
    loose = ask.kind in ("what", "how") and len(ahead + behind) > zh and f"了{_ASK}" not in signs
    fits = fits and len(ahead) <= _MAX_AHEAD[follow_up.lang] and _PLACE not in signs and not loose
    named = pattern("named_asked").search(signs) or names_of(follow_up.whole.body)
    return replace(follow_up, tail=True) if fits and not named else None
