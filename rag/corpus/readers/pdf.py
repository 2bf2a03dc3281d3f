"""PDF: reads the text layer as paragraphs, and notes where each page begins.

It uses PDFium, the PDF reader of Chrome (pypdfium2, Apache-2.0 and BSD). On Chinese files by
Chromium, ReportLab and fpdf2, PDFium was right throughout and took at most 20 ms a page. pypdf took
ten times as long, left Kangxi radicals (⽂ for 文) and put NUL between the characters of one file.
pdfminer.six was slower still and gave no text for that file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from rag.corpus.date_grammar import normal_date
from rag.corpus.lines import CLAUSE_END, date_in, is_date_line, is_letterhead, source_in, width
from rag.corpus.readers.draft import Draft, Missing, Unreadable
from rag.corpus.readers.ocr import Recogniser, recogniser
from rag.corpus.readers.pdf_cells import with_cells
from rag.corpus.readers.pdf_layout import by_columns, by_rows, ordered
from rag.corpus.readers.pdf_lines import (
    CONTROL_CHARACTERS,
    LINE_END_HYPHEN,
    Glyphs,
    Line,
    is_picture,
    is_text,
)
from rag.extras import extra

MAX_PDF_PAGES = 5_000
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_GAP = 2.2  # from one base line to the next, in font sizes: a larger gap ends a paragraph
_MARGIN = 0.1  # share of a page's height, at its top and its bottom, where running titles stand
_PAGE_NUMBER = re.compile(
    r"[-–—·•|\s]*(?:(?:第\s*)?[\dⅰ-ⅿivxlc]{1,5}\s*页?(?:\s*[/／,，]?\s*(?:共\s*)?\d{1,5}\s*页?)?"
    r"|page\s+\d{1,5}(?:\s*(?:of|/)\s*\d{1,5})?)[-–—·•|\s]*",
    re.IGNORECASE,
)
_NO_TITLE = re.compile(
    r"^(?:untitled|\(anonymous\)|\(unspecified\)|无标题|未命名|document\d*|文档\s*\d*|新建.*文档|microsoft"
    r" |.*\.(?:docx?|pdf|indd|wps|html?|pptx?|xlsx?|qxd|pmd|txt|tmp))"
    r"|^(?:https?|file|about):|^[\W\d_]*$",
    re.IGNORECASE,
)
_BROWSER = re.compile(r"Mozilla|Chrom|Firefox|Safari")
_WITH_OCR = "text recognition (OCR) found nothing to read there either"
_WITHOUT_OCR = "run text recognition (OCR) over it first, or install it: pip install 'yinju[ocr]'"
_NARROWEST = 8  # width of a column in font sizes: lines in a narrower one are not wrapped text
_LISTED = re.compile(
    r"[•●■◆▪◦○⁰¹²³⁴-⁹①-⑳]|[(（]?(?:\d{1,2}|[a-z])[.)）、．]\s?\D"
    r"|[（(]?[一二三四五六七八九十]{1,3}[、）)]"
)
_LEADER = re.compile(r"(?:[.…·]\s?){4,}\s*[\dⅰ-ⅿivxlc]{1,5}$")  # ".... 12" in a table of contents
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_MANY = 20  # letters written from right to left on a page: fewer are only names
_HYPHEN_AFTER = frozenset(
    "well self half ex all so high low long short year non anti pro two three four five".split()
)
_FIRST_WORD = re.compile(r"[^\s\u2e80-\u9fff\uf900-\uffef]+|.", re.DOTALL)


class PdfPage(NamedTuple):
    """What was read of a page.

    ``lines`` are in reading order, ``height`` is in points. ``hidden`` says whether the page may
    hold text that could not be read. ``sure`` is how sure text recognition (OCR) is of the lines,
    in percent; 0 if it was not used.
    """

    lines: list[Line]
    height: float
    hidden: bool = False
    sure: int = 0


def read_pdf(data: bytes) -> list[Draft | Missing]:
    """The draft of a PDF, with the offsets in its text at which pages begin, followed by one report
    for each reason why pages could not be read.

    Lines are joined to paragraphs by their positions, words split at the end of a line are put
    together, and running titles and page numbers are removed. The title is the largest text at the
    top, else the title in the file's metadata. The date is one written at the top, else the day on
    which the file was made. Pages without readable text go to text recognition if the extra "ocr"
    is installed: pictures of pages, letters that are drawn as shapes, and letters of a font that
    does not say which they are.

    Raises:
        Unreadable: damaged, encrypted, of more than 5,000 pages, or without any text (a scan).
    """
    recognise = recogniser()
    with _opened(data) as document:
        pages, damaged = _pages(document, recognise)
        metadata = document.get_metadata_dict(skip_empty=True)
    advice = _WITH_OCR if recognise else _WITHOUT_OCR
    if not any(page.lines for page in pages):
        if damaged:
            raise Unreadable(f"damaged: none of its {len(damaged)} pages can be read; save it anew")
        raise Unreadable(
            "no text layer: expected text, found pictures of pages (a scan) or letters without"
            f" meaning; {advice}"
        )
    draft = _draft(_without_running_titles(pages), metadata, [page.sure for page in pages])
    lefts = [number for number, page in enumerate(pages, 1) if _turned_about(page)]
    hidden = [number for number, page in enumerate(pages, 1) if page.hidden]
    return [
        draft,
        *_missing(hidden, f"no text that can be read: {advice}"),
        *_missing(damaged, "damaged: save it anew"),
        *_missing(lefts, "Arabic or Hebrew, whose letters a PDF may hold in another order"),
    ]


def _opened(data: bytes):
    """The opened document. Raises Unreadable if it is damaged, encrypted or too long."""
    with extra():
        import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD:
            raise Unreadable(
                "encrypted: expected a PDF that opens without a password; save it without one"
            ) from None
        raise Unreadable("damaged, or no PDF: save it anew") from None
    if (count := len(document)) > MAX_PDF_PAGES:
        document.close()
        raise Unreadable(f"expected at most {MAX_PDF_PAGES:,} pages, found {count:,}; split it")
    return document


def _pages(document, recognise: Recogniser | None) -> tuple[list[PdfPage], list[int]]:
    """The pages of a document, and the numbers of those that are damaged."""
    import pypdfium2

    pages, damaged = [], []
    for number in range(len(document)):
        try:
            pages.append(_page(document[number], recognise))
        except pypdfium2.PdfiumError:
            pages.append(PdfPage([], 1.0))
            damaged.append(number + 1)
    return pages, damaged


def _missing(numbers: Sequence[int], reason: str) -> list[Missing]:
    """A list of one report about the pages of some ``numbers``, or of none if there are none."""
    some = f"{', '.join(map(str, numbers[:20]))}{' …' if numbers[20:] else ''}"
    return [Missing(reason, f"page {some}")] if numbers else []


def _turned_about(page: PdfPage) -> bool:
    """Whether a page has much text that is written from right to left."""
    return len(_RIGHT_TO_LEFT.findall("".join(line.text for line in page.lines))) >= _MANY


def _page(page, recognise: Recogniser | None) -> PdfPage:
    glyphs = Glyphs(page)
    height, lines = glyphs.height, ordered(by_rows(with_cells(glyphs)))
    if lines and is_text(glyphs, lines):
        return PdfPage(lines, height)
    if not lines and not is_picture(page):
        return PdfPage([], height)
    found, sure = recognise(page) if recognise else ([], 0)
    return PdfPage(ordered(by_columns(found)), height, not found, sure)


def _without_running_titles(pages: Sequence[PdfPage]) -> list[list[Line]]:
    """The lines of each page, without page numbers and without lines that recur at the top or
    bottom of several pages, even with other digits.
    """
    seen = Counter(
        key
        for page in pages
        for key in {_key(line) for line in page.lines if _marginal(line, page.height)}
    )
    often = max(2, len(pages) // 4)

    def is_running(line: Line, height: float) -> bool:
        known = seen[_key(line)] >= often or _PAGE_NUMBER.fullmatch(line.text)
        return bool(known) and _marginal(line, height)

    return [[line for line in page.lines if not is_running(line, page.height)] for page in pages]


def _marginal(line: Line, height: float) -> bool:
    return not height * _MARGIN < line.bottom < height * (1 - _MARGIN)


def _key(line: Line) -> str:
    """What tells that a line is the same as one on another page: its text with digits masked. Rows
    of tables keep their digits, which tell them apart.
    """
    return line.text if line.row else re.sub(r"\d+", "#", line.text)


def _draft(pages: list[list[Line]], metadata: dict[str, str], sure: Sequence[int]) -> Draft:
    first = next((lines for lines in pages if lines), [])
    title, title_lines = _title(first, metadata.get("Title", ""))
    text, starts = "", []
    before: Line | None = None
    right = 0.0  # right edge of the column that `before` stands in
    for lines in pages:
        start = None
        for line, edge in zip(lines, _right_edges(lines)):
            if line in title_lines and lines is first:
                continue
            text += _joint(before, line, right) if before else ""
            start = len(text) if start is None else start
            text += line.text
            right, before = edge, line
        starts.append(len(text) if start is None else start)
    text, starts = _unhyphenated(text, starts)
    head = [line.text for line in first[:15]]
    # A browser's PDF is made on the day on which it was printed, not when it was published.
    printed = _BROWSER.search(metadata.get("Creator", ""))
    made = "" if printed else metadata.get("CreationDate", "").removeprefix("D:")[:8]
    date = date_in(head) or normal_date(made)
    ocr = tuple(sure) if any(sure) else ()
    return Draft(text or title, title, date, source_in(head), pages=tuple(starts), ocr=ocr)


def _title(lines: Sequence[Line], stated_title: str) -> tuple[str, list[Line]]:
    """The title of a file, and the lines of its first page that show it.

    Args:
        lines: the lines of the first page with text.
        stated_title: the title in the file's metadata, which is used if no line is large enough.
    """
    stated_title = " ".join(CONTROL_CHARACTERS.sub(" ", stated_title).split())
    stated_title = "" if len(stated_title) < 4 or _NO_TITLE.search(stated_title) else stated_title
    top = [line for line in lines[:12] if not is_letterhead(line.text)]
    if not top:
        return stated_title, []
    usual = sorted(line.size for line in lines)[len(lines) // 2]
    largest = max(line.size for line in top)
    large = [at for at, line in enumerate(top) if line.size > 0.9 * largest]
    begin = large[0]  # large lines that do not follow it directly are headings
    big = [top[at] for number, at in enumerate(large) if at == begin + number]
    spaced = (" " * (width(line.text) == len(line.text)) + line.text for line in big)
    joined = "".join(spaced).strip()
    is_large = largest > 1.15 * usual and len(large) <= 3
    if is_large and 4 <= width(joined) <= 160 and not is_date_line(joined):
        return joined, big
    return stated_title, [line for line in top[:1] if stated_title and line.text == stated_title]


def _right_edges(lines: Sequence[Line]) -> list[float]:
    """For each line the right edge of its column: how far right the lines around it reach."""
    out = []
    joined = [*map(_adjoining, lines, lines[1:]), False]
    for at, line in enumerate(lines):
        near = [one for one in lines[max(0, at - 1) : at + 2] if _alike(line, one)]
        beside = [one.right for one in near if abs(one.left - line.left) < 3 * line.size]
        is_long = line.right - line.left > 12 * line.size
        if is_long and len(beside) == 3 and max(beside) - min(beside) < line.size:
            out.append(max(beside))  # three full lines in a row tell the edge by themselves
            continue
        top = max(0, at - 8)
        first = next((n for n in range(at, top, -1) if not joined[n - 1]), top)
        last = next((n for n in range(at, at + 8) if not joined[n]), at + 8)
        near = [one for one in lines[first : last + 1] if _alike(line, one)]
        rights = [one.right for one in near if abs(one.left - line.left) < 4 * line.size]
        out.append(max(rights, default=line.right))
    return out


def _alike(line: Line, other: Line) -> bool:
    """Whether two lines may be of one paragraph, judging by the size of their letters: a heading is
    not, though it may reach over the columns below.
    """
    return not other.row and 0.85 < other.size / line.size < 1.18


def _adjoining(line: Line, following: Line) -> bool:
    """Whether no gap lies between two lines. The end of a column adjoins the next one's top."""
    return line.bottom - following.bottom <= _GAP * line.size


def _joint(before: Line, line: Line, right: float) -> str:
    """What is put between a line and the next one: "" or a space within a paragraph, else a line
    end. ``right`` is the right edge of the column of ``before``.
    """
    size = before.size
    if before.row or not _alike(before, line):
        return "\n"
    if right - before.left < _NARROWEST * size or _LEADER.search(before.text):
        return "\n"  # cells of a small table, items of a list
    ended = CLAUSE_END.search(before.text)
    if _LISTED.match(line.text) and (ended or _LISTED.match(before.text)):
        return "\n"
    below = before.bottom - line.bottom  # another column or page is above
    same_column = 0 < below
    if below > _GAP * size or same_column and line.left - before.left > 0.8 * size:
        return "\n"  # another paragraph, or one that is indented
    if before.text.endswith(LINE_END_HYPHEN):
        return ""
    if not same_column and (ended or line.left < 0):
        return "\n"
    word = _FIRST_WORD.findall(line.text)[0]
    room = max(0.55 * size * len(word) if word.isascii() else size, size) + 1.2 * size
    if right - before.right > room:
        return "\n"  # the next word would have fit in: the line was ended on purpose
    wide = width(before.text[-1]) > 1 or width(line.text[0]) > 1
    return "" if wide else " "


def _unhyphenated(text: str, starts: list[int]) -> tuple[str, list[int]]:
    """The text with words put together that were split at a line end, and the starts of pages moved
    accordingly.

    A hyphen stays if the word stands with it elsewhere in the text, or if its parts suggest it.
    """
    words = Counter(re.findall(r"\w+(?:-\w+)*", text.lower()))
    out: list[str] = []
    at, moved = 0, list(starts)
    for sign in re.finditer(LINE_END_HYPHEN, text):
        left = re.findall(r"[\w-]*$", text[max(0, sign.start() - 40) : sign.start()])[0]
        right = re.findall(r"^\w*", text[sign.end() : sign.end() + 40])[0]
        with_hyphen, without = words[f"{left}-{right}".lower()], words[f"{left}{right}".lower()]
        keep = with_hyphen > without or not right[:1].islower() or not left[-1:].isalpha()
        keep = keep or not without and ("-" in left or left.lower() in _HYPHEN_AFTER)
        hyphen = "-" if keep and right else ""
        out += text[at : sign.start()], hyphen
        at = sign.end()
        if not hyphen:
            moved = [start - (start0 > sign.start()) for start, start0 in zip(moved, starts)]
    return "".join(out) + text[at:], moved
