"""What kind of quantity a unit measures, the same in Chinese and English: 公里, "km" and
"kilometres".
"""

from __future__ import annotations

import functools
import re

_QUANTITIES = tuple(
    (name, re.compile(pattern, re.I))
    for name, pattern in (
        ("ratio", r"%|％|百分点|per ?cent|percentage|成$"),
        ("dollars", r"美元|\bUS\$|^\$|dollar"),
        ("hong kong dollars", r"港[元币]|HK\$"),
        ("euros", r"欧元|€|euro"),
        ("pounds", r"英镑|£"),
        ("yen", r"日元|\byen"),
        ("yuan", r"元|人民币|yuan|RMB|¥|￥"),
        ("square metres", r"平方米|square met"),
        ("square kilometres", r"平方公里|平方千米|km²|square kilomet"),
        ("hectares", r"公顷|hectare"),
        ("mu", r"亩|\bmu\b"),
        ("kilometres", r"公里|千米|\bkm\b|kilomet"),
        ("millimetres", r"毫米|\bmm\b|millimet"),
        ("centimetres", r"厘米|\bcm\b|centimet"),
        ("tonnes", r"吨|\btonn?e?s?\b"),
        ("kilograms", r"公斤|千克|\bkg\b|kilogram"),
        ("metres", r"^米$|\bmet(?:er|re)s?\b"),
        ("years", r"^年度?$|\byears?\b"),
        ("months", r"个月|\bmonths?\b"),
        ("weeks", r"^周$|\bweeks?\b"),
        ("hours", r"小时|\bhours?\b"),
        ("minutes", r"分钟|\bminutes?\b"),
        ("seconds", r"^秒|\bseconds\b"),
        ("days", r"^天$|\bdays?\b"),
        ("points", r"^points?$"),
        ("degrees", r"摄氏度|℃|degrees"),
        (
            "people",
            r"^[人名位]$|人次|\b(?:people|persons?|men|women|children|students|residents|workers"
            r"|passengers|teachers)\b",
        ),
    )
)


@functools.lru_cache(maxsize=1024)
def quantity(unit: str) -> str:
    """The English name of what a unit measures ("yuan", "metres", "people"); "" for other units."""
    return next((name for name, pattern in _QUANTITIES if pattern.search(unit)), "") if unit else ""
