"""What was found in Word files, books and PDF that other programs made: of each kind a file, and
what is read of it.
"""

import io
import re
import zipfile

import pytest
from documents import SONG, book, pdf, word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from read_files import BODY, MORE, one, run
from reportlab.pdfgen.canvas import Canvas

from rag.corpus import read_bytes
from rag.corpus.context import header_above
from rag.corpus.lines import is_letterhead
from rag.corpus.readers.numbering import numeral

WATER = "滨江市水务局局长周立群说，工程总投资四亿六千万元，比原计划提前两个月完工。"


def lines(name, data) -> list[str]:
    return [line for line in one(name, data).text.split("\n") if line]


# Word

SPACES = nsdecls("w")


def numbered(*paragraphs, levels=("decimal|%1.",), start="", styles=lambda document: None) -> bytes:
    """A Word file whose paragraphs, (level, text) or a text, are of one list; or XML."""
    counted = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText'
        f' w:val="{text}"/></w:lvl>'
        for n, (form, text) in enumerate(level.split("|") for level in levels)
    )
    numbering = (
        f'<w:numbering {SPACES}><w:abstractNum w:abstractNumId="7">{counted}</w:abstractNum>'
        f'<w:num w:numId="3"><w:abstractNumId w:val="7"/>{start}</w:num></w:numbering>'
    )
    mark = '<w:pPr><w:numPr><w:ilvl w:val="{}"/><w:numId w:val="3"/></w:numPr></w:pPr>'

    def make(document):
        styles(document)
        for told in paragraphs:
            inside = run(told) if isinstance(told, str) else mark.format(told[0]) + run(told[1])
            xml = isinstance(told, str) and told.startswith("<")
            inside = told if xml else f"<w:p>{inside}</w:p>"
            document.element.body.append(
                parse_xml(re.sub(r"^<(w:\w+)", rf"<\1 {SPACES}", inside, count=1))
            )

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word(make))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, numbering if name == "word/numbering.xml" else old.read(name))
    return out.getvalue()


def test_numbers_that_word_counts():
    data = numbered(
        (0, "总则"), (1, "条文"), (2, "甲"), (2, "乙"), "未编号的话", (0, "附则"), (1, "条文"), (2, "丙"),
        levels=("chineseCounting|%1、", "decimal|（%2）", "lowerLetter|%2.%3"),
    )  # fmt: skip
    assert lines("a.docx", data) == [
        *(
            "一、总则",
            "（1）条文",
            "1.a 甲",
            "1.b 乙",
            "未编号的话",
            "二、附则",
            "（1）条文",
            "1.a 丙",
        )
    ]
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="4"/></w:lvlOverride>'
    data = numbered((0, "a"), (0, "b"), levels=("upperRoman|Article %1",), start=override)
    assert lines("a.docx", data) == ["Article IV a", "Article V b"]
    assert lines("a.docx", numbered((0, "a"), levels=("bullet|•",))) == ["a"]


def test_numbers_of_a_style_and_of_cells():
    def make(document):
        style = document.styles["Heading 2"].element
        style.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {SPACES}><w:numId w:val="3"/></w:numPr>')
        )
        document.add_paragraph("概况。")
        document.add_heading("第一节", 2)
        table = document.add_table(2, 2)
        for row in table.rows:
            row.cells[0].paragraphs[0].style = "Heading 2"
            row.cells[0].paragraphs[0].text, row.cells[1].text = "款", "文"

    assert lines("a.docx", numbered(styles=make)) == [
        "概况。",
        "1. 第一节",
        "2. 款\t文",
        "3. 款\t文",
    ]


@pytest.mark.parametrize(
    "number, form, shown",
    [
        *(
            (12, "chineseCounting", "十二"),
            (20, "ideographDigital", "二十"),
            (28, "lowerLetter", "bb"),
        ),
        *(
            (1994, "upperRoman", "MCMXCIV"),
            (3, "decimalEnclosedCircle", "③"),
            (3, "decimalZero", "03"),
        ),
        *((5, "bullet", ""), (0, "lowerRoman", "0"), (7, "hebrew1", "7")),
    ],
)
def test_numerals(number, form, shown):
    assert numeral(number, form) == shown


def test_word_files_in_other_dialects():
    data = numbered((0, "登记"))
    strict = io.BytesIO()
    usual = rb"http://schemas\.openxmlformats\.org/(wordprocessingml|officeDocument)/2006/"
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(strict, "w") as new:
        for name in old.namelist():
            part = re.sub(usual, rb"http://purl.oclc.org/ooxml/\1/", old.read(name))
            new.writestr(name, part)
    assert lines("a.docx", strict.getvalue()) == ["1. 登记"]


def test_rows_that_were_deleted_raised_figures_and_the_title_of_an_office():
    row = "<w:tr>{}<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc></w:tr>"
    table = row.format("<w:trPr><w:del w:author='a'/></w:trPr>", "删去") + row.format("", "留下")
    raised = '<w:position w:val="6"/>'
    centred = "<w:p><w:pPr><w:jc w:val='center'/></w:pPr>{}</w:p>"
    data = numbered(
        *(centred.format(run(text)) for text in ("滨江市园林局文件", "滨园〔2015〕7号")),
        centred.format(run("关于公园免费开放的公告")),
        f"<w:p>{run('各区政府：10')}{run('3', raised)}{run('人。')}</w:p>",
        f"<w:tbl>{table}</w:tbl>",
        BODY,
    )
    found = one("a.docx", data)
    assert found.title == "关于公园免费开放的公告"
    assert found.text.split("\n")[3:] == ["各区政府：10³人。", "留下", BODY]
    assert [is_letterhead(line) for line in ("滨江市园林局文件", "滨园〔2015〕7号", "公园文件柜")] == [
        True, True, False,
    ]  # fmt: skip


def test_a_cell_over_several_columns_leaves_the_others_empty():
    cell = "<w:tc><w:tcPr>{}</w:tcPr><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    wide = '<w:gridSpan w:val="2"/>'
    rows = (((wide, "票价"), ("", "备注")), (("", "成人"), ("", "儿童"), ("", "无")))
    table = "".join(f"<w:tr>{''.join(cell.format(*one) for one in row)}</w:tr>" for row in rows)
    assert lines("a.docx", numbered(f"<w:tbl>{table}</w:tbl>")) == [
        "票价\t\t备注",
        "成人\t儿童\t无",
    ]


# EPUB


def packed(pages, entries) -> bytes:
    """A book of (file, HTML) with a table of contents of (address, name, entries below)."""

    def listed(some):
        return "".join(
            f'<li><a href="text/{at}">{name}</a>{f"<ol>{listed(below)}</ol>" if below else ""}</li>'
            for at, name, below in some
        )

    data = book([(file, "", html) for file, html in pages])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("nav.xhtml"):
                part = (
                    '<html xmlns="http://www.w3.org/1999/xhtml"'
                    ' xmlns:e="http://www.idpf.org/2007/ops">'
                    '<body><nav e:type="page-list">'
                    f"<ol>{listed([('a.xhtml#p1', '1', ())])}</ol></nav>"
                    f'<nav e:type="toc"><ol>{listed(entries)}</ol></nav></body></html>'
                ).encode()
            new.writestr(name, part)
    return out.getvalue()


def test_several_chapters_in_one_file_and_sections_of_one_chapter():
    inside = (
        f"<h1 id='c1'>公园</h1><p>{BODY}</p><p id='p1'>{MORE}</p>"
        f"<div><h1><a id='c2'></a>水务</h1></div><p>{WATER}</p>"
    )
    chapters = (("a.xhtml#c1", "公园", (("a.xhtml#s", "节", ()),)), ("a.xhtml#c2", "水务", ()))
    first, second = read_bytes("b.epub", packed([("a.xhtml", inside)], chapters))
    assert (first.id, first.title, first.text) == ("b.epub#a.xhtml", "公园", f"{BODY}\n\n{MORE}")
    assert (second.id, second.title, second.text) == ("b.epub#a.xhtml#c2", "水务", WATER)
    sections = (("a.xhtml", "公园", (("a.xhtml#c2", "水务", ()),)),)
    assert one("b.epub", packed([("a.xhtml", inside)], sections)).title == "公园"


def test_a_chapter_in_several_files():
    pages = [("a.xhtml", f"<h1>公园</h1><p>{BODY}</p>"), ("b.xhtml", f"<p>{MORE}</p>")]
    pages.append(("c.xhtml", f"<h1>水务</h1><p>{WATER}</p>"))
    entries = (("a.xhtml", "公园", ()), ("c.xhtml", "水务", ()))
    first, second = read_bytes("b.epub", packed(pages, entries))
    assert (first.text, second.text) == (f"{BODY}\n\n{MORE}", WATER)


def test_a_long_table_of_a_book_keeps_its_header():
    rows = "".join(f"<tr><td>{n}线</td>\n<td>{n}6班，节假日加开</td></tr>\n" for n in range(1, 7))
    table = f"<h1>班次</h1><table>\n<tr><td>线路</td><td>班次</td></tr>\n{rows}</table>"
    text = one("b.epub", packed([("a.xhtml", table)], (("a.xhtml", "班次", ()),))).text
    assert header_above(text, text.index("56班")) == "线路\t班次"


# PDF


def told(*pages, **options) -> list[str]:
    found = read_bytes("a.pdf", pdf(*pages, **options))
    return found[0].text.split("\n")


def test_figures_that_are_set_above_the_line():
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    line = canvas.beginText(50, 700)
    for text in ("东山公园面积大约是30km", "^2", "，合6×10", "^-3", "亩，年产H", "_2", "O计。"):
        size, rise = {"^": (8, 5), "_": (8, -3)}.get(text[0], (12, 0))
        line.setFont(SONG, size)
        line.setRise(rise)
        line.textOut(text.lstrip("^_"))
    canvas.drawText(line)
    canvas.save()
    assert (
        read_bytes("a.pdf", out.getvalue())[0].text
        == "东山公园面积大约是30km²，合6×10⁻³亩，年产H2O计。"
    )


def test_marks_of_a_list_that_are_drawn_apart_and_short_lines_stay_apart():
    items = [(70, 700 - 18 * n, text) for n, text in enumerate(("冲洗管道", "水质检测"))]
    marks = [(50, 700 - 18 * n, f"{n + 1}.") for n in range(2)]
    assert told([*items, *marks]) == ["1. 冲洗管道", "2. 水质检测"]


def test_a_header_whose_cells_stand_nearer_than_those_below():
    rows = [(50, "A", 140, "120 m", 230, "ferries"), (50, "B", 140, "95 m", 230, "cargo")]
    cells = [
        (x, 680 - 18 * n, text)
        for n, row in enumerate(rows)
        for x, text in zip(row[::2], row[1::2])
    ]
    header = [(50, 698, "Berth of harbour"), (146, 698, "Length of berth"), (236, 698, "Use")]
    assert told([*header, *cells]) == [
        "Berth of harbour\tLength of berth\tUse",
        "A\t120 m\tferries",
        "B\t95 m\tcargo",
    ]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_is_turned_is_read_as_it_was_written(turn):
    import pypdfium2

    first = [(50, 700, "东线"), (250, 700, "6班"), (50, 682, "西线"), (250, 682, "9班")]
    text = [(50, 760 - 18 * n, BODY[at : at + 30]) for n, at in enumerate(range(0, len(BODY), 30))]
    document = pypdfium2.PdfDocument(pdf([*text, *first]))
    document[0].set_rotation(turn)
    out = io.BytesIO()
    document.save(out)
    assert read_bytes("a.pdf", out.getvalue())[0].text == f"{BODY}\n东线\t6班\n西线\t9班"


def test_text_that_is_written_from_the_right_is_reported():
    from fpdf import FPDF

    font = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
    document = FPDF()
    document.add_page()
    try:
        document.add_font("D", "", font)
    except FileNotFoundError:
        pytest.skip("no font with Hebrew letters on this machine")
    document.set_font("D", size=12)
    document.multi_cell(0, 8, "The terminal opens on 12 May.\nרשות הנמל הודיעה כי המסוף החדש ייפתח")
    article, report = read_bytes("a.pdf", bytes(document.output()))
    assert article.text.startswith("The terminal opens on 12 May.")
    assert report.path == "a.pdf#page 1" and "Hebrew" in report.reason


def test_the_letterhead_of_an_office_is_no_title():
    head = [(200, 780, "滨江市园林局文件", 26), (230, 740, "滨园〔2015〕7号")]
    body = [(50, 660 - 18 * n, BODY) for n in range(4)]
    found = read_bytes("a.pdf", pdf([*head, (180, 700, "关于公园免费开放的公告", 20), *body]))
    assert found[0].title == "关于公园免费开放的公告"
    assert read_bytes("a.pdf", pdf([(50, 660, BODY[:40])], title="(anonymous)"))[0].title == ""
