"""News feeds that were saved as files (RSS, Atom), through feedparser: each entry is an article."""

from __future__ import annotations

import io
import re

from rag.corpus.date_grammar import normal_date
from rag.corpus.language import detect_lang
from rag.corpus.readers.draft import Draft, Missing, Unreadable
from rag.corpus.readers.html import decoded
from rag.corpus.readers.markup import shown
from rag.extras import extra


def read_feed(data: bytes) -> list[Draft | Missing]:
    """The entries of a feed in its order. The text of an entry is the longest of its contents and
    its summary; its source is the title of the feed, unless the entry names another source.

    Raises:
        Unreadable: no feed, or one without entries.
        NotText: the file is no text.
    """
    with extra():
        import feedparser

    text = re.sub(r"\A\s*<\?xml[^>]*\?>", "", decoded(data))
    # feedparser gets a stream, never bytes: it would try those as a file name or an address first.
    feed = feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    source = shown(feed.feed.get("title") or "", lines=False)
    entries = [_entry(entry, source, number) for number, entry in enumerate(feed.entries, 1)]
    known = bool(feed.get("version"))  # "" for other XML, and for feeds that state no version
    if not entries or not (known or any(isinstance(one, Draft) for one in entries)):
        what = "one without entries" if known else "none"
        raise Unreadable(
            f"expected a feed (RSS, Atom), found {what}; save articles as .html or .txt"
        )
    return entries


def _entry(entry, source: str, number: int) -> Draft | Missing:
    part = str(entry.get("id") or entry.get("link") or number)
    bodies = [*(one.get("value") for one in entry.get("content") or ()), entry.get("summary")]
    text = max((shown(body, lines=True) for body in bodies if body), key=len, default="")
    title = shown(entry.get("title") or "", lines=False)
    if not text:
        return Missing("an entry without text: only a title and a link", part)
    published = entry.get("published") or entry.get("updated") or entry.get("created") or ""
    date, url = normal_date(published), entry.get("link") or ""
    source = " ".join(((entry.get("source") or {}).get("title") or "").split()) or source
    lang = detect_lang(f"{title}\n{text}")
    return Draft(text, title, date, source, url, lang, part=part)
