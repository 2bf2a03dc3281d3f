"""What was found in pages, tables and texts that other programs made: of each kind a file, and what
is read of it.
"""

import email.message
import json

import pytest
from documents import mhtml
from read_files import BODY, MORE, one
from read_lines import lines, page

from rag.corpus import read_bytes
from rag.corpus.context import header_above
from rag.corpus.lines import dated_source
from rag.corpus.readers.html import read_html

# HTML


@pytest.mark.parametrize(
    "inside, read",
    [
        # a page that is laid out by tables
        (
            "<table><tr><td><a href=a>首页</a></td><td><h2>公园</h2>{body}<br><br>管理办法"
            "<br><br>{more}<table><tr><td>东</td><td>6班</td></tr><tr><td>西</td><td>9班</td></tr>"
            "</table></td></tr></table>",
            ["{body}", "管理办法", "{more}", "| 东 | 6班 |", "| 西 | 9班 |"],
        ),
        # short lines between paragraphs that are divisions
        (
            "<div class=content><div>{body}</div><div><b>管理办法</b></div><div>{more}</div>"
            "<div>图为东山公园。</div></div>",
            ["{body}", "管理办法", "{more}", "图为东山公园。"],
        ),
        # sections within sections
        (
            "<div id=js><section><section><p>{body}</p></section><section>表一</section>"
            "<p>{more}</p></section></div>",
            ["{body}", "表一", "{more}"],
        ),
        # an article with posts in it
        (
            "<article><p>{body}</p><p>{more}</p><div class=post><p>早上开门。</p></div>"
            "<div class=post><p>晚上关门。</p></div></article>",
            ["{body}", "{more}", "早上开门。", "晚上关门。"],
        ),
        # numbers of lists, and a list that goes on
        (
            "<article><p>{body}</p><ol start=3><li>登记</li><li><p>领证</p></li></ol>"
            "<ol type=i><li>甲</li><li value=4>乙</li></ol><p>{more}</p></article>",
            ["{body}", "3. 登记", "4. 领证", "i. 甲", "iv. 乙", "{more}"],
        ),
        # words for screen readers, for editors, and permanent links
        (
            "<article><p>{body}<span class='sr-only'>打开新窗口</span></p><h2>管理办法"
            "<a class=headerlink href='#a'>¶</a><span class=mw-editsection>[编辑]</span></h2>"
            "<p>{more}</p></article>",
            ["{body}", "管理办法", "{more}"],
        ),
        # notes of Word, of encyclopaedias, and marks that lead nowhere
        (
            "<div><p>{body}<a href='#_ftn1'><span>[1]</span></a></p><p>{more}<sup>[2-3]</sup></p>"
            "</div><div style='mso-element:footnote-list'><p><a href='#_ftnref1'>[1]</a> 据年报。"
            "</p></div>",
            ["{body}", "{more}", "据年报。"],
        ),
        (
            "<article><p>{body}</p><p>{more}</p><ol class=references><li><span"
            " class=mw-cite-backlink><b><a href='#r'>^</a></b></span> 据年报。</li></ol></article>",
            ["{body}", "{more}", "- 据年报。"],
        ),
        # a caption with a button in it
        (
            "<article><p>{body}</p><div class=thumb><img src=a><div class=thumbcaption><div"
            " class=magnify><a href=a></a></div>东山一角</div></div><p>{more}</p></article>",
            ["{body}", "▲ 东山一角", "{more}"],
        ),
    ],
)
def test_pages_of_many_kinds(inside, read):
    told = [line.format(body=BODY, more=MORE) for line in read]
    assert lines("a.html", page(inside.format(body=BODY, more=MORE))) == told


def test_a_part_of_a_page_keeps_the_header_of_its_table():
    head = "<tr><th></th><th>标题</th><th>内容</th></tr>"
    table = f"<table><thead>{head}</thead><tbody>{{}}</tbody></table>"
    rows = "".join(f"<tr><th>{n}</th><td>公园{n}</td><td>{BODY}</td></tr>" for n in (1, 2))
    assert lines("a.html", table.format(rows))[0].split("|")[2:4] == [" 标题 ", " 内容 "]


@pytest.mark.parametrize(
    "title, shown, read",
    [
        ("公园免费开放_滨江要闻_滨江新闻网", "公园免费开放", "公园免费开放"),
        ("Parks open - Harbour Weekly", "Parks open", "Parks open"),
        ("Parks-open again", "Parks open", "Parks-open again"),
    ],
)
def test_a_title_is_that_of_the_article(title, shown, read):
    text = f"<div><h2>{shown}</h2><p>2015-03-02 10:00</p><p>{BODY}</p><p>{MORE}</p></div>"
    assert one("a.html", page(text, f"<title>{title}</title>")).title == read


@pytest.mark.parametrize(
    "meta, source",
    [
        ("<span class=date>2015年03月02日 10:22</span><a class=source>滨江日报</a>", "滨江日报"),
        ("发布时间：2015-03-02 08:30　来源：市园林局　字体：[大 中 小]", "市园林局"),
        ("2015-03-02 来源： 市园林局【字体：大 中 小】", "市园林局"),
        ("2015年3月2日", ""),
    ],
)
def test_the_line_below_a_title(meta, source):
    inside = f"<div><h1>城区公园免费开放了</h1><div>{meta}</div><p>{BODY}</p><p>{MORE}</p></div>"
    found = one(
        "a.html", page(inside, "<meta property='og:site_name' content='城区公园免费开放了'>")
    )
    assert (found.date, found.source) == ("2015-03-02", source)
    assert dated_source("2011年9月21日　滨江日报") == "滨江日报"


def test_slides_are_read_in_full():
    line = "<div class=line>东线每日6班<br>西线每日9班</div>"
    slides = "".join(
        f"<section id=s{n} class=slide><h2>第{n}页</h2><p>{text}</p>{line * (n == 2)}</section>"
        for n, text in enumerate((BODY * 3, "停水通知。", MORE), 1)
    )
    text = read_html(f"<html><body><div><div>{slides}</div></div></body></html>".encode()).text
    assert [text.count(one) for one in (BODY, "停水通知。", "西线每日9班", MORE)] == [3, 1, 1, 1]


def test_a_title_that_is_marked_comes_before_the_name_of_a_blog():
    post = f"<h3 class='post-title entry-title'>公园开放</h3><div class=entry-content>{BODY}</div>"
    blog = (
        f"<html><body><h1><a href=/>港口日志</a></h1><div class=hentry>{post}</div></body></html>"
    )
    assert read_html(blog.encode()).title == "公园开放"


def test_a_sentence_in_a_title_is_no_publisher():
    page = f"<html><head><title>Pier opens. What it means | by Maria | Notes</title></head><body>{BODY}"
    assert read_html(page.encode()).source == ""


def test_who_holds_the_rights_is_none_of_the_text():
    paragraphs = f"<h1>公园开放</h1><p>{BODY}</p><p>{MORE}</p>"
    rights = "<p>滨 江 网 版 权 所 有 ，未 经 授 权 禁 止 使 用</p>"
    draft = read_html(f"<html><body><div>{paragraphs}{rights}</div></body></html>".encode())
    assert draft.text == f"{BODY}\n{MORE}"


@pytest.mark.parametrize("shown", [True, False])
def test_a_page_of_wechat_is_of_its_account(shown):
    body = "<section><p>滨江市园林局昨日宣布，自三月起城区十二座公园全部免费开放。</p></section>"
    name = '<a href="javascript:void(0);" id="js_name">滨江发布 </a>' if shown else ""
    script = (
        'var biz = "M"; var nickname = htmlDecode("滨江发布"); var ct = "1425254400";'
        ' var msg_title = "公园免费开放".html(false);'
    )
    page = (
        '<html><head><meta property="og:title" content="公园免费开放">'
        '<meta property="og:site_name" content="微信公众平台"><title></title></head><body>'
        '<div id="js_article"><h1 id="activity-name">公园免费开放</h1>'
        f'<div id="meta_content"><span>王小明</span>{name}<em id="publish_time"></em></div>'
        f'<div id="js_content" style="visibility: hidden;">{body * 3}</div></div>'
        f"<script>{script}</script></body></html>"
    )
    draft = read_html(page.encode())
    assert (draft.title, draft.source, draft.date) == ("公园免费开放", "滨江发布", "2015-03-02")
    assert draft.text.count("十二座公园") == 3


def test_a_page_saved_with_frames():
    frames = mhtml(b"<html><frameset><frame src='b'></frameset></html>").replace(
        b"PHA+5bm/5ZGKPC9wPg==", b"PHA+5YWs5Zut5YWo6YOo5YWN6LS55byA5pS+44CCPC9wPg=="
    )
    assert one("a.mht", frames).text == "公园全部免费开放。"


def test_a_feed_keeps_the_lines_of_plain_text_and_of_tables():
    table = "<table><tr><td>线</td><td>班</td></tr>{}</table>".format(
        "".join(f"<tr><td>{n}</td><td>{n}6</td></tr>" for n in range(3))
    )
    entries = "".join(
        f"<item><title>{n}</title><description>{text}</description></item>"
        for n, text in enumerate(("第一段。\n\n第二段。", table.replace("<", "&lt;")))
    )
    plain, told = read_bytes("a.rss", f"<rss><channel>{entries}</channel></rss>".encode())
    assert plain.text == "第一段。\n\n第二段。"
    assert header_above(told.text, told.text.index("26")) == "线\t班"


# Tables


@pytest.mark.parametrize(
    "name, data, read",
    [
        ("a.csv", "id,text\n1,'East, pier'\n2,'It''s open'\n", ["East, pier", "It's open"]),
        ("a.csv", "2015年新闻汇总,,\n标题,正文,日期\n公园,免费开放,2015-3-2\n", ["免费开放"]),
        (
            "a.json",
            {"title": {"0": "a", "1": "b"}, "text": {"0": "甲。", "1": "乙。"}},
            ["甲。", "乙。"],
        ),
        ("a.json", {"title": ["a", "b"], "text": ["甲。", "乙。"]}, ["甲。", "乙。"]),
        (
            "a.json",
            {"columns": ["text"], "index": [0], "data": [["甲。"], ["乙。"]]},
            ["甲。", "乙。"],
        ),
        ("a.json", {"title": "公园", "text": ["甲。", "乙。"]}, ["甲。\n乙。"]),
        ("a.jsonl", '\x1e{"text": "甲。"}\n\x1e{"text": "乙。"}\n', ["甲。", "乙。"]),
    ],
)
def test_tables_as_other_programs_write_them(name, data, read):
    data = data if isinstance(data, str) else json.dumps(data)
    assert [item.text for item in read_bytes(name, data.encode())] == read


def test_a_title_is_one_line():
    assert one("a.csv", '标题,正文\n"公园\n开放","第一段。\n第二段。"\n').title == "公园 开放"


# Text and Markdown


def test_signs_that_no_one_sees_and_the_head_of_a_mail():
    assert (
        one("a.txt", "\ufeff滨江市\u200b园林局宣布co\u00adoperate。").text
        == "滨江市园林局宣布cooperate。"
    )
    message = email.message.EmailMessage()
    message["From"], message["Subject"] = "a@b.example", "公园免费开放"
    message["Date"] = "Mon, 02 Mar 2015 10:00:00 +0800"
    found = one("a.txt", message.as_string().rstrip("\n") + f"\n\n{BODY}\n")
    assert (found.title, found.date, found.text) == ("公园免费开放", "2015-03-02", BODY)


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
@pytest.mark.parametrize("before", ["", "From a@b.example Mon Mar  2 10:00:00 2015\n"])
def test_the_words_of_a_mail_in_several_parts(charset, before):
    message = email.message.EmailMessage()
    message["Received"] = "from mx.b.example by b.example" + " with mail" * 9
    message["Return-Path"], message["From"] = "<a@b.example>", "a@b.example"
    message["Subject"], message["Date"] = "公园免费开放", "Mon, 02 Mar 2015 10:00:00 +0800"
    message.set_content(BODY, charset=charset, cte="base64")
    encoded = one("a.txt", before.encode() + message.as_bytes())
    message.add_alternative(f"<p>{MORE}</p>", subtype="html")
    message.add_attachment(MORE.encode(), maintype="text", subtype="plain", filename="b.txt")
    several = one("a.txt", before.encode() + message.as_bytes())
    for found in (encoded, several):
        assert (found.title, found.date, found.text) == ("公园免费开放", "2015-03-02", BODY)
    message.clear_content()
    message.set_content(f"<p>{MORE}</p><script>a</script>", subtype="html", charset=charset)
    assert one("a.txt", message.as_bytes()).text == MORE


def test_the_head_of_a_mail_as_an_office_program_shows_it():
    head = "From: Anna\nSent: Monday, March 2, 2015 10:00 AM\nTo: Bo\nSubject: Parks open\n"
    found = one("a.txt", f"{head}\n{BODY}\n")
    assert (found.title, found.date, found.text) == ("Parks open", "2015-03-02", BODY)


@pytest.mark.parametrize(
    "text, shown",
    [
        (
            '{{< figure src="a.png" title="东山一角" >}}\n\n{{% box %}}停水{{% /box %}}',
            "▲ 东山一角\n\n停水",
        ),
        ("## 概况 {#a .b}\n\n{% if a %}\n停水。\n{% endif %}\n{: .note}", "概况\n\n停水。"),
        (
            "见[[供水|供水条目]]和[[管网]]。 ^b12\n\n![[a.png]]==亮==%%暗%%",
            "见供水条目和管网。\n\n亮",
        ),
        (
            ":::tip 提示\n停水。\n:::\n\n> [!note] 说明\n> 两小时。",
            "提示\n\n停水。\n\n说明\n两小时。",
        ),
        (
            "面积30km^2^，{a}和a == b。\n\n```\n{{< a >}}\n```",
            "面积30km²，{a}和a == b。\n\n{{< a >}}",
        ),
        ("| a | b |\n|---|---|\n| 南湾 | 9万<br>人 |", "a\tb\n南湾\t9万 人"),
    ],
)
def test_what_generators_add_to_markdown(text, shown):
    assert one("a.md", f"---\ntitle: 公园\n---\n{text}").text == shown


@pytest.mark.parametrize(
    "head, read",
    [
        ("Title: 公园开放\nDate: 2015-03-02 10:20\nTags: a, b\n\n", ("公园开放", "2015-03-02")),
        ("author: 李明\r\ntitle: 公园开放\r\ndate: 2015-03-02\r\n\r\n", ("公园开放", "2015-03-02")),
        ("标题：公园开放\n日期：2015年3月2日\n\n", ("公园开放", "2015-03-02")),
    ],
)
def test_front_matter_without_marks(head, read):
    found = one("a.md", head + BODY)
    assert ((found.title, found.date), found.text) == (read, BODY)
    note = "Note: read this.\nDate: 2015-03-02\n\n"  # names no title
    assert one("a.md", note + BODY).title == "Note: read this."


def test_a_paragraph_of_markdown_is_broken_where_its_sentences_end():
    wrapped = (
        "Construction began in 2019 and cost $48 million, the board's chair,\n"
        "Helen Marsh, told reporters on the last day of the month of March.\n"
        "It is open.\n\n姓名：王芳\n电话：12345"
    )
    assert one("a.md", f"---\ntitle: a\n---\n{wrapped}").text.split("\n") == [
        wrapped.split("\n")[0] + " " + wrapped.split("\n")[1],
        "It is open.",
        "",
        "姓名：王芳",
        "电话：12345",
    ]


def test_a_document_in_markdown_is_no_page():
    text = f"# 公园年报\n\n2015-03-02 滨江日报\n\n{BODY}\n\n## 班次\n\n1. 东线\n2. 西线\n\n© 滨江市"
    found = one("a.md", text)
    assert (found.title, found.date, found.source) == ("公园年报", "2015-03-02", "滨江日报")
    assert found.text.endswith("班次\n\n1. 东线\n2. 西线\n\n© 滨江市")
    found = one("a.md", f"# 目录\n\n公园年报已发布\n\n2015-03-02\n\n{BODY}")
    assert found.title == "公园年报已发布"
