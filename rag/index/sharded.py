"""An index that lies in several shards, read as one.

Each shard is an index of the usual format, and holds a run of the articles: the first shard the
first ones, and so on, so that a number in the whole is the number in its shard and that of the
shard's first. What costs little is kept here (lengths, dates, languages, stories); anything else is
asked of the shards, and what they give is put together. Since each is told how many passages there
are in all, how long they are on average and how many of them hold a word, scores are those of one
index.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from rag.corpus.article import Article
from rag.embed.protocol import Embedder
from rag.embed.static import load_static
from rag.errors import UsageError
from rag.index.columns import narrow, read_columns, starts, write_columns
from rag.index.manifest import Manifest, corrupt
from rag.index.open import open_version
from rag.index.proposals import Proposals, Wanted, Whole, merged
from rag.index.snapshot import FOREIGN, Snapshot
from rag.index.store import CODED
from rag.index.versions import held

STORIES = "stories"


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What is kept of a shard.

    Attributes:
        passages: as :attr:`rag.index.snapshot.Snapshot.passages`.
        sizes: tokens of each passage.
        codes: by "lang", "date" and "source", as :attr:`rag.index.snapshot.Snapshot.lang_codes`.
        features: of all passages together.
    """

    passages: np.recarray
    sizes: np.ndarray
    codes: dict[str, tuple[tuple[str, ...], np.ndarray]]
    features: int

    @classmethod
    def of(cls, snapshot: Snapshot) -> Facts:
        """Those of an index."""
        codes = {name: snapshot.store.codes(name) for name in CODED}
        sizes = np.diff(snapshot.token_offsets).astype(np.int32)
        return cls(snapshot.passages, sizes, codes, snapshot.lexical_index.features_in_all)

    @property
    def articles(self) -> int:
        """Number of articles."""
        return len(self.codes["lang"][1])


class Shards:
    """The shards of an index: those in this process; others are asked the same way.

    Attributes:
        facts: what is kept of each, in order.
        of: how many shards the index has; those that cannot be reached are left out.
    """

    def __init__(self, snapshots: Sequence[Snapshot]) -> None:
        """Takes the opened shards."""
        self._snapshots = snapshots
        self.facts = tuple(map(Facts.of, snapshots))
        self.of = len(snapshots)

    def each(self, method: str, asked: Sequence[tuple | None]) -> list:
        """Calls a method of the :class:`rag.index.snapshot.Snapshot` of each shard.

        Args:
            method: its name.
            asked: the arguments for each shard; None where it is not asked.

        Returns:
            What each gave; None where it was not asked.

        Raises:
            ShardGone: some cannot be reached.
        """
        return [
            None if given is None else getattr(snapshot, method)(*given)
            for snapshot, given in zip(self._snapshots, asked, strict=True)
        ]

    def only(self, shards: Sequence[int]) -> Shards:
        """The same without those that are not named."""
        raise NotImplementedError  # in this process all of them can be reached

    def reachable(self) -> bool:
        """Whether all of them can be reached."""
        return True


class Sharded(Snapshot):
    """A version that lies in shards; see :class:`rag.index.snapshot.Snapshot`.

    Attributes:
        shards: where they are.
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
        """Takes the shards as they were opened.

        Args:
            folder, manifest, embedder: as for any version.
            shards: its shards.
            stories: as :attr:`rag.index.snapshot.Snapshot.stories`.
            hold: what is let go when the version is closed.
        """
        self._held = hold or contextlib.ExitStack()
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
        """The version with all of its shards; itself where none is left out."""
        return self._whole_of or self

    def reachable(self) -> bool:
        """Whether all of its shards can be reached."""
        return self.shards.reachable()

    def without(self, gone: Sequence[int]) -> Sharded:
        """The version without some of its shards, by their numbers among those that are asked."""
        left = [shard for shard in range(len(self.shards.facts)) if shard not in gone]
        kept = np.repeat(np.isin(np.arange(len(self.shards.facts)), left), np.diff(self._articles))
        _, first, told = np.unique(self.stories[kept], return_index=True, return_inverse=True)
        shards, stories = self.shards.only(left), first[told].astype(np.int32)
        out = Sharded(self.path, self.manifest, self.embedder, shards, stories)
        out._whole_of = self.whole_of
        return out

    def _codes(self, name: str) -> tuple[tuple[str, ...], np.ndarray]:
        parts = [one.codes[name] for one in self.shards.facts]
        known = sorted({value for values, _ in parts for value in values})
        number = {value: place for place, value in enumerate(known)}
        codes = [
            np.array([number[value] for value in values], np.int32)[of] for values, of in parts
        ]
        return tuple(known), np.concatenate(codes)

    def _all(self, method: str, *given: object) -> list:
        return self.shards.each(method, [given] * len(self.shards.facts))

    def _asked(
        self, method: str, first: np.ndarray, rows: Iterable[int], *given: object
    ) -> list[tuple[np.ndarray, Any]]:
        """Positions in ``rows`` with what their shard gives for them; ``first`` are the numbers of
        the first row of each shard, and of all.
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
            ((wanted[own] - begin).tolist(), *given) if len(own) else None
            for own, begin in zip(places, first)
        ]
        found = self.shards.each(method, asked)
        return [(own, one) for own, one in zip(places, found) if len(own)]

    def _in_order(self, found: Sequence[tuple[np.ndarray, Sequence]]) -> list:
        """What was found for each position."""
        places = [place for own, _ in found for place in own.tolist()]
        values = [value for _, some in found for value in some]
        return [value for _, value in sorted(zip(places, values, strict=True), key=lambda p: p[0])]

    def token_run(self, rows: Sequence[int]) -> np.ndarray:
        """See :class:`rag.index.snapshot.Snapshot`."""
        wanted = np.asarray(rows, np.int64)
        found = self._asked("token_run", self._passages, wanted)
        runs = self._in_order([(own, self._cut(wanted[own], run)) for own, run in found])
        return np.concatenate([np.zeros(0, np.int64), *runs])

    def vectors(self, passages: np.ndarray) -> np.ndarray:
        """See :class:`rag.index.snapshot.Snapshot`."""
        out = np.zeros((len(passages), self.manifest.model.dim), np.float32)
        for own, found in self._asked("vectors", self._passages, passages):
            out[own] = found
        return out

    def _masks(self, allowed: np.ndarray | None) -> list[np.ndarray | None]:
        """A mask over passages, shard by shard."""
        bounds = pairwise(self._passages.tolist())
        return [None if allowed is None else allowed[begin:end] for begin, end in bounds]

    def dense(
        self, query: np.ndarray, k: int, allowed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`rag.index.snapshot.Snapshot`."""
        found = self.shards.each("dense", [(query, k, mask) for mask in self._masks(allowed)])
        rows = np.concatenate([rows + first for (rows, _), first in zip(found, self._passages)])
        scores = np.concatenate([scores for _, scores in found])
        order = np.lexsort((rows, -scores))[:k]
        return rows[order], scores[order]

    def frequencies(self, wordings: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
        """See :class:`rag.index.snapshot.Snapshot`."""
        return tuple(sum(one) for one in zip(*self._all("frequencies", wordings), strict=True))

    def shares(self, wordings: Sequence[np.ndarray], whole: Whole) -> np.ndarray:
        """See :class:`rag.index.snapshot.Snapshot`."""
        return np.concatenate(self._all("shares", wordings, whole))

    def propose(
        self,
        wanted: Wanted,
        whole: Whole | None = None,
        allowed: np.ndarray | None = None,
        beside: np.ndarray | None = None,
    ) -> Proposals:
        """See :class:`rag.index.snapshot.Snapshot`."""
        whole = whole or self.whole(wanted.wordings)
        beside = np.zeros(0, np.int64) if beside is None else beside
        cuts = pairwise(np.searchsorted(beside, self._passages))
        own = [beside[a:b] - first for (a, b), first in zip(cuts, self._passages)]
        asked = [(wanted, whole, mask, some) for mask, some in zip(self._masks(allowed), own)]
        found = self.shards.each("propose", asked)
        return merged(list(zip(self._passages.tolist(), found)), wanted.per_side)

    def _numbers(self, method: str, given: object) -> np.ndarray:
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
        asked = self._asked("articles", self._articles, wanted)
        found = self._in_order([(own, list(some.values())) for own, some in asked])
        return dict(zip(wanted, found, strict=True))

    def row_of(self, article_id: str) -> int | None:
        """See :class:`rag.index.snapshot.Snapshot`."""
        found = zip(self._all("row_of", article_id), self._articles.tolist())
        return next((row + first for row, first in found if row is not None), None)

    def listed(self, rows: Sequence[int], chars: int) -> list[tuple[str, str, str, str, str, str]]:
        """See :class:`rag.index.snapshot.Snapshot`."""
        wanted = list(dict.fromkeys(map(int, rows)))
        return self._in_order(self._asked("listed", self._articles, wanted, chars))

    def headings(self, chars: int) -> list[tuple[str, str]]:
        """See :class:`rag.index.snapshot.Snapshot`."""
        return [one for some in self._all("headings", chars) for one in some]

    def named(self, first: str, last: str) -> list[tuple[str, np.ndarray]]:
        """See :class:`rag.index.snapshot.Snapshot`."""
        rows: dict[str, list[np.ndarray]] = {}
        for some, start in zip(self._all("named", first, last), self._articles.tolist()):
            for name, own in some:
                rows.setdefault(name, []).append(own + np.int32(start))
        return [(name, np.concatenate(rows[name])) for name in sorted(rows)]


def write_stories(folder: Path, stories: np.ndarray) -> None:
    """Puts the stories of all articles beside the manifest, as rows before."""
    write_columns(folder / STORIES, {"stories": narrow(np.arange(len(stories)) - stories)})


def read_stories(folder: Path) -> np.ndarray:
    """What :func:`write_stories` wrote, int32. Raises ValueError, OSError, KeyError, TypeError."""
    before = read_columns(folder / STORIES)["stories"]
    return (np.arange(len(before)) - before).astype(np.int32)


def open_shards(folder: Path, manifest: Manifest, embedder: Embedder) -> Sharded:
    """Opens a version that lies in shards, all of them in this process.

    Raises:
        IndexCorrupt, IndexMismatch: a shard, or what is kept of all, is damaged or missing.
    """
    with contextlib.ExitStack() as opened:
        opened.enter_context(held(folder))
        folders = manifest.folders(folder)
        snapshots = [opened.enter_context(open_version(one, embedder)) for one in folders]
        try:
            stories = read_stories(folder)
            if len(stories) != manifest.counts.articles:
                raise ValueError(f"{len(stories)} articles instead of {manifest.counts.articles}")
        except FOREIGN as error:
            raise corrupt(folder / STORIES, str(error)) from error
        shards = Shards(snapshots)
        return Sharded(folder, manifest, embedder, shards, stories, opened.pop_all())
