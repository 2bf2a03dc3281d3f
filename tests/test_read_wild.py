"""What files of the wild hold in places that readers overlook: HTML, tables of exports, Word,
Markdown, EPUB.
"""

import json

import pytest
from documents import book, with_parts, word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from rag import Assistant, Index
from rag.corpus import Article, Skipped, read_bytes, read_corpus
from rag.corpus.captions import is_caption

BODY = (
    "滨江市园林局昨日宣布，自三月起城区十二座公园全部免费开放，市民可以凭身份证入园。"
    "公园每日开放时间为早六点至晚十点。"
)
MORE = "园林局提醒市民爱护花草树木，不要携带宠物入园，节假日公园的开放时间延长一小时。"


def one(name, data) -> Article | Skipped:
    (item,) = read_bytes(name, data if isinstance(data, bytes) else data.encode())
    return item


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
            ["| 东线 | 每日6班 周末8班 |", "| 西线 | 每日9班 |"],
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


# Word

SPACES = (
    nsdecls("w", "a", "r")
    + ' xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    + 'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)


def written(paragraph: str, parts=(), make=lambda document: None) -> list[str]:
    """The lines of a Word file with a paragraph of this XML."""

    def both(document):
        document.element.body.insert(0, parse_xml(f"<w:p {SPACES}>{paragraph}</w:p>"))
        make(document)

    return one("a.docx", with_parts(word(both), parts)).text.split("\n")


def run(text, marks=""):
    return f"<w:r><w:rPr>{marks}</w:rPr><w:t>{text}</w:t></w:r>"


def notes(kind, *texts):
    inner = "".join(
        f'<w:{kind} w:id="{n}"><w:p>{run(text)}</w:p></w:{kind}>' for n, text in enumerate(texts, 2)
    )
    return (
        f'<w:{kind}s {SPACES}><w:{kind} w:type="separator"'
        f' w:id="0"><w:p>{run("——")}</w:p></w:{kind}>{inner}</w:{kind}s>'
    )


def test_notes_of_a_word_file_follow_their_paragraph():
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r>{}<w:r><w:endnoteReference w:id="3"/></w:r>'
    parts = [
        ("rf", "footnotes", "footnotes.xml", notes("footnote", "据年报。")),
        ("re", "endnotes", "endnotes.xml", notes("endnote", "甲", "不含在建。")),
    ]
    lines = written(
        run("公园12座") + mark.format(run("，3个区。")),
        parts,
        lambda document: document.add_paragraph("第二段。"),
    )
    assert lines == ["公园12座，3个区。", "据年报。", "不含在建。", "第二段。"]


def test_headers_and_comments_of_a_word_file_stand_at_its_end():
    def make(document):
        header = document.sections[0].header
        header.paragraphs[0].text = "滨江市园林局文件"
        header.add_paragraph()._p.append(
            parse_xml(
                f'<w:fldSimple {SPACES} w:instr=" PAGE "><w:r><w:t>第7页</w:t></w:r></w:fldSimple>'
            )
        )
        document.add_comment(
            document.add_paragraph("面积34公顷。").runs, "此数待核。", author="王芳"
        )

    assert written(run("公园12座。"), make=make) == [
        "公园12座。",
        "面积34公顷。",
        "滨江市园林局文件",
        "王芳: 此数待核。",
    ]


@pytest.mark.parametrize(
    "paragraph, lines",
    [
        (
            run("票价")
            + run("8元", "<w:strike/>")
            + run("5元", '<w:strike w:val="0"/>')
            + run("密", "<w:vanish/>"),
            ["票价5元"],
        ),
        (run("10") + run("6", '<w:vertAlign w:val="superscript"/>') + run("人"), ["10⁶人"]),
        (
            f"<w:r><w:ruby><w:rt>{run('qiū')}</w:rt><w:rubyBase>{run('龟')}</w:rubyBase></w:ruby></w:r>{run('兹')}",
            ["龟兹"],
        ),
        (
            "<m:oMath><m:r><m:t>v=</m:t></m:r><m:f><m:num><m:r><m:t>s</m:t></m:r></m:num><m:den><m:r><m:t>t</m:t></m:r></m:den></m:f></m:oMath>",
            ["v=s/t"],
        ),
        (
            '<w:r><w:pict><v:shape><v:textpath string="公园欢迎你"/></v:shape></w:pict></w:r>',
            ["公园欢迎你"],
        ),
        (
            "<w:r><w:drawing><a:p><a:r><a:t>图中的字</a:t></a:r></a:p></w:drawing></w:r>",
            ["图中的字"],
        ),
    ],
)
def test_words_that_are_set_otherwise(paragraph, lines):
    assert written(paragraph) == lines


def test_charts_and_diagrams_of_a_word_file():
    value = '<c:pt idx="{}"><c:v>{}</c:v></c:pt>'
    chart = (
        "<c:chartSpace"
        f" {SPACES}><c:chart><c:title><a:p><a:r><a:t>各年游客</a:t></a:r></a:p></c:title><c:ser><c:tx>{value.format(0, '万人')}</c:tx>"
        f"<c:cat>{value.format(0, 2014)}{value.format(1, 2015)}</c:cat><c:val>{value.format(0, 30)}{value.format(1, 42)}</c:val></c:ser></c:chart></c:chartSpace>"
    )
    model = (
        "<dgm:dataModel"
        f" {SPACES}><a:p><a:r><a:t>申请</a:t></a:r></a:p><a:p><a:r><a:t>审批</a:t></a:r></a:p></dgm:dataModel>"
    )
    paragraph = (
        run("见图。")
        + '<w:r><w:drawing><c:chart r:id="rc"/></w:drawing></w:r><w:r><w:drawing><dgm:relIds'
        ' r:dm="rd"/></w:drawing></w:r>'
    )
    lines = written(
        paragraph, [("rc", "chart", "chart.xml", chart), ("rd", "diagramData", "data.xml", model)]
    )
    assert lines == ["见图。", "各年游客", "万人", "2014\t30", "2015\t42", "申请", "审批"]


def test_cells_of_a_word_table_over_several_rows_and_tables_in_cells():
    def make(document):
        table = document.add_table(2, 3)
        for cell, text in zip(
            (cell for row in table.rows for cell in row.cells), ("东线", "早", "3班", "", "晚", "")
        ):
            cell.text = text
        table.cell(0, 0).merge(table.cell(1, 0))
        inner = table.cell(1, 2).add_table(1, 2)
        inner.cell(0, 0).text, inner.cell(0, 1).text = "4班", "5班"
        document.add_paragraph("东山一角", style="Caption")

    assert written(run("班次"), make=make) == [
        "班次",
        "东线\t早\t3班",
        "东线\t晚\t4班 5班",
        "▲ 东山一角",
    ]


# Markdown


@pytest.mark.parametrize(
    "text, shown",
    [
        (
            "公园12座[^1]，design^[By Wang.]。\n\n[^1]: 据年报。\n\n    另一段。\n",
            "公园12座，design。\n\n据年报。\n\n另一段。\n\nBy Wang.",
        ),
        ("公园12座。\n\n[^x]: 没有引用的注。\n", "公园12座。\n\n没有引用的注。"),
        (
            "票价~~8元~~<del>7元</del>5元，10<sup>6</sup>人，H<sub>2</sub>O，<名字>。",
            "票价5元，10⁶人，H2O，<名字>。",
        ),
        (
            "<details><summary>各园面积</summary>\n\n东山公园3公顷。\n\n</details>",
            "各园面积\n\n东山公园3公顷。",
        ),
        ("- [x] 已完成的事\n- [ ] 没完成的事", "已完成的事\n没完成的事"),
        ("公园\n:   城里的绿地。", "公园\n城里的绿地。"),
        (
            "公园12座。\n\n![市民在东山公园跳舞](a.png)\n\n![](b.png)![图](c.png)",
            "公园12座。\n\n▲ 市民在东山公园跳舞",
        ),
    ],
)
def test_markdown_as_it_is_shown(text, shown):
    assert one("a.md", f"---\ntitle: 公园\n---\n{text}").text == shown


def test_toml_front_matter():
    found = one(
        "a.md",
        '+++\ntitle = "公园开放"\ndate = 2015-03-02T10:00:00+08:00\ntags = ["a"]\n[params]\nx ='
        f" 1\n+++\n{BODY}",
    )
    assert (found.title, found.date, found.text) == ("公园开放", "2015-03-02", BODY)
    assert one("a.md", f"+++\ntitle = 公园开放\n+++\n{BODY}").title == "公园开放"
    assert "+++" in one("a.md", f'+++\ntitle = "公园开放"\n{BODY}').reason


# EPUB


def test_notes_headers_and_tables_of_a_book():
    spaces = 'xmlns:epub="http://www.idpf.org/2007/ops"'
    chapter = (
        f"<section {spaces}><header><h1>公园</h1></header><p>{BODY}由王芳设计<a epub:type='noteref'"
        " href='#n'><sup>1</sup></a>。</p><aside epub:type='footnote' id='n'>王芳，滨江人。"
        "</aside><table><tr><td>东线</td><td>6班</td></tr></table><figure><img"
        " src='a.png'/><figcaption>东山一角</figcaption></figure></section>"
    )
    first, second = read_bytes(
        "b.epub",
        book([("a.xhtml", "公园", chapter), ("n.xhtml", "注释", "<h2>注释</h2><p>据年报。</p>")]),
    )
    assert first.text.split("\n\n") == [
        f"{BODY}由王芳设计。",
        "王芳，滨江人。",
        "东线\t6班",
        "▲ 东山一角",
    ]
    assert (second.title, second.text) == ("注释", "据年报。")


# Captions


def test_a_caption_is_found_but_is_no_evidence(tmp_path):
    page = (
        f"<html><body><article><h1>公园开放</h1><p>{BODY}</p><figure><img"
        " src=a><figcaption>{}</figcaption></figure></article></body></html>"
    )
    (tmp_path / "a.html").write_text(page.format("海湾市图书馆新馆藏书四十二万册。"))
    Index.build(tmp_path, tmp_path / "index")
    with Index.open(tmp_path / "index") as index:
        assert "▲ 海湾市图书馆" in index.search("海湾市图书馆")[0].text
        assert "四十二万册" not in Assistant(index).ask("海湾市图书馆新馆藏书多少册？").text
    text = "第一段。\n▲ 东山一角。李明摄。\n图为西山。"
    assert [is_caption(text, text.index(part)) for part in ("第一段", "东山", "李明", "图为")] == [
        False,
        True,
        True,
        True,
    ]
