"""Reading a corpus: formats, what is skipped and why, ids, order."""

import json
import os
from pathlib import Path

import pytest

from rag.corpus import Article, Skipped, read_corpus
from rag.corpus.readers import READERS
from rag.errors import CorpusError

BODY = (
    "滨江市园林局昨日宣布，自三月起城区十二座公园全部免费开放，市民可以凭身份证入园。"
    "公园每日开放时间为早六点至晚十点。"
)
PAGE = f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>城区公园免费开放_滨江在线</title>
<meta property="og:site_name" content="滨江在线">
<script>var hidden = "脚本里的话不是新闻。";</script><style>.menu {{ color: red }}</style></head>
<body><nav><ul><li><a href="/">首页</a></li><li><a href="/s">社会</a></li><li><a href="/v">视频</a></li></ul></nav>
<div class="ad">扫码下载客户端</div>
<article><h1>城区公园免费开放</h1><div class="info"><span>2015-03-02 09:30</span> <a>打印</a></div>
<p>{BODY}</p><script>alert("弹窗")</script>
<h2>文明游园</h2>
<p>园林局提醒市民爱护花草树木，不要携带宠物入园，节假日公园的开放时间延长一小时。</p>
</article>
<div class="related"><h3>相关阅读</h3><ul><li><a href="1">市领导调研公园</a></li><li><a href="2">周末天气预报</a></li></ul></div>
<footer>Copyright © 2015 滨江在线 版权所有</footer></body></html>"""


def read(*paths):
    return list(read_corpus(paths))


def one(path, data) -> Article | Skipped:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    (item,) = read(path)
    return item


def rows(path, *lines):
    path.write_bytes(
        b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
        + b"\n"
    )
    return read(path)


# Folders


def test_a_folder_is_read_in_order_with_paths_as_ids(tmp_path):
    for name in (
        "b.txt",
        "a/z.md",
        "a/c/d.TXT",
        "README.md",
        "a/README.md",
        ".hidden.txt",
        ".git/x.txt",
        "a-b.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{name} 的内容。")
    items = read(tmp_path)
    assert [item.id for item in items] == ["a/README.md", "a/c/d.TXT", "a/z.md", "a-b.txt", "b.txt"]
    assert [item.path for item in items][-1] == str(tmp_path / "b.txt")
    assert items == read(str(tmp_path)) == list(read_corpus(tmp_path))


def test_a_single_file_has_its_name_as_id(tmp_path, monkeypatch):
    assert one(tmp_path / "note.txt", "明天开会。").id == "note.txt"
    monkeypatch.chdir(tmp_path)
    assert read("note.txt")[0].id == "note.txt"
    assert read(".")[0].id == "note.txt"


def test_a_missing_path_is_an_error_before_anything_is_read(tmp_path):
    with pytest.raises(CorpusError, match="nothing at .*absent.*check the path"):
        read_corpus([tmp_path, tmp_path / "absent"])
    with pytest.raises(CorpusError, match="got none"):
        read_corpus([])
    with pytest.raises(CorpusError):
        read_corpus(["a\0b"])
    assert read(tmp_path) == []


def test_ids_and_files_count_once(tmp_path):
    for name in ("one/a.txt", "two/a.txt", "two/b/c.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{name} 的内容。")
    items = read(tmp_path / "one", tmp_path / "two", tmp_path / "two/b", tmp_path / "one/a.txt")
    assert [getattr(item, "id", None) for item in items] == ["a.txt", None, "b/c.txt", None, None]
    assert "its id a.txt is taken by " + str(tmp_path / "one/a.txt") in items[1].reason
    assert "the same file" in items[3].reason and "the same file" in items[4].reason


def test_other_formats_are_named(tmp_path):
    for name in ("photo.jpg", "slides.PPTX", "Makefile"):
        (tmp_path / name).write_text("x")
    assert [
        (Path(item.path).name, item.reason.partition(", .md")[0]) for item in read(tmp_path)
    ] == [
        ("Makefile", "unsupported format (no suffix): expected .txt"),
        ("photo.jpg", "unsupported format .jpg: run text recognition (OCR) over it first"),
        ("slides.PPTX", "unsupported format .PPTX: save it as .pdf"),
    ]


def test_links_are_followed_only_inside_the_folder(tmp_path):
    corpus, outside = tmp_path / "corpus", tmp_path / "outside"
    corpus.mkdir(), outside.mkdir()
    (corpus / "a.txt").write_text("文章一。")
    (outside / "secret.txt").write_text("不该读到的内容。")
    (corpus / "escape.txt").symlink_to(outside / "secret.txt")
    (corpus / "folder").symlink_to(outside)
    (corpus / "gone.txt").symlink_to(tmp_path / "absent.txt")
    (corpus / "loop.txt").symlink_to("loop.txt")
    (corpus / "self").symlink_to(".")
    (corpus / "twin.txt").symlink_to("a.txt")
    items = {Path(item.path).name: item for item in read(corpus)}
    assert isinstance(items.pop("a.txt"), Article)
    assert "the same file" in items.pop("twin.txt").reason
    assert {name: "symbolic link" in item.reason for name, item in items.items()} == dict.fromkeys(
        ["escape.txt", "folder", "gone.txt", "loop.txt"], True
    )
    linked = tmp_path / "linked"
    linked.symlink_to(corpus)
    assert [item.id for item in read(linked) if isinstance(item, Article)] == ["a.txt"]


def test_what_cannot_be_opened_costs_only_itself(tmp_path):
    for name in ("a.txt", "b.txt", "c.txt", "d.jsonl"):
        (tmp_path / name).write_text("内容。")
    os.mkfifo(tmp_path / "pipe.txt")
    os.mkfifo(tmp_path / "pipe.jsonl")
    items = read_corpus([tmp_path])
    assert next(items).id == "a.txt"
    (tmp_path / "b.txt").unlink()
    (tmp_path / "d.jsonl").unlink()
    items = {Path(item.path).name: item for item in items}
    assert isinstance(items.pop("c.txt"), Article)
    assert "vanished" in items["b.txt"].reason and "vanished" in items["d.jsonl"].reason
    assert (
        "regular file" in items["pipe.txt"].reason and "regular file" in items["pipe.jsonl"].reason
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_unreadable_files_and_folders_are_named(tmp_path):
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.txt").write_text("内容。")
    (tmp_path / "a.txt").chmod(0)
    (tmp_path / "closed").chmod(0)
    try:
        items = read(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert [Path(item.path).name for item in items] == ["a.txt", "closed"]
    assert all("permission denied" in item.reason for item in items)


def test_the_reason_of_the_system_is_passed_on(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("内容。")

    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    (item,) = read(tmp_path)
    assert item == Skipped(
        str(tmp_path / "a.txt"), "cannot be read: permission denied; allow reading it"
    )


def test_file_names_that_are_not_unicode_give_usable_ids(tmp_path):
    try:
        with open(os.fsencode(tmp_path) + b"/\xff\xfe.txt", "w") as file:
            file.write("内容。")
    except OSError:
        pytest.skip("this file system accepts Unicode names only")
    (item,) = read(tmp_path)
    assert item.id.encode() and item.path.encode() and item.text == "内容。"


# Text


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_chinese_in_its_usual_encodings(tmp_path, encoding):
    text = "公园免费开放\n\n" + BODY
    assert one(tmp_path / "a.txt", text.encode(encoding)).text == text


def test_traditional_chinese_in_big5(tmp_path):
    text = "市政府昨日宣布，自三月起城區十二座公園全部免費開放，市民可以憑身份證入園。"
    item = one(tmp_path / "a.txt", text.encode("big5"))
    assert (item.text, item.lang) == (text, "zh")


def test_windows_line_ends_and_indents_are_tidied(tmp_path):
    assert (
        one(tmp_path / "a.txt", "　　第一段。\r\n\r\n\r\n\t第二段。  \r\n").text
        == "第一段。\n\n第二段。"
    )


def test_hard_wrapped_mail_is_joined_and_verse_is_not(tmp_path):
    mail = (
        "The city opened three new libraries on Tuesday, the mayor said at a\n"
        "ceremony. More than two hundred residents came to see the reading rooms\n"
        "and to borrow the first books, which had been chosen by the schools of\n"
        "the district over the last year. The next two will open in spring, with\n"
        "as many books again.\n\nThe harbour pays.\n"
    )
    text = one(tmp_path / "mail.txt", mail).text
    assert text.count("\n") == 2 and "at a ceremony" in text and "rooms and to" in text
    verse = "床前明月光\n疑是地上霜\n举头望明月\n低头思故乡\n春眠不觉晓\n处处闻啼鸟"
    assert one(tmp_path / "verse.txt", verse).text == verse


@pytest.mark.parametrize(
    "data, reason",
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        ("正文\0正文".encode(), "NUL"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0", "binary"),
        (bytes(range(256)) * 20, "save it as UTF-8"),
        (b"text \x01\x02\x03\x04\x05\x06", "control characters"),
    ],
)
def test_files_without_text_are_skipped(tmp_path, data, reason):
    item = one(tmp_path / "a.txt", data)
    assert isinstance(item, Skipped) and reason in item.reason


def test_a_file_too_large_for_an_article_is_skipped(tmp_path, monkeypatch):
    monkeypatch.setattr("rag.corpus.source.MAX_FILE_BYTES", 1 << 20)
    item = one(tmp_path / "a.txt", b"a" * ((1 << 20) + 1))
    assert "1 MiB" in item.reason and "split it" in item.reason


def test_a_parser_that_fails_costs_one_file(tmp_path, monkeypatch):
    def broken(data):
        raise AssertionError("odd input")

    monkeypatch.setitem(READERS, ".md", broken)
    (tmp_path / "a.md").write_text("内容。")
    (tmp_path / "b.txt").write_text("内容。")
    first, second = read(tmp_path)
    assert "AssertionError: odd input" in first.reason and second.id == "b.txt"


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
        "import sys, rag.corpus; heavy = {'trafilatura', 'lxml', 'yaml', 'frontmatter',"
        " 'dateparser', 'charset_normalizer', 'markdown_it', 'numpy'} & set(sys.modules);"
        " sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
