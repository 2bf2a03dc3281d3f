"""Finds the addresses in feeds (RSS, Atom) and sitemaps."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from rag.errors import FetchError
from rag.extras import extra

_XML = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:\?xml|rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]")
_FEEDS, _SITEMAPS = ("rss", "feed", "RDF"), ("urlset", "sitemapindex")


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses in the order of the feed or sitemap, each once.

    Attributes:
        pages: addresses of pages.
        sitemaps: addresses of further sitemaps.
    """

    pages: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()


def is_xml(data: bytes) -> bool:
    """Whether a page is XML that may be a feed or a sitemap, whatever type its server states.

    XHTML does not count.
    """
    return bool(_XML.match(data)) and b"<html" not in data[:1000].lower()


def find_links(data: bytes, url: str) -> Links:
    """The addresses in the feed or sitemap found at ``url``.

    Raises FetchError where it is neither.
    """
    import lxml.etree

    from rag.corpus.readers.tree import xml_root

    root = xml_root(data)
    name = lxml.etree.QName(root).localname if root is not None else "nothing"
    if name in _FEEDS:
        return Links(_feed(data, url))
    if name not in _SITEMAPS:
        raise FetchError(
            f"expected a feed or a sitemap at {url}, got XML of the kind <{name[:40]}>"
        )
    found = [(node.text or "").strip() for node in root.iterfind("{*}*/{*}loc")]
    unique = tuple(dict.fromkeys(address for address in found if address))
    return Links(unique) if name == "urlset" else Links(sitemaps=unique)


def _feed(data: bytes, url: str) -> tuple[str, ...]:
    """The addresses of the entries of a feed."""
    with extra():
        import feedparser

    # A stream, never bytes: feedparser would first try to open bytes as the name of a file.
    feed = feedparser.parse(
        io.BytesIO(data),
        response_headers={"content-location": url, "content-type": "application/xml"},
    )
    return tuple(dict.fromkeys(link for entry in feed.entries if (link := entry.get("link", ""))))
