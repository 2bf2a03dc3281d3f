"""What the readers of all formats return: drafts of articles, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from rag.corpus.encoding import NotText
from rag.corpus.walk import encodable, reason

busy: ContextVar[Callable[[], None]] = ContextVar("busy", default=lambda: None)
"""Callback for a reader to call between two parts of long work, to show that it makes progress:
the time limit of the file then starts anew.
"""


class Unreadable(ValueError):
    """No article can be made of the file. The message says why, and what the user can do."""


def why(error: Exception) -> str:
    """What is wrong with a file, in words that tell the user what to do."""
    if isinstance(error, OSError):
        return encodable(reason(error))
    if isinstance(error, NotText | Unreadable):
        return encodable(str(error))
    # A bug of a parser that one file triggers must not stop the reading of the others.
    return encodable(
        f"cannot be read: {type(error).__name__}: {error}; report it, or save it as plain text"
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as a reader found it in a file; fields as in
    :class:`rag.corpus.article.Article`, "" if unknown.

    ``part`` identifies the article within a file that holds several (a chapter, an entry of a
    feed); it is "" where the file holds only one.
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
    """A part of a file from which no article can be read, and the reason."""

    reason: str
    part: str = ""
