"""Which articles name which places and days, turned around: for each name its articles. Filters read it.

Any mention counts, in the title or in the text: what a reader sets as a filter must not hide an article that may
be meant. A key is a kind and what is named: "place:510100" (code of GB/T 2260 or ISO 3166), "day:2023-08-15",
"day:2023-08" where only the month is named, "day:2023".
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import defaultdict
from datetime import date

import numpy as np

from rag.corpus.article import Article
from rag.corpus.days import find_meant
from rag.corpus.places import find_places

SCHEMA = "CREATE TABLE named(key TEXT PRIMARY KEY, articles BLOB NOT NULL) WITHOUT ROWID;"
PLACE, DAY = "place:", "day:"


def keys(article: Article) -> set[str]:
    """What an article names; days as one of its date means them, where the year can be told."""
    text = f"{article.title}\n{article.text}"
    days = find_meant(text, published(article.date))
    return {f"{PLACE}{m.place.code}" for m in find_places(text)} | {f"{DAY}{when}" for _, _, when in days if when.year}


def published(iso: str) -> date | None:
    """The date of an article, or None where it has none that can be reckoned with."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return None
    return day if 1 < day.year < 9000 else None  # a year on either side must be a year, too


class NamedWriter:
    """Collects keys article by article and writes them at the end."""

    def __init__(self) -> None:
        self._articles: defaultdict[str, array] = defaultdict(lambda: array("i"))

    def add(self, row: int, found: set[str]) -> None:
        """Takes the keys of the article in a row; rows come in order."""
        for key in found:
            self._articles[key].append(row)

    def write(self, connection: sqlite3.Connection) -> None:
        """Writes the table, in the order of the keys."""
        rows = ((key, np.asarray(self._articles[key], "<i4").tobytes()) for key in sorted(self._articles))
        connection.executemany("INSERT INTO named VALUES(?,?)", rows)


def read(connection: sqlite3.Connection, first: str, last: str) -> list[tuple[str, np.ndarray]]:
    """The keys from ``first`` to ``last`` with the rows of their articles (int32, ascending)."""
    found = connection.execute("SELECT key, articles FROM named WHERE key BETWEEN ? AND ? ORDER BY key", (first, last))
    return [(key, np.frombuffer(blob, "<i4")) for key, blob in found]
