"""A folder of articles that is added to and removed from: originals kept byte for byte, nothing
twice, nothing lost.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.corpus.article import Article, Skipped
from rag.corpus.dates import normal_date
from rag.corpus.folder_files import FolderFiles
from rag.corpus.incoming import last_part, look_into, parts, slug, url_key
from rag.corpus.kept import KEY_DIGITS, Record, key_of
from rag.corpus.trash import Removed, Trash
from rag.corpus.walk import files_of, shown
from rag.errors import CorpusError, UsageError

if TYPE_CHECKING:
    from rag.corpus.fetch import Fetched


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
        self._files, self._trash = FolderFiles(self.path), Trash(self.trash)

    def add_text(self, text: str, **said: str) -> Added:
        """A text, kept as a .txt file with what is ``said`` of it (title, date, source, url, lang)
        as front matter.

        Raises UsageError for a date that is none, StorageError. So do all that add.
        """
        import yaml

        stated = _stated(**said).stated
        front = f"---\n{yaml.safe_dump(stated, allow_unicode=True, sort_keys=False)}---\n"
        data = ((front if stated else "") + text).encode("utf-8", "replace")
        name = said.get("title") or _first_line(text)
        return self._add(data, name, slug(name), ".txt", Record())

    def add_bytes(self, name: str, data: bytes, **said: str) -> Added:
        """The content of a file, for example one that was uploaded.

        Of ``name`` only the suffix and the letters and digits of its last part count, so it may be
        anything. What is ``said`` of an article goes before what the file says of itself.
        """
        record = dataclasses.replace(_stated(**said), name=last_part(name))
        return self._add(data, name, *parts(name), record)

    def add_file(self, file: str | Path, **said: str) -> Added:
        """A copy of a file of any size. Raises CorpusError where it cannot be read, too."""
        file = Path(file)
        own = file.resolve()
        if own.is_relative_to(self.path) and own.is_file():
            reason = "it is in the corpus folder"
            return Added(str(file), "known", self._files.below(own), reason=reason)
        record = dataclasses.replace(_stated(**said), name=file.name)
        return self._add(file, str(file), *parts(file.name), record)

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
        with self._files.incoming(page.data, page.suffix) as (aside, digest):
            found = look_into(aside, self.columns)
            if found.first is None:
                return Added(page.asked, "refused", reason=found.reason)
            record = _record_of_page(page, found.first, found.digest)
            key, title = url_key(record.url), found.first.title
            host = urlsplit(page.url).hostname or ""
            final = self.path / slug(host) / f"{slug(title)}-{key}{page.suffix}"
            status, old = "added", self._files.at_key(key)
            if old and old.is_file():
                noted = self._files.record_of(old)
                if noted.article == found.digest:
                    # What the site said of it may be new, or the next update would read it again.
                    if dataclasses.replace(noted, added=record.added) != record:
                        self._files.note(old, record)
                    below, reason = self._files.below(old), "the article has not changed"
                    return Added(page.asked, "known", below, title, found.articles, reason)
                self._discard(old, copy=True)
                final = old if old.suffix == page.suffix else final
                status = "replaced"
            elif same := self._files.same(aside, digest):
                return self._there(page.asked, same)
            self._files.settle(aside, final, record)
            if old and old != final:
                old.unlink(missing_ok=True)
            below = self._files.below(final)
            return Added(page.asked, status, below, title, found.articles, found.reason)

    def _there(self, name: str, file: Path) -> Added:
        return Added(name, "known", self._files.below(file), reason="the same content is there")

    def _discard(self, file: Path, copy: bool = False) -> Path:
        """Moves a file to the trash, or copies it; returns where it is now."""
        record = self._files.record_file(file) if key_of(file.name) else None
        with self._files.storing():
            return self._trash.take(file, self._files.below(file), record, copy)

    def pages(self) -> Iterator[tuple[Path, Record]]:
        """The files that were fetched from the web, and their records."""
        for file in self._files.all():
            if (record := self._files.record_of(file)).fetched:
                yield file, record

    def find(self, name: str) -> Path:
        """The file of an article: by id or path below the folder, by path, or by the address it was
        fetched from.

        Raises UsageError where there is none.
        """
        if "://" in name:
            asked = (file for file, record in self.pages() if record.fetched == name)
            if found := self._files.at_key(url_key(name)) or next(asked, None):
                return found
        for path in (self.path / name, Path(name)):
            with contextlib.suppress(OSError, ValueError):  # one for what lies elsewhere
                # Its folder is resolved and it itself is not: a link is removed, not what it leads
                # to.
                at = path.parent.resolve() / path.name
                hidden = any(part.startswith(".") for part in at.relative_to(self.path).parts)
                if not hidden and (at.is_file() or at.is_symlink()):
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
        kept = self._discard(file)
        return Removed(self._files.below(file), str(kept))

    def removed(self) -> list[Removed]:
        """What is in the trash, the last first."""
        return list(self._trash.items())

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
        with self._files.storing():
            self._trash.give_back(kept, file, self._files.record_file(file))
        return found

    def _add(
        self, content: bytes | Path, name: str, words: str, suffix: str, record: Record
    ) -> Added:
        with self._files.incoming(content, suffix) as (aside, digest):
            same = self._files.same(aside, digest)
            if same and self._files.record_of(same).article:  # it was looked into when it was added
                return self._there(name, same)
            found = look_into(aside, self.columns)
            if found.first is None:
                return Added(name, "refused", reason=found.reason)
            if same:
                return self._there(name, same)
            if found.articles > 1 and record.stated:
                stated = ", ".join(record.stated)
                reason = f"expected one article to be of that {stated}, found {found.articles}"
                return Added(name, "refused", reason=reason)
            key = digest[:KEY_DIGITS]
            final = self.path / f"{words.removesuffix(f'-{key}')}-{key}{suffix}"
            record = dataclasses.replace(record, added=_now(), article=found.digest)
            self._files.settle(aside, final, record)
            title = record.title or found.first.title
            below = self._files.below(final)
            return Added(name, "added", below, title, found.articles, found.reason)


def _record_of_page(page: Fetched, article: Article, digest: str) -> Record:
    """What is known of a page beside its bytes.

    What a page calls its canonical address is believed of its own site only.
    """
    host = urlsplit(page.url).hostname or ""
    return Record(
        url=article.url if urlsplit(article.url).hostname == host else page.url,
        source="" if article.source else host,
        added=_now(),
        fetched=page.asked,
        etag=page.etag,
        modified=page.modified,
        article=digest,
    )


def _stated(
    title: str = "", date: str = "", source: str = "", url: str = "", lang: str = ""
) -> Record:
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
