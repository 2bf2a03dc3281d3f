"""Pages from the web: which addresses are refused, what a fetch may cost, what is kept."""

import gzip
import ipaddress
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_site import PAGE, send

from rag.corpus.address import is_public
from rag.corpus.fetch import Fetcher, Limits, checked_url
from rag.errors import FetchError

QUICK = Limits(pause=0, tries=1, seconds=5)
HTML = PAGE.format(title="Ferry twice a day", text="The ferry now sails twice a day.")


def fetcher(site, limits: Limits = QUICK, **more) -> Fetcher:
    return Fetcher(limits, allow=site.allow, **more)


# Addresses

PRIVATE = [
    "127.0.0.1",
    "127.255.0.3",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "192.0.2.1",
    "240.0.0.1",
    "168.63.129.16",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "",
    "nonsense",
    "2606:4700::1%eth0",
    "1.2.3",
    "0x7f000001",
    "2130706433",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "240e::1", "64:ff9b::808:808"]
)
def test_public_addresses(address):
    assert is_public(address)


@given(st.ip_addresses())
def test_no_address_of_a_special_network_is_public(ip):
    if is_public(str(ip)) and ip not in ipaddress.ip_network("64:ff9b::/96"):
        assert ip.is_global and not (
            ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_reserved
        )
        assert (
            ip.version == 4 or ip.ipv4_mapped is None and ip.sixtofour is None and ip.teredo is None
        )


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_an_ipv6_one_is_never_more_public(ip):
    number = int(ip)
    for prefix in (0, 0xFFFF << 32, 0x64FF9B << 96, 0x2002 << 112):
        inside = number << 80 if prefix == 0x2002 << 112 else number
        assert is_public(str(ip)) or not is_public(str(ipaddress.IPv6Address(prefix | inside)))


HOSTS = [
    "http://127.0.0.1/",
    "http://localhost/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0/",
    "http://[fe80::1]/",
    "https://127.0.0.1/",
    "http://１２７.0.0.1/",
    "http://127。0。0。1/",
    "http://[64:ff9b::7f00:1]/",
]


@pytest.mark.parametrize("url", HOSTS)
def test_this_machine_and_its_network_are_out_of_reach(url):
    with pytest.raises(FetchError, match="public address|address of a page|not known"):
        Fetcher(QUICK).fetch(url)


@pytest.mark.parametrize("url", HOSTS)
def test_nor_do_redirects_lead_there(site, url):
    site.redirect("/away", url)
    with pytest.raises(FetchError, match="public address|address of a page|not known"):
        fetcher(site).fetch(site.url("/away"))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("file:///etc/passwd", "http://"),
        ("ftp://example.org/x", "http://"),
        ("gopher://x/", "http://"),
        ("//example.org/", "http://"),
        ("javascript:alert(1)", "http://"),
        ("data:text/html,x", "http://"),
        ("http://", "http://"),
        ("http:///x", "http://"),
        ("", "http://"),
        ("http://me:secret@example.org/", "without a name and password"),
        ("http://example.org:99999/", "address of a page"),
        ("http://example.org:x/", "address of a page"),
        ("http://exa mple.org/", "address of a page"),
        ("http://a\nb/", "address of a page"),
    ],
)
def test_what_is_no_plain_address_of_a_page(site, url, told):
    with pytest.raises(FetchError, match=told):
        checked_url(url)
    if url.strip() and not url.startswith("//"):
        site.redirect("/away", url.replace("\n", ""))
        with pytest.raises(FetchError):
            fetcher(site).fetch(site.url("/away"))


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_refused(text):
    try:
        url = checked_url(text)
    except FetchError:
        return
    assert url.scheme in ("http", "https") and url.host and not url.userinfo and not url.fragment


def test_ports_other_than_those_of_the_web_must_be_allowed(site):
    public = lambda host, port: ["93.184.216.34"]  # noqa: E731
    for port in (22, 25, 6379, 8080):
        with pytest.raises(FetchError, match="port 80 or 443"):
            Fetcher(QUICK, resolve=public).fetch(f"http://news.example:{port}/")
    with pytest.raises(FetchError, match="public address|port 80"):
        Fetcher(QUICK).fetch(site.url("/"))


def test_a_name_that_is_also_private_is_refused(site):
    for found in (["93.184.216.34", "127.0.0.1"], ["127.0.0.1"], ["::1"], ["169.254.169.254"]):
        with pytest.raises(FetchError, match="public address"):
            Fetcher(QUICK, resolve=lambda host, port, found=found: found).fetch(
                "http://news.example/"
            )


def test_a_name_is_resolved_once_and_what_was_checked_is_connected_to(site):
    """DNS rebinding: the second answer would lead to where the first must not."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    site.pages["/robots.txt"] = ""
    with pytest.raises(FetchError, match="news.example is 10.0.0.1"):
        fetcher(site, resolve=rebinding).fetch(f"http://news.example:{site.port}/a")
    assert asked == ["news.example"] * 2, (
        "once for each connection: robots.txt was fetched from the first answer"
    )
    assert [path for path, _ in site.asked] == ["/robots.txt"]


def test_the_host_named_is_told_to_the_server(site):
    site.pages["/a?q=%E7%A0%81%E5%A4%B4"] = HTML
    fetcher(site, resolve=lambda host, port: ["127.0.0.1"]).fetch(
        f"http://新闻.example:{site.port}/a?q=码头#part"
    )
    headers = dict(site.asked)["/a?q=%E7%A0%81%E5%A4%B4"]
    assert (
        headers["Host"].startswith("xn--")
        and "Cookie" not in headers
        and "Authorization" not in headers
    )
    assert headers["User-Agent"].startswith("Yinju/")


# What a fetch may cost


def test_a_page_with_what_its_server_says(site):
    site.pages["/a"] = lambda request: send(
        request, HTML.encode(), etag='"1"', last_modified="Fri, 03 May 2024 10:00:00 GMT"
    )
    site.redirect("/old", "/a", 301)
    found = fetcher(site).fetch(site.url("/old"))
    assert (found.asked, found.url, found.data) == (site.url("/old"), site.url("/a"), HTML.encode())
    assert (found.type, found.suffix, found.etag) == ("text/html", ".html", '"1"')


def test_redirects_are_bounded(site):
    site.redirect("/loop", "/loop")
    with pytest.raises(FetchError, match="from one address to another"):
        fetcher(site).fetch(site.url("/loop"))


@pytest.mark.parametrize(
    "kind",
    [
        "image/png",
        "video/mp4",
        "application/octet-stream",
        "application/x-msdownload",
        "application/zip",
    ],
)
def test_what_is_no_text_is_not_read(site, kind):
    site.pages["/a"], site.types["/a"] = b"x" * 100, kind
    with pytest.raises(FetchError, match="expected a page, a text or a document"):
        fetcher(site).fetch(site.url("/a"))


def test_a_page_that_is_too_large(site):
    site.pages["/a"] = b"x" * 300_000
    with pytest.raises(FetchError, match="at most 0 MB"):
        fetcher(site, Limits(pause=0, bytes=200_000)).fetch(site.url("/a"))


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_is_not_unpacked(site, layers):
    data = b"\0" * 50_000_000
    for _ in range(layers):
        data = gzip.compress(data, 9)
    site.pages["/a"] = lambda request: send(request, data, content_encoding="gzip")
    if layers == 1:
        with pytest.raises(FetchError, match="at most 1 MB"):
            fetcher(site, Limits(pause=0, bytes=1_000_000)).fetch(site.url("/a"))
    else:
        assert (
            len(fetcher(site, Limits(pause=0, bytes=1_000_000)).fetch(site.url("/a")).data) < 60_000
        ), "one layer only"


def test_packing_is_gzip_or_none(site):
    site.pages["/gzip"] = lambda request: send(
        request, gzip.compress(HTML.encode()), content_encoding="gzip"
    )
    assert fetcher(site).fetch(site.url("/gzip")).data == HTML.encode()
    site.pages["/deflate"] = lambda request: send(
        request, zlib.compress(HTML.encode()), content_encoding="deflate"
    )
    site.pages["/broken"] = lambda request: send(request, b"no gzip", content_encoding="gzip")
    for path, told in (("/deflate", "got deflate"), ("/broken", "damaged")):
        with pytest.raises(FetchError, match=told):
            fetcher(site).fetch(site.url(path))


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_server_that_drips_is_left(site, part):
    def drip(request) -> None:
        if part == "body":
            request.send_response(200)
            request.send_header("Content-Type", "text/html")
            request.send_header("Content-Length", "100000")
            request.end_headers()
        for _ in range(60):
            request.wfile.write(b"x")
            request.wfile.flush()
            time.sleep(0.05)

    site.pages["/a"] = drip
    begin = time.monotonic()
    with pytest.raises(FetchError, match="cannot be reached"):
        fetcher(site, Limits(pause=0, tries=1, seconds=0.4)).fetch(site.url("/a"))
    assert time.monotonic() - begin < 2


def test_a_server_that_is_busy_is_asked_again_a_few_times(site):
    left = [503, 429]

    def busy(request) -> None:
        send(request, HTML.encode(), left.pop() if left else 200, retry_after="0")

    site.pages["/a"] = busy
    limits = Limits(pause=0, tries=3, seconds=20)
    assert fetcher(site, limits).fetch(site.url("/a")).data == HTML.encode()
    site.pages["/b"] = lambda request: send(request, b"", 503, retry_after="9999999")
    with pytest.raises(FetchError, match="answered 503"):
        fetcher(site, Limits(pause=0, tries=2, seconds=2)).fetch(site.url("/b"))
    assert sum(path == "/b" for path, _ in site.asked) <= 2


def test_a_page_that_did_not_change_is_not_sent_again(site):
    def answer(request) -> None:
        same = request.headers["If-None-Match"] == '"1"'
        send(request, b"" if same else HTML.encode(), 304 if same else 200, etag='"1"')

    site.pages["/a"] = answer
    first = fetcher(site).fetch(site.url("/a"))
    assert first.changed and not fetcher(site).fetch(site.url("/a"), first.etag).changed


def test_what_is_no_http(site):
    site.pages["/a"] = lambda request: request.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")
    with pytest.raises(FetchError, match="no HTTP"):
        fetcher(site).fetch(site.url("/a"))


# robots.txt


def test_robots_txt_is_kept_also_where_a_redirect_leads(site):
    site.pages |= {
        "/robots.txt": "User-agent: *\nDisallow: /private/\n",
        "/a": HTML,
        "/private/a": HTML,
    }
    site.types["/robots.txt"] = "text/plain"
    site.redirect("/away", "/private/a")
    guest = fetcher(site)
    assert guest.fetch(site.url("/a")).data
    for path in ("/private/a", "/away"):
        with pytest.raises(FetchError, match="robots.txt forbids"):
            guest.fetch(site.url(path))
    paths = [path for path, _ in site.asked]
    assert paths.count("/robots.txt") == 1 and "/private/a" not in paths


def test_a_site_that_fails_to_say_its_rules_is_not_fetched_from(site):
    site.pages |= {"/robots.txt": lambda request: send(request, b"", 500), "/a": HTML}
    with pytest.raises(FetchError, match="answered 500"):
        fetcher(site).fetch(site.url("/a"))
    assert "/a" not in [path for path, _ in site.asked]


def test_pauses_between_pages_are_kept(site):
    site.pages |= {"/robots.txt": "User-agent: *\nCrawl-delay: 0.3\n", "/a": HTML}
    guest = fetcher(site)
    begin = time.monotonic()
    for _ in range(3):
        guest.fetch(site.url("/a"))
    assert time.monotonic() - begin >= 0.6
    site.pages["/robots.txt"] = "User-agent: *\nCrawl-delay: 3000\n"
    guest = fetcher(site)
    guest.fetch(site.url("/a"))
    with pytest.raises(FetchError, match="pauses of 30 s"):
        guest.fetch(site.url("/a"))
