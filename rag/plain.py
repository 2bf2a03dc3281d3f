"""The notes around an answer's text for output without a web page: how the question was understood,
and the sources with their quotes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rag.answer.compose import quoted
from rag.answer.types import COLUMNS, Answer, Citation
from rag.question.script import HANT, in_script
from rag.search.types import Hit

_LIMITS = {
    "zh": ("仅限：", " 至 ", "{} 起", "至 {}", "，每年"),
    "en": ("Restricted to: ", " to ", "since {}", "until {}", ", every year"),
}
_WORDS = {
    "zh": ("来源", "最接近的内容（不是答案）", "理解为：", "同", "也检索了："),
    "en": ("Sources", "Nearest, not an answer", "Understood as: ", "as in", "Also searched: "),
}


def voice(answer: Answer) -> str:
    """The language of an answer's own words, or HANT where they are in traditional characters."""
    return HANT if answer.traditional else answer.lang


def words_of(table: Mapping[str, Sequence[str]], answer: Answer) -> list[str]:
    """The words of a table by language, in the language and the script of an answer."""
    words = table.get(answer.lang, table["en"])
    return [in_script(one, voice(answer)) for one in words]


def limits(answer: Answer) -> str:
    """The constraints that the question put on the articles: "Restricted to: last month (2023-08-01
    to 2023-08-31)"; "" for none."""
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
    """The other wordings of the question that were searched: "Also searched: …"; "" for none."""
    if not answer.also:
        return ""
    *_, before = words_of(_WORDS, answer)
    return before + " · ".join(answer.also)


_COLUMNS = {"zh": ("时间", "数量", "谁"), "en": ("When", "How many", "Who")}


def column_name(asks: str, lang: str) -> str:
    """The name of a further column of a list, such as "How many"."""
    return _COLUMNS["en" if lang == "en" else "zh"][COLUMNS.index(asks)]


def column_lines(answer: Answer) -> str:
    """The cells of further columns of a list, with a line for each row of the answer that has any;
    "" if there are none."""
    lines, names = [], dict(zip(COLUMNS, words_of(_COLUMNS, answer)))
    for at, row in enumerate(answer.rows):
        cells = []
        for column in answer.columns:
            if (cell := column.cells[at]).text:
                numbers = "".join(f"[{n}]" for n in cell.citations)
                cells.append(f"{names[column.asks]}: {cell.text} {numbers}")
        if cells:
            lines.append(f"{row.label} — {'; '.join(cells)}")
    return "\n".join(lines)


def heading(of: Citation | Hit) -> str:
    """The title, publisher, date and page of an article in one line: "Xihou Bridge opens (River
    Post, 2021-12-30)"."""
    chinese = of.lang == "zh"
    page = (f"第 {of.page} 页" if chinese else f"p. {of.page}") if of.page else ""
    read = (f"由 OCR 识别，{of.ocr}%" if chinese else f"read by OCR, {of.ocr} %") if of.ocr else ""
    about = ", ".join(part for part in (of.source, of.date, page, read) if part)
    return f"{of.title or of.article_id}{f' ({about})' if about else ''}"


def notes(answer: Answer, place: Callable[[Citation], str] = lambda citation: citation.url) -> str:
    """The notes below an answer's text: how a follow-up was understood, the constraints, what else
    was searched, and every citation, with its quote if the text does not contain it; in a refusal
    the nearest quotes. "" if there is nothing to note.

    Args:
        answer: any answer.
        place: gives the place where the reader finds a citation's article; "" for none.
    """
    sources, nearest, understood, same, _ = words_of(_WORDS, answer)
    above = [understood + answer.completed if answer.completed else ""]
    above = [line for line in (*above, limits(answer), also_searched(answer)) if line]
    listed = answer.citations or answer.nearest
    lines: dict[str, str] = {}
    for number, citation in enumerate(listed, 1):
        quote = f"{same} [{citation.same_as}]" if citation.same_as else ""
        quote = quote or ("" if citation.quote in answer.text else quoted(citation))
        parts = (quote, "—" if quote else "", heading(citation), place(citation))
        line = " ".join(part for part in parts if part)
        # Citations of the same article whose quotes are in the text already share a line.
        lines[line] = lines.get(line, "") + f"[{number}]" if answer.citations else "-"
    below = [f"{marks} {line}" for line, marks in lines.items()]
    below = [sources if answer.citations else nearest, *below] if below else []
    return "\n\n".join("\n".join(part) for part in (above, below) if part)
