"""What is done with an index folder: it is built, updated, checked and tidied."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import IndexMismatch, UsageError

if TYPE_CHECKING:
    from rag.corpus.article import Article, Skipped
    from rag.embed.protocol import Embedder
    from rag.index import BuildReport, Status, Verification
    from rag.index.report import Progress
    from rag.index.shards import Build
    from rag.index.upkeep import Freed, VersionsCompared

PathLike = str | Path


class IndexFolder:
    """The part of :class:`rag.library.Index` that needs no open version."""

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
        from rag.index import build_index, index_corpus
        from rag.index.shards import index_shards

        paths, articles = files_and_articles(corpus, path)
        if shards < 0 or (shards and not paths):
            raise UsageError(
                f"expected files for some shards, got {shards} shards"
                f" {'of articles' if not paths else ''}: shards are made of runs of files"
            )
        if on and not shards:
            raise UsageError("expected --shards with --on: a cluster builds shards")
        if not paths:
            told = _with_langs(articles)
            return build_index(told, path, _embedder(model), progress, max_removed=max_removed)
        write: Callable[..., BuildReport | None] = (
            functools.partial(index_shards, shards=shards, build=_building(on, model))
            if shards
            else functools.partial(index_corpus, afresh=True)
        )
        report = write(paths, path, columns=columns, **_how(model, progress, max_removed))
        assert report is not None  # all is read afresh
        return report

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

        return why_stale(path, files_and_articles(corpus, path)[0], model, columns, shards)

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
        from rag.index import index_corpus
        from rag.index.shards import index_shards, lies_in_shards
        from rag.looks import looked_again

        named = _corpus_of(path, corpus, model)
        paths, _ = files_and_articles([address_of(one) or one for one in named], path)
        write: Callable[..., BuildReport | None] = (
            functools.partial(index_shards, build=_building(on, model))
            if lies_in_shards(path)
            else index_corpus
        )
        report = write(paths, path, **_how(model, progress, max_removed))
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


def _how(model: str | None, progress: Progress | None, max_removed: float) -> dict[str, Any]:
    """How an index is written, as ``index_corpus`` and ``index_shards`` take it."""
    from rag.freshness import program

    named = {"embedder": _embedder(model), "model": model or "", "program": program()}
    return {**named, "progress": progress, "max_removed": max_removed}


def _embedder(model: str | None) -> Embedder | None:
    from rag.embed import load_embedder

    return load_embedder(model) if model else None


def _corpus_of(
    path: PathLike, corpus: PathLike | Sequence[PathLike] | None, model: str | None
) -> Sequence[PathLike]:
    """The corpus that was named, or that an index was built from.

    Raises:
        UsageError: none was named, and the index does not know it.
        IndexMismatch: the index was built with another model.
    """
    from rag.freshness import read_origin
    from rag.index.manifest import read_manifest
    from rag.index.versions import VERSIONS, current

    folder, origin = Path(path) / VERSIONS / current(path), read_origin(path)
    if corpus is None:
        if not origin:
            read_manifest(folder)  # says so where another version of Yinju built it
            raise UsageError(
                f"expected {path} to know what it was built from, but it does not: name the corpus"
            )
        corpus = origin.corpus
    if origin and origin.model != (model or ""):
        built = origin.model or "the embedded model"
        raise IndexMismatch(
            f"expected the model with which {path} was built ({built}), but got"
            f" {model or 'the embedded model'}: "
            + (f"name it (--model {origin.model})" if origin.model else "leave --model out")
            + ", or build the index anew (yinju build)"
        )
    return [corpus] if isinstance(corpus, str | Path) else corpus


def _building(on: str | None, model: str | None) -> Build | None:
    """What builds shards; None for this process."""
    if not on:
        return None
    from rag.cluster import building

    return building(on, model)


def _with_langs(articles: Iterable[Article | Skipped]) -> Iterator[Article | Skipped]:
    from rag.corpus import Article, detect_lang

    for one in articles:
        if isinstance(one, Article) and not one.lang:
            one = replace(one, lang=detect_lang(f"{one.title}\n{one.text}"))
        yield one


def files_and_articles(
    corpus: PathLike | Sequence[PathLike] | Iterable[Article | Skipped], index: PathLike
) -> tuple[list[Path], Iterable[Article | Skipped]]:
    """(paths, ()) or ([], articles); of what lies in an object store, the path of a copy beside the
    index.
    """
    from rag.corpus.mirror import is_address, mirrored

    named: Any = [corpus] if isinstance(corpus, str | Path) else corpus
    if not (isinstance(named, Sequence) and named and isinstance(named[0], str | Path)):
        return [], named
    below = Path(index) / "mirror"
    return [mirrored(str(one), below) if is_address(one) else Path(one) for one in named], ()
