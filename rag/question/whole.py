"""A whole question taken apart: what asks in it, and where it names places and times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rag.corpus.places import Place, PlaceMention, find_places
from rag.question.asking import Ask, asking, outside_of
from rag.question.periods import find_periods

ANY_DAY = date(2000, 1, 1)  # where "last month" stands is asked here, not what it means
LEVELS = {"country": 0, "province": 1, "city": 2, "county": 3}

_LEAD = re.compile(
    r"(?:那么|那(?=[，,])|还有|以及|请问|\b(?:and|but|so|then|also|well|ok|okay|please)\b)[，, ]*", re.I
)
_END = re.compile(r"[呢吗？?！!。.\s]+$")
_PLACES = "国家|省份|省市|省区市|自治区|直辖市|省|城市|区县|县市|地方|地区|地点"
_LIST = re.compile(rf"请?(?:帮我)?(?:列出|列举|举出|说出|给出)(?P<rest>.+?)的?(?P<noun>{_PLACES})(?:名单|名称)?")
_WHICH_LAST = re.compile(rf"(?P<rest>.+?)的(?P<noun>{_PLACES})(?:都|分别|各)?[有是]哪(?:些|几个)")
_LIST_EN = re.compile(
    r"(?:list|name|give|show|enumerate)(?: me)?(?: all| every"
    r"| each)?(?: of)?(?: the)? (?P<noun>[a-z]+) (?:that|which|where|who) (?P<rest>.+)", re.I
)
_JOINED = re.compile(r"[、，,\s]*(?:和|与|及|以及|跟|and|or|in|of|的)?\s*", re.I)


@dataclass(frozen=True, slots=True)
class Whole:
    """A question that stands on its own.

    Attributes:
        body: its words, without those that lead over and the mark at the end.
        ask: the first words that ask, or None.
        groups: spans of places that are named together ("四川和重庆", "Chengdu, Sichuan").
        places: the places of each group.
        times: spans of times.
    """

    body: str
    ask: Ask | None
    groups: tuple[tuple[int, int], ...]
    places: tuple[tuple[Place, ...], ...]
    times: tuple[tuple[int, int], ...]


def taken_apart(question: str) -> Whole:
    """The parts of a whole question."""
    body = _END.sub("", question.strip())
    if lead := _LEAD.match(body):
        body = body[lead.end() :] or body
    body = _in_order(body)
    groups: list[list[PlaceMention]] = []
    for one in find_places(body):
        if one.part_of_name:
            continue
        if groups and _JOINED.fullmatch(body, groups[-1][-1].end, one.start):
            groups[-1].append(one)
        else:
            groups.append([one])
    spans = tuple((group[0].start, group[-1].end) for group in groups)
    times = tuple((one.start, one.end) for one in find_periods(body, ANY_DAY)
                  if outside_of((one.start, one.end), spans))
    asks = [one for one in asking(body) if outside_of((one.start, one.end), (*spans, *times))]
    return Whole(body, asks[0] if asks else None, spans,
                 tuple(tuple(one.place for one in group) for group in groups), times)


def _in_order(body: str) -> str:
    """"列出开展演练的省份", "开展演练的省份有哪些", "List the provinces that held drills" as questions that ask first.
    """
    if found := _LIST.fullmatch(body) or _WHICH_LAST.fullmatch(body):
        return f"哪些{found['noun']}{found['rest']}"
    if found := _LIST_EN.fullmatch(body):
        return f"Which {found['noun']} {found['rest']}"
    return body


def asks_below(ask: Ask, places: tuple[Place, ...]) -> bool:
    """Whether it asks for places that lie in those named: which cities, of a province."""
    return ask.level in LEVELS and all(LEVELS[place.level] < LEVELS[ask.level] for place in places)
