"""The articles of an index as a list to browse: their headings, their order by date or title, and
which headings contain some words.

The headings are read when they are first needed, and are then kept with the open version: 1.7 s for
68,000 articles on one core. A list by date does without them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rag.index.snapshot import Snapshot

HEADING_CHARS = 100
"""Most characters of its text that serve as the heading of an article without a title."""
# The static model's normalizer puts "▁" before a Latin word; headings are compared without it.
_SPACES = re.compile(r"[\s▁]+")
_ENDS = re.compile(r"[。！？!?\n]|\.(?=\s)")


class Catalogue:
    """The headings of all articles, by row: the title, or else the first sentence of the text."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Takes the version whose articles are listed."""
        self._snapshot = snapshot

    @functools.cached_property
    def headings(self) -> tuple[str, ...]:
        """The heading of each article, without line breaks."""
        return tuple(heading(*one) for one in self._snapshot.headings(HEADING_CHARS))

    @functools.cached_property
    def _folded(self) -> tuple[str, ...]:
        return tuple(map(self.fold, self.headings))

    def fold(self, words: str) -> str:
        """Words in the form in which they are compared: simplified characters, lower case, half
        width, single spaces.
        """
        return _SPACES.sub(" ", self._snapshot.model.normalize(words)).strip()

    @functools.cached_property
    def by_date(self) -> np.ndarray:
        """The rows of the articles, newest first; those of one day in the order in which they were
        read, those without a date last.
        """
        # A later date has a larger code, no date the smallest.
        return np.argsort(-self._snapshot.date_codes[1], kind="stable")

    @functools.cached_property
    def by_title(self) -> np.ndarray:
        """The rows of the articles by their folded headings: Latin letters, then Chinese by pinyin.

        The sort key is the heading in GB 18030. That encoding contains GB 2312, whose 3,755 common
        characters are in the order of pinyin; rarer characters come behind them.
        """
        keys = [one.encode("gb18030", "replace") for one in self._folded]
        return np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int64)

    def holding(self, words: Sequence[str]) -> np.ndarray:
        """Marks the articles whose headings contain every one of the words as a substring, bool
        (n_articles,).
        """
        keep, rows = np.zeros(len(self._folded), bool), list(range(len(self._folded)))
        for word in filter(None, map(self.fold, words)):
            rows = [row for row in rows if word in self._folded[row]]
        keep[rows] = True
        return keep


def heading(title: str, opening: str) -> str:
    """The heading of an article, without line breaks: its title, or else its first sentence.

    Where no sentence ends in ``opening``, the beginning of the text, all of it is the heading; "…"
    follows if the text may go on (``opening`` has at least :data:`HEADING_CHARS` characters).
    """
    if title.strip():
        return " ".join(title.split())
    line = opening.strip()
    end = _ENDS.search(line)
    if end:
        return " ".join(line[: end.end()].split())
    return " ".join(line.split()) + ("…" if len(opening) >= HEADING_CHARS else "")
