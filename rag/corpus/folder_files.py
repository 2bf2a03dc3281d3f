"""The files of a corpus folder and their records, and what is to be added to it: its bytes, its name
and the articles in it. One rename puts a file into its place.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import itertools
import os
import re
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from rag.corpus.article import Article, Skipped
from rag.corpus.kept import KEY_DIGITS, RECORDS_FOLDER, Record, key_of, read_record
from rag.corpus.walk import files_of
from rag.errors import CorpusError, StorageError

# characters of a slug at most
SLUG_CHARS = 40
# age at which a temporary file counts as left behind by a process that was killed
_STALE_SECONDS = 24 * 3600
_counter = itertools.count()


class FolderFiles:
    """The files of a corpus folder. The folder is listed once, when it is first needed.

    Attributes:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def all(self) -> Iterator[Path]:
        """All files, including those put there by hand."""
        found = files_of([self.path]) if self.path.is_dir() else ()
        return (item[0] for item in found if not isinstance(item, Skipped))

    def below(self, file: Path) -> str:
        """The path of a file below the folder, with "/" between its parts."""
        return file.relative_to(self.path).as_posix()

    def record_file(self, file: Path) -> Path:
        """The path at which the record of a file is stored."""
        return self.path / RECORDS_FOLDER / f"{key_of(file.name)}.json"

    def record_of(self, file: Path) -> Record:
        """The record of a file; an empty one where there is none."""
        return read_record(file, self.path) or Record()

    @contextlib.contextmanager
    def incoming(self, content: bytes | Path, suffix: str) -> Iterator[tuple[Path, str]]:
        """Context manager: a hidden file of the folder with the content, and its SHA-256.

        The hidden file is removed at the end, unless it was moved.
        """
        aside = self.path / RECORDS_FOLDER / f"incoming-{os.getpid()}-{next(_counter)}{suffix}"
        with self.storing():
            aside.parent.mkdir(parents=True, exist_ok=True)
        try:
            with opened(content) as source, self.storing(), aside.open("wb") as target:
                hasher = hashlib.sha256()
                while block := source.read(1 << 20):
                    hasher.update(block)
                    target.write(block)
                target.flush()
                # there may be no other copy of these bytes, so they must be on disk
                if isinstance(content, bytes):
                    os.fsync(target.fileno())
            yield aside, hasher.hexdigest()
        finally:
            aside.unlink(missing_ok=True)

    def settle(self, aside: Path, final: Path, record: Record) -> None:
        """Moves a file into its place. Its record is written first, so no file is ever without
        one.
        """
        with self.storing():
            final.parent.mkdir(parents=True, exist_ok=True)
            self.note(final, record)
            os.replace(aside, final)
        sizes, keys = self._listed
        sizes[final.stat().st_size].append(final)
        keys[key_of(final.name)] = final

    def note(self, file: Path, record: Record) -> None:
        """Writes the record of a file."""
        with self.storing():
            note = self.path / RECORDS_FOLDER / f"incoming-{os.getpid()}-{next(_counter)}.json"
            with note.open("w", encoding="utf-8") as target:
                target.write(record.to_json())
                target.flush()
                # a local file could be added again; a fetched page might be gone
                if record.fetched:
                    os.fsync(target.fileno())
            os.replace(note, self.record_file(file))

    @functools.cached_property
    def _listed(self) -> tuple[defaultdict[int, list[Path]], dict[str, Path]]:
        """The files by their sizes, and by the keys in their names.

        Temporary files that a killed process left are removed, but none that may be in use.
        """
        for left in (self.path / RECORDS_FOLDER).glob("incoming-*"):
            with contextlib.suppress(OSError):
                if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                    left.unlink()
        sizes, keys = defaultdict[int, list[Path]](list), dict[str, Path]()
        for path in self.all():
            with contextlib.suppress(OSError):
                sizes[path.stat().st_size].append(path)
            if key := key_of(path.name):
                keys[key] = path
        return sizes, keys

    def same(self, file: Path, digest: str) -> Path | None:
        """A file of the folder with the same bytes, or None. Reads only files of the same size."""
        for path in self._listed[0][file.stat().st_size]:
            with contextlib.suppress(OSError), path.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() == digest:
                    return path
        return None

    @contextlib.contextmanager
    def storing(self) -> Iterator[None]:
        """Context manager that turns any OSError into a StorageError."""
        try:
            yield
        except OSError as error:
            raise StorageError(
                f"expected to write into the corpus folder {self.path}, but failed"
                f" ({error.strerror or error}): free some space or allow writing there; what was in"
                " it is unchanged"
            ) from error

    def at_key(self, key: str) -> Path | None:
        """The file with a key in its name, or None."""
        return self._listed[1].get(key)


class FileContents:
    """What a file holds.

    Attributes:
        articles: number of its articles.
        first: the first article, or None.
        digest: digest of all its articles, "" for none.
        reason: what of it cannot be read, "" for nothing.
    """

    def __init__(self, file: Path, columns: Mapping[str, str] | None = None) -> None:
        """Reads the file."""
        from rag.corpus.reader import read_corpus

        self.first: Article | None = None
        self.articles, reasons, hasher = 0, list[str](), hashlib.sha256()
        for item in read_corpus([file], columns):
            if isinstance(item, Article):
                self.first, self.articles = self.first or item, self.articles + 1
                hasher.update("\0".join((item.title, item.date, item.text, "")).encode())
            else:
                reasons.append(item.reason)
        self.digest = hasher.hexdigest()[: 2 * KEY_DIGITS] if self.first else ""
        self.reason = reasons[0] if reasons else "" if self.first else "no article in it"
        if self.first and len(reasons) > 1:
            self.reason = f"{len(reasons):,} parts of it were skipped, the first: {reasons[0]}"


def opened(content: bytes | Path) -> BinaryIO:
    """A stream of the bytes to be added. Raises CorpusError where a file cannot be opened."""
    if isinstance(content, bytes):
        return io.BytesIO(content)
    try:
        if not content.is_file():  # opening a pipe would block for ever
            raise CorpusError(
                "expected a file with articles, found"
                f" {'a device or pipe' if content.exists() else 'nothing'} at {content}"
            )
        return content.open("rb")
    except OSError as error:
        raise CorpusError(
            f"expected to read {content}, but failed: {error.strerror}; allow reading it"
        ) from error


def slug(name: str) -> str:
    """The letters (of any script) and digits of a name, in lower case, words joined by hyphens.

    At most 40 characters; "article" where the name has none.
    """
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name))
    return "-".join(words)[:SLUG_CHARS].strip("-").lower() or "article"


def url_key(url: str) -> str:
    """The key of a page by its address, without the fragment."""
    return hashlib.sha256(url.partition("#")[0].encode("utf-8", "replace")).hexdigest()[:KEY_DIGITS]


def last_part(name: str) -> str:
    """The last part of a path of any operating system."""
    return re.split(r"[/\\]", name)[-1].replace("\0", "")


def parts(name: str) -> tuple[str, str]:
    """The slug of a file's name, and the suffix that tells its format, in lower case (".txt",
    ".tar.gz", "").
    """
    last = last_part(name)
    found = re.search(r"(\.tar)?\.[a-z0-9]{1,8}$", last.lower())
    suffix = found[0] if found else ""
    return slug(last[: len(last) - len(suffix)]), suffix
