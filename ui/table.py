"""Places as a table: one line for each quote, with its place, source and date; and how many
articles each place has.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from markupsafe import Markup

from rag.answer.types import Row
from rag.ui import columns
from rag.ui.templating import macro
from rag.ui.texts import text
from rag.ui.tilemap import tilemap
from rag.ui.turn import Turn, cited, told_besides, told_once, valid, voice

LINES = 3
"""Quotes shown of one place; the others are folded."""
PLACES_DRAWN = 4
"""With fewer places the map is folded."""
COLUMNS = ("place", "what", "from_source", "date_column")
_places = macro("table", "places")


@dataclass(frozen=True, slots=True)
class _Line:
    """A quote in the table, with the rows that it is evidence of.

    Attributes:
        at: how many quotes of these rows stand before it.
        besides: what is told of the rows below their last quote.
        cells: names of the further columns, with what each says.
    """

    rows: list[Row]
    number: int
    at: int
    besides: list[str]
    cells: list[tuple[str, list[str]]]

    @property
    def css(self) -> str:
        return " ".join(["yj-again"] * (self.at > 0) + ["yj-more"] * (self.at >= LINES))


def places(turn: Turn, lang: str) -> str:
    """The names of the places, the map, the table, and what can be done with it; ``lang`` is the
    page's language.
    """
    spoken, held, lines = voice(turn.answer), counts(turn), _lines(turn)
    names = list(dict.fromkeys(row.label for row in turn.answer.rows if row.label))
    heads = [text(spoken, key) for key in COLUMNS]
    heads[2:2] = columns.heads(turn)
    # A few places need no map to be found, and it would push what is quoted out of sight.
    opened = len(held) >= PLACES_DRAWN
    folded = sum(one.at >= LINES for one in lines)
    return _places(turn, names, Markup(tilemap(held, spoken)), opened, lines, folded, heads, lang)


def counts(turn: Turn) -> Counter[str]:
    """How many articles an answer has for each place: those that it cites, and those that tell the
    same story.
    """
    held = Counter()
    for place, articles in _articles(turn).items():
        held[place] = len(articles)
    for row in turn.answer.rows:
        if row.place:
            held[row.place] += row.more
    return held


def _articles(turn: Turn) -> dict[str, set[str]]:
    held: dict[str, set[str]] = {}
    for row in turn.answer.rows:
        if row.place:
            held.setdefault(row.place, set()).update(
                cited(turn)[n - 1].article_id for n in valid(turn, row.citations)
            )
    return held


def _lines(turn: Turn) -> list[_Line]:
    # Places with the same evidence stand together: the same quotes again in every row would hide
    # them.
    merged: dict[tuple[int, ...], list[Row]] = {}
    for row in turn.answer.rows:
        merged.setdefault(row.citations, []).append(row)
    lines = []
    for numbers, rows in merged.items():
        besides = list(filter(None, dict.fromkeys(told_besides(turn, row) for row in rows)))
        shown = told_once(turn, numbers)
        for at, number in enumerate(shown):
            cells = list(zip(columns.heads(turn), columns.cells(turn, rows, number), strict=True))
            last = number == shown[-1]
            lines.append(_Line(rows, number, at, besides if last else [], cells))
    return lines


def row_detail(row: Row) -> str:
    """What a row says of its place besides the name."""
    return " ".join(filter(None, ("" if row.detail in row.label else row.detail, row.value)))
