"""Groups articles that tell one story in nearly the same words: syndicated, re-posted, shortened.

An article is represented by the set of its runs of characters (Broder, "On the resemblance and
containment of documents", 1997). Two articles share a story where one set contains most of the
other. MinHash with banding (rensa) proposes candidate pairs, so most pairs are never compared; each
candidate pair is then compared in full. Reports written from one form (prices of the day, notices
of fines) are as alike as two versions of one story, except in their figures. Two versions of one
story share most of their figures, so figures are compared too.

A story is a connected component of the pairs that pass. It depends neither on the order of the
articles nor on how an index grew.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from rag.corpus.article import Article
from rag.corpus.date_grammar import DATE_LINE
from rag.corpus.days import published

# Probability that banding proposes a pair, by the overlap of the two sets: 94 % at 0.5, which is 1
# - (1 - .5**3)**21; 99 % at 0.6; 16 % at 0.2.
BANDS, BAND_ROWS = 21, 3
SKETCH_SETTINGS = {
    "version": 3,
    "method": "rensa.RMinHash 2",
    "seed": 1,
    "bands": BANDS,
    "rows": BAND_ROWS,
    "characters": [5, 12],
}
# characters in a run, Chinese and Latin; five Latin letters are no more than a word
RUN_CHARACTERS, RUN_CHARACTERS_LATIN = 5, 12
_MIN_RUNS = 20  # runs; a text with fewer is too short to be a story
# Where more than BAND_CROWD articles share a band, each is compared only with the _BAND_NEIGHBOURS
# articles whose other bands are most like its own.
BAND_CROWD, _BAND_NEIGHBOURS = 64, 16
# Thresholds for one story, as shares from 0 to 1. _MIN_CONTAINMENT: of the runs of the shorter
# article, the share that the longer one contains. _MIN_FIGURES_SHARED: the same for figures.
# Articles of different days need more common figures (_NEXT). Articles more than _LATER_AFTER_DAYS
# days apart need nearly all of both text and figures (_LATER). Where an article has fewer than
# _ENOUGH_FIGURES figures, more of the text must agree (_BARE).
_MIN_CONTAINMENT, _MIN_CONTAINMENT_BARE, _MIN_CONTAINMENT_LATER = 0.70, 0.80, 0.92
_MIN_FIGURES_SHARED, _MIN_FIGURES_SHARED_NEXT, _MIN_FIGURES_SHARED_LATER = 0.60, 0.75, 0.90
_ENOUGH_FIGURES, _LATER_AFTER_DAYS = 3, 3
# Two articles are about different subjects where each repeats a word that the other never has.
# Rows: (minimum share of common figures, number of repetitions that is too many). The fewer figures
# they share, the fewer repetitions are allowed.
_TOO_MANY_REPETITIONS = ((0.85, 5), (0.70, 4), (0.0, 3))
# Two articles with the same words except for a name tell of two different things.
# _MAX_WORDS_MISSING: the share of an article's words that may be missing in the other for the two
# to count as the same words. The differing words are then either a name, or more than the share
# _MIN_SHARE_REPEATED of them occur _MIN_REPETITIONS times or more, and the most frequent one is
# equally frequent in both.
_MAX_WORDS_MISSING, _MIN_REPETITIONS, _MIN_SHARE_REPEATED = 0.12, 2, 0.55

_NO_LETTER = re.compile(r"[\W_]+")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
# Characters at the head of a text in which a date line ("新华社北京8月3日电") is looked for. It
# gives the day where the article has no date.
_HEAD = 120
_SORT = (
    "盐场|农场|林场|牧场|渔场|工厂|煤矿|电站|电厂|水厂|水库|水站|大桥|隧道|码头|车站|机场|医院|学校|中学|小学|大学|学院|幼儿园|公司|集团|银行|法院|派出所|公园|景区"
    "|博物馆|图书馆|体育馆|大道|广场|市场|商场|菜市场|超市|酒店|饭店|剧院|影院|养老院|敬老院|福利院|小区|社区|花园|大厦|街(?!头)|[路巷河江湖山岛桥楼]"
    "|[县镇乡村](?![长委干民])"
)
_DAYS = (
    "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August"
    "|September|October|November|December"
)
# A name. In Chinese: the character before it, two characters that identify it, and a suffix that
# says what sort of thing it is (南湾 + 盐场). In English: a word and then capitalised words, so
# that the capital of a sentence's first word does not count.
_NAME = re.compile(
    r"(?:^|\W|(?P<before>\w))"
    rf"(?P<zh>[\u4e00-\u9fff][^\W全本我该各此外两几每同当城的某民个了着在到去])(?P<sort>{_SORT})"
    rf"|(?P<word>\w+,?) (?!(?:The|{_DAYS})\b)(?P<en>[A-Z][a-z]+(?: [A-Z][a-z]+)*)"
)
# Bylines and credits: "By Ann Lee", "(Reuters)", "Reporting by Ann Lee".
_BYLINE = re.compile(r"(?m)^By [A-Z].*$|\([^()]*\)|(?:ing|s) by (?:[A-Z][\w.'-]+(?: and)? ?)+")
_FACTOR, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)

Read = Callable[[Iterable[int]], Mapping[int, Article]]


def sketch(text: str) -> np.ndarray:
    """The MinHash sketch of a text, one hash per band: uint32 (BANDS,).

    Nearly identical texts agree in at least one position. A text of fewer than _MIN_RUNS runs has
    only zeros.
    """
    from rensa import RMinHash

    found = runs(text)
    if len(found) < _MIN_RUNS:
        return np.zeros(BANDS, np.uint32)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        found, [0, len(found)], num_perm=BANDS * BAND_ROWS, seed=SKETCH_SETTINGS["seed"]
    )
    rows = np.array(matrix.to_rows(), np.uint64).reshape(BANDS, BAND_ROWS)
    key = rows[:, 0]
    for column in range(1, BAND_ROWS):
        key = key * _FACTOR + rows[:, column]
    return (_mixed(key) >> np.uint64(32)).astype(np.uint32)


def runs(text: str, short: bool = False) -> np.ndarray:
    """Hashes of all runs of characters of a text, in order and with repetitions: uint64.

    Punctuation, spaces and the case of letters are ignored.

    Args:
        text: text in any language.
        short: use runs of half the length, which is about a word.
    """
    letters = _NO_LETTER.sub("", text).lower().encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(letters, "<u4").astype(np.uint64)
    is_chinese = np.count_nonzero(points >= 0x2E80) * 2 > len(points)
    size = RUN_CHARACTERS if is_chinese else RUN_CHARACTERS_LATIN
    size = size // 2 if short else size
    if len(points) < size:
        return np.zeros(0, np.uint64)
    key = points[: len(points) - size + 1]
    for shift in range(1, size):
        key = key * _FACTOR + points[shift : len(points) - size + 1 + shift]
    return _mixed(key)


def _mixed(key: np.ndarray) -> np.ndarray:
    """Spreads the bits of 64-bit hashes, so that similar keys get unrelated values."""
    key = (key ^ (key >> np.uint64(29))) * _MIX
    return key ^ (key >> np.uint64(32))


def group(sketches: np.ndarray, read: Read, known: np.ndarray | None = None) -> np.ndarray:
    """The story of every article, as the row of the first article that tells it: int32 (n,).

    An article whose story no other article tells has its own row.

    Args:
        sketches: :func:`sketch` of each text, uint32 (n, BANDS).
        read: returns the articles of some rows.
        known: stories that are known already, int (n,). Articles of one story have the same number,
            0 or more. -1 marks the articles to compare: new ones, and those whose story lost an
            article. None compares all articles.
    """
    known = np.full(len(sketches), -1) if known is None else known
    above, known_rows = np.arange(len(sketches)), np.flatnonzero(known >= 0)
    _, first, story = np.unique(known[known_rows], return_index=True, return_inverse=True)
    above[known_rows] = known_rows[first][story]
    joined, likely = _Joined(above.tolist()), _Joined(range(len(sketches)))
    pairs = sorted(set(_alike(sketches, known < 0)))
    for one, other in pairs:
        likely.join(one, other)
    heaps = defaultdict(list)
    for one, other in pairs:
        heaps[likely.first(one)].append((one, other))
    # a heap (candidate pairs that are connected) at a time, so few articles are in memory
    for heap in heaps.values():
        articles = read(sorted({row for pair in heap for row in pair}))
        contents = {row: _Content(article) for row, article in articles.items()}
        for one, other in heap:
            apart = joined.first(one) != joined.first(other)
            if apart and _one_story(contents[one], contents[other]):
                joined.join(one, other)
    return np.array([joined.first(row) for row in range(len(sketches))], np.int32)


def still_known(stories: np.ndarray, was: np.ndarray) -> np.ndarray:
    """The stories of an older version of an index that still hold in a newer one, for
    :func:`group`.

    A story that lost an article is forgotten, because that article may have connected the others.

    Args:
        stories: story of each article of the older version (n,).
        was: for each article of the newer version its row in the older one, -1 for a new article.
    """
    is_removed = np.ones(len(stories), bool)
    is_removed[was[was >= 0]] = False
    broken = np.zeros(len(stories), bool)
    broken[stories[is_removed]] = True
    known = np.where(was >= 0, stories[was], -1)
    known[(known >= 0) & broken[known]] = -1
    return known


def _alike(sketches: np.ndarray, new: np.ndarray) -> Iterator[tuple[int, int]]:
    """Candidate pairs of rows: they share a band, and at least one row is new. The lower row is
    first.
    """
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
            # Thousands of reports may be written from one form. Sorting by all bands puts articles
            # that share several bands next to each other.
            if near > BAND_CROWD:
                crowd, near = crowd[np.lexsort(sketches[crowd].T[::-1])], _BAND_NEIGHBOURS
            crowd = crowd.tolist()
            for place, one in enumerate(crowd):
                for other in crowd[place + 1 : place + 1 + near]:
                    if new[one] or new[other]:
                        yield min(one, other), max(one, other)


class _Joined:
    """Disjoint sets of rows (union-find). The lowest row of a set stands for the set."""

    def __init__(self, above: Iterable[int]) -> None:
        """``above``: for each row, a row of the same set that is the same or lower."""
        self._above = list(above)

    def first(self, row: int) -> int:
        """The lowest row of the set that a row belongs to."""
        while self._above[row] != row:
            self._above[row] = row = self._above[self._above[row]]
        return row

    def join(self, one: int, other: int) -> None:
        """Joins the sets of two rows."""
        one, other = self.first(one), self.first(other)
        self._above[max(one, other)] = min(one, other)


class _Content:
    """What two articles are compared by.

    Attributes:
        runs: distinct run hashes of the text, sorted.
        words: distinct short-run hashes (about words) of title and text without figures, and how
            often each occurs.
        figures: distinct figures of the text.
        day: publication date of the article, or None.
        line: day of the date line, in the year 2000, a leap year, or None.
        text: the text itself.
    """

    def __init__(self, article: Article) -> None:
        self.text = text = article.text
        self.runs = np.unique(runs(text))
        words = runs(_FIGURE.sub("", f"{article.title}\n{text}"), short=True)
        self.words = np.unique(words, return_counts=True)
        self.figures, self.day = frozenset(_FIGURE.findall(text)), published(article.date)
        line = DATE_LINE.search(text, 0, _HEAD)
        self.line = (
            published(f"2000-{int(line['month']):02}-{int(line['day']):02}") if line else None
        )


def _one_story(one: _Content, other: _Content) -> bool:
    """Whether two articles tell one story, by shared text, figures, days and names."""
    shared = np.intersect1d(one.runs, other.runs, assume_unique=True)
    containment = len(shared) / min(len(one.runs), len(other.runs))
    figures = min(len(one.figures), len(other.figures))
    same = len(one.figures & other.figures) / figures if figures else 1.0
    days = _days_between(one, other)
    if days > _LATER_AFTER_DAYS:
        return containment >= _MIN_CONTAINMENT_LATER and same >= _MIN_FIGURES_SHARED_LATER
    bare = figures < _ENOUGH_FIGURES
    if containment < (_MIN_CONTAINMENT_BARE if bare else _MIN_CONTAINMENT):
        return False
    if not bare and same < (_MIN_FIGURES_SHARED_NEXT if days else _MIN_FIGURES_SHARED):
        return False
    most = next(limit for share, limit in _TOO_MANY_REPETITIONS if same >= share)
    missing = [_counts_missing(one, other), _counts_missing(other, one)]
    repetitions = min(counts.max(initial=0) for counts in missing)
    return repetitions < most and not _renamed(one, other, missing)


def renamed(one: str, other: str) -> bool:
    """Whether two texts of nearly the same words have different names in the same place: 南湾盐场
    and 西湾盐场, "library in Ashby" and "library in Corby".
    """
    return not _places_of_names(one, other).isdisjoint(_places_of_names(other, one))


def _places_of_names(one: str, other: str) -> set[tuple[str | None, ...]]:
    """The contexts of those names of a text that do not occur in the other text.

    A context is (character before a Chinese name, its suffix, word before an English name).
    """
    found = _NAME.finditer(_BYLINE.sub(" ", one))
    other = other.lower()
    return {
        match.group("before", "sort", "word")
        for match in found
        if (match["zh"] or match["en"]).lower() not in other
    }


def _renamed(one: _Content, other: _Content, missing: list[np.ndarray]) -> bool:
    """Whether two articles have the same words except for a name that differs; ``missing`` are the
    counts of the words of each that the other does not have.
    """
    words = [content.words[1].sum() for content in (one, other)]
    if any(counts.sum() > _MAX_WORDS_MISSING * total for counts, total in zip(missing, words)):
        return False
    if renamed(one.text, other.text):
        return True
    mostly = all(
        counts[counts >= _MIN_REPETITIONS].sum() > _MIN_SHARE_REPEATED * counts.sum()
        for counts in missing
    )
    return mostly and missing[0].max() == missing[1].max()


def _days_between(one: _Content, other: _Content) -> int:
    """Days between two articles by their dates; else by the date line or date of each, whatever the
    year; 0 if unknown.
    """
    if one.day and other.day:
        return abs((one.day - other.day).days)
    first, second = (
        content.line or (content.day and content.day.replace(year=2000)) for content in (one, other)
    )
    if not first or not second:
        return 0
    apart = abs((first - second).days)
    return min(apart, 366 - apart)


def _counts_missing(one: _Content, other: _Content) -> np.ndarray:
    """Counts of the short runs of one article that the other article does not have."""
    (words, counts), (others, _) = one.words, other.words
    at = np.minimum(others.searchsorted(words), len(others) - 1)
    return counts[others[at] != words]
