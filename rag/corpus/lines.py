"""Lines of a text: tidies them, joins those that a program had wrapped, and says what a line is by
its looks: a date line, a button, a paragraph, a title.

Only the shape of a line and words that all sites use (来源, 作者, ©) count, never those of one
site. Page furniture is everything on a page around the article, such as menus and buttons.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.corpus.date_grammar import find_date

# the end of a line that ends like a sentence or a clause
CLAUSE_END = re.compile(r"[。！？!?….；;：:][”’」』）)】\]\"']*$")
_WIDE = re.compile(
    "[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\U00020000-\U0003fffd]+"
)

# Soft hyphens, characters of no width, and the arrows of footnotes that lead back to the text.
_UNSEEN = ("\u00ad", "\u200b", "\u2060", "\ufeff", "↩\ufe0e", "↩")
# columns at which mail programs and editors wrap
_WRAP_WIDTHS = range(60, 101)
_WRAP_LINES = 4  # fewer lines are too few to tell
SHORT_LINE_COLUMNS = 30  # columns; a shorter line without a full stop may be furniture
# columns; a line of twice this length is a paragraph
LONG_LINE_COLUMNS = 80
# columns that a title may have
TITLE_COLUMNS = range(12, 121)

_DATE_LINE_COLUMNS = 140
_SITE_NAME_COLUMNS = range(4, 41)

_SENTENCE_END = re.compile(r"[。！？!?…][”’」』）)】\"']*$|[A-Za-z\d)%][.!?][”’\"')]*$")
_INNER_END = re.compile(r"[。！？][^”」』》）)]|[a-z)][.!?]\s+[A-Z“\"]")
_OPEN_END = re.compile(r"[，、；：,;:]$")
_FULL_STOPS = ("。", ".", "。”", ".”", '."', '。"')
_LEGAL = re.compile(
    "©|copyright|all rights reserved|版权所有|版權所有|ICP备|ICP證|公网安备",
    re.IGNORECASE,
)
_RULE = re.compile(r"^([-=*_~#—·.─])(\s?\1)*$")
_CONTROL = re.compile(
    r"^[^\w\s]{1,2}$|^[+×✕☰▼▲]"  # a symbol to click
    # a button, once as text and once as the description of its picture
    r"|^(?P<twice>.{2,12})(?P=twice)$"
    r"|\S\s*[|｜]\s*\S.*[|｜]|\S\s*[>»›]\s*\S.*[>»›]\s*\S"  # a menu, or the path to the page
)
_TIME = re.compile(
    r"[T\s]?(?:上午|下午|晚上|早上)?\s*\d{1,2}[:：时]\d{2}分?(?:[:：]\d{2}(?:\.\d+)?秒?)?(?:\s*[ap]\.?m\b\.?)?"
    r"(?:\s*(?:Z\b|[+-]\d\d:?\d\d|\b(?:UTC|GMT|CST|EST|EDT|PST|PDT|BST|ET|BJT)\b))?",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"星期[一二三四五六日天]|[周週][一二三四五六日]"
    r"|\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b[.,]?",
    re.IGNORECASE,
)
_LABEL = (
    "来源|來源|稿源|出处|文章来源|信息来源|本文来源|作者|记者|記者|编辑|編輯|责任编辑|责编|审核|发布者"
    "|发布时间|发表时间|发布日期|发布|发表|更新时间|更新|时间|日期|点击|浏览|浏览次数|阅读|字号|字体|访问量"
    "|source|author|by|editor|published|posted|updated|date|views"
)
_LABELLED = re.compile(
    rf"(?:^|(?<=[\s|｜(（\[【]))(?:{_LABEL})\s*(?:于|on|at)?\s*[:：]", re.IGNORECASE
)
_LABELLED_LINE = re.compile(
    rf"^[（(\[【]?(?:{_LABEL})(?:\s?[/、]\s?(?:{_LABEL}))*\s*[:：]"
    r"|^by\s+(?-i:[A-Z])[\w.'-]*(?:\s+[\w.'-]+){0,4}$",
    re.IGNORECASE,
)
_DATED_BY = re.compile(r"(?:于|on|at|发布|发表|更新|时间|日期)\s*$", re.IGNORECASE)
_NAME_END = r"|｜(（)）\[【〔\]】》”\"，,。；;\t"
_SOURCE = re.compile(
    rf"(?:来源|來源|稿源|出处|\bsource)\s*[:：]\s*[《“\"]?(?P<name>[^\s{_NAME_END}][^{_NAME_END}]{{0,40}}?)"
    rf"(?=\s+(?:{_LABEL})|(?:作者|记者|编辑|责任编辑|责编|时间|发布|日期|点击|浏览)|\s{{2}}|[{_NAME_END}]|$)",
    re.IGNORECASE,
)
_AROUND_DATE = " \t\u3000|｜·•/,-–—()（）[]【】:："
_BUTTON_WORD = re.compile(
    "^(?:首页|登录|注册|搜索|菜单|导航|返回|关闭|打开|下载|分享|收藏|设为|加入|当前|您|你|欢迎|扫|手机|客户端"
    "|menu|home|search|log ?in|sign|skip|close|share|subscribe|toggle|open|navigation)",
    re.IGNORECASE,
)
_PUBLISHER = re.compile(
    r"(?:网|網|报|報|社|台|臺|在线|频道|杂志|周刊|新闻|百科|局|部|委|厅|政府|协会|学会|公司|大学|中心"
    r"|news|times|daily|post|journal|herald|tribune|press|gazette|weekly|online|\.\w{2,6})$",
    re.IGNORECASE,
)
_LETTERHEAD = re.compile(
    r"^\S{2,30}文件$|[〔﹝\[]\d{4}[〕﹞\]]\s?第?\d+号|^(?:第\s?\d+\s?[期号]|编号|密级)"
)
_CONTENTS = re.compile(r"目\s*[录錄次]|(?:table of )?contents", re.IGNORECASE)
_NO_TITLE = re.compile(r"[。，；：、,;:]$|[。！？!?…][”」』\"]$")
_NUMBERED = re.compile(r"[一二三四五六七八九十\d（(第#【][\w、.．）)】]")


def width(line: str) -> int:
    """The columns of a line in a terminal: two for a Chinese character, one for a Latin letter."""
    return len(line) if line.isascii() else len(line) + len("".join(_WIDE.findall(line)))


def tidy(text: str) -> str:
    """The text with stripped lines, unwrapped, and with at most one blank line between lines.

    Invisible characters are removed, because they would split words. Lines that a mail program or
    an editor broke at 60 to 100 columns are joined into paragraphs; otherwise every quote would be
    half a sentence. Verse and lists stay, because their lines differ in length.
    """
    for sign in _UNSEEN:
        text = text.replace(sign, "")
    lines: list[str] = []
    for line in text.splitlines():
        line = line.strip()
        if line or (lines and lines[-1]):
            lines.append(line)
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(_unwrapped(lines))


def _unwrapped(lines: list[str]) -> list[str]:
    """The lines, joined into paragraphs if most are full and at most half end a sentence."""
    inner = [line for line, following in zip(lines, lines[1:]) if line and following]
    if len(inner) < _WRAP_LINES:
        return lines
    widths = [width(line) for line in lines]
    limit = max(widths)
    full = sum(width(line) >= 0.8 * limit for line in inner)
    ended = sum(bool(CLAUSE_END.search(line)) for line in inner)
    if limit not in _WRAP_WIDTHS or full < 0.75 * len(inner) or ended > 0.5 * len(inner):
        return lines
    out: list[str] = []
    open_line = False
    for line, columns in zip(lines, widths):
        if open_line and line:
            both_latin = not _WIDE.match(out[-1][-1]) and not _WIDE.match(line[0])
            out[-1] += (" " if both_latin and not out[-1].endswith("-") else "") + line
        else:
            out.append(line)
        open_line = bool(line) and columns >= 0.6 * limit
    return out


def is_date_line(line: str) -> bool:
    """Whether a line says when (and perhaps by whom) the text was published, and nothing else."""
    return _beside_date(line) is not None


def _beside_date(line: str) -> str | None:
    """What a date line says besides the date, the time of day and the weekday; None for any other
    line.
    """
    if not line or len(line) > _DATE_LINE_COLUMNS or width(line) > _DATE_LINE_COLUMNS:
        return None
    found = find_date(line)
    if not found:
        return None
    time = _TIME.match(line, found.end)
    before = _WEEKDAY.sub("", line[: found.start])
    after = _WEEKDAY.sub("", line[time.end() if time else found.end :])
    if before.strip(_AROUND_DATE) and before[-1] not in _AROUND_DATE:
        if not _LABELLED.search(before) and not _DATED_BY.search(before):
            return None
    glued = time and (is_publisher(after) or _LABELLED_LINE.match(after))
    if after and after[0] not in _AROUND_DATE and not glued:
        return None
    rest = [part for part in (before.strip(_AROUND_DATE), after.strip(_AROUND_DATE)) if part]
    if any(_LABELLED.search(part) or _LABELLED_LINE.match(part) for part in rest):
        is_text = is_prose(line)
    else:
        is_text = any(
            width(part) > SHORT_LINE_COLUMNS or re.search("[，。！？；,;!?]", part) for part in rest
        )
    beside = line[: found.start] + _TIME.sub("", line[found.end :], count=1)
    return None if is_text else _WEEKDAY.sub("", beside).strip(_AROUND_DATE)


def is_timed_or_labelled(line: str) -> bool:
    """Whether a date line has a time of day or labels (来源：), as only published pages have."""
    found = find_date(line)
    return bool(_LABELLED.search(line) or (found and _TIME.match(line, found.end)))


def is_meta(line: str) -> bool:
    """Whether a line holds only date, time, source and names. Anything but the date needs a
    label.
    """
    if _LABELLED_LINE.match(line):
        return width(line) < LONG_LINE_COLUMNS
    rest = _beside_date(line)
    return rest == "" or bool(rest and _LABELLED.search(rest))


def is_prose(line: str) -> bool:
    """Whether a line is a paragraph: a sentence of some length, or any long line."""
    columns = width(line)
    if columns < SHORT_LINE_COLUMNS or (_LEGAL.search(line) and columns < 3 * LONG_LINE_COLUMNS):
        return False
    if line.endswith(_FULL_STOPS) or _INNER_END.search(line):
        return True
    return columns >= 2 * LONG_LINE_COLUMNS or (
        columns >= SHORT_LINE_COLUMNS + 10 and ends_sentence(line)
    )


def ends_sentence(line: str) -> bool:
    """Whether a line ends like a sentence."""
    return bool(_SENTENCE_END.search(line))


def ends_open(line: str) -> bool:
    """Whether a line ends with a colon, comma or semicolon, so that something must follow."""
    return bool(_OPEN_END.search(line))


def is_numbered(line: str) -> bool:
    """Whether a line begins like a numbered heading: 一、 or 1. or （二）."""
    return bool(_NUMBERED.match(line))


def is_legal(line: str) -> bool:
    """Whether a line is the copyright or licence line of a site, even with its letters spaced
    out.
    """
    return bool(_LEGAL.search(line) or _LEGAL.search(line.replace(" ", "")))


def is_control(line: str) -> bool:
    """Whether a line is a button, a menu or a path: ×, 首页 | 新闻 | 视频, or Home > World >
    Asia.
    """
    return bool(_CONTROL.search(line)) and not _RULE.match(line) and not is_prose(line)


def is_letterhead(line: str) -> bool:
    """Whether a line is what offices print above a document's title: their name, or a number."""
    return bool(_LETTERHEAD.search(line))


def is_contents(line: str) -> bool:
    """Whether a line is the heading of a table of contents."""
    return bool(_CONTENTS.fullmatch(line))


def could_be_title(line: str) -> bool:
    """Whether a line may be a headline, perhaps a short one."""
    if not re.search(r"\w", line) or width(line) > TITLE_COLUMNS[-1] or _NO_TITLE.search(line):
        return False
    if line.endswith(".") and is_prose(line):
        return False
    return not (_LABELLED_LINE.match(line) or is_contents(line) or is_date_line(line))


def could_be_site_name(line: str) -> bool:
    """Whether a line at the top of a page may be the name of the site."""
    if width(line) not in _SITE_NAME_COLUMNS or is_control(line) or _BUTTON_WORD.match(line):
        return False
    return not re.search("[，。！？；：,;:!?]", line) and not is_date_line(line)


def is_publisher(line: str) -> bool:
    """Whether a line ends like the name of a publisher or office (网, 报, 局, News, .com)."""
    return could_be_site_name(line) and bool(_PUBLISHER.search(line))


def labelled_source(text: str) -> str:
    """The publisher named after 来源 or "Source" in a short text, or ""."""
    found = _SOURCE.search(text)
    return found["name"].strip() if found else ""


def dated_source(line: str) -> str:
    """The publisher beside the date on a date line ("2011年9月21日　滨江日报"), or ""."""
    rest = _beside_date(line) or ""
    return rest if is_publisher(rest) else ""


def source_in(lines: Iterable[str]) -> str:
    """The publisher named on the first line that names one, or ""."""
    names = (labelled_source(line) or dated_source(line) for line in lines if line)
    return next(filter(None, names), "")


def date_in(lines: Iterable[str]) -> str:
    """The date on the first date line, or ""."""
    found = next((find_date(line) for line in lines if is_date_line(line)), None)
    return found.iso if found else ""
