"""What several articles say in nearly the same words: told once, with all its sources.

The figures in which they differ are told, too. Articles that tell one story are known to the index
(:mod:`rag.corpus.duplicates`); a sentence of one has its counterpart in the others. Where an
article of another story holds the very words of a sentence, it says the same, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeVar

import numpy as np

from rag.answer.sentence import Sentence, longest
from rag.answer.types import Citation, Difference
from rag.corpus import Article, sentences
from rag.corpus.date_grammar import find_days
from rag.corpus.duplicates import RUN, RUN_LATIN, names_in
from rag.index import Snapshot

# The share of the shorter sentence that the longer one holds, and how short it may be beside that
# one.
ALIKE, HALF = 0.8, 0.5
VERBATIM = 0.7  # how much of a sentence its words in another story must be
SHORT = 8  # letters: what is shorter is said of many things
MEMBERS = 60  # articles of a story that are read for a counterpart
BESIDE = 8  # letters and figures in a row that two sentences share around figures that are compared

_FIGURE = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_WIDE = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))")
_ADDRESS = re.compile(r"https?://[!-~]+")
_SCALED = re.compile(
    rf"(?P<figure>{_FIGURE.pattern})(?:\s?[百千万亿]+"
    r"|\s(?:hundred|thousand|million|billion|trillion)\b)?",
    re.I,
)
_SCALE = re.compile(r"[百千万亿]|hundred|thousand|million|billion|trillion|bn", re.I)
_TIME = re.compile(r"\s?(?:[日号时點点分]|:\d)|[—~～至-]\d+\s?[日号时]")
_NO_LETTER = re.compile(r"[\W_]+")


One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A sentence of another article that says the same: ``article.text[start:end]``."""

    row: int
    article: Article
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]


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
        self._twins: dict[tuple[int, int, int], list[Duplicate]] = {}
        self._split: dict[int, list[tuple[int, int, frozenset[str]]]] = {}
        self._plain: dict[tuple[int, int], str] = {}

    def story(self, row: int) -> int:
        """What an article tells: the row of the first that tells it."""
        return int(self._stories[row])

    def twins(self, one: Sentence) -> list[Duplicate]:
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
            return self._letters(one) == self._letters(other)
        return any(
            twin.row == other.row and twin.start < other.end and other.start < twin.end
            for twin in self.twins(one)
        )

    def _of_story(self, story: int, one: Sentence) -> Iterable[Duplicate]:
        members = np.flatnonzero((self._stories == story) & self._allowed)
        members = members[members != one.row][:MEMBERS].tolist()
        if not members:
            return
        said, bare = _runs(one.text), _runs(_FIGURE.sub("", one.text))
        for row, article in self._snapshot.articles(members).items():
            start, end = max(
                self._sentences(row, article),
                key=lambda part: _shared(said, part[2]),
                default=(0, 0, None),
            )[:2]
            text = article.text[start:end]
            other = _runs(_FIGURE.sub("", text))
            if not _are_alike(bare, other):
                continue
            if renamed(one.text, text):
                continue
            unlike = _unlike(one.text, text)
            # What was on another day, or at another time, is not the same, nor is what has other
            # figures and other words.
            if not any(mine.dated or theirs.dated for mine, theirs in unlike) and (
                not unlike or _shared(bare, other) >= VERBATIM
            ):
                yield Duplicate(row, article, start, end)

    def _sentences(self, row: int, article: Article) -> list[tuple[int, int, frozenset[str]]]:
        if row not in self._split:
            spans = sentences(article.text, 0, len(article.text))
            self._split[row] = [
                (start, end, _runs(article.text[start:end])) for start, end in spans
            ]
        return self._split[row]

    def _verbatim(self, one: Sentence, versions: Sequence[Duplicate]) -> Iterable[Duplicate]:
        """Sentences of other stories that have the words of a sentence, or of a version of it."""
        found = {one.row}
        said = {
            letters
            for letters in (self._letters(one), *map(_letters, (twin.text for twin in versions)))
            if len(letters) >= SHORT
        }
        for other in self._evidence:
            if other.row in found or self.story(other.row) == self.story(one.row):
                continue
            for letters in said:
                short, long = sorted((letters, self._letters(other)), key=len)
                if len(short) >= VERBATIM * len(long) and short in long:
                    found.add(other.row)
                    yield Duplicate(other.row, other.article, other.start, other.end)
                    break

    def _letters(self, one: Sentence) -> str:
        key = one.row, one.start
        if key not in self._plain:
            self._plain[key] = _letters(one.text)
        return self._plain[key]

    def sources(self, one: Sentence, most: int) -> tuple[list[Duplicate], int]:
        """The twins to be cited beside a sentence, at most so many, and how many there are besides.

        Those with other figures come first, each figure once; too long a sentence is never cited.
        """
        twins = [twin for twin in self.twins(one) if twin.end - twin.start <= longest(twin.article)]
        other: dict[tuple[str, ...], Duplicate] = {}
        for twin in twins:
            if differ := tuple(figure for _, figure in differing(one.text, twin.text)):
                other.setdefault(differ, twin)
        chosen = [
            *other.values(),
            *(twin for twin in twins if not any(twin is said for said in other.values())),
        ][:most]
        return chosen, len(self.twins(one)) - len(chosen)

    def sentence(self, twin: Duplicate) -> Sentence:
        """A twin as a sentence, with the passages that it stands in."""
        passages = self._snapshot.passages
        first, last = np.searchsorted(passages["article_row"], (twin.row, twin.row + 1))
        around = [
            (a, b) for _, a, b in passages[first:last].tolist() if a < twin.end and twin.start < b
        ]
        start, end = (
            min((twin.start, *(a for a, _ in around))),
            max((twin.end, *(b for _, b in around))),
        )
        return Sentence(twin.article, twin.row, twin.start, twin.end, start, end)


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
    return [
        (mine.text, theirs.text)
        for mine, theirs in _unlike(one, other)
        if not mine.dated and not theirs.dated
    ]


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure: its value, its digits, and how it is written with what is counted.

    ``dated`` says whether it is of a date or time.
    """

    value: float
    digits: str
    text: str
    dated: bool


def _unlike(one: str, other: str) -> list[tuple[_Figure, _Figure]]:
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


def _agree(one: _Figure, other: _Figure) -> bool:
    """Whether two figures are the same, or one is the other rounded."""
    if (
        one.value == other.value
        or one.digits == other.digits
        and not _SCALE.search(one.text + other.text)
    ):
        return True  # "6K" and "6"
    if one.digits == other.digits:  # "70-160 万元", of which the figures alone were taken
        short, long = sorted(
            (_NO_LETTER.sub("", one.text), _NO_LETTER.sub("", other.text)), key=len
        )
        if long.startswith(short):
            return True
    for exact, rounded in ((one, other), (other, one)):
        places = len(rounded.digits.replace(".", "").lstrip("0")) or 1
        if float(f"{exact.value:.{places - 1}e}") == rounded.value:
            return True
    return False


def renamed(one: str, other: str) -> bool:
    """Whether two sentences of nearly the same words name one thing each that the other does
    not.
    """
    names, others = names_in(one), names_in(other)
    return len(names - others) == len(others - names) == 1


def _parts(text: str) -> list[tuple[str, _Figure | None]]:
    """The letters of a sentence, and a sign in the place of each figure."""
    from rag.reader.values import find_numbers  # most answers tell no story twice

    text = _WIDE.sub(",", _ADDRESS.sub("", text))
    values = [value for value in find_numbers(text) if value.head is not None]
    days = find_days(text)
    out: list[tuple[str, _Figure | None]] = []
    at = 0
    for match in _SCALED.finditer(text):
        out += [
            (letter, None) for letter in _NO_LETTER.sub("", text[at : match.start()]).casefold()
        ]
        of = next((value for value in values if value.start <= match.start() < value.end), None)
        dated = any(day.start <= match.start() < day.end for day in days) or bool(
            _TIME.match(text, match.end())
        )
        digits = match["figure"].replace(",", "")
        out.append(
            (
                "\ue000",
                _Figure(
                    abs(of.head) if of and of.head is not None else float(digits),
                    digits,
                    of.text if of else match[0],
                    dated,
                ),
            )
        )
        at = match.end()
    return out + [(letter, None) for letter in _NO_LETTER.sub("", text[at:]).casefold()]


def _runs(text: str) -> frozenset[str]:
    """The runs of letters of a sentence that are about a word long."""
    letters = _NO_LETTER.sub("", text).casefold()
    size = RUN_LATIN // 2 if letters.isascii() else RUN // 2
    return frozenset(letters[at : at + size] for at in range(len(letters) - size + 1))


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard similarity."""
    both = len(one & other)
    return both / max(len(one) + len(other) - both, 1)


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    short, long = sorted((len(one), len(other)))
    return short > 0 and short >= HALF * long and len(one & other) >= ALIKE * short
