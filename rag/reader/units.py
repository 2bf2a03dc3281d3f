"""The quantity that a unit measures, the same for Chinese and English: 公里, "km", "kilometres"."""

from __future__ import annotations

import functools
import re

from rag.question.words import lines

_QUANTITIES = [
    (name, re.compile(pattern, re.I))
    for name, pattern in (line.split("\t") for line in lines("quantities.tsv"))
]


@functools.lru_cache(maxsize=1024)
def quantity(unit: str) -> str:
    """The English name of the quantity of a unit ("yuan", "metres", "people"); "" if unknown."""
    return next((name for name, pattern in _QUANTITIES if pattern.search(unit)), "") if unit else ""
