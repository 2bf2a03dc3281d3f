"""Which articles tell one story in nearly the same words: syndicated, re-posted, shortened.

Broder, "On the resemblance and containment of documents" (1997): an article is the set of its runs
of characters, and two share a story where one holds most of the other's. MinHash with banding
(rensa) proposes the pairs to look at, so none of the others are; each pair is then compared in
full. Reports made from one form (prices of the day, notices of fines) are as alike as two versions
of one story, but for their figures: those of one story are mostly the same.

A story is what such pairs connect, so neither the order of the articles nor how an index grew
changes what belongs together.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from rag.corpus.article import Article
from rag.corpus.date_grammar import DATE_LINE

# A pair whose sets overlap by half is found with 94 % (1 - (1 - .5**3)**21), by .6 with 99 %, by a
# fifth with 16 %.
BANDS, BAND_ROWS = 21, 3
SETTINGS = {
    "version": 2,
    "method": "rensa.RMinHash 2",
    "seed": 1,
    "bands": BANDS,
    "rows": BAND_ROWS,
    "characters": [5, 12],
}
RUN, RUN_LATIN = 5, 12  # characters in a run; five letters are no more than a word
LEAST = 20  # runs: what is shorter is no story
# In a band that more articles share, each is compared with so many that are most like it.
CROWD, NEIGHBOURS = 64, 16
# Of one story: one holds this share of the other, and of its figures. More of the figures where
# they are not of one day, and nearly all of both where more than a few days lie between; more of
# the text where there are hardly any figures.
HELD, HELD_BARE, HELD_LATER = 0.70, 0.80, 0.92
FIGURES, FIGURES_NEXT, FIGURES_LATER = 0.60, 0.75, 0.90
FEW, DAYS = 3, 3
# Two that each name so often what the other never names are of two subjects; the less often, the
# fewer figures they share.
OTHER = ((0.85, 5), (0.70, 4), (0.0, 3))
# Two that are the same to the word, but that each names what the other does not, tell of two
# things: what is own to each is no more than this share of its words, and either a name, or what
# stands there again and again.
SAME_WORDS, AGAIN, MOSTLY = 0.12, 2, 0.55

_NO_LETTER = re.compile(r"[\W_]+")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
# A date line tells the day where the article has no date.
_HEAD = 120
_SORT = (
    "盐场|农场|林场|牧场|渔场|工厂|煤矿|电站|电厂|水厂|水库|水站|大桥|隧道|码头|车站|机场|医院|学校|中学|小学|大学|学院|幼儿园|公司|集团|银行|法院|派出所|公园|景区"
    "|博物馆|图书馆|体育馆|[县镇乡村](?![长委干民])"
)
# Two characters that tell which one, before what sort of thing it is; a name of capitals.
_NAME = re.compile(
    rf"[\u4e00-\u9fff][^\W全本我该各此外两几每同当城的某民个了着在到去](?={_SORT})|[A-Z][a-z]+(?:"
    r" [A-Z][a-z]+)+"
)
_FACTOR, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)

Read = Callable[[Iterable[int]], Mapping[int, Article]]


def sketch(text: str) -> np.ndarray:
    """What nearly the same texts have in common: uint32 (BANDS,); two that are alike agree in some
    place. All 0 for a short one.
    """
    from rensa import RMinHash

    found = runs(text)
    if len(found) < LEAST:
        return np.zeros(BANDS, np.uint32)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        found, [0, len(found)], num_perm=BANDS * BAND_ROWS, seed=SETTINGS["seed"]
    )
    rows = np.array(matrix.to_rows(), np.uint64).reshape(BANDS, BAND_ROWS)
    key = rows[:, 0]
    for column in range(1, BAND_ROWS):
        key = key * _FACTOR + rows[:, column]
    return (_mixed(key) >> np.uint64(32)).astype(np.uint32)


def runs(text: str, short: bool = False) -> np.ndarray:
    """Hashes of all runs of characters of a text, uint64, repeated as they are; marks, spaces and
    the case of letters do not count.

    Args:
        text: of any language.
        short: runs of half the length, which are about a word.
    """
    letters = _NO_LETTER.sub("", text).lower().encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(letters, "<u4").astype(np.uint64)
    size = RUN if np.count_nonzero(points >= 0x2E80) * 2 > len(points) else RUN_LATIN
    size = size // 2 if short else size
    if len(points) < size:
        return np.zeros(0, np.uint64)
    key = points[: len(points) - size + 1]
    for shift in range(1, size):
        key = key * _FACTOR + points[shift : len(points) - size + 1 + shift]
    return _mixed(key)


def _mixed(key: np.ndarray) -> np.ndarray:
    key = (key ^ (key >> np.uint64(29))) * _MIX
    return key ^ (key >> np.uint64(32))


def group(sketches: np.ndarray, read: Read, known: np.ndarray | None = None) -> np.ndarray:
    """The story of every article: the row of the first article that tells it, int32 (n,); its own
    row where no other does.

    Args:
        sketches: :func:`sketch` of each text, uint32 (n, BANDS).
        read: gives the articles of some rows.
        known: what is known already, int (n,): the same number, 0 or more, for the articles of one
            story, -1 for those that are to be compared: new ones, and those whose story lost an
            article. None compares all.
    """
    known = np.full(len(sketches), -1) if known is None else known
    above, told = np.arange(len(sketches)), np.flatnonzero(known >= 0)
    _, first, story = np.unique(known[told], return_index=True, return_inverse=True)
    above[told] = told[first][story]
    joined, likely = _Joined(above.tolist()), _Joined(range(len(sketches)))
    pairs = sorted(set(_alike(sketches, known < 0)))
    for one, other in pairs:
        likely.join(one, other)
    heaps = defaultdict(list)
    for one, other in pairs:
        heaps[likely.first(one)].append((one, other))
    for heap in heaps.values():  # a heap at a time, so that few articles are in memory
        articles = read(sorted({row for pair in heap for row in pair}))
        contents = {row: _Content.of(article) for row, article in articles.items()}
        for one, other in heap:
            apart = joined.first(one) != joined.first(other)
            if apart and _one_story(contents[one], contents[other]):
                joined.join(one, other)
    return np.array([joined.first(row) for row in range(len(sketches))], np.int32)


def still_known(stories: np.ndarray, was: np.ndarray) -> np.ndarray:
    """What is known of the stories of a newer version, as :func:`group` takes it.

    Args:
        stories: of the older version (n,).
        was: for each article of the newer one its row in the older one, -1 for a new article.
    """
    gone = np.ones(len(stories), bool)
    gone[was[was >= 0]] = False
    broken = np.zeros(len(stories), bool)
    broken[stories[gone]] = True
    known = np.where(was >= 0, stories[was], -1)
    known[(known >= 0) & broken[known]] = -1
    return known


def _alike(sketches: np.ndarray, new: np.ndarray) -> Iterator[tuple[int, int]]:
    """Pairs of rows that share a band, one of them at least new, the lower first."""
    every = np.flatnonzero(sketches.any(axis=1))
    for band in range(sketches.shape[1]):
        wanted = np.unique(sketches[every[new[every]], band])
        if not len(wanted):
            return
        keys = sketches[every, band]
        rows = every[wanted[np.minimum(wanted.searchsorted(keys), len(wanted) - 1)] == keys]
        keys = sketches[rows, band]
        order = np.argsort(keys, kind="stable")
        borders = np.flatnonzero(np.r_[True, np.diff(keys[order]) != 0, True])
        several = np.diff(borders) > 1
        for begin, end in zip(borders[:-1][several].tolist(), borders[1:][several].tolist()):
            crowd, near = rows[order[begin:end]], end - begin
            # A form that thousands fill in: next to each other stand those that share other bands,
            # too.
            if near > CROWD:
                crowd, near = crowd[np.lexsort(sketches[crowd].T[::-1])], NEIGHBOURS
            crowd = crowd.tolist()
            for place, one in enumerate(crowd):
                for other in crowd[place + 1 : place + 1 + near]:
                    if new[one] or new[other]:
                        yield min(one, other), max(one, other)


class _Joined:
    """Sets of rows (union-find), each called by its first."""

    def __init__(self, above: Iterable[int]) -> None:
        """``above``: for each row one of its set that is not behind it."""
        self._above = list(above)

    def first(self, row: int) -> int:
        while self._above[row] != row:
            self._above[row] = row = self._above[self._above[row]]
        return row

    def join(self, one: int, other: int) -> None:
        one, other = self.first(one), self.first(other)
        self._above[max(one, other)] = min(one, other)


@dataclass(frozen=True, slots=True)
class _Content:
    """What articles are compared by.

    Runs and short runs with how often they stand in the text, figures, the date, month and day of
    the date line, and the text.
    """

    runs: np.ndarray
    words: tuple[np.ndarray, np.ndarray]
    figures: frozenset[str]
    day: date | None
    line: date | None
    text: str

    @classmethod
    def of(cls, article: Article) -> _Content:
        try:
            day = date.fromisoformat(article.date)
        except ValueError:
            day = None
        text = article.text
        words = runs(_FIGURE.sub("", f"{article.title}\n{text}"), short=True)
        counted, figures = np.unique(words, return_counts=True), frozenset(_FIGURE.findall(text))
        return cls(np.unique(runs(text)), counted, figures, day, _date_line(text), text)


def _one_story(one: _Content, other: _Content) -> bool:
    shared = np.intersect1d(one.runs, other.runs, assume_unique=True)
    held = len(shared) / min(len(one.runs), len(other.runs))
    figures = min(len(one.figures), len(other.figures))
    same = len(one.figures & other.figures) / figures if figures else 1.0
    days = _days_between(one, other)
    if days > DAYS:
        return held >= HELD_LATER and same >= FIGURES_LATER
    bare = figures < FEW
    if held < (HELD_BARE if bare else HELD):
        return False
    if not bare and same < (FIGURES_NEXT if days else FIGURES):
        return False
    most = next(own for share, own in OTHER if same >= share)
    own = (_own(one, other).max(initial=0), _own(other, one).max(initial=0))
    return min(own) < most and not _renamed(one, other)


def names_in(text: str) -> frozenset[str]:
    """What tells things of one sort apart: "南湾" of 南湾盐场, "West Bay Saltworks"."""
    return frozenset(_NAME.findall(text))


def _renamed(one: _Content, other: _Content) -> bool:
    """Whether two texts are the same but for a name that is another in each."""
    own = [_own(one, other), _own(other, one)]
    words = [told.words[1].sum() for told in (one, other)]
    if any(counts.sum() > SAME_WORDS * told for counts, told in zip(own, words)):
        return False
    names, others = names_in(one.text), names_in(other.text)
    if len(names - others) == len(others - names) == 1:
        return True
    mostly = all(counts[counts >= AGAIN].sum() > MOSTLY * counts.sum() for counts in own)
    return mostly and own[0].max() == own[1].max()


def _date_line(text: str) -> date | None:
    """The day of the date line, in a year that has all days."""
    match = DATE_LINE.search(text, 0, _HEAD)
    try:
        return date(2000, int(match["month"]), int(match["day"])) if match else None
    except ValueError:
        return None


def _days_between(one: _Content, other: _Content) -> int:
    """Days from one article to the other, as far as their dates or, in some year, their date lines
    tell; else 0.
    """
    if one.day and other.day:
        return abs((one.day - other.day).days)
    first, second = (
        told.line or (told.day and told.day.replace(year=2000)) for told in (one, other)
    )
    if not first or not second:
        return 0
    apart = abs((first - second).days)
    return min(apart, 366 - apart)


def _own(one: _Content, other: _Content) -> np.ndarray:
    """How often each short run stands in one text that is not in the other."""
    (words, counts), (others, _) = one.words, other.words
    at = np.minimum(others.searchsorted(words), len(others) - 1)
    return counts[others[at] != words]
