"""Inverted index from places and days to the articles that name them; filters use it to find the
articles that were published in a period or may be about it.

Any mention counts, in the title or in the text, because a filter must not hide an article that the
reader may mean. A key is a kind and what is named: "place:510100" (code of GB/T 2260 or ISO 3166),
"day:2023-08-15", "day:2023-08" where only the month is named, "day:2023".
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.corpus.article import Article
from rag.corpus.days import Period, extent, find_meant, published
from rag.corpus.gazetteer import Place, code_prefix
from rag.corpus.places import find_places
from rag.index.columns import read_columns, read_strings, starts, strings, write_columns

if TYPE_CHECKING:
    from rag.index.snapshot import Snapshot

NAMED_FILE = "named"
_PLACE_KEY_PREFIX, _DAY_KEY_PREFIX = "place:", "day:"
# sorts behind every date, and behind every continuation of a prefix
HIGHEST_SORT_KEY = "\U0010ffff"


def keys(article: Article) -> set[str]:
    """The keys of an article. The article's date settles what a day such as "2日" means; days whose
    year cannot be told are left out.
    """
    text = f"{article.title}\n{article.text}"
    days = find_meant(text, published(article.date))
    return {f"{_PLACE_KEY_PREFIX}{m.place.code}" for m in find_places(text)} | {
        f"{_DAY_KEY_PREFIX}{when}" for _, _, when in days if when.year
    }


class NamedWriter:
    """Collects the keys article by article, and writes the inverted index at the end."""

    def __init__(self) -> None:
        self._articles: defaultdict[str, array] = defaultdict(lambda: array("i"))

    def add(self, row: int, found: set[str]) -> None:
        """Takes the keys of the article in row ``row``; rows come in ascending order."""
        for key in found:
            self._articles[key].append(row)

    def write(self, folder: Path, old: NamedIndex | None, moved: np.ndarray) -> None:
        """Writes the keys in ascending order, each with the rows of its articles.

        Args:
            folder: the version's folder.
            old: the index of the version that articles were taken over from, if any.
            moved: the new row of each article of that version, -1 for one not taken over.
        """
        names = sorted({*self._articles, *(old.keys if old else ())})
        number = {name: place for place, name in enumerate(names)}
        parts = [np.zeros(0, np.int64)]
        for name, rows in self._articles.items():
            parts.append(number[name] << 32 | np.asarray(rows, np.int64))
        if old:
            of = np.repeat([number[name] for name in old.keys], np.diff(old.first))
            rows = moved[old.rows]
            parts.append((of.astype(np.int64) << 32 | rows)[rows >= 0])
        both = np.sort(np.concatenate(parts))
        articles = both & ((1 << 32) - 1)
        counts = np.bincount(both >> 32, minlength=len(names))
        in_use = np.flatnonzero(counts)
        begin = (np.cumsum(counts) - counts)[in_use]
        steps = np.diff(articles, prepend=0)
        steps[begin] = articles[begin]
        keys = strings([names[place] for place in in_use.tolist()])
        columns = {"keys": keys, "counts": counts[in_use], "steps": steps}
        write_columns(folder / NAMED_FILE, columns)


class NamedIndex:
    """Reads the inverted index.

    Attributes:
        keys: the keys, ascending.
        first: where the rows of each key begin in ``rows``, followed by the length of ``rows``.
        rows: the rows of the articles (int32), key after key, ascending within each key.
    """

    def __init__(self, folder: Path) -> None:
        """Opens the file.

        Raises:
            ValueError, OSError, KeyError, TypeError: the file is not what was written.
        """
        columns = read_columns(folder / NAMED_FILE)
        self.keys = read_strings(columns["keys"])
        counts = columns["counts"].astype(np.int64)
        self.first = starts(counts)
        if len(counts) != len(self.keys) or self.first[-1] != len(columns["steps"]):
            raise ValueError("the articles do not fit the keys")
        sums = np.cumsum(columns["steps"], dtype=np.int64)
        before = np.append(0, sums)[self.first[:-1]]
        self.rows = (sums - np.repeat(before, counts)).astype(np.int32)

    def between(self, first: str, last: str) -> list[tuple[str, np.ndarray]]:
        """The keys from ``first`` to ``last`` (included), each with the rows of its articles."""
        numbers = range(bisect_left(self.keys, first), bisect_right(self.keys, last))
        return [(self.keys[n], self.rows[self.first[n] : self.first[n + 1]]) for n in numbers]


def naming_places(snapshot: Snapshot, places: Iterable[Place]) -> np.ndarray:
    """Marks the articles that name one of the places or a place inside it, bool (n_articles,)."""
    keep = np.zeros(snapshot.n_articles, bool)
    for place in places:
        begin = f"{_PLACE_KEY_PREFIX}{code_prefix(place)}"
        spans = [(begin, begin + HIGHEST_SORT_KEY)]
        if place.code == "CN":  # and all divisions: their codes begin with a digit, "9" < ":"
            spans.append((f"{_PLACE_KEY_PREFIX}0", f"{_PLACE_KEY_PREFIX}:"))
        for first, last in spans:
            for _, articles in snapshot.named(first, last):
                keep[articles] = True
    return keep


def of_period(
    snapshot: Snapshot, period: Period, before: int = 0, after: int = 0, undated: bool = True
) -> np.ndarray:
    """Marks the articles that may be about a period, bool (n_articles,).

    An article passes if it was published in the period, up to ``before`` days earlier or up to
    ``after`` days later. It also passes if it names a day or a month that overlaps the period, or a
    year that lies in it as a whole.

    With ``undated``, an article without a date passes as soon as it names a day, a month or a year
    within the years of the period; and always if the period recurs every year. Without its date,
    nobody can tell whether "two days ago" in its text lies in the period.
    """
    days, of_article = snapshot.date_codes
    lenient = np.array([day == "" and undated for day in days], bool)[of_article]
    keep = np.array(dated_in(days, period.widened(before, after)), bool)[of_article]
    if period.yearly:
        keep |= lenient
    for key, articles in snapshot.named(*_keys(period)):
        numbers = list(map(int, key.removeprefix(_DAY_KEY_PREFIX).split("-")))
        first, last = extent(*numbers)
        is_year = len(numbers) == 1
        if not (period.holds if is_year else period.overlaps)(first, last):
            articles = articles[lenient[articles]]
        keep[articles] = True
    return keep


def dated_in(days: Iterable[str], *periods: Period) -> list[bool]:
    """For each date ("YYYY-MM-DD" or "") whether it lies in every one of the periods."""
    found = map(published, days)
    return [day is not None and all(p.overlaps(day, day) for p in periods) for day in found]


def _keys(period: Period) -> tuple[str, str]:
    """The first and last possible key of days in the years of a period; of days in any year where
    the period recurs every year or is open on that side.
    """
    first = f"{period.first.year:04}" if period.first and not period.yearly else "0"
    last = f"{period.last.year:04}" if period.last and not period.yearly else ""
    # ":" sorts behind the digits and the hyphen
    return f"{_DAY_KEY_PREFIX}{first}", f"{_DAY_KEY_PREFIX}{last}:"
