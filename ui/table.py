"""Renders an answer about places as a table, one line per quote, a map of article counts,
and the columns that a reader can add to a list.

The map is a tile map (SVG) of China's 34 provincial-level divisions. All tiles have the same size,
so that Shanghai is as easy to see and to click as Xinjiang. Number and shade show the count; the
shades have one hue, from light to dark, so that colour-blind readers can tell them apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from rag.answer.columns import is_extensible
from rag.answer.types import COLUMNS, Row
from rag.corpus.gazetteer import province_label
from rag.plain import voice
from rag.question.script import in_script
from rag.ui.conversation import Conversation
from rag.ui.templating import macro
from rag.ui.texts import text
from rag.ui.turn import Turn, cited, told_besides, told_once, valid, wished

PLACES_DRAWN = 4
"""Number of places from which the map is shown open; with fewer it is folded."""
_TABLE_HEADINGS = ("place", "what", "from_source", "date_column")
_places = macro("table", "places")
# Each division stands as near to its place on the map as the grid allows. Its code (GB/T 2260) is
# shown where an English name does not fit.
_GRID = """
-        -        -        -        -        -        -        -        黑龙江HL
-        -        -        -        -        内蒙古NM -        辽宁LN   吉林JL
新疆XJ   -        甘肃GS   宁夏NX   山西SX   河北HE   北京BJ   天津TJ   -
-        青海QH   -        陕西SN   河南HA   山东SD   -        -        -
西藏XZ   -        四川SC   重庆CQ   湖北HB   安徽AH   江苏JS   上海SH   -
-        -        -        贵州GZ   湖南HN   江西JX   浙江ZJ   -        -
-        -        云南YN   广西GX   广东GD   福建FJ   -        台湾TW   -
-        -        -        海南HI   澳门MO   香港HK   -        -        -
"""
TILES = {
    tile[:-2]: (column, row, tile[-2:])
    for row, line in enumerate(_GRID.split("\n")[1:-1])
    for column, tile in enumerate(line.split())
    if tile != "-"
}
"""Column, row and code of each division, by its short name."""
TILE_WIDTH, TILE_HEIGHT = 70, 48  # of a tile, in units of the drawing
_SHADE_STEPS = (1, 2, 4, 8)
"""Numbers of articles from each of which on a tile is one shade darker."""
_tilemap = macro("map", "tilemap")


def places(turn: Turn, lang: str) -> Markup:
    """Renders the names of the places, the map, the table and its controls.

    ``lang`` is the page's language, which the controls use.
    """
    spoken, by_place, lines = voice(turn.answer), counts(turn), _lines(turn)
    names = list(dict.fromkeys(row.label for row in turn.answer.rows if row.label))
    heads = [text(spoken, key) for key in _TABLE_HEADINGS]
    heads[2:2] = _heads(turn)
    # For a few places a map adds little, and it would push the quotes out of sight.
    opened = len(by_place) >= PLACES_DRAWN
    return _places(turn, names, tilemap(by_place, spoken), opened, lines, heads, lang)


def counts(turn: Turn) -> dict[str, int]:
    """Returns the number of articles for each place: cited ones, and others of the same story."""
    articles: dict[str, set[str]] = {}
    more = Counter[str]()
    for row in turn.answer.rows:
        if row.place:
            quotes = [cited(turn)[number - 1] for number in valid(turn, row.citations)]
            articles.setdefault(row.place, set()).update(one.article_id for one in quotes)
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
            cells = list(zip(_heads(turn), _cells(turn, rows, number), strict=True))
            line = {"number": number, "rows": rows, "at": at, "cells": cells}
            lines.append(line | {"besides": besides if number == shown[-1] else ()})
    return lines


def tilemap(counts: Mapping[str, int], lang: str) -> Markup:
    """Renders the map, with a control for each division that has articles; "" if none has.

    Args:
        counts: number of articles by short name of a division ("四川"); other names are ignored.
        lang: the language of the labels.
    """
    if not any(counts.get(short) for short in TILES):
        return Markup()
    # Divisions with articles come last, so that they are drawn over their neighbours' edges; screen
    # readers then read them in the order of the map.
    order = sorted(TILES, key=lambda short: (counts.get(short, 0) > 0, TILES[short][1::-1]))
    tiles = []
    for short in order:
        column, row, code = TILES[short]
        if lang.startswith("zh"):
            name = code = in_script(short, lang)
        else:
            name = province_label(short, "en").removesuffix(f" {short}")
        count = counts.get(short, 0)
        step = sum(count >= least for least in _SHADE_STEPS)
        tiles.append((short, count, step, column, row, name, code))
    across, down = (1 + max(tile[at] for tile in TILES.values()) for at in (0, 1))
    return _tilemap(tiles, across, down, TILE_WIDTH, TILE_HEIGHT, lang)


def wished_of(wish: str, talk: Conversation) -> tuple[Turn, str] | None:
    """Returns turn and column named by a control's address "#column-0a1b-when", or None."""
    do, key, asks = wished(wish)
    turn = talk.turn(key)
    there = do == "column" and turn and turn.answer and asks in COLUMNS
    return (turn, asks) if turn and there else None


def addable(turn: Turn) -> list[str]:
    """Returns the columns that can still be added to an answer."""
    there = {one.asks for one in turn.answer.columns}
    return [one for one in COLUMNS if one not in there] if is_extensible(turn.answer) else []


def _heads(turn: Turn) -> list[str]:
    """Returns the headings of the added columns."""
    return [text(voice(turn.answer), f"column_{one.asks}") for one in turn.answer.columns]


def _cells(turn: Turn, rows: list[Row], number: int) -> list[list[str]]:
    """Returns the lines of text in each added column for one quote.

    Args:
        turn: the turn.
        rows: the rows of the answer that the quote supports.
        number: the quote's citation number.
    """
    made = []
    for column in turn.answer.columns:
        labels: dict[str, list[str]] = {}
        for row, cell in zip(turn.answer.rows, column.cells, strict=True):
            if row in rows and cell.text and number in cell.citations:
                labels.setdefault(cell.text, []).append(row.label)
        # A text that does not hold for all the rows begins with the labels for which it holds.
        named = lambda of: "" if len(of) == len(rows) else f"{', '.join(of)}: "
        made.append([named(of) + words for words, of in labels.items()])
    return made
