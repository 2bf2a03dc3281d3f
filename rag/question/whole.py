"""Takes a whole question apart: its question words, places and times, its subject and context."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rag.corpus import detect_lang
from rag.corpus.gazetteer import Place
from rag.corpus.places import PlaceMention, find_places
from rag.question.asking import Ask, asking, outside_of
from rag.question.periods import find_periods
from rag.question.script import is_english
from rag.question.words import pattern, words

ANY_DAY = date(2000, 1, 1)  # for finding where "last month" stands, whatever it means
LEVELS = {"country": 0, "province": 1, "city": 2, "county": 3, "district": 3, "local": 3}

AUX, PREP, VERB = words("auxiliary"), words("preposition_en"), words("holds_zh")


@dataclass(frozen=True, slots=True)
class WholeQuestion:
    """A question that stands on its own.

    Attributes:
        body: its text, without words that lead over from the turn before and the final mark.
        ask: the first question words, or None.
        groups: spans of places named together ("四川和重庆", "Chengdu, Sichuan").
        places: the places of each group.
        times: spans of times.
    """

    body: str
    ask: Ask | None
    groups: tuple[tuple[int, int], ...]
    places: tuple[tuple[Place, ...], ...]
    times: tuple[tuple[int, int], ...]

    @property
    def asks(self) -> str:
        """The text of the question words, or ""."""
        return self.body[self.ask.start : self.ask.end] if self.ask else ""

    @property
    def asked(self) -> tuple[tuple[int, int], ...]:
        """The spans of the question words: one or none."""
        return ((self.ask.start, self.ask.end),) if self.ask else ()


def language(question: str) -> str:
    """The language of a question, "zh" or "en"; an English one with a Chinese name is "en"."""
    english = is_english(question) or re.match(r"[A-Za-z]+ [a-z]+ ", question)
    return "zh" if not english and detect_lang(question) == "zh" else "en"


def taken_apart(question: str) -> WholeQuestion:
    """Takes a whole question apart."""
    body = pattern("mark_at_end").sub("", question.strip())
    if lead := pattern("leads_over").match(body):
        body = body[lead.end() :] or body
    body = _in_order(body)
    groups: list[list[PlaceMention]] = []
    for one in find_places(body):
        if one.part_of_name:
            continue
        if groups and pattern("joined_places").fullmatch(body, groups[-1][-1].end, one.start):
            groups[-1].append(one)
        else:
            groups.append([one])
    spans = tuple((group[0].start, group[-1].end) for group in groups)
    periods = [(one.start, one.end) for one in find_periods(body, ANY_DAY)]
    times = tuple(span for span in periods if outside_of(span, spans))
    asks = [one for one in asking(body) if outside_of((one.start, one.end), (*spans, *times))]
    places = tuple(tuple(one.place for one in group) for group in groups)
    return WholeQuestion(body, asks[0] if asks else None, spans, places, times)


def _in_order(body: str) -> str:
    """Puts the question words of a list question first, as in "Which provinces held drills".

    Such questions are "列出开展演练的省份", "开展演练的省份有哪些" and "List the provinces that
    held drills"; others are returned as they are.
    """
    if found := pattern("lists_zh").fullmatch(body) or pattern("which_last").fullmatch(body):
        return f"哪些{found['noun']}{found['rest']}"
    if found := pattern("lists_en").fullmatch(body):
        return f"Which {found['noun']} {found['rest']}"
    return body


def asks_below(ask: Ask, places: tuple[Place, ...]) -> bool:
    """Whether places of a lower level than those given are asked for: cities of a province."""
    return ask.level in LEVELS and all(LEVELS[place.level] < LEVELS[ask.level] for place in places)


def head_of(whole: WholeQuestion) -> str:
    """The text before the question words, without a verb or preposition that leads to them."""
    head = whole.body[: whole.ask.start] if whole.ask else ""
    return re.sub("(?:[有是在由于被]|都有)$", "", head)


def rest_of(ask: Ask) -> int:
    """Offset from which the text stays if the question words are exchanged.

    In "哪家医院" the noun "医院" stays, since it says what is sought.
    """
    return ask.core if ask.kind in ("organisation", "document", "person", "number") else ask.end


def leading(body: str) -> int:
    """The offset where the places and times at the beginning of a text end; 0 for none."""
    whole, at = taken_apart(body), 0
    for start, end in sorted((*whole.groups, *whole.times)):
        if start - at > 1:
            break
        at = end
    return at


def subject(whole: WholeQuestion, lang: str) -> str:
    """The one thing that a question is about, if that is certain; else ""."""
    body, ask = whole.body, whole.ask
    if lang == "en":
        taken = [*whole.times, *whole.asked]
        names = [
            m
            for m in pattern("name_en").finditer(body)
            if (m.start() or body.startswith(": ", m.end()))  # "Maui: how many died"
            and outside_of(m.span(), taken)
            and not any(
                a <= m.end() - len(m[0].removeprefix("the ")) and m.end() <= b
                for a, b in whole.groups
            )
        ]
        if len(names) != 1:
            return ""
        noun = pattern("noun_behind_name").match(body, names[0].end()) if names[0]["the"] else None
        ends = noun and noun.end() == len(body)
        if ends and re.search(r"\b(?:did|do|does|will) $", body[: names[0].start()]):
            noun = None
        return names[0][0] + (noun[0] if noun else "")
    head = head_of(whole).removesuffix("的")
    if ask and ask.kind == "what" and ask.end == len(body):  # 图书馆做了什么
        head = re.sub("(?:[做干说]|[^做干说]{2})了$", "", head)
    bare = re.sub(f"{VERB}$", "", head)  # 台风造成多少人死亡
    head = bare if leading(bare) < len(bare) else head
    if not ask or re.search(r"[了过，,:]", head) or len(head) > 20:
        return ""
    # A place is the subject of "四川有多少人口", but not of "四川哪些医院举办了演练".
    return head if leading(head) < len(head) or head != body[: ask.start] else ""


def context(whole: WholeQuestion, lang: str) -> str:
    """What a question is about: its text without the question words."""
    body, old = whole.body, whole.ask
    if lang == "zh":
        rest = f"{head_of(whole)}{body[rest_of(old) :]}" if old else body
        return rest.strip("，, 的:").removeprefix("是")
    if ": " in body:
        return body.rpartition(": ")[0]
    if old:
        ahead = re.sub(rf"(?:^|\s)(?:{PREP}) $", " ", body[: old.start], flags=re.I)
        body = ahead + body[rest_of(old) :]
    body = re.sub(r"^\s*was it that (?:they )?", "", body).strip()
    found = pattern("noun_aux").fullmatch(body)
    if found and pattern("subject_en").match(found["rest"]):
        return f"{found['rest']} {found['noun']}".strip()
    return re.sub(rf"^(?:{AUX})\b ?", "", body, flags=re.I)
