"""The articles of an index as a list: what each is headed with, in which order they stand, which
headings hold some words.

Built when titles are first needed, and kept with the version: 1.7 s for 68,000 articles on one
core. A list by date needs none of it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence

import numpy as np

HEADING_CHARS = 100
"""Characters of its text that an article without a title is headed with, at most."""
# The static model marks where a word begins; a heading is read with its own spaces.
_SPACES = re.compile(r"[\s▁]+")
_ENDS = re.compile(r"[。！？!?\n]|\.(?=\s)")


class Catalogue:
    """Headings of all articles, by row: the title, or the first sentence where there is none."""

    def __init__(
        self,
        headings: Callable[[int], list[tuple[str, str]]],
        days: np.ndarray,
        normalize: Callable[[str], str],
    ) -> None:
        """
        Args:
            headings: gives (title, that many characters of the text or "") of all articles.
            days: a number for each article's date that grows with it, least for none, int32
                (n_articles,).
            normalize: makes one of what should match: scripts, widths, cases.
        """
        self._headings, self._days, self._normalize = headings, days, normalize

    @functools.cached_property
    def headings(self) -> tuple[str, ...]:
        """The heading of each article, one line."""
        return tuple(heading(title, opening) for title, opening in self._headings(HEADING_CHARS))

    @functools.cached_property
    def _folded(self) -> tuple[str, ...]:
        return tuple(map(self.fold, self.headings))

    def fold(self, words: str) -> str:
        """Words as they are compared: in simplified characters, lower case, half width, single
        spaces.
        """
        return _SPACES.sub(" ", self._normalize(words)).strip()

    @functools.cached_property
    def by_date(self) -> np.ndarray:
        """The rows of the articles, the newest first, those of one day as they were read, those
        without a date last.
        """
        return np.argsort(-self._days, kind="stable")

    @functools.cached_property
    def by_title(self) -> np.ndarray:
        """The rows of the articles by their folded headings: Latin letters, then Chinese by pinyin.

        GB 2312, with which GB 18030 begins, has its 3,755 common characters in the order of pinyin;
        rarer ones come behind.
        """
        keys = [one.encode("gb18030", "replace") for one in self._folded]
        return np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int64)

    def holding(self, words: Sequence[str]) -> np.ndarray:
        """bool (n_articles,): the articles whose headings hold all of the words, wherever they
        begin.
        """
        keep, rows = np.zeros(len(self._folded), bool), list(range(len(self._folded)))
        for word in filter(None, map(self.fold, words)):
            rows = [row for row in rows if word in self._folded[row]]
        keep[rows] = True
        return keep


def heading(title: str, opening: str) -> str:
    """The title, or else the first sentence of an opening, cut with "…" where no sentence ends; one
    line.
    """
    if title.strip():
        return " ".join(title.split())
    line = opening.strip()
    end = _ENDS.search(line)
    if end:
        return " ".join(line[: end.end()].split())
    return " ".join(line.split()) + ("…" if len(opening) >= HEADING_CHARS else "")
