"""What of a sentence can be looked up in its evidence by rule: figures, dates, places and names."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from rag.question.script import has_chinese
from rag.writing.days import Day, Days, find_days
from rag.writing.figures import Figures, TextFigure, find_figures
from rag.writing.names import LACKS, STANDS, UNSURE, Fact, Names


@functools.lru_cache(maxsize=512)
def counted(text: str) -> tuple[tuple[Day, ...], tuple[TextFigure, ...]]:
    """The dates and the figures of a text; kept for the next sentence about the same evidence."""
    days = find_days(text)
    return tuple(days), tuple(find_figures(text, [(day.start, day.end) for day in days]))


class EvidenceFacts:
    """Texts, read once for all sentences that are checked against them."""

    def __init__(self, texts: Sequence[str]):
        found = [counted(text) for text in texts]
        self._days = Days(texts, [days for days, _ in found])
        self._figures = Figures(texts, [figures for _, figures in found], self._days.parts())
        self._names = Names(texts)

    def facts(self, sentence: str) -> list[Fact]:
        """What of ``sentence`` can be looked up, in order."""
        days, figures = counted(sentence)
        out = [
            Fact(one.start, one.end, "date", STANDS if self._days.stands(one) else LACKS)
            for one in days
            if one.parts
        ]
        out += [
            Fact(one.start, one.end, "figure", self._figure(one, sentence))
            for one in figures
            if not one.small
        ]
        taken = list(out)
        for one in self._names.named(sentence):
            apart = all(one.end <= other.start or other.end <= one.start for other in taken)
            if one.state == UNSURE or apart:
                out.append(one)
        return sorted(out, key=lambda one: (one.start, one.end))

    def _figure(self, one: TextFigure, sentence: str) -> int:
        if self._figures.stands(one):
            return STANDS
        # The other language may call by a word what has a number in its name: COVID-19.
        named = one.bare and re.search(r"[A-Za-z]-?$", sentence[: one.start]) is not None
        return UNSURE if named and self._names.chinese != has_chinese(sentence) else LACKS
