"""Reads the articles of one source: a file or a member of an archive.

Several sources are read at the same time; their articles come out in order.
"""

from __future__ import annotations

import io
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from rag.corpus.article import Article, Skipped
from rag.corpus.kept import Record
from rag.corpus.language import detect_lang
from rag.corpus.readers import IN_PLACE, READER_BY_SUFFIX, WITH_PICTURES, read_drafts
from rag.corpus.readers.archive import (
    ARCHIVES,
    MAX_ARCHIVE_DEPTH,
    Allowance,
    Overgrown,
    archive_suffix,
    decompressed,
    members,
)
from rag.corpus.readers.draft import Draft, Missing, Unreadable, why
from rag.corpus.walk import encodable
from rag.corpus.worker import shared_workers

# bytes of a file with one article; tables and archives may be of any size
MAX_FILE_BYTES = 64 * 1024 * 1024
# bytes of a document with pictures, or of an archive in an archive
MAX_DOCUMENT_BYTES = 256 * 1024 * 1024
_TOO_LARGE = "larger than {} MiB: expected one article per file; split it"
_NO_ROWS = (
    "empty file: expected a row for each article, as JSON objects or below the names of columns"
)
# bytes; a longer text is read in a worker, with limits on time and memory
_IN_PLACE_BYTES = 256 * 1024
_AHEAD = 4  # documents per worker that may be read ahead of their turn
_AHEAD_BYTES = 256 * 1024 * 1024
_TABLES = (".csv", ".tsv", ".jsonl", ".ndjson")

EXPECTED_FORMATS = (
    ".txt, .md, .html, .mhtml, .pdf, .docx, .epub, .jsonl, .json, .csv, .tsv, feeds (.xml, .rss,"
    " .atom), or .zip and .tar of these"
)
_SAVED_AS = {
    "save it as .docx": ".doc .dot .rtf .odt .wps .pages",
    "save each sheet as .csv": ".xls .xlsx .xlsm .ods .et .numbers",
    "save it as .pdf": ".ppt .pptx .odp .dps .key",
    "save it as .epub": ".mobi .azw .azw3",
    "pack it as .zip": ".rar .7z",
    "run text recognition (OCR) over it first": ".png .jpg .jpeg .gif .bmp .tif .tiff .webp .heic",
}
_ADVICE = {suffix: advice for advice, suffixes in _SAVED_AS.items() for suffix in suffixes.split()}


@dataclass(frozen=True, slots=True)
class Source:
    """A source of articles that can be opened.

    Attributes:
        name: id of its article; the suffix tells the format.
        shown: name of the source in reports.
        path: the file that it is, or that contains it.
        open: opens it at its beginning.
        size: its bytes, as far as is known.
        record: what was noted about the file when it was added, or None.
        depth: number of archives that it is nested in.
    """

    name: str
    shown: str
    path: str
    open: Callable[[], BinaryIO]
    size: int
    record: Record | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Pending:
    """A document that a worker is reading: ``drafts`` will hold what it finds in ``source``."""

    drafts: Future[list[Draft | Missing]]
    source: Source


Found = tuple[str, Article | Skipped, str]
"""(place to name in reports; article, or why there is none; file that states the id).

The file is named as ids name it. It is "" where the id was made from the file's own name.
"""

Step = Skipped | Found | Pending


# Gets the line of a row of a .jsonl file: see ``files`` of rag.corpus.reader.read_files.
Instead = Callable[[bytes], object]


def steps(
    source: Source,
    columns: Mapping[str, str],
    allowance: Allowance | None = None,
    instead: Instead | None = None,
) -> Iterator[Step]:
    """Yields the articles of a source, what was skipped, and documents that workers still read.

    Args:
        source: what to read.
        columns: as for :func:`rag.corpus.reader.read_corpus`.
        allowance: how much may be unpacked from the outermost archive; None outside of archives.
        instead: as for :func:`rag.corpus.reader.read_files`.
    """
    suffix = _suffix(source.name)
    if suffix in _TABLES:
        yield from _rows(source, suffix, columns, instead)
    elif archive := archive_suffix(source.name):
        yield from _unpacked(source, archive, columns, allowance or Allowance(source.size))
    elif suffix not in READER_BY_SUFFIX:
        named = os.path.splitext(source.name)[1] or "(no suffix)"
        advice = _ADVICE.get(suffix, f"expected {EXPECTED_FORMATS}")
        yield Skipped(source.shown, f"unsupported format {named}: {advice}")
    elif suffix in IN_PLACE and source.size <= _IN_PLACE_BYTES:
        yield from _articles(source, lambda: read_drafts(suffix, _load(source)))
    else:
        yield Pending(shared_workers().submit(suffix, lambda: _load(source), columns), source)


def in_order(found: Iterable[Step]) -> Iterator[Found]:
    """Turns steps into articles and skips, in the order of the steps, while workers read ahead."""
    waiting: deque[Pending | Found] = deque()
    for step in found:
        waiting.append((step.path, step, "") if isinstance(step, Skipped) else step)
        yield from _settled(waiting, to_the_end=False)
    yield from _settled(waiting, to_the_end=True)


def _settled(waiting: deque, to_the_end: bool) -> Iterator[Found]:
    """Yields and removes what is ready at the front of the queue.

    It waits for a document that is not ready only where too much waits, or ``to_the_end``.
    """
    while waiting:
        first = waiting[0]
        if isinstance(first, Pending):
            if not (to_the_end or first.drafts.done() or _too_many(waiting)):
                return
            yield from _articles(first.source, first.drafts.result)
        else:
            yield first
        waiting.popleft()


def _too_many(waiting: deque) -> bool:
    """Whether more documents wait than may be read ahead, by number or by bytes."""
    sizes = (one.source.size for one in waiting if isinstance(one, Pending))
    return len(waiting) > _AHEAD * shared_workers().count or sum(sizes) > _AHEAD_BYTES


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _limit(name: str) -> int:
    """The most bytes that a source may have which is loaded as a whole."""
    large = _suffix(name) in WITH_PICTURES or archive_suffix(name)
    return MAX_DOCUMENT_BYTES if large else MAX_FILE_BYTES


def _load(source: Source) -> bytes:
    """All bytes of a source.

    Raises:
        Unreadable: there are too many, or the file changed while it was read.
        OSError: the file cannot be read.
    """
    limit = _limit(source.name)
    with source.open() as file:
        before = _state(file)
        data = file.read(limit + 1) if source.size <= limit else b""
        if max(source.size, len(data)) > limit:
            raise Unreadable(_TOO_LARGE.format(limit >> 20))
        if before != _state(file):
            raise Unreadable("changed while it was read: it is read again with the next update")
    return data


def _state(file: BinaryIO) -> tuple[int, int] | None:
    """Size and time of modification of an open file; None for what is not a file of the system."""
    try:
        status = os.fstat(file.fileno())
    except (OSError, AttributeError):  # a stream in memory has no file descriptor
        return None
    return status.st_size, status.st_mtime_ns


def _articles(source: Source, drafts: Callable[[], list[Draft | Missing]]) -> Iterator[Found]:
    """The articles of a document, with what a person stated about it. A failure becomes a skip."""
    try:
        found = drafts()
    except Exception as error:
        yield source.shown, Skipped(source.shown, why(error)), ""
        return
    if source.record and sum(isinstance(one, Draft) for one in found) == 1:
        stated: dict[str, Any] = source.record.stated
        found = [replace(one, **stated) if isinstance(one, Draft) else one for one in found]
    rows = _suffix(source.name) == ".json"
    for number, draft in enumerate(found, 1):
        where, name = source.shown, source.name
        if len(found) > 1:
            where += f"#{number if rows else draft.part}"
        if rows:
            name = draft.part or f"{name}#{number}"
        elif draft.part:
            name += f"#{draft.part}"
        yield where, _item(name, draft, source, where), source.name if rows and draft.part else ""


def _rows(
    source: Source, suffix: str, columns: Mapping[str, str], instead: Instead | None
) -> Iterator[Found]:
    """The rows of a table. An error in one row costs only that row."""
    from rag.corpus.readers.delimited import read_csv
    from rag.corpus.readers.rows import read_jsonl

    number = 0
    try:
        with source.open() as file:
            is_json = suffix not in (".csv", ".tsv")
            rows = read_jsonl(file, columns, instead) if is_json else read_csv(file, columns)
            for number, draft in rows:
                where = f"{source.shown}:{number}"
                if not isinstance(draft, Draft | Missing):
                    yield where, draft, source.name
                    continue
                name = draft.part or f"{source.name}#{number}"
                yield where, _item(name, draft, source, where), source.name if draft.part else ""
    except Overgrown:
        raise
    except Exception as error:
        where = f"{source.shown}:{number + 1}" if number else source.shown
        yield source.shown, Skipped(where, why(error)), ""
        return
    if not number:
        yield source.shown, Skipped(source.shown, _NO_ROWS), ""


def _unpacked(
    source: Source, suffix: str, columns: Mapping[str, str], allowance: Allowance
) -> Iterator[Step]:
    """The articles in an archive or in a compressed file."""
    if source.depth >= MAX_ARCHIVE_DEPTH:
        yield Skipped(
            source.shown, f"an archive in {MAX_ARCHIVE_DEPTH} others: expected fewer; unpack it"
        )
        return
    deeper = replace(source, depth=source.depth + 1)
    try:
        with source.open() as file:
            if suffix not in ARCHIVES:
                inside = replace(deeper, name=source.name[: -len(suffix)])
                content = decompressed(file, suffix, allowance)
                yield from _member(inside, content, source.size, columns, allowance)
                return
            some = False
            for name, size, member in members(file, suffix, allowance):
                some, name = True, encodable(name)
                shown = f"{source.shown}/{name}"
                inside = replace(deeper, name=f"{source.name}/{name}", shown=shown, record=None)
                if isinstance(member, Missing):
                    yield Skipped(shown, member.reason)
                else:
                    yield from _member(inside, member, size, columns, allowance)
            if not some:
                yield Skipped(source.shown, "an archive without files: expected articles in it")
    except Exception as error:
        if isinstance(error, Overgrown) and source.depth:
            raise  # only the outermost archive reports it, and ends there
        yield Skipped(source.shown, why(error))


def _member(
    inside: Source, content: BinaryIO, size: int, columns: Mapping[str, str], allowance: Allowance
) -> Iterator[Step]:
    """The articles of one member of an archive.

    A table is read as it is unpacked. Anything else is loaded at once, because it may have to wait
    for a worker.
    """
    suffix = _suffix(inside.name)
    if suffix in _TABLES:
        yield from steps(replace(inside, open=lambda: content, size=size), columns, allowance)
        return
    if not archive_suffix(inside.name) and suffix not in READER_BY_SUFFIX:
        yield from steps(inside, columns)  # refused by its suffix, so it need not be unpacked
        return
    try:
        # Its size is not known before it is unpacked: what is stated may be wrong.
        data = _load(replace(inside, open=lambda: content, size=0))
    except Overgrown:
        raise
    except (OSError, Unreadable) as error:
        yield Skipped(inside.shown, why(error))
        return
    loaded = replace(inside, open=lambda: io.BytesIO(data), size=len(data))
    yield from steps(loaded, columns, allowance)


def _item(name: str, draft: Draft | Missing, source: Source, where: str) -> Article | Skipped:
    """The article made from a draft, or the reason why there is none."""
    if isinstance(draft, Missing):
        return Skipped(where, encodable(draft.reason))
    text, title, publisher, url = map(_clean, (draft.text, draft.title, draft.source, draft.url))
    if not text.strip():
        return Skipped(where, "empty: expected the text of an article, found none")
    code = draft.lang.strip().lower().replace("_", "-").split("-")[0]
    is_code = len(code) == 2 and code.isascii() and code.isalpha()
    lang = code if is_code else detect_lang(f"{title}\n{text}")
    pages, ocr = (draft.pages, draft.ocr) if len(text) == len(draft.text) else ((), ())
    about = (title, draft.date, publisher, url, lang, source.path)
    return Article(_clean(name), text, *about, pages, ocr)


def _clean(text: str) -> str:
    """The text with U+FFFD in place of NUL and lone surrogates.

    NUL would end a text in other programs; lone surrogates are not characters.
    """
    return encodable(text).replace("\0", "\ufffd")
