"""Tables of articles: which column is what, encodings, delimiters, and rows that are none."""

import json

import pytest

from rag.corpus import Article, Skipped, read_bytes, read_corpus
from rag.errors import UsageError

BODY = "滨江市园林局昨日宣布，自三月起城区十二座公园全部免费开放，市民可以凭身份证入园。"
CHINESE = f"编号,标题,正文,发布日期,来源,链接\n7,公园开放,{BODY},2015年3月2日,滨江晚报,http://port.example/7\n"
WHOLE = Article("7", BODY, "公园开放", "2015-03-02", "滨江晚报", "http://port.example/7", "zh")


def articles(name, data, columns=None):
    items = read_bytes(name, data if isinstance(data, bytes) else data.encode(), columns)
    assert all(isinstance(item, Article) for item in items), items
    return items


def reasons(name, data, columns=None):
    return [
        item.reason
        for item in read_bytes(name, data if isinstance(data, bytes) else data.encode(), columns)
        if isinstance(item, Skipped)
    ]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_a_chinese_table_in_its_usual_encodings(encoding):
    assert articles("a.csv", CHINESE.encode(encoding)) == [WHOLE]


def test_a_traditional_table_in_big5():
    text = "市政府昨日宣布，自三月起城區十二座公園全部免費開放，市民可以憑身份證入園。"
    (found,) = articles("a.csv", f"標題,內容,來源\n公園開放,{text},聯合報\n".encode("big5"))
    assert (found.title, found.text, found.source, found.lang) == ("公園開放", text, "聯合報", "zh")


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters(delimiter):
    table = delimiter.join(("Headline", "Article Body", "Pub-Date", "publisher"))
    row = delimiter.join(
        ("Park", '"Open, at last; and ""free""\nfor all|every\tbody."', '"Mar 2, 2015"', "Herald")
    )
    (found,) = articles("a.tsv", f"{table}\r\n{row}\r\n\r\n")
    assert found == Article(
        "a.tsv#3",
        'Open, at last; and "free"\nfor all|every\tbody.',
        "Park",
        "2015-03-02",
        "Herald",
        "",
        "en",
    )


def test_columns_are_named_where_their_names_do_not_tell(tmp_path):
    table = f"kopf,inhalt,text\n公园开放,{BODY},无关\n"
    assert [item.text for item in articles("a.csv", table)] == ["无关"]
    named = {"text": "inhalt", "title": "kopf"}
    (tmp_path / "a.csv").write_text(table, "utf-8")
    for found in (*articles("a.csv", table, named), *read_corpus(tmp_path, named)):
        assert (found.title, found.text) == ("公园开放", BODY)
    assert (
        "found a, b" in reasons("a.csv", "a,b\n1,2\n")[0]
        and "--map text=COLUMN" in reasons("a.csv", "a,b\n1,2\n")[0]
    )
    assert "'inhalt'" in reasons("a.csv", "text\nx\n", {"text": "inhalt"})[0]
    with pytest.raises(UsageError, match="'body'"):
        read_bytes("a.csv", b"", {"body": "x"})


def test_json_as_programs_write_it():
    row = {
        "headline": "公园开放",
        "content": [BODY, BODY],
        "published_at": 1425254400,
        "publisher": "滨江晚报",
    }
    expected = Article(
        "a.json#1", f"{BODY}\n{BODY}", "公园开放", "2015-03-02", "滨江晚报", "", "zh"
    )
    for value in ([row], row, {"status": "ok", "tags": ["a"], "articles": [row]}):
        assert articles("a.json", json.dumps(value)) == [expected]
    assert articles("a.json", json.dumps(row) + "\n" + json.dumps({**row, "id": 5}))[1].id == "5"
    assert (
        articles("a.json", json.dumps([{**row, "published_at": 1425254400000}]))[0].date
        == "2015-03-02"
    )


@pytest.mark.parametrize(
    "data",
    [
        "",
        "[]",
        "{",
        "[" * 100_000,
        "3",
        '"text"',
        '[["a"]]',
        '{"a": {"b": 1}}',
        "[null]",
        '[{"text": ""}]',
    ],
)
def test_json_that_holds_no_article(data):
    assert reasons("a.json", data)


def test_rows_of_a_table_that_are_none_cost_themselves_only():
    items = read_bytes(
        "a.csv", f"id,text\n1,{BODY}\n2,\n3\n\n4,{BODY},more,cells\n1,{BODY}x\n".encode()
    )
    assert [item.id for item in items if isinstance(item, Article)] == ["1", "4"]
    assert [
        (item.path, item.reason.split(":")[0]) for item in items if isinstance(item, Skipped)
    ] == [("a.csv:3", "empty"), ("a.csv:4", "empty"), ("a.csv:7", "its id 1 is taken by a.csv")]


@pytest.mark.parametrize(
    "data, reason",
    [
        (b"", "empty"),
        (b"id,text\n", "empty"),
        (bytes(300), "empty|binary"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
    ],
)
def test_tables_without_rows(data, reason):
    import re

    assert re.search(reason, reasons("a.csv", data)[0])


def test_a_quotation_mark_that_never_ends_is_told(monkeypatch):
    monkeypatch.setattr("rag.corpus.readers.delimited._FIELD_CHARS", 1000)
    table = f'id,text\n1,{BODY}\n2,"{BODY * 40}\n3,{BODY}\n'
    items = read_bytes("a.csv", table.encode())
    assert items[0].id == "1" and "what follows is not read" in items[1].reason and len(items) == 2


def test_lines_without_end_cost_themselves_only(monkeypatch):
    monkeypatch.setattr("rag.corpus.readers.rows.MAX_ROW_BYTES", 1000)
    lines = [
        json.dumps({"id": "1", "text": "一。"}),
        "[" * 3000,
        json.dumps({"id": "2", "text": "二。"}),
    ]
    items = read_bytes("a.jsonl", "\n".join(lines).encode())
    assert [getattr(item, "id", None) for item in items] == [
        "1",
        None,
        "2",
    ] and "longer than" in items[1].reason


def test_columns_once_named_are_kept_for_updates(tmp_path, call):
    table, index = tmp_path / "news.csv", tmp_path / "index"
    table.write_text(f"kopf,inhalt\n公园开放,{BODY}\n", "utf-8")
    assert "name it" in call("build", "--corpus", table, "--index", index).stderr
    assert (
        call(
            "build", "--corpus", table, "--index", index, "--map", "text=inhalt,title=kopf"
        ).returncode
        == 0
    )
    with table.open("a") as file:
        file.write("图书馆开放,图书馆昨日开放，藏书四十二万册。\n")
    assert call("update", "--index", index).returncode == 0
    assert "四十二万册" in call("ask", "--index", index, "图书馆藏书多少册？").stdout
    assert call("build", "--corpus", table, "--index", index, "--if-stale").returncode == 0
    assert call("build", "--corpus", table, "--index", index, "--map", "inhalt").returncode == 2
    assert (
        call("build", "--corpus", table, "--index", index, "--map", "body=inhalt").returncode == 2
    )


def test_the_hits_of_a_search_keep_their_ids():
    hits = [{"_id": str(n), "_source": {"title": f"第{n}页", "body": f"{n}号园。"}} for n in (1, 2)]
    for _ in range(2):  # what is remembered of names does not change
        found = read_bytes("a.json", json.dumps({"hits": {"hits": hits}}).encode())
        assert [(one.id, one.title, one.text) for one in found] == [
            ("1", "第1页", "1号园。"),
            ("2", "第2页", "2号园。"),
        ]
