"""What Word files, Markdown and books of the wild hold in places that readers overlook."""

import pytest
from documents import book, with_parts, word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from read_files import BODY, one, run

from rag import Assistant, Index
from rag.corpus import read_bytes
from rag.corpus.captions import is_caption

# Word

SPACES = (
    nsdecls("w", "a", "r")
    + ' xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    + 'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)


# Words in a shape, as Word kept them before 2010, and keeps its watermarks today.
WORDART = "<w:r><w:pict><v:shape><v:textpath string='{}'/></v:shape></w:pict></w:r>"


def written(paragraph: str, parts=(), make=lambda document: None) -> list[str]:
    """The lines of a Word file with a paragraph of this XML."""

    def both(document):
        document.element.body.insert(0, parse_xml(f"<w:p {SPACES}>{paragraph}</w:p>"))
        make(document)

    return one("a.docx", with_parts(word(both), parts)).text.split("\n")


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
        header._element.append(parse_xml(f"<w:p {SPACES}>{WORDART.format('草稿')}</w:p>"))
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
            "<w:r><w:drawing><a:p><a:r><a:t>图中的字</a:t></a:r></a:p></w:drawing></w:r>",
            ["图中的字"],
        ),
        (
            run("公园12座。") + WORDART.format("六月二十二日 开园"),
            ["公园12座。", "六月二十二日 开园"],
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
