"""Rows, numbers and wording of an answer, in the question's language; quotes stay in the original.

``lang`` is "zh", "en", or :data:`rag.question.script.HANT` for traditional characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.texts import articles, aside, joined, phrase
from rag.answer.types import Answer, Citation, Row
from rag.answer.when import beside
from rag.question.script import HANT

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
    lines = []
    if count is not None:
        names = joined((row.label for row in rows), "list", lang)
        lines.append(f"{count}{phrase('colon', lang)}{names}")
    for row in rows:
        if row.label:
            detail = row.detail if row.detail not in row.label else ""
            value = f"{phrase('colon', lang)}{row.value}" if row.value else ""
            chips = _chips(row.citations)
            lines.append(f"{row.label}{aside(detail, lang)}{value} {chips}{_folded(row, lang)}")
    if listed:
        return "\n".join([*lines, count_line(matched, searched, lang)])
    alone = {row.citations[0]: row for row in rows if not row.label}
    for number, citation in enumerate(citations, 1):
        if not citation.same_as:
            same = [n for n, one in enumerate(citations, 1) if one.same_as == number]
            folded = _folded(alone[number], lang) if number in alone else ""
            times = aside(beside(citation, lang), lang)
            lines.append(f"{quoted(citation)}{times} {_chips([number, *same])}{folded}")
    return "\n".join(lines)


def _chips(numbers: Sequence[int]) -> str:
    return "".join(f"[{n}]" for n in numbers)


def _folded(row: Row, lang: str) -> str:
    """How many articles more say what a row says, and in which figures they differ; "" for none."""
    told = [phrase("same", lang, n=row.more)] if row.more else []
    for one in row.differing:
        figures = [f"{figure} [{n}]" for figure, n in zip(one.figures, one.citations)]
        told.append(phrase("differing", lang, figures=joined(figures, "list", lang)))
    return aside(joined(told, "semicolon", lang), lang)


def quoted(citation: Citation) -> str:
    """The quote in the quotation marks of its language, and that it goes on where it is cut.

    Before a table's row stands the table's header.
    """
    zh = citation.lang == "zh"
    header, quote = (" ".join(part.split()) for part in (citation.header, citation.quote))
    cut = "" if not _CUT.search(quote) else "……" if zh else " …"
    marks = "「」" if zh else "“”"
    return " ".join(f"{marks[0]}{part}{marks[1]}" for part in (header, quote + cut) if part)


def count_line(matched: int, searched: int, lang: str) -> str:
    """How many articles hold evidence, of how many searched."""
    return phrase("searched", lang, n=matched, articles=articles(searched, lang))


def lifted_text(refusal: Answer, empty: bool) -> str:
    """What a refusal adds about the question's own constraints.

    That they leave it ``empty`` of articles, and which to lift.
    """
    lang = HANT if refusal.traditional else refusal.lang
    told = ""
    if empty:
        limits = dict.fromkeys(one.words for one in refusal.constraints)
        told += phrase("outside", lang, limits=joined(limits, "list", lang))
    if lift := [phrase(kind, lang) for kind in refusal.answered_without]:
        told += phrase("without", lang, kinds=joined(lift, "without_or", lang))
    return told


def refusal_text(grade: str, missing: Sequence[str], nearest: Sequence[Citation], lang: str) -> str:
    """That the corpus does not say it, or has nothing on it.

    With it what was not found, and which articles come nearest.
    """
    told = phrase(grade, lang)
    if missing:
        told += phrase("missing", lang, words=joined(missing, "list", lang))
    if titles := dict.fromkeys(c.title or f"{c.quote[:UNTITLED]}…" for c in nearest):
        told += phrase("nearest", lang, titles=joined(titles, "semicolon", lang))
    return told
