"""Checks by rule the facts of a sentence: its figures, dates, places and names."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from rag.question.script import has_chinese
from rag.writing.days import Day, Days, find_days
from rag.writing.figures import Figures, TextFigure, find_figures
from rag.writing.names import SUPPORTED, UNDECIDED, UNSUPPORTED, Fact, Names


@functools.lru_cache(maxsize=512)
def counted(text: str) -> tuple[tuple[Day, ...], tuple[TextFigure, ...]]:
    """Returns the dates and figures of a text; cached, as evidence serves many sentences."""
    days = find_days(text)
    return tuple(days), tuple(find_figures(text, [(day.start, day.end) for day in days]))


class EvidenceFacts:
    """The facts of the evidence, found once for all sentences that are checked against it."""

    def __init__(self, texts: Sequence[str]):
        found = [counted(text) for text in texts]
        self._days = Days(texts, [days for days, _ in found])
        self._figures = Figures(texts, [figures for _, figures in found], self._days.parts())
        self._names = Names(texts)

    def facts(self, sentence: str) -> list[Fact]:
        """Returns the facts of ``sentence`` in order, each with its state in the evidence.

        Dates and figures come before names: a name that overlaps one counts only if it is
        ``UNDECIDED``.
        """
        days, figures = counted(sentence)
        out = [
            Fact(one.start, one.end, "date", SUPPORTED if self._days.stands(one) else UNSUPPORTED)
            for one in days
            if one.parts
        ]
        for figure in figures:
            if not figure.small:
                state = self._figure(figure, sentence)
                out.append(Fact(figure.start, figure.end, "figure", state))
        taken = list(out)
        for one in self._names.named(sentence):
            apart = all(one.end <= other.start or other.end <= one.start for other in taken)
            if one.state == UNDECIDED or apart:
                out.append(one)
        return sorted(out, key=lambda one: (one.start, one.end))

    def _figure(self, one: TextFigure, sentence: str) -> int:
        """The state of a figure of ``sentence`` in the evidence."""
        if self._figures.stands(one):
            return SUPPORTED
        # A name with a number in it, as COVID-19, may have none in the other language.
        named = one.bare and re.search(r"[A-Za-z]-?$", sentence[: one.start]) is not None
        return UNDECIDED if named and self._names.chinese != has_chinese(sentence) else UNSUPPORTED
