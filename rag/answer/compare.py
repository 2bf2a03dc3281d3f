"""Comparisons (most, least, more than) of the figures that stand beside the names of a list."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.named import Named
from rag.answer.sentence import sentence_of
from rag.question import ParsedQuestion
from rag.reader.typed import measures
from rag.reader.units import quantity
from rag.reader.values import Value, find_numbers

_CLAUSE = re.compile(r"[；;。！？!?\n]|\.\s")


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A name and the figure that stands beside it; offsets are those in the article's text."""

    name: Named
    value: Value


def measured(
    parsed: ParsedQuestion, groups: Sequence[Sequence[Named]]
) -> list[tuple[Sequence[Named], Measured]]:
    """The groups of names beside which a figure stands, each with that figure.

    The figure is that of the first name in the group that has one. It must have the unit of the
    question's bound or, without a bound, the unit of most figures; groups without such a figure are
    left out. If the unit of the bound is "", any figure will do. A figure without a unit has that of
    the one before it in its sentence: "A carried 8.4 million passengers, B 5.9 million".
    """
    found: list[tuple[Sequence[Named], list[Measured]]] = []
    others = {(one.spot.finding.window.row, one.start) for group in groups for one in group}
    for group in groups:
        for one in group:
            values = [v for v in _values(one, others) if measures(v.value, parsed.plain)]
            if values:
                found.append((group, values))
                break
    bounds = find_numbers(parsed.bound.words) if parsed.bound else []
    units_of = {one: _dimension(one.value) for _, values in found for one in values}
    ordered = sorted(units_of, key=lambda one: one.value.start)
    for before, later in zip(ordered, ordered[1:]):
        if not units_of[later] and _in_one_sentence(before, later):
            units_of[later] = units_of[before]
    units = [_dimension(bounds[0])] if bounds else [units_of[values[0]] for _, values in found]
    unit = max(units, key=units.count, default="")
    out = []
    for group, values in found:
        fit = [one for one in values if bounds and not unit or units_of[one] == unit]
        if fit:
            out.append((group, fit[0]))
    return out


def _in_one_sentence(one: Measured, other: Measured) -> bool:
    """Whether two figures stand in the same sentence of an article."""
    sentence = sentence_of(one.name.finding)
    row = other.name.spot.finding.window.row
    return row == sentence.row and sentence.start <= other.value.start < sentence.end


def _values(one: Named, others: set[tuple[int, int]]) -> list[Measured]:
    """The figures that belong to a name.

    They stand between it and the next name, in its clause; if there are none, those between the
    previous name and it count.
    """
    sentence = sentence_of(one.finding)
    text, row = sentence.article.text, sentence.row
    names = [start for other, start in others if other == row]
    stop = min([start for start in names if one.end < start < sentence.end], default=sentence.end)
    if cut := _CLAUSE.search(text, one.end, stop):
        stop = cut.start()
    begin = max(
        [start for start in names if sentence.start <= start < one.start], default=sentence.start
    )
    for start, end in ((one.end, stop), (begin, one.start)):
        found = [v for v in find_numbers(text[start:end]) if v.head is not None and not v.ordinal]
        if found:
            return [
                Measured(one, dataclasses.replace(v, start=start + v.start, end=start + v.end))
                for v in found
            ]
    return []


def _dimension(value: Value) -> str:
    """What a figure measures ("yuan", "people"), or its unit if that is of no known quantity."""
    unit = value.unit.casefold().strip()
    return quantity(unit) or unit


def extreme(
    parsed: ParsedQuestion, found: Sequence[tuple[Sequence[Named], Measured]]
) -> list[tuple[Sequence[Named], Measured]]:
    """The names with the most or the least, if the question asks for that.

    Otherwise those whose figures are on the right side of the question's bound; all if it has none.
    """
    heads = [one.value.head or 0.0 for _, one in found]
    if parsed.form in ("most", "least") and heads:
        best = max(heads) if parsed.form == "most" else min(heads)
        return [pair for pair, head in zip(found, heads) if head == best]
    bound = parsed.bound
    if bound is None:
        return list(found)
    limits = [v.head for v in find_numbers(bound.words) if v.head is not None]
    return [
        pair
        for pair, head in zip(found, heads)
        for limit in limits[:1]
        if (head > limit if bound.more else head < limit) or bound.inclusive and head == limit
    ]
