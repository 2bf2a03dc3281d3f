"""Front matter, Markdown, HTML and rows of JSON Lines."""

import json

import pytest
from read_folder import BODY, PAGE, one, read, rows

from rag.corpus import Article, Skipped, read_corpus

# Markdown


def test_front_matter_names_the_article(tmp_path):
    item = one(
        tmp_path / "a.md",
        "---\ntitle: 公园开放\ndate: 2015年3月2日\nsource: 滨江晚报\nurl:"
        " http://port.example/1\nlang: zh-CN\nother: [1, 2]\n---\n\n" + BODY,
    )
    assert item == Article(
        "a.md", BODY, "公园开放", "2015-03-02", "滨江晚报", "http://port.example/1", "zh", item.path
    )


@pytest.mark.parametrize(
    "front, title, date",
    [
        ("title: 2015\ndate: 20150302", "2015", "2015-03-02"),
        ("title: 0o17\ndate: 2015-03-02 10:20:30", "0o17", "2015-03-02"),
        (
            "title: Parks: a report\ndate: 2015-03-02",
            "Parks: a report",
            "2015-03-02",
        ),  # no YAML, and common
        ("title: '未完\ndate: 2015-03-02", "未完", "2015-03-02"),
        ("title: 公园\ndate: 2015-13-45", "公园", ""),
        ("title: [a, b]\ndate:", "", ""),
        ("标题: 公园\n日期: 2015年3月2日", "公园", "2015-03-02"),
        ("标题：公园\n发布日期：2015年3月2日\n", "公园", "2015-03-02"),
        ("Title: 公园\nDATE: '2015.3.2'", "公园", "2015-03-02"),
        ("a: &a [x,x,x]\nb: &b [*a,*a,*a]\ntitle: 公园\ndate: *b", "公园", ""),
    ],
)
def test_front_matter_as_people_write_it(tmp_path, front, title, date):
    item = one(tmp_path / "a.md", f"---\n{front}\n---\n{BODY}")
    assert (item.title, item.date, item.text) == (title, date, BODY)


def test_front_matter_that_never_ends_is_reported_and_rules_are_no_front_matter(tmp_path):
    assert "end of the front matter" in one(tmp_path / "a.md", f"---\ntitle: 公园\n\n{BODY}").reason
    assert one(tmp_path / "b.md", f"---\n\n第一段。\n\n---\n\n{BODY}").text == f"第一段。\n\n{BODY}"
    assert one(tmp_path / "c.txt", f"---\n{BODY}").text.endswith(BODY)


def test_markdown_is_read_without_its_marks(tmp_path):
    item = one(
        tmp_path / "a.md",
        "# 公园 *开放*\n\n第一段**“重点”**文字，[名单](http://port.example)。<!-- 草稿 -->\n"
        "同段第二行 `x_1`。\n\n## 小标题\n\n- 东山\n- 西湖\n\n1. 一\n2. 二\n\n"
        "| 园 | 面积 |\n|---|---|\n| 东山 | 3\\*4 |\n\n> 引文\n\n![图](a.png)\n\n<b>标签</b>与<名字>",
    )
    assert item.title == "公园 开放"
    assert (
        item.text
        == "第一段“重点”文字，名单。\n同段第二行 x_1。\n\n小标题\n\n东山\n西湖\n1. 一\n2. 二\n\n"
        "园\t面积\n东山\t3*4\n\n引文\n\n标签与<名字>"
    )


@pytest.mark.parametrize(
    "written, shown",
    [
        (r"gives $3\times10^{6}$ kWh at $30^\circ$C", "gives 3×10⁶ kWh at 30°C"),
        (r"$\frac{a+b}{c}$ 与 $\alpha \le \beta_1$", "(a+b)/c 与 α ≤ β1"),
        (r"$\sqrt{x^2+1}$, $5\,\mathrm{kg}$ of $\ce{CO2}$", "√(x²+1), 5 kg of CO2"),
        ("lines $x$ and $y$\n\n$$\nS = \\sum_{i=1} x_i\n$$", "lines x and y\n\nS = ∑i=1 xi"),
        ("$5 and $6, or $20 or 15$ for groups", "$5 and $6, or $20 or 15$ for groups"),
        ("票价$5（约¥35）和$6，从$3到$4不等", "票价$5（约¥35）和$6，从$3到$4不等"),
        ("US$4.5 million, $6 million and A$30/US$20", "US$4.5 million, $6 million and A$30/US$20"),
        ("the variables `$HOME` and `$PATH`", "the variables $HOME and $PATH"),
    ],
)
def test_formulas_are_text_and_prices_stay(tmp_path, written, shown):
    assert one(tmp_path / "a.md", f"{BODY}\n\n{written}\n").text == f"{BODY}\n\n{shown}"


def test_a_heading_besides_the_title_stays_in_the_text(tmp_path):
    assert one(tmp_path / "a.md", f"---\ntitle: 甲\n---\n# 甲\n\n{BODY}").text == BODY
    assert one(tmp_path / "b.md", f"---\ntitle: 甲\n---\n# 乙\n\n{BODY}").text == f"乙\n\n{BODY}"


def test_markdown_without_front_matter_is_searched_for_a_date(tmp_path):
    item = one(tmp_path / "a.md", f"# 公园开放\n\n2015-03-02 来源：滨江晚报\n\n{BODY}")
    assert (item.title, item.date, item.source, item.text) == (
        "公园开放",
        "2015-03-02",
        "滨江晚报",
        BODY,
    )


# HTML


def test_html_without_its_boilerplate(tmp_path):
    item = one(tmp_path / "a.html", PAGE)
    assert (item.title, item.date, item.source, item.lang) == (
        "城区公园免费开放",
        "2015-03-02",
        "滨江在线",
        "zh",
    )
    assert item.text.startswith(BODY) and "文明游园\n园林局提醒" in item.text
    for furniture in ("首页", "扫码", "脚本", "弹窗", "打印", "相关阅读", "天气", "版权", "2015"):
        assert furniture not in item.text


def test_html_in_its_declared_encoding(tmp_path):
    page = PAGE.replace(
        'charset="utf-8"', 'http-equiv="Content-Type" content="text/html; charset=gb2312"'
    )
    assert (
        one(tmp_path / "a.htm", page.encode("gb18030")).text == one(tmp_path / "b.html", PAGE).text
    )
    assert (
        one(tmp_path / "c.html", PAGE.encode("gb18030")).text == one(tmp_path / "b.html", PAGE).text
    )  # wrong


def test_old_pages_made_of_divisions(tmp_path):
    page = f"""<html><head><title>城区公园免费开放 - 滨江在线</title></head><body>
    <div id="top"><a href="/">首页</a> <a href="/a">时政</a> <a href="/b">社会</a> <a>登录</a></div>
    <div class="main"><div class="title">城区公园免费开放</div>
    <div class="src">2015年03月02日 08:15　来源：滨江晚报　作者：李明</div>
    <div class="content">　　{BODY}<br/><br/>　　据介绍，节假日公园的开放时间延长一小时。<br/><br/></div>
    <div>责任编辑：王芳</div></div>
    <div class="hot"><h3>热门新闻</h3><a href=1>一季度房价走势</a><br><a href=2>周末天气预报</a></div>
    <div class="foot">关于我们 | 联系我们 | 网站地图<br>版权所有 滨江在线</div></body></html>"""
    item = one(tmp_path / "a.html", page)
    assert (item.title, item.date, item.source) == ("城区公园免费开放", "2015-03-02", "滨江晚报")
    assert item.text == f"{BODY}\n据介绍，节假日公园的开放时间延长一小时。"


def test_html_that_is_hardly_any(tmp_path):
    assert one(tmp_path / "a.html", "<p>只有一句话。</p>").text == "只有一句话。"
    assert one(tmp_path / "b.html", "没有标签的一句话。").text == "没有标签的一句话。"
    assert (
        one(tmp_path / "c.html", "<p>未闭合<b>的<i>标签<table><td>也能读。").text.replace("\n", "")
        == "未闭合的标签也能读。"
    )
    assert (
        "no text"
        in one(tmp_path / "d.html", "<html><script>x()</script><nav>首页</nav></html>").reason
    )
    assert isinstance(
        one(tmp_path / "e.html", "<div>" * 20000 + "深" + "</div>" * 20000), (Article, Skipped)
    )


# JSON Lines


def test_rows_are_kept_exactly(tmp_path):
    text = "  第一行\r\n\t第二行\u3000 \u2028<script>alert(1)</script>\n\n"
    row = {
        "id": 7,
        "lang": "zh",
        "title": " 标题 ",
        "text": text,
        "date": 20150302,
        "source": "晚报",
        "url": "u",
        "extra": {},
    }
    items = rows(
        tmp_path / "a.jsonl",
        row,
        b"",
        {"id": "b", "text": "Only the text of the article.", "title": None},
    )
    assert items[0] == Article(
        "7", text, " 标题 ", "2015-03-02", "晚报", "u", "zh", str(tmp_path / "a.jsonl")
    )
    assert (items[1].id, items[1].title, items[1].lang) == ("b", "", "en")


def test_bad_rows_cost_themselves_only(tmp_path):
    items = rows(
        tmp_path / "a.jsonl",
        b"\xef\xbb\xbf" + json.dumps({"id": "a", "text": "好。"}).encode(),
        b"{not json",
        b"[1, 2]",
        b'{"id": "b", "text": "\xff"}',
        {"id": "c"},
        {"id": [], "text": "没有编号。"},
        {"id": "d", "text": {"zh": "不是字符串"}},
        {"id": "a", "text": "重复。"},
        b"[" * 100_000,
        {"id": True, "text": "好。"},
        {"id": "e", "text": "好。", "date": "2015-02-30"},
    )
    path = str(tmp_path / "a.jsonl")
    assert [item.id for item in items if isinstance(item, Article)] == ["a", "e"]
    assert items[-1].date == ""
    skipped = {item.path: item.reason for item in items if isinstance(item, Skipped)}
    for line, reason in {
        2: "not JSON",
        3: "expected an object",
        4: "not UTF-8",
        5: "empty",
        6: 'expected a string as "id", found list',
        7: 'expected a string as "text", found dict',
        8: "its id a is taken",
        9: "not usable JSON",
        10: 'expected a string as "id", found bool',
    }.items():
        assert reason in skipped.pop(f"{path}:{line}")
    assert not skipped


def test_lone_surrogates_are_replaced_in_place(tmp_path):
    (item,) = rows(
        tmp_path / "a.jsonl",
        b'{"id": "x\\udfff", "text": "\\ud800a\\ud83d\\ude00b\\udc00", "title": "\\udc00"}',
    )
    assert (item.id, item.text, item.title) == ("x\ufffd", "\ufffda\U0001f600b\ufffd", "\ufffd")


def test_an_empty_jsonl_file_is_reported(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"")
    (item,) = read(tmp_path)
    assert "empty file" in item.reason


def test_rows_are_read_one_by_one(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": "1", "text": "一。"}\n' * 3)
    items = read_corpus([tmp_path])
    assert next(items).id == "1"
    assert isinstance(next(items), Skipped)


# Import


def test_importing_the_package_loads_no_heavy_library():
    import subprocess
    import sys

    code = (
        "import sys, rag.corpus; heavy = {'trafilatura', 'lxml', 'yaml',"
        " 'dateparser', 'charset_normalizer', 'markdown_it', 'numpy'} & set(sys.modules);"
        " sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
