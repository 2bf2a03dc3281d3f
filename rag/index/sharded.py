"""Reads an index that lies in several shards as if it were one.

Each shard is an index of the usual format with a run of the articles: the first shard has the first
ones, and so on. So the number of an article or passage in the whole index is its number in the
shard plus that of the shard's first one. What takes little memory is kept here (lengths, dates,
languages, stories). Anything else is asked of the shards, and their results are merged. Each shard
is told the number of passages, their average length and the document frequencies of the whole
corpus, so scores are the same as in a single index.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from rag.corpus.article import Article
from rag.embed.protocol import Embedder
from rag.embed.static import load_static
from rag.errors import UsageError
from rag.index.columns import read_columns, starts, write_columns
from rag.index.manifest import Manifest, corrupt
from rag.index.open import open_version
from rag.index.proposals import CorpusStatistics, Proposals, Wanted, merged
from rag.index.snapshot import CORRUPT_FILE_ERRORS, Snapshot
from rag.index.store import CODED_FIELDS
from rag.index.vectors import Ranked
from rag.index.versions import held

_STORIES_FILE = "stories"


class Facts:
    """What the whole index keeps in memory of one shard.

    Attributes:
        articles: number of articles.
        passages: as :attr:`rag.index.snapshot.Snapshot.passages`.
        sizes: number of tokens of each passage, int32 (n_passages,).
        codes: for "lang", "date" and "source" what is for languages
            :attr:`rag.index.snapshot.Snapshot.lang_codes`.
        features: number of lexical features of all passages together.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        """The facts of an open shard."""
        self.articles = snapshot.n_articles
        self.passages = snapshot.passages
        self.sizes = np.diff(snapshot.token_offsets).astype(np.int32)
        self.codes = {name: snapshot.store.codes(name) for name in CODED_FIELDS}
        self.features = snapshot.lexical_index.features_in_all


class Shards:
    """Calls the shards of an index. These are opened in this process; a subclass for shards
    elsewhere has the same methods.

    Attributes:
        facts: the facts of each shard that is asked, in order.
        of: how many shards the index has, including those that are left out since they cannot be
            reached.
    """

    def __init__(self, snapshots: Sequence[Snapshot]) -> None:
        """Takes the opened shards."""
        self._snapshots = snapshots
        self.facts = tuple(map(Facts, snapshots))
        self.of = len(snapshots)

    def each(self, method: str, asked: Sequence[tuple | None]) -> list:
        """Calls a method of the :class:`rag.index.snapshot.Snapshot` of each shard.

        Args:
            method: name of the method.
            asked: the arguments for each shard; None for a shard that is not to be called.

        Returns:
            The result of each shard; None for one that was not called.

        Raises:
            ShardGone: some shards cannot be reached.
        """
        return [
            None if given is None else getattr(snapshot, method)(*given)
            for snapshot, given in zip(self._snapshots, asked, strict=True)
        ]

    def only(self, shards: Sequence[int]) -> Shards:
        """Only the shards with these numbers; the others are left out."""
        raise NotImplementedError  # shards in this process can always be reached

    def reachable(self) -> bool:
        """Whether all of these shards can be reached."""
        return True


class Sharded(Snapshot):
    """A version that lies in shards, with the interface of :class:`rag.index.snapshot.Snapshot`.

    Attributes:
        shards: the shards that are asked.
    """

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        embedder: Embedder,
        shards: Shards,
        stories: np.ndarray,
        hold: contextlib.ExitStack | None = None,
    ) -> None:
        """Joins opened shards.

        Args:
            folder, manifest, embedder: as for :class:`rag.index.snapshot.Snapshot`.
            shards: the opened shards of the version.
            stories: as :attr:`rag.index.snapshot.Snapshot.stories`, for all articles.
            hold: what is to be closed together with the version.
        """
        self._open_resources = hold or contextlib.ExitStack()
        self._whole_of: Sharded | None = None
        self.path, self.version, self.manifest = folder, folder.name, manifest
        self.model, self.embedder = load_static(), embedder
        self.shards, self.stories = shards, stories
        facts = shards.facts
        self.parts = len(facts), shards.of
        self._articles = starts([one.articles for one in facts])
        self._passages = starts([len(one.passages) for one in facts])
        self.n_articles, self.n_passages = int(self._articles[-1]), int(self._passages[-1])
        self.passages = np.concatenate([one.passages for one in facts]).view(np.recarray)
        first = np.repeat(self._articles[:-1], np.diff(self._passages))
        self.passages.article_row += first.astype(np.int32)
        self.token_offsets = starts(np.concatenate([one.sizes for one in facts]))
        self.average = sum(one.features for one in facts) / max(self.n_passages, 1)

    @property
    def whole_of(self) -> Sharded:
        """The version with all of its shards; this object where none is left out."""
        return self._whole_of or self

    def reachable(self) -> bool:
        """Whether all shards of this object can be reached."""
        return self.shards.reachable()

    def without(self, gone: Sequence[int]) -> Sharded:
        """The version without some shards, which are given by their positions among those of this
        object. A story is then called by its first article that is left.
        """
        left = [shard for shard in range(len(self.shards.facts)) if shard not in gone]
        kept = np.repeat(np.isin(np.arange(len(self.shards.facts)), left), np.diff(self._articles))
        _, first, story = np.unique(self.stories[kept], return_index=True, return_inverse=True)
        shards, stories = self.shards.only(left), first[story].astype(np.int32)
        out = Sharded(self.path, self.manifest, self.embedder, shards, stories)
        out._whole_of = self.whole_of
        return out

    def _codes(self, name: str) -> tuple[tuple[str, ...], np.ndarray]:
        """The codes of all articles: those of the shards, renumbered for all values together."""
        parts = [one.codes[name] for one in self.shards.facts]
        known = sorted({value for values, _ in parts for value in values})
        number = {value: place for place, value in enumerate(known)}
        codes = [
            np.array([number[value] for value in values], np.int32)[of] for values, of in parts
        ]
        return tuple(known), np.concatenate(codes)

    def _all(self, method: str, *given: object) -> list:
        """The results of a method of every shard, called with the same arguments."""
        return self.shards.each(method, [given] * len(self.shards.facts))

    def _asked(
        self, method: str, first: np.ndarray, rows: Iterable[int], *given: object
    ) -> list[Any]:
        """Calls a method of each shard that has some of the rows.

        Args:
            method: name of the method; its first argument is a list of rows, and its result has a
                value for each of them, in their order.
            first: the number of the first row of each shard, then the number of all rows.
            rows: rows of the whole index, passages or articles.
            given: further arguments.

        Returns:
            The value for each row.

        Raises:
            UsageError: there is no such row.
        """
        wanted = np.fromiter(rows, np.int64)
        if len(wanted) and not 0 <= wanted.min() <= wanted.max() < first[-1]:
            raise UsageError(
                f"expected rows from 0 to {first[-1] - 1}, got {wanted.min()} to {wanted.max()}:"
                " rows come from the index's own arrays"
            )
        owner = np.searchsorted(first, wanted, "right") - 1
        places = [np.flatnonzero(owner == shard) for shard in range(len(first) - 1)]
        asked = [
            ((wanted[positions] - begin).tolist(), *given) if len(positions) else None
            for positions, begin in zip(places, first)
        ]
        out: list[Any] = [None] * len(wanted)
        for positions, values in zip(places, self.shards.each(method, asked)):
            some = values.values() if isinstance(values, dict) else values
            for position, value in zip(positions.tolist(), some if len(positions) else ()):
                out[position] = value
        return out

    def tokens(self, rows: Sequence[int]) -> list[np.ndarray]:
        """See :class:`rag.index.snapshot.Snapshot`."""
        return self._asked("tokens", self._passages, rows)

    def vectors(self, passages: np.ndarray) -> np.ndarray:
        """See :class:`rag.index.snapshot.Snapshot`."""
        found = self._asked("vectors", self._passages, passages)
        return np.array(found, np.float32).reshape(-1, self.manifest.model.dim)

    def _masks(self, allowed: np.ndarray | None) -> list[np.ndarray | None]:
        """A mask over all passages, cut into one for each shard; None for each where it is None."""
        bounds = pairwise(self._passages.tolist())
        return [None if allowed is None else allowed[begin:end] for begin, end in bounds]

    def dense(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Ranked:
        """See :class:`rag.index.snapshot.Snapshot`."""
        found = self.shards.each("dense", [(query, k, mask) for mask in self._masks(allowed)])
        rows = np.concatenate([rows + first for (rows, _), first in zip(found, self._passages)])
        scores = np.concatenate([scores for _, scores in found])
        order = np.lexsort((rows, -scores))[:k]
        return rows[order], scores[order]

    def frequencies(self, wordings: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
        """See :class:`rag.index.snapshot.Snapshot`."""
        return tuple(sum(one) for one in zip(*self._all("frequencies", wordings), strict=True))

    def shares(self, wordings: Sequence[np.ndarray], whole: CorpusStatistics) -> np.ndarray:
        """See :class:`rag.index.snapshot.Snapshot`."""
        return np.concatenate(self._all("shares", wordings, whole))

    def propose(self, wanted: Wanted, whole: CorpusStatistics | None = None) -> Proposals:
        """See :class:`rag.index.snapshot.Snapshot`."""
        whole = whole or self.whole(wanted.wordings)
        beside = np.zeros(0, np.int64) if wanted.beside is None else wanted.beside
        cuts = pairwise(np.searchsorted(beside, self._passages))
        beside_by_shard = [beside[a:b] - first for (a, b), first in zip(cuts, self._passages)]
        parts = zip(self._masks(wanted.allowed), beside_by_shard)
        asked = [(replace(wanted, allowed=mask, beside=some), whole) for mask, some in parts]
        found = self.shards.each("propose", asked)
        return merged(list(zip(self._passages.tolist(), found)), wanted.per_side)

    def _numbers(self, method: str, given: object) -> np.ndarray:
        """The passages that a method of the shards returns, numbered as in the whole index."""
        found = self._all(method, given)
        return np.concatenate([rows + first for rows, first in zip(found, self._passages)])

    def holding(self, token: int) -> np.ndarray:
        """See :class:`rag.index.snapshot.Snapshot`."""
        return self._numbers("holding", token)

    def holding_all(self, found: np.ndarray) -> np.ndarray:
        """See :class:`rag.index.snapshot.Snapshot`."""
        return self._numbers("holding_all", found)

    def articles(self, rows: Iterable[int]) -> dict[int, Article]:
        """See :class:`rag.index.snapshot.Snapshot`."""
        wanted = list(dict.fromkeys(map(int, rows)))
        return dict(zip(wanted, self._asked("articles", self._articles, wanted), strict=True))

    def row_of(self, article_id: str) -> int | None:
        """See :class:`rag.index.snapshot.Snapshot`."""
        found = zip(self._all("row_of", article_id), self._articles.tolist())
        return next((row + first for row, first in found if row is not None), None)

    def listed(self, rows: Sequence[int], chars: int) -> list[tuple[str, str, str, str, str, str]]:
        """See :class:`rag.index.snapshot.Snapshot`."""
        wanted = list(dict.fromkeys(map(int, rows)))
        return self._asked("listed", self._articles, wanted, chars)

    def headings(self, chars: int) -> list[tuple[str, str]]:
        """See :class:`rag.index.snapshot.Snapshot`."""
        return [one for some in self._all("headings", chars) for one in some]

    def named(self, first: str, last: str) -> list[tuple[str, np.ndarray]]:
        """See :class:`rag.index.snapshot.Snapshot`."""
        rows: dict[str, list[np.ndarray]] = {}
        for some, start in zip(self._all("named", first, last), self._articles.tolist()):
            for name, articles in some:
                rows.setdefault(name, []).append(articles + np.int32(start))
        return [(name, np.concatenate(rows[name])) for name in sorted(rows)]


def write_stories(folder: Path, stories: np.ndarray) -> None:
    """Writes the stories of all articles into the version's folder; stored is for each article how
    many rows before it the first one of its story stands.
    """
    write_columns(folder / _STORIES_FILE, {"stories": np.arange(len(stories)) - stories})


def read_stories(folder: Path) -> np.ndarray:
    """For each article the row of the first one of its story, int32, as :func:`write_stories` wrote
    it. Raises ValueError, OSError, KeyError, TypeError.
    """
    before = read_columns(folder / _STORIES_FILE)["stories"]
    return (np.arange(len(before)) - before).astype(np.int32)


def open_shards(folder: Path, manifest: Manifest, embedder: Embedder) -> Sharded:
    """Opens a version that lies in shards, all of them in this process.

    Raises:
        IndexCorrupt, IndexMismatch: a shard or the file of stories is damaged or missing.
    """
    with contextlib.ExitStack() as opened:
        opened.enter_context(held(folder))
        folders = manifest.folders(folder)
        snapshots = [opened.enter_context(open_version(one, embedder)) for one in folders]
        try:
            stories = read_stories(folder)
            if len(stories) != manifest.counts.articles:
                raise ValueError(f"{len(stories)} articles instead of {manifest.counts.articles}")
        except CORRUPT_FILE_ERRORS as error:
            raise corrupt(folder / _STORIES_FILE, str(error)) from error
        shards = Shards(snapshots)
        return Sharded(folder, manifest, embedder, shards, stories, opened.pop_all())
