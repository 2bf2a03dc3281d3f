"""The library: an index of articles; ``rag.assistant`` answers from it.

Index.build("corpus", "index")
index = Index.open("index")
hits = index.search("质量月 启动仪式", k=5)
answer = Assistant(index).ask("Who took part in the launch?")
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rag.errors import IndexMismatch, ShardGone, UsageError

if TYPE_CHECKING:
    from rag.corpus.article import Article, Skipped
    from rag.embed.protocol import Embedder, Reranker
    from rag.index import BuildReport, Snapshot, Status, Verification
    from rag.index.report import Progress
    from rag.index.upkeep import Freed, VersionsCompared
    from rag.search import SearchResult
    from rag.search.browse import Listed, Listing, Statistics
    from rag.search.sift import Sifted
    from rag.search.types import Filters, Fusion, Hit

_T = TypeVar("_T")
PathLike = str | Path
MAX_HITS = 1_000
AGAIN_SECONDS = 10.0
"""Time after which shards that could not be reached are looked for again."""


class Index:
    """One version of an index, open for reading until :meth:`reload`; may be shared by threads.

    Attributes:
        path: the index folder.
        snapshot: the version that is open.
        reranker: reads the best passages of every search and answer; None for none.
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
        """As :meth:`open`."""
        self.path, self.model, self.rerank = Path(path), model, rerank
        self.on, self.replicas, self._look_again = on, replicas, 0.0
        self._embedder = embedder_of(model)
        self.reranker = _reranker(rerank)
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
        """Open the live version of an index folder.

        Args:
            path: the index folder.
            model: name or folder of the embedding model that it was built with; None is the
                embedded one.
            rerank: name or folder of a cross-encoder or multi-vector model that reads the best
                passages, or an object of :class:`rag.embed.Reranker`'s shape; None for none. Any
                index takes any.
            on: "ray" or "ray://HOST:PORT": the cluster of Ray on whose nodes the shards of the
                index are opened (docs/scaling.md); None for this process.
            replicas: how many of each shard are opened there, on different nodes.

        Raises IndexMissing, IndexMismatch (another model or format: the message says how to
        rebuild), IndexCorrupt, ModelError.
        """
        return cls(path, model, rerank, on, replicas)

    @staticmethod
    def build(
        corpus: PathLike | Sequence[PathLike] | Iterable[Article | Skipped],
        path: PathLike = "index",
        model: str | None = None,
        progress: Progress | None = None,
        max_removed: float = 1.0,
        columns: Mapping[str, str] | None = None,
        shards: int = 0,
        on: str | None = None,
    ) -> BuildReport:
        """Build a new version of an index folder and make it the live one; the one before is kept.

        Args:
            corpus: a file or folder of articles, several of them, or articles; one without a
                language gets that which its text seems to be in. An address as s3://bucket/news is
                copied to a folder below the index first.
            path: the index folder; made where it is not there.
            model: name or folder of a sentence-transformers model; None is the embedded one.
            progress: called now and then with (done, total or None, phase).
            max_removed: share (0 to 1) of the articles that were in the index which may be gone; 1
                for all.
            columns: names of columns in tables (.csv, .tsv, .json, .jsonl) by field, {"text":
                "content_plain"}, where they do not tell; None for those that the index was built
                with before.
            shards: into how many indexes of about equal size the articles go, each with a run of
                files; they are read as one. 0 for one index without shards.
            on: "ray" or "ray://HOST:PORT": the cluster of Ray that builds the shards; None for this
                process.

        Returns:
            Counts and times, and what was skipped, with the reasons.

        Raises CorpusError (not there, or nothing to index), TooMuchRemoved, ModelError,
        StorageError, IndexBusy.
        """
        from rag.freshness import program
        from rag.index import build_index, index_corpus

        paths, articles = _divide(corpus, path)
        if shards < 0 or (shards and not paths):
            raise UsageError(
                f"expected files for some shards, got {shards} shards"
                f" {'of articles' if not paths else ''}: shards are made of runs of files"
            )
        embedder = embedder_of(model)
        if shards:
            from rag.index.shards import index_shards

            return index_shards(
                paths,
                path,
                shards,
                embedder,
                progress,
                max_removed=max_removed,
                model=model or "",
                program=program(),
                columns=columns,
                build=_building(on, model),
            )
        if on:
            raise UsageError("expected --shards with --on: a cluster builds shards")
        if not paths:
            return build_index(
                _with_langs(articles), path, embedder, progress, max_removed=max_removed
            )
        return index_corpus(
            paths,
            path,
            embedder,
            progress,
            max_removed=max_removed,
            model=model or "",
            program=program(),
            columns=columns,
            afresh=True,
        )

    @staticmethod
    def stale(
        path: PathLike = "index",
        corpus: PathLike | Sequence[PathLike] = "corpus",
        model: str | None = None,
        columns: Mapping[str, str] | None = None,
        shards: int | None = None,
    ) -> str:
        """Why an index must be built anew to be that of ``corpus`` and ``model``; "" where it need
        not be.

        Decided by the content of all files, so an edit, an addition and a removal all show.
        ``columns`` as for :meth:`build`; ``shards`` None for as many as there are.
        """
        from rag.freshness import why_stale

        return why_stale(path, _divide(corpus, path)[0], model, columns, shards)

    @staticmethod
    def update(
        path: PathLike = "index",
        corpus: PathLike | Sequence[PathLike] | None = None,
        model: str | None = None,
        progress: Progress | None = None,
        max_removed: float = 0.2,
        on: str | None = None,
    ) -> BuildReport | None:
        """Bring an index up to date with its corpus: what is new or changed is read, the rest is
        taken over as it is.

        The index is then the one that a build from nothing would give, byte for byte.

        Args:
            path: the index folder.
            corpus: files or folders; None for those that the index was built from.
            model: the model that it was built with.
            progress: as for :meth:`build`.
            max_removed: share (0 to 1) of the articles that may be gone from the corpus; 1 for all.
                Stops what follows a folder that was moved, or is mounted only in part; an index of
                under 10 articles is not guarded.

        Returns:
            The report, with ``changes`` (articles added, removed, changed, moved, unchanged), or
            None where nothing had changed.

        Raises IndexMissing, TooMuchRemoved, UsageError (the index does not know its corpus),
        IndexMismatch (built with another model), and what :meth:`build` raises.
        """
        from rag.corpus.mirror import address_of
        from rag.freshness import program, read_origin
        from rag.index import index_corpus
        from rag.index.manifest import read_manifest
        from rag.index.shards import index_shards, lies_in_shards
        from rag.index.versions import VERSIONS, current
        from rag.looks import looked_again

        folder, origin = Path(path) / VERSIONS / current(path), read_origin(path)
        if corpus is None:
            if not origin:
                read_manifest(folder)  # says so where another version of Yinju built it
                raise UsageError(
                    f"expected {path} to know what it was built from, but it does not: name the"
                    " corpus"
                )
            corpus = origin.corpus
        corpus = [corpus] if isinstance(corpus, str | Path) else corpus
        if origin and origin.model != (model or ""):
            built = origin.model or "the embedded model"
            raise IndexMismatch(
                f"expected the model with which {path} was built ({built}), but got"
                f" {model or 'the embedded model'}: "
                + (f"name it (--model {origin.model})" if origin.model else "leave --model out")
                + ", or build the index anew (yinju build)"
            )
        paths, _ = _divide([address_of(one) or one for one in corpus], path)
        given = {
            "embedder": embedder_of(model),
            "progress": progress,
            "max_removed": max_removed,
            "model": model or "",
            "program": program(),
        }
        if lies_in_shards(path):
            report = index_shards(paths, path, build=_building(on, model), **given)
        else:
            report = index_corpus(paths, path, **given)
        looked_again(path, paths)
        return report

    @staticmethod
    def verify(path: PathLike = "index") -> Verification:
        """Check every byte of the live version against its checksum.

        Raises IndexMissing, IndexMismatch, and IndexCorrupt, which names every damaged file.
        """
        from rag.index import verify

        return verify(path)

    @staticmethod
    def rollback(path: PathLike = "index") -> str:
        """Make the version before the live one live again; returns its name. Raises IndexMissing,
        IndexCorrupt.
        """
        from rag.index import rollback

        return rollback(path)

    @staticmethod
    def status(path: PathLike = "index") -> Status:
        """Which versions there are, which is live, and what they hold. Raises IndexMissing,
        IndexCorrupt.
        """
        from rag.index import status

        return status(path)

    @staticmethod
    def gc(path: PathLike = "index", keep: int = 2) -> Freed:
        """Remove versions beyond ``keep`` (the live one included) and what killed builds left.
        Raises UsageError, IndexMissing, IndexBusy.
        """
        from rag.index.upkeep import gc

        return gc(path, keep)

    @staticmethod
    def diff(path: PathLike = "index", old: str = "", new: str = "") -> VersionsCompared:
        """How the live version (or ``new``) differs from the one before it (or ``old``). Raises
        UsageError, IndexMissing, IndexCorrupt.
        """
        from rag.index.upkeep import diff

        return diff(path, old, new)

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
        """The ``k`` (1 to 1,000) passages that fit the question best, best first; zh and en find
        each other.

        Raises UsageError for an empty or overlong question and for filters that make no sense,
        ModelError where the reranker fails.
        """
        return list(self.find(question, k, filters).hits)

    def find(
        self,
        question: str,
        k: int = 10,
        filters: Filters | None = None,
        fusion: Fusion | None = None,
    ) -> SearchResult:
        """As :meth:`search`, with the time that each step took: ``SearchResult.hits`` and ``.ms``.

        ``fusion`` weighs the parts of the score otherwise than usual.
        """
        from rag.search import Fusion, search

        if not 1 <= k <= MAX_HITS:
            raise UsageError(f"expected k between 1 and {MAX_HITS:,}, got {k}")
        return self.with_what_is_there(
            lambda snapshot: search(
                snapshot,
                question,
                k,
                checked(filters),
                fusion=fusion or Fusion(),
                reranker=self.reranker,
            )
        )

    def with_what_is_there(self, work: Callable[[Snapshot], _T]) -> _T:
        """What some work on the open version gives; where shards cannot be reached meanwhile, it is
        done again without them.
        """
        while True:
            snapshot = self.snapshot
            try:
                return work(snapshot)
            except ShardGone as gone:
                self.leave_out(snapshot, gone)

    def leave_out(self, snapshot: Snapshot, gone: ShardGone) -> None:
        """Goes on without shards that cannot be reached, until :meth:`reload` finds them again.

        Args:
            snapshot: the version that was asked.
            gone: what it raised; raised again where no shard is left.
        """
        if len(gone.shards) == gone.of:
            raise gone
        if self.snapshot is snapshot:  # or another question has found out already
            self.snapshot = snapshot.without(gone.shards)

    def sift(
        self, words: str, filters: Filters | None = None, start: int = 0, count: int = 20
    ) -> Sifted:
        """All articles that hold what is searched for, with their number by month, publisher, place
        and language.

        One counts that holds each word, or matches nearly all of them in other words or the other
        language (in a large corpus, of what search proposes), every phrase in quotation marks, and
        nothing behind a minus: ``bridge "opened to traffic" -toll``.

        Args:
            words: at most 2,000 characters.
            filters: as for :meth:`search`.
            start, count: how many articles to pass over and to list (1 to 100); those beyond the
                1,000 best are only counted.

        Raises UsageError for what makes no sense.
        """
        from rag.search.sift import sift

        return self.with_what_is_there(
            lambda snapshot: sift(snapshot, words, checked(filters), start, count)
        )

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
            words: parts of the title, or of the first sentence where there is none, between spaces;
                all must occur. Simplified and traditional characters, upper and lower case are one.
                "about:" and a thing: the articles that mention it, as an answer counts them
                (``Answer.about``).
            filters: as for :meth:`search`.
            order: "newest", "oldest" (both with those without a date behind) or "title".
            start: how many to pass over.
            count: length of the page, 1 to 200.
            undated: only the articles without a date.

        Raises UsageError for what makes no sense.
        """
        from rag.search.browse import browse

        return self.with_what_is_there(
            lambda snapshot: browse(snapshot, words, checked(filters), order, start, count, undated)
        )

    def retold(self, article_id: str) -> tuple[Listed, ...]:
        """At most 200 other articles that tell the story of an article in nearly the same words.
        Raises UsageError where it is not there.
        """
        from rag.search.browse import retold

        return retold(self.snapshot, article_id)

    def statistics(self) -> Statistics:
        """What the index holds, in figures, and what was skipped when it was built, by its path
        below the corpus.
        """
        from rag.freshness import read_origin
        from rag.search.browse import statistics

        origin = read_origin(self.path)
        return statistics(self.snapshot, origin.corpus if origin else ())

    def article(self, article_id: str) -> Article:
        """The article of an id, as it was indexed. Raises UsageError where there is none."""
        return self.snapshot.article_by_id(article_id)

    def reload(self) -> bool:
        """Switch to the version that is live now; True where it is another one. Cheap where it is
        not.

        Searches that run meanwhile end on the version they began with. Raises as :meth:`open`, and
        then the version that is open stays.
        """
        from rag.index.versions import current

        if current(self.path) == self.version:
            whole = self.snapshot.whole_of
            if whole is self.snapshot or time.monotonic() < self._look_again:
                return False
            self._look_again = time.monotonic() + AGAIN_SECONDS
            if not whole.shards.reachable():
                return False
            self.snapshot = whole
            return True
        # Not closed: others may be reading it. It closes itself when the last of them has ended.
        self.snapshot = self._open()
        return True

    def close(self) -> None:
        """Let the version go, so that a later build may remove it."""
        self.snapshot.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def checked(filters: Filters | None) -> Filters:
    """The filters, or none for None.

    Raises UsageError for a bound that is not a date "YYYY-MM-DD", for a range that ends before it
    begins, and for a place that is not known.
    """
    from rag.corpus.place_names import place_named
    from rag.search.types import Filters

    filters = filters or Filters()
    if not isinstance(filters, Filters):
        raise UsageError(
            "expected filters as rag.Filters(date_from=..., langs=...), got a"
            f" {type(filters).__name__}"
        )
    for name, bound in (("first", filters.date_from), ("last", filters.date_to)):
        if bound and not is_date(bound):
            raise UsageError(f"expected the {name} date as YYYY-MM-DD, got {bound!r}")
    if filters.date_from and filters.date_to and filters.date_from > filters.date_to:
        raise UsageError(
            f"expected a range of dates that ends after it begins, got {filters.date_from} to"
            f" {filters.date_to}"
        )
    for name, chosen in (
        ("sources", filters.sources),
        ("languages", filters.langs),
        ("places", filters.places),
    ):
        if isinstance(chosen, str):
            raise UsageError(
                f"expected the {name} as a tuple of names, got the one string {chosen!r}"
            )
    for place in filters.places:
        place_named(place)
    return filters


def sample_corpus() -> Path:
    """The folder of the articles that come with Yinju, in a checkout and in an installed package
    alike.
    """
    here = Path(__file__).parent
    return next(folder for folder in (here / "sample", here.parent / "corpus") if folder.is_dir())


def is_date(text: str) -> bool:
    """Whether a text is a day as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def embedder_of(model: str | None) -> Embedder | None:
    """The embedding model of a name or folder; None stands for the embedded one all the way
    down.
    """
    if not model:
        return None
    from rag.embed import load_embedder

    return load_embedder(model)


def _building(on: str | None, model: str | None):
    """What builds shards; None for this process."""
    if not on:
        return None
    from rag.cluster import building

    return building(on, model)


def _reranker(rerank: str | Reranker | None) -> Reranker | None:
    if not rerank or not isinstance(rerank, str):
        return rerank or None
    from rag.embed import load_reranker

    return load_reranker(rerank)


def _with_langs(articles: Iterable[Article | Skipped]) -> Iterator[Article | Skipped]:
    from rag.corpus import Article, detect_lang

    for one in articles:
        unknown = isinstance(one, Article) and not one.lang
        yield replace(one, lang=detect_lang(f"{one.title}\n{one.text}")) if unknown else one


def _divide(corpus, index: PathLike) -> tuple[list[Path], Iterable[Article | Skipped]]:
    """(paths, ()) or ([], articles); of what lies in an object store, the path of a copy beside the
    index.
    """
    if isinstance(corpus, str | Path):
        corpus = [corpus]
    if not (isinstance(corpus, Sequence) and corpus and isinstance(corpus[0], str | Path)):
        return [], corpus
    from rag.corpus.mirror import is_address, mirrored

    below = Path(index) / "mirror"
    return [mirrored(one, below) if is_address(one) else Path(one) for one in corpus], ()
