"""Builds, updates, checks and tidies an index folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    from rag.index.status import Freed, VersionsCompared

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
        """Builds a new version of an index folder and makes it the live one; the one before is
        kept.

        Args:
            corpus: a file or folder of articles, several of them, or ``Article`` objects. An
                article without a language gets the one that its text seems to be in. What lies at
                an address such as s3://bucket/news is first copied to a folder below the index.
            path: the index folder; made if it does not exist.
            model: name or folder of a sentence-transformers model; None for the embedded model.
            progress: called now and then with (done, total or None, phase).
            max_removed: share (0 to 1) of the articles in the index before that may be missing now;
                1 for all.
            columns: names of columns in tables (.csv, .tsv, .json, .jsonl) by field, such as
                {"text": "content_plain"}, where the names do not show what they hold; None for
                those that the index was built with before.
            shards: number of shards, that is indexes of about equal size, each of a run of the
                files, which are read as one index. 0 for one index without shards.
            on: "ray" or "ray://HOST:PORT": the cluster of Ray that builds the shards; None for this
                process.

        Returns:
            Counts and times, and what was skipped, with the reasons.

        Raises CorpusError (the corpus does not exist, or has nothing to index), UsageError
        (``shards`` without files, or ``on`` without ``shards``), TooMuchRemoved, ModelError,
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
            with_langs = _with_langs(articles)
            return build_index(
                with_langs, path, _embedder(model), progress, max_removed=max_removed
            )
        how = {**_how(model, progress, max_removed), "columns": columns}
        if shards:
            how |= {"shards": shards, "build": _building(on, model)}
            report = index_shards(paths, path, **how)
        else:
            report = index_corpus(paths, path, afresh=True, **how)
        assert report is not None  # only an update may find that nothing has changed
        return report

    @staticmethod
    def stale(
        path: PathLike = "index",
        corpus: PathLike | Sequence[PathLike] = "corpus",
        model: str | None = None,
        columns: Mapping[str, str] | None = None,
        shards: int | None = None,
    ) -> str:
        """The reason why an index must be built anew to fit ``corpus`` and ``model``; "" if it need
        not be.

        This compares the content of all files, so edits, additions and removals all show.
        ``columns`` is as for :meth:`build`; ``shards`` None is for the number that there is.
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
        """Brings an index up to date with its corpus: reads what is new or changed, and takes over
        the rest as it is.

        The resulting index equals that of a build from scratch, byte for byte.

        Args:
            path: the index folder.
            corpus: files or folders; None for those that the index was built from.
            model: the model that the index was built with.
            progress: as for :meth:`build`.
            max_removed: share (0 to 1) of the articles that may be missing in the corpus now; 1 for
                all. This guards against a folder that was moved, or is mounted only in part. An
                index of under 10 articles is not guarded.

        Returns:
            The report, with ``changes`` (articles added, removed, changed, moved, unchanged), or
            None if nothing has changed.

        Raises IndexMissing, TooMuchRemoved, UsageError (the index does not know its corpus),
        IndexMismatch (built with another model), and what :meth:`build` raises.
        """
        from rag.corpus.mirror import address_of
        from rag.index import index_corpus
        from rag.index.shards import index_shards, lies_in_shards
        from rag.looks import looked_again

        named = _corpus_of(path, corpus, model)
        paths, _ = files_and_articles([address_of(one) or one for one in named], path)
        how = _how(model, progress, max_removed)
        if lies_in_shards(path):
            report = index_shards(paths, path, build=_building(on, model), **how)
        else:
            report = index_corpus(paths, path, **how)
        looked_again(path, paths)
        return report

    @staticmethod
    def verify(path: PathLike = "index") -> Verification:
        """Checks every file of the live version against its checksum, byte by byte.

        Raises IndexMissing, IndexMismatch, and IndexCorrupt, which names every damaged file.
        """
        from rag.index import verify

        return verify(path)

    @staticmethod
    def rollback(path: PathLike = "index") -> str:
        """Makes the version before the live one live again, and returns its name. Raises
        IndexMissing, IndexCorrupt.
        """
        from rag.index import rollback

        return rollback(path)

    @staticmethod
    def status(path: PathLike = "index") -> Status:
        """The versions that there are, which of them is live, and what they hold. Raises
        IndexMissing, IndexCorrupt.
        """
        from rag.index import status

        return status(path)

    @staticmethod
    def gc(path: PathLike = "index", keep: int = 2) -> Freed:
        """Removes old versions, so that ``keep`` are left (the live one included), and what killed
        builds left behind. Raises UsageError, IndexMissing, IndexBusy.
        """
        from rag.index.status import gc

        return gc(path, keep)

    @staticmethod
    def diff(path: PathLike = "index", old: str = "", new: str = "") -> VersionsCompared:
        """The differences of the live version (or ``new``) from the one before it (or ``old``).
        Raises UsageError, IndexMissing, IndexCorrupt.
        """
        from rag.index.status import diff

        return diff(path, old, new)


def _how(model: str | None, progress: Progress | None, max_removed: float) -> dict[str, Any]:
    """The arguments that ``index_corpus`` and ``index_shards`` have in common."""
    from rag.freshness import program

    named = {"embedder": _embedder(model), "model": model or "", "program": program()}
    return {**named, "progress": progress, "max_removed": max_removed}


def _embedder(model: str | None) -> Embedder | None:
    from rag.embed import load_embedder

    return load_embedder(model) if model else None


def _corpus_of(
    path: PathLike, corpus: PathLike | Sequence[PathLike] | None, model: str | None
) -> Sequence[PathLike]:
    """The corpus that was named, or else the one that an index was built from.

    Raises:
        UsageError: no corpus was named, and the index does not know its own.
        IndexMismatch: the index was built with another model.
    """
    from rag.freshness import read_origin
    from rag.index.manifest import read_manifest
    from rag.index.versions import live_folder

    folder, origin = live_folder(path), read_origin(path)
    if corpus is None:
        if not origin:
            read_manifest(folder)  # raises if another version of Yinju built the index
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
    """The function that builds shards on a cluster; None to build them in this process."""
    if not on:
        return None
    from rag.cluster import building

    return building(on, model)


def _with_langs(articles: Iterable[Article | Skipped]) -> Iterator[Article | Skipped]:
    """The same articles, where those without a language get the one that their text seems to be
    in.
    """
    from rag.corpus import Article, detect_lang

    for one in articles:
        if isinstance(one, Article) and not one.lang:
            one = replace(one, lang=detect_lang(f"{one.title}\n{one.text}"))
        yield one


def files_and_articles(
    corpus: PathLike | Sequence[PathLike] | Iterable[Article | Skipped], index: PathLike
) -> tuple[list[Path], Iterable[Article | Skipped]]:
    """Tells paths from articles: returns (paths, ()) or ([], articles). What lies in an object
    store is first copied into the index folder, and its path is that of the copy.
    """
    from rag.corpus.mirror import is_address, mirrored

    named: Any = [corpus] if isinstance(corpus, str | Path) else corpus
    if not (isinstance(named, Sequence) and named and isinstance(named[0], str | Path)):
        return [], named
    below = Path(index) / "mirror"
    return [mirrored(str(one), below) if is_address(one) else Path(one) for one in named], ()
