"""Tables of PDF files, drawn row by row and cell by cell."""

import io

import fpdf
import pytest
from documents import SONG, pdf
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from rag.corpus.readers.pdf import read_pdf

CHINESE = "滨江市园林局昨日宣布，自三月起城区十二座公园全部免费开放，市民不用再买门票。"
HARBOUR = "The harbour office said the east pier has 410 seats and opens in May."


def text_of(page) -> str:
    return read_pdf(pdf(page))[0].text


def test_a_table_keeps_its_rows_and_cells():
    rows = [
        ("站名", "水位（米）", "流量"),
        ("石塘", "12.3", "40"),
        ("南湾", "", "22"),
        ("西湾盐场", "9.9", "31"),
    ]
    cells = [
        (x, 770 - 18 * at, cell)
        for at, row in enumerate(rows)
        for x, cell in zip((50, 200, 350), row)
        if cell
    ]
    page = [(50, 800, "各站水位如下表所示："), *cells, (50, 650, "以上为今晨八时的数据。")]
    assert text_of(page).split("\n") == [
        "各站水位如下表所示：",
        *map("\t".join, rows),
        "以上为今晨八时的数据。",
    ]


def test_a_cell_of_several_lines_is_one_cell():
    page = [
        (50, 770, "项目"),
        (200, 770, "说明"),
        (50, 750, "码头"),
        (200, 750, "位于东岸，设有四百一十个"),
        (200, 736, "座位，五月起开放。"),
        (50, 716, "灯塔"),
        (200, 716, "位于西岸。"),
    ]
    assert text_of(page).split("\n") == [
        "项目\t说明",
        "码头\t位于东岸，设有四百一十个座位，五月起开放。",
        "灯塔\t位于西岸。",
    ]


def test_a_table_of_a_browser_whose_cells_are_broken_into_lines():
    page = [
        (50, 700, "站"),
        (50, 686, "名"),
        (90, 693, "水位"),
        (200, 693, "说明"),
        (50, 660, "石"),
        (50, 646, "塘"),
        (90, 653, "12.3"),
        (160, 653, "正常"),
        (50, 620, "南"),
        (50, 606, "湾"),
        (90, 613, "8.1"),
        (160, 620, "低于警戒水位，值班人员每小时报告一次，"),
        (160, 606, "直到水位回落为止"),
    ]
    rows = [
        "站名\t水位\t说明",
        "石塘\t12.3\t正常",
        "南湾\t8.1\t低于警戒水位，值班人员每小时报告一次，直到水位回落为止",
    ]
    assert text_of(page).split("\n") == rows


WORKS = {
    "Times-Roman": [
        ("Project", "Responsible office", "Status and remarks", "Cost"),
        (
            "North pier repair",
            "Harbour Construction Department",
            "Finished in March after the concrete had been tested twice",
            "4.2 million",
        ),
        ("Ferry roof", "City Transport Bureau", "Work goes on in June", "880,000"),
        ("Lighthouse lamp", "Lighthouse Service", "Ordered", "12,500"),
    ],
    SONG: [
        ("项目", "责任单位", "进展情况", "投资"),
        (
            "北码头维修工程",
            "市港口建设管理局",
            "三月完工，混凝土经过两次检测全部合格",
            "四百二十万元",
        ),
        ("轮渡站屋顶", "市交通运输局", "因台风停工，预计六月恢复施工", "八十八万元"),
        ("灯塔灯具", "航标处", "已订购", "一万二千元"),
    ],
}


def flowing(rows, font, upright):
    """A table of ReportLab's, whose columns are so narrow that most cells take several lines."""
    style = ParagraphStyle("c", fontName=font, leading=12, wordWrap="CJK" if font == SONG else None)
    cells = [[Paragraph(cell, style) for cell in row] for row in rows]
    table = Table(cells, [60, 70, 75, 45], style=[("VALIGN", (0, 0), (-1, -1), upright)])
    out, above = io.BytesIO(), Paragraph(CHINESE if font == SONG else HARBOUR, style)
    SimpleDocTemplate(out).build([above, table, above])
    return out.getvalue()


@pytest.mark.parametrize("upright", ["TOP", "MIDDLE", "BOTTOM"])
@pytest.mark.parametrize("font", ["Times-Roman", SONG])
def test_words_that_wrap_in_narrow_columns_stay_in_their_cell(font, upright):
    text = read_pdf(flowing(WORKS[font], font, upright))[0].text.split("\n")
    above = CHINESE if font == SONG else HARBOUR
    assert text == [above, *map("\t".join, WORKS[font]), above]


def test_narrow_columns_of_another_writer_with_a_row_for_all_columns():
    document = fpdf.FPDF()
    document.add_page()
    document.set_font("Times", size=10)
    heading, *rows = WORKS["Times-Roman"]
    with document.table(width=100, text_align="CENTER") as table:
        table.row(heading)
        table.row().cell("Works that go on", colspan=4)
        for row in rows:
            table.row(row)
    text = read_pdf(bytes(document.output()))[0].text.split("\n")
    assert text == ["\t".join(heading), "Works that go on", *map("\t".join, rows)]


def test_columns_of_prose_that_were_drawn_one_after_the_other_are_no_table():
    document = fpdf.FPDF()
    document.add_page()
    document.set_font("Times", size=10)
    with document.text_columns(ncols=2, text_align="J", gutter=8) as columns:
        for _ in range(12):
            columns.write(f"{HARBOUR} {HARBOUR} {HARBOUR}\n\n")
    text = read_pdf(bytes(document.output()))[0].text
    assert text.count(HARBOUR) == 36 and "\t" not in text


def test_the_last_row_of_a_page_is_no_running_title():
    table = [[(x, 820 - 20 * at, cell) for at in range(39) for x, cell in
              zip((50, 200), (f"Line {40 * page + at}", f"{410 + 40 * page + at} seats"))]
             for page in range(3)]  # fmt: skip
    foot = [(250, 20, "Harbour office")]
    told = read_pdf(pdf(*(rows + foot for rows in table)))[0].text.split("\n")
    rows = [
        f"Line {40 * page + at}\t{410 + 40 * page + at} seats"
        for page in range(3)
        for at in range(39)
    ]
    assert told == rows


def test_entries_of_a_table_of_contents_are_lines():
    leaders = [
        (50, 700 - 18 * at, f"{name} {'.' * 60} {at}") for at, name in enumerate(("Works", "Costs"))
    ]
    assert [one.split()[0] for one in text_of([*leaders, (50, 600, HARBOUR)]).split("\n")] == [
        "Works",
        "Costs",
        "The",
    ]
