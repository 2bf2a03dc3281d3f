"""Rows, numbers and wording of an answer, in the question's language; quotes stay in the original.

``lang`` is "zh", "en", or :data:`rag.question.script.HANT` for traditional characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.types import Answer, Citation, Row
from rag.answer.when import beside
from rag.question.script import HANT, in_script

UNTITLED = 30  # characters of a quote that stand for the title of its article
_CUT = re.compile(r"[，、,：:—]$")  # a quote that goes on within its sentence


def text_of(
    rows: Sequence[Row],
    citations: Sequence[Citation],
    lang: str,
    matched: int,
    searched: int,
    listed: bool,
    count: int | None = None,
) -> str:
    """The answer as shown: a line for each row, and the evidence below a value.

    For lists it says what was searched.

    Args:
        rows, citations: of the answer.
        lang: "zh", "en" or :data:`rag.question.HANT`.
        matched, searched: how many articles hold evidence, of how many.
        listed: whether the rows are those of a list.
        count: how many there are, where that is what was asked for; it is put first.
    """
    lines = [] if count is None else [counted_line(rows, count, lang)]
    for row in rows:
        chips = "".join(f"[{n}]" for n in row.citations)
        detail = row.detail if row.detail and row.detail not in row.label else ""
        detail = aside(detail, lang)
        value = (f"：{row.value}" if lang != "en" else f": {row.value}") if row.value else ""
        if row.label:
            lines.append(f"{row.label}{detail}{value} {chips}{folded_text(row, lang)}")
    if listed:
        return "\n".join([*lines, count_line(matched, searched, lang)])
    alone = {row.citations[0]: row for row in rows if not row.label}
    for number, citation in enumerate(citations, 1):
        if not citation.same_as:
            same = [
                number,
                *(other for other, one in enumerate(citations, 1) if one.same_as == number),
            ]
            chips = "".join(f"[{n}]" for n in same)
            folded = folded_text(alone[number], lang) if number in alone else ""
            lines.append(f"{quoted(citation)}{aside(beside(citation, lang), lang)} {chips}{folded}")
    return "\n".join(lines)


def counted_line(rows: Sequence[Row], count: int, lang: str) -> str:
    """How many there are, and which."""
    names = [row.label for row in rows]
    return f"{count}：{'、'.join(names)}" if lang != "en" else f"{count}: {', '.join(names)}"


def left_out_text(count: int, lang: str) -> str:
    """That articles cited before were left out."""
    if lang != "en":
        return in_script(f"（前面引用过的 {count} 篇文章除外。）", lang)
    said = f"{count} articles" if count > 1 else "article"
    return f"(The {said} cited before {'are' if count > 1 else 'is'} left out.)"


def folded_text(row: Row, lang: str) -> str:
    """How many articles more say what a row says, and in which figures they differ; "" for none."""
    told = []
    if lang != "en":
        told += [f"另有 {row.more} 篇说法相同"] if row.more else []
        told += [
            "各篇数字不同："
            + "、".join(f"{figure} [{n}]" for figure, n in zip(one.figures, one.citations))
            for one in row.differing
        ]
        return in_script(f"（{'；'.join(told)}）", lang) if told else ""
    told += (
        [f"{row.more} more article{'s say' if row.more > 1 else ' says'} the same"]
        if row.more
        else []
    )
    told += [
        "articles differ: "
        + ", ".join(f"{figure} [{n}]" for figure, n in zip(one.figures, one.citations))
        for one in row.differing
    ]
    return f" ({'; '.join(told)})" if told else ""


def quoted(citation: Citation) -> str:
    """The quote in the quotation marks of its language, and that it goes on where it is cut.

    Before a table's row stands the table's header.
    """
    zh = citation.lang == "zh"
    header, quote = (" ".join(part.split()) for part in (citation.header, citation.quote))
    cut = "" if not _CUT.search(quote) else "……" if zh else " …"
    marks = "「」" if zh else "“”"
    return " ".join(f"{marks[0]}{part}{marks[1]}" for part in (header, quote + cut) if part)


def aside(words: str, lang: str) -> str:
    """Words in the brackets of a language; "" for none."""
    return "" if not words else f"（{words}）" if lang != "en" else f" ({words})"


def count_line(matched: int, searched: int, lang: str) -> str:
    """How many articles hold evidence, of how many searched."""
    if lang != "en":
        return in_script(f"在 {searched:,} 篇文章中检索，{matched:,} 篇有依据。", lang)
    articles, hold = "article" if searched == 1 else "articles", "holds" if matched == 1 else "hold"
    return f"{matched:,} of {searched:,} {articles} searched {hold} evidence."


def parts_line(asked: int, of: int, lang: str) -> str:
    """That only some parts of an index were searched."""
    if lang != "en":
        return f"索引共 {of} 部分，只检索了其中 {asked} 部分。"
    return f"Searched {asked} of {of} parts of the index."


_KINDS = {
    "zh": {"date": "时间", "place": "地点", "source": "来源"},
    "en": {"date": "time", "place": "place", "source": "source"},
}


def lifted_text(refusal: Answer, empty: bool) -> str:
    """What a refusal adds about the question's own constraints.

    That they leave it ``empty`` of articles, and which to lift.
    """
    said = dict.fromkeys(one.words for one in refusal.constraints)
    lift = [_KINDS[refusal.lang][kind] for kind in refusal.answered_without]
    if refusal.lang == "zh":
        lang = HANT if refusal.traditional else "zh"
        none = (
            ""
            if not empty
            else f"{in_script('没有一篇文章符合问题里的限定', lang)}（{'、'.join(said)}）。"
        )
        return none + (in_script(f"不限{'或不限'.join(lift)}，则有答案。", lang) if lift else "")
    none = (
        ""
        if not empty
        else f" No article is within what the question restricts it to ({', '.join(said)})."
    )
    return none + (
        f" Without the restriction of {' or of '.join(lift)} there is an answer." if lift else ""
    )


def refusal_text(grade: str, missing: Sequence[str], nearest: Sequence[Citation], lang: str) -> str:
    """That the corpus does not say it, or has nothing on it.

    With it what was not found, and which articles come nearest.
    """
    titles = list(dict.fromkeys(c.title or f"{c.quote[:UNTITLED]}…" for c in nearest))
    if lang != "en":
        said = (
            "文章讲到了相关的事，但没有说到这一点。"
            if grade == "near"
            else "文章中没有这个问题的答案。"
        )
        parts = [in_script(said, lang)]
        if missing:
            parts.append(in_script("没有找到依据的词：", lang) + "、".join(missing) + "。")
        if titles:
            parts.append(in_script("最接近的文章（不是答案）：", lang) + "；".join(titles) + "。")
        return "".join(parts)
    parts = [
        "The articles are about this, but do not say it."
        if grade == "near"
        else "The articles do not answer this."
    ]
    if missing:
        parts.append("No support was found for: " + ", ".join(missing) + ".")
    if titles:
        parts.append("Nearest articles (not an answer): " + "; ".join(titles) + ".")
    return " ".join(parts)
