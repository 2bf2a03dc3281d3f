"""The value that a question may ask for, as it stands in the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

VALUE_KINDS = ("number", "date")


@dataclass(frozen=True, slots=True)
class Value:
    """``source[start:end] == text``: a figure or date.

    Attributes:
        start, end: character offsets into the text searched.
        kind: one of ``VALUE_KINDS``.
        text: that slice.
        unit: of a number: the measure word ("家", "人次"), unit ("公里", "%") or, in English, the
            noun counted ("enterprises"); else "".
        head: the number without its approximation (700 for 约有700多家; the lower end of a range),
            or None.
        iso: of a date: ISO 8601 as far as the text says it ("2011-09-21", "2011-09", "2011"), or
            None.
        ordinal: True for 第五届 and "third": a place in a row, not a quantity.
    """

    start: int
    end: int
    kind: str
    text: str
    unit: str = ""
    head: float | None = None
    iso: str | None = None
    ordinal: bool = False


def without_overlap(values: Iterable[Value]) -> list[Value]:
    """``values`` in order; of two that overlap the first to begin stays, or the longer one."""
    kept: list[Value] = []
    for value in sorted(values, key=lambda v: (v.start, -v.end)):
        if not kept or value.start >= kept[-1].end:
            kept.append(value)
    return kept
