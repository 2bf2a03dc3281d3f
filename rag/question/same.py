"""The question in the words of the articles: figures are compared by value, known names by thing.

"2,780" is 2780 and 二千七百八十, "十五点二亿" is 15.2亿 and "1.52 billion"; GDP is 国内生产总值
(``data/same_names.tsv``).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from rag.question.names import years_in
from rag.question.script import has_chinese, in_simplified
from rag.question.types import Span
from rag.question.words import lines, pattern

if TYPE_CHECKING:
    from rag.index import Snapshot

# Passages in which a figure is looked for as it is written, of those that hold its parts.
LOOKED_INTO = 32
_MOST = 8  # names and figures of a question that are looked for
_ZH = "零〇一二两三四五六七八九十百千万亿"
# How many zeros each stands for.
_SCALES = {"万亿": 12, "亿": 8, "万": 4, "千": 3, "百": 2}
_SCALES |= {"trillion": 12, "billion": 9, "million": 6, "thousand": 3}
_Found = tuple[Span, tuple[str, ...]]  # where a name or figure stands, and how else it is written


def in_words_of(snapshot: Snapshot, text: str) -> tuple[str, str]:
    """A question as the articles would write it.

    Args:
        snapshot: the index.
        text: a cleaned question.

    Returns:
        The question with each name or figure that no article writes so in a way in which one
        does, names in the language of the question where they have one there; and the question
        with all others in another way that articles know, too, "" where there is none: words to
        search for beside it.
    """
    plain = in_simplified(text)
    always, beside = [], []
    found = [(True, *one) for one in _figures(plain)]
    found += [(False, *one) for one in known_names(snapshot, plain)]
    for exact, (start, end), ways in found[:_MOST]:
        said, in_chinese = plain[start:end], has_chinese(plain)
        other = next((way for way in ways if way != said and _held(snapshot, way, exact)), "")
        own = exact or has_chinese(other) == in_chinese
        # A name in full, in the language of the question, is understood across the languages.
        known = other and (own or has_chinese(ways[0]) == in_chinese)
        if known and not _held(snapshot, said, exact):
            always.append((start, end, other if own else ways[0]))
        elif other:
            beside.append((start, end, other))
    return _put(text, always), _put(text, [*always, *beside]) if beside else ""


def _put(text: str, parts: list[tuple[int, int, str]]) -> str:
    last = len(text)
    for start, end, words in sorted(parts, reverse=True):
        if end <= last:
            last = start
            space = " " if words.isascii() and re.match("[A-Za-z0-9]", text[end:]) else ""
            text = f"{text[:start]}{words}{space}{text[end:]}"
    return text


def _held(snapshot: Snapshot, words: str, exact: bool) -> bool:
    """Whether a passage holds some words; figures as they are written: "3,200" is two words.

    For figures and abbreviations the texts are looked into: the file name of an article is searched
    as well ("06-gdp.md").
    """
    # A lone character is looked for as one that stands alone: in "15.2亿元" there is none.
    rows = snapshot.holding_words(pattern("lone_character").sub(" ", words) if exact else words)
    if not len(rows) or not (exact or words.isascii() and " " not in words):
        return len(rows) > 0
    told = re.sub(r"(?<=\d)(?=[百千万亿])", r"\\s?", re.escape(words))  # "15.2 亿" as well
    as_written = re.compile(
        rf"(?<![\d.,{_ZH}]){told}(?![\d{_ZH}]|[.,]\d)" if exact else re.escape(words),
        re.IGNORECASE,
    )
    bounds = snapshot.passages[rows[:LOOKED_INTO]].tolist()
    articles = snapshot.articles(row for row, _, _ in bounds)
    for row, start, end in bounds:
        article = articles[row]
        said = article.text[start:end] if exact else f"{article.title} {article.text}"
        if as_written.search(said):
            return True
    return False


# ---- names


@functools.cache
def _known() -> tuple[dict[str, tuple[str, ...]], re.Pattern[str]]:
    """For each name, in small letters unless an abbreviation, the thing's others; a pattern."""
    others: dict[str, tuple[str, ...]] = {}
    patterns = {}
    for group in (row.split("\t") for row in lines("same_names.tsv")):
        for name in group:
            same = tuple(one for one in group if one != name)
            others[_key(name)] = (*others.get(_key(name), ()), *same)
            written = f"(?i:{re.escape(name)})" if " " in name else re.escape(name)
            bounded = rf"(?<![A-Za-z\d]){written}(?![A-Za-z\d])"
            patterns[name] = bounded if name.isascii() else written
    return others, re.compile("|".join(patterns[name] for name in sorted(patterns, key=len)[::-1]))


def _key(name: str) -> str:
    return name.casefold() if " " in name else name


def known_names(snapshot: Snapshot, text: str) -> Iterator[_Found]:
    """The known names in a text, and their others; none within a word ("云南大学" names no
    南大).
    """
    others, known = _known()
    spans = None
    for found in known.finditer(text):
        if spans is None:
            spans = snapshot.model.spans(text)[1]
        if found.start() in spans[:, 0] and found.end() in spans[:, 1]:
            ways = sorted(
                others[_key(found[0])],
                key=lambda name: (has_chinese(name) != has_chinese(text), -len(name)),
            )
            yield found.span(), tuple(ways)


# ---- figures


def _figures(text: str) -> Iterator[_Found]:
    """The figures in a text but for years, days and numbers of things; other ways to write each."""
    years = years_in(text)
    for found in pattern("figure").finditer(text):
        if pattern("numbers_things").search(text[: found.start()]) or any(
            a <= found.start() < b for a, b in years
        ):
            continue
        value = _value(found)
        if value is not None and value >= 10:
            yield found.span(), tuple(_ways(value))


def _value(found: re.Match[str]) -> Decimal | None:
    import cn2an

    try:
        if found["zh"]:
            figure = found["zh"].replace("〇", "零")
            scale = figure[len(figure.rstrip("万亿")) :] if "点" in figure else ""
            digits = str(cn2an.cn2an(figure.removesuffix(scale), "smart"))
        else:
            digits, scale = re.sub("[,，]", "", found["digits"]), (found["scale"] or "").lower()
        return Decimal(digits).scaleb(_SCALES.get(scale, 0))
    except (ValueError, InvalidOperation):
        return None


def _ways(value: Decimal) -> Iterator[str]:
    """How a number is written: 15.2亿, 152000万, 1,520,000,000, 十五点二亿, 1.52 billion."""
    if value == value.to_integral():
        yield f"{int(value)}"
        yield f"{int(value):,}"
        yield from _chinese(value, "")
    else:
        yield f"{value.normalize():f}"
    for scale, size in _SCALES.items():
        if size >= 4 and (part := _scaled(value, size)) is not None:
            yield f"{part:f} {scale}" if scale.isascii() else f"{part:f}{scale}"
            yield from () if scale.isascii() else _chinese(part, scale)


def _scaled(value: Decimal, size: int) -> Decimal | None:
    """A value in units of a power of ten, where that is a short number of at least one."""
    part = (value / Decimal(10) ** size).normalize()
    _, digits, exponent = part.as_tuple()
    if part < 1 or len(digits) > 6 or not isinstance(exponent, int):  # "F": infinite
        return None
    return part if -exponent <= 3 else None


def _chinese(value: Decimal, scale: str) -> Iterator[str]:
    import cn2an

    if value < 10**8:
        words = cn2an.an2cn(f"{value:f}", "low") + scale
        words = words.removeprefix("一") if words.startswith("一十") else words
        yield words
        if (other := re.sub("二(?=[百千万亿])", "两", words)) != words:
            yield other
            yield re.sub("二(?=[千万亿])", "两", words)
