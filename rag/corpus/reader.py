"""Reads files and folders into articles. What cannot be read is reported with its reason."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rag.corpus.article import Article, Skipped
from rag.corpus.kept import read_record
from rag.corpus.source import EXPECTED_FORMATS, Found, Source, in_order, steps
from rag.corpus.stretch import Stretch, opened
from rag.corpus.walk import encodable, files_of, reason, shown
from rag.errors import CorpusError, UsageError

Item = Article | Skipped


def read_corpus(
    paths: Sequence[str | Path] | str | Path, columns: Mapping[str, str] | None = None
) -> Iterator[Item]:
    """Every article of the given files and folders, in a fixed order, one by one.

    A folder is read recursively, sorted by path, without hidden files and without its own
    README.md. The id of an article is its path below that folder; a file given by itself has its
    name as id. Where a file holds several articles (chapters, entries, rows without an id), "#" and
    the article follow. A member of an archive has "/" and its path there.

    Rows of tables and of ``.jsonl`` keep the id that they state. The name of their file and "#"
    come before it where an earlier file states the same id for another text. Their texts stay
    exactly as they are, with two exceptions: HTML and entities are read as what they show, and NUL
    and lone surrogates become U+FFFD.

    Formats with large parsers are read in separate processes, on all cores, with limits on time and
    memory.

    Whatever gives no article comes as :class:`Skipped` with a reason: unsupported formats,
    unreadable or binary files, empty texts, rows with errors (as ``file:line``), ids that occurred
    before, files read before, and symbolic links that lead out of the folder.

    Args:
        paths: files and folders.
        columns: which column of tables (.csv, .tsv, .json, .jsonl) holds "text", "title", "date",
            "source", "url", "lang" or "id", where the column's name does not tell.

    Raises:
        CorpusError: no path is given, or one does not exist (at the call, before anything is read).
        UsageError: ``columns`` has a field that articles do not have.
    """
    given = existing([paths] if isinstance(paths, (str, Path)) else paths)
    return _unique(read_files(files_of(given), columns))


def existing(paths: Sequence[str | Path]) -> list[Path]:
    """The paths as a list.

    Raises CorpusError where none is given, or one does not exist.
    """
    given = [Path(path) for path in paths]
    if not given:
        raise CorpusError(
            "expected a file or folder with articles, got none; name one, for example corpus/"
        )
    for path in given:
        try:
            missing = not path.exists()
        except (OSError, ValueError) as error:
            raise CorpusError(
                f"expected a file or folder with articles; {shown(path)} {reason(error)}"
            ) from error
        if missing:
            raise CorpusError(
                f"expected a file or folder with articles, found nothing at {shown(path)}; "
                f"check the path, or create it and put articles ({EXPECTED_FORMATS}) there"
            )
    return given


def read_files(files: Iterable, columns: Mapping[str, str] | None = None) -> Iterator:
    """Reads files in order. Yields :data:`rag.corpus.source.Found`, with ids not yet made unique.

    Args:
        files: for each file a tuple (file, folder that its id is relative to, bytes). Two more
            items may follow. The fourth is a function for .jsonl files: it gets the line of each
            row and returns what to yield in place of the article, or None to read the row. The
            fifth is the stretch of the file to read. A :class:`Skipped` among the files comes out
            as (its path, itself, ""). Anything else that is no tuple comes out unchanged, in its
            place among the articles.
        columns: as for :func:`read_corpus`.

    Raises UsageError as :func:`read_corpus` does.
    """
    wanted = _checked(columns)

    def found() -> Iterator:
        for file in files:
            if isinstance(file, tuple):
                path, root, size, instead, stretch = (*file, None, None)[:5]
                yield from steps(_source(path, root, size, stretch), wanted, instead=instead)
            else:
                yield file

    return in_order(found())


def read_bytes(name: str, data: bytes, columns: Mapping[str, str] | None = None) -> list[Item]:
    """The articles of one file given by name and content, or why there are none; at least one item.

    Args:
        name: its suffix tells the format. It becomes the id of the article and is named in reasons.
        data: the whole file.
        columns: as for :func:`read_corpus`.

    Raises UsageError as :func:`read_corpus` does.
    """
    name = encodable(name)
    source = Source(name, name, "", lambda: io.BytesIO(data), len(data))
    return list(_unique(in_order(steps(source, _checked(columns)))))


def _checked(columns: Mapping[str, str] | None) -> dict[str, str]:
    """The columns as a dictionary. Raises UsageError for a field that articles do not have."""
    from rag.corpus.readers.rows import COLUMN_NAMES

    if unknown := sorted(set(columns or ()) - set(COLUMN_NAMES)):
        raise UsageError(
            f"expected columns for some of {', '.join(COLUMN_NAMES)}, got"
            f" {', '.join(map(repr, unknown))}"
        )
    return dict(columns or {})


def _source(path: Path, root: Path, size: int, stretch: Stretch | None) -> Source:
    name, at = encodable(path.relative_to(root).as_posix()), shown(path)
    record = read_record(path, root)
    return Source(name, at, at, lambda: opened(path, stretch), size, record)


def in_full(article_id: str, file: str) -> str:
    """The id of an article with its file, for an id that another file uses for another article."""
    return f"{file}#{article_id}"


def taken(where: str, article_id: str, by: str) -> Skipped:
    """The report of an article that is left out because another article has its id."""
    return Skipped(where, f"its id {article_id} is taken by {by}; give it another")


def _unique(items: Iterable[Found]) -> Iterator[Item]:
    """All items, with unique ids.

    Where two files state one id for different texts, the later article's id gets its file. Where an
    id still repeats, only the first article stays and the others are skipped.
    """
    known: dict[str, tuple[str, str, int]] = {}
    for where, found, file in items:
        if isinstance(found, Article):
            by, other, text = known.get(found.id, ("", file, 0))
            if file and file != other and text != hash(found.text):
                found = replace(found, id=in_full(found.id, file))
            if found.id in known:
                found = taken(where, found.id, known[found.id][0])
            else:
                known[found.id] = found.path or where, file, hash(found.text)
        yield found
