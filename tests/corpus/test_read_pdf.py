"""PDF files as programs make them: letters spaced out, columns and tables drawn row by row, fonts
without letters, scans.
"""

import importlib.util
import io
import os
import subprocess

import fpdf
import pypdfium2
import pytest
import reportlab
from documents import SONG, lines, pdf
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from rag import Assistant, Index
from rag.corpus import Article, Skipped, read_bytes
from rag.corpus.readers import ocr
from rag.corpus.readers.pdf import read_pdf
from rag.corpus.readers.pdf_layout import by_columns
from rag.corpus.readers.pdf_lines import Line

VERA = os.path.join(os.path.dirname(reportlab.__file__), "fonts", "Vera.ttf")
LEFT = (
    "滨江市园林局昨日宣布，自三月起城区十二座公园全部免费开放，市民不用再买门票，"
    "也不用预约就能进入公园游览参观。记者在现场看到很多人。"
)
RIGHT = (
    "石塘水库管理处昨天介绍，今年汛期以来水库蓄水量一直在上升，目前已经超过十万立方米，"
    "可以满足下游农田灌溉用水的需要，农民很高兴。"
)
HARBOUR = "The harbour office said the east pier has 410 seats and opens in May."


@pytest.fixture
def without_ocr(monkeypatch):
    monkeypatch.setattr(ocr, "available", lambda: False)


def text_of(*pages, **options) -> str:
    (item,) = read_bytes("a.pdf", pdf(*pages, **options))
    return item.text


def spaced(text: str, step: float, y: float = 780) -> list[tuple]:
    return [(50 + step * at, y, letter) for at, letter in enumerate(text)]


def row_by_row(*columns, top=770, pitch=18):
    """Lines of columns, given as (x, lines), drawn as a table's rows are."""
    most = max(len(of) for _, of in columns)
    return [
        (x, top - pitch * at, of[at]) for at in range(most) for x, of in columns if at < len(of)
    ]


def cut(text: str, size: int = 18) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


@pytest.mark.parametrize("step", [13, 16, 18, 24, 30])
def test_letters_that_are_spaced_out_are_words(step):
    assert (
        text_of(spaced("石塘水库蓄水量达到十万立方米。", step)) == "石塘水库蓄水量达到十万立方米。"
    )


def test_spaces_that_are_written_between_letters_go_and_those_between_words_stay():
    assert (
        text_of([(50, 780, "石 塘 水 库 蓄 水 十 万 立 方 米 ， 比 去 年 多 。")])
        == "石塘水库蓄水十万立方米，比去年多。"
    )
    assert (
        text_of([(50, 780, "到会的有 李四光 王五 和他们的学生。")])
        == "到会的有 李四光 王五 和他们的学生。"
    )
    assert (
        text_of([(50, 780, "N O T I C E of the harbour office")]) == "NOTICE of the harbour office"
    )
    assert (
        text_of([(50, 780, "There is a b in it, and I saw it.")])
        == "There is a b in it, and I saw it."
    )


def test_columns_that_are_drawn_row_by_row_are_read_one_after_the_other():
    page = [(50, 810, "滨江晚报今日要闻", 20), *row_by_row((50, cut(LEFT)), (310, cut(RIGHT)))]
    assert text_of(page) == f"{LEFT}\n{RIGHT}"


def test_english_columns_of_ragged_lines():
    left = [
        "The harbour office said that the east",
        "pier has four hundred seats, more",
        "than any other pier of the town, and",
        "that it opens in the month of May.",
    ]
    right = [
        "Farmers below the reservoir are glad,",
        "since water is enough for all of their",
        "fields, an engineer of the dam said",
        "on Monday when he was asked.",
    ]
    assert text_of(row_by_row((50, left), (320, right))) == f"{' '.join(left)}\n{' '.join(right)}"


@pytest.mark.parametrize("columns", [1, 2])
def test_a_title_that_is_wider_than_the_column_breaks_no_line(columns):
    body = [
        "The harbour office said that the east",
        "pier has four hundred seats, more than any",
        "other pier, and opens in May.",
    ]
    page = [(50, 800, "Four hundred seats for the east pier", 20)]
    page += row_by_row(*[(x, body) for x in (50, 320)[:columns]])
    assert text_of(page) == "\n".join([" ".join(body)] * columns)


def test_three_columns_and_a_line_across_them():
    a, b, c = cut(LEFT[:44], 11), cut(RIGHT[:44], 11), cut(LEFT[12:56], 11)
    page = [
        *row_by_row((40, a), (220, b), (400, c)),
        (
            40,
            600,
            "本报今日共四版，欢迎订阅，订阅电话见第四版，零售每份一元，全国各地邮局均可办理。",
        ),
    ]
    assert (
        text_of(page)
        .replace("\n", "")
        .startswith(f"{LEFT[:44]}{RIGHT[:44]}{LEFT[12:56]}本报今日共四版")
    )


def test_a_line_that_ends_in_a_hyphen_goes_on_with_its_paragraph():
    page = [
        (50, 780, "The harbour office said on Monday that the east pier and its roof"),
        (50, 766, "are to open in May of this year, since many thousands of passen-"),
        (50, 752, "gers had asked for it, and since the bridge had been closed for a"),
        (50, 738, "year."),
    ]
    whole = " ".join(text for _, _, text in page).replace("passen- gers", "passengers")
    assert text_of(page) == whole


@pytest.mark.parametrize(
    "below, date, source",
    [
        ("2015年03月02日 08:00滨江晚报", "2015-03-02", "滨江晚报"),
        ("2015-03-02 08:00来源：滨江晚报作者：王小明", "2015-03-02", "滨江晚报"),
        ("2015年3月2日08:00召开会议", "", ""),
        ("王小明", "", ""),
    ],
)
def test_a_page_that_a_browser_printed_is_not_of_the_day_of_printing(below, date, source):
    page = [(50, 790, "十二座公园免费开放", 22), (50, 750, below), *lines(LEFT, 700)]
    browser = "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.0.0 Safari/537.36"
    draft = read_pdf(pdf(page, creator=browser))[0]
    assert (draft.date, draft.source) == (date, source)
    assert read_pdf(pdf(page[:1] + page[2:]))[0].date  # of the file


def test_lines_below_a_wider_text_are_one_paragraph():
    wide, narrow = cut(RIGHT + RIGHT, 38), cut(LEFT, 18)
    page = [(50, 780 - 18 * at, line) for at, line in enumerate(wide)] + [
        (50, 660 - 18 * at, line) for at, line in enumerate(narrow)
    ]
    assert LEFT in text_of(page)


def test_a_table_of_contents_is_text(without_ocr):
    assert "第二章 石塘水库的历史" in text_of(
        [
            (50, 780 - 18 * at, f"第{n}章 石塘水库的历史{'.' * 40}{at * 7 + 1}")
            for at, n in enumerate("一二三四")
        ]
    )


def without_letters() -> bytes:
    """A page in a font that is embedded without saying which letters its shapes are."""
    document = fpdf.FPDF()
    document.set_compression(False)
    document.add_page()
    document.add_font("vera", fname=VERA)
    document.set_font("vera", size=12)
    for _ in range(3):
        document.cell(0, 8, HARBOUR, new_x="LMARGIN", new_y="NEXT")
    data = bytes(document.output())
    assert HARBOUR in read_bytes("a.pdf", data)[0].text
    return data.replace(b"/ToUnicode", b"/ToUnicodX")


def outlined(letters: int = 1) -> bytes:
    """Letters that are drawn as shapes, as some printers make them: so many in a path."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for at in range(200):
        if at % letters == 0:
            path = canvas.beginPath()
        path.moveTo(50 + at % 40 * 12, 700 - at // 40 * 20)
        path.lineTo(58 + at % 40 * 12, 706 - at // 40 * 20)
        path.lineTo(54 + at % 40 * 12, 712 - at // 40 * 20)
        if (at + 1) % letters == 0:
            canvas.drawPath(path, fill=1)
    canvas.save()
    return out.getvalue()


def scanned(*pages: bytes) -> bytes:
    """The first page of each PDF as a picture."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for page in pages:
        picture = pypdfium2.PdfDocument(page)[0].render(scale=2).to_pil()
        canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [without_letters(), outlined(), outlined(40), scanned(pdf(lines(LEFT)))],
    ids=["font", "outlines", "lines of outlines", "scan"],
)
def test_pages_without_letters_are_reported_with_what_would_read_them(data, without_ocr):
    with pytest.raises(ValueError, match=r"no text layer.*yinju\[ocr\]"):
        read_pdf(data)


def test_a_page_that_cannot_be_read_among_others_is_named(without_ocr):
    merged = pypdfium2.PdfDocument.new()
    for one in (pdf(lines(LEFT)), scanned(pdf(lines(RIGHT))), pdf([])):
        merged.import_pages(pypdfium2.PdfDocument(one))
    out = io.BytesIO()
    merged.save(out)
    draft, missing = read_pdf(out.getvalue())
    assert draft.text == LEFT and draft.pages == (
        0,
        len(LEFT),
        len(LEFT),
    )  # an empty page lacks nothing
    assert missing.part == "page 2" and "yinju[ocr]" in missing.reason


needs_ocr = pytest.mark.skipif(
    not ocr.available(), reason="needs the extra ocr: pip install 'yinju[ocr]'"
)


@needs_ocr
def test_text_recognition_reads_a_font_without_letters_and_says_so(tmp_path):
    (tmp_path / "pier.pdf").write_bytes(without_letters())
    Index.build(tmp_path, tmp_path / "index")
    with Index.open(tmp_path / "index") as index:
        article = index.article("pier.pdf")
        assert HARBOUR in article.text and article.ocr[0] > 90
        answer = Assistant(index).ask("How many seats does the east pier have?")
        assert "410" in answer.text and answer.citations[0].ocr == article.ocr[0]
        from rag.plain import notes

        assert f"read by OCR, {article.ocr[0]} %" in notes(answer)


def has_chinese_font() -> bool:
    try:
        return bool(
            subprocess.run(
                ["fc-list", ":lang=zh"], check=False, capture_output=True, timeout=20
            ).stdout
        )
    except OSError:
        return False


@needs_ocr
@pytest.mark.skipif(not has_chinese_font(), reason="needs a Chinese font to make a scan with")
def test_text_recognition_reads_columns_of_a_chinese_scan_offline(offline):
    page = row_by_row((50, cut(LEFT)[:3]), (310, cut(RIGHT)[:3]))
    (draft,) = read_pdf(scanned(pdf(page)))
    assert draft.text.replace("\n", "") == "".join(cut(LEFT)[:3] + cut(RIGHT)[:3])
    assert draft.ocr[0] > 90


@needs_ocr
def test_the_models_are_in_the_wheel():
    folder = os.path.join(os.path.dirname(importlib.util.find_spec("rapidocr").origin), "models")
    assert {name.split("_")[1] for name in os.listdir(folder) if name.endswith(".onnx")} >= {
        "det",
        "rec",
    }


def test_pictures_and_rules_are_no_page_of_text_where_they_are_small(without_ocr):
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    canvas.setFont(SONG, 12)
    canvas.drawString(50, 780, LEFT[:30])
    canvas.drawImage(ImageReader(Image.new("RGB", (50, 50))), 50, 600, 100, 100)
    canvas.showPage()
    canvas.drawImage(
        ImageReader(Image.new("RGB", (50, 50))), 50, 600, 100, 100
    )  # a vignette on an empty page, in a frame with rules
    canvas.roundRect(20, 20, 555, 802, 8)
    canvas.grid([50, 150, 250, 350], [100, 120, 140, 160, 180])
    canvas.save()
    (item,) = read_bytes("a.pdf", out.getvalue())
    assert isinstance(item, Article) and not isinstance(item, Skipped)


def column(lines, left, top) -> list[Line]:
    """Lines of a column as text recognition gives them: their boxes."""
    return [
        Line(line, left, top - 20 * n, left + 10.0 * len(line), top - 20 * n - 12, 10.0)
        for n, line in enumerate(lines)
    ]


@pytest.mark.parametrize("lower", [0, 7, 13])
def test_columns_of_a_scan_whose_lines_do_not_stand_level(lower):
    over = column(["公园的标题" * 8], 50, 780)
    left, right = column(cut(LEFT, 18)[:4], 50, 740), column(cut(RIGHT, 18)[:4], 250, 740 - lower)
    below = column(["图为东山公园和西山公园的游客" * 3], 50, 600)
    beside = sorted(left + right, key=lambda line: -line.top)
    assert by_columns(over + beside + below) == over + left + right + below


def test_cells_of_a_scan_are_no_columns():
    rows = [
        one
        for row in zip(column(list("甲乙丙丁"), 50, 740), column(["6班"] * 4, 250, 739))
        for one in row
    ]
    assert by_columns(rows) == rows


def test_a_heading_as_large_as_the_title_is_none_of_it():
    page = [(50, 780, "公园年报二〇一五", 22), (50, 750, "滨江市园林局"), (50, 700, "概况", 22)]
    draft = read_pdf(pdf(page + lines(LEFT, 660)))[0]
    assert draft.title == "公园年报二〇一五" and "概况" in draft.text.split("\n")
