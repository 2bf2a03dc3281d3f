"""Places as a table: one line for each quote, with its place, source and date; and how many
articles each place has.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from markupsafe import Markup

from rag.answer.types import Row
from rag.ui import columns
from rag.ui.templating import macro
from rag.ui.texts import text
from rag.ui.tilemap import tilemap
from rag.ui.turn import Turn, cited, told_besides, told_once, valid, voice

PLACES_DRAWN = 4
"""With fewer places the map is folded."""
COLUMNS = ("place", "what", "from_source", "date_column")
_places = macro("table", "places")


def places(turn: Turn, lang: str) -> Markup:
    """The names of the places, the map, the table, and what can be done with it; ``lang`` is the
    page's language.
    """
    spoken, held, lines = voice(turn.answer), counts(turn), _lines(turn)
    names = list(dict.fromkeys(row.label for row in turn.answer.rows if row.label))
    heads = [text(spoken, key) for key in COLUMNS]
    heads[2:2] = columns.heads(turn)
    # A few places need no map to be found, and it would push what is quoted out of sight.
    opened = len(held) >= PLACES_DRAWN
    return _places(turn, names, tilemap(held, spoken), opened, lines, heads, lang)


def counts(turn: Turn) -> dict[str, int]:
    """How many articles an answer has for each place: those that it cites, and those that tell the
    same story.
    """
    articles: dict[str, set[str]] = {}
    more = Counter[str]()
    for row in turn.answer.rows:
        if row.place:
            told = {cited(turn)[number - 1].article_id for number in valid(turn, row.citations)}
            articles.setdefault(row.place, set()).update(told)
            more[row.place] += row.more
    return {place: len(told) + more[place] for place, told in articles.items()}


def _lines(turn: Turn) -> list[dict[str, Any]]:
    """The lines of the table: a quote (``number``) with the rows that it is evidence of (``rows``),
    how many quotes of these stand before it (``at``), what is told of them below their last quote
    (``besides``), and the names of the further columns with what each says (``cells``).
    """
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
            line = {"number": number, "rows": rows, "at": at, "cells": cells}
            lines.append(line | {"besides": besides if number == shown[-1] else ()})
    return lines
