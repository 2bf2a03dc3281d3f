"""Files and folders to articles. Whatever cannot be read is reported with its reason, never dropped."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rag.corpus.article import Article, Skipped
from rag.corpus.dates import normal_date
from rag.corpus.encoding import NotText
from rag.corpus.formats import READERS, Draft, Unreadable
from rag.corpus.kept import read_record
from rag.corpus.language import detect_lang
from rag.errors import CorpusError

MAX_FILE_BYTES = 64 * 1024 * 1024  # of one article; a JSONL file may be of any size
_EXPECTED = ".txt, .md, .html or .jsonl"
_README = "readme.md"  # tells people how to add articles; at the top of a corpus folder only

Item = Article | Skipped


def read_corpus(paths: Sequence[str | Path] | str | Path) -> Iterator[Item]:
    """Every article below the given files and folders, in a fixed order, one by one.

    A folder is read recursively, sorted by path, without hidden files and without its own README.md;
    an article's id is its path below that folder. A file given by itself has its name as id. Each
    line of a ``.jsonl`` file is an article: ``{"id", "text"[, "title", "date", "source", "url",
    "lang"]}``; its text is kept exactly as it is (lone surrogates, which no file can hold, become U+FFFD).

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
            raise CorpusError(f"expected a file or folder with articles; {_shown(path)} {_reason(error)}") from error
        if missing:
            raise CorpusError(
                f"expected a file or folder with articles, found nothing at {_shown(path)}; "
                f"check the path, or create it and put articles ({_EXPECTED}) there"
            )
    return _unique(given)


def _unique(given: list[Path]) -> Iterator[Item]:
    """All items of the paths; of two with the same id, or the same file, the first."""
    ids: dict[str, str] = {}
    files: dict[tuple[int, int], str] = {}
    for path in given:
        root, items = _files(path)
        for item in items:
            if isinstance(item, Skipped):
                yield item
                continue
            try:
                status = item.stat()
            except OSError as error:
                yield Skipped(_shown(item), _reason(error))
                continue
            if not stat.S_ISREG(status.st_mode):
                yield Skipped(_shown(item), "expected a regular file, found a device, pipe or socket")
                continue
            same = (status.st_dev, status.st_ino)
            if status.st_ino and same in files:  # some file systems have no such numbers
                yield Skipped(_shown(item), f"the same file as {files[same]}, which is read already")
                continue
            files[same] = _shown(item)
            for where, found in _read(item, root):
                if isinstance(found, Article):
                    if found.id in ids:
                        found = Skipped(where, f"its id {found.id} is taken by {ids[found.id]}; give it another")
                    else:
                        ids[found.id] = found.path
                yield found


def _files(path: Path) -> tuple[Path, list[Path | Skipped]]:
    """The folder that ids are relative to, and the files to read, or why not, in order."""
    if not path.is_dir():
        return path.parent, [path]
    found: list[tuple[tuple[str, ...], Path | Skipped]] = []

    def note(at: Path, item: Path | Skipped) -> None:
        found.append((at.relative_to(path).parts, item))

    def failed(error: OSError) -> None:
        at = Path(error.filename) if error.filename else path
        note(at, Skipped(_shown(at), _reason(error)))

    inside = path.resolve()
    for folder, names, files in os.walk(path, onerror=failed):
        names[:] = [name for name in names if not name.startswith(".")]
        here = Path(folder)
        for name in names + files:
            at = here / name
            if name.startswith(".") or (here == path and name.lower() == _README):
                continue
            if at.is_symlink():
                if not _leads_inside(at, inside):
                    why = "a symbolic link that leads nowhere or out of the corpus folder; copy the file itself"
                    note(at, Skipped(_shown(at), why))
                elif not at.is_dir():
                    note(at, at)
            elif name in files:
                note(at, at)
    return path, [item for _, item in sorted(found, key=lambda pair: pair[0])]


def _leads_inside(link: Path, folder: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(folder)
    except (OSError, RuntimeError):
        return False


def _read(path: Path, root: Path) -> Iterator[tuple[str, Item]]:
    """The articles of one file, each with the place to name if it cannot be used."""
    shown = _shown(path)
    if path.suffix.lower() == ".jsonl":
        yield from _read_rows(path, shown)
    else:
        yield shown, _read_file(path, root, shown)


def _read_file(path: Path, root: Path, shown: str) -> Item:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        return Skipped(shown, f"unsupported format {path.suffix or '(no suffix)'}: expected {_EXPECTED}")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            return Skipped(shown, f"larger than {MAX_FILE_BYTES >> 20} MiB: expected one article per file; split it")
        draft = reader(data)
    except OSError as error:
        return Skipped(shown, _reason(error))
    except (NotText, Unreadable) as error:
        return Skipped(shown, str(error))
    except Exception as error:  # a parser's own failure on one file must not cost the others
        return Skipped(shown, f"cannot be read: {type(error).__name__}: {error}; report it, or save it as plain text")
    if record := read_record(path, root):
        draft = replace(draft, **record.stated)
    return _article(_encodable(path.relative_to(root).as_posix()), draft, shown)


def _read_rows(path: Path, shown: str) -> Iterator[tuple[str, Item]]:
    """The rows of a JSONL file; a row with an error costs that row only."""
    number = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                if line.strip():
                    yield (where := f"{shown}:{number}"), _row(line, where, shown)
    except OSError as error:
        yield shown, Skipped(f"{shown}:{number + 1}" if number else shown, _reason(error))
    if not number:
        yield shown, Skipped(shown, "empty file: expected one JSON object per line")


def _row(line: bytes, where: str, path: str) -> Item:
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
        values[key] = _encodable(value)
    if not values["id"]:
        return Skipped(where, 'expected an "id", found none')
    name = values.pop("id")
    values["date"] = normal_date(values["date"])
    article = _article(name, Draft(**values), path)
    return Skipped(where, article.reason) if isinstance(article, Skipped) else article


def _article(name: str, draft: Draft, path: str) -> Item:
    if not draft.text.strip():
        return Skipped(path, "empty: expected the text of an article, found none")
    code = draft.lang.strip().lower().replace("_", "-").split("-")[0]
    lang = code if len(code) == 2 and code.isascii() and code.isalpha() else detect_lang(f"{draft.title}\n{draft.text}")
    draft = replace(draft, lang=lang)
    return Article(name, draft.text, draft.title, draft.date, draft.source, draft.url, draft.lang, path)


def _encodable(text: str) -> str:
    """The text with every lone surrogate, which cannot be written to any file, as U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _shown(path: Path) -> str:
    return _encodable(os.fspath(path))


def _reason(error: Exception) -> str:
    """What the operating system said, in words that tell what to do."""
    if isinstance(error, PermissionError):
        return "cannot be read: permission denied; allow reading it"
    if isinstance(error, FileNotFoundError):
        return "cannot be read: it vanished, or is a link to nothing"
    return f"cannot be read: {getattr(error, 'strerror', None) or error}"
