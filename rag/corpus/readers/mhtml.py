"""Web pages that a browser saved with all their parts in one file (.mhtml, .mht)."""

from __future__ import annotations

import contextlib
import email
import email.policy
from dataclasses import replace
from email.message import Message

from rag.corpus.readers.draft import Draft, Unreadable
from rag.corpus.readers.html import read_html

_MOST_FRAMES = 20


def read_mhtml(data: bytes) -> Draft:
    """The article in the page that was saved, without its frames and pictures; its address is that
    of the page, unless the article states one.

    Raises:
        Unreadable: no page in the file, or no text on it.
    """
    # This policy takes each header as it stands. The newer ones parse headers, and fail on some.
    message = email.message_from_bytes(data.lstrip(), policy=email.policy.compat32)
    at = _header(message, "Snapshot-Content-Location") or _header(message, "Content-Location")
    types = ("text/html", "application/xhtml+xml")
    pages = [part for part in message.walk() if part.get_content_type() in types]
    if not pages:
        raise Unreadable(
            "expected a web page saved as MHTML, found no part that is one; save it anew"
        )
    pages.sort(key=lambda part: not at or _header(part, "Content-Location") != at)
    page = pages[0]
    draft = _first(pages)
    at = at or _header(page, "Content-Location")
    return replace(draft, url=draft.url or (at if at.startswith(("http://", "https://")) else ""))


def _first(pages: list[Message]) -> Draft:
    """The article of the first part that holds one: of the page itself, or of a frame if the page
    consists only of frames. Raises Unreadable, as for the page, if no part holds one.
    """
    for part in pages[:_MOST_FRAMES]:
        with contextlib.suppress(Unreadable):
            return _page(part)
    return _page(pages[0])


def _page(part: Message) -> Draft:
    content = part.get_payload(decode=True)
    return read_html(content if isinstance(content, bytes) else b"", part.get_content_charset(""))


def _header(part: Message, name: str) -> str:
    return "".join(str(part.get(name, "")).split())
