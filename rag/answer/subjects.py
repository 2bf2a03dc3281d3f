"""Finds the place that each part of a sentence is about.

News names the acting place once and goes on: "四川省质监局搭建模拟电梯，举办演练". So a sentence is
cut into segments: a place at the head of a clause begins a new segment and governs it, that is, the
segment is about this place.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.roles import INDIRECT_ROLES, ROLE_ASIDE, role
from rag.corpus import clauses
from rag.corpus.places import PlaceMention

# What may stand before a place at the head of a clause: punctuation, a time, and opening words
# without a verb.
_OPENING = re.compile(
    r"[\s\W_]*(?:\S{1,12}。)?(?:[^\s，。"
    r"；]{0,10}?(?:[日天年月初底末晚后前]|上午|下午|期间))?[\s\W_]*(?:并且|而且|但|不过|另|还有|也|又|则)?"
    r"(?:从|到|在|由|如|像|其中|此外|另外|同时|而|截至|继|对|据|和|及|以及|随即|接着|包括|例如|比如|目前|如今|in|at|from|for|then|later|meanwhile|and|but|while|the|also)?[\s\W_]*$",
    re.I,
)
_BETWEEN = re.compile(
    r"^[\s、，,和与及以跟同·/（）()省市区县]*(?:以及|and|or|&)?(?:\s+the)?\s*$", re.I
)
_LISTED = re.compile(
    r"^[^\s\W的在了]{1,6}、$"
)  # a list: "海南文昌、山东青岛", where the gazetteer lacks 文昌; "山东省质监局、江西省质监局"
# A clause that says when, where or why; the next one says who.
_ADVERBIAL = re.compile(
    r"(?:前|后|时|时候|期间|之际|之机|以来|之间|方面|[上中里起日年月])[，"
    r",]\s*$|^\s*(?:为了?|随着|按照|根据|依托|围绕|借助|针对|面对|结合|除了?)"
    r"|^\s*(?:before|after|during|on|in|at|as|when|while|since|until|with|for|to|by|under|despite)\b.*,\s*$",
    re.I,
)
# A relative clause: it goes on about what stands before it.
_RELATIVE = re.compile(
    r"\s*(?:(?:all|many|most|some|both|one|two) of )?(?:which|who|whose|whom|that|where)\b", re.I
)
_LATIN_HEAD = (
    60  # an English clause names its place within this many characters, if it is its subject
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a sentence and the places that govern it, that is, what it is about.

    Attributes:
        start, end: offsets in the article's text.
        places: mentions of the places it is about; they may stand before the segment, if the
            sentence only goes on about them.
        certain: True if the segment itself names these places.
        opening: offsets of a clause before it that holds for it and its neighbours alike
            ("为方便出行，南京市...， 苏州市..."); empty if there is none.
        others: further mentions in the segment, which govern nothing.
    """

    start: int
    end: int
    places: tuple[PlaceMention, ...]
    certain: bool
    opening: tuple[int, int] = (0, 0)
    others: tuple[PlaceMention, ...] = ()


@dataclass(slots=True)
class _ClauseGroup:
    """Clauses of a sentence that go together.

    Attributes:
        start, end: offsets in the article's text.
        head: mentions of the places that lead them.
        others: the other mentions in them.
    """

    start: int
    end: int
    head: tuple[PlaceMention, ...]
    others: tuple[PlaceMention, ...]


def _common(
    text: str,
    start: int,
    end: int,
    parts: Sequence[_ClauseGroup],
    runs: Sequence[tuple[PlaceMention, ...]],
) -> tuple[int, int]:
    """Where the subject stands that all clauses share, if no place leads one; (0, 0) for none.

    "总部把针对四川、重庆的响应提至二级，向湖北派出一组": each clause is about its own places. The
    subject stands before the first place and holds for all.
    """
    if not parts or not parts[0].others or parts[0].head:
        return 0, 0
    place = runs[0][0].start
    return max(a for a, _ in clauses(text, start, end) if a <= place), place


def segments(
    text: str,
    start: int,
    end: int,
    mentions: list[PlaceMention],
    carried: tuple[PlaceMention, ...] = (),
) -> list[Segment]:
    """The segments of the sentence ``text[start:end]``.

    A clause that only opens the sentence is joined to the one part behind it, or is the opening of
    several. Places that are only named aside (:data:`rag.answer.roles.ROLE_ASIDE`) govern nothing.

    Args:
        text: the article's text.
        start, end: offsets of the sentence.
        mentions: all places of the article, in order.
        carried: places that govern the sentence if it names none.
    """
    at = bisect_left(mentions, start, key=lambda m: m.start)
    here = [m for m in mentions[at:] if m.start < end and m.end <= end and not m.part_of_name]
    runs = governing(text, lists(text, here), bool(carried))
    parts: list[_ClauseGroup] = []
    for a, b in _whole_clauses(clauses(text, start, end), runs):
        inside = [run for run in runs if a <= run[0].start < b]
        head = inside[0] if inside and _leads(text, a, inside[0][0].start) else ()
        others = tuple(m for run in inside if run is not head for m in run)
        if parts and not head and not (others and parts[-1].others and not parts[-1].head):
            parts[-1].end = b
            parts[-1].others += others
        else:
            parts.append(_ClauseGroup(a, b, head, others))
    common = _common(text, start, end, parts, runs)
    opening = (0, 0)
    if len(parts) > 1 and _opens(text, parts, bool(carried)):
        first = parts.pop(0)
        if len(parts) == 1:
            parts[0].start = first.start
        else:
            opening = (first.start, first.end)
    found = []
    for one in parts:
        places = one.head or one.others or carried
        if one.head and role(text, one.head) in INDIRECT_ROLES:
            places += one.others  # "来自四川的医生在河南": the leading place is not where they are
        before = common if not one.head and one.start > parts[0].start else opening
        others = one.others if one.head else ()
        found.append(
            Segment(one.start, one.end, places, bool(one.head or one.others), before, others)
        )
    return found


def _opens(text: str, parts: Sequence[_ClauseGroup], carried: bool) -> bool:
    """Whether the first of some parts only leads in to the second, which begins with a place."""
    first, second = parts[:2]
    if first.head or first.others or not second.head:
        return False
    return not carried or bool(_ADVERBIAL.search(text[first.start : first.end]))


def _leads(text: str, clause: int, place: int) -> bool:
    """Whether a place stands at the head of its clause, which begins at the offset ``clause``."""
    before = text[clause:place]
    if _OPENING.match(before):
        return True
    return before.isascii() and len(before) <= _LATIN_HEAD and not _RELATIVE.match(before)


def lists(text: str, mentions: Sequence[PlaceMention]) -> list[tuple[PlaceMention, ...]]:
    """The mentions grouped into lists: "四川、江西、广西", "Henan and Jilin"."""
    runs: list[list[PlaceMention]] = []
    for mention in mentions:
        between = text[runs[-1][-1].end : mention.start] if runs else ""
        if runs and (_BETWEEN.match(between) or _LISTED.match(between)):
            runs[-1].append(mention)
        else:
            runs.append([mention])
    return [tuple(run) for run in runs]


def governing(
    text: str, runs: list[tuple[PlaceMention, ...]], others: bool = False
) -> list[tuple[PlaceMention, ...]]:
    """The lists of places about which something is said, without those only named aside.

    Args:
        text: the article's text.
        runs: lists of places, as :func:`lists` gives them.
        others: whether a place governs already. If not, and all lists are named aside, these are
            returned: a source or the name of an event is better than no place.
    """
    roles = [role(text, run) for run in runs]
    kept = [run for run, name in zip(runs, roles) if name != ROLE_ASIDE]
    return kept if kept or others else [run for run, name in zip(runs, roles) if name == ROLE_ASIDE]


def last_governing(text: str, runs: list[tuple[PlaceMention, ...]]) -> tuple[PlaceMention, ...]:
    """The last of the lists that :func:`governing` gives; () for none."""
    runs = governing(text, runs)
    return runs[-1] if runs else ()


def _whole_clauses(
    spans: list[tuple[int, int]], runs: list[tuple[PlaceMention, ...]]
) -> list[tuple[int, int]]:
    """The clauses, joined where a list of places goes over the end of one."""
    out: list[tuple[int, int]] = []
    for a, b in spans:
        if out and any(run[0].start < out[-1][1] and run[-1].start >= a for run in runs):
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return out
