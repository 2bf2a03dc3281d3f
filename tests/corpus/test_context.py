"""What is said of a passage outside of it: file names, headings, the first row of a table."""

import pytest

from rag import Assistant, Index
from rag.corpus import Article, Passage, body_start, header_above, passage_text, split
from rag.corpus.context import context, file_words, heading_above

TABLE = "各站水位如下表所示。\n站名\t水位（米）\t流量\n" + "\n".join(
    f"{name}站\t{n}.3\t{40 + n}"
    for n, name in enumerate(
        [
            f"{side}{sign}"
            for side in "北南"
            for sign in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
        ],
        7,
    )
)


@pytest.mark.parametrize(
    ("article_id", "title", "words"),
    [
        ("people/王小明.txt", "", "王小明"),
        ("people/王小明-3f2a9c1b22aa.txt", "个人简历", "王小明"),
        ("people/王小明.txt", "王小明的简历", ""),
        ("North_Harbour-Report.pdf", "", "North Harbour Report"),
        ("docs.zip/石塘水库.docx", "", "石塘水库"),
        ("IMG_2033.pdf", "", ""),
        ("新建文本文档.txt", "", ""),
        ("9f86d081884c7d65.html", "", ""),
        ("2015-03-02.txt", "", ""),
        ("news.csv#17", "", ""),
        ("book.epub#chapter3.xhtml", "", ""),
        ("row-17", "", ""),
        ("https://port.example/a.html", "", ""),
    ],
)
def test_what_a_file_name_says(article_id, title, words):
    assert file_words(article_id, title) == words


def test_the_heading_above_and_nothing_else():
    text = (
        "第一章 石塘水库\n水库建于1958年，库容三千万立方米，灌溉下游十二万亩农田。"
        "\n责任编辑：王五\n如今它还为全县供水，每天供水二十万吨。\n\n二、"
        "南湾盐场\n\n盐场在县城以东二十公里，有工人三百名。"
    )
    assert heading_above(text, text.index("如今")) == "第一章 石塘水库"
    assert heading_above(text, text.index("盐场在")) == "二、南湾盐场"
    assert heading_above(text, 0) == ""
    assert heading_above("甲乙丙丁。\n他说。\n这里是一个比较长的段落，没有标题。", 12) == ""


@pytest.mark.parametrize("mark", ["\t", " | "])
def test_rows_of_a_table_have_its_header(mark):
    text = TABLE.replace("\t", mark)
    header = f"站名{mark}水位（米）{mark}流量"
    assert (
        header_above(text, text.index("南亥站"))
        == header_above(text, text.index("北甲站") + 5)
        == header
    )
    assert header_above(text, text.index("水位（米）")) == header_above(text, 0) == ""


def test_a_table_without_a_header_has_none():
    rows = "\n".join(f"{n}\t{n * 7}\t{n * n}" for n in range(3, 9))
    assert header_above(rows, len(rows) - 3) == ""
    assert header_above("甲\t乙\n丙\t丁", 5) == ""  # two lines are no table


def test_passages_are_read_in_their_context():
    article = Article("people/王小明.txt", TABLE, "水情")
    passages = split(article)
    assert len(passages) > 1
    last = passages[-1]
    assert (
        passage_text(article, last)[: body_start(article, last.start)]
        == "水情\n王小明\n站名\t水位（米）\t流量\n"
    )
    assert context(article, 0) == "水情\n王小明"
    assert passage_text(Article("a", "正文。"), Passage("a", 0, 3)) == "正文。"


def test_a_question_about_a_cell_quotes_header_and_row(tmp_path):
    (tmp_path / "水情.md").write_text("# 水情\n\n" + TABLE, "utf8")
    Index.build([tmp_path / "水情.md"], tmp_path / "index")
    with Index.open(tmp_path / "index") as index:
        answer = Assistant(index).ask("南亥站的水位是多少米？")
        cited = answer.citations[0]
        assert cited.header == "站名\t水位（米）\t流量" and cited.quote.startswith("南亥站\t50.3")
        assert "50.3" in answer.text and "水位（米）" in answer.text


def test_what_only_the_file_name_says_is_found(tmp_path):
    duties = (
        "负责码头的日常调度。从2015年起在港口工作，此前在渔政站工作八年。每周值夜班两次，周末休息。"
    )
    for name, job in (
        ("王小明", "码头"),
        ("李春华", "灯塔"),
        ("周文静", "仓库"),
        ("赵国强", "船坞"),
    ):
        (tmp_path / "people").mkdir(exist_ok=True)
        (tmp_path / "people" / f"{name}.txt").write_text(duties.replace("码头", job), "utf8")
    Index.build([tmp_path / "people"], tmp_path / "index")
    with Index.open(tmp_path / "index") as index:
        assert index.search("李春华负责什么？", k=1)[0].article_id == "李春华.txt"
        assert "灯塔" in Assistant(index).ask("李春华负责什么？").text
    (tmp_path / "people" / "李春华.txt").rename(tmp_path / "people" / "吴国栋.txt")
    Index.update(tmp_path / "index")
    with Index.open(tmp_path / "index") as index:  # a file that moved is read anew
        assert index.search("吴国栋负责什么？", k=1)[0].article_id == "吴国栋.txt"
