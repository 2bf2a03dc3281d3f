"""Most, least, more than: computed over the values that stand with each name of a list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.lists import Named
from rag.corpus import sentences
from rag.question import Bound, ParsedQuestion
from rag.reader.units import quantity
from rag.reader.values import Value, find_numbers

_CLAUSE = re.compile(r"[；;。！？!?\n]|\.\s")
_SENTENCE = re.compile(r"[。！？!?\n]|\.\s")
_YEAR_BEFORE = re.compile(r"(?:去年|上年|前年|同期|last year|a year earlier)[^，,]{0,12}$", re.I)
_CHANGE = re.compile(
    r"(?:增长|下降|上涨|下跌|增加|减少|同比|环比|提高|up|down|rose|fell|increase[ds]?|growth)\D{0,8}$",
    re.I,
)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A name and the value that stands with it.

    Attributes:
        name: the name.
        value: the value; its offsets are those of ``start`` and ``end`` in the article.
        start, end: of the value in the article's text.
    """

    name: Named
    value: Value
    start: int
    end: int


def alongside(
    groups: Sequence[list[Named]], rated: Sequence[tuple[list[Named], float]]
) -> list[list[Named]]:
    """Some groups of names, and the others of ``rated`` that a sentence tells of beside the first.

    "A had 210 mm, B had 340 mm and C had 95 mm": of C nothing else is said than of A, though it is
    far from the words of the question.
    """
    first = groups[0][0]
    row, text = first.spot.finding.window.row, first.spot.finding.window.article.text
    said = {group[0].key for group in groups}
    return [
        *groups,
        *(
            group
            for group, _ in rated
            if group[0].key not in said
            and bool(group[0].place) == bool(groups[0][0].place)
            and group[0].spot.finding.window.row == row
            and not _SENTENCE.search(text, *sorted((first.start, group[0].start)))
        ),
    ]


def measured(
    parsed: ParsedQuestion, groups: Sequence[Sequence[Named]]
) -> list[tuple[Sequence[Named], Measured]]:
    """For each group of names the value that stands with its best name.

    Groups without one are left out. Values of another unit than that of the bound, or than most of
    the values, are none.
    """
    found: list[tuple[Sequence[Named], list[Measured]]] = []
    others = {(one.spot.finding.window.row, one.start) for group in groups for one in group}
    for group in groups:
        for one in group:
            if values := _values(one, others):
                found.append((group, values))
                break
    unit = _unit_of(parsed.bound) if parsed.bound else None
    if unit is None:
        units = [_dimension(values[0].value) for _, values in found]
        unit = max(set(units), key=units.count) if units else ""
    out = []
    for group, values in found:
        fit = [one for one in values if not unit or _dimension(one.value) == unit]
        if fit:
            out.append((group, fit[0]))
    return out


def _values(one: Named, others: set[tuple[int, int]]) -> list[Measured]:
    """The figures that go with a name.

    They stand between it and the next name, or where there is none, before it in its clause.
    """
    window = one.spot.finding.window
    text = window.article.text
    sentence = next(
        ((a, b) for a, b in sentences(text, window.start, window.end) if a <= one.start < b),
        (window.start, window.end),
    )
    behind = [start for row, start in others if row == window.row and one.end < start < sentence[1]]
    stop = min([*behind, sentence[1]])
    if cut := _CLAUSE.search(text, one.end, stop):
        stop = cut.start()
    spans = [(one.end, stop)]
    before = [
        start for row, start in others if row == window.row and sentence[0] <= start < one.start
    ]
    spans.append((max([sentence[0], *before]), one.start))
    for start, end in spans:
        part = text[start:end]
        found = [v for v in find_numbers(part) if v.head is not None and not v.ordinal]
        now = [v for v in found if not _YEAR_BEFORE.search(part[: v.start])]
        plain = [v for v in now if not _CHANGE.search(part[: v.start])]
        if found:
            return [
                Measured(one, v, start + v.start, start + v.end)
                for v in [*plain, *(v for v in now if v not in plain)]
            ]
    return []


def _unit_of(bound: Bound) -> str | None:
    values = find_numbers(bound.words)
    return _dimension(values[0]) if values else None


def _dimension(value: Value) -> str:
    """What kind of quantity a value is: its unit, without what only scales or approximates it."""
    unit = value.unit.casefold().strip()
    return quantity(unit) or unit


def holds(parsed: ParsedQuestion, one: Measured) -> bool:
    """Whether a value lies on the right side of the question's bound; True where there is none."""
    bound = parsed.bound
    if bound is None:
        return True
    limits = [v.head for v in find_numbers(bound.words) if v.head is not None]
    if not limits or one.value.head is None:
        return False
    limit = limits[0]
    if bound.inclusive and one.value.head == limit:
        return True
    return one.value.head > limit if bound.more else one.value.head < limit


def extreme(
    parsed: ParsedQuestion, found: Sequence[tuple[Sequence[Named], Measured]]
) -> list[tuple[Sequence[Named], Measured]]:
    """The ones with the most, or the least, where the question asks for that.

    For "more" and "less" all that hold.
    """
    heads = [one.value.head for _, one in found if one.value.head is not None]
    if parsed.form in ("most", "least") and heads:
        best = max(heads) if parsed.form == "most" else min(heads)
        return [pair for pair in found if pair[1].value.head == best]
    return [pair for pair in found if holds(parsed, pair[1])]
