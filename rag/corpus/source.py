"""One source of articles, a file or a member of an archive, to its articles; several are read at
the same time, and come in order.
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
from rag.corpus.readers import IN_PLACE, READERS, WITH_PICTURES, read_drafts
from rag.corpus.readers.archive import (
    ARCHIVES,
    MAX_DEPTH,
    Allowance,
    Overgrown,
    archive_suffix,
    decompressed,
    members,
)
from rag.corpus.readers.draft import Draft, Missing, Unreadable, why
from rag.corpus.walk import encodable
from rag.corpus.worker import shared_workers

MAX_FILE_BYTES = 64 * 1024 * 1024  # of one article; tables and archives may be of any size
MAX_DOCUMENT_BYTES = 256 * 1024 * 1024  # with pictures in it, or an archive in an archive
_TOO_LARGE = "larger than {} MiB: expected one article per file; split it"
_NO_ROWS = (
    "empty file: expected a row for each article, as JSON objects or below the names of columns"
)
_IN_PLACE_BYTES = 256 * 1024  # a text of more is read where time and memory are limited
_AHEAD = 4  # documents per worker that are read before their turn
_AHEAD_BYTES = 256 * 1024 * 1024
_TABLES = (".csv", ".tsv", ".jsonl", ".ndjson")

EXPECTED = (
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
    """Something to read.

    Attributes:
        name: the id of its article; its end tells the format.
        shown: how reports name it.
        path: the file that it is, or is in.
        open: opens it, at its beginning.
        size: bytes, as far as is known.
        record: what is known of it besides.
        depth: number of archives that it is in.
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
    """A document that a worker reads."""

    drafts: Future[list[Draft | Missing]]
    source: Source


Found = tuple[str, Article | Skipped, str]
"""Where something stands, for reports; what it is; the file that its id is stated in, as ids name
it, "" where the id is made of that.
"""

Step = Skipped | Found | Pending


Instead = Callable[[bytes], object]


def steps(
    source: Source,
    columns: Mapping[str, str],
    allowance: Allowance | None = None,
    instead: Instead | None = None,
) -> Iterator[Step]:
    """The articles of a source, each with the place to name if it cannot be used, and documents
    that are being read.

    ``allowance`` is that of the archive around it; ``instead`` as for
    :func:`rag.corpus.reader.read_files`.
    """
    suffix = _suffix(source.name)
    if suffix in _TABLES:
        yield from _rows(source, suffix, columns, instead)
    elif archive := archive_suffix(source.name):
        yield from _unpacked(source, archive, columns, allowance or Allowance(source.size))
    elif suffix not in READERS and suffix != ".json":
        named = os.path.splitext(source.name)[1] or "(no suffix)"
        advice = _ADVICE.get(suffix, f"expected {EXPECTED}")
        yield Skipped(source.shown, f"unsupported format {named}: {advice}")
    elif suffix in IN_PLACE and source.size <= _IN_PLACE_BYTES:
        yield from _articles(source, lambda: read_drafts(suffix, _load(source)))
    else:
        yield Pending(shared_workers().submit(suffix, lambda: _load(source), columns), source)


def in_order(found: Iterable[Step]) -> Iterator[Found]:
    """What the steps come to, in their order, while workers read some documents ahead."""
    waiting: deque[Pending | Found] = deque()
    for step in found:
        step = (step.path, step, "") if isinstance(step, Skipped) else step
        if not waiting and not isinstance(step, Pending):
            yield step
            continue
        waiting.append(step)
        yield from _settled(waiting, to_the_end=False)
    yield from _settled(waiting, to_the_end=True)


def _settled(waiting: deque, to_the_end: bool) -> Iterator[Found]:
    """Takes from the front what is there, and waits for it where too much waits."""
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
    sizes = (one.source.size for one in waiting if isinstance(one, Pending))
    return len(waiting) > _AHEAD * shared_workers().count or sum(sizes) > _AHEAD_BYTES


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _limit(name: str) -> int:
    """How many bytes a source may have that is read at once."""
    large = _suffix(name) in WITH_PICTURES or archive_suffix(name)
    return MAX_DOCUMENT_BYTES if large else MAX_FILE_BYTES


def _load(source: Source) -> bytes:
    """All bytes of a source. Raises Unreadable where there are too many or they change meanwhile,
    OSError.
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
    """Size and time of change of an open file; None for what is no file of the system."""
    try:
        status = os.fstat(file.fileno())
    except (OSError, AttributeError):  # a stream in memory has no number
        return None
    return status.st_size, status.st_mtime_ns


def _articles(source: Source, drafts: Callable[[], list[Draft | Missing]]) -> Iterator[Found]:
    """The articles of a document."""
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
    """The rows of a table; a row with an error costs that row only."""
    from rag.corpus.readers.delimited import read_csv
    from rag.corpus.readers.rows import read_jsonl

    number, some = 0, False
    try:
        with source.open() as file:
            is_json = suffix not in (".csv", ".tsv")
            rows = read_jsonl(file, columns, instead) if is_json else read_csv(file, columns)
            for number, draft in rows:
                some, where = True, f"{source.shown}:{number}"
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
    if not some:
        yield source.shown, Skipped(source.shown, _NO_ROWS), ""


def _unpacked(
    source: Source, suffix: str, columns: Mapping[str, str], allowance: Allowance
) -> Iterator[Step]:
    """The articles of an archive, or of a compressed file."""
    if source.depth >= MAX_DEPTH:
        yield Skipped(source.shown, f"an archive in {MAX_DEPTH} others: expected fewer; unpack it")
        return
    try:
        with source.open() as file:
            if suffix not in ARCHIVES:
                name = source.name[: -len(suffix)]
                inside = replace(source, name=name, depth=source.depth + 1)
                content = decompressed(file, suffix, allowance)
                yield from _member(inside, content, source.size, columns, allowance)
                return
            some = False
            for name, size, held in members(file, suffix, allowance):
                some, name = True, encodable(name)
                shown, depth = f"{source.shown}/{name}", source.depth + 1
                inside = replace(
                    source, name=f"{source.name}/{name}", shown=shown, record=None, depth=depth
                )
                if isinstance(held, Missing):
                    yield Skipped(shown, held.reason)
                else:
                    yield from _member(inside, held, size, columns, allowance)
            if not some:
                yield Skipped(source.shown, "an archive without files: expected articles in it")
    except Exception as error:
        if isinstance(error, Overgrown) and source.depth:
            raise  # the outermost archive ends with it
        yield Skipped(source.shown, why(error))


def _member(
    inside: Source, content: BinaryIO, size: int, columns: Mapping[str, str], allowance: Allowance
) -> Iterator[Step]:
    """The articles of what is in an archive: a table is read as it comes, all else is loaded, for
    it may have to wait its turn.
    """
    suffix = _suffix(inside.name)
    if suffix in _TABLES:
        yield from steps(replace(inside, open=lambda: content, size=size), columns, allowance)
        return
    if not archive_suffix(inside.name) and suffix not in READERS and suffix != ".json":
        yield from steps(inside, columns)  # not unpacked to be refused
        return
    limit = _limit(inside.name)
    try:
        data = content.read(limit + 1)
    except Unreadable:
        raise
    except OSError as error:
        yield Skipped(inside.shown, why(error))
        return
    if len(data) > limit:
        yield Skipped(inside.shown, _TOO_LARGE.format(limit >> 20))
        return
    loaded = replace(inside, open=lambda: io.BytesIO(data), size=len(data))
    yield from steps(loaded, columns, allowance)


def _item(name: str, draft: Draft | Missing, source: Source, where: str) -> Article | Skipped:
    """The article, or why there is none."""
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
    """The text with U+FFFD for what is no character: NUL, which ends a text elsewhere, and lone
    surrogates.
    """
    return encodable(text).replace("\0", "\ufffd")
