"""A folder of articles that is added to and removed from: originals kept byte for byte, nothing
twice, nothing lost.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import itertools
import os
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.corpus.article import Skipped
from rag.corpus.dates import normal_date
from rag.corpus.incoming import last_part, look_into, parts, reading, slug, url_key
from rag.corpus.kept import FOLDER, KEY_DIGITS, Record, key_of, read_record
from rag.corpus.walk import files_of, shown
from rag.errors import CorpusError, StorageError, UsageError

if TYPE_CHECKING:
    from rag.corpus.fetch import Fetched

_NOTE = ".record.json"  # behind the name of a file in the trash
_STALE_SECONDS = 24 * 3600
_counter = itertools.count()


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one thing that was to be added.

    Attributes:
        name: as it was given: a file, a name, an address, or the title of a text.
        status: "added"; "known" where the same content is there already; "replaced" where an
            address has another article than last time; "refused".
        path: the file in the corpus folder, "/" between its parts; "" where it was refused.
        title: of the article, or of the first one.
        articles: how many the file holds.
        reason: why it was refused, and what of it cannot be read; "" for nothing.
    """

    name: str
    status: str
    path: str = ""
    title: str = ""
    articles: int = 0
    reason: str = ""

    def to_dict(self) -> dict:
        """Plain strings and numbers."""
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True)
class Removed:
    """One file that was taken out: ``path`` below the corpus folder, and where it is ``kept``
    now.
    """

    path: str
    kept: str

    def to_dict(self) -> dict:
        """Plain strings."""
        return dataclasses.asdict(self)


class CorpusFolder:
    """A corpus folder, for one round of adding and removing; hand-made files may lie in it too.

    Whatever is added is read first, and refused with the reason where no article is found in it. It
    is then put into its place by one rename: a crash leaves it there whole or not at all.

    Attributes:
        path: the folder; made where it is not there.
        trash: folder that removed and replaced files are moved to.
        columns: of tables, as :func:`rag.corpus.read_corpus` takes it.
    """

    def __init__(
        self, path: str | Path, trash: str | Path, columns: Mapping[str, str] | None = None
    ) -> None:
        self.path, self.trash, self.columns = Path(path).resolve(), Path(trash), columns
        self._known: _Known | None = None

    def add_text(
        self,
        text: str,
        title: str = "",
        date: str = "",
        source: str = "",
        url: str = "",
        lang: str = "",
    ) -> Added:
        """A text, kept as a .txt file with what is said of it as front matter.

        Raises UsageError for a date that is none, StorageError. So do all that add.
        """
        import yaml

        said = _stated(title, date, source, url, lang).stated
        front = (
            f"---\n{yaml.safe_dump(said, allow_unicode=True, sort_keys=False)}---\n" if said else ""
        )
        data = (front + text).encode("utf-8", "replace")
        name = title or _first_line(text)
        return self._add(data, name, slug(name), ".txt", Record())

    def add_bytes(
        self,
        name: str,
        data: bytes,
        title: str = "",
        date: str = "",
        source: str = "",
        url: str = "",
        lang: str = "",
    ) -> Added:
        """The content of a file, for example one that was uploaded.

        Of ``name`` only the suffix and the letters and digits of its last part count, so it may be
        anything. What is said of an article goes before what the file says of itself.
        """
        record = _stated(title, date, source, url, lang)
        return self._add(
            data, name, *parts(name), dataclasses.replace(record, name=last_part(name))
        )

    def add_file(
        self,
        file: str | Path,
        title: str = "",
        date: str = "",
        source: str = "",
        url: str = "",
        lang: str = "",
    ) -> Added:
        """A copy of a file of any size. Raises CorpusError where it cannot be read, too."""
        file = Path(file)
        own = file.resolve()
        if own.is_relative_to(self.path) and own.is_file():
            return Added(str(file), "known", self._below(own), reason="it is in the corpus folder")
        record = _stated(title, date, source, url, lang)
        return self._add(
            file, str(file), *parts(file.name), dataclasses.replace(record, name=file.name)
        )

    def add_folder(self, folder: str | Path) -> Iterator[Added]:
        """Copies of all files below a folder, one by one; hidden files and the folder's own
        README.md stay out.

        Raises CorpusError where it cannot be listed, at once.
        """
        folder = Path(folder)
        if self.path.is_relative_to(folder.resolve()):
            raise CorpusError(
                f"expected articles from elsewhere, but the corpus folder {self.path} lies in"
                f" {folder}"
            )
        try:
            os.listdir(folder)
        except OSError as error:
            raise CorpusError(
                f"expected to list the folder {folder}, but failed: {error.strerror}"
            ) from error
        return (self._add_listed(item) for item in files_of([folder]))

    def _add_listed(self, item: tuple[Path, Path, int] | Skipped) -> Added:
        if isinstance(item, Skipped):
            return Added(item.path, "refused", reason=item.reason)
        try:
            return self.add_file(item[0])
        except CorpusError as error:
            return Added(shown(item[0]), "refused", reason=str(error))

    def add_page(self, page: Fetched) -> Added:
        """What was fetched from the web, kept under the name of its site. The same address again
        replaces it, if the article changed.
        """
        with self._incoming(page.data, page.suffix) as (aside, digest):
            found = look_into(aside, self.columns)
            if not found.articles:
                return Added(page.asked, "refused", reason=found.reason)
            host = urlsplit(page.url).hostname or ""
            # What a page calls its canonical address is believed of its own site only.
            url = found.first.url if urlsplit(found.first.url).hostname == host else page.url
            source = "" if found.first.source else host
            record = Record(
                url=url,
                source=source,
                added=_now(),
                fetched=page.asked,
                etag=page.etag,
                modified=page.modified,
                article=found.digest,
            )
            key = url_key(url)
            old = self._look().keys.get(key)
            final = self.path / slug(host) / f"{slug(found.first.title)}-{key}{page.suffix}"
            result = Added(
                page.asked,
                "added",
                self._below(final),
                found.first.title,
                found.articles,
                found.reason,
            )
            if old and old.is_file():
                noted = self._record_of(old)
                if noted.article == found.digest:
                    if (
                        dataclasses.replace(noted, added=record.added) != record
                    ):  # or the next update would read the page again
                        self._note(old, record)
                    return dataclasses.replace(
                        result,
                        status="known",
                        path=self._below(old),
                        reason="the article has not changed",
                    )
                with self._storing():
                    self._discard(old, copy=True)
                final = old if old.suffix == page.suffix else final
                result = dataclasses.replace(result, status="replaced", path=self._below(final))
            elif same := self._same(aside, digest):
                return Added(
                    page.asked, "known", self._below(same), reason="the same content is there"
                )
            self._settle(aside, final, record)
            if old and old != final:
                old.unlink(missing_ok=True)
            return result

    def pages(self) -> Iterator[Record]:
        """The records of all files that were fetched from the web."""
        return (record for _, record in self._pages())

    def _pages(self) -> Iterator[tuple[Path, Record]]:
        for file in self._files():
            if (record := self._record_of(file)).fetched:
                yield file, record

    def find(self, name: str) -> Path:
        """The file of an article: by id or path below the folder, by path, or by the address it was
        fetched from.

        Raises UsageError where there is none.
        """
        if "://" in name:
            found = self._look().keys.get(url_key(name))
            found = found or next(
                (file for file, record in self._pages() if record.fetched == name), None
            )
            if found:
                return found
        for path in (self.path / name, Path(name)):
            with contextlib.suppress(OSError, ValueError):
                # Its folder is resolved and it itself is not: a link is removed, not what it leads
                # to.
                at = path.parent.resolve() / path.name
                hidden = at.is_relative_to(self.path) and any(
                    part.startswith(".") for part in at.relative_to(self.path).parts
                )
                if (
                    at.is_relative_to(self.path)
                    and not hidden
                    and (at.is_file() or at.is_symlink())
                ):
                    return at
        raise UsageError(
            f"expected an article of {self.path}, found none at {name!r}: give its id, path or"
            " address"
        )

    def remove(self, name: str) -> Removed:
        """Moves the file of an article, see :meth:`find`, to the trash. Raises UsageError,
        StorageError.
        """
        file = self.find(name)
        with self._storing():
            kept = self._discard(file)
        return Removed(self._below(file), str(kept))

    def removed(self) -> list[Removed]:
        """What is in the trash, the last first."""
        found = []
        for path in sorted(self.trash.glob("*/**/*"), reverse=True):
            if (path.is_file() or path.is_symlink()) and not path.name.endswith(_NOTE):
                below = Path(*path.relative_to(self.trash).parts[1:])
                found.append(Removed(below.as_posix(), str(path)))
        return found

    def restore(self, name: str) -> Removed:
        """Puts back the file that was removed last under a path below the folder, or is kept under
        one in the trash.

        Raises UsageError where there is none, or another file stands in its place; StorageError.
        """
        found = next((one for one in self.removed() if name in (one.path, one.kept)), None)
        if not found:
            raise UsageError(
                f"expected something that was removed, found no {name!r} in {self.trash}: `yinju"
                " restore` lists what is there"
            )
        file, kept = self.path / found.path, Path(found.kept)
        if file.exists():
            raise UsageError(
                f"expected nothing at {file}, but there is a file: remove or rename it first, and"
                f" {name!r} can come back"
            )
        with self._storing():
            file.parent.mkdir(parents=True, exist_ok=True)
            note = kept.with_name(f"{kept.name}{_NOTE}")
            if note.is_file():
                self._record(file).parent.mkdir(exist_ok=True)
                _put(note, self._record(file))
            _put(kept, file)
        return found

    def _record_of(self, file: Path) -> Record:
        return read_record(file, self.path) or Record()

    def _files(self) -> Iterator[Path]:
        found = files_of([self.path]) if self.path.is_dir() else ()
        return (item[0] for item in found if not isinstance(item, Skipped))

    def _below(self, file: Path) -> str:
        return file.relative_to(self.path).as_posix()

    def _add(
        self, content: bytes | Path, name: str, words: str, suffix: str, record: Record
    ) -> Added:
        with self._incoming(content, suffix) as (aside, digest):
            same = self._same(aside, digest)
            if same and self._record_of(same).article:  # it was looked into when it was added
                return Added(name, "known", self._below(same), reason="the same content is there")
            found = look_into(aside, self.columns)
            if not found.articles:
                return Added(name, "refused", reason=found.reason)
            if same:
                return Added(name, "known", self._below(same), reason="the same content is there")
            if found.articles > 1 and record.stated:
                stated = ", ".join(record.stated)
                return Added(
                    name,
                    "refused",
                    reason=f"expected one article to be of that {stated}, found {found.articles}",
                )
            key = digest[:KEY_DIGITS]
            final = self.path / f"{words.removesuffix(f'-{key}')}-{key}{suffix}"
            self._settle(
                aside, final, dataclasses.replace(record, added=_now(), article=found.digest)
            )
            title = record.title or found.first.title
            return Added(name, "added", self._below(final), title, found.articles, found.reason)

    @contextlib.contextmanager
    def _incoming(self, content: bytes | Path, suffix: str) -> Iterator[tuple[Path, str]]:
        """The content in a hidden file of the folder, and its SHA-256; removed at the end."""
        aside = self.path / FOLDER / f"incoming-{os.getpid()}-{next(_counter)}{suffix}"
        with self._storing():
            aside.parent.mkdir(parents=True, exist_ok=True)
            self._sweep(aside.parent)
        try:
            with reading(content) as source, self._storing(), aside.open("wb") as target:
                hasher = hashlib.sha256()
                while block := source(1 << 20):
                    hasher.update(block)
                    target.write(block)
                target.flush()
                if isinstance(content, bytes):  # nobody else may have them
                    os.fsync(target.fileno())
            yield aside, hasher.hexdigest()
        finally:
            aside.unlink(missing_ok=True)

    def _sweep(self, hidden: Path) -> None:
        """Removes what an adding that was killed left half done; not what one may still be at."""
        if self._known is None:
            for left in hidden.glob("incoming-*"):
                with contextlib.suppress(FileNotFoundError):
                    if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                        left.unlink()

    def _settle(self, aside: Path, final: Path, record: Record) -> None:
        """The file into its place, its record before it: a file that is there is never without."""
        with self._storing():
            final.parent.mkdir(parents=True, exist_ok=True)
            self._note(final, record)
            os.replace(aside, final)
        self._look().take(final)

    def _note(self, file: Path, record: Record) -> None:
        with self._storing():
            note = self.path / FOLDER / f"incoming-{os.getpid()}-{next(_counter)}.json"
            with note.open("w", encoding="utf-8") as target:
                target.write(record.to_json())
                target.flush()
                if record.fetched:  # a local file could be added again
                    os.fsync(target.fileno())
            os.replace(note, self._record(file))

    def _look(self) -> _Known:
        if self._known is None:
            self._known = _Known(defaultdict(list), {})
            for path in self._files():
                self._known.take(path)
        return self._known

    def _same(self, file: Path, digest: str) -> Path | None:
        """A file of the folder with the same bytes. Only files of the same size are read."""
        for path in self._look().sizes[file.stat().st_size]:
            with contextlib.suppress(OSError), path.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() == digest:
                    return path
        return None

    def _discard(self, file: Path, copy: bool = False) -> Path:
        """Moves a file and its record to the trash, or copies them; returns where it is now."""
        kept = self.trash / datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ") / self._below(file)
        kept.parent.mkdir(parents=True, exist_ok=True)
        _put(file, kept, copy)
        record = self._record(file)
        if key_of(file.name) and record.is_file():
            _put(record, kept.with_name(f"{kept.name}{_NOTE}"), copy)
        return kept

    def _record(self, file: Path) -> Path:
        return self.path / FOLDER / f"{key_of(file.name)}.json"

    @contextlib.contextmanager
    def _storing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageError(
                f"expected to write into the corpus folder {self.path}, but failed"
                f" ({error.strerror or error}): free some space or allow writing there; what was in"
                " it is unchanged"
            ) from error


@dataclass(frozen=True, slots=True)
class _Known:
    """The files of a folder, by size and by the key in their names."""

    sizes: defaultdict[int, list[Path]]
    keys: dict[str, Path]

    def take(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            self.sizes[path.stat().st_size].append(path)
        if key := key_of(path.name):
            self.keys[key] = path


def _put(file: Path, target: Path, copy: bool = False) -> None:
    """Moves or copies a file, perhaps to another disk: it stands at the target whole or not at all,
    and goes only when it is there.
    """
    if not copy:
        with contextlib.suppress(OSError):
            os.rename(file, target)
            return
    aside = target.with_name(f".{os.getpid()}-{next(_counter)}.new")
    try:
        shutil.copy2(file, aside, follow_symlinks=False)
        if not aside.is_symlink():
            with aside.open("rb") as written:
                os.fsync(written.fileno())
        os.replace(aside, target)
    finally:
        aside.unlink(missing_ok=True)
    if not copy:
        file.unlink()


def _stated(title: str, date: str, source: str, url: str, lang: str) -> Record:
    if date and not (date := normal_date(given := date)):
        raise UsageError(f"expected a date like 2024-05-01, got {given!r}")
    values = (
        " ".join(value.split()).encode("utf-8", "replace").decode()
        for value in (title, date, source, url, lang)
    )
    return Record(*values)


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
