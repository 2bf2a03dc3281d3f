"""A tile map of China's 34 provincial-level divisions as SVG: how many articles an answer has for
each.

Every division is one tile of the same size, so that Shanghai is as easy to see and to hit as
Xinjiang. The count is told by number and by shade, of one hue from light to dark, so it needs no
sense of colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.corpus.gazetteer import province_label
from rag.question.script import in_script
from rag.ui.templating import macro

# Column and row of each division, as near to its place on the map as a grid allows, and its code of
# GB/T 2260 for where there is no room for an English name.
TILES = {
    "黑龙江": (8, 0, "HL"),
    "内蒙古": (5, 1, "NM"),
    "辽宁": (7, 1, "LN"),
    "吉林": (8, 1, "JL"),
    "新疆": (0, 2, "XJ"),
    "甘肃": (2, 2, "GS"),
    "宁夏": (3, 2, "NX"),
    "山西": (4, 2, "SX"),
    "河北": (5, 2, "HE"),
    "北京": (6, 2, "BJ"),
    "天津": (7, 2, "TJ"),
    "青海": (1, 3, "QH"),
    "陕西": (3, 3, "SN"),
    "河南": (4, 3, "HA"),
    "山东": (5, 3, "SD"),
    "西藏": (0, 4, "XZ"),
    "四川": (2, 4, "SC"),
    "重庆": (3, 4, "CQ"),
    "湖北": (4, 4, "HB"),
    "安徽": (5, 4, "AH"),
    "江苏": (6, 4, "JS"),
    "上海": (7, 4, "SH"),
    "贵州": (3, 5, "GZ"),
    "湖南": (4, 5, "HN"),
    "江西": (5, 5, "JX"),
    "浙江": (6, 5, "ZJ"),
    "云南": (2, 6, "YN"),
    "广西": (3, 6, "GX"),
    "广东": (4, 6, "GD"),
    "福建": (5, 6, "FJ"),
    "台湾": (7, 6, "TW"),
    "海南": (3, 7, "HI"),
    "澳门": (4, 7, "MO"),
    "香港": (5, 7, "HK"),
}
WIDTH, HEIGHT = 70, 48
STEPS = (1, 2, 4, 8)
"""From how many articles on a tile is one shade darker."""


_tilemap = macro("map", "tilemap")


@dataclass(frozen=True, slots=True)
class _Tile:
    """A division as it is drawn; ``brief`` stands where there is no room for its name."""

    short: str
    count: int
    column: int
    row: int
    name: str
    brief: str

    @property
    def step(self) -> int:
        """How dark it is."""
        return sum(self.count >= least for least in STEPS)

    @property
    def lines(self) -> list[str]:
        """The name in one line, or each of its words in a line of its own where it is too long."""
        return self.name.split() if len(self.name) > 12 else [self.name]


def tilemap(counts: Mapping[str, int], lang: str) -> str:
    """The map, with a control for each division that has articles; "" where none has.

    Args:
        counts: number of articles by short name of a division ("四川"); other names are left out.
        lang: the language of the labels.
    """
    if not any(counts.get(short) for short in TILES):
        return ""
    tiles = [_tile(short, counts.get(short, 0), lang) for short in TILES]
    # Those with articles last: they are drawn over their neighbours' edges, and read in the order
    # of the map.
    tiles.sort(key=lambda one: (one.count > 0, one.row, one.column))
    across, down = (1 + max(tile[at] for tile in TILES.values()) for at in (0, 1))
    return _tilemap(tiles, across, down, WIDTH, HEIGHT, lang)


def _tile(short: str, count: int, lang: str) -> _Tile:
    column, row, code = TILES[short]
    if lang.startswith("zh"):
        name = code = in_script(short, lang)
    else:
        name = province_label(short, "en").removesuffix(f" {short}")
    return _Tile(short, count, column, row, name, code)
