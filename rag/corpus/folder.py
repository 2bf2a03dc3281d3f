"""A corpus folder that articles are added to and removed from.

Originals are kept byte for byte, nothing is stored twice, and nothing is lost.
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

from rag.corpus import trash
from rag.corpus.article import Article, Skipped
from rag.corpus.date_grammar import normal_date
from rag.corpus.folder_files import FileContents, FolderFiles, last_part, parts, slug, url_key
from rag.corpus.kept import KEY_DIGITS, Record
from rag.corpus.trash import Removed
from rag.corpus.walk import files_of, shown
from rag.errors import CorpusError, UsageError

if TYPE_CHECKING:
    from rag.corpus.fetch import Fetched


@dataclass(frozen=True, slots=True)
class Added:
    """The outcome of adding one thing.

    Attributes:
        name: what was given: a file, a name, an address, or the title of a text.
        status: "added"; "known" where the same content is in the folder already; "replaced" where
            an address has another article than last time; "refused".
        path: path of the file below the corpus folder, with "/"; "" where it was refused.
        title: title of the article, or of the first one.
        articles: number of articles in the file.
        reason: why it was refused, or what of it cannot be read; "" for nothing.
    """

    name: str
    status: str
    path: str = ""
    title: str = ""
    articles: int = 0
    reason: str = ""

    def to_dict(self) -> dict:
        """The attributes as plain strings and numbers."""
        return dataclasses.asdict(self)


class CorpusFolder:
    """A corpus folder, for one round of adding and removing. Files put there by hand may lie in it
    too.

    Whatever is added is read first, and refused with the reason where it holds no article. One
    rename then puts it into its place, so that after a crash it is there whole or not at all.

    Attributes:
        path: the folder; made where it does not exist.
        trash: folder that removed and replaced files are moved to.
        columns: columns of tables, as for :func:`rag.corpus.read_corpus`.
    """

    def __init__(
        self, path: str | Path, trash: str | Path, columns: Mapping[str, str] | None = None
    ) -> None:
        self.path, self.trash, self.columns = Path(path).resolve(), Path(trash), columns
        self._files = FolderFiles(self.path)

    def add_text(self, text: str, **fields: str) -> Added:
        """Adds a text as a .txt file. Its ``fields`` become front matter.

        They may give title, date, source, url and lang.

        Raises UsageError for an invalid date, and StorageError, as all methods that add do.
        """
        import yaml

        stated = _stated(**fields).stated
        front = f"---\n{yaml.safe_dump(stated, allow_unicode=True, sort_keys=False)}---\n"
        data = ((front if stated else "") + text).encode("utf-8", "replace")
        name = fields.get("title") or next(filter(str.strip, text.splitlines()), "")
        return self._add(data, name, slug(name), ".txt", Record())

    def add_bytes(self, name: str, data: bytes, **fields: str) -> Added:
        """Adds the content of a file, for example of one that was uploaded.

        ``name`` may be anything: only its suffix and the letters and digits of its last part are
        used. The ``fields`` of an article have priority over what the file says of itself.
        """
        record = dataclasses.replace(_stated(**fields), name=last_part(name))
        return self._add(data, name, *parts(name), record)

    def add_file(self, file: str | Path, **fields: str) -> Added:
        """Adds a copy of a file of any size. Also raises CorpusError where it cannot be read."""
        file = Path(file)
        resolved = file.resolve()
        if resolved.is_relative_to(self.path) and resolved.is_file():
            reason = "it is in the corpus folder"
            return Added(str(file), "known", self._files.below(resolved), reason=reason)
        record = dataclasses.replace(_stated(**fields), name=file.name)
        return self._add(file, str(file), *parts(file.name), record)

    def add_folder(self, folder: str | Path) -> Iterator[Added]:
        """Adds copies of all files below a folder, one by one.

        Hidden files and the folder's own README.md are left out. Raises CorpusError at the call
        where the folder cannot be listed, or contains the corpus folder.
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
        """Adds one file of a folder listing; whatever cannot be read is refused."""
        if isinstance(item, Skipped):
            return Added(item.path, "refused", reason=item.reason)
        try:
            return self.add_file(item[0])
        except CorpusError as error:
            return Added(shown(item[0]), "refused", reason=str(error))

    def add_page(self, page: Fetched) -> Added:
        """Adds a page fetched from the web, under the name of its site.

        If the address was added before, the page replaces the old one, provided that its article
        changed.
        """
        with self._files.incoming(page.data, page.suffix) as (aside, digest):
            found = FileContents(aside, self.columns)
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
                    # The site may have sent a new ETag or date. Without it, the next update would
                    # fetch the page again.
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
        """The outcome for a file whose content is in the folder already."""
        return Added(name, "known", self._files.below(file), reason="the same content is there")

    def _discard(self, file: Path, copy: bool = False) -> Path:
        """Moves a file to the trash, or copies it; returns its path there."""
        with self._files.storing():
            record = self._files.record_file(file)
            return trash.take(self.trash, file, self._files.below(file), record, copy)

    def pages(self) -> Iterator[tuple[Path, Record]]:
        """The files that were fetched from the web, and their records."""
        for file in self._files.all():
            if (record := self._files.record_of(file)).fetched:
                yield file, record

    def find(self, name: str) -> Path:
        """The file of an article, named by id or path below the folder, by path, or by its web
        address.

        Raises UsageError where there is none.
        """
        if "://" in name:
            asked = (file for file, record in self.pages() if record.fetched == name)
            if found := self._files.at_key(url_key(name)) or next(asked, None):
                return found
        for path in (self.path / name, Path(name)):
            # relative_to raises ValueError outside the folder
            with contextlib.suppress(OSError, ValueError):
                # Only the parent folder is resolved: a link is removed itself, not the file that it
                # leads to.
                at = path.parent.resolve() / path.name
                hidden = any(part.startswith(".") for part in at.relative_to(self.path).parts)
                if not hidden and (at.is_file() or at.is_symlink()):
                    return at
        raise UsageError(
            f"expected an article of {self.path}, found none at {name!r}: give its id, path or"
            " address"
        )

    def remove(self, name: str) -> Removed:
        """Moves the file of an article to the trash. ``name`` is as for :meth:`find`.

        Raises UsageError, StorageError.
        """
        file = self.find(name)
        in_trash = self._discard(file)
        return Removed(self._files.below(file), str(in_trash))

    def removed(self) -> list[Removed]:
        """What is in the trash, the latest removal first."""
        return list(trash.items(self.trash))

    def restore(self, name: str) -> Removed:
        """Puts a removed file back into the corpus folder.

        Args:
            name: the file's path below the corpus folder (the latest removal counts), or its path
                in the trash.

        Raises:
            UsageError: the trash has no such file, or another file is in its place.
            StorageError: the file cannot be written.
        """
        found = next((one for one in self.removed() if name in (one.path, one.kept)), None)
        if not found:
            raise UsageError(
                f"expected something that was removed, found no {name!r} in {self.trash}: `yinju"
                " restore` lists what is there"
            )
        file, in_trash = self.path / found.path, Path(found.kept)
        if file.exists():
            raise UsageError(
                f"expected nothing at {file}, but there is a file: remove or rename it first, and"
                f" {name!r} can come back"
            )
        with self._files.storing():
            trash.give_back(in_trash, file, self._files.record_file(file))
        return found

    def _add(
        self, content: bytes | Path, name: str, words: str, suffix: str, record: Record
    ) -> Added:
        """Adds a file under the name ``<words>-<key><suffix>``, unless its content is in the folder
        already.
        """
        with self._files.incoming(content, suffix) as (aside, digest):
            same = self._files.same(aside, digest)
            # it was added here before, and found to hold an article
            if same and self._files.record_of(same).article:
                return self._there(name, same)
            found = FileContents(aside, self.columns)
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
    """The record of a fetched page.

    The page's own canonical address is believed only where it is on the site that answered.
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
    """A record of what a person states of an article. Raises UsageError for an invalid date."""
    if date and not (date := normal_date(given := date)):
        raise UsageError(f"expected a date like 2024-05-01, got {given!r}")
    values = (
        " ".join(value.split()).encode("utf-8", "replace").decode()
        for value in (title, date, source, url, lang)
    )
    return Record(*values)


def _now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
