"""Saved pages, feeds and books: MHTML, RSS, Atom, EPUB, and what HTML says of its language and
address.
"""

import pytest
from documents import book, mhtml

from rag.corpus import Article, Skipped, read_bytes

BODY = (
    "滨江市园林局昨日宣布，自三月起城区十二座公园全部免费开放，市民可以凭身份证入园。"
    "公园每日开放时间为早六点至晚十点。"
)
MORE = "园林局提醒市民爱护花草树木，不要携带宠物入园，节假日公园的开放时间延长一小时。"
PAGE = f"""<html><head><title>城区公园免费开放_滨江在线</title><meta property="og:site_name" content="滨江在线">
<link rel="canonical" href="https://port.example/news/7.html"></head><body><nav><a href="/">首页</a></nav>
<article><h1>城区公园免费开放</h1><p>2015-03-02 09:30</p><p>{BODY}</p><p>{MORE}</p></article></body></html>"""


def one(name, data) -> Article | Skipped:
    (item,) = read_bytes(name, data if isinstance(data, bytes) else data.encode())
    return item


# HTML


def test_the_address_that_a_page_names_itself_is_kept():
    assert one("a.html", PAGE).url == "https://port.example/news/7.html"


@pytest.mark.parametrize(
    "declared, text, lang",
    [
        (
            "vi",
            "Thành phố mở cửa mười hai công viên miễn phí cho người dân từ tháng ba năm nay.",
            "vi",
        ),
        ("en-US", BODY, "zh"),  # a template
        (
            "vi",
            (
                "The city opened twelve parks to the public, and all of them are free for the"
                " people of the city."
            ),
            "vi",
        ),
        ("zh", "The city opened twelve parks to the public.", "en"),
    ],
)
def test_the_language_that_a_page_declares_counts_where_letters_do_not_tell(declared, text, lang):
    assert one("a.html", f'<html lang="{declared}"><body><p>{text}</p></body></html>').lang == lang


# MHTML


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_saved_page_in_the_charset_of_its_part(charset):
    data = mhtml(
        PAGE.replace('<link rel="canonical" href="https://port.example/news/7.html">', "").encode(
            charset
        ),
        charset,
        Snapshot_Content_Location="https://port.example/a",
    )
    found = one("a.mhtml", data)
    assert (found.title, found.date, found.source, found.url) == (
        "城区公园免费开放",
        "2015-03-02",
        "滨江在线",
        "https://port.example/a",
    )
    assert found.text.startswith(BODY) and "广告" not in found.text


def test_a_charset_that_is_none_counts_as_not_said():
    data = mhtml(PAGE.encode(), Snapshot_Content_Location="https://port.example/a").replace(
        b'charset="utf-8"', b'charset="ut\0-8"'
    )
    assert one("a.mht", data).text.startswith(BODY)


def test_what_is_no_saved_page():
    assert "MHTML" in one("a.mht", "Subject: x\r\n\r\njust text").reason
    assert isinstance(one("a.mht", b""), Skipped)


# Feeds

RSS = f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>滨江在线</title><item><title>公园 &amp; 开放</title><link>https://port.example/1</link><guid>n-1</guid>
<pubDate>Mon, 02 Mar 2015 23:30:00 +0800</pubDate><description>摘要</description>
<content:encoded><![CDATA[<p>{BODY}</p><script>x()</script><p>{MORE}</p>]]></content:encoded></item>
<item><title>只有标题</title><link>https://port.example/2</link></item></channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Port</title><entry><id>urn:1</id><title>Park</title>
<updated>2015-03-02T10:00:00Z</updated><link href="https://port.example/1"/><content type="html">&lt;p&gt;{BODY}&lt;/p&gt;</content></entry></feed>"""


def test_each_entry_of_a_feed_is_an_article():
    found, missing = read_bytes("f.xml", RSS.encode())
    assert found == Article(
        "f.xml#n-1",
        f"{BODY}\n\n{MORE}",
        "公园 & 开放",
        "2015-03-02",
        "滨江在线",
        "https://port.example/1",
        "zh",
    )
    assert missing.path == "f.xml#https://port.example/2" and "without text" in missing.reason
    found = one("f.atom", ATOM)
    assert (found.id, found.text, found.date, found.source) == (
        "f.atom#urn:1",
        BODY,
        "2015-03-02",
        "Port",
    )


def test_a_feed_in_its_declared_encoding_and_an_odd_entry():
    gb = RSS.replace('encoding="utf-8"', 'encoding="gb2312"').encode("gb18030")
    assert read_bytes("f.xml", gb) == read_bytes("f.xml", RSS.encode())
    # feedparser gives such an entry None as its link
    odd = one(
        "f.xml",
        "<rss"
        f" version='2.0'><channel><item><guid>1<d>1</guid><description>{BODY}</description></item></channel></rss>",
    )
    assert (odd.text, odd.url) == (BODY, "")


@pytest.mark.parametrize(
    "data",
    [
        "",
        "<a/>",
        "<html><body>x</body></html>",
        "/etc/passwd",
        '<rss version="2.0"><channel></channel></rss>',
        "<article><section><title>公园</title><para>免费开放。</para></section></article>",
        "<book><item><title>公园</title></item><item><title>b</title></item></book>",
    ],
)
def test_what_is_no_feed(data):
    assert "expected a feed" in one("f.rss", data).reason


# EPUB


CHAPTERS = [
    ("cover.xhtml", "", "<img src='a.png'/>"),
    (
        "title.xhtml",
        "",
        "<h1>滨江年鉴</h1><p>王小明、李大海、张三丰等编著</p><p>滨江市地方志编纂委员会办公室</p>"
        "<p>二〇一五年三月　滨江出版社</p>",
    ),
    ("one.xhtml", "公园", f"<h1>公园</h1><p>{BODY}</p>"),
    ("one-2.xhtml", "", f"<p>{MORE}</p>"),
    (
        "two.xhtml",
        "图书馆",
        "<h2>图书馆</h2><p>新馆藏书四十二万册，设有三百个座位，每天开放到晚上九点，周末照常。</p>",
    ),
]


@pytest.mark.parametrize("nav", [True, False])
def test_each_chapter_of_a_book_is_an_article(nav):
    first, second = read_bytes("b.epub", book(CHAPTERS, nav))
    assert first == Article(
        "b.epub#one.xhtml", f"{BODY}\n\n{MORE}", "公园", "2015-03-02", "滨江年鉴", "", "zh"
    )
    assert (second.title, second.text[:4]) == ("图书馆", "新馆藏书")


def test_books_that_cannot_be_read():
    locked = (
        '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:CipherReference'
        ' URI="OEBPS/text/two.xhtml"/></encryption>'
    )
    assert (
        "DRM" in one("b.epub", book(CHAPTERS, extra=[("META-INF/encryption.xml", locked)])).reason
    )
    assert "only pictures" in one("b.epub", book(CHAPTERS[:1])).reason
    whole = book(CHAPTERS)
    for broken in (b"", b"PK\3\4", whole[: len(whole) // 2], BODY.encode()):
        assert "damaged" in one("b.epub", broken).reason
    assert (
        "container.xml"
        in one(
            "b.epub", book(CHAPTERS).replace(b"META-INF/container.xml", b"META-INF/cantainer.xml")
        ).reason
    )
