"""What stands around an answer's text where there is no page: how it was understood, and its
sources with their quotes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from rag.answer.compose import quoted
from rag.answer.types import Answer, Citation
from rag.question.script import HANT, in_script

if TYPE_CHECKING:
    from rag.search.types import Hit

_LIMITS = {
    "zh": ("仅限：", " 至 ", "{} 起", "至 {}", "，每年"),
    "en": ("Restricted to: ", " to ", "since {}", "until {}", ", every year"),
}
_ALSO = {"zh": ("也检索了：",), "en": ("Also searched: ",)}
_WORDS = {
    "zh": ("来源", "最接近的内容（不是答案）", "理解为：", "同"),
    "en": ("Sources", "Nearest, not an answer", "Understood as: ", "as in"),
}


def words_of(table: Mapping[str, Sequence[str]], answer: Answer) -> list[str]:
    """Words of ours, of a table by language, in the language and the script of an answer."""
    words = table.get(answer.lang, table["en"])
    return [in_script(one, HANT if answer.traditional else answer.lang) for one in words]


def limits(answer: Answer) -> str:
    """What the question restricted the articles to: "Restricted to: last month (2023-08-01 to
    2023-08-31)"; "" for nothing."""
    if not answer.constraints:
        return ""
    only, to, since, until, yearly = words_of(_LIMITS, answer)
    shown = []
    for one in answer.constraints:
        value = one.value
        if one.kind == "date":
            first, last = value.replace("--", "").split("/")
            if last == "..":
                value = since.format(first)
            elif first == "..":
                value = until.format(last)
            else:
                value = first if first == last else f"{first}{to}{last}"
            value += yearly * one.value.startswith("--")
        shown.append(one.words if one.words == value else f"{one.words} ({value})")
    return only + " · ".join(shown)


def also_searched(answer: Answer) -> str:
    """The other wordings that were searched: "Also searched: …"; "" for none."""
    if not answer.also:
        return ""
    (before,) = words_of(_ALSO, answer)
    return before + " · ".join(answer.also)


_ASKS = ("when", "how_many", "who")
_COLUMNS = {"zh": ("时间", "数量", "谁"), "en": ("When", "How many", "Who")}


def column_name(asks: str, lang: str) -> str:
    """What a further column of a list is called: "How many"."""
    return _COLUMNS["en" if lang == "en" else "zh"][_ASKS.index(asks)]


def column_lines(answer: Answer) -> str:
    """What further columns say of the rows of a list, a line for each row of which they say
    something; "" where there are none."""
    lines, names = [], dict(zip(_ASKS, words_of(_COLUMNS, answer)))
    for at, row in enumerate(answer.rows):
        told = []
        for column in answer.columns:
            if (cell := column.cells[at]).text:
                numbers = "".join(f"[{n}]" for n in cell.citations)
                told.append(f"{names[column.asks]}: {cell.text} {numbers}")
        if told:
            lines.append(f"{row.label} — {'; '.join(told)}")
    return "\n".join(lines)


def heading(of: Citation | Hit) -> str:
    """Title, publisher, day and page of an article in one line: "Xihou Bridge opens (River Post,
    2021-12-30)"."""
    chinese = of.lang == "zh"
    page = (f"第 {of.page} 页" if chinese else f"p. {of.page}") if of.page else ""
    read = (f"由 OCR 识别，{of.ocr}%" if chinese else f"read by OCR, {of.ocr} %") if of.ocr else ""
    about = ", ".join(part for part in (of.source, of.date, page, read) if part)
    return f"{of.title or of.article_id}{f' ({about})' if about else ''}"


def notes(answer: Answer, place: Callable[[Citation], str] = lambda citation: citation.url) -> str:
    """What belongs below an answer's text: how a follow-up was understood, what it was restricted
    to, what else was searched, and every citation with its quote, if that is not in the text
    already; in a refusal the nearest quotes. "" where there is none of these.

    Args:
        answer: any answer.
        place: where the reader finds a citation's article; "" for nowhere.
    """
    sources, nearest, understood, same = words_of(_WORDS, answer)
    above = [understood + answer.completed if answer.completed else ""]
    above = [line for line in (*above, limits(answer), also_searched(answer)) if line]
    listed = answer.citations or answer.nearest
    lines: dict[str, str] = {}
    for number, citation in enumerate(listed, 1):
        said = f"{same} [{citation.same_as}]" if citation.same_as else ""
        said = said or ("" if citation.quote in answer.text else quoted(citation))
        parts = (said, "—" if said else "", heading(citation), place(citation))
        line = " ".join(part for part in parts if part)
        # Two quotes of an article that are in the text already are one line.
        lines[line] = lines.get(line, "") + f"[{number}]" if answer.citations else "-"
    below = [f"{marks} {line}" for line, marks in lines.items()]
    below = [sources if answer.citations else nearest, *below] if below else []
    return "\n\n".join("\n".join(part) for part in (above, below) if part)
