"""Raw page texts: extracts the article from the page furniture that a copied web page carries.

Furniture is everything around the article, such as menus, buttons and links. A page is recognised
by its shape, not by the words of one site. Above the article are short lines without sentences
(site name, menu, buttons), then the title, then a line with little but a date. Below the article
are short lines again (recommendations, links, copyright). Where a text lacks that shape, nothing is
removed.
"""

from __future__ import annotations

from rag.corpus.captions import is_caption
from rag.corpus.date_grammar import find_date
from rag.corpus.lines import (
    LONG_LINE_COLUMNS,
    SHORT_LINE_COLUMNS,
    TITLE_COLUMNS,
    could_be_site_name,
    could_be_title,
    date_in,
    ends_open,
    ends_sentence,
    is_control,
    is_date_line,
    is_legal,
    is_meta,
    is_numbered,
    is_prose,
    is_publisher,
    is_timed_or_labelled,
    source_in,
    width,
)
from rag.corpus.readers.draft import Draft

_HEAD_LINES = 40  # lines with text; a date further down is not the date of the page
# Prose below the links is a notice of the site if it is at most this share of all prose, or at most
# this many columns where more links or a copyright line are below it.
_FOOT_SHARE = 0.08
_FOOT_COLUMNS = 160


def read_page(text: str, whole: bool = False, known: str = "") -> Draft:
    """Title, date, source and the article itself, from a text whose lines are tidied.

    Furniture at the head and foot is removed only where the text has the shape of a page. That is a
    date line near its top, and something that only pages have (lines above the title, buttons, a
    time or a source behind the date, a copyright line). Without any date, it is buttons above the
    first paragraph. In any other text every line stays, except a date line at its very top, and a
    title there; they are returned as such.

    Args:
        text: the text.
        whole: the text is known to be a whole article, so it is not a page.
        known: the line that is known to be the title, "" for none.
    """
    lines = text.split("\n")
    dated = _date_line(lines)
    at = dated if dated is not None or whole else _undated_page(lines)
    if at is None:
        return _plain(text, lines)
    found = find_date(lines[at]) if dated is not None else None
    body = at + 1 if found else at
    title_at = lines.index(known) if known and known in lines[:at] else _title_line(lines, at)
    title = lines[title_at] if title_at is not None else ""
    prose = [i for i in range(body, len(lines)) if i != title_at and is_prose(lines[i])]
    if found and (whole or not _is_page(lines, at, title_at)):
        others = (i for i in range(len(lines)) if i != title_at)
        indexes = [i for i in others if i > at or not is_meta(lines[i])]
        source = source_in(lines[: prose[0] if prose else at + 3])
        return Draft(_join(lines, indexes), title, found.iso, source)
    first = prose[0] if prose else body
    last = _foot(lines, prose) if prose else len(lines) - 1
    above = [i for i in range(at) if i != title_at and _keep_above(lines, i, at)]
    below = [i for i in range(body, first) if i != title_at]
    below = [i for i in below if _keep_below(lines, i, first)] if prose else below
    indexes = [*above, *below, *range(first, last + 1)]
    top = [line for line in lines[: at if title_at is None else min(at, title_at)] if line]
    names = filter(could_be_site_name, top[:2])
    source = source_in(lines[:first]) or source_in(lines[last + 1 :]) or next(names, "")
    return Draft(_join(lines, indexes), title, found.iso if found else "", source)


def trim_meta(lines: list[str], title: str) -> list[str]:
    """The lines without those at either end that only repeat the title or hold date, source and
    names.

    At the end, lines of copyright are removed too. A date alone stays there: it signs a notice.
    """
    start, end = 0, len(lines)
    while start < end and (not lines[start] or lines[start] == title or is_meta(lines[start])):
        start += 1
    while end > start:
        line = lines[end - 1]
        is_notice = is_legal(line) and width(line) < LONG_LINE_COLUMNS and not is_caption(line)
        dated = is_meta(line) and (is_timed_or_labelled(line) or not find_date(line))
        if line and line != title and not (dated or is_notice):
            break
        end -= 1
    return lines[start:end]


def _plain(text: str, lines: list[str]) -> Draft:
    """A text without the shape of a page: all of it stays, and title and date are read from it."""
    filled = [line for line in lines if line]
    top = filled[0] if len(filled) > 1 else ""
    is_apart = top and (is_prose(filled[1]) or (len(filled) > 2 and not lines[1]))
    is_short = width(top) <= LONG_LINE_COLUMNS + SHORT_LINE_COLUMNS
    title = top if is_apart and is_short and could_be_title(top) else ""
    # Notices and letters have sender and date below the text.
    last = next((i for i in range(len(filled) - 1, -1, -1) if is_prose(filled[i])), -1)
    below = filled[max(last + 1, len(filled) - 3) :] if len(filled) > 2 else []
    return Draft(text, title, date_in(below), source_in(filled[:3]) or source_in(filled[-3:]))


def _date_line(lines: list[str]) -> int | None:
    """Index of the line that dates the page.

    None where there is no such line, or where each entry or paragraph has its own date.
    """
    filled = [i for i, line in enumerate(lines) if line][: _HEAD_LINES + 1]
    at = next((i for i in filled if is_date_line(lines[i])), None)
    if at is None or not any(lines[at + 1 :]):
        return None
    prose_above = any(is_prose(line) for line in lines[:at])
    if prose_above and not any(is_control(line) for line in lines[:at]):
        return None
    below = range(at + 1, len(lines))
    prose = [i for i in below if is_prose(lines[i])]
    if prose and any(is_date_line(lines[i]) for i in range(prose[0] + 1, prose[-1])):
        return None  # a chronicle: dates between its paragraphs
    return at if prose or not prose_above else None


def _undated_page(lines: list[str]) -> int | None:
    """Index of the first paragraph of a page without a date, with buttons or menus above it;
    else None.
    """
    first = next((i for i, line in enumerate(lines) if is_prose(line)), 0)
    head = [line for line in lines[:first] if line]
    if len(head) < 3 or not any(map(is_control, head)) or any(map(is_date_line, lines)):
        return None
    titles = (line for line in head if could_be_title(line) and width(line) in TITLE_COLUMNS)
    return first if any(titles) else None


def _title_line(lines: list[str], at: int) -> int | None:
    """Index of the title, or None: the nearest line above the date that is long enough, else
    below it.
    """
    above = [i for i in range(at - 1, -1, -1) if could_be_title(lines[i])]
    long_enough = [
        i for i in above if width(lines[i]) in TITLE_COLUMNS and not is_control(lines[i])
    ]
    titles = [i for i in long_enough if not lines[i].startswith(("—", "--"))]  # ——a subtitle
    if len(titles) == 2 and sum(map(bool, lines[:at])) == 2 and not is_publisher(lines[titles[1]]):
        return titles[1]  # only a title and its deck (a short summary below it)
    if titles:
        return titles[0]
    below = [i for i in range(at + 1, len(lines)) if lines[i]]
    if is_date_line(lines[at]) and len(above) < 2 and any(is_prose(lines[i]) for i in below[1:]):
        if could_be_title(lines[below[0]]) and width(lines[below[0]]) in TITLE_COLUMNS:
            return below[0]
    return next(iter(long_enough or above), None)


def _is_page(lines: list[str], at: int, title_at: int | None) -> bool:
    """Whether something that only web pages have is around the article."""
    above_title = title_at is not None and any(lines[: min(at, title_at)])
    of_site = any(map(is_control, lines[:at])) or any(map(is_legal, lines[-12:]))
    return above_title or of_site or is_timed_or_labelled(lines[at])


def _keep_above(lines: list[str], index: int, at: int) -> bool:
    """Whether a line above the date stays: only one of few lines, and as long as a sentence."""
    line = lines[index]
    if sum(map(bool, lines[:at])) > 3 or width(line) < SHORT_LINE_COLUMNS:
        return False
    return not is_control(line) and not is_meta(line)


def _keep_below(lines: list[str], index: int, first: int) -> bool:
    """Whether a line between the date and the first paragraph stays: a deck, sentence or heading
    does.
    """
    line = lines[index]
    if not line or is_control(line) or is_meta(line) or is_date_line(line):
        return False
    if ends_sentence(line) or ends_open(line) or width(line) >= SHORT_LINE_COLUMNS:
        return True
    return is_numbered(line) and not any(lines[index + 1 : first])


def _foot(lines: list[str], prose: list[int]) -> int:
    """Index of the last line of the article."""
    total = sum(width(lines[i]) for i in prose)
    last = prose[-1]
    # The site may have a notice below its links: a little prose behind a run of short lines.
    behind = 0
    site_below = any(is_control(line) or is_legal(line) for line in lines[last + 1 :])
    allowed = max(_FOOT_SHARE * total, min(_FOOT_COLUMNS, 0.5 * total) if site_below else 0)
    for before, after in zip(prose[-2::-1], prose[:0:-1]):
        behind += width(lines[after])
        if behind > allowed:
            break
        between = [line for line in lines[before + 1 : after] if line]
        if len(between) >= 3 and not ends_open(lines[before]) and all(map(_is_link, between)):
            last = before
    tail = [i for i in range(last + 1, len(lines)) if lines[i]]
    announced = tail and ends_open(lines[tail[0]]) and width(lines[tail[0]]) >= SHORT_LINE_COLUMNS
    if tail and (announced or ends_open(lines[last])):
        return tail[-1]  # the last sentence announces a list, which is part of the article
    for index in tail:
        if not ends_sentence(lines[index]) or is_legal(lines[index]) or width(lines[index]) < 8:
            break
        last = index
    rest = sum(width(lines[i]) for i in tail if i > last)
    # More text below than above, and no sign of a site: a list or table that belongs to the
    # article.
    return len(lines) - 1 if rest > total and not site_below else last


def _is_link(line: str) -> bool:
    """Whether a line may be a link: short, and not a sentence."""
    return not ends_sentence(line) and not ends_open(line) and width(line) < LONG_LINE_COLUMNS


def _join(lines: list[str], indexes: list[int]) -> str:
    """The kept lines. Blank or removed lines between two of them become one blank line."""
    out: list[str] = []
    before = -1
    for index in indexes:
        if lines[index]:
            if out and index > before + 1:
                out.append("")
            out.append(lines[index])
            before = index
    return "\n".join(out)
