"""What the readers of all formats give: drafts of articles, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from rag.corpus.encoding import NotText
from rag.corpus.walk import encodable, reason

busy: ContextVar[Callable[[], None]] = ContextVar("busy", default=lambda: None)
"""What a reader calls between two parts of long work that goes on as it should: the time for one
file then begins anew.
"""


class Unreadable(ValueError):
    """No article can be made of the file; the message is the reason, with what to do."""


def why(error: Exception) -> str:
    """What is wrong with a file, in words that tell what to do."""
    if isinstance(error, OSError):
        return encodable(reason(error))
    if isinstance(error, NotText | Unreadable):
        return encodable(str(error))
    # A parser's own failure on one file must not cost the others.
    return encodable(
        f"cannot be read: {type(error).__name__}: {error}; report it, or save it as plain text"
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """What a file says of itself; fields as in :class:`rag.corpus.article.Article`, "" if unknown.

    ``part`` tells several articles of one file apart (a chapter, an entry), "" where there is one
    only.
    """

    text: str
    title: str = ""
    date: str = ""
    source: str = ""
    url: str = ""
    lang: str = ""
    pages: tuple[int, ...] = ()
    ocr: tuple[int, ...] = ()
    part: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A part of a file that gives no article, and why."""

    reason: str
    part: str = ""
