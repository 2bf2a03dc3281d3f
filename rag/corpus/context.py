"""The context of a passage: title, file name, heading and the first row of a table above it."""

from __future__ import annotations

import re

from rag.corpus.article import Article
from rag.corpus.kept import KEY_DIGITS
from rag.corpus.lines import is_date_line, is_meta, width

_FAR = 3_000  # characters above a passage in which its heading is looked for
_ROWS = 60_000  # characters above a passage in which the first row of its table is looked for
_HEADING = 48  # columns of a heading at most; a Chinese character takes two
# rows of a table at least
_LEAST_ROWS = 3
_CELL = 40  # columns of a header cell at most
_NO_HEADING = re.compile(
    r"[。！？!?；;，,、：:….”’»\"')）】]$|[\t|]|[。；]|编辑|记者|通讯员|[摄图文]$|©|版权|https?:"
)
_NUMBERED = re.compile(
    r"(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]"
    r"|第[一二三四五六七八九十百\d]+[章节条部篇]|\d+(?:\.\d+)*[.、\s]\s*\D)"
)
_FIGURE = re.compile(r"[-+−$￥¥€£]?\d[\d,.:/-]*\s?[%％‰]?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_RULE = re.compile(r"[\s|:-]*-[\s|:-]*")
_KEY = re.compile(rf"-[0-9a-f]{{{KEY_DIGITS}}}$")
_FILE = re.compile(r"(?:.*/)?(?P<stem>[^/#]*)\.[^\W_]{2,8}", re.DOTALL)
# File names that say nothing about the content.
_NO_NAME = re.compile(
    r"(?:untitled|无标题|未命名|新建.*|document|文档|文件|文章|正文|article|news|新闻"
    r"|index|readme|page|text|copy|副本|scan|扫描件?|img|image|dsc|file|story"
    r"|post|item|part|doc|chapter|download|全文|[\d\W_]|[a-f\d]{8,})*",
    re.IGNORECASE,
)


def context(article: Article, start: int) -> str:
    """The whole context of the passage that begins at an offset, line by line; "" for none."""
    text = article.text
    headings = (heading_above(text, start), header_above(text, start))
    lines = (article.title, file_words(article.id, article.title), *headings)
    return "\n".join(filter(None, lines))


def file_words(article_id: str, title: str) -> str:
    """The words of an article's file name that its title does not contain; "" for none.

    The name of a file that holds several articles says nothing about one of them.
    """
    found = _FILE.fullmatch(article_id)
    if not found or "://" in article_id:
        return ""
    words = " ".join(re.sub(r"[\W_]+", " ", _KEY.sub("", found["stem"])).split())
    if _NO_NAME.fullmatch(words) or width(words) < 4 or _plain(words) in _plain(title):
        return ""
    return words


def heading_above(text: str, start: int) -> str:
    """The nearest line above an offset that is a heading of what follows it; "" for none."""
    end = text.rfind("\n", 0, start)
    below = _line(text, start)
    least = max(0, start - _FAR)
    while end > least:
        begin = text.rfind("\n", 0, end) + 1
        line = text[begin:end].strip()
        if line:
            # A heading is shorter than the line below it. So lines of a list do not count as
            # headings.
            if len(below) > len(line) and _is_heading(line):
                return line
            below = line
        end = begin - 1
    return ""


def _is_heading(line: str) -> bool:
    # The slowest check is last: most lines of all articles come here.
    if len(line) > _HEADING or _NO_HEADING.search(line) or not 4 <= width(line) <= _HEADING:
        return False
    return _NUMBERED.match(line) is not None or not (is_date_line(line) or is_meta(line))


def header_above(text: str, at: int) -> str:
    """The header of the table in which an offset stands; "" for none, and for the header itself.

    A table has at least three lines with tabs or "|" between their cells. Its first row is the
    header if its cells are short and contain names or years, not other figures.
    """
    begin = text.rfind("\n", 0, at) + 1
    mark = _mark(_line(text, begin))
    if not mark:
        return ""
    rows, first, least = 1, begin, max(0, begin - _ROWS)
    while first > least:
        above = text.rfind("\n", 0, first - 1) + 1
        if _mark(_line(text, above)) != mark:
            break
        first, rows = above, rows + 1
    header = _line(text, first).strip()
    row = _line(text, begin)
    below = _line(text, begin + len(row) + 1)
    is_too_short = rows < _LEAST_ROWS and _mark(below) != mark
    if is_too_short or first == begin or 0 < first <= least or _RULE.fullmatch(row):
        return ""
    cells = [cell for cell in map(str.strip, header.split(mark)) if cell]
    named = all(
        width(cell) <= _CELL and (not _FIGURE.fullmatch(cell) or _YEAR.fullmatch(cell))
        for cell in cells
    )
    return header if len(cells) > 1 and named else ""


def _line(text: str, begin: int) -> str:
    """The text from an offset to the end of its line."""
    end = text.find("\n", begin)
    return text[begin : end if end >= 0 else len(text)]


def _mark(line: str) -> str:
    """The separator between the cells of a table row; "" for a line that is not a row."""
    return next((mark for mark in "\t|" if mark in line.strip()), "")


def _plain(text: str) -> str:
    """The letters and digits of a text, case-folded."""
    return re.sub(r"[\W_]+", "", text).casefold()
