"""Articles into and out of the corpus folder of an index: ``yinju add``, ``remove`` and ``restore``
as functions.

    for one in add(["notice.pdf", "https://news.example/feed"], "index"):
        print(one.status, one.path, one.reason)
    remove([one.path], "index")
    restore([one.path], "index")

None of them touches the index itself: ``Index.update`` brings it up to date.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.corpus.folder import Added, CorpusFolder, Removed
from rag.errors import CorpusError, IndexBusy, IndexMissing, UsageError, YinjuError
from rag.looks import FEED, note

if TYPE_CHECKING:
    from rag.corpus.fetch import Fetcher
    from rag.index import BuildReport
    from rag.index.report import Progress

TRASH = "trash"
FIRST_CORPUS = "corpus"


def corpora(index: str | Path) -> list[Path]:
    """The files and folders that an index was built from; none where nothing says so."""
    from rag.freshness import read_origin

    origin = read_origin(index)
    return [Path(path) for path in origin.corpus] if origin else []


def corpus_folder(index: str | Path, corpus: str | Path | None = None) -> CorpusFolder:
    """The folder that articles of an index are added to, with its trash inside the index folder.

    Args:
        index: the index folder; it need not be there yet.
        corpus: the folder; None for the first one that the index was built from, or else "corpus"
            beside the index. The articles that come with Yinju are no folder of one's own, but in a
            checkout that one works in.

    Raises UsageError where ``corpus`` is a file.
    """
    if corpus and Path(corpus).is_file():
        raise UsageError(
            f"expected a corpus folder, got the file {corpus}: name a folder (--corpus DIR)"
        )
    own = [Path(corpus)] if corpus else _own_folders(index) or [_beside(index) / FIRST_CORPUS]
    return _folder(index, own[0])


def _folder(index: str | Path, path: Path) -> CorpusFolder:
    from rag.freshness import read_origin

    origin = read_origin(index)
    return CorpusFolder(path, Path(index) / TRASH, origin.columns if origin else None)


def _own_folders(index: str | Path) -> list[Path]:
    """The folders that an index was built from and that are the user's own."""
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
    """What an index is to be built from when ``folder`` belongs to it: what it was built from, and
    that folder if it is there.
    """
    known = corpora(index)
    inside = any(folder.path.is_relative_to(path.resolve()) for path in known)
    return known if known and (inside or not folder.path.is_dir()) else [*known, folder.path]


def is_url(source: str) -> bool:
    """Whether something to be added is an address rather than a path."""
    return "://" in source and not os.path.exists(source)


def add(
    sources: Iterable[str | Path],
    index: str | Path = "index",
    corpus: str | Path | None = None,
    fetcher: Fetcher | None = None,
    **said: str,
) -> Iterator[Added]:
    """Adds files, folders and what is at addresses (pages, feeds, sitemaps) to the corpus folder of
    an index, one by one.

    Args:
        sources: paths and addresses.
        index, corpus: see :func:`corpus_folder`.
        fetcher: its limits and what it may reach, for addresses.
        said: title, date, source, url and lang of the article, where the only source is a file.

    Raises CorpusError for a path that is not there, before anything is added; UsageError,
    StorageError.
    """
    named = [str(source) for source in sources]
    for source in named:
        if not is_url(source) and not os.path.exists(source):
            raise CorpusError(
                f"expected a file, a folder or an address, found nothing at {source}; check the"
                " path (an address begins with http:// or https://)"
            )
    told = ", ".join(key for key, value in said.items() if value)
    if told and (len(named) != 1 or not os.path.isfile(named[0])):
        raise UsageError(f"expected one file to be of that {told}, got something else")
    return _add(
        named, corpus_folder(index, corpus), fetcher, said, lambda url: note(index, FEED, url)
    )


def _add(
    sources: Sequence[str],
    folder: CorpusFolder,
    fetcher: Fetcher | None,
    said: dict[str, str],
    on_feed: Callable[[str], None],
) -> Iterator[Added]:
    from rag.corpus.web import add_url

    for source in sources:
        if is_url(source):
            yield from add_url(folder, source, fetcher, on_feed)
        elif os.path.isdir(source):
            yield from folder.add_folder(source)
        else:
            yield folder.add_file(source, **said)


def locate(
    names: Iterable[str], index: str | Path = "index", corpus: str | Path | None = None
) -> list[tuple[CorpusFolder, Path]]:
    """The file of each article, by id, path or address, and the corpus folder that it is in.

    Raises UsageError, which names the first that is none, or is one of many articles in a file.
    """
    own = [] if corpus else [_folder(index, path) for path in _own_folders(index)]
    folders = own or [corpus_folder(index, corpus)]
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
    """Id and file of an article of the index, by id or address; None where there is none, or no
    index that can be read.
    """
    from rag.index.store import stores_of
    from rag.index.versions import VERSIONS, current

    with contextlib.suppress(YinjuError, OSError, ValueError, KeyError, TypeError):
        stores = stores_of(Path(index) / VERSIONS / current(index))
        return next(filter(None, (store.origin(name) for store in stores)), None)
    return None


def remove(
    names: Iterable[str], index: str | Path = "index", corpus: str | Path | None = None
) -> list[Removed]:
    """Moves the files of articles to the trash folder of the index, or none where one of them
    cannot be found.

    Args:
        names: ids, paths or addresses of articles.
        index, corpus: see :func:`corpus_folder`.

    Raises as :func:`locate`, and StorageError.
    """
    return [
        folder.remove(str(file)) for folder, file in dict.fromkeys(locate(names, index, corpus))
    ]


def restore(
    names: Iterable[str], index: str | Path = "index", corpus: str | Path | None = None
) -> list[Removed]:
    """Puts files that were removed back into the corpus folder. Raises as
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
    """Updates an index with what is in its corpus now; builds it where there is none yet.

    Args:
        index: the index folder.
        paths: its corpus; see :func:`all_corpora`.
        model: None for the one that the index was built with.
        progress, max_removed: as for ``Index.update``.
        patience: seconds to wait for another process that is writing the index, perhaps one that
            watches the same folder.

    Returns None where nothing has changed. Raises as ``Index.update``.
    """
    from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

    wait = Retrying(
        retry=retry_if_exception_type(IndexBusy),
        stop=stop_after_delay(patience),
        wait=wait_fixed(0.3),
        reraise=True,
    )
    return wait(_bring_up, index, paths, model, progress, max_removed)


def _bring_up(
    index: str | Path,
    paths: Sequence[Path],
    model: str | None,
    progress: Progress | None,
    max_removed: float,
) -> BuildReport | None:
    from rag.freshness import read_origin
    from rag.index.versions import current
    from rag.library import Index

    try:
        current(index)
    except IndexMissing:
        return Index.build(paths, index, model, progress)
    origin = read_origin(index)
    return Index.update(
        index, paths, model or (origin.model if origin else None) or None, progress, max_removed
    )
