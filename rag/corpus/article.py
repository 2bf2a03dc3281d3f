"""The parts of a corpus: articles, and the passages into which they are split."""

from __future__ import annotations

import bisect
from dataclasses import dataclass

import xxhash


@dataclass(frozen=True, slots=True)
class Article:
    """One news article.

    Attributes:
        id: unique in a corpus; the id of its JSONL row, or its path below the corpus folder.
        text: the body, without page furniture. Every passage and quote is a slice of it.
        title: headline, or "".
        date: publication date as "YYYY-MM-DD", or "".
        source: publisher, or "".
        url: address of the original, or "".
        lang: "zh", "en" or another ISO 639-1 code.
        path: the file it was read from, or "".
        pages: offsets into ``text`` at which the pages of a PDF begin, ascending from 0; () for
            what has no pages.
        ocr: for each page the confidence of text recognition in percent, 0 for a page whose text is
            in the file; () where no page was recognised.
    """

    id: str
    text: str
    title: str = ""
    date: str = ""
    source: str = ""
    url: str = ""
    lang: str = ""
    path: str = ""
    pages: tuple[int, ...] = ()
    ocr: tuple[int, ...] = ()

    def page(self, offset: int) -> int:
        """The page, counted from 1, that contains ``text[offset]``; 0 for what has no pages."""
        return bisect.bisect_right(self.pages, offset)

    def recognised(self, offset: int) -> int:
        """The confidence of text recognition, in percent, for the page that contains
        ``text[offset]``.

        0 where the page was not read by text recognition.
        """
        return self.ocr[self.page(offset) - 1] if self.ocr else 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of an article: ``article.text[start:end]``, of about 100 to 400 characters.

    Attributes:
        article_id: id of the article it is a slice of.
        start, end: character offsets into ``article.text``; ``start < end``.
    """

    article_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was not read: its path and the reason, for the report of a build."""

    path: str
    reason: str


def digest_of_text(text: str) -> int:
    """64-bit digest of a text, such as an article's id."""
    return xxhash.xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))
