"""Adds articles from the web to a corpus folder: single pages, and all pages of feeds and
sitemaps.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

from rag.corpus.fetch import XML_MEDIA_TYPES, Fetched, Fetcher
from rag.corpus.folder import Added, CorpusFolder
from rag.corpus.links import find_links, is_xml
from rag.errors import FetchError

MAX_SITEMAPS = 10  # sitemaps that are read of an index of sitemaps


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
    if isinstance(found, Added):
        yield found
    elif not _leads_on(found):
        yield folder.add_page(found)
    else:
        on_feed(url)
        yield from _led_to(folder, found, fetcher)


def refresh(folder: CorpusFolder, fetcher: Fetcher | None = None) -> Iterator[Added]:
    """Asks again for every page of the folder. A server need not send a page that has not
    changed.
    """
    fetcher = fetcher or Fetcher()
    for _, record in folder.pages():
        found = _fetched(fetcher, record.fetched, record.etag, record.modified)
        if isinstance(found, Added):
            yield found
        elif not found.changed:
            yield Added(record.fetched, "known", reason="it has not changed")
        else:
            yield folder.add_page(found)


def _led_to(folder: CorpusFolder, found: Fetched, fetcher: Fetcher) -> Iterator[Added]:
    """Adds the pages of a feed or sitemap, up to the limit."""
    addresses = yield from _addresses(found, fetcher)
    most = fetcher.limits.pages
    for address in addresses[:most]:
        page = _fetched(fetcher, address)
        if isinstance(page, Added):
            yield page
        elif _leads_on(page):
            reason = "a feed or sitemap inside another; add it by itself"
            yield Added(address, "refused", reason=reason)
        else:
            yield folder.add_page(page)
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
            links = find_links(one.data, one.url)
        except FetchError as error:
            yield Added(one.asked, "refused", reason=str(error))
            continue
        pages |= dict.fromkeys(links.pages)
        for address in links.sitemaps:
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


def _leads_on(page: Fetched) -> bool:
    """Whether a page is a feed or a sitemap rather than an article."""
    return page.type in XML_MEDIA_TYPES or is_xml(page.data[:4096])


def _fetched(fetcher: Fetcher, url: str, etag: str = "", modified: str = "") -> Fetched | Added:
    """The page at an address, or the refusal where it cannot be fetched."""
    try:
        return fetcher.fetch(url, etag, modified)
    except FetchError as error:
        return Added(url, "refused", reason=str(error))
