"""Stores articles and passages: texts and heads (the other fields of an article) in compressed
blocks, the rest in columns of numbers.
"""

from __future__ import annotations

import dataclasses
import json
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.corpus.article import Article, Passage, digest_of_text
from rag.corpus.duplicates import BANDS, group, still_known
from rag.errors import UsageError
from rag.index import named
from rag.index.blocks import Blocks, BlockWriter
from rag.index.columns import (
    KeptRange,
    read_columns,
    read_strings,
    renumbered,
    starts,
    strings,
    write_columns,
)
from rag.index.manifest import corrupt, read_manifest

COLUMNS_FILE, _HEADS_FILE, _TEXTS_FILE = "columns", "articles.heads", "articles.texts"
CODED_FIELDS = ("lang", "date", "source")
# Encodes all of Unicode, with two bytes for a Chinese character: compressed news take a seventh
# less room than in UTF-8.
_ENCODING = "gb18030"
_FIELDS = [field.name for field in dataclasses.fields(Article) if field.name != "text"]
_SAID = [name for name in (*_FIELDS, "text") if name not in ("id", "path")]
# All fields but the pages and the confidence of OCR in them: those that hold strings.
STRING_FIELDS = tuple(name for name in (*_FIELDS, "text") if name not in ("pages", "ocr"))
_LISTED = ("id", "title", "date", "source", "lang")
# The columns of numbers, with the type of each while they are collected.
_PER_ARTICLE = {"passages": "q", "characters": "q", "digests": "Q", "ids": "Q", "sketches": "I"}
_PER_PASSAGE = {"gaps": "q", "sizes": "q", "tokens": "q"}


def digest_of(article: Article) -> int:
    """64-bit digest of all fields of an article except its id and path."""
    content = json.dumps([getattr(article, name) for name in _SAID], ensure_ascii=False)
    return digest_of_text(content)


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article to be indexed.

    Attributes:
        article: the article.
        digest: its digest (:func:`digest_of`).
        passages: its passages in order.
        names: the keys of the places and days that it names (:func:`rag.index.named.keys`).
        sketch: its MinHash sketch (:func:`rag.corpus.duplicates.sketch`).
    """

    article: Article
    digest: int
    passages: list[Passage]
    names: set[str]
    sketch: np.ndarray


class StoreWriter:
    """Writes the store article by article, each in the next row, and the columns at the end.

    Attributes:
        rows, passages: how many articles and passages were written so far.
        kept_ranges: the runs of articles that were taken over from an older version.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._heads = BlockWriter(folder / _HEADS_FILE)
        self._texts = BlockWriter(folder / _TEXTS_FILE)
        self._columns = {name: array(kind) for name, kind in (_PER_ARTICLE | _PER_PASSAGE).items()}
        self._coded: dict[str, list[str]] = {name: [] for name in CODED_FIELDS}
        self._named = named.NamedWriter()
        self.kept_ranges: list[KeptRange] = []
        self.rows = self.passages = 0

    def add(self, new: NewArticle, tokens: np.ndarray) -> None:
        """Stores an article as the next row; ``tokens`` are the token counts of its passages."""
        article, digest = new.article, new.digest
        head = [getattr(article, name) for name in _FIELDS]
        written = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
        self._heads.add(written.encode(), digest)
        self._texts.add(article.text.encode(_ENCODING), digest)
        begins, ends = np.array([(p.start, p.end) for p in new.passages], np.int64).T
        columns = {
            "passages": [len(new.passages)],
            "characters": [len(article.text)],
            "digests": [digest],
            "ids": [digest_of_text(article.id)],
            "gaps": (begins - np.append(0, ends[:-1])).tolist(),
            "sizes": (ends - begins).tolist(),
            "tokens": tokens.tolist(),
            "sketches": new.sketch.tolist(),
        }
        for name, column in columns.items():
            self._columns[name].extend(column)
        for name, values in self._coded.items():
            values.append(getattr(article, name))
        self._named.add(self.rows, new.names)
        self.rows += 1
        self.passages += len(new.passages)

    def keep(self, old: Store, first: int, last: int) -> None:
        """Takes over the articles ``first`` to ``last`` (not included) of an older version."""
        digests = old.digests[first:last].tolist()
        self._heads.keep(old.heads, first, last, digests)
        self._texts.keep(old.texts, first, last, digests)
        begin, end = old.first_passage[[first, last]].tolist()
        for name, column in self._columns.items():
            stretch = slice(first, last) if name in _PER_ARTICLE else slice(begin, end)
            column.frombytes(old.raw[name][stretch].astype(column.typecode).tobytes())
        for name, values in self._coded.items():
            known, codes = old.codes(name)
            values.extend(map(known.__getitem__, codes[first:last].tolist()))
        self.kept_ranges.append((first, last, self.rows))
        self.rows += last - first
        self.passages += end - begin

    def kept_passages(self, old: Store) -> list[KeptRange]:
        """The runs of passages of the articles that were taken over."""
        now = starts(self._columns["passages"])
        before = old.first_passage
        return [(int(before[a]), int(before[b]), int(now[row])) for a, b, row in self.kept_ranges]

    def commit(self, old: Store | None = None) -> tuple[int, np.ndarray]:
        """Groups near-duplicate articles into stories (:func:`rag.corpus.duplicates.group`), and
        writes what is left to write.

        Args:
            old: the store that articles were taken over from, if any.

        Returns:
            The number of characters of all texts, and for each article the row of the first one of
            its story, int32.
        """
        out = {name: np.array(column) for name, column in self._columns.items()}
        out["sketches"] = out["sketches"].reshape(-1, BANDS)
        for name, values in self._coded.items():
            known = sorted(set(values))
            number = {value: place for place, value in enumerate(known)}
            out[f"{name} of"] = np.fromiter(map(number.__getitem__, values), np.int64, len(values))
            out[f"{name} names"] = strings(known)
        out["head bytes"], out["head rows"] = self._heads.finish()
        out["text bytes"], out["text rows"] = self._texts.finish()
        moved, known_stories = np.zeros(0, np.int64), None
        if old:
            moved, was = renumbered(len(old), self.kept_ranges), np.full(self.rows, -1, np.int64)
            was[moved[moved >= 0]] = np.flatnonzero(moved >= 0)
            known_stories = still_known(old.stories, was)
        shelf = _Shelf(self._folder, out)
        stories = group(out["sketches"], shelf.articles, known_stories)
        # As a distance in rows, which stays the same when articles come or go elsewhere.
        out["stories"] = np.arange(len(stories)) - stories
        write_columns(self._folder / COLUMNS_FILE, out)
        self._named.write(self._folder, old.names if old else None, moved)
        return sum(self._columns["characters"]), stories

    def identities(self) -> np.ndarray:
        """The digest of the id and that of the content of each article, uint64 (n, 2)."""
        return np.stack([self._columns["ids"], self._columns["digests"]], axis=1)

    def close(self) -> None:
        """Closes the files without finishing them."""
        self._heads.close()
        self._texts.close()


class _Shelf:
    """Reads the articles of a version, finished or not; safe to use from many threads.

    Attributes:
        heads, texts: the blocks of the articles' heads, and those of their texts.
    """

    def __init__(self, folder: Path, columns: dict[str, np.ndarray]) -> None:
        """Opens both files.

        Raises:
            ValueError, OSError: a file is missing, or not of the size that the columns say.
        """
        self.heads = Blocks(folder / _HEADS_FILE, columns["head bytes"], columns["head rows"])
        self.texts = Blocks(folder / _TEXTS_FILE, columns["text bytes"], columns["text rows"])

    def articles(self, rows: Iterable[int]) -> dict[int, Article]:
        """The articles in some rows, in the order of ``rows``."""
        wanted = list(rows)
        heads, texts = self.heads.some(wanted), self.texts.some(wanted)
        return {
            row: Article(text=texts[row].decode(_ENCODING), **_head(heads[row])) for row in wanted
        }


class Store(_Shelf):
    """Reads a store; safe to use from many threads.

    Attributes:
        raw: the columns as they are stored.
        digests: the digest of each article (:func:`digest_of`), uint64.
        first_passage: the first passage of each article, then the number of all passages.
        names: which articles name which places and days.
        stories: for each article the row of the first one of its story, int32.
    """

    def __init__(self, folder: Path) -> None:
        """Opens the store.

        Raises:
            ValueError, OSError, KeyError, TypeError: a file is not what was written.
        """
        self._folder, raw = folder, read_columns(folder / COLUMNS_FILE)
        self.raw = raw
        super().__init__(folder, raw)
        self.first_passage = starts(raw["passages"])
        self.digests = raw["digests"].astype(np.uint64)
        self.stories = (np.arange(len(self.digests)) - raw["stories"]).astype(np.int32)
        self.names = named.NamedIndex(folder)
        per_article = (*_PER_ARTICLE, *(f"{name} of" for name in CODED_FIELDS))
        articles = {self.heads.rows[-1], self.texts.rows[-1]}
        articles |= {len(raw[name]) for name in per_article}
        passages = {len(raw[name]) for name in _PER_PASSAGE}
        if len(articles) > 1 or passages != {int(self.first_passage[-1])}:
            raise ValueError("the columns are of different lengths")
        order = np.argsort(raw["ids"], kind="stable")
        self._ids = raw["ids"][order].astype(np.uint64), order

    def __len__(self) -> int:
        """Number of articles."""
        return len(self.digests)

    def codes(self, name: str) -> tuple[tuple[str, ...], np.ndarray]:
        """The distinct values of "lang", "date" or "source", ascending, and for each article the
        position of its own among these, int32.
        """
        known = tuple(read_strings(self.raw[f"{name} names"]))
        return known, self.raw[f"{name} of"].astype(np.int32)

    def identities(self) -> np.ndarray:
        """The digest of the id and that of the content of each article, uint64 (n, 2)."""
        return np.stack([self.raw["ids"].astype(np.uint64), self.digests], axis=1)

    def token_offsets(self) -> np.ndarray:
        """Where the tokens of each passage begin, then the end of the last, int64."""
        return starts(self.raw["tokens"])

    def passages(self) -> np.recarray:
        """Record array over all passages: ``article_row``, ``start``, ``end``, each int32."""
        gaps, sizes = self.raw["gaps"].astype(np.int64), self.raw["sizes"].astype(np.int64)
        counts = self.raw["passages"].astype(np.int64)
        ends = np.cumsum(gaps + sizes)
        before = np.append(0, ends)[self.first_passage[:-1]]  # length of the articles before
        ends -= np.repeat(before, counts)
        fields = [("article_row", np.int32), ("start", np.int32), ("end", np.int32)]
        out = np.recarray(len(sizes), fields)
        out["article_row"] = np.repeat(np.arange(len(counts)), counts)
        out["start"], out["end"] = ends - sizes, ends
        return out

    def articles(self, rows: Iterable[int]) -> dict[int, Article]:
        """The articles in some rows, each once, in the order of their first mention.

        Raises:
            UsageError: there is no such row.
            IndexCorrupt: a block is damaged, or an article is not what was stored.
        """
        found = super().articles(self._wanted(rows))
        for row, article in found.items():
            # A large file is not hashed when an index is opened. Without this check, a flipped bit
            # in it would change a quote.
            if digest_of(article) != self.digests[row]:
                raise corrupt(
                    self._folder / _TEXTS_FILE, f"article {row}, here or in {_HEADS_FILE}"
                )
        return found

    def sketches(self) -> np.ndarray:
        """The sketch of each article (:func:`rag.corpus.duplicates.sketch`), by which articles are
        compared, uint32 (n_articles, BANDS).
        """
        return self.raw["sketches"].astype(np.uint32).reshape(-1, BANDS)

    def _wanted(self, rows: Iterable[int]) -> list[int]:
        wanted = list(dict.fromkeys(map(int, rows)))
        if odd := [row for row in wanted if not 0 <= row < len(self)]:
            raise UsageError(
                f"expected the row of an article, got {odd[0]}: rows come from the index's own"
                " arrays"
            )
        return wanted

    def ids(self) -> list[str]:
        """The ids of all articles, by row."""
        return [head["id"] for head in self._all_heads()]

    def _all_heads(self) -> list[dict]:
        blocks = range(len(self.heads.rows) - 1)
        return [_head(row) for block in blocks for row in self.heads.block(block)]

    def _head_of(self, row: int) -> dict:
        return _head(self.heads.some([row])[row])

    def row(self, article_id: str) -> int | None:
        """The row of the article with this id; None where there is none."""
        ids, rows = self._ids
        wanted = np.uint64(digest_of_text(article_id))
        for row in rows[ids.searchsorted(wanted) : ids.searchsorted(wanted, "right")].tolist():
            if self._head_of(row)["id"] == article_id:
                return row
        return None

    def origin(self, name: str) -> tuple[str, str] | None:
        """(id, path) of the article with this id or URL; None where there is none."""
        row = self.row(name)
        if row is None:
            heads = [head for head in self._all_heads() if head["url"] == name != ""]
        else:
            heads = [self._head_of(row)]
        return next(((head["id"], head["path"]) for head in heads), None)

    def headings(self, chars: int) -> list[tuple[str, str]]:
        """(title, "") of each article, by row; for one without a title, ("" or blanks, the first
        ``chars`` characters of its text).
        """
        titles = [head["title"] for head in self._all_heads()]
        bare = [row for row, title in enumerate(titles) if not title.strip()]
        openings = self._openings(bare, chars)
        return [(title, openings.get(row, "")) for row, title in enumerate(titles)]

    def listed(self, rows: Sequence[int], chars: int) -> list[tuple[str, str, str, str, str, str]]:
        """(id, title, date, source, lang, the first ``chars`` characters of the text) of the
        articles in some rows, each once, in the order of their first mention.
        """
        wanted = self._wanted(rows)
        openings = self._openings(wanted, chars) if chars else dict.fromkeys(wanted, "")
        heads = {row: _head(head) for row, head in self.heads.some(wanted).items()}
        return [(*map(heads[row].__getitem__, _LISTED), openings[row]) for row in wanted]

    def _openings(self, rows: list[int], chars: int) -> dict[int, str]:
        return {row: text.decode(_ENCODING)[:chars] for row, text in self.texts.some(rows).items()}


def stores_of(folder: Path) -> list[Store]:
    """The store of a version, or the stores of its shards, in order.

    Raises:
        IndexCorrupt, IndexMismatch: the manifest cannot be used.
        ValueError, OSError, KeyError, TypeError: a file is not what was written.
    """
    return [Store(part) for part in read_manifest(folder).folders(folder) or [folder]]


def _head(row: bytes) -> dict:
    values = json.loads(row)
    if not isinstance(values, list) or len(values) != len(_FIELDS):
        raise ValueError("no article")
    values = [tuple(value) if isinstance(value, list) else value for value in values]
    return dict(zip(_FIELDS, values, strict=True))
