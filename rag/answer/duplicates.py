"""What several articles say in nearly the same words: told once, with all its sources.

The figures in which they differ are told, too. Articles that tell one story are known to the index
(:mod:`rag.corpus.duplicates`); a sentence of one has its counterpart in the others. Where an
article of another story holds the very words of a sentence, it says the same, too.
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
from rag.corpus.duplicates import RUN, RUN_LATIN, names_in
from rag.index import Snapshot
from rag.reader.values import Value, find_dates, find_numbers

# The share of the shorter sentence that the longer one holds, and how short it may be beside that
# one.
ALIKE, HALF = 0.8, 0.5
VERBATIM = 0.7  # how much of a sentence its words in another story must be
SHORT = 8  # letters: what is shorter is said of many things
MEMBERS = 60  # articles of a story that are read for a counterpart
BESIDE = 8  # letters and figures in a row that two sentences share around figures that are compared

_WIDE = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))")
_ADDRESS = re.compile(r"https?://[!-~]+")
_FIGURE = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_NO_LETTER = re.compile(r"[\W_]+")


One = TypeVar("One")


class Duplicates:
    """Finds what says the same, for one answer.

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
        """What an article tells: the row of the first that tells it."""
        return int(self._stories[row])

    def twins(self, one: Sentence) -> list[Sentence]:
        """The same in other articles: those of its story in order, then others; one of each."""
        key = one.row, one.start, one.end
        if key not in self._twins:
            told = list(self._of_story(self.story(one.row), one))
            words = list(self._verbatim(one, told))
            told += [
                twin
                for story in dict.fromkeys(self.story(twin.row) for twin in words)
                for twin in self._of_story(story, one)
            ]
            self._twins[key] = told + [
                twin for twin in words if all(twin.row != other.row for other in told)
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
        members = np.flatnonzero((self._stories == story) & self._allowed)
        members = members[members != one.row][:MEMBERS].tolist()
        said, bare = _runs(one.text), _runs(_FIGURE.sub("", one.text))
        for row, article in self._snapshot.articles(members).items():
            start, end = max(
                self._sentences(row, article),
                key=lambda part: _shared(said, part[2]),
                default=(0, 0, None),
            )[:2]
            text = article.text[start:end]
            other = _runs(_FIGURE.sub("", text))
            if not _are_alike(bare, other) or _renamed(one.text, text):
                continue
            unlike = _unlike(one.text, text)
            # What was on another day, or at another time, is not the same, nor is what has other
            # figures and other words.
            if not any(mine.kind == "date" for mine, _ in unlike) and (
                not unlike or _shared(bare, other) >= VERBATIM
            ):
                yield self._sentence(row, article, start, end)

    def _sentences(self, row: int, article: Article) -> list[tuple[int, int, frozenset[str]]]:
        if row not in self._split:
            spans = sentences(article.text, 0, len(article.text))
            self._split[row] = [
                (start, end, _runs(article.text[start:end])) for start, end in spans
            ]
        return self._split[row]

    def _verbatim(self, one: Sentence, versions: Sequence[Sentence]) -> Iterable[Sentence]:
        """Sentences of other stories that have the words of a sentence, or of a version of it."""
        found = {one.row}
        said = {
            letters for told in (one, *versions) if len(letters := _letters(told.text)) >= SHORT
        }
        for other in self._evidence:
            if other.row in found or self.story(other.row) == self.story(one.row):
                continue
            theirs = _letters(other.text)
            pairs = [sorted((letters, theirs), key=len) for letters in said]
            if any(len(short) >= VERBATIM * len(long) and short in long for short, long in pairs):
                found.add(other.row)
                yield other

    def sources(self, one: Sentence, most: int) -> tuple[list[Sentence], int]:
        """The twins to be cited beside a sentence, at most so many, and how many there are besides.

        Those with other figures come first, each figure once; too long a sentence is never cited.
        """
        twins = [twin for twin in self.twins(one) if twin.end - twin.start <= longest(twin.article)]
        other: dict[tuple[str, ...], Sentence] = {}
        for twin in twins:
            if differ := tuple(figure for _, figure in differing(one.text, twin.text)):
                other.setdefault(differ, twin)
        rest = [twin for twin in twins if not any(twin is said for said in other.values())]
        chosen = [*other.values(), *rest][:most]
        return chosen, len(self.twins(one)) - len(chosen)

    def _sentence(self, row: int, article: Article, start: int, end: int) -> Sentence:
        """A sentence with the passages that it stands in."""
        passages = self._snapshot.passages
        first, last = np.searchsorted(passages["article_row"], (row, row + 1))
        around = [(a, b) for _, a, b in passages[first:last].tolist() if a < end and start < b]
        low = min([start, *(a for a, _ in around)])
        high = max([end, *(b for _, b in around)])
        return Sentence(article, row, start, end, low, high)


def stories_first(items: Sequence[One], story_of: Callable[[One], int]) -> list[One]:
    """One item of each story, then the others; each part in its order."""
    told: set[int] = set()
    first: list[One] = []
    again: list[One] = []
    for one in items:
        story = story_of(one)
        (again if story in told else first).append(one)
        told.add(story)
    return first + again


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text).casefold()


def differences(citations: Sequence[Citation], numbers: Sequence[int]) -> tuple[Difference, ...]:
    """Where citations that say the same as the first of some numbers give other figures than it."""
    found: dict[str, dict[str, int]] = {}
    first = citations[numbers[0] - 1]
    for number in numbers[1:]:
        if citations[number - 1].same_as == numbers[0]:
            for figure, other in differing(first.quote, citations[number - 1].quote):
                found.setdefault(figure, {figure: numbers[0]}).setdefault(other, number)
    return tuple(Difference(tuple(said), tuple(said.values())) for said in found.values())


def differing(one: str, other: str) -> list[tuple[str, str]]:
    """Figures of two sentences that stand in the same place but are not the same; no dates.

    Each is written with what is counted.
    """
    return [(mine.text, theirs.text) for mine, theirs in _unlike(one, other) if mine.kind != "date"]


def _unlike(one: str, other: str) -> list[tuple[Value, Value]]:
    """The figures, and the dates, that stand in the same place but are not the same."""
    left, right = _parts(one), _parts(other)
    words, others = [sign for sign, _ in left], [sign for sign, _ in right]
    least = min(BESIDE, len(words) // 2, len(others) // 2)
    out = []
    for a, b, size in SequenceMatcher(None, words, others, autojunk=False).get_matching_blocks():
        if size < least:
            continue
        for at in range(size):
            mine, theirs = left[a + at][1], right[b + at][1]
            # What stands before and behind must be the same, too: else another figure stands there.
            inside = (at > 0 or a == b == 0) and (
                at < size - 1 or a + size == len(left) and b + size == len(right)
            )
            if mine and theirs and inside and not _agree(mine, theirs):
                out.append((mine, theirs))
    return out


def _agree(one: Value, other: Value) -> bool:
    """Whether two figures or dates are the same, or one is the other less exactly."""
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


def _renamed(one: str, other: str) -> bool:
    """Whether two sentences of nearly the same words name one thing each that the other does
    not.
    """
    names, others = names_in(one), names_in(other)
    return len(names - others) == len(others - names) == 1


def _parts(text: str) -> list[tuple[str, Value | None]]:
    """The letters of a sentence, and a sign in the place of each figure in digits and each date."""
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
    """The runs of letters of a sentence that are about a word long."""
    letters = _letters(text)
    size = RUN_LATIN // 2 if letters.isascii() else RUN // 2
    return frozenset(letters[at : at + size] for at in range(len(letters) - size + 1))


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard similarity."""
    both = len(one & other)
    return both / max(len(one) + len(other) - both, 1)


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    short, long = sorted((len(one), len(other)))
    return short > 0 and short >= HALF * long and len(one & other) >= ALIKE * short
