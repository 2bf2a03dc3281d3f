"""Reads files and folders into articles. What cannot be read is reported with its reason."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rag.corpus.article import Article, Skipped, digest_of_text
from rag.corpus.kept import read_record
from rag.corpus.source import EXPECTED_FORMATS, Found, Source, in_order, steps
from rag.corpus.stretch import Stretch, opened
from rag.corpus.walk import encodable, files_of, reason, shown
from rag.errors import CorpusError, UsageError

Item = Article | Skipped
Holder = tuple[int | str, str, int]
"""The article that has an id: its place in the corpus, or its row among articles that were read
before; the file that states the id; and the digest of its text."""


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


class UniqueIds:
    """Gives every article of a corpus an id that no other has.

    Where two files state one id for different texts, the later article's id gets its file. Where an
    id still repeats, only the first article stays and the others are skipped.

    Attributes:
        known: by the digest of each id so far, the article that has it, or its row among articles
            that were read before. Digests have 64 bits, so two ids are not expected to share one.
    """

    def __init__(
        self,
        known: Mapping[int, Holder] | None = None,
        before: Callable[[int], Article] | None = None,
    ) -> None:
        """Takes ids that are known, and a function that gives the article in a row."""
        self.known: dict[int, int | Holder] = dict(known or {})
        self._before = before

    def settle(self, where: str, article: Article, file: str) -> Article | Skipped:
        """The article, perhaps under another id, or why it is left out.

        Args:
            where: the place to name in reports.
            article: what was found there.
            file: the file that states the id; "" where the id was made from the file's own name.
        """
        digest, text = digest_of_text(article.id), digest_of_text(article.text)
        if digest in self.known:
            _, other, known_text = self._holder(digest)
            if file and file != other and text != known_text:
                article = replace(article, id=f"{file}#{article.id}")
                digest = digest_of_text(article.id)
        if digest in self.known:
            by = self._holder(digest)[0]
            return Skipped(where, f"its id {article.id} is taken by {by}; give it another")
        self.known[digest] = (article.path or where, file, text)
        return article

    def _holder(self, digest: int) -> Holder:
        """The article that has an id, given the id's digest, with its place in the corpus."""
        holder = self.known[digest]
        place, file, text = holder if isinstance(holder, tuple) else (holder, "", 0)
        if isinstance(place, int) and self._before:
            article = self._before(place)
            return article.path, file, digest_of_text(article.text)
        return place, file, text


def _unique(items: Iterable[Found]) -> Iterator[Item]:
    """All items, with unique ids."""
    ids = UniqueIds()
    for where, found, file in items:
        yield ids.settle(where, found, file) if isinstance(found, Article) else found
