"""Copies articles from an object store to a folder, and later only what has changed."""

from __future__ import annotations

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from rag.errors import CorpusError, UsageError
from rag.extras import extra, missing

_KNOWN = ".yinju-mirror.json"  # hidden, so that no reader takes it for an article
# objects that are copied at the same time
_AT_ONCE = 8
# fields of an object's description that change with its content
_TELLING = ("ETag", "etag", "md5", "mtime", "LastModified", "last_modified", "created", "size")


def is_address(corpus: object) -> bool:
    """Whether a corpus is named by an address such as s3://bucket/news, rather than by a path."""
    return isinstance(corpus, str) and "://" in corpus


def mirrored(address: str, below: Path) -> Path:
    """Brings the local copy of an object store up to date.

    Args:
        address: of any store that fsspec knows, for example s3://bucket/news.
        below: folder that holds the copies, each in a folder of its own.

    Returns:
        The folder of the copy.

    Raises:
        UsageError: a package for the store is not installed.
        CorpusError: the store cannot be reached, or has nothing at the address.
    """
    at = urlsplit(address)
    folder = below / f"{at.scheme}-{at.netloc}{at.path}".rstrip("/").replace("/", "-")
    with extra():
        from fsspec.core import url_to_fs
    try:
        store, root = url_to_fs(address)
    except ImportError as error:
        if at.scheme == "s3":
            raise missing("s3fs") from error
        raise UsageError(
            f"expected the package that reads {at.scheme}:// for fsspec: {error}"
        ) from error
    try:
        store.invalidate_cache()
        found = store.find(root, detail=True)
        wanted = {_name(path, root): (path, _state(info)) for path, info in found.items()}
        if not wanted:
            raise CorpusError(f"expected articles at {address}, found nothing: check the address")
        _bring(store, wanted, folder, address)
    except CorpusError:
        raise
    except Exception as error:  # each store has errors of its own
        raise CorpusError(
            f"expected to read {address}, but could not ({type(error).__name__}: {error}): check"
            " the address, the access keys and the network"
        ) from error
    return folder


def address_of(folder: str | Path) -> str | None:
    """The address that a folder is a copy of; None where the folder is not a copy."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        return json.loads((Path(folder) / _KNOWN).read_text("utf-8"))["address"]
    return None


def _name(path: str, root: str) -> str:
    """The path of an object below the address; for a single object, its own name.

    Raises CorpusError for a path with "..".
    """
    name = path.removeprefix(root).lstrip("/") or PurePosixPath(path).name
    if ".." in PurePosixPath(name).parts:
        raise CorpusError(f"expected names that lead below the address, found {path}: rename it")
    return name


def _state(info: dict) -> str:
    """A string that changes when an object changes."""
    return "|".join(str(info[name]) for name in _TELLING if name in info)


def _bring(store, wanted: dict[str, tuple[str, str]], folder: Path, address: str) -> None:
    """Copies new and changed objects to the folder, and deletes those that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    known: dict[str, str] = {}
    with contextlib.suppress(OSError, ValueError, KeyError):
        known = json.loads((folder / _KNOWN).read_text("utf-8"))["files"]
    for stale in known.keys() - wanted.keys():
        (folder / stale).unlink(missing_ok=True)
    known = {name: state for name, state in known.items() if name in wanted}

    def bring(name: str) -> str:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.new")
        store.get_file(wanted[name][0], str(aside))
        aside.replace(target)
        return name

    states = ((name, state) for name, (_, state) in wanted.items())
    new = [
        name for name, state in states if known.get(name) != state or not (folder / name).exists()
    ]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        try:
            for name in pool.map(bring, new):
                known[name] = wanted[name][1]
        finally:  # what was copied is not copied again after a failure
            content = json.dumps({"address": address, "files": known}, ensure_ascii=False)
            (folder / _KNOWN).write_text(content, "utf-8")
