"""What belongs to the article of a page: posts, entries of reports that go on, notes at the side."""

import pytest
from documents import book, mhtml
from read_files import BODY, MORE, one
from read_lines import lines, page

CARDS = "".join(
    f"<article class=card><h3><a href=/{n}>别处的新闻{n}</a></h3><p>摘要{n}。</p></article>"
    for n in range(30)
)
NOTE = "<p><a href='#r1'>1</a> 据园林局年报。</p>"
MARKED = f"<p>{BODY}<a href='#n1' id=r1><sup>1</sup></a></p><p>{MORE}</p>"


@pytest.mark.parametrize(
    "inside, read",
    [
        # posts of a forum, short ones as well
        (
            "<h1>公园开放</h1>"
            + "".join(
                f"<div class=post><div>用户{n}</div><div>{text}</div></div>"
                for n, text in enumerate((BODY, MORE, "谢谢。"))
            ),
            ["用户0", BODY, "用户1", MORE, "用户2", "谢谢。"],
        ),
        # a report that goes on, each entry an article
        (
            "<h1>直播</h1>"
            + "".join(f"<article class=e><p>{text}</p></article>" for text in (BODY, MORE, "完。")),
            [BODY, MORE, "完。"],
        ),
        # articles that the page only leads to
        (f"<article><h1>公园开放</h1><p>{BODY}</p><p>{MORE}</p></article>{CARDS}", [BODY, MORE]),
        (f"<main><h1>公园开放</h1><p>{BODY}</p><p>{MORE}</p></main>{CARDS}", [BODY, MORE]),
    ],
)
def test_several_parts_of_a_page_are_one_article(inside, read):
    assert lines("a.html", page(inside)) == read


@pytest.mark.parametrize(
    "shape",
    [
        # Pandoc's older pages, with a head, captions and boxes in divisions
        "<div id=header><h1>公园</h1></div><h1>概况</h1><p>{body}</p><ul><li>东线</li></ul>"
        "<div class=float><img src=a></div><div><p>停运。</p></div><h2>票价</h2><p>{more}</p>",
        # a menu, and scripts, are no part of what a page is nothing but
        "<nav>{links}</nav><h1>公园</h1><h1>概况</h1><p>{body}</p><ul><li>东线</li></ul>"
        "<p>停运。</p><h2>票价</h2><p>{more}</p><script>{script}</script>",
        # slides
        "<div class=reveal><div class=slides><section><h1>公园</h1></section><section"
        " class='slide level1'><h1>概况</h1><p>{body}</p><ul><li>东线</li></ul></section><section"
        " class=slide><div><p>停运。</p></div></section><section class=slide><h2>票价</h2>"
        "<p>{more}</p></section></div></div>",
    ],
)
def test_a_page_that_is_nothing_but_its_text_keeps_all_of_it(shape):
    links = "".join(f"<a href=/{n}>上一节下一节第{n}节</a>" for n in range(9))
    text = shape.format(body=BODY, more=MORE, links=links, script="let a = 1;" * 90)
    found = lines("a.html", page(text, "<title>公园</title>"))
    assert found == ["概况", BODY, "- 东线", "停运。", "票价", MORE]


def test_what_holds_all_but_links_of_a_page_keeps_headings_and_lists():
    links = "".join(f"<li><a href=/{n}>条目{n}</a></li>" for n in range(20))
    text = (
        f"<div id=head><ul>{links}</ul></div><div id=text><div><h1>东山公园</h1><p>{BODY}</p>"
        f"<h2>历史</h2><ul><li>1958年建园</li></ul><p>{MORE}</p></div></div><div>{links}</div>"
    )
    assert lines("a.html", page(text)) == [BODY, "历史", "- 1958年建园", MORE]


def test_entries_keep_their_hour_and_an_article_its_date_only():
    entry = "<div class=item><time>{}</time><p>{}</p></div>"
    told = f"<main><h1>直播</h1>{entry.format('10:05', BODY)}{entry.format('9:30', MORE)}</main>"
    assert lines("a.html", page(told)) == ["10:05", BODY, "9:30", MORE]
    one_time = f"<article><h1>公园</h1><time>2015-03-02 9:30</time><p>{BODY}</p><p>{MORE}</p>"
    assert lines("a.html", page(one_time)) == [BODY, MORE]


@pytest.mark.parametrize("name", ["title", "MsoTitle"])
def test_a_title_that_an_office_program_set_stands_above_headings(name):
    found = one(
        "a.html", page(f"<p class={name}>公园年报</p><h1>概况</h1><p>{BODY}</p><p>{MORE}</p>")
    )
    assert (found.title, found.text.split("\n")) == ("公园年报", ["概况", BODY, MORE])


@pytest.mark.parametrize(
    "style, read",
    [
        ("list-style-type: lower-alpha", ["a. 登记", "b. 领证"]),
        ("list-style:inside upper-roman", ["I. 登记", "II. 领证"]),
        ("color:red;list-style: none", ["- 登记", "- 领证"]),
    ],
)
def test_lists_count_as_their_style_says(style, read):
    listed = f"<ol style='{style}'><li>登记</li><li>领证</li></ol>"
    inside = f"<article><p>{BODY}</p>{listed}<p>{MORE}</p></article>"
    assert lines("a.html", page(inside)) == [BODY, *read, MORE]


@pytest.mark.parametrize(
    "shape",
    [
        "<h1>公园开放</h1>{text}<aside class=footnote id=n1>{note}</aside>{other}",
        "<article>{text}<aside role=doc-footnote id=n1>{note}</aside>{other}</article>",
        "<article>{text}</article><aside class=footnotes id=n1>{note}</aside>{other}",
        "<article>{text}</article><div class=footnotes id=n1>{note}</div>{other}",
    ],
)
def test_notes_stand_at_the_end_of_an_article_and_other_asides_do_not(shape):
    other = "<aside><h3>相关阅读</h3><p>别处的公园也在三月开放。</p></aside>"
    found = lines("a.html", page(shape.format(text=MARKED, note=NOTE, other=other)))
    assert found == [BODY, MORE, "据园林局年报。"]


@pytest.mark.parametrize(
    "written, read",
    [
        ("宝光塔由张衡设计<a href='#n1'>1</a>。", "宝光塔由张衡设计。"),
        ("塔高<b>46米</b><a id=r1></a><a href='notes.xhtml#x1'>12</a>。", "塔高46米。"),
        ("塔有铜铃<a class=noteref href='#m4'>④</a>百枚。", "塔有铜铃百枚。"),
        ("The lamp<a href='#f3'>*</a> is green.", "The lamp is green."),
        ("It was lit in 1811.<a href='#n1'>1</a><a href='#n2'>ii</a>", "It was lit in 1811."),
        ("Its lamp<a role=doc-noteref href='#x'>iii</a> is green.", "Its lamp is green."),
        # what is no mark of a note
        ("塔重建于<a href='#n1950'>1950</a>年。", "塔重建于1950年。"),
        ("见图<a href='#n3'>3</a>，第<a href='#n12'>12</a>章。", "见图3，第12章。"),
        ("共评出<a href='#list2'>12</a>名，见注<a href='#n4'>④</a>。", "共评出12名，见注④。"),
        ("See note <a href='#n3'>3</a> and Fig.<a href='#fig2'>2</a>.", "See note 3 and Fig.2."),
        ("起源<a href='#p12'>12</a>，<a href='a.xhtml#s1'>34</a>", "起源12，34"),
        ("<a href='#r1'>1</a> 据年报。", "1 据年报。"),
    ],
)
def test_plain_links_to_notes_are_no_figures_behind_a_word(written, read):
    article = f"<article><h1>塔志</h1><p>{written}{BODY}</p><p>{MORE}</p></article>"
    assert lines("a.html", page(article)) == [read + BODY, MORE]
    assert lines("a.epub", book([("a.xhtml", "塔志", article)])) == [read + BODY, MORE]


@pytest.mark.parametrize("around", ["nav", "aside", "footer"])
def test_a_page_whose_text_is_in_menus_only_has_none(around):
    reason = one("a.html", page(f"<{around}><p>{BODY}</p></{around}>")).reason
    assert "no text outside menus" in reason


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Type: * ;0*",  # Python's policies but the oldest fail on it
        b'Content-Disposition: ;"',
        b"Content-Transfer-Encoding: =?0?=",
        b"Content-Location: \xff[",
    ],
)
def test_a_saved_page_is_read_though_another_part_has_a_broken_head(head):
    article = page(f"<article><h1>公园开放</h1><p>{BODY}</p></article>").encode()
    saved = mhtml(article, Snapshot_Content_Location="https://port.example/a")
    broken = saved.replace(b"Content-Type: text/html", head + b"\r\nContent-Type: text/html", 1)
    assert one("a.mht", broken).text == BODY
