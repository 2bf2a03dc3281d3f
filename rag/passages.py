"""A hit in the form of retrieval frameworks: a text, an id and a flat dict of plain values."""

from __future__ import annotations

from rag.search.types import Hit

_ALWAYS = "article_id title date source url lang start end score support".split()
_WHERE_THERE = "page ocr story".split()


def place(hit: Hit) -> str:
    """The id of a passage, "article_id:start-end". It is the same in every search."""
    return f"{hit.article_id}:{hit.start}-{hit.end}"


def metadata(hit: Hit) -> dict[str, str | int | float]:
    """The metadata of a passage.

    Always: article_id, title, date, source, url, lang, start, end (offsets in the article's text),
    score (higher is better, comparable within one question), support (0 to 1: share of the question
    that the passage supports). If the article has pages, as a PDF has: ``page``, the page on which
    the passage begins, from 1. If text recognition (OCR) read that page: ``ocr``, its certainty in
    percent. If other articles tell the same in nearly the same words: ``story``, the id of the
    first of them.
    """
    known = {name: getattr(hit, name) for name in _ALWAYS}
    return known | {name: value for name in _WHERE_THERE if (value := getattr(hit, name))}
