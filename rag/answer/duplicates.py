"""Sentences of several articles that say the same in nearly the same words.

An answer gives such a sentence once, with all its sources, and names the figures in which they
differ. The index knows which articles tell one story (:mod:`rag.corpus.duplicates`): a sentence of
one may have a counterpart in each of the others. A sentence of another story says the same if it
has the very same words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

import numpy as np

from rag.answer.sentence import Sentence, longest
from rag.answer.types import Citation, Difference
from rag.corpus import Article, sentences
from rag.corpus.duplicates import RUN_CHARACTERS, RUN_CHARACTERS_LATIN, renamed
from rag.index import Snapshot
from rag.reader.values import Value, find_dates, find_numbers

# Two sentences are alike if at least _MIN_OVERLAP of the shorter one's runs (:func:`_runs`) are in
# the longer one, and the shorter one has at least _MIN_SIZE_RATIO as many runs.
_MIN_OVERLAP, _MIN_SIZE_RATIO = 0.8, 0.5
# Least share that verbatim words make up; least similarity where figures differ.
_MIN_VERBATIM_SHARE = 0.7
_MIN_IDENTIFYING_LETTERS = 8  # letters below which a sentence is too general to identify a thing
_MAX_STORY_ARTICLES = 60  # most articles of a story that are searched for a counterpart
# Letters in a row that two sentences must share around figures to compare these.
_MIN_LETTERS_AROUND_FIGURES = 8

_WIDE = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))")
_ADDRESS = re.compile(r"https?://[!-~]+")
_FIGURE = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_NO_LETTER = re.compile(r"[\W_]+")


One = TypeVar("One")


class Duplicates:
    """Finds the sentences that say the same, for one answer.

    Args:
        snapshot: the index.
        allowed: bool (n_articles,), the articles that may be shown.
        evidence: all sentences that fit the question, best first.
    """

    def __init__(
        self, snapshot: Snapshot, allowed: np.ndarray, evidence: Sequence[Sentence]
    ) -> None:
        self._snapshot, self._allowed, self._evidence = snapshot, allowed, evidence
        self._stories = snapshot.columns["story"]
        self._twins: dict[tuple[int, int, int], list[Sentence]] = {}
        self._split: dict[int, list[tuple[int, int, frozenset[str]]]] = {}

    def story(self, row: int) -> int:
        """The story of an article, given as the row of the first article that tells it."""
        return int(self._stories[row])

    def twins(self, one: Sentence) -> list[Sentence]:
        """The sentences of other articles that say the same, at most one of each article.

        Those of its own story come first, in the order of the index.
        """
        key = one.row, one.start, one.end
        if key not in self._twins:
            counterparts = list(self._of_story(self.story(one.row), one))
            words = list(self._verbatim(one, counterparts))
            counterparts += [
                twin
                for story in dict.fromkeys(self.story(twin.row) for twin in words)
                for twin in self._of_story(story, one)
            ]
            self._twins[key] = counterparts + [
                twin for twin in words if all(twin.row != other.row for other in counterparts)
            ]
        return self._twins[key]

    def same(self, one: Sentence, other: Sentence) -> bool:
        """Whether two sentences say the same."""
        if one.row == other.row:
            return _letters(one.text) == _letters(other.text)
        return any(
            twin.row == other.row and twin.start < other.end and other.start < twin.end
            for twin in self.twins(one)
        )

    def _of_story(self, story: int, one: Sentence) -> Iterable[Sentence]:
        """Yields the counterparts of a sentence in the other allowed articles of a story."""
        members = np.flatnonzero((self._stories == story) & self._allowed)
        members = members[members != one.row][:_MAX_STORY_ARTICLES].tolist()
        runs, bare = _runs(one.text), _runs(_FIGURE.sub("", one.text))
        for row, article in self._snapshot.articles(members).items():
            start, end = max(
                self._sentences(row, article),
                key=lambda part: _shared(runs, part[2]),
                default=(0, 0, None),
            )[:2]
            text = article.text[start:end]
            other = _runs(_FIGURE.sub("", text))
            if not _are_alike(bare, other) or renamed(one.text, text):
                continue
            unlike = _unlike(one.text, text)
            # Sentences with different dates are not the same. Nor are those that differ both in
            # their figures and in their words.
            if not any(mine.kind == "date" for mine, _ in unlike) and (
                not unlike or _shared(bare, other) >= _MIN_VERBATIM_SHARE
            ):
                yield self._sentence(row, article, start, end)

    def _sentences(self, row: int, article: Article) -> list[tuple[int, int, frozenset[str]]]:
        """Offsets and runs of each sentence of an article, cached by article."""
        if row not in self._split:
            spans = sentences(article.text, 0, len(article.text))
            self._split[row] = [
                (start, end, _runs(article.text[start:end])) for start, end in spans
            ]
        return self._split[row]

    def _verbatim(self, one: Sentence, versions: Sequence[Sentence]) -> Iterable[Sentence]:
        """Yields sentences of other stories with the words of a sentence or one of its versions."""
        found = {one.row}
        wordings = {
            letters
            for version in (one, *versions)
            if len(letters := _letters(version.text)) >= _MIN_IDENTIFYING_LETTERS
        }
        for other in self._evidence:
            if other.row in found or self.story(other.row) == self.story(one.row):
                continue
            theirs = _letters(other.text)
            pairs = [sorted((letters, theirs), key=len) for letters in wordings]
            if any(
                len(short) >= _MIN_VERBATIM_SHARE * len(long) and short in long
                for short, long in pairs
            ):
                found.add(other.row)
                yield other

    def sources(self, one: Sentence, most: int) -> tuple[list[Sentence], int]:
        """At most ``most`` twins to cite beside a sentence, and the number of the twins left over.

        Twins with other figures come first, one for each set of figures. A sentence too long to
        quote is never cited.
        """
        twins = [twin for twin in self.twins(one) if twin.end - twin.start <= longest(twin.article)]
        other: dict[tuple[str, ...], Sentence] = {}
        for twin in twins:
            if differ := tuple(figure for _, figure in differing(one.text, twin.text)):
                other.setdefault(differ, twin)
        rest = [twin for twin in twins if not any(twin is picked for picked in other.values())]
        chosen = [*other.values(), *rest][:most]
        return chosen, len(self.twins(one)) - len(chosen)

    def _sentence(self, row: int, article: Article, start: int, end: int) -> Sentence:
        """A sentence with the bounds of the passages that it stands in."""
        passages = self._snapshot.passages
        first, last = np.searchsorted(passages["article_row"], (row, row + 1))
        overlapping = [(a, b) for _, a, b in passages[first:last].tolist() if a < end and start < b]
        low = min([start, *(a for a, _ in overlapping)])
        high = max([end, *(b for _, b in overlapping)])
        return Sentence(article, row, start, end, low, high)


def stories_first(items: Sequence[One], story_of: Callable[[One], int]) -> list[One]:
    """The first item of each story, then the other items; each part keeps its order."""
    seen: set[int] = set()
    first: list[One] = []
    again: list[One] = []
    for one in items:
        story = story_of(one)
        (again if story in seen else first).append(one)
        seen.add(story)
    return first + again


def _letters(text: str) -> str:
    """The letters and digits of a text, in lower case."""
    return _NO_LETTER.sub("", text).casefold()


def differences(citations: Sequence[Citation], numbers: Sequence[int]) -> tuple[Difference, ...]:
    """The figures in which citations differ from the first of ``numbers``, which are from 1.

    Only citations marked as saying the same as the first (``same_as``) are compared with it.
    """
    found: dict[str, dict[str, int]] = {}
    first = citations[numbers[0] - 1]
    for number in numbers[1:]:
        if citations[number - 1].same_as == numbers[0]:
            for figure, other in differing(first.quote, citations[number - 1].quote):
                found.setdefault(figure, {figure: numbers[0]}).setdefault(other, number)
    return tuple(Difference(tuple(figures), tuple(figures.values())) for figures in found.values())


def differing(one: str, other: str) -> list[tuple[str, str]]:
    """Pairs of figures, not dates, that differ but stand in the same place of two sentences.

    Each figure is written with what it counts.
    """
    return [(mine.text, theirs.text) for mine, theirs in _unlike(one, other) if mine.kind != "date"]


def _unlike(one: str, other: str) -> list[tuple[Value, Value]]:
    """Pairs of figures or dates that stand in the same place of two sentences but differ."""
    left, right = _parts(one), _parts(other)
    words, others = [sign for sign, _ in left], [sign for sign, _ in right]
    least = min(_MIN_LETTERS_AROUND_FIGURES, len(words) // 2, len(others) // 2)
    out = []
    for a, b, size in SequenceMatcher(None, words, others, autojunk=False).get_matching_blocks():
        if size < least:
            continue
        for at in range(size):
            mine, theirs = left[a + at][1], right[b + at][1]
            # The letters before and behind must match, too: else the two figures state different
            # things.
            inside = (at > 0 or a == b == 0) and (
                at < size - 1 or a + size == len(left) and b + size == len(right)
            )
            if mine and theirs and inside and not _agree(mine, theirs):
                out.append((mine, theirs))
    return out


def _agree(one: Value, other: Value) -> bool:
    """Whether two figures or dates are equal, or one is a rounded form of the other."""
    digits, others = (_FIGURE.findall(value.text) for value in (one, other))
    if one.head is None or other.head is None:  # "4—6日", "8月4-6日"
        return set(digits) <= set(others) or set(others) <= set(digits)
    if one.head == other.head:
        return True
    short, long = sorted((_letters(one.text), _letters(other.text)), key=len)
    if digits == others and long.startswith(short):  # "70-160 万元", read without its scale
        return True
    for exact, rounded in ((one, others), (other, digits)):
        value = (other if exact is one else one).head
        places = len(rounded[0].replace(".", "").replace(",", "").lstrip("0")) or 1
        if float(f"{abs(exact.head or 0):.{places - 1}e}") == abs(value or 0):
            return True
    return False


def _parts(text: str) -> list[tuple[str, Value | None]]:
    """Pairs of a letter and None, or of a placeholder and a value, in the order of a sentence.

    The placeholder stands for a figure in digits or a date; the two kinds have different ones.
    """
    text = _WIDE.sub(",", _ADDRESS.sub("", text))
    figures = [value for value in find_numbers(text) if value.head is not None]
    values = [one for one in [*figures, *find_dates(text)] if _FIGURE.search(one.text)]
    out: list[tuple[str, Value | None]] = []
    at = 0
    for value in sorted(values, key=lambda one: one.start):
        out += [(letter, None) for letter in _letters(text[at : value.start])]
        out.append(("\ue000" if value.kind == "number" else "\ue001", value))
        at = value.end
    return out + [(letter, None) for letter in _letters(text[at:])]


def _runs(text: str) -> frozenset[str]:
    """All runs of consecutive letters of a sentence that are about a word long."""
    letters = _letters(text)
    size = RUN_CHARACTERS_LATIN // 2 if letters.isascii() else RUN_CHARACTERS // 2
    return frozenset(letters[at : at + size] for at in range(len(letters) - size + 1))


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """The Jaccard similarity of two sets of runs, 0 to 1."""
    both = len(one & other)
    return both / max(len(one) + len(other) - both, 1)


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sets of runs are alike: see ``_MIN_OVERLAP`` and ``_MIN_SIZE_RATIO``."""
    short, long = sorted((len(one), len(other)))
    return (
        short > 0 and short >= _MIN_SIZE_RATIO * long and len(one & other) >= _MIN_OVERLAP * short
    )
