"""Questions that lean on the one before ("那浙江呢？", "And against?"), and what they ask in full."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.question.asides import asks_details, asks_more, of_publisher, others_than
from rag.question.asides import quote_asked_for, reworded, row_asked_for
from rag.question.compared_before import asks_which, compares_both
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
LONGEST = 60  # characters of a question that may lean; a longer one says itself what it asks
TOPIC = {"zh": 12, "en": 4}  # characters or words of what follows "what about": no clause
# Characters or words ahead of those that ask and behind: "花了多少钱" has no subject,
# "质量月是什么时候" has.
SHORT = {"zh": 12, "en": 7}  # of a question that may be whole, and may lack its subject
AHEAD, BEHIND = {"zh": 2, "en": 1}, {"zh": 3, "en": 1}
# In place of places, times, words that ask, a pronoun: of the private use area, so in no question.
P, T, A, R = "\ue000", "\ue001", "\ue002", "\ue003"


def otherwise(question: str, completed: str, history: Turns, sources: Names = ()) -> str:
    """The other reading of a question than :func:`complete` gives; "" where there is none.

    What it names is like something of the question before, or of what that was about; a pronoun
    stands for what was asked about, or for the answer. A short question without a name may be whole
    and may lack its subject ("票价是多少？").
    """
    full = complete(question, history, sources, second=True)
    return "" if full in (question, completed) else full


def complete(question: str, history: Turns, sources: Names = (), second: bool = False) -> str:
    """The question in full, or "" for a whole one; it leans on the last turn, as completed."""
    if not history or len(question) > LONGEST:
        return ""
    before, answer = history[-1]
    before = answer.completed or before
    old = is_traditional(question + before)
    asked, before = (simplified(question), simplified(before)) if old else (question, before)
    again = asks_more(asked) or asks_details(asked) or quote_asked_for(asked, answer)
    full = before if again else asks_which(asked, history) or compares_both(asked, history)
    full = full or of_publisher(asked, before, sources) or row_asked_for(asked, before, answer)
    full = full or others_than(asked, before)
    if full:
        full = "" if second else full
    else:
        before = answer.about or before  # "总结山火的报道" was about the fire
        asked = reworded(asked, before, answer)
        said = leaning(asked)
        if second and said and re.search("[的地]呢?[？?]?$", asked):
            said = None  # "反对的呢": such a one, nothing of what was asked about
        elif second and not said:
            said, second = _may_lack(asked), False
        full = in_full(said, before, answer, second) if said else ""
    return "" if len(full) > MAX_CHARACTERS else traditional(full) if old else full


def _may_lack(question: str) -> LeaningQuestion | None:
    """What a short question says that names nothing, so that it may lack its subject."""
    whole, lang = taken_apart(question), language(question)
    size = len(whole.body if lang == "zh" else whole.body.split())
    named = whole.groups or whole.times or names_of(whole.body)
    lacks = (
        whole.ask and not named and size <= SHORT[lang] and not pattern("empty_it").search(question)
    )
    return LeaningQuestion(whole, lang, tail=True) if lacks else None


def leaning(question: str) -> LeaningQuestion | None:
    """What a question says that leans on an earlier one; None for a whole question."""
    led = pattern("leads").match(question)
    lead = led[0] if led else ""
    whole = taken_apart(question[len(lead) :])
    signs, ask = whole.body, whole.ask
    for sign, spans in zip((P, T, A), (whole.groups, whole.times, whole.asked)):
        for start, end in spans:
            signs = signs[:start] + sign * (end - start) + signs[end:]
    found = pattern("stands_in").search(signs)
    start, end = found.span() if found and found[0] != "IT" else (0, 0)
    signs = signs[:start] + R * (end - start) + signs[end:]
    said = LeaningQuestion(whole, language(question), pronoun=(start, end))
    # How long or how old it is, is asked of one thing; which and how many, of several.
    counts = ask and ask.kind == "number" and not is_bare(whole.asks)
    if not _left(signs, said.lang) and (not end or ask and not counts):
        return None if end and pattern("empty_it").search(question) else _bare(said, signs, lead)
    about = "呢" if question.rstrip("？? ").endswith("呢") else lead or "?" * question.endswith("?")
    if end:
        return None if pattern("empty_it").search(question) else _referring(said, signs, about)
    return _lacking(said, signs, ask) if ask else _about(said, signs, about)


def _left(signs: str, lang: str) -> list[str]:  # what says something of its own
    return (
        pattern("no_content").sub(" ", signs).split()
        if lang == "en"
        else [*pattern("no_content").sub("", signs)]
    )


def _bare(said: LeaningQuestion, signs: str, lead: str) -> LeaningQuestion | None:
    """Nothing but places, times and words that ask."""
    whole, ask = said.whole, said.whole.ask
    links, places = re.search(rf"[是在于有]|\b({AUX})\b", signs, re.I), sum(whole.places, ())
    if not ask:  # not "杭州在浙江吗？"
        return said if (places or whole.times) and not (links and len(places) > 1) else None
    if not (places or whole.times) or is_bare(whole.asks) or R in signs:
        return replace(said, pronoun=(0, 0))
    if whole.asks in ("怎么样", "怎样", "如何") and lead:  # "那浙江怎么样？"
        return replace(said, whole=replace(whole, ask=None))
    # "浙江在哪里？", "Where is Zhejiang?", "今天星期几？", "十堰什么省？" ask about the place or
    # time.
    level = ask.level in LEVELS and not asks_below(ask, places)
    about = places and (links or whole.asks[0] == "在" or level) or links and said.lang == "en"
    return None if about or ask.kind == "date" and whole.times else said


def _referring(said: LeaningQuestion, signs: str, about: str) -> LeaningQuestion | None:
    """A pronoun that nothing in the question can stand for."""
    (start, end), lang, body, ask = said.pronoun, said.lang, said.whole.body, said.whole.ask
    ahead, behind = signs[:start], signs[end:]
    most = AHEAD[lang] if A in ahead and not _left(behind, lang) else 0  # "谁修建了它？"
    # "谁在他父亲去世后接管了公司？", "Did He Jun win?", "When it opened, ...": it is named besides.
    named = ahead.endswith("在") and A in ahead or re.match(r"[Hh]e [A-Z]|\w+.*[,，]", body[start:])
    if P in ahead or len(_left(ahead, lang)) > most or named:
        return None
    alone = not ask and not re.search(f"[{P}{T}]", behind)
    if alone and (
        about == "呢" or lang == "en" and not ahead and not pattern("clause_en").search(body)
    ):
        own = behind.startswith("的") or bool(re.match("its|his|their|her ", body[start:], re.I))
        return replace(said, topic=behind.strip(), pronoun=(0, 0), own=own)  # "它的造价呢？"
    return replace(said, tail=True)


def _about(said: LeaningQuestion, signs: str, about: str) -> LeaningQuestion | None:
    """Another thing: "消防演练呢", "what about the museum", "and against", "The cost?"."""
    ends = f"^[在于对]?[{P}{T}]+的?|(?:,? ?(?:in|at|on|of|for)? ?[{P}{T}]+)+$"
    topic = re.sub(r"^on (?=\w+day$)", "", re.sub(ends, "", signs).strip(), flags=re.I)
    if said.lang == "zh":
        fits = about == "呢" and understand(said.whole.body).form != "whether"
    else:
        alone = re.sub("^on ", "", said.whole.body, flags=re.I) == topic and " " not in topic
        short = alone or bool(re.match("(the|an?|for|by|to|with) ", topic, re.I))
        fits = short and about == "?" or about not in "?"
        said_of = topic.removeprefix("the ")  # "the injured" is no clause
        fits = fits and not (" " in said_of and pattern("clause_en").search(said_of))
        topic = topic if " " in topic or about != "?" else topic.lower()  # "Shops?"
    fits = fits and len(topic if said.lang == "zh" else topic.split()) <= TOPIC[said.lang]
    return replace(said, topic=topic) if fits and not re.search(f"[{P}{T},，]", topic) else None


def _lacking(said: LeaningQuestion, signs: str, ask: Ask) -> LeaningQuestion | None:
    """Words that ask, and a verb or a noun at most: "什么时候通车的", "how many died", "by which
    road".
    """
    zh = said.lang == "zh"
    ahead, behind = (_left(one, said.lang) for one in (signs[: ask.start], signs[ask.end :]))
    figure = signs.endswith(A) and ask.kind in ("number", "person") and "有" not in signs
    fits = not ahead or (figure or "了" in signs[: ask.start] if zh else not behind)
    fits = fits and len(behind) <= BEHIND[said.lang] + (ask.kind == ("number" if zh else "which"))
    loose = ask.kind in ("what", "how") and len(ahead + behind) > zh and f"了{A}" not in signs
    fits = fits and len(ahead) <= AHEAD[said.lang] and P not in signs and not loose
    named = pattern("named_asked").search(signs) or names_of(said.whole.body)
    return replace(said, tail=True) if fits and not named else None
