"""Articles from the web in a corpus folder."""

import gzip

import pytest
from web_site import PAGE, send

from rag.corpus import read_corpus
from rag.corpus.fetch import Fetcher, Limits
from rag.corpus.folder import Added, CorpusFolder
from rag.corpus.web import find_links, is_xml
from rag.corpus.web import add_url, refresh
from rag.errors import FetchError

FERRY = PAGE.format(title="Ferry twice a day", text="The ferry now sails twice a day.")
MUSEUM = PAGE.format(
    title="Museum opens", text="The new museum opened on Monday with 40 paintings."
)


@pytest.fixture
def folder(tmp_path) -> CorpusFolder:
    return CorpusFolder(tmp_path / "corpus", tmp_path / "index" / "trash")


def guest(site, **limits) -> Fetcher:
    return Fetcher(Limits(**{"pause": 0, "tries": 1, "seconds": 5, **limits}), allow=site.allow)


def add(folder: CorpusFolder, site, path: str, **limits) -> list[Added]:
    return list(
        add_url(CorpusFolder(folder.path, folder.trash), site.url(path), guest(site, **limits))
    )


def test_a_page_is_an_article_with_its_address(folder, site):
    site.pages["/ferry"] = FERRY
    (added,) = add(folder, site, "/ferry")
    assert (added.status, added.title) == ("added", "Ferry twice a day") and added.path.startswith(
        "127-0-0-1/ferry-twice-a-day-"
    )
    assert (folder.path / added.path).read_bytes() == FERRY.encode()
    (article,) = read_corpus(folder.path)
    assert (article.id, article.url, article.date, article.source) == (
        added.path,
        site.url("/ferry"),
        "2024-05-03",
        "Harbour Post",
    )
    assert "sails twice a day" in article.text and "Home" not in article.text


def test_the_same_address_again_replaces_the_article_only_if_it_changed(folder, site):
    site.pages["/ferry"] = FERRY
    (first,) = add(folder, site, "/ferry")
    site.pages["/ferry"] = FERRY.replace("<nav>", "<nav><!-- another advertisement --> ")
    (again,) = add(folder, site, "/ferry#top")
    assert (again.status, again.path) == ("known", first.path) and not folder.trash.exists()
    site.pages["/ferry"] = FERRY.replace("Ferry twice", "Ferry thrice").replace(
        "sails twice", "sails thrice"
    )
    (changed,) = add(folder, site, "/ferry")
    assert (changed.status, changed.path) == ("replaced", first.path), "its id stays"
    (article,) = read_corpus(folder.path)
    assert "sails thrice" in article.text
    (kept,) = folder.trash.rglob("*.html")
    assert b"sails twice" in kept.read_bytes()


def test_a_canonical_address_is_believed_of_its_own_site_only(folder, site):
    link = '<link rel="canonical" href="{}"><title>'
    site.pages["/a?from=mail"] = FERRY.replace("<title>", link.format(site.url("/ferry")), 1)
    site.pages["/b"] = MUSEUM.replace("<title>", link.format("https://www.xinhuanet.com/museum"), 1)
    for path in ("/a?from=mail", "/b"):
        assert add(folder, site, path)[0].status == "added"
    assert sorted(article.url for article in read_corpus(folder.path)) == [
        site.url("/b"),
        site.url("/ferry"),
    ]
    site.pages["/ferry"] = FERRY
    assert add(folder, site, "/ferry")[0].status == "known"


def test_a_page_can_be_removed_by_its_address(folder, site):
    site.pages["/ferry"] = FERRY
    site.redirect("/old", "/ferry")
    for path in ("/ferry#x", "/old"):
        (added,) = add(folder, site, "/old")
        assert (
            added.status == "added"
            and CorpusFolder(folder.path, folder.trash).remove(site.url(path)).path == added.path
        )
    assert list(read_corpus(folder.path)) == []


def test_other_documents_are_kept_as_they_are(folder, site):
    site.pages["/notice"], site.types["/notice"] = (
        "某市新码头昨日启用，可停靠12艘货轮。".encode("gb18030"),
        "text/plain; charset=gb18030",
    )
    (added,) = add(folder, site, "/notice")
    (article,) = read_corpus(folder.path)
    assert (
        added.path.endswith(".txt") and "12艘货轮" in article.text and article.source == "127.0.0.1"
    )


def test_a_feed_leads_to_its_articles(folder, site):
    site.pages |= {
        "/ferry": FERRY,
        "/museum": MUSEUM,
        "/robots.txt": "User-agent: *\nDisallow: /secret\n",
        "/secret": FERRY,
    }
    links = ("/ferry", "/museum", "/gone", "/secret", "file:///etc/passwd", "http://10.0.0.1/")
    items = "".join(f"<item><title>x</title><link>{link}</link></item>" for link in links)
    site.pages["/feed"] = (
        '<?xml version="1.0"?><rss'
        f' version="2.0"><channel><title>News</title><link>/</link>{items}</channel></rss>'
    )
    found = add(folder, site, "/feed")
    assert [one.status for one in found] == [
        "added",
        "added",
        "refused",
        "refused",
        "refused",
        "refused",
    ]
    for one, told in zip(
        found[2:], ("404", "robots.txt forbids", "http://", "public address"), strict=True
    ):
        assert told in one.reason
    assert [one.status for one in add(folder, site, "/feed", pages=1)] == ["known", "refused"]


def test_sitemaps_lead_to_their_articles(folder, site):
    def sitemap(kind: str, *paths: str) -> str:
        name = "sitemap" if kind == "sitemapindex" else "url"
        inner = "".join(f"<{name}><loc> {site.url(path)} </loc></{name}>" for path in paths)
        return (
            f'<?xml version="1.0"?><{kind}'
            f' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</{kind}>'
        )

    site.pages |= {"/ferry": FERRY, "/museum": MUSEUM, "/one.xml": sitemap("urlset", "/ferry")}
    site.pages["/index.xml"] = sitemap("sitemapindex", "/one.xml", "/two.xml.gz")
    site.pages["/two.xml.gz"] = gzip.compress(sitemap("urlset", "/museum", "/ferry").encode())
    site.types |= {
        "/index.xml": "application/xml",
        "/one.xml": "text/xml; charset=utf-8",
        "/two.xml.gz": "application/x-gzip",
    }
    assert [(one.status, one.title) for one in add(folder, site, "/index.xml")] == [
        ("added", "Ferry twice a day"),
        ("added", "Museum opens"),
    ]
    site.pages["/loop.xml"] = sitemap("sitemapindex", "/loop.xml")
    assert "more than 10" in add(folder, site, "/loop.xml")[-1].reason
    assert sum(path == "/loop.xml" for path, _ in site.asked) <= 12


def test_pages_are_fetched_again_only_where_they_changed(folder, site):
    state = {"tag": '"1"', "page": FERRY}

    def ferry(request) -> None:
        same = request.headers["If-None-Match"] == state["tag"]
        send(
            request,
            b"" if same else state["page"].encode(),
            304 if same else 200,
            etag=state["tag"],
        )

    site.pages |= {"/ferry": ferry, "/museum": MUSEUM}
    folder.add_text("A text that no page holds.")
    for path in ("/ferry", "/museum"):
        add(folder, site, path)

    def again() -> list[str]:
        return sorted(
            one.status for one in refresh(CorpusFolder(folder.path, folder.trash), guest(site))
        )

    def notes() -> dict:
        return {
            file.name: (file.stat().st_mtime_ns, file.read_text())
            for file in (folder.path / ".yinju").iterdir()
        }

    before = notes()
    assert again() == ["known", "known"] and notes() == before, "an update has nothing to read"
    state |= {"tag": '"2"', "page": FERRY.replace("twice", "thrice")}
    assert again() == ["known", "replaced"] and again() == ["known", "known"]
    del site.pages["/museum"]
    assert again() == ["known", "refused"] and len(list(read_corpus(folder.path))) == 3, (
        "what vanished from the web stays"
    )


def test_an_entity_bomb_and_a_file_entity_are_not_expanded():
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (ord("b") + n, b"&%c;" % (ord("a") + n) * 10) for n in range(20)
    )
    for root, inner in (
        (b"urlset", b"<url><loc>&t;</loc></url>"),
        (b"rss", b"<channel><item><link>&t;</link></item></channel>"),
    ):
        try:
            pages, _ = find_links(
                bomb + b"]><%s>%s</%s>" % (root, inner, root), "http://x.example/"
            )
        except FetchError:
            continue
        assert sum(map(len, pages)) < 1000
    secret = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY t SYSTEM'
        b' "file:///etc/passwd">]><urlset><url><loc>&t;</loc></url></urlset>'
    )
    assert not any("root" in link for link in find_links(secret, "http://x.example/")[0])
    assert find_links(b"<rss><channel/></rss>", "http://x.example/") == ([], [])


def test_a_feed_that_is_the_name_of_a_file_is_no_file(tmp_path):
    (tmp_path / "feed.xml").write_text(
        "<rss><channel><item><link>http://secret.example/</link></item></channel></rss>"
    )
    with pytest.raises(FetchError, match="expected a feed or a sitemap"):
        find_links(str(tmp_path / "feed.xml").encode(), "http://x.example/")


@pytest.mark.parametrize(
    "data",
    [b"", b"nonsense", b"<html><body/></html>", b"<?xml version='1.0'?><svg/>", b"\xff\xfe\0"],
)
def test_what_is_no_feed(data):
    with pytest.raises(FetchError, match="expected a feed or a sitemap"):
        find_links(data, "http://x.example/")


def test_feeds_are_told_from_pages():
    assert (
        is_xml(b'\xef\xbb\xbf<?xml version="1.0"?><feed>')
        and is_xml(b"\n<rss >")
        and is_xml(b"<urlset>")
    )
    assert (
        not is_xml(b"<!doctype html><html>")
        and not is_xml(b'<?xml version="1.0"?>\n<!DOCTYPE html><html lang="en">')
        and not is_xml(b"")
    )
