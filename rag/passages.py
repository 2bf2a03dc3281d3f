"""A hit as frameworks have it: a text, an id and a flat table of plain values."""

from __future__ import annotations

from rag.search.types import Hit

_ALWAYS = "article_id title date source url lang start end score support".split()
_WHERE_THERE = "page ocr story".split()


def place(hit: Hit) -> str:
    """Where a passage stands, as "article_id:start-end": an id that is the same in every search."""
    return f"{hit.article_id}:{hit.start}-{hit.end}"


def metadata(hit: Hit) -> dict[str, str | int | float]:
    """What is known of a passage beside its text.

    article_id, title, date, source, url, lang, start, end (offsets in the article's text), score
    (higher is better, comparable within one question), support (0 to 1: share of the question that
    the passage supports). Where the article has pages, as a PDF has, ``page`` is the one on which
    the passage begins, from 1, and ``ocr`` how sure text recognition (OCR) is of it in percent,
    where it read that page; where other articles tell the same in nearly the same words, ``story``
    is the id of the first of them.
    """
    known = {name: getattr(hit, name) for name in _ALWAYS}
    return known | {name: value for name in _WHERE_THERE if (value := getattr(hit, name))}
