"""The index of articles as a library: opens and searches it. ``rag.assistant`` answers from it.

Index.build("corpus", "index")
index = Index.open("index")
hits = index.search("质量月 启动仪式", k=5)
answer = Assistant(index).ask("Who took part in the launch?")
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rag.errors import ShardGone, UsageError
from rag.filtering import checked
from rag.index_folder import IndexFolder, PathLike

if TYPE_CHECKING:
    from rag.corpus.article import Article
    from rag.embed.protocol import Reranker
    from rag.index import Snapshot
    from rag.search import SearchResult
    from rag.search.browse import Listed, Listing, Statistics
    from rag.search.sift import Sifted
    from rag.search.types import Filters, Fusion, Hit

_T = TypeVar("_T")
MAX_HITS = 1_000
_RECONNECT_SECONDS = 10.0
"""Seconds after which shards that could not be reached are tried again."""


class Index(IndexFolder):
    """One version of an index, open for reading until :meth:`reload`; may be shared by threads.

    Attributes:
        path: the index folder.
        snapshot: the version that is open.
        reranker: the model that reranks the best passages of every search and answer; None for
            none.
        model, rerank, on, replicas: as they were given.
    """

    def __init__(
        self,
        path: PathLike = "index",
        model: str | None = None,
        rerank: str | Reranker | None = None,
        on: str | None = None,
        replicas: int = 2,
    ):
        """Does the same as :meth:`open`."""
        from rag.embed import load_embedder, load_reranker

        self.path, self.model, self.rerank = Path(path), model, rerank
        self.on, self.replicas, self._look_again = on, replicas, 0.0
        self._embedder = load_embedder(model) if model else None
        self.reranker: Reranker | None = (
            load_reranker(rerank) if isinstance(rerank, str) and rerank else rerank or None
        )
        self.snapshot: Snapshot = self._open()

    def _open(self) -> Snapshot:
        if self.on:
            from rag.replicas import open_on

            return open_on(self.on, self.path, self._embedder, self.model, self.replicas)
        from rag.index import open_index

        return open_index(self.path, self._embedder)

    @classmethod
    def open(
        cls,
        path: PathLike = "index",
        model: str | None = None,
        rerank: str | Reranker | None = None,
        on: str | None = None,
        replicas: int = 2,
    ) -> Index:
        """Opens the live version of an index folder.

        Args:
            path: the index folder.
            model: name or folder of the embedding model that the index was built with; None for the
                embedded one.
            rerank: name or folder of a cross-encoder or multi-vector model that reranks the best
                passages, or an object with the methods of :class:`rag.embed.Reranker`; None for
                none. Every reranker works with every index.
            on: "ray" or "ray://HOST:PORT": the cluster of Ray on whose nodes the shards of the
                index are opened (docs/scaling.md); None for this process.
            replicas: how many replicas of each shard are opened there, on different nodes.

        Raises IndexMissing, IndexMismatch (another model or format: the message says how to
        rebuild), IndexCorrupt, ModelError.
        """
        return cls(path, model, rerank, on, replicas)

    @property
    def version(self) -> str:
        """Name of the version that is open."""
        return self.snapshot.version

    @property
    def n_articles(self) -> int:
        """Number of articles."""
        return self.snapshot.n_articles

    @property
    def n_passages(self) -> int:
        """Number of passages that the articles were split into."""
        return self.snapshot.n_passages

    def search(self, question: str, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """The ``k`` (1 to 1,000) passages that fit the question best, best first. A question finds
        Chinese and English passages alike.

        Raises UsageError for an empty or overlong question and for filters that make no sense,
        ModelError if the reranker fails.
        """
        return list(self.find(question, k, filters).hits)

    def find(
        self,
        question: str,
        k: int = 10,
        filters: Filters | None = None,
        fusion: Fusion | None = None,
    ) -> SearchResult:
        """Does the same as :meth:`search`, and also returns the time of each step:
        ``SearchResult.hits`` and ``.ms``.

        ``fusion`` gives other weights to the parts of the score; None for the usual weights.
        """
        from rag.search import Fusion, search

        if not 1 <= k <= MAX_HITS:
            raise UsageError(f"expected k between 1 and {MAX_HITS:,}, got {k}")
        limits, weights, reranker = checked(filters), fusion or Fusion(), self.reranker
        return self.with_what_is_there(
            lambda there: search(there, question, k, limits, fusion=weights, reranker=reranker)
        )

    def with_what_is_there(self, work: Callable[[Snapshot], _T]) -> _T:
        """Returns the result of some work on the open version. If shards become unreachable
        meanwhile, does the work again without them.
        """
        while True:
            snapshot = self.snapshot
            try:
                return work(snapshot)
            except ShardGone as error:
                self.leave_out(snapshot, error)

    def leave_out(self, snapshot: Snapshot, gone: ShardGone) -> None:
        """Leaves out shards that cannot be reached, until :meth:`reload` finds them again.

        Args:
            snapshot: the version that was used.
            gone: the error that it raised; raised again if no shard is left.
        """
        if len(gone.shards) == gone.of:
            raise gone
        if self.snapshot is snapshot:  # else another question has already left them out
            self.snapshot = snapshot.without(gone.shards)

    def sift(
        self, words: str, filters: Filters | None = None, start: int = 0, count: int = 20
    ) -> Sifted:
        """All articles that contain what is searched for, with their number by month, publisher,
        place and language.

        An article counts if it contains each word, or matches nearly all words in other words or
        the other language (in a large corpus only if the search proposes it). It must also contain
        every phrase in quotation marks, and nothing that stands behind a minus:
        ``bridge "opened to traffic" -toll``.

        Args:
            words: what to search for, at most 2,000 characters.
            filters: as for :meth:`search`.
            start, count: how many articles to skip and how many to list (1 to 100). Articles beyond
                the 1,000 best are only counted.

        Raises UsageError for arguments that make no sense.
        """
        from rag.search.sift import sift

        limits = checked(filters)
        return self.with_what_is_there(lambda there: sift(there, words, limits, start, count))

    def browse(
        self,
        words: str = "",
        filters: Filters | None = None,
        order: str = "newest",
        start: int = 0,
        count: int = 20,
        undated: bool = False,
    ) -> Listing:
        """A page of the list of articles.

        Args:
            words: parts of the title (or of the first sentence, if there is no title), separated by
                spaces; all must occur. Simplified and traditional characters count as the same, and
                so do upper and lower case. "about:" and a thing selects the articles that mention
                it, as an answer counts them (``Answer.about``).
            filters: as for :meth:`search`.
            order: "newest", "oldest" (with either, articles without a date come last) or "title".
            start: how many articles to skip.
            count: length of the page, 1 to 200.
            undated: list only the articles without a date.

        Raises UsageError for arguments that make no sense.
        """
        from rag.search.browse import browse

        return self.with_what_is_there(
            lambda snapshot: browse(snapshot, words, checked(filters), order, start, count, undated)
        )

    def retold(self, article_id: str) -> tuple[Listed, ...]:
        """At most 200 other articles that tell the story of an article in nearly the same words.
        Raises UsageError if there is no article with this id.
        """
        from rag.search.browse import retold

        return retold(self.snapshot, article_id)

    def statistics(self) -> Statistics:
        """The figures of what the index holds, and the files that were skipped when it was built,
        with their paths below the corpus.
        """
        from rag.freshness import read_origin
        from rag.search.browse import statistics

        origin = read_origin(self.path)
        return statistics(self.snapshot, origin.corpus if origin else ())

    def article(self, article_id: str) -> Article:
        """The article with this id, as it was indexed. Raises UsageError if there is none."""
        return self.snapshot.article_by_id(article_id)

    def reload(self) -> bool:
        """Switches to the version that is live now, and returns True if that changed anything; else
        it is cheap. Shards that were left out are tried again, too.

        Searches that run meanwhile finish on the version that they began with. Raises as
        :meth:`open`, and then the open version stays.
        """
        from rag.index.versions import current

        if current(self.path) == self.version:
            whole = self.snapshot.whole_of
            if whole is self.snapshot or time.monotonic() < self._look_again:
                return False
            self._look_again = time.monotonic() + _RECONNECT_SECONDS
            if not whole.reachable():
                return False
            self.snapshot = whole
            return True
        # The old version is not closed here, as others may be reading it. It closes itself when the
        # last of them has ended.
        self.snapshot = self._open()
        return True

    def close(self) -> None:
        """Closes the version, so that a later build may remove it."""
        self.snapshot.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def sample_corpus() -> Path:
    """The folder of the sample articles that come with Yinju, in a checkout and in an installed
    package alike.
    """
    here = Path(__file__).parent
    return next(folder for folder in (here / "sample", here.parent / "corpus") if folder.is_dir())
