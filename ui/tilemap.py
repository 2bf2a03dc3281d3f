"""Renders a tile map (SVG) of China's 34 provincial-level divisions with counts of articles.

All tiles have the same size, so that Shanghai is as easy to see and to click as Xinjiang. Number
and shade show the count; the shades have one hue, from light to dark, so that colour-blind readers
can tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from rag.corpus.gazetteer import province_label
from rag.question.script import in_script
from rag.ui.templating import macro

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
