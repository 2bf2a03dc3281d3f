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
from rag.question.script import has_chinese, is_traditional, simplified
from rag.question.types import Span
from rag.question.words import lines

if TYPE_CHECKING:
    from rag.index import Snapshot

LOOKED_INTO = (
    32  # passages in which a figure is looked for as it is written, of those that hold its parts
)
_MOST = 8  # names and figures of a question that are looked for
_ZH = "零〇一二两三四五六七八九十百千万亿"
_SCALES = {
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "百": 100,
    "千": 1000,
    "万": 10**4,
    "亿": 10**8,
    "万亿": 10**12,
}
_FIGURE = re.compile(
    r"(?<![A-Za-z\d.,/:-])(?P<digits>\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:\s?(?P<scale>万亿|[百千万亿](?![百千万亿])|(?:thousand|(?:m|b|tr)illion)\b))?"
    r"(?![\d.,，/:-]\d|[年月日号期届版時时点]|\d|[A-Za-z])"
    rf"|(?<![第{_ZH}点])(?P<zh>[{_ZH}]{{2,}}(?:点[零一二三四五六七八九]+[万亿]*)?)(?![{_ZH}月日号年届期点])",
    re.IGNORECASE,
)
_SCALED = re.compile(r"(?<=\d)(?=[百千万亿])")
_ALONE = re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff](?![\u4e00-\u9fff])")
_NUMBERED = re.compile(
    r"(?:\b(?:no|line|route|flight|terminal|article|section|phase|unit|room|gate)\.? |第)$",
    re.IGNORECASE,
)


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
    plain = simplified(text) if is_traditional(text) else text
    always, beside = [], []
    for (start, end), ways in [*_figures(plain), *_names(snapshot, plain)][:_MOST]:
        said = plain[start:end]
        exact = _value(found) is not None if (found := _FIGURE.fullmatch(said)) else False
        if other := next(
            (way for way in ways if way != said and _held(snapshot, way, exact)), None
        ):
            if _held(snapshot, said, exact):
                beside.append((start, end, other))
            elif exact or has_chinese(other) == has_chinese(plain):
                always.append((start, end, other))
            elif has_chinese(ways[0]) == has_chinese(plain):  # in full, it is understood
                always.append((start, end, ways[0]))  # across the languages
            else:
                beside.append((start, end, other))
    changed = _put(text, always)
    both = _put(text, [*always, *beside])
    return changed, both if beside else ""


def _put(text: str, parts: list[tuple[int, int, str]]) -> str:
    last = len(text)
    for start, end, words in sorted(parts, reverse=True):
        if end <= last:
            last = start
            space = (
                " "
                if words.isascii()
                and text[end : end + 1].isalnum()
                and text[end : end + 1].isascii()
                else ""
            )
            text = f"{text[:start]}{words}{space}{text[end:]}"
    return text


def _held(snapshot: Snapshot, words: str, exact: bool) -> bool:
    """Whether a passage holds some words; figures as they are written: "3,200" is two words.

    For figures and abbreviations the texts are looked into: the file name of an article is searched
    as well ("06-gdp.md").
    """
    # A lone character is looked for as one that stands alone: in "15.2亿元" there is none.
    rows = snapshot.holding_words(_ALONE.sub(" ", words) if exact else words)
    if not len(rows) or not (exact or words.isascii() and " " not in words):
        return len(rows) > 0
    told = _SCALED.sub(r"\\s?", re.escape(words))  # "15.2 亿" as well
    pattern = re.compile(
        rf"(?<![\d.,{_ZH}]){told}(?![\d{_ZH}]|[.,]\d)" if exact else re.escape(words),
        re.IGNORECASE,
    )
    bounds = snapshot.passages[rows[:LOOKED_INTO]].tolist()
    articles = snapshot.articles(row for row, _, _ in bounds)
    for row, start, end in bounds:
        article = articles[row]
        said = article.text[start:end] if exact else f"{article.title} {article.text}"
        if pattern.search(said):
            return True
    return False


# ---- names


@functools.cache
def _known() -> tuple[dict[str, tuple[str, ...]], re.Pattern[str]]:
    """For each name, in small letters unless an abbreviation, the thing's others; a pattern."""
    groups = [row.split("\t") for row in lines("same_names.tsv")]
    others: dict[str, tuple[str, ...]] = {}
    for group in groups:
        for name in group:
            others[_key(name)] = (
                *others.get(_key(name), ()),
                *(one for one in group if one != name),
            )
    names = sorted({name for group in groups for name in group}, key=len, reverse=True)
    latin = "|".join(
        f"(?i:{re.escape(name)})" if " " in name else re.escape(name)
        for name in names
        if name.isascii()
    )
    chinese = "|".join(re.escape(name) for name in names if not name.isascii())
    return others, re.compile(rf"(?<![A-Za-z\d])(?:{latin})(?![A-Za-z\d])|{chinese}")


def _key(name: str) -> str:
    return name.casefold() if " " in name else name


def _names(snapshot: Snapshot, text: str) -> Iterator[tuple[Span, tuple[str, ...]]]:
    """The known names in a text, and their others; none within a word ("云南大学" names no
    南大).
    """
    others, pattern = _known()
    spans = None
    for found in pattern.finditer(text):
        if spans is None:
            spans = snapshot.model.spans(text)[1]
        if found.start() in spans[:, 0] and found.end() in spans[:, 1]:
            ways = sorted(
                others[_key(found[0])],
                key=lambda name: (has_chinese(name) != has_chinese(text), -len(name)),
            )
            yield found.span(), tuple(ways)


# ---- figures


def _figures(text: str) -> Iterator[tuple[Span, tuple[str, ...]]]:
    """The figures in a text but for years, days and numbers of things; other ways to write each."""
    years = years_in(text)
    for found in _FIGURE.finditer(text):
        if _NUMBERED.search(text[: found.start()]) or any(a <= found.start() < b for a, b in years):
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
            return Decimal(str(cn2an.cn2an(figure.removesuffix(scale), "smart"))) * _SCALES.get(
                scale, 1
            )
        return Decimal(found["digits"].replace(",", "").replace("，", "")) * _SCALES.get(
            (found["scale"] or "").lower(), 1
        )
    except (ValueError, InvalidOperation):
        return None


def _ways(value: Decimal) -> Iterator[str]:
    """How a number is written: 15.2亿, 152000万, 1,520,000,000, 十五点二亿, 1.52 billion."""
    if value == value.to_integral():
        yield f"{value:f}".split(".")[0]
        yield f"{int(value):,}"
        yield from _chinese(value, "")
    else:
        yield f"{value.normalize():f}"
    for scale, size in (("万亿", 12), ("亿", 8), ("万", 4)):
        if (part := _scaled(value, size)) is not None:
            yield f"{part:f}{scale}"
            yield from _chinese(part, scale)
    for scale, size in (("trillion", 12), ("billion", 9), ("million", 6)):
        if (part := _scaled(value, size)) is not None:
            yield f"{part:f} {scale}"


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
