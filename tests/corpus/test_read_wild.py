"""What files of the wild hold in places that readers overlook: HTML, tables of exports, Word,
Markdown, EPUB.
"""

import json

import pytest
from read_files import BODY, MORE, one, run

from rag.corpus import Article, Skipped, read_bytes, read_corpus


def told(
    inside: str, around: str = "<article><h1>城区公园免费开放</h1><p>{}</p>{}<p>{}</p></article>"
) -> list[str]:
    """The lines that are read of some HTML in an article, without those around it."""
    found = one("a.html", f"<html><body>{around.format(BODY, inside, MORE)}</body></html>")
    return [line for line in found.text.split("\n") if line and line not in (BODY, MORE)]


# HTML


@pytest.mark.parametrize(
    "inside, lines",
    [
        (
            "<table><tr><td>东线</td><td><ul><li>每日6班</li><li>周末<b>8</b>班</li></ul></td></tr><tr><td>西线</td><td>每日9班</td></tr></table>",
            ["| 东线 | 每日6班、周末8班 |", "| 西线 | 每日9班 |"],
        ),
        (
            "<table><tr><td><ol><li>loans<ul>\n<li>books</li>\n<li><b>maps</b></li></ul></li>"
            "<li>Copies.</li><li></li><li>Tea</li></ol></td><td><dl><dt>Hall</dt><dd>120 seats</dd>"
            "<dt>Attic</dt><dd>35 seats</dd><dd>no lift</dd></dl></td></tr></table>",
            ["| loans books; maps; Copies. Tea | Hall 120 seats; Attic 35 seats; no lift |"],
        ),
        (
            (
                "<table><tr><td"
                " rowspan=2>东线</td><td>早</td><td>3班</td></tr><tr><td>晚</td><td>4班</td></tr></table>"
            ),
            ["| 东线 | 早 | 3班 |", "| 东线 | 晚 | 4班 |"],
        ),
        (
            (
                "<table><caption>表1"
                " 班次</caption><tr><td>东线</td><td>3班</td></tr><tr><td>西线</td><td>5班</td></tr></table>"
            ),
            ["表1 班次", "| 东线 | 3班 |", "| 西线 | 5班 |"],
        ),
        (
            "<figure><img src=a.jpg><figcaption>市民在东山公园跳舞</figcaption></figure>",
            ["▲ 市民在东山公园跳舞"],
        ),
        (
            (
                "<div class=wp-caption><img src=a.jpg><p"
                " class=wp-caption-text>市民在东山公园跳舞</p></div>"
            ),
            ["▲ 市民在东山公园跳舞"],
        ),
        (
            "<figure><img src=a.jpg><span>新华社</span><figcaption>市民在东山公园跳舞</figcaption>"
            "</figure>",
            ["▲ 市民在东山公园跳舞"],
        ),
        (
            "<div class=sourceCode><pre><code><span><a href=#cb1></a>seats = 410</span></code></pre>"
            "</div>",
            ["seats = 410"],
        ),
        (
            "<p>质能方程<span class=katex><span class=katex-mathml><math><semantics><mi>E</mi>"
            "<annotation encoding=application/x-tex>E=mc^2</annotation></semantics></math></span>"
            "<span class=katex-html aria-hidden=true>E=mc2</span></span>说明两者是一回事。</p>",
            ["质能方程E=mc²说明两者是一回事。"],
        ),
        (
            "<p>质能方程<span class=mwe-math-element><span style='display: none;'><math"
            " alttext='{\\displaystyle E=mc^{2}}'><mi>E</mi></math></span><img src=a.svg></span>"
            "说明两者是一回事。</p>",
            ["质能方程E=mc²说明两者是一回事。"],
        ),
        (
            "<p>质能方程<span class='math inline'>\\(E = mc^2\\)</span>，比值<math><mfrac><mi>a</mi>"
            "<mi>b</mi></mfrac></math>，面积<math><msup><mi>r</mi><mn>2</mn></msup></math>。</p>",
            ["质能方程E = mc²，比值a/b，面积r²。"],
        ),
        (
            "<div class=card><h4>订阅晨报</h4><p>每天一封，随时可退。</p><form><input type=email>"
            "</form></div>",
            [],
        ),
        (
            "<figure><table><tr><td>东线</td><td>3班</td></tr><tr><td>西线</td><td>5班</td></tr></table><figcaption>班次</figcaption></figure>",
            ["| 东线 | 3班 |", "| 西线 | 5班 |", "班次"],
        ),
        (
            (
                "<figure><blockquote><p>公园是大家的。"
                "</p></blockquote><figcaption>王芳</figcaption></figure>"
            ),
            ["公园是大家的。", "王芳"],
        ),
        (
            (
                "<p>藏书四十二万册<sup><a href='#n'>[1]</a></sup>，面积30km<sup>2</sup>，"
                "10<sup>6</sup>人。</p>"
            ),
            ["藏书四十二万册，面积30km²，10⁶人。"],
        ),
        (
            (
                "<p>票价<del>8元</del>5元，<time datetime='2015-03-02'>3月2日</time>起，"
                "名为<q>一卡通</q>。</p>"
            ),
            ["票价5元，3月2日起，名为“一卡通”。"],
        ),
        (
            "<div>东山公园三公顷。<br>西山公园五公顷。</div>",
            ["东山公园三公顷。", "西山公园五公顷。"],
        ),
        (
            "<div>公园还办灯会。<p>灯会三天。</p>门票<b>免</b>费。</div>",
            ["公园还办灯会。", "灯会三天。", "门票免费。"],
        ),
        (
            "<p>速度<math><mi>v</mi><mo>=</mo><mn>5</mn></math>米每秒。</p><p hidden>草稿</p>",
            ["速度v=5米每秒。"],
        ),
    ],
)
def test_what_stands_in_an_article(inside, lines):
    assert told(inside) == lines


def test_a_caption_stands_behind_the_paragraph_that_its_picture_is_in():
    around = (
        "<article><h1>城区公园免费开放</h1><p>{}<figure><img"
        " src=a><figcaption>东山一角</figcaption></figure></p>{}<p>{}</p></article>"
    )
    assert told("", around) == ["▲ 东山一角"]


def test_captions_are_the_text_where_there_is_no_other():
    page = "<html><body><article><h1>公园一日</h1>{}</article></body></html>".format(
        "".join(
            f"<figure><img src={n}><figcaption>市民在{n}号公园跳舞。</figcaption></figure>"
            for n in (1, 2)
        )
    )
    assert one("a.html", page).text == "市民在1号公园跳舞。\n市民在2号公园跳舞。"


def test_a_page_of_nothing_but_its_text_keeps_headings_and_lists():
    page = f"<html><body><h1>公园年报</h1><p>{BODY}</p><h2>班次</h2><ul><li>东线</li><li>西线</li></ul><h2>票价</h2><p>{MORE}</p></body></html>"
    assert one("a.html", page).text.split("\n") == [BODY, "班次", "- 东线", "- 西线", "票价", MORE]


NOTICE = (
    "<noscript>Please enable JavaScript.</noscript><div id=root>You need to enable JavaScript to"
    " run this app.</div>"
)


@pytest.mark.parametrize(
    "data",
    [
        (
            '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "headline":'
            ' "公园开放", "datePublished": "2015-03-02", "publisher": {"name": "滨江在线"},'
            f' "articleBody": "{BODY}{MORE}"}}]}}</script>'
        ),
        (
            '<script id="__NEXT_DATA__" type="application/json">{"props": {"a": [{"title":'
            f' "公园开放", "source": {{"name": "滨江在线"}}, "content": "<p>{BODY}{MORE}</p>",'
            ' "publishedAt": "2015-03-02T10:00:00Z"}]}}</script>'
        ),
        (
            '<script>window.__INITIAL_STATE__={"post": {"title": "公园开放", "source":'
            ' "滨江在线", "date": "2015-03-02", "body":'
            f' "{BODY}{MORE}"}}}};(function(){{}})()</script>'
        ),
    ],
)
def test_an_article_in_the_data_of_a_page(data):
    found = one(
        "a.html", f"<html><head><title>Pier</title>{data}</head><body>{NOTICE}</body></html>"
    )
    assert (found.text, found.title, found.date, found.source) == (
        BODY + MORE,
        "公园开放",
        "2015-03-02",
        "滨江在线",
    )


@pytest.mark.parametrize(
    "notice",
    [
        NOTICE,
        "<p>请启用JavaScript后继续。</p>",
        "<h1>news.example</h1><p>Checking your browser before accessing the site.</p>",
    ],
)
def test_a_notice_is_no_article(notice):
    assert (
        "notice"
        in one(
            "a.html", f"<html><head><title>App</title></head><body>{notice}</body></html>"
        ).reason
    )
    assert (
        told(
            f"<div>{notice}</div>",
            "<article><h1>城区公园免费开放</h1><p>{0}</p><p>{2}</p></article><div>请开启JavaScript以查看评论。"
            "</div>",
        )
        == []
    )


# Tables of exports


@pytest.mark.parametrize(
    "text, shown",
    [
        ("<p>East pier has <b>410</b> seats.</p>", "East pier has 410 seats."),
        ("&yen;3&nbsp;million, A&amp;B", "¥3 million, A&B"),
        ("&lt;p&gt;East &lt;b&gt;pier&lt;/b&gt;&lt;/p&gt;", "East pier"),
        ("one\n<b>two</b>", "one\ntwo"),
        (
            "a < b, c > d, ?x=1&copy=2, <T> and <script>alert(1)</script>",
            "a < b, c > d, ?x=1&copy=2, <T> and <script>alert(1)</script>",
        ),
    ],
)
def test_html_in_a_field_is_read_as_what_it_shows(text, shown):
    assert one("a.json", json.dumps({"title": text, "text": text})).text == shown
    assert one("a.jsonl", json.dumps({"title": text, "text": text})).title == " ".join(
        shown.split()
    )


ROW = {"headline": "公园开放", "content": BODY}


@pytest.mark.parametrize(
    "value, ids",
    [
        ({"response": {"docs": [ROW, ROW]}}, ["a.json#1", "a.json#2"]),
        ({"hits": {"hits": [{"_id": "x", "_source": {**ROW, "id": 7}}]}}, ["7"]),
        ({"a": ROW, "b": ROW}, ["a.json#1", "a.json#2"]),
        ({"article": ROW}, ["a.json#1"]),
        (
            [
                {
                    "id": {"$oid": "54f"},
                    "title": {"rendered": "公园开放"},
                    "content": {"rendered": f"<p>{BODY}</p>"},
                }
            ],
            ["54f"],
        ),
        ([{"title": "公园开放", "text": [BODY[:20], {"text": BODY[20:]}]}], ["a.json#1"]),
        ({"items": [{"id": "1", "title": "公园开放", "content_html": f"<p>{BODY}</p>"}]}, ["1"]),
        ([{"title": "公园开放", "description": BODY}], ["a.json#1"]),
    ],
)
def test_json_as_services_give_it(value, ids):
    found = read_bytes("a.json", json.dumps(value).encode())
    assert [item.id for item in found] == ids
    assert {(item.title, item.text.replace("\n", "")) for item in found} == {("公园开放", BODY)}


@pytest.mark.parametrize(
    "row, date, source",
    [
        (
            {
                "_id": {"$oid": "5f1"},
                "article": {"headline": {"main": "公园开放"}, "body": {"paragraphs": [BODY]}},
                "meta": {"published": {"$date": "2015-03-02"}, "source": {"name": "晚报", "id": 3}},
            },
            "2015-03-02",
            "晚报",
        ),
        ({"id": "5f1", "data": {**ROW, "author": {"id": 5, "title": "局长"}}}, "", ""),
        (
            {"_id": "5f1", "_source": {**ROW, "@timestamp": "2015-03-02T00:00:00Z"}},
            "2015-03-02",
            "",
        ),
        (
            {
                "id": "5f1",
                "webTitle": "公园开放",
                "webPublicationDate": "2015-03-02T08:00:00Z",
                "fields": {"bodyText": BODY},
            },
            "2015-03-02",
            "",
        ),
    ],
)
@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_the_article_in_a_row_of_others(name, row, date, source):
    item = one(name, json.dumps(row))
    assert (item.id, item.title, item.text) == ("5f1", "公园开放", BODY)
    assert (item.date, item.source) == (date, source)


def test_a_row_of_several_articles_is_reported_and_a_feed_with_a_description_is_read():
    assert isinstance(one("a.jsonl", json.dumps({"a": ROW, "b": ROW})), Skipped)
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "晚报", "description": MORE}
    found = read_bytes("a.json", json.dumps({**feed, "items": [ROW, ROW]}).encode())
    assert [(item.title, item.source) for item in found] == [("公园开放", "晚报")] * 2


def test_values_one_after_the_other():
    assert len(read_bytes("a.json", (json.dumps(ROW, indent=1) * 2).encode())) == 2


@pytest.mark.parametrize(
    "date",
    [
        "1425254400",
        1425254400000,
        "Mon Mar 02 10:00:00 +0800 2015",
        {"$date": "2015-03-02T10:00:00Z"},
    ],
)
def test_dates_as_programs_write_them(date):
    assert one("a.json", json.dumps({**ROW, "date": date})).date == "2015-03-02"


@pytest.mark.parametrize(
    "table, text",
    [
        ('sep=;\r\nid;text\r\n1;"East; pier"\r\n', "East; pier"),
        ('id,text\n1,"He said \\"hi\\", and left"\n', 'He said "hi", and left'),
        ('id\ttext\n1\t"Open," he said\n2\t12" pipes\n3\tx\n', '"Open," he said'),
        ("id,text\n1,East, west\n", "East, west"),
    ],
)
def test_csv_as_programs_write_it(table, text):
    found = read_bytes("a.tsv" if "\t" in table else "a.csv", table.encode())
    assert found[0].text == text and all(isinstance(item, Article) for item in found)


def test_ids_belong_to_their_file(tmp_path):
    for year in (2022, 2023):
        (tmp_path / f"{year}.csv").write_text(
            "id,text\n"
            + "".join(f"{n},{year}年第{n}座公园开放。\n" for n in (1, 2))
            + "1,再说一次。\n"
        )
    (tmp_path / "again.jsonl").write_text(json.dumps({"id": 1, "text": "2022年第1座公园开放。"}))
    items = list(read_corpus(tmp_path))
    assert [item.id for item in items if isinstance(item, Article)] == [
        "1",
        "2",
        "2023.csv#1",
        "2023.csv#2",
    ]
    assert [item.reason.split(" by ")[0] for item in items if isinstance(item, Skipped)] == [
        "its id 1 is taken",
        "its id 2023.csv#1 is taken",
        "its id 1 is taken",
    ]
