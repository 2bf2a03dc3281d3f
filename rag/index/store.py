"""Articles and passages in one SQLite file, written once, then only read."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from rag.corpus.article import Article, Passage
from rag.corpus.duplicates import BANDS, group
from rag.errors import UsageError
from rag.index import named

FILE_NAME = "store.sqlite"
# Texts stand apart, so that reading the columns of all articles at opening passes over few pages.
# Pages of 16 KB hold whole articles: a fifth smaller than with the usual 4 KB.
# Spans are pairs of little-endian int32, pages single ones: one row per article opens ten times faster than one per passage.
_SCHEMA = f"""
PRAGMA page_size=16384;
PRAGMA journal_mode=OFF;
PRAGMA synchronous=OFF;
BEGIN;
CREATE TABLE articles(row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, date TEXT NOT NULL,
  source TEXT NOT NULL, url TEXT NOT NULL, lang TEXT NOT NULL, path TEXT NOT NULL, story INTEGER NOT NULL, pages BLOB NOT NULL);
CREATE TABLE sketches(row INTEGER PRIMARY KEY, sketch BLOB NOT NULL);
CREATE TABLE texts(row INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE passages(row INTEGER PRIMARY KEY, spans BLOB NOT NULL);
{named.SCHEMA}
"""
_ARTICLE = "SELECT id, text, title, date, source, url, lang, path, pages FROM articles JOIN texts USING(row) WHERE row = ?"
_ARTICLES = "SELECT row, id, text, title, date, source, url, lang, path, pages FROM articles JOIN texts USING(row)"
_AT_ONCE = 500  # of the 999 parameters that any SQLite takes
_MAPPED = 2**40  # as far as SQLite itself allows


class StoreWriter:
    """Writes the store in one transaction; nothing can be read from it before :meth:`commit`.

    The journal is off: a store that was not committed is thrown away with its folder.
    """

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / FILE_NAME, isolation_level=None)
        self._connection.executescript(_SCHEMA)
        self._named = named.NamedWriter()
        self._rows = 0

    def add(self, article: Article, passages: Sequence[Passage], names: set[str], sketch: np.ndarray) -> None:
        """Stores an article as the next row, with its passages in order, what it names (:func:`rag.index.named.keys`) and its sketch."""
        a, row = article, self._rows
        self._connection.execute(
            "INSERT INTO articles VALUES(?,?,?,?,?,?,?,?,?,?)",
            (row, a.id, a.title, a.date, a.source, a.url, a.lang, a.path, row, np.array(a.pages, "<i4").tobytes()),
        )
        self._connection.execute("INSERT INTO texts VALUES(?,?)", (row, a.text))
        spans = np.array([(p.start, p.end) for p in passages], "<i4")
        self._connection.execute("INSERT INTO passages VALUES(?,?)", (row, spans.tobytes()))
        self._connection.execute("INSERT INTO sketches VALUES(?,?)", (row, sketch.astype("<u4").tobytes()))
        self._named.add(row, names)
        self._rows += 1

    def tell_stories(self, known: np.ndarray | None = None) -> np.ndarray:
        """Finds which articles tell one story (:func:`rag.corpus.duplicates.group`), and stores it: int32 (n,)."""
        stories = group(_sketches(self._connection), lambda rows: _read_articles(self._connection, rows), known)
        moved = np.flatnonzero(stories != np.arange(len(stories)))
        self._connection.executemany("UPDATE articles SET story = ? WHERE row = ?", zip(stories[moved].tolist(), moved.tolist()))
        return stories

    def commit(self) -> None:
        """Ends the transaction and closes the file."""
        self._named.write(self._connection)
        self._connection.execute("COMMIT")
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()


class Store:
    """Reads a store; safe to use from many threads, each gets a connection of its own."""

    def __init__(self, folder: Path) -> None:
        # immutable: no locks and no journal look-ups, so it opens on read-only media too.
        self._uri = (folder / FILE_NAME).resolve().as_uri() + "?mode=ro&immutable=1"
        self._local = threading.local()

    @property
    def _connection(self) -> sqlite3.Connection:
        try:
            return self._local.connection
        except AttributeError:
            connection = sqlite3.connect(self._uri, uri=True, check_same_thread=False)
            # Mapped, as all arrays are: half the time for some hundred articles.
            connection.execute(f"PRAGMA mmap_size={_MAPPED}").close()
            self._local.connection = connection
            return connection

    def close(self) -> None:
        """Drops the connections of all threads."""
        self._local = threading.local()

    def article(self, row: int) -> Article:
        """The article of a row.

        Raises:
            UsageError: there is no such row.
        """
        found = self._connection.execute(_ARTICLE, (int(row),)).fetchone()
        if found is None:
            raise UsageError(f"expected the row of an article, got {row}: rows come from the index's own arrays")
        return _article(*found)

    def articles(self, rows: Iterable[int]) -> dict[int, Article]:
        """The articles of some rows, each once, in the order of their first mention.

        Raises:
            UsageError: there is no such row.
        """
        wanted = list(dict.fromkeys(map(int, rows)))
        found = _read_articles(self._connection, wanted)
        return {row: found[row] if row in found else self.article(row) for row in wanted}

    def row(self, article_id: str) -> int:
        """The row of an article id.

        Raises:
            UsageError: there is no such article.
        """
        found = self._connection.execute("SELECT row FROM articles WHERE id = ?", (article_id,)).fetchone()
        if found is None:
            raise UsageError(
                f"expected the id of an article in the index, got {article_id!r}: `yinju search` shows the ids"
            )
        return found[0]

    def origin(self, name: str) -> tuple[str, str] | None:
        """(id, path) of the article with this id or address; None for none."""
        return self._connection.execute("SELECT id, path FROM articles WHERE id = ?1 OR url = ?1 AND url <> '' LIMIT 1", (name,)).fetchone()

    def columns(self) -> np.recarray:
        """Record array over all articles: ``lang`` and ``source`` (objects), ``date`` ("YYYY-MM-DD" or ""), ``story`` (int32)."""
        rows = self._connection.execute("SELECT lang, date, source, story FROM articles ORDER BY row").fetchall()
        # Objects, because one long source would widen every row of a fixed-width column.
        return np.array(rows, [("lang", object), ("date", "U10"), ("source", object), ("story", np.int32)]).view(np.recarray)

    def headings(self, chars: int) -> list[tuple[str, str]]:
        """(title, "") of all articles in order; for those without a title ("", the first ``chars`` characters of the text)."""
        return self._connection.execute(
            "SELECT title, CASE trim(title) WHEN '' THEN substr(text, 1, ?) ELSE '' END FROM articles JOIN texts USING(row) ORDER BY row",
            (chars,),
        ).fetchall()

    def listed(self, rows: Sequence[int], chars: int) -> list[tuple[str, str, str, str, str, str]]:
        """(id, title, date, source, lang, the first ``chars`` characters of the text) of some articles, at most 500, in their order."""
        marks = ",".join("?" * len(rows))
        found = self._connection.execute(
            f"SELECT row, id, title, date, source, lang, substr(text, 1, ?) FROM articles JOIN texts USING(row) WHERE row IN ({marks})",
            (chars, *rows),
        )
        by_row = {row: tuple(rest) for row, *rest in found}
        return [by_row[row] for row in rows]

    def sketches(self) -> np.ndarray:
        """What the articles are compared by (:func:`rag.corpus.duplicates.sketch`), uint32 (n_articles, BANDS)."""
        return _sketches(self._connection)

    def named(self, first: str, last: str) -> list[tuple[str, np.ndarray]]:
        """See :func:`rag.index.named.read`."""
        return named.read(self._connection, first, last)

    def passages(self) -> np.recarray:
        """Record array over all passages: ``article_row``, ``start``, ``end``, each int32."""
        blobs = [blob for (blob,) in self._connection.execute("SELECT spans FROM passages ORDER BY row")]
        spans = np.frombuffer(b"".join(blobs), "<i4").reshape(-1, 2)
        out = np.recarray(len(spans), [("article_row", np.int32), ("start", np.int32), ("end", np.int32)])
        out["article_row"] = np.repeat(np.arange(len(blobs)), [len(blob) // 8 for blob in blobs])
        out["start"], out["end"] = spans[:, 0], spans[:, 1]
        return out


def _sketches(connection: sqlite3.Connection) -> np.ndarray:
    blobs = [blob for (blob,) in connection.execute("SELECT sketch FROM sketches ORDER BY row")]
    return np.frombuffer(b"".join(blobs), "<u4").reshape(-1, BANDS)


def _read_articles(connection: sqlite3.Connection, rows: Iterable[int]) -> dict[int, Article]:
    """Those of some rows that there are."""
    wanted, found = list(rows), {}
    for first in range(0, len(wanted), _AT_ONCE):
        some = wanted[first : first + _AT_ONCE]
        marks = ",".join("?" * len(some))
        found |= {row: _article(*rest) for row, *rest in connection.execute(f"{_ARTICLES} WHERE row IN ({marks})", some)}
    return found


def _article(*columns) -> Article:
    *fields, pages = columns
    return Article(*fields, tuple(np.frombuffer(pages, "<i4").tolist()))
