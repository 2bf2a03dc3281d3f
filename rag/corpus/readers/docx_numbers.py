"""List numbers that Word computes when it shows a file ("一、", "(a)", "1.2"): the text of the
file does not hold them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rag.corpus.readers.docx_text import W, inner
from rag.corpus.readers.numbering import is_count, numeral

_PLACE = re.compile(r"%([1-9])")
_CLOSE = frozenset("、，。．：）】〕》")  # no space follows these
_NUMBERING = f"{W}pPr/{W}numPr"  # where a paragraph or style names its list
_LEVELS = 9
_MOST_STYLES = 20  # that are based on one another: a damaged file may hold a circle of them


class Numbers:
    """Counts the list numbers of the paragraphs of one file.

    Each call of :meth:`before` counts on, so it must be called once per paragraph, in their order.
    The code calls a list's definition (w:abstractNum), which several lists may share, its kind.

    Args:
        numbering: roots of the parts that define the lists; none if the file has no list.
        styles: style elements of the file by their id.
    """

    def __init__(self, numbering: Iterable, styles: Mapping[str, Any]) -> None:
        self._kinds: dict[str, object] = {}
        self._lists: dict[str, object] = {}
        for root in numbering:
            kinds = _all(root, "abstractNum")
            self._kinds |= {_value(kind, "abstractNumId"): kind for kind in kinds}
            self._lists |= {_value(one, "numId"): one for one in _all(root, "num")}
        self._styles = styles
        self._counts: dict[str, list[int]] = {}
        self._begun: set[tuple[str, int]] = set()

    def before(self, paragraph) -> str:
        """The number that Word shows before a paragraph, with a space behind it where it needs one;
        "" for none.
        """
        key, level = self._list_of(paragraph)
        kind = self._kind(key)
        if kind is None:
            return ""
        levels = {_value(one, "ilvl"): one for one in _all(kind, "lvl")}
        counts = self._counted(key, level, levels)
        shown = levels.get(str(level))
        if shown is None or inner(shown, "numFmt") in ("bullet", "none"):
            return ""
        legal = shown.find(f"{W}isLgl") is not None

        def figure(place: re.Match) -> str:
            at = int(place[1]) - 1
            form = inner(levels.get(str(at)), "numFmt")
            return numeral(counts[at], "decimal" if legal and at < level else form or "decimal")

        text = _PLACE.sub(figure, inner(shown, "lvlText")).strip()
        return text if not text or text[-1] in _CLOSE else f"{text} "

    def _counted(self, key: str, level: int, levels: Mapping[str, object]) -> list[int]:
        """Counts a paragraph of a list at some level, and returns the counts of all levels;
        -1 means that a level has not begun.
        """
        counts = self._counts.setdefault(inner(self._lists[key], "abstractNumId"), [-1] * _LEVELS)
        if (key, level) not in self._begun:
            self._begun.add((key, level))
            for one in _all(self._lists[key], "lvlOverride"):
                anew = inner(one, "startOverride")
                if _value(one, "ilvl") == str(level) and is_count(anew):
                    counts[level] = int(anew) - 1
                    break
        for at in range(level + 1):
            if counts[at] < 0:
                start = inner(levels.get(str(at)), "start")
                counts[at] = (int(start) if is_count(start) else 1) - (at == level)
        counts[level] += 1
        counts[level + 1 :] = [-1] * (_LEVELS - level - 1)
        return counts

    def _list_of(self, paragraph) -> tuple[str, int]:
        """The id of a paragraph's list and its level; ("", 0) for none.

        What the paragraph does not state itself is that of its style, or of the nearest style with
        a list that this one is based on.
        """
        numbering, style = paragraph.find(_NUMBERING), inner(paragraph.find(f"{W}pPr"), "pStyle")
        key, level = inner(numbering, "numId"), inner(numbering, "ilvl")
        for _ in range(_MOST_STYLES):
            if (key and level) or style not in self._styles:
                break
            if (numbering := self._styles[style].find(_NUMBERING)) is not None:
                key = key or inner(numbering, "numId")
                level = level or inner(numbering, "ilvl") or self._level_of_style(key, style)
                break
            style = inner(self._styles[style], "basedOn")
        return key, int(level) if is_count(level) and int(level) < _LEVELS else 0

    def _level_of_style(self, key: str, style: str) -> str:
        levels = _all(self._kind(key), "lvl")
        return next((_value(one, "ilvl") for one in levels if inner(one, "pStyle") == style), "")

    def _kind(self, key: str):
        """The definition of a list (w:abstractNum); None if there is none."""
        if key not in self._lists:
            return None
        return self._kinds.get(inner(self._lists[key], "abstractNumId"))


def _all(root, name: str) -> Iterator:
    return root.iterchildren(f"{W}{name}") if root is not None else iter(())


def _value(node, name: str) -> str:
    return node.get(f"{W}{name}", "")
