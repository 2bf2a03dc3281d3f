"""Composes the text of an answer in the question's language; quotes stay in the original.

``lang`` is "zh", "en", or :data:`rag.question.script.HANT` for traditional characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.texts import articles, aside, joined, phrase
from rag.answer.types import Answer, Citation, Row
from rag.answer.when import beside
from rag.question import ParsedQuestion
from rag.question.script import HANT

_QUOTE_CHARACTERS_AS_TITLE = 30  # characters of a quote shown in place of a missing title
_CUT = re.compile(r"[，、,：:—]$")  # the quote is cut within its sentence


def text_of(
    rows: Sequence[Row],
    citations: Sequence[Citation],
    parsed: ParsedQuestion,
    matched: int,
    searched: int,
    listed: bool,
    count: int | None = None,
) -> str:
    """The answer as shown: a line for each row that has a label, then the quotes.

    A list has no quotes, but a line that says how many articles were searched. Its names stand in
    one line where the question did not ask for several and the same quotes give all of them.

    Args:
        rows, citations: of the answer.
        parsed: the question.
        matched, searched: number of articles that hold evidence, and number of those searched.
        listed: whether the rows are those of a list.
        count: how many there are, if that was asked; it is put first. Else None.
    """
    lang = parsed.frame
    lines: list[str] = []
    if count is not None:
        counted = joined((row.label for row in rows), "list", lang)
        lines.append(f"{count}{phrase('colon', lang)}{counted}")
    shown = [_shown(row, lang) for row in rows if row.label]
    together = listed and count is None and not parsed.several
    if together and len(behind := {chips for _, chips in shown}) == 1:
        quote = citations[rows[0].citations[0] - 1].quote
        names = [name for name, _ in shown]
        shown = [(_enumerated(names, quote) or joined(names, "list", lang), behind.pop())]
    lines += [f"{name} {chips}" for name, chips in shown]
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


def _shown(row: Row, lang: str) -> tuple[str, str]:
    """A row's label with its detail and value, and the numbers of its citations with its notes."""
    detail = row.detail if row.detail not in row.label else ""
    value = f"{phrase('colon', lang)}{row.value}" if row.value else ""
    return f"{row.label}{aside(detail, lang)}{value}", _chips(row.citations) + _folded(row, lang)


def _enumerated(names: Sequence[str], quote: str) -> str:
    """The words of a quote from the first of some names to the last; "" if it has not all of them
    in this order, or much between them.
    """
    between = r".{0,5}?".join(map(re.escape, names))
    found = re.search(between, quote)
    return found[0] if found else ""


def _chips(numbers: Sequence[int]) -> str:
    """The numbers of citations as shown: "[1][2]"."""
    return "".join(f"[{n}]" for n in numbers)


def _folded(row: Row, lang: str) -> str:
    """How many more articles say the same as a row, and the figures that differ; "" for none."""
    notes = [phrase("same", lang, n=row.more)] if row.more else []
    for one in row.differing:
        figures = [f"{figure} [{n}]" for figure, n in zip(one.figures, one.citations)]
        notes.append(phrase("differing", lang, figures=joined(figures, "list", lang)))
    return aside(joined(notes, "semicolon", lang), lang)


def quoted(citation: Citation) -> str:
    """The quote in the quotation marks of its language, with dots if it is cut in its sentence.

    The header of a table stands before a quote that is a row of it.
    """
    zh = citation.lang == "zh"
    header, quote = (" ".join(part.split()) for part in (citation.header, citation.quote))
    cut = "" if not _CUT.search(quote) else "……" if zh else " …"
    marks = "「」" if zh else "“”"
    return " ".join(f"{marks[0]}{part}{marks[1]}" for part in (header, quote + cut) if part)


def count_line(matched: int, searched: int, lang: str) -> str:
    """The line that says how many articles hold evidence, of how many searched."""
    return phrase("searched", lang, n=matched, articles=articles(searched, lang))


def lifted_text(refusal: Answer, empty: bool) -> str:
    """What a refusal adds about the question's own constraints.

    It says that they leave no article (``empty``), and which ones to lift for an answer.
    """
    lang = HANT if refusal.traditional else refusal.lang
    text = ""
    if empty:
        limits = dict.fromkeys(one.words for one in refusal.constraints)
        text += phrase("outside", lang, limits=joined(limits, "list", lang))
    if lift := [phrase(kind, lang) for kind in refusal.answered_without]:
        text += phrase("without", lang, kinds=joined(lift, "without_or", lang))
    return text


def refusal_text(grade: str, missing: Sequence[str], nearest: Sequence[Citation], lang: str) -> str:
    """The text of a refusal: the corpus does not say it, or has nothing on the subject.

    It adds which words were not found, and which articles come nearest.
    """
    text = phrase(grade, lang)
    if missing:
        text += phrase("missing", lang, words=joined(missing, "list", lang))
    if titles := dict.fromkeys(
        c.title or f"{c.quote[:_QUOTE_CHARACTERS_AS_TITLE]}…" for c in nearest
    ):
        text += phrase("nearest", lang, titles=joined(titles, "semicolon", lang))
    return text
