"""Puts articles into the corpus folder of an index and takes them out: ``yinju add``, ``remove``
and ``restore`` as functions.

    for one in add(["notice.pdf", "https://news.example/feed"], "index"):
        print(one.status, one.path, one.reason)
    remove([one.path], "index")
    restore([one.path], "index")

None of these three touches the index itself: ``Index.update`` brings it up to date.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.corpus.folder import Added, CorpusFolder, Removed
from rag.errors import CorpusError, IndexBusy, IndexMissing, UsageError, YinjuError
from rag.looks import FEED_KIND, note

if TYPE_CHECKING:
    from rag.corpus.fetch import Fetcher
    from rag.index import BuildReport
    from rag.index.report import Progress

_TRASH_FOLDER = "trash"  # folder in the index folder, for removed files
FIRST_CORPUS = "corpus"  # folder beside the index, if no other is named or known


def corpora(index: str | Path) -> list[Path]:
    """The files and folders that an index was built from; empty if the index does not know them."""
    from rag.freshness import read_origin

    origin = read_origin(index)
    return [Path(path) for path in origin.corpus] if origin else []


def corpus_folder(index: str | Path, corpus: str | Path | None = None) -> CorpusFolder:
    """The folder that articles of an index are added to. Its trash is inside the index folder.

    Args:
        index: the index folder; it need not exist yet.
        corpus: the folder; None for the first folder that the index was built from, or else
            "corpus" beside the index. The sample articles that come with Yinju do not count as such
            a folder, unless they lie beside the index, as in a checkout that one works in.

    Raises UsageError if ``corpus`` is a file.
    """
    if corpus and Path(corpus).is_file():
        raise UsageError(
            f"expected a corpus folder, got the file {corpus}: name a folder (--corpus DIR)"
        )
    folders = [Path(corpus)] if corpus else _own_folders(index) or [_beside(index) / FIRST_CORPUS]
    return _folder(index, folders[0])


def _folder(index: str | Path, path: Path) -> CorpusFolder:
    from rag.freshness import read_origin

    origin = read_origin(index)
    columns = dict(origin.columns) if origin else None
    return CorpusFolder(path, Path(index) / _TRASH_FOLDER, columns)


def _own_folders(index: str | Path) -> list[Path]:
    """The folders that an index was built from and that are the user's own, not the sample's."""
    from rag.library import sample_corpus

    sample = sample_corpus().resolve()
    return [
        path
        for path in corpora(index)
        if path.is_dir() and (path.resolve() != sample or sample.parent == _beside(index))
    ]


def _beside(index: str | Path) -> Path:
    return Path(index).resolve().parent


def all_corpora(index: str | Path, folder: CorpusFolder) -> list[Path]:
    """The files and folders to build an index from: those that it was built from, and ``folder`` if
    it exists and does not lie inside them. If none are known, ``folder`` alone.
    """
    known = corpora(index)
    inside = any(folder.path.is_relative_to(path.resolve()) for path in known)
    return known if known and (inside or not folder.path.is_dir()) else [*known, folder.path]


def is_url(source: str) -> bool:
    """Whether a source to be added is an address rather than a path."""
    return "://" in source and not os.path.exists(source)


def add(
    sources: Iterable[str | Path],
    index: str | Path = "index",
    corpus: str | Path | None = None,
    fetcher: Fetcher | None = None,
    **metadata: str,
) -> Iterator[Added]:
    """Adds files, folders and what is at addresses (pages, feeds, sitemaps) to the corpus folder of
    an index, one by one. Yields what became of each.

    Args:
        sources: paths and addresses.
        index, corpus: see :func:`corpus_folder`.
        fetcher: fetches the addresses, within its limits; None for one with the usual limits.
        metadata: title, date, source, url and lang of the article, if the only source is a file.

    Raises CorpusError for a path that does not exist, before anything is added; UsageError if
    ``metadata`` is given for anything but one file; StorageError.
    """
    named = [str(source) for source in sources]
    for source in named:
        if not is_url(source) and not os.path.exists(source):
            raise CorpusError(
                f"expected a file, a folder or an address, found nothing at {source}; check the"
                " path (an address begins with http:// or https://)"
            )
    fields = ", ".join(key for key, value in metadata.items() if value)
    if fields and (len(named) != 1 or not os.path.isfile(named[0])):
        raise UsageError(f"expected one file to be of that {fields}, got something else")
    folder = corpus_folder(index, corpus)
    on_feed = functools.partial(note, index, FEED_KIND)

    def added(source: str) -> Iterator[Added]:
        from rag.corpus.web import add_url

        if is_url(source):
            yield from add_url(folder, source, fetcher, on_feed)
        elif os.path.isdir(source):
            yield from folder.add_folder(source)
        else:
            yield folder.add_file(source, **metadata)

    return itertools.chain.from_iterable(map(added, named))


def locate(
    names: Iterable[str], index: str | Path = "index", corpus: str | Path | None = None
) -> list[tuple[CorpusFolder, Path]]:
    """The corpus folder and the file of each article, which is named by id, path or address.

    Raises UsageError for the first name that fits no article, or one of several articles in a file.
    """
    known = [] if corpus else [_folder(index, path) for path in _own_folders(index)]
    folders = known or [corpus_folder(index, corpus)]
    return [_locate(name, index, folders) for name in names]


def _locate(
    name: str, index: str | Path, folders: Sequence[CorpusFolder]
) -> tuple[CorpusFolder, Path]:
    for folder in folders:
        try:
            return folder, folder.find(name)
        except UsageError as error:
            missing = error
    if not (found := _indexed(name, index)):
        raise missing
    article, path = found
    for folder in folders:
        with contextlib.suppress(UsageError):
            return folder, folder.find(article)
    raise UsageError(
        f"expected a file of its own for the article {name!r}, but it is one of those in {path}:"
        " take it out of there"
    )


def _indexed(name: str, index: str | Path) -> tuple[str, str] | None:
    """The id and the file of an article in the index, which is named by id or address; None if
    there is no such article, or no index that can be read.
    """
    from rag.index.store import stores_of
    from rag.index.versions import live_folder

    with contextlib.suppress(YinjuError, OSError, ValueError, KeyError, TypeError):
        stores = stores_of(live_folder(index))
        return next(filter(None, (store.origin(name) for store in stores)), None)
    return None


def remove(
    names: Iterable[str], index: str | Path = "index", corpus: str | Path | None = None
) -> list[Removed]:
    """Moves the files of articles to the trash folder of the index. If one of the files cannot be
    found, it moves none.

    Args:
        names: ids, paths or addresses of articles.
        index, corpus: see :func:`corpus_folder`.

    Raises as :func:`locate`, and StorageError.
    """
    found = dict.fromkeys(locate(names, index, corpus))
    return [folder.remove(str(file)) for folder, file in found]


def restore(
    names: Iterable[str], index: str | Path = "index", corpus: str | Path | None = None
) -> list[Removed]:
    """Puts removed files back into the corpus folder. Raises as
    :meth:`rag.corpus.folder.CorpusFolder.restore`.
    """
    folder = corpus_folder(index, corpus)
    return [folder.restore(name) for name in names]


def bring_up(
    index: str | Path,
    paths: Sequence[Path],
    model: str | None = None,
    progress: Progress | None = None,
    max_removed: float = 0.2,
    patience: float = 0.0,
) -> BuildReport | None:
    """Updates an index to what is in its corpus now, or builds it if there is none yet.

    Args:
        index: the index folder.
        paths: its corpus; see :func:`all_corpora`.
        model: None for the one that the index was built with.
        progress, max_removed: as for ``Index.update``.
        patience: seconds to wait while another process is writing the index, perhaps one that
            watches the same folder.

    Returns the report, or None if nothing has changed. Raises as ``Index.update``.
    """
    from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

    from rag.freshness import read_origin
    from rag.index.versions import current
    from rag.library import Index

    @retry(
        retry=retry_if_exception_type(IndexBusy),
        stop=stop_after_delay(patience),
        wait=wait_fixed(0.3),
        reraise=True,
    )
    def built_or_updated() -> BuildReport | None:
        try:
            current(index)
        except IndexMissing:
            return Index.build(paths, index, model, progress)
        origin = read_origin(index)
        used = model or (origin.model if origin else None) or None
        return Index.update(index, paths, used, progress, max_removed)

    return built_or_updated()
