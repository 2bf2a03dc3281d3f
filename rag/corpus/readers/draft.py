"""What the readers of all formats give: drafts of articles, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

busy: ContextVar[Callable[[], None]] = ContextVar("busy", default=lambda: None)
"""What a reader calls between two parts of long work that goes on as it should: the time for one
file then begins anew.
"""


class Unreadable(ValueError):
    """No article can be made of the file; the message is the reason, with what to do."""


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
