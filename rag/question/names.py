"""Finds the names in a question that evidence must contain to be about the same thing.

These are titles, names in Latin letters, numbered things and years.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.corpus.places import find_places
from rag.question.asking import outside_of
from rag.question.script import HAN_RUN, has_chinese, is_english
from rag.question.types import Span
from rag.question.words import pattern

# Characters that abbreviate countries, side by side ("中日韩") or before a noun ("美军").
COUNTRY_LETTERS = dict(
    zip(
        "中美英法德俄日韩朝印意加澳",
        "中国 美国 英国 法国 德国 俄罗斯 日本 韩国 朝鲜 印度 意大利 加拿大 澳大利亚".split(),
        strict=True,
    )
)


def years_in(text: str) -> list[Span]:
    """The spans of the years in a question, of four digits each."""
    return [match.span() for match in pattern("year").finditer(text)]


def names_of(text: str, aside: Iterable[Span] = ()) -> list[Span]:
    """The spans of the names in a question, in order and without overlap.

    Places of the gazetteer do not count, since :func:`find_places` finds them, and neither do names
    within the spans ``aside``.
    """
    places = [(m.start, m.end) for m in find_places(text) if not m.part_of_name]
    chinese = has_chinese(text) and not is_english(text)
    # Chinese words in an English question are a name.
    runs = [] if chinese else [run.span() for run in HAN_RUN.finditer(text)]
    out: list[Span] = [(start, end) for start, end in runs if end - start > 1]
    for match in pattern("names_zh" if chinese else "names_en").finditer(text):
        start, end = match.span()
        if not chinese and (first := pattern("first_words").match(text, start, end)):
            start = first.end()
        if common := pattern("common_names").match(text, start, end):
            start = end if text[common.end() : end].isdecimal() else common.end()  # "June 5"
        name = text[start:end] if chinese else re.split(r"['’]s(?: |$)", text[start:end])[0]
        end = start + len(name.rstrip(" .'’-"))
        alone = start == 0 and match[0].isalpha() and not (match[0].isupper() or chinese)
        inside = any(a <= start and end <= b for a, b in (*places, *aside))
        if start < end and not alone and not inside and (end - start > 1 or text[start].isdigit()):
            out.append((start, end))
    out += [year for year in years_in(text) if outside_of(year, out)]
    return sorted(out)
