"""A tile map of China's 34 provincial-level divisions as SVG: how many articles an answer has for
each.

Every division is one tile of the same size, so that Shanghai is as easy to see and to hit as
Xinjiang. The count is told by number and by shade, of one hue from light to dark, so it needs no
sense of colour.
"""

from __future__ import annotations

from collections.abc import Mapping

from rag.corpus.gazetteer import province_label
from rag.question.script import in_script
from rag.ui.markup import escape, lang_tag
from rag.ui.texts import article_count, text

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


def tilemap(counts: Mapping[str, int], lang: str) -> str:
    """The map, with a control for each division that has articles; "" where none has.

    Args:
        counts: number of articles by short name of a division ("四川"); other names are left out.
        lang: the language of the labels.
    """
    held = {short: counts.get(short, 0) for short in TILES}
    if not any(held.values()):
        return ""
    # Those with articles last: they are drawn over their neighbours' edges, and read in the order
    # of the map.
    tiles = "".join(
        _tile(short, n, lang)
        for short, n in sorted(held.items(), key=lambda one: (one[1] > 0, TILES[one[0]][1::-1]))
    )
    columns, rows = (1 + max(tile[at] for tile in TILES.values()) for at in (0, 1))
    return (
        f'<svg class="yj-tiles" role="group" aria-label="{escape(text(lang, "map"))}"'
        f' lang="{lang_tag(lang)}" viewBox="0 0 {columns * WIDTH} {rows * HEIGHT}">{tiles}</svg>'
    )


def _tile(short: str, n: int, lang: str) -> str:
    column, row, code = TILES[short]
    name = (
        in_script(short, lang)
        if lang.startswith("zh")
        else province_label(short, "en").removesuffix(f" {short}")
    )
    step = sum(n >= least for least in STEPS)
    what = f'class="yj-tile yj-step-{step}" transform="translate({column * WIDTH} {row * HEIGHT})"'
    # Nothing to press, and nothing to tell: the map's text says that the others have none.
    told = 'aria-hidden="true"'
    if n:
        words = escape(text(lang, "tile", place=name, articles=article_count(n, lang)))
        told = (
            f'role="button" tabindex="0" aria-pressed="false" data-place="{short}"'
            f' aria-label="{words}"'
        )
    box = f'<rect x="1" y="1" width="{WIDTH - 2}" height="{HEIGHT - 2}" rx="6"/>'
    count = f'<text class="yj-count" x="{WIDTH // 2}" y="{HEIGHT - 9}">{n}</text>' if n else ""
    brief = name if lang.startswith("zh") else code
    return (
        f'<g {what} {told}>{box}{_name(name)}<text class="yj-code" x="{WIDTH // 2}"'
        f' y="19">{escape(brief)}</text>{count}</g>'
    )


def _name(name: str) -> str:
    """A name in one line, or each of its words in a line of its own where it is too long."""
    lines = name.split() if len(name) > 12 else [name]
    first = 18 if len(lines) == 1 else 14
    return "".join(
        f'<text class="yj-name" x="{WIDTH // 2}" y="{first + 10 * at}">{escape(line)}</text>'
        for at, line in enumerate(lines)
    )
