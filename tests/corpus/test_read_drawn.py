"""Slides made of divisions, tables that are drawn with lines of Markdown or by columns in a PDF,
and formulas that a script is to set.
"""

import fpdf
import pytest
from documents import pdf, word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from read_files import BODY, MORE, one
from read_lines import lines, page

from rag.corpus.readers.pdf import read_pdf

# Slides


def test_titles_and_points_of_slides_that_are_divisions_stay():
    slides = (
        (
            "Progress",
            "The quay wall was finished in March, two weeks before the agreed date.",
            "May",
        ),
        ("Budget", "41 million", "Council pays a third"),
        ("Risks", "Storms in autumn", "Late steel"),
    )
    deck = "".join(
        f"<div class=slide><div class=h>{title}</div><div><div>{one}</div><div>{other}</div></div>"
        "</div>"
        for title, one, other in slides
    )
    around = "<div><a href=a>All talks</a> <a href=b>Imprint</a></div>"
    told = [text for slide in slides for text in slide]
    assert lines("a.html", page(f"{around}<div id=deck>{deck}</div>")) == told


def test_headers_of_slides_are_no_header_of_the_page():
    deck = "".join(
        f"<section class=slide><header>{title}</header><ul><li>{point}</li></ul>"
        f"<footer>第{number}页</footer></section>"
        for number, (title, point) in enumerate(
            (("水库进度", "九月开始蓄水"), ("搬迁", "三百户居民"), ("费用", "4.1亿元"))
        )
    )
    told = ["水库进度", "- 九月开始蓄水", "搬迁", "- 三百户居民", "费用", "- 4.1亿元"]
    assert lines("a.html", page(f"<div class=deck>{deck}</div>")) == told


def test_all_that_stands_between_the_paragraphs_of_slides_stays():
    parts = (
        ("titlepage", "<h1>Harbour</h1>", ["Harbour"]),
        (
            "section level1",
            f"<h1>Quay</h1><p>{BODY}</p><ul><li>May</li></ul>",
            ["Quay", BODY, "- May"],
        ),
        (
            "section level1",
            "<h2>Costs</h2><div class=line>41 million</div>",
            ["Costs", "41 million"],
        ),
        (
            "section level1",
            f"<div class=note><p>{MORE}</p></div><dl><dt>Pier</dt></dl>",
            [MORE, "- Pier"],
        ),
    )
    deck = "".join(f"<div class='slide {kind}'>{inside}</div>" for kind, inside, _ in parts)
    told = [line for _, _, read in parts[1:] for line in read]  # the first is the title
    assert lines("a.html", page(deck)) == told


# Tables of Markdown that are drawn

SPANS = """
+---------------------+----------+
| Property            | Earth    |
+=============+=======+==========+
|             | min   | -89.2 °C |
| Temperature +-------+----------+
| 1961-1990   | mean  | 14 °C    |
+-------------+-------+----------+
"""
LISTED = """
+--------+----------------+
| 线路   | **班次**       |
+========+================+
| 东码头 | - 早上6班      |
| 至岛   | - 晚上9班|夜   |
+--------+----------------+

: 各线班次
"""
RULED = "\nNot a table\n--- ---\nof any kind.\n"
BARE = "\n+------+-----+\n| East | 410 |\n+------+-----+\n| West | 220 |\n+------+-----+\n"
BOX = "\n+-----+\n| 1 | 2 |\n+-----+\n"


@pytest.mark.parametrize(
    "drawn, read",
    [
        (
            SPANS,
            [
                "Property\t\tEarth",
                "Temperature 1961-1990\tmin\t-89.2 °C",
                "Temperature 1961-1990\tmean\t14 °C",
            ],
        ),
        (RULED, ["Not a table", "of any kind."]),
        (BARE, ["East\t410", "West\t220"]),
        (BOX, BOX.split()[:1] + ["| 1 | 2 |"] + BOX.split()[-1:]),  # whose lines do not fit
    ],
)
def test_drawn_tables_are_rows_of_cells(drawn, read):
    assert lines("a.md", f"# 公园\n\n{BODY}\n{drawn}\n{MORE}\n") == [BODY, *read, MORE]


def test_a_grid_table_in_chinese_is_measured_in_columns():
    found = lines("a.md", f"# 公园\n\n{BODY}\n{LISTED}\n{MORE}\n")
    assert found == [BODY, "各线班次", "线路\t班次", "东码头至岛\t早上6班 晚上9班|夜", MORE]


def test_a_grid_table_in_code_stays():
    assert BARE.split("\n")[1] in lines("a.md", f"# 公园\n\n{BODY}\n\n```{BARE}```\n")


def test_lines_that_are_kept_as_such_have_no_bars():
    verse = "| The harbour is open\n|    all year.\n"
    assert lines("a.md", f"# 公园\n\n{verse}\n{MORE}\n") == [
        "The harbour is open",
        "all year.",
        MORE,
    ]


# Lists of tasks

TASKS = "<ul class='task-list'><li><label><input type=checkbox checked>丈量完毕</label></li></ul>"


def test_tasks_of_a_list_are_read():
    assert lines("a.html", page(f"<p>{BODY}</p>{TASKS}<p>{MORE}</p>")) == [BODY, "- 丈量完毕", MORE]


# Formulas

FORMULAS = [
    (r"速度为 \(v_0 \approx 3\times10^{5}\) 米。", "速度为 v0 ≈ 3×10⁵ 米。"),
    (r"\[ E = mc^2 \]", "E = mc²"),
    (r"设 \(x\) 为水位。", "设 x 为水位。"),
]


@pytest.mark.parametrize("written, read", FORMULAS)
def test_formulas_between_brackets_of_tex(written, read):
    assert lines("a.md", f"# 公园\n\n{BODY}\n\n{written}\n\n{MORE}\n") == [BODY, read, MORE]
    inside = f"<article><p>{BODY}</p><p>{written}</p><p>{MORE}</p></article>"
    assert lines("a.html", page(inside)) == [BODY, read, MORE]


def test_sums_in_fractions_and_roots_are_in_brackets():
    run = "<m:r><m:t>{}</m:t></m:r>".format
    root = f"<m:rad><m:e>{run('x+1')}</m:e></m:rad>"
    made = f"<m:f><m:num>{run('a+b')}</m:num><m:den>{run('c')}</m:den></m:f>{run('=')}{root}"
    formula = f"<w:p {nsdecls('w', 'm')}><m:oMath>{made}</m:oMath></w:p>"
    data = word(lambda document: document.element.body.insert(0, parse_xml(formula)))
    assert one("a.docx", data).text == "(a+b)/c=√(x+1)"
    written = (
        "<math><mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac><mo>=</mo>"
        "<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt></math>"
    )
    inside = f"<article><p>{BODY}</p><p>比值{written}。</p></article>"
    assert lines("a.html", page(inside)) == [BODY, "比值(a+b)/c=√(x+1)。"]


@pytest.mark.parametrize(
    "written, read",
    [
        ("公园[[1]](#n1)免费。", "公园[1]免费。"),
        (r"公园\[1\]免费\(周一除外\)。", "公园[1]免费(周一除外)。"),
        (r"公园\[a\]免费。", "公园[a]免费。"),
        (r"写作 `\(a^2\)` 即可。", r"写作 \(a^2\) 即可。"),
    ],
)
def test_escaped_brackets_that_are_no_formula(written, read):
    assert lines("a.md", f"# 公园\n\n{BODY}\n\n{written}\n\n{MORE}\n") == [BODY, read, MORE]


# Tables of a PDF without lines

ROWS = [
    ("Line", "2021", "2022", "2023"),
    ("North ferry", "1,204", "", "1,455"),
    ("South ferry", "804", "799", "850"),
    ("Night boat", "95", "102", ""),
]
HARBOUR = "The harbour was closed for three days after the storm, and the ferries stopped running."


@pytest.mark.parametrize("right", [False, True])
def test_a_table_that_was_drawn_by_columns_is_read_by_rows(right):
    made = fpdf.FPDF()
    made.add_page()
    made.set_font("Helvetica", size=11)
    made.text(20, 30, HARBOUR)
    for column, x in enumerate((20, 80, 110, 140)):
        for row, cells in enumerate(ROWS):
            text = cells[column]
            shift = 12 - made.get_string_width(text) if right and column else 0
            made.text(x + shift, 40 + 7 * row, text)
    made.text(20, 75, HARBOUR)
    read = read_pdf(bytes(made.output()))[0].text.split("\n")
    assert read == [HARBOUR, *map("\t".join, ROWS), HARBOUR]


def test_lists_in_two_columns_are_no_table():
    names = ("Anna Berg", "Bo Lind", "Carl Ek"), ("Eva Holm", "Fred Alm", "Gus Sten")
    page_of_names = [
        (x, 700 - 18 * at, name)
        for x, column in zip((50, 300), names)
        for at, name in enumerate(column)
    ]
    assert read_pdf(pdf(page_of_names))[0].text.split("\n") == [*names[0], *names[1]]
