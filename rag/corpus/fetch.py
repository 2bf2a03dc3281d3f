"""Fetches web pages as a careful guest: public addresses only, within limits, obeying
robots.txt.
"""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import urlsplit

from rag import __version__
from rag.errors import FetchError
from rag.extras import extra

with extra():
    import httpcore
    import httpx

    from rag.corpus.address import PublicBackend, Resolve, resolve

AGENT = "Yinju"
USER_AGENT = f"{AGENT}/{__version__} (reads single articles for one person's own archive)"
_SENT = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", "Accept": "text/html, */*;q=0.8"}
_SUFFIX_BY_MEDIA_TYPE = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/epub+zip": ".epub",
}
XML_MEDIA_TYPES = (
    *(f"application/{kind}xml" for kind in ("rss+", "atom+", "rdf+", "")),
    "text/xml",
)
# types of a compressed sitemap (sitemap.xml.gz)
_PACKED = ("application/gzip", "application/x-gzip")
_REDIRECTS = (301, 302, 303, 307, 308)
_ROBOTS_BYTES = 512 * 1024  # RFC 9309: at least 500 KiB must be read
# status codes of failures that may be over in a moment
_PASSING = (429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a fetch may cost.

    Attributes:
        bytes: of one page, both compressed and unpacked.
        seconds: for one page, with its redirects and retries.
        redirects: number of redirects to follow.
        tries: number of attempts where a server is busy or a connection breaks.
        pause: seconds between two pages of one host. A Crawl-delay of up to 30 s in its robots.txt
            is obeyed too.
        pages: number of pages of one feed or sitemap.
    """

    bytes: int = 20 * 1024 * 1024
    seconds: float = 60.0
    redirects: int = 5
    tries: int = 3
    pause: float = 1.0
    pages: int = 100


@dataclass(frozen=True, slots=True)
class Fetched:
    """The answer to one request.

    Attributes:
        asked: address that was asked for.
        url: address that answered, after redirects.
        data: unpacked bytes; b"" where the page has not changed.
        type: media type, such as "text/html".
        etag, modified: see :class:`rag.corpus.kept.Record`.
        changed: False where the server says that the page has not changed.
    """

    asked: str
    url: str
    data: bytes = b""
    type: str = ""
    etag: str = ""
    modified: str = ""
    changed: bool = True

    @property
    def suffix(self) -> str:
        """The suffix of a file of this format, such as ".html"."""
        return _SUFFIX_BY_MEDIA_TYPE.get(self.type, ".xml")


class _Passing(FetchError):
    """A failure that may be over in a moment. ``after``: seconds that the server asks to wait."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


class _Absent(FetchError):
    """The site has no such page, or nothing there that can be read."""


@dataclass(slots=True)
class Fetcher:
    """Fetches pages. It remembers the robots.txt of each site and the time of the last request to
    it.

    It uses no cookies, credentials or proxies. ``allow`` and ``resolve`` are as for
    :class:`rag.corpus.address.PublicBackend`.
    """

    limits: Limits = field(default_factory=Limits)
    allow: Collection[str] = ()
    resolve: Resolve = resolve
    _robots: dict = field(default_factory=dict, repr=False)
    _asked: dict[str, float] = field(default_factory=dict, repr=False)

    def fetch(self, url: str, etag: str = "", modified: str = "") -> Fetched:
        """The page at an address. Failures that may be over in a moment are retried.

        Args:
            url: http or https, without user name and password.
            etag, modified: those of the page as fetched last time. If the page has not changed
                since, ``changed`` is False.

        Raises FetchError with the reason.
        """
        import tenacity

        deadline = time.monotonic() + self.limits.seconds

        def wait(state: tenacity.RetryCallState) -> float:
            failed = state.outcome.exception() if state.outcome else None
            return max(getattr(failed, "after", 0.0), 0.25 * 2**state.attempt_number)

        again = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Passing),
            stop=tenacity.stop_after_attempt(self.limits.tries)
            | tenacity.stop_before_delay(self.limits.seconds),
            wait=wait,
            reraise=True,
        )
        headers = {"If-None-Match": etag, "If-Modified-Since": modified}
        known = {name: value for name, value in headers.items() if value}
        return again(self._follow, url, known, deadline)

    def _follow(
        self, asked: str, headers: dict[str, str], deadline: float, robots: bool = True
    ) -> Fetched:
        """The page behind all redirects, each of which is checked like the first address.

        ``robots``: whether to obey robots.txt and pauses; False for fetching robots.txt itself.
        """
        url = checked_url(asked)
        backend = PublicBackend(deadline, self.allow, self.resolve)
        with httpcore.ConnectionPool(
            network_backend=backend, max_connections=1, max_keepalive_connections=0
        ) as pool:
            for _ in range(self.limits.redirects + 1):
                if robots:
                    self._await_turn(url, deadline)
                found = self._answer(pool, url, asked, headers)
                if isinstance(found, Fetched):
                    return found
                url = checked_url(found, url)
        raise FetchError(
            f"expected a page at {asked}, but it leads from one address to another, more than"
            f" {self.limits.redirects} times"
        )

    def _answer(
        self, pool: httpcore.ConnectionPool, url: httpx.URL, asked: str, headers: dict[str, str]
    ) -> Fetched | str:
        """The page at an address, or the address that the server redirects to."""
        known = (*_SENT.items(), *headers.items())
        sent: list[tuple[bytes | str, bytes | str]] = [("Host", url.netloc), *known]
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        try:
            with pool.stream("GET", target, headers=sent) as response:
                return self._received(response, url, asked)
        except (httpcore.NetworkError, httpcore.TimeoutException) as error:
            raise _Passing(
                f"expected a page at {url}, but it cannot be reached"
                f" ({error or type(error).__name__})"
            ) from error
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            raise FetchError(
                f"expected a page at {url}, but what came is no HTTP ({error})"
            ) from error

    def _received(self, response: httpcore.Response, url: httpx.URL, asked: str) -> Fetched | str:
        """The page in a response, or the address that the response redirects to."""
        got = Message()
        for name, value in response.headers:
            got[name.decode("latin-1")] = value.decode("latin-1")
        status = response.status
        if status in _REDIRECTS and got["location"]:
            return got["location"].encode("latin-1").decode("utf-8", "replace")
        etag, modified = got["etag"] or "", got["last-modified"] or ""
        if status == 304:
            return Fetched(asked, str(url), etag=etag, modified=modified, changed=False)
        if status in _PASSING:
            raise _Passing(f"{url} answered {status}", _seconds(got["retry-after"]))
        if status != 200:
            raise (_Absent if 400 <= status < 500 else FetchError)(
                f"expected a page at {url}, but the server answered {status}"
            )
        kind = got.get_content_type() if got["content-type"] else _guessed(url)
        if kind not in (*_SUFFIX_BY_MEDIA_TYPE, *XML_MEDIA_TYPES, *_PACKED):
            raise _Absent(f"expected a page, a text or a document at {url}, got {kind}")
        coding = (got["content-encoding"] or "").strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip"):
            raise FetchError(f"expected {url} packed with gzip or not at all, got {coding}")
        data = self._bounded(response.iter_stream(), coding, str(url))
        if kind in _PACKED:
            data, kind = self._bounded((data,), "gzip", str(url)), "application/xml"
        return Fetched(asked, str(url), data, kind, etag, modified)

    def _bounded(self, chunks: Iterable[bytes], coding: str, url: str) -> bytes:
        """The bytes of a page, unpacked. Raises FetchError beyond the limit.

        It never unpacks more than one byte beyond the limit, however strongly the data is
        compressed.
        """
        most, data, packed = self.limits.bytes, bytearray(), zlib.decompressobj(wbits=31)
        try:
            for chunk in chunks:
                is_packed = coding.endswith("gzip")
                data += packed.decompress(chunk, most + 1 - len(data)) if is_packed else chunk
                if len(data) > most:
                    raise FetchError(f"expected at most {most / 1e6:.0f} MB from {url}, got more")
        except zlib.error as error:
            raise FetchError(
                f"expected {url} packed with gzip, but it is damaged ({error})"
            ) from error
        return bytes(data)

    def _await_turn(self, url: httpx.URL, deadline: float) -> None:
        """Waits until the host may be asked for the page.

        Raises FetchError where the site's robots.txt forbids the page (RFC 9309), and if the host
        may be asked again only after the deadline.
        """
        with extra():
            from protego import Protego

        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        if origin not in self._robots:
            self._robots[origin] = Protego.parse(self._robots_txt(origin, deadline))
        rules = self._robots[origin]
        if not rules.can_fetch(str(url), AGENT):
            raise FetchError(
                f"expected a page that programs may fetch, but {origin}/robots.txt forbids {url}"
            )
        delay = max(self.limits.pause, min(rules.crawl_delay(AGENT) or 0, 30.0))
        now = time.monotonic()
        due = max(now, self._asked.get(origin, now - delay) + delay)
        if due > deadline:
            raise FetchError(
                f"expected {url} within {self.limits.seconds:.0f} s, but its host asks for pauses"
                f" of {delay:.0f} s"
            )
        time.sleep(due - now)
        self._asked[origin] = due

    def _robots_txt(self, origin: str, deadline: float) -> str:
        """The text of a site's robots.txt; "" where the site has none.

        A site that fails to answer raises FetchError, so the page is not fetched without the rules.
        """
        try:
            found = self._follow(f"{origin}/robots.txt", {}, deadline, robots=False)
        except _Absent:
            return ""
        return found.data[:_ROBOTS_BYTES].decode("utf-8", "replace")


def checked_url(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """The absolute address without fragment. Raises FetchError for what is not a plain web
    address.
    """
    try:
        url = base.join(text) if base else httpx.URL(text.strip())
        url = url.copy_with(fragment=None)
        port = urlsplit(str(url)).port
    except (httpx.InvalidURL, ValueError, TypeError, UnicodeError) as error:
        raise FetchError(f"expected the address of a page, got {text[:200]!r} ({error})") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise FetchError(f"expected an address with http:// or https://, got {text[:200]!r}")
    if not re.fullmatch(r"[\w.:-]+", url.raw_host.decode("ascii")) or port == 0:
        raise FetchError(
            f"expected the address of a page, got {text[:200]!r}: its site has no proper name"
        )
    if url.userinfo:
        raise FetchError(f"expected an address without a name and password, got one at {url.host}")
    return url


def _guessed(url: httpx.URL) -> str:
    """The media type of a page that states none, by the suffix of its address."""
    path = url.path.lower()
    kinds = (kind for kind, suffix in _SUFFIX_BY_MEDIA_TYPE.items() if path.endswith(suffix))
    return next(kinds, "application/octet-stream")


def _seconds(after: str | None) -> float:
    """The seconds of a Retry-After header, at most 30; 0 for a date or an invalid value."""
    seconds = (after or "").strip()
    return min(float(seconds), 30.0) if seconds.isdecimal() and len(seconds) < 6 else 0.0
