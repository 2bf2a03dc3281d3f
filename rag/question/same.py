"""Rewrites figures and known names of a question as the articles write them.

The same figure is "2,780", 2780 or 二千七百八十, and "十五点二亿", 15.2亿 or "1.52 billion". Names
of the same thing, such as GDP and 国内生产总值, come from ``data/same_names.tsv``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from rag.question.names import years_in
from rag.question.script import has_chinese, in_simplified
from rag.question.types import Span
from rag.question.words import lines, pattern

if TYPE_CHECKING:
    from rag.index import Snapshot

# Number of passages with the parts of a figure, at most, that are searched for it as written.
_MAX_PASSAGES_READ = 32
_MOST = 8  # number of figures and names in a question, at most, that are looked up
_ZH = "零〇一二两三四五六七八九十百千万亿"
# The power of ten of each magnitude.
_SCALES = {"万亿": 12, "亿": 8, "万": 4, "千": 3, "百": 2}
_SCALES |= {"trillion": 12, "billion": 9, "million": 6, "thousand": 3}
_Found = tuple[Span, tuple[str, ...]]  # span of a name or figure, and its other spellings


def in_words_of(snapshot: Snapshot, text: str) -> tuple[str, str]:
    """Rewrites a question as the articles would write it.

    Args:
        snapshot: the index.
        text: a cleaned question.

    Returns:
        First the question in which each name or figure that no article has is replaced by a
        spelling that one has, for names if possible in the language of the question. Second the
        question in which the others are replaced, too, if articles have another spelling; its words
        are searched for besides. "" if there are none.
    """
    plain = in_simplified(text)
    always, beside = [], []
    found = [(True, *one) for one in _figures(plain)]
    found += [(False, *one) for one in known_names(snapshot, plain)]
    for exact, (start, end), ways in found[:_MOST]:
        written, in_chinese = plain[start:end], has_chinese(plain)
        other = next(
            (way for way in ways if way != written and _any_passage_has(snapshot, way, exact)), ""
        )
        same_language = exact or has_chinese(other) == in_chinese
        # A full name in the language of the question serves, too: search works across languages.
        known = other and (same_language or has_chinese(ways[0]) == in_chinese)
        if known and not _any_passage_has(snapshot, written, exact):
            always.append((start, end, other if same_language else ways[0]))
        elif other:
            beside.append((start, end, other))
    return put(text, always), put(text, [*always, *beside]) if beside else ""


def put(text: str, parts: Sequence[tuple[int, int, str]]) -> str:
    """Replaces spans of a text, given as (start, end, words); overlapping ones only once."""
    last = len(text)
    for start, end, words in sorted(parts, reverse=True):
        if end <= last:
            last = start
            space = " " if words.isascii() and re.match("[A-Za-z0-9]", text[end:]) else ""
            text = f"{text[:start]}{words}{space}{text[end:]}"
    return text


def _any_passage_has(snapshot: Snapshot, words: str, exact: bool) -> bool:
    """Whether a passage contains some words.

    For figures (``exact``) and abbreviations the index is not enough, and the texts are checked:
    "3,200" is two words to it, and it has file names like "06-gdp.md", too.
    """
    # Lone characters are left out, since the index has them only standing alone: not in "15.2亿元".
    rows = snapshot.holding_words(pattern("lone_character").sub(" ", words) if exact else words)
    if not len(rows) or not (exact or words.isascii() and " " not in words):
        return len(rows) > 0
    escaped = re.sub(r"(?<=\d)(?=[百千万亿])", r"\\s?", re.escape(words))  # "15.2 亿" as well
    as_written = re.compile(
        rf"(?<![\d.,{_ZH}]){escaped}(?![\d{_ZH}]|[.,]\d)" if exact else re.escape(words),
        re.IGNORECASE,
    )
    bounds = snapshot.passages[rows[:_MAX_PASSAGES_READ]].tolist()
    articles = snapshot.articles(row for row, _, _ in bounds)
    for row, start, end in bounds:
        article = articles[row]
        text = article.text[start:end] if exact else f"{article.title} {article.text}"
        if as_written.search(text):
            return True
    return False


# ---- names


@functools.cache
def _known() -> tuple[dict[str, tuple[str, ...]], re.Pattern[str]]:
    """The other names of the same thing by name (as :func:`_key` has it), and a pattern of all."""
    others: dict[str, tuple[str, ...]] = {}
    patterns = {}
    for group in (row.split("\t") for row in lines("same_names.tsv")):
        for name in group:
            same = tuple(one for one in group if one != name)
            others[_key(name)] = (*others.get(_key(name), ()), *same)
            written = f"(?i:{re.escape(name)})" if " " in name else re.escape(name)
            bounded = rf"(?<![A-Za-z\d]){written}(?![A-Za-z\d])"
            patterns[name] = bounded if name.isascii() else written
    either = "|".join(patterns[name] for name in sorted(patterns, key=len)[::-1])
    # Most characters begin no name, and need not be tried with each of them.
    first = {character for name in patterns for character in name[0] + name[0].swapcase()}
    return others, re.compile(f"(?=[{re.escape(''.join(sorted(first)))}])(?:{either})")


def _key(name: str) -> str:
    """A name without case if it has several words; else it may be an abbreviation."""
    return name.casefold() if " " in name else name


def known_names(snapshot: Snapshot, text: str) -> Iterator[_Found]:
    """Yields the spans of known names in a text, with the other names of the same thing.

    Names within a word do not count: "云南大学" does not name 南大.
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
    """Yields the spans of figures from 10 up in a text, with their other spellings.

    Years, days and the numbers of numbered things do not count.
    """
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
    """The value of a match of "figure"; None if it has none."""
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
    """Yields spellings of a number: 15.2亿, 152000万, 1,520,000,000, 十五点二亿, 1.52 billion."""
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
    """A value in units of 10 ** ``size``; None if that is below 1 or has too many digits."""
    part = (value / Decimal(10) ** size).normalize()
    _, digits, exponent = part.as_tuple()
    if part < 1 or len(digits) > 6 or not isinstance(exponent, int):  # "F": infinite
        return None
    return part if -exponent <= 3 else None


def _chinese(value: Decimal, scale: str) -> Iterator[str]:
    """Yields the spellings of a value below 10 ** 8 in Chinese numerals, with 二 or 两."""
    import cn2an

    if value < 10**8:
        words = cn2an.an2cn(f"{value:f}", "low") + scale
        words = words.removeprefix("一") if words.startswith("一十") else words
        yield words
        if (other := re.sub("二(?=[百千万亿])", "两", words)) != words:
            yield other
            yield re.sub("二(?=[千万亿])", "两", words)
