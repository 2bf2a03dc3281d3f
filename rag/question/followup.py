"""Questions that lean on the one before ("那浙江呢？", "and in Zhejiang?", "how many of them?"), and
what they ask in full.

A question is completed only where its own words show that it is not whole: nothing in it but a
place, a time or words that ask; "X呢", "what about X"; or a pronoun that nothing in the question
can stand for. Any other question is taken as
it stands, whatever was asked before: to read too much into a whole question is worse than to
complete too few.

The words of a question that name a place or time, or that ask, are each replaced by one sign,
and what is left is held against patterns. The signs are of the private use area, which no
cleaned question holds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.corpus import detect_lang
from rag.corpus.places import Place, find_places
from rag.question.asides import asks_more, of_publisher, reworded, row_asked_for
from rag.question.asking import asking, is_bare, outside_of
from rag.question.periods import find_periods
from rag.question.query import MAX_CHARACTERS
from rag.question.rephrase import Said, in_full, stand_in
from rag.question.script import is_traditional, simplified, traditional
from rag.question.types import Earlier
from rag.question.whole import ANY_DAY, LEVELS, asks_below

# characters of a question that may lean on another one; a longer one says what it asks
LONGEST = 60

P, T, A, R = "\ue000", "\ue001", "\ue002", "\ue003"  # places, times, words that ask, pronouns


def complete(question: str, history: Sequence[tuple[str, Earlier]],
             sources: Sequence[str] = ()) -> str:
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
    if asks_more(asked):
        full = before
    elif not (full := of_publisher(asked, before, sources) or row_asked_for(asked, before, answer)):
        said = leaning(reworded(asked, before, answer))
        if said is None:
            return ""
        full = stand_in(said, before, answer) or in_full(said, before)
    return "" if len(full) > MAX_CHARACTERS else traditional(full) if old else full


def told_before(question: str, completed: str,
                history: Sequence[tuple[str, Earlier]]) -> tuple[str, ...]:
    """Ids of the articles that earlier answers to the completed question cited, if it asks for more
    than they told; else ().
    """
    if not completed or not asks_more(simplified(question)):
        return ()
    cited = (c.article_id for asked, given in history if completed in (asked, given.completed)
             for c in given.citations)
    return tuple(dict.fromkeys(cited))


def leaning(question: str) -> Said | None:
    """What a question says that leans on an earlier one; None for a whole question."""
    shape = _Shape(question)
    return _chinese(shape) if shape.lang == "zh" else _english(shape)


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    sign: str


class _Shape:
    """A question with signs for its places, times and words that ask."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lang = "zh" if detect_lang(text) == "zh" else "en"
        self.mentions = [m for m in find_places(text) if not m.part_of_name]
        times = find_periods(text, ANY_DAY)
        taken = [(m.start, m.end) for m in self.mentions]
        self.times = [t for t in times if outside_of((t.start, t.end), taken)]
        taken += [(t.start, t.end) for t in self.times]
        self.asks = [a for a in asking(text) if outside_of((a.start, a.end), taken)]
        marks = [_Mark(m.start, m.end, P)
                 for m in self.mentions] + [_Mark(t.start, t.end, T) for t in self.times]
        marks += [_Mark(a.start, a.end, A) for a in self.asks]
        out, at = [], 0
        self.at: list[int] = []  # for each character of the signs, where it stands in the text
        for mark in sorted(marks, key=lambda m: m.start):
            out.append(text[at : mark.start])
            self.at += range(at, mark.start)
            out.append(mark.sign)
            self.at.append(mark.start)
            at = mark.end
        self.at += range(at, len(text) + 1)
        self.signs = "".join(out) + text[at:]

    def place_words(self) -> str:
        return self.text[self.mentions[0].start : self.mentions[-1].end] if self.mentions else ""

    def places(self) -> tuple[Place, ...]:
        return tuple(m.place for m in self.mentions)

    def time_words(self) -> str:
        return self.text[self.times[0].start : self.times[-1].end] if self.times else ""

    def ask_words(self) -> str:
        return self.text[self.asks[0].start : self.asks[-1].end] if self.asks else ""

    def said(self, **more) -> Said:
        return Said(self.text, self.lang, self.place_words(), self.places(), self.time_words(),
                    **{"asks": self.ask_words(), **more})


# ---- Chinese

_LEAD = (
    r"(?:(?:那么|那(?!里|儿|边|些|个|次|年|天|时|种|家|位|场|届|本|份|达慕|不勒斯|英)|还有|以及|另外|至于|然后|再问一下|请问|好的?|嗯|只看|只要|仅看"
    r"|换成)[，,\s]*)"
)
_SLOT = f"(?:[在于对像]?[{P}{T}](?:省|市|的|那边|这边|方面|地区|一带|境内|期间)?)"
_SLOTS = rf"(?:{_SLOT}(?:[和与及跟、，,\s]*{_SLOT})*)"
_END = r"[呢啊呀嘛吧]?[？?！!。.…\s]*$"
_TOO = r"(?:也(?:有|是|一样)吗?|有吗|也?有没有|同样)"
_HOW_MUCH = r"(?:具体|分别|到底|究竟|大概|大约|一共|总共|又|都|各|主要|其他|其它|别的)*"
# Verbs that say what an event does, not which one it is; without a subject and an object they
# lean on what was asked.
_VERB = "举行|举办|召开|开展|进行|组织|主办|承办|参加|参与|出席|发布|公布|通过|实施|施行"
_ALONE = f"{_VERB}|发生|开始|结束|成立|启动|开幕|闭幕|开放|完成|出台"
# What asks yes or no, or how: "X呢" with one of these is a whole question.
_WHOLE = re.compile(
    "什[么麼麽幺]|怎|如果|要是|[我你您]|如何|为何|何|哪|谁|几|多少|多[大高长远久]|吗|嗎|是否|能否|可否|没|沒|还是|难道|(.)不\\1|正在?|还未|着呢|才"
)
_PRONOUN = re.compile("(?<![其吉维犹利无排])[他她它](?!国|乡|杀|山|州|汀|拉|地区|克莫司|达拉非|莫昔芬)们?|其中|那里|那儿|那边|这里|这儿")

_ZH_SLOTS = re.compile(rf"{_LEAD}*{_SLOTS}(?:{_TOO}|吗)?{_END}")
_ZH_HOW = re.compile(rf"{_LEAD}+{_SLOTS}(?:情况)?{A}{_END}")
_ZH_ASK = re.compile(
    rf"{_LEAD}*(?P<slots>{_SLOTS}[，,]?)?(?P<of>(?:{R})?的?)?{_HOW_MUCH}(?P<verb>是|在|有"
    rf"|于)?{_HOW_MUCH}(?P<ask>[在于]?{A}(?:[，,和]?[在于]?{A})*)(?P<noun>的)?{_END}"
)
_ZH_EVENT = re.compile(
    rf"{_LEAD}*(?P<slots>{_SLOTS}[，,]?)?{_HOW_MUCH}[是有]?{_HOW_MUCH}"
    rf"(?:(?P<ask>[在于]?{A}){_HOW_MUCH}(?P<verb>{_ALONE})[了过的]*"
    rf"|(?P<before>{_ALONE})[了过于在]*{A}){_END}"
)
# "什么时候通车的？", "谁修建的？" say of something that they leave out.
_ZH_DROPPED = re.compile(
    rf"{_LEAD}*{_HOW_MUCH}是?{_HOW_MUCH}[在于]?{A}{_HOW_MUCH}(?!{_SLOT})(?:"
    rf"(?![是有的呢])[\u4e00-\u9fff]){{1,2}}的{_END}"
)
_ZH_ABOUT = re.compile(
    rf"{_LEAD}*(?P<slots>{_SLOTS})?(?P<topic>[^，。；？?！!{P}{T}{A}]{{2,20}}?)的?呢[？?！!。.…\s]*$"
)
_ZH_EARLY = re.compile(
    rf"{_LEAD}*(?:[在于]?{T}[，,的]?)?{_HOW_MUCH}(?:[在于]?{A})?{_HOW_MUCH}[在对从给由被让把和与是]?(?P<pronoun>{R})"
)
_ZH_LATE = re.compile(
    rf"{_LEAD}*[在于]?{A}(?:{_VERB}|[\u4e00-\u9fff]{{1,2}})[了过在]?(?P<pronoun>{R}){_END}"
)
_ZH_AHEAD = re.compile("(?:时|时候|后|前|以来|期间|之际)[，,]")  # "它开馆时，图书馆..." names it afterwards


def _chinese(shape: _Shape) -> Said | None:
    signs, text = shape.signs, shape.text
    if _ZH_SLOTS.match(signs) and not ("吗" in text and not re.search(_TOO, text)
                                       and len(shape.mentions) + len(shape.times) > 1):
        return shape.said(asks="") if shape.mentions or shape.times else None
    if _ZH_HOW.match(signs) and shape.ask_words() in ("怎么样", "怎样", "如何"):  # "那浙江怎么样？"
        return shape.said(asks="")
    referring = _PRONOUN.sub(R, signs)
    if (found := _ZH_ASK.match(referring)) and shape.asks:
        if not _is_bare_ask(shape, found["slots"], found["of"], found["verb"]):
            return None
        pronoun = _PRONOUN.search(text) if R in (found["of"] or "") and _counts(shape) else None
        return shape.said(pronoun=pronoun.span() if pronoun else (0, 0))
    if (found := _ZH_EVENT.match(signs)) and shape.asks:
        # "浙江什么时候举办的" has no object; "浙江举办了什么" asks for it, and "浙江什么时候成立的" needs none.
        if found["slots"] and (found["before"] or not re.fullmatch(_VERB, found["verb"])):
            return None
        return shape.said(tail=_without_lead(text, _LEAD, shape))
    alone = len(shape.asks) == 1 and (shape.asks[0].adverb or shape.ask_words() == "谁")
    if alone and _ZH_DROPPED.match(signs):
        return shape.said(tail=_without_lead(text, _LEAD, shape), dropped=True)
    topic = found["topic"] if (found := _ZH_ABOUT.match(signs)) else ""
    if topic and not _WHOLE.search(topic) and not _PRONOUN.search(topic):
        return shape.said(asks="", topic=topic)
    early = _ZH_EARLY.match(referring)
    if early and A in early[0] and shape.asks[0].kind in ("person", "organisation"):
        early = None  # "谁在他父亲去世后接管了公司": it may be who is asked for
    found, pronoun = early or _ZH_LATE.match(referring), _PRONOUN.search(text)
    if found and pronoun and not _ZH_AHEAD.search(referring, found.end()):
        return shape.said(pronoun=pronoun.span(), tail=_without_lead(text, _LEAD, shape))
    return None


def _counts(shape: _Shape) -> bool:
    """Whether how long or how old something is, is asked: not of which and how many there are."""
    return shape.asks[0].kind == "number" and not is_bare(shape.ask_words())


def _is_bare_ask(shape: _Shape, slots: str | None, of: str | None, verb: str | None) -> bool:
    """Whether words that ask, with a place or time at most, lean on something."""
    if of and R in of or not slots:
        return True
    if shape.mentions and not shape.times and shape.ask_words()[0] == "在":
        return False  # "浙江在哪里？"
    if verb == "有":  # "浙江有哪些？" has no noun, "浙江有哪些城市？" is whole
        return is_bare(shape.ask_words())
    if verb:
        return False  # "浙江是哪个省？"
    ask = shape.asks[0]
    # "今天星期几？", "十堰什么省？"
    return not (ask.kind == "date" and shape.times) and not (
        ask.level in LEVELS and not asks_below(ask, shape.places()) and shape.mentions)


def _without_lead(text: str, lead: str, shape: _Shape) -> str:
    """The question without the words that only lead over, and its places and times where they stand
    first.
    """
    found = re.match(rf"{lead}*", shape.signs, re.I)
    return text[shape.at[found.end()] :]


# ---- English

_LEAD_EN = r"(?:(?:and|but|so|then|also|or|plus|ok(?:ay)?|well|now)\b[, ]*)"
_ABOUT_EN = r"(?:(?:what|how) about|same for|as for) "
_PREP = r"(?:in|at|on|for|from|during|of|by|within|inside|around|near)"
_SLOT_EN = rf"(?:(?:(?:and|or|only|just|also|{_PREP}|the|,) ?)*[{P}{T}](?:['’]s?)?)"
_SLOTS_EN = rf"(?:{_SLOT_EN}(?:,? ?{_SLOT_EN})*)"
_END_EN = r"(?:,? (?:too|as well|also|then|only|instead|alone|exactly|please))*[?.!\s]*$"
_AUX = r"(?:is|are|was|were|did|do|does|has|have|had|will|would|can|could)"
_THEY = r"(?:it|they|them|those|these|that|this|he|she|him|her|there)"
_HELD = (
    r"(?:held|happen(?:ed)?|taken? place|took place|start(?:ed)?|beg[iau]n|end(?:ed)?|open(?:ed)?"
    r"|announced|organi[sz]ed|issued|published)"
)
_EN_SLOTS = re.compile(
    rf"{_LEAD_EN}*(?:{_ABOUT_EN})?(?:(?:(?:is|are|was"
    rf"|were) there )?any )?{_SLOTS_EN}(?: ones?)?{_END_EN}", re.I
)
_EN_DID = re.compile(rf"{_LEAD_EN}*(?:did|does|do|has|have) {P}{_END_EN}", re.I)
_EN_ASK = re.compile(
    rf"{_LEAD_EN}*(?:(?P<first>{_SLOTS_EN}),? )?(?:exactly |{_PREP} )?{A}(?:(?:,? and"
    rf"|,) {A})*(?: else| exactly"
    r"| more)?(?P<of> of (?:them|those|these|it))?"
    rf"(?: (?P<aux>{_AUX})(?: (?P<they>{_THEY}))?(?: {_HELD})?)?(?P<last>,? "
    rf"?{_SLOTS_EN})?{_END_EN}", re.I
)
_EN_ABOUT = re.compile(
    rf"{_LEAD_EN}*{_ABOUT_EN}(?P<topic>[^?!,;:{P}{T}{A}]{{2,50}}?)(?P<slots>,? "
    rf"?{_SLOTS_EN})?[?.!\s]*$", re.I
)
_EN_AND = re.compile(
    rf"(?:and|or"
    rf"|but) (?P<topic>[^?!,;:.{P}{T}{A}]{{2,40}}?)(?P<slots>,? ?{_SLOTS_EN})?[?\s]*$", re.I
)
_VERBAL = re.compile(
    rf"\b(?:{_AUX}|be|been|\w+ed|held|won|took|made|gave|rose|fell|said|went|came|saw|built|began"
    rf"|broke|sent|sold|led|met|ran|shows?|says?)\b", re.I
)
_EARLY_EN = re.compile(
    rf"{_LEAD_EN}*(?:{_PREP} )?(?:{T},? )?(?:(?:{_PREP} )?{A} )?(?:(?:people|persons"
    rf"|of) )?(?:{_AUX} )?(?:not )?(?P<pronoun>it|its|they|them|their|he"
    r"|him|his|she|her|that|this|those|these)\b", re.I
)
_LATE_EN = re.compile(
    rf"{_LEAD_EN}*(?:{_PREP} )?{A}(?: (?:people|persons))?(?: {_AUX})? (?!(?:{_AUX}|how|what"
    rf"|that)\b)\w+(?: (?:{_PREP}|to|with))? (?P<pronoun>it|them"
    rf"|him|her|that|this|those|these|there)(?:,? ?{_SLOTS_EN})?{_END_EN}",
    re.I,
)
# It rains; it takes an hour to ...; it is true that ...: nothing is meant by "it".
_NO_IT = re.compile(
    r"\b(?:it|that|this)\b.*?\b(?:rain\w*|snow\w*|to|that|who|whether|if|for|when|where|while|after"
    r"|before)\b"
    r"|what (?:time|day|date|year|month)\b.*\b(?:is|was) (?:it|this|that)|\bit takes?\b"
    r"|\btake[sn]?\b(?! place)", re.I
)
_DETERMINER = re.compile(
    rf"(?:that|this|those|these)(?! (?:{_HELD}|{_AUX}|{_PREP}|also|too|then)\b|,? ?[{P}{T}]"
    rf"|[?.!\s]*$)", re.I
)


def _english(shape: _Shape) -> Said | None:
    signs = shape.signs
    if _EN_SLOTS.match(signs) or _EN_DID.match(signs):
        return shape.said(asks="") if shape.mentions or shape.times else None
    ones = is_bare(shape.ask_words())
    if (found := _EN_ASK.match(signs)) and not _NO_IT.search(shape.text):
        slots, they = found["first"] or found["last"], found["they"] or ""
        if not slots or found["of"] or ones or they and they.lower() != "there" or not found["aux"]:
            at = found.span("they") if they and _counts(shape) else (0, 0)
            return shape.said(pronoun=(shape.at[at[0]], shape.at[at[1]]))
        return None  # "Where is Zhejiang?"
    if (found := _EN_ABOUT.match(signs)) and not _VERBAL.search(found["topic"]):
        return shape.said(asks="", topic=found["topic"])
    if (found := _EN_AND.match(signs)) and not _VERBAL.search(found["topic"]):
        return shape.said(asks="", topic=found["topic"], parallel=True)
    if found := _EARLY_EN.match(signs) or _LATE_EN.match(signs):
        at, end = shape.at[found.start("pronoun")], shape.at[found.end("pronoun")]
        word = found["pronoun"].lower()
        rest = shape.text[end:]
        named = word in ("he", "she") and re.match(" [A-Z]", rest) or shape.text[at:end] == "IT"
        if named or "," in rest:
            return None  # "Did He Jun win?", "When it opened, how many did the museum show?"
        empty = word in ("it", "that", "this") and _NO_IT.search(shape.text)
        if empty or _DETERMINER.match(signs, found.start("pronoun")):
            return None
        return shape.said(pronoun=(at, end), tail=_without_lead(shape.text, _LEAD_EN, shape))
    return None
