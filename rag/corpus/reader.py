"""Files and folders to articles. Whatever cannot be read is reported with its reason, never dropped."""

from __future__ import annotations

import io
import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from rag.corpus.article import Article, Skipped
from rag.corpus.dates import normal_date
from rag.corpus.encoding import NotText
from rag.corpus.kept import Record, read_record
from rag.corpus.language import detect_lang
from rag.corpus.readers import ISOLATED, READERS, Draft, Unreadable, read_drafts
from rag.corpus.walk import encodable, files_of, reason, shown
from rag.errors import CorpusError

MAX_FILE_BYTES = 64 * 1024 * 1024  # of one article; a JSONL file may be of any size
MAX_DOCUMENT_BYTES = 256 * 1024 * 1024  # of a document with pictures in it
_WITH_PICTURES = frozenset((".pdf", ".docx"))
_AHEAD = 4  # documents per worker that are read before their turn
_AHEAD_BYTES = 256 * 1024 * 1024
_EXPECTED = ".txt, .md, .html, .pdf, .docx or .jsonl"

Item = Article | Skipped


def read_corpus(paths: Sequence[str | Path] | str | Path) -> Iterator[Item]:
    """Every article below the given files and folders, in a fixed order, one by one.

    A folder is read recursively, sorted by path, without hidden files and without its own README.md;
    an article's id is its path below that folder. A file given by itself has its name as id. Each
    line of a ``.jsonl`` file is an article: ``{"id", "text"[, "title", "date", "source", "url",
    "lang"]}``; its text is kept exactly as it is (lone surrogates, which no file can hold, become U+FFFD).

    Formats whose parsers are large are read in processes of their own, with limits on time and memory, on all cores.

    What is no article comes as :class:`Skipped` with a reason: unsupported formats, unreadable or
    binary files, empty texts, rows with errors (as ``file:line``), ids that occurred before, files
    read before, and symbolic links that lead out of the folder.

    Raises:
        CorpusError: no path is given, or one does not exist (at the call, before anything is read).
    """
    given = [Path(paths)] if isinstance(paths, (str, Path)) else [Path(path) for path in paths]
    if not given:
        raise CorpusError("expected a file or folder with articles, got none; name one, for example corpus/")
    for path in given:
        try:
            missing = not path.exists()
        except (OSError, ValueError) as error:
            raise CorpusError(f"expected a file or folder with articles; {shown(path)} {reason(error)}") from error
        if missing:
            raise CorpusError(
                f"expected a file or folder with articles, found nothing at {shown(path)}; "
                f"check the path, or create it and put articles ({_EXPECTED}) there"
            )
    steps = (step for file in files_of(given) for step in ([file] if isinstance(file, Skipped) else _steps(_source(*file))))
    return _unique(_in_order(steps))


def read_bytes(name: str, data: bytes) -> list[Item]:
    """The articles of one file, by its name and content, or why there are none; at least one item.

    Args:
        name: tells the format by its suffix; it becomes the id of the article and is named in reasons.
        data: the whole file.
    """
    name = encodable(name)
    return list(_unique(_in_order(_steps(_Source(name, name, "", lambda: io.BytesIO(data))))))


@dataclass(frozen=True, slots=True)
class _Source:
    """Something to read: the id of its article, how reports name it, the path of its file, its bytes, what is known of it."""

    name: str
    shown: str
    path: str
    open: Callable[[], BinaryIO]
    record: Record | None = None

    @property
    def suffix(self) -> str:
        return os.path.splitext(self.name)[1].lower()


@dataclass(frozen=True, slots=True)
class _Pending:
    """A document that a worker reads, and what to make of its drafts."""

    drafts: Future[list[Draft]]
    source: _Source
    size: list[int]  # bytes of it in memory, once they are


def _source(path: Path, root: Path) -> _Source:
    at = shown(path)
    return _Source(encodable(path.relative_to(root).as_posix()), at, at, lambda: path.open("rb"), read_record(path, root))


_Step = tuple[str, Item] | Skipped | _Pending


def _steps(source: _Source) -> Iterator[_Step]:
    """The articles of one source, each with the place to name if it cannot be used, or as one that is being read."""
    suffix = source.suffix
    if suffix == ".jsonl":
        yield from _rows(source)
    elif suffix not in READERS:
        yield Skipped(source.shown, f"unsupported format {os.path.splitext(source.name)[1] or '(no suffix)'}: expected {_EXPECTED}")
    elif suffix in ISOLATED:
        from rag.corpus.worker import shared_workers

        size: list[int] = []
        yield _Pending(shared_workers().submit(suffix, lambda: _load(source, size)), source, size)
    else:
        yield from _articles(source, lambda: read_drafts(suffix, _load(source)))


def _in_order(steps: Iterable[_Step]) -> Iterator[tuple[str, Item]]:
    """What the steps come to, in their order, while the workers read some documents ahead."""
    waiting: deque[_Pending | tuple[str, Item]] = deque()
    for step in steps:
        waiting.append((step.path, step) if isinstance(step, Skipped) else step)
        yield from _settled(waiting, False)
    yield from _settled(waiting, True)


def _settled(waiting: deque, all_of_them: bool) -> Iterator[tuple[str, Item]]:
    from rag.corpus.worker import shared_workers

    while waiting:
        first = waiting[0]
        if isinstance(first, _Pending):
            full = len(waiting) > _AHEAD * shared_workers().count or sum(
                sum(one.size) for one in waiting if isinstance(one, _Pending)
            ) > _AHEAD_BYTES  # fmt: skip
            if not (all_of_them or full or first.drafts.done()):
                return
            yield from _articles(first.source, first.drafts.result)
        else:
            yield first
        waiting.popleft()


def _load(source: _Source, size: list[int] | None = None) -> bytes:
    """All bytes of a source. Raises Unreadable where there are too many, OSError."""
    limit = MAX_DOCUMENT_BYTES if source.suffix in _WITH_PICTURES else MAX_FILE_BYTES
    with source.open() as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise Unreadable(f"larger than {limit >> 20} MiB: expected one article per file; split it")
    if size is not None:
        size.append(len(data))
    return data


def _articles(source: _Source, drafts: Callable[[], list[Draft]]) -> Iterator[tuple[str, Item]]:
    """The articles of a document."""
    try:
        found = drafts()
    except OSError as error:
        found = reason(error)
    except (NotText, Unreadable) as error:
        found = encodable(str(error))
    except Exception as error:  # a parser's own failure on one file must not cost the others
        found = encodable(f"cannot be read: {type(error).__name__}: {error}; report it, or save it as plain text")
    if isinstance(found, str):
        yield source.shown, Skipped(source.shown, found)
        return
    if source.record and len(found) == 1:
        found = [replace(found[0], **source.record.stated)]
    for draft in found:
        name = f"{source.name}#{draft.part}" if draft.part else source.name
        yield source.shown, _article(name, draft, source)


def _unique(items: Iterable[tuple[str, Item]]) -> Iterator[Item]:
    """All items; of two articles with the same id the first."""
    ids: dict[str, str] = {}
    for where, found in items:
        if isinstance(found, Article):
            if found.id in ids:
                found = Skipped(where, f"its id {found.id} is taken by {ids[found.id]}; give it another")
            else:
                ids[found.id] = found.path or where
        yield found


def _rows(source: _Source) -> Iterator[tuple[str, Item]]:
    """The rows of a JSONL file; a row with an error costs that row only."""
    number = 0
    try:
        with source.open() as file:
            for number, line in enumerate(file, 1):
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                if line.strip():
                    yield (where := f"{source.shown}:{number}"), _row(line, where, source)
    except OSError as error:
        yield source.shown, Skipped(f"{source.shown}:{number + 1}" if number else source.shown, reason(error))
    if not number:
        yield source.shown, Skipped(source.shown, "empty file: expected one JSON object per line")


def _row(line: bytes, where: str, source: _Source) -> Item:
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return Skipped(where, "not UTF-8: expected JSON in UTF-8; convert the file")
    except RecursionError:
        return Skipped(where, "not usable JSON: nested too deep")
    except ValueError as error:
        return Skipped(where, f"not JSON ({error}): expected one object per line")
    if not isinstance(row, dict):
        return Skipped(where, f'expected an object {{"id", "text", ...}}, found {type(row).__name__}')
    values: dict[str, str] = {}
    for key in ("id", "text", "title", "date", "source", "url", "lang"):
        value = row.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and key in ("id", "date"):
            value = str(value)
        if value is None:
            value = ""
        if not isinstance(value, str):
            return Skipped(where, f'expected a string as "{key}", found {type(value).__name__}')
        values[key] = value
    if not values["id"]:
        return Skipped(where, 'expected an "id", found none')
    name = values.pop("id")
    values["date"] = normal_date(values["date"])
    article = _article(encodable(name), Draft(**values), source)
    return Skipped(where, article.reason) if isinstance(article, Skipped) else article


def _article(name: str, draft: Draft, source: _Source) -> Item:
    text, title, url = encodable(draft.text), encodable(draft.title), encodable(draft.url)
    if not text.strip():
        return Skipped(source.shown, "empty: expected the text of an article, found none")
    code = draft.lang.strip().lower().replace("_", "-").split("-")[0]
    lang = code if len(code) == 2 and code.isascii() and code.isalpha() else detect_lang(f"{title}\n{text}")
    pages = draft.pages if len(text) == len(draft.text) else ()
    return Article(encodable(name), text, title, draft.date, encodable(draft.source), url, lang, source.path, pages)
