"""Web pages that a browser saved with all their parts in one file (.mhtml, .mht)."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage

from rag.corpus.readers.draft import Draft, Unreadable
from rag.corpus.readers.html import read_html

_MOST_FRAMES = 20


def read_mhtml(data: bytes) -> Draft:
    """The article in the page that was saved, its frames and pictures left out; the address is that
    of the page.

    Raises:
        Unreadable: no page in the file, or no text on it; damaged heads of its parts.
    """
    try:
        return _read(data)
    except LookupError as error:  # Python's reader of heads fails so on some that are none
        raise Unreadable(f"damaged: a part of it has no head ({error}); save it anew") from None


def _read(data: bytes) -> Draft:
    message = email.message_from_bytes(data.lstrip(), policy=email.policy.default)
    at = _header(message, "Snapshot-Content-Location") or _header(message, "Content-Location")
    pages = [
        part
        for part in message.walk()
        if part.get_content_type() in ("text/html", "application/xhtml+xml")
    ]
    page = next(
        (part for part in pages if at and _header(part, "Content-Location") == at),
        next(iter(pages), None),
    )
    if page is None:
        raise Unreadable(
            "expected a web page saved as MHTML, found no part that is one; save it anew"
        )
    draft = _first([page, *(part for part in pages if part is not page)])
    at = at or _header(page, "Content-Location")
    return replace(draft, url=draft.url or (at if at.startswith(("http://", "https://")) else ""))


def _first(pages: list[EmailMessage]) -> Draft:
    """The article of the page, where that has only frames, of the first of these with one.

    Raises Unreadable as the page does.
    """
    for part in pages[:_MOST_FRAMES]:
        try:
            return read_html(part.get_payload(decode=True) or b"", part.get_content_charset(""))
        except Unreadable:
            continue
    return read_html(pages[0].get_payload(decode=True) or b"", pages[0].get_content_charset(""))


def _header(part: EmailMessage, name: str) -> str:
    return "".join(str(part.get(name, "")).split())
