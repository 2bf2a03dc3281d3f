"""PDF and Word files: text, pages, title and date, and what is refused."""

from documents import lines, pdf, word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from rag import Assistant, Index
from rag.corpus import Article, Skipped, read_bytes

BODY = (
    "滨江市园林局昨日宣布，自三月起城区十二座公园全部免费开放，市民可以凭身份证入园。"
    "公园每日开放时间为早六点至晚十点，"
    "节假日延长一小时。园林局提醒市民文明游园，爱护花草树木。"
)


def one(name, data) -> Article | Skipped:
    (item,) = read_bytes(name, data)
    return item


def reason(name, data) -> str:
    item = one(name, data)
    assert isinstance(item, Skipped), item
    return item.reason


# PDF


def test_lines_of_a_pdf_become_paragraphs():
    second = "第二段也很短。"
    found = one("a.pdf", pdf(lines(BODY) + lines(second, top=690)))
    assert (found.text, found.lang, found.pages) == (f"{BODY}\n{second}", "zh", (0,))


def test_words_split_at_the_end_of_a_line_are_put_together():
    text = [
        "The govern-",
        "ment opened the well-",
        "known bridge on Mon-",
        "day. Officials of the govern-",
        "ment were there.",
    ]
    found = one("a.pdf", pdf([(50, 780 - 16 * row, line) for row, line in enumerate(text)]))
    assert (
        found.text
        == "The government opened the well-known bridge on Monday. Officials of the government were"
        " there."
    )


def test_pages_begin_where_their_first_character_stands():
    first, second = BODY[:70], BODY[70:]
    found = one("a.pdf", pdf(lines(first, top=300, columns=35), [], lines(second, columns=35)))
    assert found.text == BODY and found.pages == (0, 70, 70)
    assert [found.page(at) for at in (0, 69, 70, len(BODY) - 1)] == [1, 1, 3, 3]


def test_running_titles_and_page_numbers_go():
    pages = [
        [
            (50, 815, "滨江晚报 2015年第3期"),
            *lines(BODY[n : n + 39], columns=39),
            (290, 25, f"- {n // 39 + 1} -"),
        ]
        for n in (0, 39)
    ]
    text = one("a.pdf", pdf(*pages)).text
    assert text == BODY[:78]


def test_the_largest_line_is_the_title_and_a_line_with_a_date_dates_it():
    head = [(50, 790, "城区公园免费开放", 22), (50, 760, "2015-03-02 10:20  来源：滨江晚报")]
    found = one("a.pdf", pdf(head + lines(BODY, top=720), title="Microsoft Word - 稿件3.doc"))
    assert (found.title, found.date, found.source) == ("城区公园免费开放", "2015-03-02", "滨江晚报")
    assert one("a.pdf", pdf(lines(BODY), title="城区公园免费开放")).title == "城区公园免费开放"
    assert one("a.pdf", pdf(lines(BODY), title="Microsoft Word - 稿件3.doc")).title == ""


def test_a_notice_of_one_line_is_its_own_title():
    found = one("a.pdf", pdf([(50, 700, "公园今日闭园", 30)]))
    assert (found.text, found.pages) == ("公园今日闭园", (0,))


def test_columns_are_read_one_after_the_other():
    left, right = lines(BODY, columns=20, x=40), lines(BODY, columns=20, x=330)
    assert one("a.pdf", pdf(left + right)).text.replace("\n", "") == BODY + BODY


def test_a_scan_an_encrypted_and_a_damaged_pdf_are_told_apart():
    assert "no text layer" in reason("a.pdf", pdf([], []))
    assert "password" in reason("a.pdf", pdf(lines(BODY), encrypt="secret"))
    whole = pdf(lines(BODY))
    for broken in (b"", b"%PDF-1.7", whole[: len(whole) // 3], BODY.encode()):
        assert "damaged" in reason("a.pdf", broken) or "no text layer" in reason("a.pdf", broken)


def test_a_citation_names_the_page(tmp_path):
    pages = [
        lines(BODY),
        lines("海湾市图书馆新馆藏书四十二万册，设有三百个座位。"),
        lines("东山县举办了龙舟赛，二十支队伍参加。"),
    ]
    (tmp_path / "news.pdf").write_bytes(pdf(*pages, title="滨江新闻汇编"))
    Index.build(tmp_path, tmp_path / "index")
    with Index.open(tmp_path / "index") as index:
        answer = Assistant(index).ask("海湾市图书馆新馆藏书多少册？")
        assert [citation.page for citation in answer.citations] == [2]
        assert index.search("龙舟赛")[0].page in (1, 2, 3)
        assert (
            index.article("news.pdf").pages
            == one("news.pdf", (tmp_path / "news.pdf").read_bytes()).pages
        )


# Word


def test_a_word_file_in_its_order():
    def make(document):
        document.add_paragraph("城区公园免费开放", style="Title")
        document.add_paragraph("2015年3月2日 来源：滨江晚报")
        document.add_heading("开放时间", 1)
        document.add_paragraph(BODY)
        table = document.add_table(2, 2)
        for cell, text in zip(
            (cell for row in table.rows for cell in row.cells), ("园", "面积", "东山", "3\n公顷")
        ):
            cell.text = text
        document.add_paragraph("第一项", style="List Bullet")

    found = one("a.docx", word(make))
    assert (found.title, found.date, found.source) == ("城区公园免费开放", "2015-03-02", "滨江晚报")
    assert found.text.split("\n") == [
        "2015年3月2日 来源：滨江晚报",
        "开放时间",
        BODY,
        "园\t面积",
        "东山\t3 公顷",
        "第一项",
    ]


def test_properties_of_a_word_file_say_what_its_text_does_not():
    import datetime

    def make(document):
        document.core_properties.title = "公园开放"
        document.core_properties.created = datetime.datetime(2015, 3, 2)
        document.add_paragraph(BODY)

    found = one("a.docx", word(make))
    assert (found.title, found.date, found.text) == ("公园开放", "2015-03-02", BODY)
    untold = one("a.docx", word(lambda document: document.add_paragraph(BODY)))
    assert (untold.title, untold.date) == ("", "")  # not that of the template


def test_tracked_changes_are_read_as_accepted_and_boxes_are_read_once():
    run = "<w:r><w:t>{}</w:t></w:r>"
    box = f"<w:txbxContent><w:p>{run.format('框里的话。')}</w:p></w:txbxContent>"
    spaces = (
        nsdecls("w") + ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    )
    paragraph = (
        "<w:p"
        f" {spaces}>{run.format('公园')}<w:ins>{run.format('免费')}</w:ins><w:del><w:r><w:delText>收费</w:delText></w:r></w:del>"
        f"<w:moveFrom>{run.format('移走')}</w:moveFrom><w:hyperlink>{run.format('开放')}</w:hyperlink>"
        f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    found = one(
        "a.docx", word(lambda document: document.element.body.insert(0, parse_xml(paragraph)))
    )
    assert found.text == "公园免费开放\n框里的话。"


def test_word_files_that_are_none():
    assert "Word 97" in reason("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    whole = word(lambda document: document.add_paragraph(BODY))
    for broken in (b"", b"PK\3\4", whole[: len(whole) // 2], BODY.encode()):
        assert "damaged" in reason("a.docx", broken)
    assert "expected text" in reason("a.docx", word(lambda document: None))
