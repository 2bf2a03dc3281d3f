"""Inspects what is to be added to a corpus folder: its bytes, its name and the articles in it."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rag.corpus.article import Article
from rag.corpus.kept import KEY_DIGITS
from rag.errors import CorpusError

# characters of a slug at most
SLUG_CHARS = 40


@dataclass(frozen=True, slots=True)
class FileContents:
    """What a file holds.

    Attributes:
        articles: number of its articles.
        first: the first article, or None.
        digest: digest of all its articles, "" for none.
        reason: what of it cannot be read, "" for nothing.
    """

    articles: int
    first: Article | None
    digest: str
    reason: str


def look_into(file: Path, columns: Mapping[str, str] | None = None) -> FileContents:
    """Reads a file and returns what it holds."""
    from rag.corpus.reader import read_corpus

    first, count, reasons, hasher = None, 0, [], hashlib.sha256()
    for item in read_corpus([file], columns):
        if isinstance(item, Article):
            first, count = first or item, count + 1
            hasher.update("\0".join((item.title, item.date, item.text, "")).encode())
        else:
            reasons.append(item.reason)
    reason = reasons[0] if reasons else "" if first else "no article in it"
    if count and len(reasons) > 1:
        reason = f"{len(reasons):,} parts of it were skipped, the first: {reason}"
    return FileContents(count, first, hasher.hexdigest()[: 2 * KEY_DIGITS] if count else "", reason)


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
