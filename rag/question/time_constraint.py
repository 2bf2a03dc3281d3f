"""A stretch of time that a question names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.corpus.days import Period


@dataclass(frozen=True, slots=True)
class TimeConstraint:
    """``text[start:end]`` tells of a period.

    ``kind`` is "day" for one day of the calendar, which is mostly that of an event; "unit" for
    one month or year; "part" for a half, a quarter, a season or an end of a year or month;
    "festival" for the days of a feast, which articles call by its name; "range" for what goes
    from one date to another or has no end; and "relative" for what is told from the day of
    asking, so that no article can be expected to say it in the same words. ``years`` are those
    that it writes out, ``said`` the span of those words of a feast that articles can be expected
    to say.
    """

    start: int
    end: int
    period: Period
    kind: str
    years: tuple[str, ...] = ()
    said: tuple[int, int] | None = None
