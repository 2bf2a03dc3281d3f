"""Renders an answer about places as a table, one line per quote, and a map of article counts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from markupsafe import Markup

from rag.answer.types import Row
from rag.plain import voice
from rag.ui import columns
from rag.ui.templating import macro
from rag.ui.texts import text
from rag.ui.tilemap import tilemap
from rag.ui.turn import Turn, cited, told_besides, told_once, valid

PLACES_DRAWN = 4
"""Number of places from which the map is shown open; with fewer it is folded."""
_TABLE_HEADINGS = ("place", "what", "from_source", "date_column")
_places = macro("table", "places")


def places(turn: Turn, lang: str) -> Markup:
    """Renders the names of the places, the map, the table and its controls.

    ``lang`` is the page's language, which the controls use.
    """
    spoken, by_place, lines = voice(turn.answer), counts(turn), _lines(turn)
    names = list(dict.fromkeys(row.label for row in turn.answer.rows if row.label))
    heads = [text(spoken, key) for key in _TABLE_HEADINGS]
    heads[2:2] = columns.heads(turn)
    # For a few places a map adds little, and it would push the quotes out of sight.
    opened = len(by_place) >= PLACES_DRAWN
    return _places(turn, names, tilemap(by_place, spoken), opened, lines, heads, lang)


def counts(turn: Turn) -> dict[str, int]:
    """Returns the number of articles for each place: cited ones, and others of the same story."""
    articles: dict[str, set[str]] = {}
    more = Counter[str]()
    for row in turn.answer.rows:
        if row.place:
            cited_ids = {
                cited(turn)[number - 1].article_id for number in valid(turn, row.citations)
            }
            articles.setdefault(row.place, set()).update(cited_ids)
            more[row.place] += row.more
    return {place: len(ids) + more[place] for place, ids in articles.items()}


def _lines(turn: Turn) -> list[dict[str, Any]]:
    """Returns the lines of the table, one per quote.

    ``number`` is the quote's citation number, ``rows`` the rows of the answer that it supports, and
    ``at`` the number of quotes of these rows before it. ``besides``, on their last quote, are notes
    on other articles. ``cells`` are the (heading, texts) of the added columns.
    """
    # Rows with the same quotes are merged: repeating the quotes for each place would hide the
    # places.
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
