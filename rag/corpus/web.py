"""Adds articles from the web to a corpus folder: single pages, and all pages of feeds and
sitemaps.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import TypeGuard

from rag.corpus.fetch import XML_MEDIA_TYPES, Fetched, Fetcher
from rag.corpus.folder import Added, CorpusFolder
from rag.errors import FetchError
from rag.extras import extra

MAX_SITEMAPS = 10  # sitemaps that are read of an index of sitemaps
_XML = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:\?xml|rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]")
_FEEDS, _SITEMAPS = ("rss", "feed", "RDF"), ("urlset", "sitemapindex")


def add_url(
    folder: CorpusFolder,
    url: str,
    fetcher: Fetcher | None = None,
    on_feed: Callable[[str], None] = lambda url: None,
) -> Iterator[Added]:
    """Adds the article at an address, or all articles of the feed or sitemap there, one by one.

    A page that is in the folder already is fetched again, and replaced if its article has changed.
    A failure comes as refused, with the reason. At most ``fetcher.limits.pages`` pages are fetched.
    ``on_feed`` is called with the address of a feed or sitemap that was read.
    """
    fetcher = fetcher or Fetcher()
    found = _fetched(fetcher, url)
    if _leads_on(found):
        on_feed(url)
        yield from _led_to(folder, found, fetcher)
    else:
        yield _stored(folder, found)


def refresh(folder: CorpusFolder, fetcher: Fetcher | None = None) -> Iterator[Added]:
    """Asks again for every page of the folder. A server need not send a page that has not
    changed.
    """
    fetcher = fetcher or Fetcher()
    for _, record in folder.pages():
        found = _fetched(fetcher, record.fetched, record.etag, record.modified)
        yield _stored(folder, found)


def _led_to(folder: CorpusFolder, found: Fetched, fetcher: Fetcher) -> Iterator[Added]:
    """Adds the pages of a feed or sitemap, up to the limit."""
    addresses = yield from _addresses(found, fetcher)
    most = fetcher.limits.pages
    for address in addresses[:most]:
        page = _fetched(fetcher, address)
        if _leads_on(page):
            reason = "a feed or sitemap inside another; add it by itself"
            page = Added(address, "refused", reason=reason)
        yield _stored(folder, page)
    if (left := len(addresses) - most) > 0:
        reason = f"{left:,} more pages than the {most} that are fetched at once"
        yield Added(found.asked, "refused", reason=reason)


def _addresses(found: Fetched, fetcher: Fetcher) -> Generator[Added, None, list[str]]:
    """Returns the pages of a feed or sitemap, including those of nested sitemaps.

    It yields what cannot be read on the way.
    """
    pages: dict[str, None] = {}
    waiting, read = [found], 0
    while waiting and len(pages) < fetcher.limits.pages:
        one = waiting.pop(0)
        try:
            linked, sitemaps = find_links(one.data, one.url)
        except FetchError as error:
            yield Added(one.asked, "refused", reason=str(error))
            continue
        pages |= dict.fromkeys(linked)
        for address in sitemaps:
            read += 1
            if read > MAX_SITEMAPS:
                reason = f"more than {MAX_SITEMAPS} sitemaps; add it by itself"
                yield Added(address, "refused", reason=reason)
                break
            nested = _fetched(fetcher, address)
            if isinstance(nested, Added):
                yield nested
            else:
                waiting.append(nested)
    return list(pages)


def _leads_on(page: Fetched | Added) -> TypeGuard[Fetched]:
    """Whether an address has a feed or a sitemap rather than an article."""
    return isinstance(page, Fetched) and (page.type in XML_MEDIA_TYPES or is_xml(page.data[:4096]))


def _fetched(fetcher: Fetcher, url: str, etag: str = "", modified: str = "") -> Fetched | Added:
    """The page at an address, or the refusal where it cannot be fetched."""
    try:
        return fetcher.fetch(url, etag, modified)
    except FetchError as error:
        return Added(url, "refused", reason=str(error))


def _stored(folder: CorpusFolder, found: Fetched | Added) -> Added:
    """What becomes of an address: its page is added unless it is refused or has not changed."""
    if isinstance(found, Added):
        return found
    if not found.changed:
        return Added(found.asked, "known", reason="it has not changed")
    return folder.add_page(found)


def is_xml(data: bytes) -> bool:
    """Whether a page is XML that may be a feed or a sitemap, whatever type its server states.

    XHTML does not count.
    """
    return bool(_XML.match(data)) and b"<html" not in data[:1000].lower()


def find_links(data: bytes, url: str) -> tuple[list[str], list[str]]:
    """The addresses of pages, and those of further sitemaps, in the feed or sitemap found at ``url``.

    They are in its order, each once. Raises FetchError where it is neither.
    """
    import lxml.etree

    from rag.corpus.readers.tree import xml_root

    root = xml_root(data)
    name = lxml.etree.QName(root).localname if root is not None else "nothing"
    if name not in (*_FEEDS, *_SITEMAPS):
        raise FetchError(
            f"expected a feed or a sitemap at {url}, got XML of the kind <{name[:40]}>"
        )
    located = ((node.text or "").strip() for node in root.iterfind("{*}*/{*}loc"))
    found = _feed(data, url) if name in _FEEDS else located
    unique = list(dict.fromkeys(filter(None, found)))
    return ([], unique) if name == "sitemapindex" else (unique, [])


def _feed(data: bytes, url: str) -> Iterable[str]:
    """The addresses of the entries of a feed."""
    with extra():
        import feedparser

    # A stream, never bytes: feedparser would first try to open bytes as the name of a file.
    feed = feedparser.parse(
        io.BytesIO(data),
        response_headers={"content-location": url, "content-type": "application/xml"},
    )
    return (entry.get("link", "") for entry in feed.entries)
